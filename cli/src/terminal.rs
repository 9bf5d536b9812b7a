//! What is on the other end of an output: a person's terminal, or a file or program.

use std::env;
use std::io::IsTerminal;

/// Whether an output takes colours: a terminal, unless `NO_COLOR` is set to anything.
pub(crate) fn takes_colour(output: &impl IsTerminal) -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    output.is_terminal() && !refused
}

/// Colours for a text, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Whether there is any colour.
    pub(crate) colour: bool,
}

impl Style {
    /// What matters most.
    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// What may be passed over.
    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// What went wrong.
    pub(crate) fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// What went well.
    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What deserves a look.
    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// "1 error", "2 errors".
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// "812 bytes", "12.3 kB", "1.4 MB".
pub(crate) fn bytes(number: usize) -> String {
    match number {
        ..1000 => count(number, "byte"),
        1000..1_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}
