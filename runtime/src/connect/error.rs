//! What a project has to say about a connection and does not.

use callflow_artifact::piece::{Connection, ConnectionKind, Piece};

use super::{is_mandatory, known_settings};

/// A connection that cannot be used, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConnectionError {
    /// The piece that needs the connection.
    pub piece: String,
    /// What is missing, in one sentence.
    pub message: String,
    /// What to add or set, as lines to copy.
    pub help: String,
}

/// Which connection it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    /// Whose.
    pub(super) piece: &'a Piece,
    /// What settings call it.
    pub(super) name: &'a str,
}

impl At<'_> {
    /// `hubspot`, or ``the connection `emea` of hubspot``.
    fn shown(self) -> String {
        match self.piece.name == self.name {
            true => self.name.to_owned(),
            false => format!("the connection `{}` of {}", self.name, self.piece.name),
        }
    }
}

impl ConnectionError {
    pub(super) fn unknown_kind(at: At<'_>, kind: &str) -> ConnectionError {
        ConnectionError {
            piece: at.piece.name.to_string(),
            message: format!("{} has no connection of kind `{kind}`", at.piece.name),
            help: format!("its kinds are {}", kinds(at.piece)),
        }
    }

    pub(super) fn which_kind(at: At<'_>) -> ConnectionError {
        ConnectionError {
            piece: at.piece.name.to_string(),
            message: format!(
                "the settings under [connections.{}] in callflow.toml fit none of its kinds",
                at.name
            ),
            help: format!("add `kind`, one of {}, and its settings", kinds(at.piece)),
        }
    }

    pub(super) fn unset(at: At<'_>, setting: &str, variable: String) -> ConnectionError {
        ConnectionError {
            piece: at.piece.name.to_string(),
            message: format!(
                "{} needs `{setting}`, which callflow.toml takes from the environment variable \
                 {variable}, and that is not set",
                at.shown()
            ),
            help: format!("export {variable}=…"),
        }
    }

    /// The settings that `is_given` does not know are named; the lines to add are all of them.
    pub(super) fn missing(
        at: At<'_>,
        connection: &Connection,
        is_given: impl Fn(&str) -> bool,
    ) -> ConnectionError {
        let needed: Vec<_> = known_settings(connection).into_iter().filter(is_mandatory).collect();
        let missing = needed.iter().filter(|it| !is_given(&it.name));
        let names: Vec<String> = missing.map(|it| format!("`{}`", it.name)).collect();
        let mut lines = format!("add to callflow.toml:\n\n[connections.{}]\n", at.name);
        if at.piece.connections.len() > 1 || connection.kind == ConnectionKind::OAuth2 {
            lines.push_str(&format!("kind = \"{}\"\n", connection.name));
        }
        let mut variables = Vec::new();
        for setting in &needed {
            if !setting.doc.is_empty() {
                lines.push_str(&format!("# {}\n", setting.doc.lines().next().unwrap_or_default()));
            }
            let variable = variable(at.name, &setting.name);
            if setting.secret {
                lines.push_str(&format!("{} = \"${{{variable}}}\"\n", setting.name));
                variables.push(variable);
            } else {
                lines.push_str(&format!("{} = \"…\"\n", setting.name));
            }
        }
        if !variables.is_empty() {
            lines.push_str(&format!("\nand set {} in the environment", variables.join(", ")));
        }
        ConnectionError {
            piece: at.piece.name.to_string(),
            message: match at.piece.name == at.name {
                true => format!("{} needs a connection with {}", at.name, names.join(" and ")),
                false => format!("{} needs {}", at.shown(), names.join(" and ")),
            },
            help: lines,
        }
    }
}

/// `HUBSPOT_TOKEN`
fn variable(name: &str, setting: &str) -> String {
    format!("{name}_{setting}").replace('-', "_").to_ascii_uppercase()
}

fn kinds(piece: &Piece) -> String {
    let names: Vec<String> = piece.connections.iter().map(|it| format!("`{}`", it.name)).collect();
    names.join(", ")
}
