//! From bytecode back to the source that it came from.

use std::sync::Arc;

use callflow_artifact::bytecode::{FunctionId, Origin};
use callflow_compiler::source::{Location, Sources, Span};
use callflow_runtime::execute::Program;

use crate::position::Lines;
use crate::project::Project;

/// A program and the files that it was compiled from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places<'a> {
    /// Names the files for a person.
    pub(crate) project: &'a Project,
    /// Their texts.
    pub(crate) sources: &'a Sources,
    /// What runs.
    pub(crate) program: &'a Arc<Program>,
}

impl Places<'_> {
    /// The part of a file that a function's instruction came from.
    pub(crate) fn location(&self, function: FunctionId, origin: Origin) -> Option<Location> {
        let artifact = self.program.artifact();
        let function = self.program.function(function)?;
        let path = &artifact.files.get(function.file as usize)?.path;
        let (file, _) = self.sources.iter().find(|(_, source)| source.path == *path)?;
        Some(Location { file, span: Span::new(origin.start, origin.end) })
    }

    /// `flows/sales.flow:12:3`; empty for what came from no source.
    pub(crate) fn shown(&self, function: FunctionId, origin: Origin) -> String {
        let location = self.location(function, origin);
        let source = location.and_then(|location| self.sources.get(location.file));
        match source {
            Some(source) => {
                let at = Lines::of(&source.text).position(origin.start as usize);
                format!("{}:{}:{}", self.project.shown(&source.path), at.line, at.column)
            }
            None => self.shown_without_text(function, origin),
        }
    }

    /// The same of an artifact, which knows where lines begin.
    fn shown_without_text(&self, function: FunctionId, origin: Origin) -> String {
        let function = self.program.function(function);
        let files = &self.program.artifact().files;
        match function.and_then(|function| files.get(function.file as usize)) {
            Some(file) => {
                let (line, column) = file.position(origin.start);
                format!("{}:{line}:{column}", file.path)
            }
            None => String::new(),
        }
    }
}
