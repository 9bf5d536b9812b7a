//! Tests on as many threads as there are processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use callflow_artifact::artifact::Test;
use callflow_runtime::connect::Environment;
use callflow_runtime::execute::Program;
use callflow_runtime::testing;

use super::Outcome;

/// Fewer tests than this are not worth another thread.
const WORTH: usize = 32;

/// Runs tests; the outcomes are in the tests' order, whichever ends first.
pub(super) fn run(program: &Program, tests: &[&Test], environment: &Environment) -> Vec<Outcome> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(tests.len().div_ceil(WORTH));
    let next = AtomicUsize::new(0);
    let ended = Mutex::new(Vec::with_capacity(tests.len()));
    let work = || {
        let mut own = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = tests.get(index) else { break };
            let begun = Instant::now();
            let report = testing::run(program, test, environment);
            own.push((index, Outcome { report, took: begun.elapsed() }));
        }
        // A thread that panicked has put nothing in, so what is there is whole.
        ended.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend(own);
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut ended = ended.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    ended.sort_by_key(|(index, _)| *index);
    ended.into_iter().map(|(_, outcome)| outcome).collect()
}
