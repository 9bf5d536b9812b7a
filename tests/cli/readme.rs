//! What the README promises: the first commands, and three ways to break the flow.

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

/// What the README shows is what a reader gets, in the order in which it stands there.
#[test]
fn the_readme_shows_real_output() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let shown: Vec<String> = readme
        .split("```text\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .map(|(block, _)| settled(block))
        .collect();
    let first = call_in_repository(&["run", "examples/qualify_lead", "--sandbox"]).stdout;
    let tested = call_in_repository(&["test", "examples/qualify_lead"]);
    let tested = tested.stdout + &tested.stderr;
    let misspelt = broken("{lead.company}: {lead.need}", "{lead.compnay}: {lead.need}");
    let optional = broken("{lead.company}: {lead.need}", "{lead.company}: {lead.budget}");
    let real = [first, tested, misspelt.stdout, optional.stdout];
    let trimmed = |text: &str| -> String {
        text.trim().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    };
    let real: Vec<String> = real.iter().map(|text| settled(&trimmed(text))).collect();
    assert_eq!(shown, real);
}

/// Checks the example with one text in it replaced.
fn broken(from: &str, to: &str) -> Called {
    let path = "examples/qualify_lead/qualify_lead.flow";
    let text = fs::read_to_string(root().join(path)).unwrap();
    assert!(text.contains(from), "the example has no {from:?} any more");
    let folder = Folder::new().with(path, text.replacen(from, to, 1));
    let called = folder.call(&["check", path]);
    assert_eq!(called.code, 1, "{}", called.page());
    called
}
