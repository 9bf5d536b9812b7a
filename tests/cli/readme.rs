//! What the README promises: the first command, and three ways to break the flow.

use std::fs;

use insta::assert_snapshot;

use crate::process::{Called, Folder, call_in_repository, root, settled};

#[test]
fn the_first_command() {
    let called = call_in_repository(&["run", "examples/qualify_lead", "--sandbox"]);
    assert_eq!(called.code, 0, "{}", called.page());
    assert_snapshot!(settled(&called.page()));
}

#[test]
fn the_one_line_flow() {
    let called = call_in_repository(&["run", "examples/one_line", "--sandbox"]);
    assert_eq!(called.code, 0, "{}", called.page());
    assert_snapshot!(settled(&called.page()));
}

#[test]
fn a_misspelt_field() {
    assert_snapshot!(broken("{lead.company}: {lead.need}", "{lead.compnay}: {lead.need}").page());
}

#[test]
fn a_dropped_argument() {
    assert_snapshot!(broken("channel: \"#sales\", ", "").page());
}

#[test]
fn an_optional_used_as_if_it_were_there() {
    assert_snapshot!(broken("{lead.company}: {lead.need}", "{lead.company}: {lead.budget}").page());
}

/// Checks the example with one text in it replaced.
fn broken(from: &str, to: &str) -> Called {
    let text = fs::read_to_string(root().join("examples/qualify_lead/qualify_lead.flow")).unwrap();
    assert!(text.contains(from), "the example has no {from:?} any more");
    let folder = Folder::new().with("qualify_lead.flow", text.replacen(from, to, 1));
    let called = folder.call(&["check", "qualify_lead.flow"]);
    assert_eq!(called.code, 1, "{}", called.page());
    called
}
