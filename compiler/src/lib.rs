//! The Callflow compiler: text in, diagnostics and an artifact out.
//!
//! ```text
//! source ──syntax──▶ tree ──semantics──▶ typed program ──lower──▶ artifact
//! ```
//!
//! Each stage is a function from the one before. Reading never fails: there is always a tree, and always all
//! the diagnostics. The compiler does no input or output, knows no clock and starts no threads; pieces come
//! from a [`source::Library`], which is a trait.

pub mod connections;
pub mod diagnostics;
pub mod format;
pub mod graph;
pub mod lower;
pub mod project;
pub mod semantics;
pub mod source;
pub mod syntax;

use callflow_artifact::Artifact;
use callflow_artifact::verify::verify;

use diagnostics::Diagnostic;
use project::Project;
use source::{Library, Sources};

/// What came of a compilation.
#[derive(Debug)]
pub struct Compilation {
    /// All files that were read, the library's included, so that diagnostics can be shown.
    pub sources: Sources,
    /// All there is to say, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many flows the project has, broken ones included where their header could be read.
    pub flows: usize,
    /// The compiled project, where there was no error.
    pub artifact: Option<Artifact>,
}

/// Checks a project without making an artifact: what `callflow check` and the editor ask.
pub fn check(project: Project, library: &dyn Library) -> Compilation {
    let checked = semantics::check(project, library);
    let diagnostics = diagnostics::settle(checked.diagnostics);
    let flows = checked.program.flows.len();
    Compilation { sources: checked.sources, diagnostics, flows, artifact: None }
}

/// Compiles a project.
pub fn compile(project: Project, library: &dyn Library) -> Compilation {
    let (name, tests) = (project.name.clone(), project.tests);
    let declared = project.settings.declared();
    let checked = semantics::check(project, library);
    let mut diagnostics = diagnostics::settle(checked.diagnostics);
    let broken = diagnostics.iter().any(Diagnostic::is_error);
    let flows = checked.program.flows.len();
    let artifact = (!broken)
        .then(|| lower::lower(&name, checked.program, tests))
        .and_then(|lowered| lowered.map_err(|too_large| diagnostics.push(*too_large)).ok())
        .map(|artifact| Artifact { declared, ..artifact });
    debug_assert_eq!(artifact.as_ref().map_or(Ok(()), verify), Ok(()), "what lowering made");
    Compilation { sources: checked.sources, diagnostics, flows, artifact }
}
