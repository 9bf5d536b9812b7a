//! Programs made at random: as text for the compiler, and as a tree for a plain evaluator that says what they mean.
//!
//! [`make`] makes well-typed trees out of a seed, [`text`] writes them, [`evaluate`] walks over them, and [`drive`]
//! carries out what a compiled one asks for. Whoever has another way to run programs compares it with the same
//! trees.

pub mod drive;
pub mod evaluate;
pub mod make;
pub mod text;
pub mod tree;

use callflow_artifact::Artifact;
use callflow_compiler::source::Embedded;
use callflow_runtime::execute::{Program, start};
use callflow_runtime::value::{decode, encode};
use serde_json::{Value as Json, json};

use super::compile::artifact;
use drive::Ended;
use evaluate::Leave;
use tree::Unit;

/// What random programs call: one action, which gives its number back.
const LIBRARY: Embedded = Embedded {
    prelude: callflow_stdlib::PRELUDE,
    pieces: &[(
        "tool",
        "piece tool\n/// Gives it back.\naction echo(n: int) -> int\n  effect read\nnative\n",
    )],
};

/// The artifact of a text that has no mistakes.
pub fn compiled(text: &str) -> Artifact {
    artifact(text, &LIBRARY)
}

/// What a compiled program gives, or none if it fails.
pub fn given(program: &Program) -> Option<Json> {
    let flow = program.artifact().flows.first().unwrap();
    let event = decode(program.types(), flow.trigger.event, &json!({})).unwrap();
    let fiber = start(program, flow.function, vec![], vec![event]);
    match drive::finish(program, fiber) {
        Ended::Returned(value) => Some(encode(program.types(), flow.result, &value)),
        Ended::Failed(_) => None,
        other => panic!("{other:?}"),
    }
}

/// What a program means: what it gives, or none if it fails. An error where it takes too long to be worth running.
pub fn meant(unit: &Unit) -> Result<Option<Json>, Leave> {
    match evaluate::result(unit) {
        Ok(value) => Ok(Some(value)),
        Err(Leave::Tired) => Err(Leave::Tired),
        Err(_) => Ok(None),
    }
}
