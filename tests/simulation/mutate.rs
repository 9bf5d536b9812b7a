//! Broken engines: each must be caught by a seed, or nothing is known of the promise that it breaks.

use std::process::ExitCode;

use callflow_runtime::durable::mutation::{self, Mutation};

use crate::runner;

/// The most seeds that a broken engine may survive.
const SEEDS: u64 = 20_000;

/// Breaks the engine in every way, or in the one with this name.
pub(crate) fn all(only: Option<&str>) -> ExitCode {
    // A broken engine may panic, which is what is looked for.
    std::panic::set_hook(Box::new(|_| {}));
    let mut code = ExitCode::SUCCESS;
    for mutation in Mutation::ALL {
        let name = format!("{mutation:?}");
        if only.is_some_and(|only| only != name) {
            continue;
        }
        mutation::set(Some(mutation));
        let caught = runner::first_failure(0..SEEDS);
        mutation::set(None);
        match caught.failure {
            Some((seed, violation)) => println!("{name:18} survived {seed:5} seeds: {violation}"),
            None => {
                println!("{name:18} was not caught by {SEEDS} seeds");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
