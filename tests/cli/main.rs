//! The real binary, as a person calls it: real files, real processes, a real server on this machine.

// What tests share may fail as loudly as a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bad_input;
mod build;
mod commands;
mod examples;
mod fix;
mod fmt;
mod graph;
mod mistakes;
mod pains;
mod process;
mod readme;
mod run;
mod serve;
mod server;
mod services;
mod test_command;
