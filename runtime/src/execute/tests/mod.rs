//! Programs written in bytecode by hand, and programs made at random.

pub(super) mod assembler;
mod branches;
mod control;
mod data;
mod generic;
mod limits;
mod random;
mod slices;

use callflow_artifact::bytecode::FunctionId;

use super::{Budget, Fiber, Outcome, Program, Resume, Slice, interpret};
use crate::value::Value;

/// More instructions than any test needs.
pub(super) const ENOUGH: Budget = Budget(2_000_000);

/// Runs a function that has no effects to its end.
pub(super) fn run(program: &Program, function: FunctionId, arguments: Vec<Value>) -> Outcome {
    let mut fiber = interpret::start(program, function, vec![], arguments);
    interpret::resume(program, &mut fiber, Resume::Begin, &mut ENOUGH.clone(), Slice::ENDLESS)
}

/// What a function gives, or the error that it fails with as a person reads it.
pub(super) fn result(
    program: &Program,
    function: FunctionId,
    arguments: Vec<Value>,
) -> Result<Value, String> {
    match run(program, function, arguments) {
        Outcome::Returned(value) => Ok(value),
        Outcome::Failed(error, ..) => Err(error.to_string()),
        other => panic!("expected an end, found {other:?}"),
    }
}

/// The same fiber as another process would read it.
pub(super) fn stored(fiber: &Fiber) -> Fiber {
    let read = postcard::from_bytes(&postcard::to_stdvec(fiber).unwrap()).unwrap();
    assert_eq!(*fiber, read);
    read
}
