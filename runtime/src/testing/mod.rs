//! Runs the tests of a project: flows with stand-ins for actions, on a clock of their own.
//!
//! A test is a function whose effects are carried out here ([`runner`]): [`stand_in`]s answer what its runs call,
//! [`expectation`]s hold what happened in the [`scene`] against what should have. Nothing leaves this process and
//! nobody waits: time passes when a test says `advance`, and while a run pauses between two attempts of an action.
//! Until then it is always [`BEGIN`], ids are counted and random numbers come from the test's name. So the same
//! test gives the same report.
//!
//! An expectation that does not hold does not end its test; all findings are collected.

mod crash;
mod expectation;
mod finding;
mod runner;
mod scene;
mod show;
mod stand_in;

use callflow_artifact::artifact::Test;

pub use self::finding::{Finding, Place, Report};
use crate::connect::Environment;
use crate::execute::Program;

/// When every test begins: Monday, 5 January 2026, 09:00 UTC.
pub const BEGIN: &str = "2026-01-05T09:00:00Z";

/// Runs one of a program's tests. `env("NAME")` gives what stands in the project's settings; what they take from
/// outside is its own name.
pub fn run(program: &Program, test: &Test, environment: &Environment) -> Report {
    let environment = environment.clone().for_sandbox();
    runner::Runner::new(program, test, &environment).run()
}
