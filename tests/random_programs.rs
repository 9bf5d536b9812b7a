//! Flows made at random mean what a plain evaluator says: text through the whole compiler and the interpreter,
//! against a walk over the tree that the text was written from.

// A test's helpers are seen by nobody else, and its failures are panics.
#![allow(dead_code, unreachable_pub, missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod compile;
    pub mod programs;
}

use callflow_artifact::encode::{from_bytes, to_bytes};
use callflow_artifact::verify::verify;
use callflow_runtime::execute::Program;
use proptest::prelude::*;

use support::programs::{compiled, given, make, meant};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn what_runs_is_what_is_written(seed: u64) {
        let unit = make::unit(seed);
        let text = unit.to_string();
        let artifact = compiled(&text);
        prop_assert_eq!(verify(&artifact), Ok(()), "{}", text);
        let read = from_bytes(&to_bytes(&artifact).unwrap()).unwrap();
        let program = Program::load(read).unwrap();
        let Ok(expected) = meant(&unit) else { return Ok(()) };
        prop_assert_eq!(given(&program), expected, "{}", text);
    }
}
