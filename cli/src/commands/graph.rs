//! `callflow graph`: flows as pictures.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callflow_compiler::diagnostics::{Diagnostic, settle};
use callflow_compiler::graph::{self, Picture};
use callflow_compiler::semantics::typed::{Flow, Program};
use callflow_compiler::semantics::{self, Checked};

use super::LIBRARY;
use crate::exit::{self, Failure};
use crate::project::{Project, Target};
use crate::render;
use crate::settings::did_you_mean;
use crate::terminal::{count, takes_colour};

/// Draws flows: what happens, in which order, and where it may turn
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    callflow graph sales.flow -o sales.svg           all flows of a file\n  \
    callflow graph flows:sales.follow_up > out.svg   one flow of a folder\n  \
    callflow graph sales.flow --format mermaid       for pages that draw Mermaid\n  \
    callflow graph sales.flow --format dot | dot -Tpdf > sales.pdf")]
pub(crate) struct Graph {
    /// A file or folder, and which of its flows; all of them unless one is named
    #[arg(value_name = "PATH[:FLOW]", default_value = ".")]
    target: String,
    /// What to write; by the ending of FILE, or svg, unless given
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write it; on stdout unless given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A picture that every browser shows
    Svg,
    /// A Mermaid flowchart
    Mermaid,
    /// For Graphviz
    Dot,
}

impl Graph {
    /// Writes the picture. Warnings and errors are shown on stderr; a project with errors has no picture.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let target = Target::parse(&self.target);
        let project = Project::load(&target.path)?;
        let picture = picture(&project, target.flow.as_deref())?;
        let text = match self.format() {
            Format::Svg => graph::svg(&picture),
            Format::Mermaid => graph::mermaid(&picture),
            Format::Dot => graph::dot(&picture),
        };
        match &self.output {
            Some(file) => {
                fs::write(file, text).map_err(|error| unwritable(file, &error))?;
                let graphs = count(picture.graphs.len(), "graph");
                exit::say(&format!("{graphs} in {}\n", file.display()));
                Ok(())
            }
            None => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(text.as_bytes()).map_err(|error| Failure::of_output(&error))
            }
        }
    }

    fn format(&self) -> Format {
        let ending = self.output.as_deref().and_then(Path::extension);
        self.format.unwrap_or(match ending.and_then(|ending| ending.to_str()) {
            Some("mmd" | "mermaid") => Format::Mermaid,
            Some("dot" | "gv") => Format::Dot,
            _ => Format::Svg,
        })
    }
}

/// The picture of a project's flows, or of the one that is wanted.
fn picture(project: &Project, wanted: Option<&str>) -> Result<Picture, Failure> {
    let Checked { sources, diagnostics, program } =
        semantics::check(project.to_compile(), &LIBRARY);
    let diagnostics = settle(diagnostics);
    let stderr = io::stderr();
    let colour = takes_colour(&stderr);
    render::render(&mut stderr.lock(), project, &sources, &diagnostics, colour)
        .map_err(|error| Failure::of_output(&error))?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure::Failed("what has errors cannot be drawn".to_owned()));
    }
    let chosen = |flow: &Flow| wanted.is_none_or(|name| flow.address == name || flow.name == name);
    if !program.flows.iter().any(chosen) {
        return Err(Failure::Usage(nothing_chosen(&program, wanted)));
    }
    Ok(graph::build(&program, &sources, chosen))
}

fn nothing_chosen(program: &Program, wanted: Option<&str>) -> String {
    let addresses = || program.flows.iter().map(|flow| flow.address.as_str());
    match wanted {
        Some(wanted) if !program.flows.is_empty() => {
            let names = program.flows.iter().map(|flow| flow.name.as_str());
            let meant = did_you_mean(wanted, addresses().chain(names));
            let all = addresses().collect::<Vec<_>>().join("\n  ");
            format!("there is no flow `{wanted}`{meant}\n  {all}")
        }
        _ => "there is no flow to draw; a flow is written as `on call_finished < … >`".to_owned(),
    }
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    Failure::Missing(format!("`{}` cannot be written: {error}", file.display()))
}
