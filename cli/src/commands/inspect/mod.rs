//! `callflow inspect`: what is in an artifact, for a person ([`page`]) and for a program ([`json`]).

mod json;
mod page;

use std::io::{self, Write};
use std::path::PathBuf;

use callflow_artifact::print;

use crate::artifact_file;
use crate::exit::Failure;
use crate::terminal::{Style, takes_colour};

/// Shows what is in an artifact, and what it needs of the place where it runs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    callflow inspect sales.callflow\n  \
    callflow inspect sales.callflow --json | jq .connections\n  \
    callflow inspect sales.callflow --bytecode | less")]
pub(crate) struct Inspect {
    /// What `callflow build` made, the executables of `--standalone` too
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON
    #[arg(long, conflicts_with = "bytecode")]
    json: bool,
    /// Print the instructions of all functions
    #[arg(long)]
    bytecode: bool,
}

impl Inspect {
    /// Prints the artifact on stdout.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let packed = artifact_file::read(&self.file)?;
        let stdout = io::stdout();
        let style = Style { colour: takes_colour(&stdout) };
        let text = match (self.json, self.bytecode) {
            (true, _) => format!("{:#}\n", json::object(&packed)),
            (_, true) => print::print(&packed.artifact),
            _ => page::text(&packed, style),
        };
        stdout.lock().write_all(text.as_bytes()).map_err(|error| Failure::of_output(&error))
    }
}
