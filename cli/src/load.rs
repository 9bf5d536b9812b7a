//! From a path to a program: sources are compiled, an artifact is taken as it is.

use std::io;
use std::path::Path;

use callflow_artifact::Artifact;
use callflow_compiler::source::Sources;

use crate::artifact_file;
use crate::commands::LIBRARY;
use crate::exit::Failure;
use crate::project::Project;
use crate::render;
use crate::terminal::takes_colour;

/// A program, and what is known of where it came from.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The project; that of an artifact has no files.
    pub(crate) project: Project,
    /// The texts; none of an artifact.
    pub(crate) sources: Sources,
    /// What runs.
    pub(crate) artifact: Artifact,
}

/// Compiles the project at a path, or reads the artifact there. Warnings and errors are shown on stderr, for stdout
/// is the command's. `undone` says what does not happen to flows with errors: `was not run`.
pub(crate) fn load(path: &Path, undone: &str) -> Result<Loaded, Failure> {
    if artifact_file::is_artifact(path) {
        let artifact = artifact_file::read(path)?.artifact;
        let project = Project::of_artifact(&artifact.name, path.parent())?;
        return Ok(Loaded { project, sources: Sources::default(), artifact });
    }
    let project = Project::load(path)?;
    let compiled = callflow_compiler::compile(project.to_compile(), &LIBRARY);
    let stderr = io::stderr();
    let colour = takes_colour(&stderr);
    let (sources, diagnostics) = (compiled.sources, compiled.diagnostics);
    render::render(&mut stderr.lock(), &project, &sources, &diagnostics, colour)
        .map_err(|error| Failure::of_output(&error))?;
    match compiled.artifact {
        Some(artifact) => Ok(Loaded { project, sources, artifact }),
        None => Err(Failure::Failed(format!("the flow has errors and {undone}"))),
    }
}
