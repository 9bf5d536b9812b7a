//! The real binary, as a person calls it: real files, real processes, a real server on this machine.

mod bad_input;
mod commands;
mod examples;
mod process;
mod readme;
mod run;
mod server;
mod services;
