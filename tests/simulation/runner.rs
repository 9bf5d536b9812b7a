//! Runs seeds: one with all that happens in it, or many on all cores.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::verdict::{Promise, Violation};
use crate::world::World;

/// What came of many seeds.
pub(crate) struct Tried {
    /// The first seed that failed, and how.
    pub(crate) failure: Option<(u64, Violation)>,
    /// How many things happened.
    steps: u64,
}

/// Tries seeds on all cores until one fails.
pub(crate) fn first_failure(seeds: Range<u64>) -> Tried {
    let next = AtomicU64::new(seeds.start);
    let steps = AtomicU64::new(0);
    let failure: Mutex<Option<(u64, Violation)>> = Mutex::new(None);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let is_over = failure.lock().unwrap().as_ref().is_some_and(|(first, _)| *first < seed);
            if seed >= seeds.end || is_over {
                return;
            }
            let (outcome, world) = attempt(seed, 0);
            steps.fetch_add(world.map_or(0, |it| it.steps), Ordering::Relaxed);
            let mut failure = failure.lock().unwrap();
            if let Err(violation) = outcome
                && failure.as_ref().is_none_or(|(first, _)| seed < *first)
            {
                *failure = Some((seed, violation));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    Tried { failure: failure.into_inner().unwrap(), steps: steps.into_inner() }
}

/// Tries many seeds, and shows the first that fails.
pub(crate) fn many(seeds: Range<u64>, lines: usize) -> ExitCode {
    let begun = Instant::now();
    let count = seeds.end.saturating_sub(seeds.start);
    let tried = first_failure(seeds);
    if let Some((seed, _)) = tried.failure {
        return one(seed, lines);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (steps, speed) = (tried.steps, count as f64 / seconds);
    println!("{count} seeds with {steps} steps in {seconds:.1} s: {speed:.0} seeds/s");
    ExitCode::SUCCESS
}

/// Tries seeds one after the other, and names each that fails.
pub(crate) fn list(seeds: Range<u64>) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for seed in seeds {
        if let (Err(violation), _) = attempt(seed, 0) {
            println!("seed {seed}: {violation}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Runs a seed and shows the last things that happened in it.
pub(crate) fn one(seed: u64, lines: usize) -> ExitCode {
    let (outcome, world) = attempt(seed, lines);
    if let Some(world) = world {
        world.trace.lines().for_each(|line| println!("{line}"));
        println!("{} steps, digest {:016x}", world.steps, world.trace.digest());
    }
    match outcome {
        Ok(()) => {
            println!("seed {seed}: the contract holds");
            ExitCode::SUCCESS
        }
        Err(violation) => {
            println!("seed {seed}: {violation}");
            println!("again: cargo test -p callflow-tests --test simulation -- --seed {seed}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the same seeds give the same course of things.
pub(crate) fn replay(seeds: Range<u64>) -> ExitCode {
    let digest = |seed| attempt(seed, 0).1.map(|world| (world.steps, world.trace.digest()));
    match seeds.into_iter().find(|seed| digest(*seed) != digest(*seed)) {
        Some(seed) => {
            println!("seed {seed} is another one when it is run again");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

/// Runs a seed, and keeps the last so many things that happen. A panic breaks a promise too.
fn attempt(seed: u64, lines: usize) -> (Result<(), Violation>, Option<World>) {
    let mut world = None;
    let run = AssertUnwindSafe(|| world.insert(World::new(seed, lines)).run());
    let outcome = catch_unwind(run).unwrap_or_else(|_| {
        Err(Violation { promise: Promise::Results, words: "it panicked".to_owned() })
    });
    (outcome, world)
}
