//! `check`, `explain` and `pieces`.

use std::fs;

use insta::assert_snapshot;

use crate::process::{Folder, call_in_repository, root};

#[test]
fn help_and_version() {
    assert_snapshot!("help", call_in_repository(&["--help"]).page());
    let version = call_in_repository(&["--version"]);
    assert_eq!(version.stdout, format!("callflow {}\n", env!("CARGO_PKG_VERSION")));
    for command in [
        "build", "check", "dev", "explain", "fmt", "graph", "inspect", "pieces", "run", "runs",
        "serve", "test",
    ] {
        let help = call_in_repository(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert_snapshot!(format!("help_{command}"), help.stdout);
    }
}

/// Whoever adds a command or an option tells of it in the reference, and commands in the README too.
#[test]
fn the_reference_has_every_command_and_option() {
    let page = fs::read_to_string(root().join("docs/src/command_line.md")).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let help = call_in_repository(&["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).and_then(|it| it.split("\n\n").next()).unwrap();
    let mut options = 0;
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        if command == "help" {
            continue;
        }
        assert!(readme.contains(&format!("`callflow {command} ")), "README.md lacks {command}");
        let section = page.split(&format!("\n## `{command}`\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("command_line.md lacks {command}"));
        let section = section.split("\n## ").next().unwrap();
        let help = call_in_repository(&[command, "--help"]).stdout;
        let listed = help.split("Options:\n").nth(1).unwrap();
        let listed = listed.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let names =
            listed.flat_map(|line| line.split([' ', ',']).take_while(|it| !it.starts_with('<')));
        for option in names.filter(|it| it.starts_with("--") && *it != "--help") {
            options += 1;
            assert!(
                section.contains(&format!("`{option}")),
                "command_line.md lacks {command} {option}"
            );
        }
    }
    assert!(options > 10, "only {options} options were found");
}

#[test]
fn every_example_is_without_problems() {
    let called = call_in_repository(&["check", "examples"]);
    assert_eq!((called.code, called.stdout.as_str()), (0, ""), "{}", called.stderr);
    assert!(called.stderr.ends_with("flows, no problems\n"), "{}", called.stderr);
}

#[test]
fn warnings_are_shown_and_fail_nothing() {
    let folder = Folder::with_flow("on call_finished <\n  unused = transcript\n>\n");
    let called = folder.call(&["check"]);
    assert_eq!(called.code, 0);
    assert_snapshot!(called.page());
}

#[test]
fn json_is_one_object_a_line() {
    let folder = Folder::with_flow("on call_finished <\n  log(transcritp)\n  log(1 + true)\n>\n");
    let called = folder.call(&["check", "--json", "."]);
    assert_eq!(called.code, 1);
    for line in called.stdout.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
        let documented = ["code", "severity", "message", "file", "start", "end", "notes", "fixes"];
        assert_eq!(keys, documented);
    }
    assert_snapshot!(called.page());
}

#[test]
fn a_misspelt_setting_is_told() {
    let folder = Folder::with_flow("on call_finished < log(transcript) >\n")
        .with("callflow.toml", "name = \"x\"\ntimezon = \"UTC\"\n");
    assert_snapshot!(folder.call(&["check"]).page());
}

#[test]
fn several_paths_are_several_projects() {
    let good = "on call_finished < log(transcript) >\n";
    let folder = Folder::new().with("a/a.flow", good).with("b/b.flow", good);
    assert_snapshot!(folder.call(&["check", "a", "b/b.flow"]).page());
}

#[test]
fn explain_prints_a_page() {
    assert_snapshot!("explain", call_in_repository(&["explain", "e0102"]).page());
    assert_snapshot!("explain_unknown", call_in_repository(&["explain", "E9102"]).page());
    let all = call_in_repository(&["explain"]);
    assert!(all.stdout.lines().count() > 40, "{}", all.stdout);
}

#[test]
fn pieces_from_the_list_to_one_action() {
    assert_snapshot!("pieces", call_in_repository(&["pieces"]).page());
    assert_snapshot!("pieces_llm", call_in_repository(&["pieces", "llm"]).page());
    let action = call_in_repository(&["pieces", "hubspot.create_deal"]);
    assert_snapshot!("pieces_action", action.page());
    assert_snapshot!("pieces_unknown", call_in_repository(&["pieces", "hubspto"]).page());
    let found = call_in_repository(&["pieces", "--search", "deal create"]);
    assert!(found.stdout.contains("hubspot.create_deal("), "{}", found.stdout);
}

#[test]
fn pieces_as_json() {
    let all = call_in_repository(&["pieces", "--json"]).json();
    let names: Vec<&str> =
        all.as_array().unwrap().iter().filter_map(|it| it["piece"].as_str()).collect();
    assert!(
        ["http", "hubspot", "llm", "slack"].iter().all(|name| names.contains(name)),
        "{names:?}"
    );
    let action = call_in_repository(&["pieces", "slack.send_message", "--json"]).json();
    assert_eq!(action["effect"], "write");
    assert_eq!(action["parameters"][0]["name"], "channel");
}
