//! `graph`.

use insta::assert_snapshot;

use crate::process::{Folder, call_in_repository};

const TWO: &str = "\
ask: on manual(name: string) <\n  start tell(text: name)\n>\n\n\
tell: on manual(text: string) <\n  log(text)\n>\n";

#[test]
fn a_flow_as_each_format() {
    let svg = call_in_repository(&["graph", "examples/qualify_lead"]);
    assert_eq!((svg.code, svg.stderr.as_str()), (0, ""));
    assert!(svg.stdout.starts_with("<svg "), "{}", svg.stdout);
    assert!(svg.stdout.ends_with("</svg>\n"), "{}", svg.stdout);
    let mermaid = call_in_repository(&["graph", "examples/one_line", "--format", "mermaid"]);
    assert_snapshot!("mermaid", mermaid.page());
    let dot = call_in_repository(&["graph", "examples/one_line", "--format", "dot"]);
    assert!(dot.stdout.starts_with("digraph "), "{}", dot.stdout);
}

#[test]
fn the_ending_of_the_file_is_the_format() {
    let folder = Folder::with_flow(TWO);
    let called = folder.call(&["graph", "-o", "flows.mmd"]);
    assert_eq!((called.code, called.stdout.as_str()), (0, ""));
    assert_eq!(called.stderr, "2 graphs in flows.mmd\n");
    assert!(folder.read("flows.mmd").starts_with("flowchart TD\n"));
}

#[test]
fn one_flow_of_several() {
    let folder = Folder::with_flow(TWO);
    let one = folder.call(&["graph", "flow.flow:tell", "--format", "mermaid"]).stdout;
    assert!(one.contains("[\"flow.tell\"]") && !one.contains("[\"flow.ask\"]"), "{one}");
    assert_snapshot!("unknown_flow", folder.call(&["graph", "flow.flow:tel"]).page());
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let broken = Folder::with_flow("on call_finished <\n  log(transcritp)\n>\n");
    assert_snapshot!("errors", broken.call(&["graph"]).page());
    let none = Folder::with_flow("type Lead { name: string }\n");
    assert_snapshot!("no_flow", none.call(&["graph"]).page());
    let folder = Folder::with_flow(TWO);
    assert_snapshot!("unwritable", folder.call(&["graph", "-o", "none/here.svg"]).page());
}
