//! `callflow fmt`: the one layout.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use callflow_compiler::format::{Formatted, format_file};
use callflow_compiler::source::FileId;

use crate::exit::{self, Failure};
use crate::position::Lines;
use crate::project::{flow_files, read_flow};
use crate::replace::replace;
use crate::terminal::count;

/// Lays flows out, in place
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    callflow fmt                      the project in this folder\n  \
    callflow fmt flows/sales.flow     one file\n  \
    callflow fmt --check              lists what would change, for CI\n  \
    callflow fmt - < sales.flow       from stdin to stdout, for editors")]
pub(crate) struct Fmt {
    /// Files and folders; `-` is stdin
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// List the files that would change, and change none
    #[arg(long)]
    check: bool,
}

/// A file whose layout is another.
struct Change {
    path: PathBuf,
    text: String,
}

impl Fmt {
    /// Prints the paths of changed files on stdout, and on stderr which files are broken. All files are read
    /// before the first is written.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let stdin = |path: &PathBuf| path.as_os_str() == "-";
        if let [path] = self.paths.as_slice()
            && stdin(path)
        {
            return self.format_stdin();
        }
        if self.paths.iter().any(stdin) {
            let text = "`-` is stdin and stands alone; give it or paths".to_owned();
            return Err(Failure::Usage(text));
        }
        let mut files = Vec::new();
        for path in &self.paths {
            files.extend(flow_files(path)?);
        }
        files.sort();
        files.dedup();
        let changes = changes(&files)?;
        for change in &changes {
            if !self.check {
                replace(&change.path, &change.text)?;
            }
            write(&format!("{}\n", change.path.display()))?;
        }
        self.summarize(changes.len(), files.len() - changes.len())
    }

    fn format_stdin(&self) -> Result<(), Failure> {
        let mut given = String::new();
        io::stdin().lock().read_to_string(&mut given).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => {
                Failure::Failed("stdin is not UTF-8; save the text as UTF-8".to_owned())
            }
            _ => Failure::Missing(format!("stdin cannot be read: {error}")),
        })?;
        let formatted = format_file(FileId(0), &given);
        tell_broken("stdin", &given, &formatted);
        match self.check {
            true if formatted.text == given => Ok(()),
            true => {
                write("stdin\n")?;
                Err(Failure::Shown)
            }
            false => write(&formatted.text),
        }
    }

    fn summarize(&self, changed: usize, unchanged: usize) -> Result<(), Failure> {
        let (changed_files, unchanged) = (count(changed, "file"), count(unchanged, "file"));
        let text = match self.check {
            true if changed > 0 => format!("{changed_files} to format, {unchanged} in order"),
            true => format!("{unchanged} in order"),
            false => format!("{changed_files} formatted, {unchanged} unchanged"),
        };
        exit::say(&format!("{text}\n"));
        if self.check && changed > 0 { Err(Failure::Shown) } else { Ok(()) }
    }
}

fn changes(files: &[PathBuf]) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for path in files {
        let given = read_flow(path)?;
        let formatted = format_file(FileId(0), &given);
        tell_broken(&path.display().to_string(), &given, &formatted);
        if formatted.text != given {
            changes.push(Change { path: path.clone(), text: formatted.text });
        }
    }
    Ok(changes)
}

/// Says where a text is broken, for what is broken stays as it stands.
fn tell_broken(name: &str, given: &str, formatted: &Formatted) {
    if let Some(first) = formatted.diagnostics.first() {
        let position = Lines::of(given).position(first.primary.at.span.start as usize);
        let (line, column) = (position.line, position.column);
        exit::say(&format!(
            "{name}:{line}:{column}: {}; what is broken stays as it stands\n",
            first.message
        ));
    }
}

fn write(text: &str) -> Result<(), Failure> {
    io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::of_output(&error))
}
