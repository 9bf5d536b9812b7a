//! `callflow check`: what is wrong, before anything runs.

use std::io::{self, Write};
use std::path::Path;

use callflow_compiler::diagnostics::Diagnostic;

use super::LIBRARY;
use crate::exit::{self, Failure};
use crate::project::Project;
use crate::terminal::{count, takes_colour};
use crate::{diagnostics_json, render};

/// Type-checks flows
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    callflow check                      the project in this folder\n  \
    callflow check flows/sales.flow     one file\n  \
    callflow check --json | jq .code    for programs")]
pub(crate) struct Check {
    /// Files and folders
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<String>,
    /// Print each diagnostic as a line of JSON
    #[arg(long)]
    json: bool,
    /// Also tell of connections that the flows need and the project does not have
    #[arg(long)]
    connections: bool,
}

impl Check {
    /// Prints what is wrong on stdout and a summary on stderr. Warnings are no failure.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let mut projects = Vec::new();
        for path in &self.paths {
            projects.extend(Project::load_all(Path::new(path))?);
        }
        let stdout = io::stdout();
        let colour = takes_colour(&stdout);
        let mut out = io::BufWriter::new(stdout.lock());
        let mut summary = Summary::default();
        for project in projects {
            let compiled = match self.connections {
                true => project.to_compile_with_connections(),
                false => project.to_compile(),
            };
            let checked = callflow_compiler::check(compiled, &LIBRARY);
            summary.add(&checked.diagnostics, checked.flows);
            let (sources, diagnostics) = (&checked.sources, &checked.diagnostics);
            match self.json {
                true => diagnostics_json::write(&mut out, &project, sources, diagnostics),
                false => render::render(&mut out, &project, sources, diagnostics, colour),
            }
            .map_err(|error| Failure::of_output(&error))?;
        }
        out.flush().map_err(|error| Failure::of_output(&error))?;
        exit::say(&format!("{}\n", summary.text()));
        match summary.errors {
            0 => Ok(()),
            _ => Err(Failure::Shown),
        }
    }
}

/// What the last line says.
#[derive(Debug, Default)]
struct Summary {
    flows: usize,
    errors: usize,
    warnings: usize,
}

impl Summary {
    fn add(&mut self, diagnostics: &[Diagnostic], flows: usize) {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        self.flows += flows;
        self.errors += errors;
        self.warnings += diagnostics.len() - errors;
    }

    fn text(&self) -> String {
        let (errors, warnings) = (count(self.errors, "error"), count(self.warnings, "warning"));
        match (self.errors, self.warnings) {
            (0, 0) => format!("{}, no problems", count(self.flows, "flow")),
            (0, _) => format!("{}, {warnings}", count(self.flows, "flow")),
            (_, 0) => errors,
            _ => format!("{errors}, {warnings}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts() {
        let text = |flows, errors, warnings| Summary { flows, errors, warnings }.text();
        assert_eq!(text(2, 0, 0), "2 flows, no problems");
        assert_eq!(text(1, 0, 1), "1 flow, 1 warning");
        assert_eq!(text(1, 1, 2), "1 error, 2 warnings");
        assert_eq!(text(0, 3, 0), "3 errors");
    }
}
