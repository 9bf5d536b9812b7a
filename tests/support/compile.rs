//! Programs of flows that are compiled for a test.

#![allow(dead_code, reason = "each test uses some of it")]

use callflow_artifact::Artifact;
use callflow_compiler::compile;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Library, Source};
use callflow_runtime::execute::Program;

/// What comes with the language.
pub(crate) const LIBRARY: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

/// One file and its tests, with what comes with the language. Panics with every error.
#[track_caller]
pub(crate) fn program(text: &str) -> Program {
    Program::load(artifact(text, &LIBRARY)).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// The same with another library, not loaded.
#[track_caller]
pub(crate) fn artifact(text: &str, library: &dyn Library) -> Artifact {
    let file = Source { path: "test.flow".into(), text: text.into() };
    let compilation = compile(Project::new("test", vec![file]).with_tests(), library);
    compilation.artifact.unwrap_or_else(|| {
        let errors = compilation.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        let told = errors.map(|error| {
            let at = compilation.sources.slice(error.primary.at);
            format!("{} {}: `{at}`", error.code, error.message)
        });
        panic!("{}\n{text}", told.collect::<Vec<_>>().join("\n"))
    })
}
