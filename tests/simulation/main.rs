//! The deterministic simulation: the durable engine in a made-up world, which a seed decides in full.
//!
//! ```text
//! cargo test -p callflow-tests --test simulation                        20,000 seeds on all cores
//! cargo test -p callflow-tests --test simulation -- --seed 4711         one of them, with what happened last
//! cargo test -p callflow-tests --test simulation -- --seeds 0..100000
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clients;
mod dice;
mod disk;
mod expect;
mod job;
mod model;
mod network;
mod process;
mod programs;
mod trace;
mod verdict;
mod world;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::verdict::{Promise, Violation};
use crate::world::World;

/// How many seeds are tried unless something else is said.
const SEEDS: u64 = 20_000;

/// How many of the last things are shown of a seed that fails.
const LINES: usize = 50;

/// The name by which test runners know it.
const NAME: &str = "the_contract_holds";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1).cloned()
    };
    if arguments.iter().any(|it| it == "--list") {
        if !arguments.iter().any(|it| it == "--ignored") {
            println!("{NAME}: test");
        }
        return ExitCode::SUCCESS;
    }
    if let Some(seed) = value("--seed") {
        let lines = value("--last").map_or(LINES, |it| it.parse().expect("a number"));
        return show(seed.parse().expect("a seed is a number"), lines);
    }
    let seeds = value("--seeds").map_or(0..SEEDS, |range| {
        let (from, to) = range.split_once("..").expect("seeds are a range: 0..1000");
        from.parse().expect("a number")..to.parse().expect("a number")
    });
    if arguments.iter().any(|it| it == "--all") {
        return list(seeds);
    }
    many(seeds)
}

/// Tries seeds one after the other, and names each that fails.
fn list(seeds: std::ops::Range<u64>) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for seed in seeds {
        if let (Err(violation), _) = attempt(seed, 0) {
            println!("seed {seed}: {violation}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Tries many seeds on all cores.
fn many(seeds: std::ops::Range<u64>) -> ExitCode {
    let begun = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let steps = AtomicU64::new(0);
    let failed: Mutex<Option<u64>> = Mutex::new(None);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || failed.lock().unwrap().is_some_and(|it| it < seed) {
                        return;
                    }
                    let (outcome, world) = attempt(seed, 0);
                    steps.fetch_add(world.map_or(0, |it| it.steps as u64), Ordering::Relaxed);
                    if outcome.is_err() {
                        let mut failed = failed.lock().unwrap();
                        *failed = Some(failed.map_or(seed, |it| it.min(seed)));
                    }
                }
            });
        }
    });
    let count = seeds.end - seeds.start;
    let seconds = begun.elapsed().as_secs_f64();
    let (steps, failed) = (steps.into_inner(), failed.into_inner().unwrap());
    if let Some(seed) = failed {
        return show(seed, LINES);
    }
    println!(
        "{count} seeds with {steps} steps in {seconds:.1} s: {:.0} seeds/s",
        count as f64 / seconds
    );
    ExitCode::SUCCESS
}

/// Runs a seed. A panic breaks a promise too.
fn attempt(seed: u64, lines: usize) -> (Result<(), Violation>, Option<World>) {
    let mut world = None;
    let run = std::panic::AssertUnwindSafe(|| world.insert(World::new(seed, lines)).run());
    let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| {
        Err(Violation { promise: Promise::Results, words: "it panicked".to_owned() })
    });
    (outcome, world)
}

/// Runs a seed and shows what happened at its end.
fn show(seed: u64, lines: usize) -> ExitCode {
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
