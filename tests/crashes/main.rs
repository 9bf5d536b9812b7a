//! Real crashes: the real `callflow serve` is killed at random instants, and loses its disk, while clients fire events
//! at it and a service counts what it is asked for.
//!
//! Each test has a folder of its own, which is kept when the test fails.

// What tests share may fail as loudly as a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// Processes are told to stop by signals.
#![cfg(unix)]

mod chance;
mod client;
mod files;
mod full_disk;
mod http;
mod killer;
mod kills;
mod ledger;
mod mounts;
mod process;
mod project;
mod stored;
mod verdict;
