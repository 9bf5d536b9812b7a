//! The deterministic simulation: the durable engine in a made-up world, which a seed decides in full.
//!
//! ```text
//! cargo test -p callflow-tests --test simulation                      20,000 seeds on all cores
//! cargo test … --test simulation -- --seed 4711 [--last 200]          one of them, and what happened last in it
//! cargo test … --test simulation -- --seeds 0..100000 [--all]         others; with --all, each that fails
//! cargo test … --features mutations --test simulation -- --mutations [NAME]   engines that are broken on purpose
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clients;
mod dice;
mod disk;
mod expect;
mod file;
mod job;
mod model;
#[cfg(feature = "mutations")]
mod mutate;
mod network;
mod process;
mod programs;
mod runner;
mod trace;
mod verdict;
mod world;

use std::ops::Range;
use std::process::ExitCode;

/// The seeds that are tried unless something else is said.
const SEEDS: Range<u64> = 0..20_000;

/// The seeds that are run twice.
const TWICE: Range<u64> = 0..200;

/// How many of the last things are shown of a seed that fails.
const LINES: usize = 50;

/// A test, by the name that test runners know it by.
type Test = (&'static str, fn() -> ExitCode);

const TESTS: &[Test] = &[
    ("the_contract_holds", || runner::many(SEEDS, LINES)),
    ("a_seed_is_the_same_again", || runner::replay(TWICE)),
    #[cfg(feature = "mutations")]
    ("every_broken_engine_is_caught", || mutate::all(None)),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|it| it == name);
    let value = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let number =
        |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("`{text}` is no number"));
    if has("--list") {
        let tests = if has("--ignored") { &[] } else { TESTS };
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let lines = value("--last").map_or(LINES, |it| number(it) as usize);
    if let Some(seed) = value("--seed") {
        return runner::one(number(seed), lines);
    }
    if let Some(range) = value("--seeds") {
        let (from, to) = range.split_once("..").expect("seeds are a range: 0..1000");
        let seeds = number(from)..number(to);
        return if has("--all") { runner::list(seeds) } else { runner::many(seeds, lines) };
    }
    #[cfg(feature = "mutations")]
    if has("--mutations") {
        return mutate::all(value("--mutations"));
    }
    let named = |name: &str| {
        let filters: Vec<&String> = arguments.iter().filter(|it| !it.starts_with("--")).collect();
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    };
    for (name, test) in TESTS.iter().filter(|(name, _)| named(name)) {
        println!("{name}");
        let code = test();
        if code != ExitCode::SUCCESS {
            return code;
        }
    }
    ExitCode::SUCCESS
}
