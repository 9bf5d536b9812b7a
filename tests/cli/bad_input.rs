//! Input that no command may hang, panic or be silent on: files, events and settings.

use insta::assert_snapshot;

use crate::process::{Called, Folder};

const FLOW: &str = "on call_finished < log(transcript) >\n";

/// Both commands that read flows must say the same.
fn told(folder: &Folder, file: &str) -> Called {
    let checked = folder.call(&["check", file]);
    let run = folder.call(&["run", file, "--sandbox"]);
    assert_eq!(run.code, checked.code, "{run:?}");
    assert_ne!(checked.code, 0, "{checked:?}");
    checked
}

#[test]
fn a_file_that_is_not_utf8() {
    let folder = Folder::new().with("latin.flow", b"// a flow\n// caf\xe9\n");
    assert_snapshot!(told(&folder, "latin.flow").page());
}

#[test]
fn an_empty_file() {
    let folder = Folder::with_flow("");
    assert_snapshot!(told(&folder, "flow.flow").page());
}

#[test]
fn a_file_of_50_megabytes() {
    let folder = Folder::new().with("large.flow", "// x\n".repeat(10 << 20));
    assert_snapshot!(told(&folder, "large.flow").page());
}

#[test]
fn brackets_nested_a_hundred_thousand_deep() {
    for bracket in ["(", "[", "{", "if true {"] {
        let open = bracket.repeat(100_000);
        let folder = Folder::with_flow(&format!("on call_finished <\n  x = {open}\n>\n"));
        let page = told(&folder, "flow.flow").page();
        assert!(page.contains("E0008"), "{bracket}: {page}");
        assert!(page.len() < 20_000, "{bracket}: a page of {} bytes", page.len());
    }
    let folder = Folder::with_flow(&format!("on call_finished < x = {} >\n", "(".repeat(100_000)));
    assert_snapshot!(told(&folder, "flow.flow").page());
}

#[test]
fn no_such_path() {
    let folder = Folder::new().with("empty/notes.txt", "x");
    let pages = ["gone.flow", "empty", "empty/notes.txt"].map(|path| told(&folder, path).page());
    assert_snapshot!(pages.concat());
}

#[test]
fn a_flow_that_is_not_there() {
    let two = "a: on call_finished < log(transcript) >\nb: on call_finished < log(transcript) >\n";
    let folder = Folder::with_flow(two);
    let pages = ["flow.flow", "flow.flow:c", "flow.flow:flow.aa"]
        .map(|target| folder.call(&["run", target, "--sandbox"]).page());
    assert_snapshot!(pages.concat());
    assert_eq!(folder.call(&["run", "flow.flow:b", "--sandbox"]).code, 0);
}

#[test]
fn an_event_that_does_not_fit() {
    let event = r#"{"id": "1", "direction": "sideways", "status": "completed"}"#;
    let folder = Folder::with_flow(FLOW).with("call.json", event);
    assert_snapshot!(folder.call(&["run", ".", "--event", "call.json", "--sandbox"]).page());
}

#[test]
fn an_event_that_is_no_json() {
    let folder = Folder::with_flow(FLOW).with("call.json", "{\"id\": }").with("none.json", "");
    let pages = ["call.json", "none.json", "gone.json"]
        .map(|event| folder.call(&["run", ".", "--event", event, "--sandbox"]).page());
    assert_snapshot!(pages.concat());
    let deep = folder.call_with(&["run", ".", "--event", "-", "--sandbox"], &"[".repeat(100_000));
    assert_eq!(deep.code, 2, "{deep:?}");
}

#[test]
fn another_event_of_the_platform() {
    let folder =
        Folder::with_flow(FLOW).with("event.vapi.json", r#"{"message": {"type": "tool-calls"}}"#);
    assert_snapshot!(folder.call(&["run", ".", "--sandbox"]).page());
    let other = folder.call(&["run", ".", "--platform", "retell", "--sandbox"]);
    assert_snapshot!("a_platform_without_an_event", other.page());
}

#[test]
fn a_connection_without_its_secret() {
    let flow = "on call_finished < hubspot.create_deal(name: transcript) >\n";
    let settings = "[connections.hubspot]\nkind = \"key\"\ntoken = \"${CALLFLOW_TEST_TOKEN}\"\n";
    let without = Folder::with_flow(flow);
    assert_snapshot!("no_connection", without.call(&["run", "."]).page());
    let unset = Folder::with_flow(flow).with("callflow.toml", settings);
    assert_snapshot!("an_unset_secret", unset.call(&["run", "."]).page());
    assert_eq!(unset.call(&["run", ".", "--sandbox"]).code, 0);
}

#[test]
fn a_time_zone_that_is_none() {
    let folder = Folder::with_flow(FLOW).with("callflow.toml", "timezone = \"Europe/Madird\"\n");
    assert_snapshot!(folder.call(&["run", ".", "--sandbox"]).page());
}
