//! `run`: where the event comes from, what is printed, and how it ends.

use insta::assert_snapshot;

use crate::process::{Folder, call_in_repository, settled};

#[test]
fn the_report_has_what_is_documented() {
    let called = call_in_repository(&["run", "examples/qualify_lead", "--sandbox", "--json"]);
    assert_eq!(called.code, 0, "{}", called.page());
    let report = called.json();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&report), ["run", "status", "result", "error", "steps"]);
    assert_eq!(report["status"], "succeeded");
    let steps = report["steps"].as_array().unwrap();
    let actions: Vec<&str> = steps.iter().map(|it| it["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["llm.extract", "hubspot.create_deal", "slack.send_message"]);
    let first = &steps[0];
    for key in ["path", "action", "input", "output", "attempts", "ms"] {
        assert!(first.get(key).is_some(), "{first}");
    }
    assert_eq!(first["path"], "examples/qualify_lead/qualify_lead.flow:3:16");
}

#[test]
fn the_event_from_stdin() {
    let folder = Folder::with_flow(
        "on manual(name: string, times: int = 2) -> string <\n  return \"{name} {times}\"\n>\n",
    );
    let called = folder.call_with(&["run", ".", "--event", "-"], "{\"name\": \"Ada\"}");
    assert_eq!(called.code, 0, "{called:?}");
    assert_snapshot!(settled(&called.page()));
    let json = folder.call_with(&["run", ".", "--event", "-", "--json"], "{\"name\": \"Ada\"}");
    assert_eq!(json.json()["result"], "Ada 2");
}

#[test]
fn the_only_flow_of_a_file_has_a_long_name_too() {
    let flow = "follow: on manual() -> string <\n  return \"followed\"\n>\n";
    let folder = Folder::with_flow(flow);
    for name in ["flow", "follow", "flow.follow"] {
        let called = folder.call(&["run", &format!(".:{name}"), "--json"]);
        assert_eq!(called.code, 0, "{}", called.page());
        assert_eq!(called.json()["result"], "followed");
    }
    let called = folder.call(&["run", ".:other.follow"]);
    assert_eq!(called.code, 2, "{}", called.page());
}

#[test]
fn waits_logs_and_a_failure_in_the_sandbox() {
    let flow = "on call_finished <\n  log(\"calling back\", level: \"warn\")\n  wait 14d\n  caller = customer ?? fail(\"no number\")\n  fail(\"{caller} did not answer\")\n>\n";
    let folder = Folder::with_flow(flow);
    let called = folder.call(&["run", ".", "--sandbox"]);
    assert_eq!(called.code, 1, "{called:?}");
    assert_snapshot!(settled(&called.page()));
    let report = folder.call(&["run", ".", "--sandbox", "--json"]);
    assert_eq!(report.json()["error"]["kind"], "failed");
}

#[test]
fn a_trace_shows_arguments_requests_and_positions() {
    let called = call_in_repository(&["run", "examples/one_line", "--sandbox", "--trace"]);
    assert_eq!(called.code, 0, "{}", called.page());
    assert_snapshot!(settled(&called.page()));
}

#[test]
fn errors_of_the_flow_are_shown_and_nothing_runs() {
    let folder = Folder::with_flow("on call_finished <\n  log(transcritp)\n>\n");
    let called = folder.call(&["run", ".", "--sandbox"]);
    assert_eq!(called.code, 1);
    assert_snapshot!(called.page());
}

#[test]
fn warnings_of_the_flow_are_shown_and_it_runs() {
    let folder = Folder::with_flow("on call_finished <\n  unused = transcript\n>\n");
    let called = folder.call(&["run", ".", "--sandbox"]);
    assert_eq!(called.code, 0);
    assert!(called.stderr.contains("W0001"), "{called:?}");
    assert!(called.stdout.contains("succeeded"), "{called:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_the_run() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};

    let path = std::env::temp_dir().join(format!("callflow-cancel-{}.flow", std::process::id()));
    std::fs::write(&path, "on call_finished <\n  log(\"begun\")\n  wait 1h\n>\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_callflow"))
        .args(["run", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("waits") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended before it waited");
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(rest.contains("cancelled"), "{rest}");
    std::fs::remove_file(path).unwrap();
}
