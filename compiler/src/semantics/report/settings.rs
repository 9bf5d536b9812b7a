//! What a project declares outside of its flows: settings, secrets, agents, connections.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::{list, meant};

/// `env(name)`, `secret("a", "b")`
pub(in crate::semantics) fn one_literal(at: Location, word: &str) -> Diagnostic {
    Diagnostic::error(Code::E0702, at, format!("`{word}` takes one name in quotes"))
        .label("no plain text")
        .note(format!("Such as `{word}(\"NAME\")`: what a flow needs is known before it runs"))
}

/// A setting or secret that `callflow.toml` does not declare.
pub(in crate::semantics) fn undeclared(
    at: Location,
    name: &str,
    section: &str,
    known: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let what = if section == "env" { "setting" } else { "secret" };
    let value = if section == "env" { "…".to_owned() } else { format!("${{{name}}}") };
    let diagnostic =
        Diagnostic::error(Code::E0702, at, format!("The project has no {what} `{name}`"))
            .label("not declared");
    let diagnostic = match candidate {
        Some(_) => meant(diagnostic, at, None),
        None if known.is_empty() => diagnostic,
        None => diagnostic.note(format!("It has {}", list(known.iter().copied()))),
    };
    let diagnostic = match candidate {
        Some(meant) => diagnostic.label(format!("did you mean \"{meant}\"?")).fix(
            format!("change to \"{meant}\""),
            at,
            format!("\"{meant}\""),
        ),
        None => diagnostic,
    };
    diagnostic.note(format!("Add it to callflow.toml:\n\n[{section}]\n{name} = \"{value}\""))
}

/// An agent that `callflow.toml` does not declare.
pub(in crate::semantics) fn unknown_agent(
    at: Location,
    name: &str,
    known: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0703, at, format!("The project has no agent \"{name}\""))
            .label("not declared")
            .note(format!("It has {}", list(known.iter().copied())));
    match candidate {
        Some(meant) => diagnostic.label(format!("did you mean \"{meant}\"?")).fix(
            format!("change to \"{meant}\""),
            at,
            format!("\"{meant}\""),
        ),
        None => diagnostic
            .note(format!("Add it to callflow.toml:\n\n[agents.{}]\nplatform = \"…\"", key(name))),
    }
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if name.bytes().all(bare) { name.to_owned() } else { format!("{name:?}") }
}
