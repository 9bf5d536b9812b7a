//! How a command ends: the exit code, and one line that says what and how to mend it.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The flow or the check failed, and what is wrong was shown already. Exit code 1.
    Shown,
    /// The flow or the check failed. Exit code 1.
    Failed(String),
    /// What was asked for makes no sense. Exit code 2.
    Usage(String),
    /// Something outside is missing: a file, a connection. Exit code 3.
    Missing(String),
}

impl Failure {
    /// What the process ends with.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Shown | Failure::Failed(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Missing(_) => 3,
        }
    }

    /// Ends a command: prints what is still to be said on stderr.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Failure::Shown => {}
            Failure::Failed(text) | Failure::Usage(text) | Failure::Missing(text) => {
                say(&format!("error: {text}\n"));
            }
        }
        ExitCode::from(self.code())
    }

    /// Stdout that cannot be written to. A reader that went away (`callflow pieces | head`) is no failure.
    pub(crate) fn of_output(error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Shown,
            _ => Failure::Missing(format!("the output cannot be written: {error}")),
        }
    }
}

/// Writes on stderr. Where that cannot be written, there is nowhere left to say so.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Shown => Ok(()),
            Failure::Failed(text) | Failure::Usage(text) | Failure::Missing(text) => {
                f.write_str(text)
            }
        }
    }
}
