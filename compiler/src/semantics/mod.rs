//! From trees to a typed program: names, types, checks.
//!
//! The passes, in order, each in its file:
//!
//! 1. [`modules`] decides which files there are: the project's, the prelude, and the pieces that are mentioned.
//! 2. [`declare`] gives every item an id, so that all names are visible before their definition; [`uses`] adds
//!    those of other files.
//! 3. [`types`] resolves what type expressions mean; [`finite`] finds types that no value can have.
//! 4. [`signature`] resolves what functions and actions take and give, [`constant`] what constants, defaults
//!    and samples are worth, [`piece`] what pieces say of themselves.
//! 5. [`flow`] checks flow headers, and [`body`] the bodies of flows, functions and actions, by statement
//!    ([`statement`]) and expression ([`expression`]). Expected types flow inward; what does not fit gets a
//!    conversion from [`fits`] or a diagnostic from [`report`]. What branches may do stands in [`parallel`].
//! 6. [`flow_test`] checks tests against the flows that they run.
//! 7. [`effects`] infers from the calls which functions have effects, and which never end.
//! 8. [`capabilities`] holds flows against what their platforms can do, by the table in [`platforms`], and
//!    [`deadlines`] the worst case of their paths against the time in which an answer is due.
//!
//! A broken part has the type `Unknown`, which fits everywhere: one mistake gives one error. No pass recurses
//! deeper than a tree, a type, or a chain of constants, and each of these has a limit.

mod body;
mod capabilities;
mod checker;
mod connect;
mod constant;
mod deadlines;
mod declare;
mod effects;
mod exhaustive;
mod expression;
mod finite;
mod fits;
mod flow;
mod flow_test;
mod json_text;
mod modules;
mod names;
mod narrow;
mod parallel;
mod piece;
mod platforms;
mod quiet;
mod report;
mod returns;
mod secrets;
mod signature;
mod statement;
#[cfg(test)]
mod tests;
pub mod typed;
mod types;
mod unions;
mod unused;
mod uses;
pub mod walk;

use crate::diagnostics::Diagnostic;
use crate::project::Project;
use crate::source::{Library, Sources};

/// A checked project.
#[derive(Debug)]
pub struct Checked {
    /// All files that were read, the library's included.
    pub sources: Sources,
    /// Everything that is wrong, the syntax's included, in the order found.
    pub diagnostics: Vec<Diagnostic>,
    /// Complete where no diagnostic is an error.
    pub program: typed::Program,
}

/// Reads and checks the files of a project, with what they use of the library.
pub fn check(project: Project, library: &dyn Library) -> Checked {
    let Project { files, settings, .. } = project;
    let modules = modules::load(files, library);
    let mut checker = checker::Checker::new(&modules, &settings);
    checker.declare();
    checker.declare_uses();
    checker.resolve_types();
    checker.check_finite();
    checker.resolve_signatures();
    checker.evaluate_constants();
    checker.check_pieces();
    checker.resolve_flows();
    checker.check_flows();
    checker.check_bodies();
    checker.check_tests();
    checker.infer_effects();
    checker.tell_asking_settings();
    checker.warn_of_unused_uses();
    checker.check_connections();
    checker.check_capabilities();
    checker.check_deadlines();
    let (program, found) = checker.finish();

    let modules::Modules { sources, files, mut diagnostics, .. } = modules;
    diagnostics.extend(found);
    quiet::quieten(&files, &mut diagnostics);
    Checked { sources, diagnostics, program }
}
