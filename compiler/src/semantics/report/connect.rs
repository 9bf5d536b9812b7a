//! Connections that the flows need and the project does not have.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::list;

/// A connection that `callflow.toml` does not have.
pub(in crate::semantics) fn missing(
    at: Location,
    name: &str,
    lines: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0704, at, format!("The project has no connection `{name}`"))
            .label("runs over it");
    let diagnostic = match candidate {
        Some(meant) => diagnostic.note(format!("It has `{meant}`; is that meant?")),
        None => diagnostic,
    };
    diagnostic.note(format!("Add it to callflow.toml:\n\n{}", lines.trim_end()))
}

/// A connection of a kind that the piece does not have.
pub(in crate::semantics) fn unknown_kind(
    at: Location,
    name: &str,
    kind: &str,
    kinds: &[&str],
) -> Diagnostic {
    let message = format!("The connection `{name}` is of kind `{kind}`, which there is not");
    Diagnostic::error(Code::E0704, at, message)
        .label("runs over it")
        .note(format!("It can be {}", list(kinds.iter().copied())))
}

/// A connection that was not granted what an action needs.
pub(in crate::semantics) fn scopes(
    at: Location,
    name: &str,
    action: &str,
    missing: &[&str],
) -> Diagnostic {
    let scopes = list(missing.iter().copied());
    Diagnostic::error(Code::E0704, at, format!("The connection `{name}` may not do this"))
        .label(format!("needs {scopes}"))
        .note(format!("`{action}` needs {scopes}, which was not granted: connect it again with it"))
}
