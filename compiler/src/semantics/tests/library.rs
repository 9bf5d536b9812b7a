//! The standard library and the examples have nothing wrong with them.

use crate::project::Project;
use std::fmt::Write;

use super::support::{STDLIB, render};
use crate::diagnostics;
use crate::semantics::check;
use crate::source::Source;

const EXAMPLES: [(&str, &str); 2] = [
    ("one_line.flow", include_str!("../../../../examples/one_line/one_line.flow")),
    ("qualify_lead.flow", include_str!("../../../../examples/qualify_lead/qualify_lead.flow")),
];

fn said_of(files: Vec<Source>) -> String {
    let checked = check(Project::new("test", files), &STDLIB);
    let mut out = String::new();
    for diagnostic in diagnostics::settle(checked.diagnostics) {
        let _ = write!(out, "{}", render(&diagnostic, &checked.sources));
    }
    out
}

#[test]
fn nothing_is_wrong_with_the_library() {
    // A file that mentions every piece loads them all.
    let all: String =
        callflow_stdlib::PIECES.iter().map(|(name, _)| format!("// {name}.\n")).collect();
    assert_eq!(said_of(vec![Source { path: "all.flow".into(), text: all.into() }]), "");
}

#[test]
fn nothing_is_wrong_with_the_examples() {
    for (name, text) in EXAMPLES {
        assert_eq!(said_of(vec![Source { path: name.into(), text: text.into() }]), "", "{name}");
    }
}

#[test]
fn a_typed_program_can_be_lowered() {
    for (name, text) in EXAMPLES {
        let checked = check(
            Project::new(name, vec![Source { path: name.into(), text: text.into() }]),
            &STDLIB,
        );
        let artifact = crate::lower::lower(name, checked.program, false).unwrap();
        assert_eq!(artifact.flows.len(), 1, "{name}");
    }
}
