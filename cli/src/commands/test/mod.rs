//! `callflow test`: the tests that stand beside the flows.
//!
//! Each project is compiled with its tests, which run [in parallel](parallel) and are told in the order in which
//! they stand: to a person ([`page`]), to a program ([`json`]), and on request as [`junit`].

mod json;
mod junit;
mod page;
mod parallel;
mod record;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use callflow_artifact::artifact::Test;
use callflow_compiler::source::{Location, Sources};
use callflow_runtime::connect::Environment;
use callflow_runtime::execute::Program;
use callflow_runtime::testing::{Place, Report};

use super::LIBRARY;
use crate::exit::{self, Failure};
use crate::place::Places;
use crate::position::{Lines, Position};
use crate::project::Project;
use crate::render;
use crate::terminal::{count, takes_colour};

/// Runs the tests of flows; nothing leaves this machine and nothing waits
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 all passed, 1 a test failed or the flows have errors, 2 no test has such a name, 3 something is missing.

Examples:
  callflow test                       the project in this folder
  callflow test flows/sales.flow      one file
  callflow test --filter refund       those with this in their name
  callflow test --junit report.xml    for a build server
  callflow test --record 0198f3ab41d27c0e -o tests.flow")]
pub(crate) struct TestCommand {
    /// Files and folders
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<String>,
    /// Only tests with this text in their name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Also write a JUnit report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print each test as a line of JSON
    #[arg(long)]
    json: bool,
    /// Make a test of a stored run instead, by its id or the beginning of it
    #[arg(long, value_name = "RUN", conflicts_with_all = ["filter", "junit", "json"])]
    record: Option<String>,
    /// Where to write that test; a file that is there gets it at its end
    #[arg(short, long, value_name = "FILE", requires = "record")]
    output: Option<PathBuf>,
    /// The file that keeps runs
    #[arg(long, value_name = "FILE", requires = "record")]
    store: Option<PathBuf>,
}

/// The tests of a project that have run.
struct Suite {
    project: Project,
    sources: Sources,
    program: Arc<Program>,
    outcomes: Vec<Outcome>,
}

/// A test that has run.
struct Outcome {
    report: Report,
    took: Duration,
}

impl TestCommand {
    /// Prints each test on stdout and a summary on stderr.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        if let Some(run) = &self.record {
            let path = self.paths.first().map_or(".", String::as_str);
            let project = Project::load(Path::new(path))?;
            return record::record(&project, self.store.as_deref(), run, self.output.as_ref());
        }
        let mut projects = Vec::new();
        for path in &self.paths {
            projects.extend(Project::load_all(Path::new(path))?);
        }
        let mut suites = Vec::new();
        let mut is_broken = false;
        for project in projects {
            match self.run(project)? {
                Some(suite) => suites.push(suite),
                None => is_broken = true,
            }
        }
        let outcomes = || suites.iter().flat_map(|suite| &suite.outcomes);
        let (total, passed) =
            (outcomes().count(), outcomes().filter(|it| it.report.has_passed()).count());
        match (total, is_broken) {
            (0, true) => {
                let why = "the flows have errors, and no test was run";
                return Err(Failure::Failed(why.to_owned()));
            }
            (0, false) => return self.nothing(),
            _ => {}
        }
        self.print(&suites).map_err(|error| Failure::of_output(&error))?;
        if let Some(path) = &self.junit {
            std::fs::write(path, junit::report(&suites)).map_err(|error| {
                Failure::Missing(format!("`{}` cannot be written: {error}", path.display()))
            })?;
        }
        exit::say(&format!("{}\n", summary(total, passed)));
        match passed == total && !is_broken {
            true => Ok(()),
            false => Err(Failure::Shown),
        }
    }

    /// Runs a project's tests; none where its flows have errors, which are shown.
    fn run(&self, project: Project) -> Result<Option<Suite>, Failure> {
        let compiled = callflow_compiler::compile(project.to_compile().with_tests(), &LIBRARY);
        let (sources, diagnostics) = (compiled.sources, compiled.diagnostics);
        let stderr = io::stderr();
        let colour = takes_colour(&stderr);
        render::render(&mut stderr.lock(), &project, &sources, &diagnostics, colour)
            .map_err(|error| Failure::of_output(&error))?;
        let Some(artifact) = compiled.artifact else { return Ok(None) };
        let program = Program::load(artifact)
            .map_err(|error| Failure::Failed(format!("the project cannot be run: {error}")))?;
        let program = Arc::new(program);
        // What comes from outside would be another thing on another machine.
        let settings = project.settings.environment.clone();
        let environment = Environment::from_settings(settings, &|_| None);
        let is_meant = |test: &&Test| match &self.filter {
            Some(part) => test.name.contains(part.as_str()),
            None => true,
        };
        let tests: Vec<&Test> = program.artifact().tests.iter().filter(is_meant).collect();
        let outcomes = parallel::run(&program, &tests, &environment);
        Ok(Some(Suite { project, sources, program, outcomes }))
    }

    fn print(&self, suites: &[Suite]) -> io::Result<()> {
        let stdout = io::stdout();
        let colour = takes_colour(&stdout);
        let mut out = io::BufWriter::new(stdout.lock());
        for suite in suites {
            match self.json {
                true => json::write(&mut out, suite)?,
                false => page::write(&mut out, suite, colour)?,
            }
        }
        out.flush()
    }

    fn nothing(&self) -> Result<(), Failure> {
        match &self.filter {
            Some(part) => Err(Failure::Usage(format!(
                "no test has `{part}` in its name; leave --filter out to run all"
            ))),
            None => {
                exit::say(
                    "no tests; a test is written as `test \"what it shows\" { … }` beside the flows\n",
                );
                Ok(())
            }
        }
    }
}

impl Suite {
    fn places(&self) -> Places<'_> {
        Places { project: &self.project, sources: &self.sources, program: &self.program }
    }

    fn location(&self, place: Place) -> Option<Location> {
        self.places().location(place.function, place.origin)
    }

    /// The file of a place, as a person knows it, and where in it the place is.
    fn position(&self, place: Place) -> Option<(String, Position)> {
        let location = self.location(place)?;
        let source = self.sources.get(location.file)?;
        let position = Lines::of(&source.text).position(location.span.start as usize);
        Some((self.project.shown(&source.path), position))
    }

    /// The outcomes of each file, in order.
    fn by_file(&self) -> Vec<(String, Vec<&Outcome>)> {
        let mut files: Vec<(String, Vec<&Outcome>)> = Vec::new();
        for outcome in &self.outcomes {
            let location = self.location(outcome.report.place);
            let source = location.and_then(|location| self.sources.get(location.file));
            let file = source.map(|it| self.project.shown(&it.path)).unwrap_or_default();
            match files.last_mut() {
                Some((last, outcomes)) if *last == file => outcomes.push(outcome),
                _ => files.push((file, vec![outcome])),
            }
        }
        files
    }
}

fn summary(total: usize, passed: usize) -> String {
    match total - passed {
        0 => format!("{} passed", count(total, "test")),
        failed => format!("{}: {passed} passed, {failed} failed", count(total, "test")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(1, 1), "1 test passed");
        assert_eq!(summary(3, 3), "3 tests passed");
        assert_eq!(summary(3, 1), "3 tests: 1 passed, 2 failed");
    }
}
