//! `build` and `inspect`: artifacts as files.

use std::fs;

use callflow_artifact::encode;
use insta::assert_snapshot;

use crate::process::{Folder, settled};

const SETTINGS: &str = r#"
name = "shop"
timezone = "Europe/Madrid"
platforms = ["vapi"]

[agents.front_desk]
platform = "vapi"

[env]
REGION = "eu"

[secrets]
CRM_KEY = "${CRM_KEY}"

[server]
listen = "127.0.0.1:7070"
"#;

const ORDERS: &str = r##"use hubspot as emea with connection "hubspot-emea"

on webhook("/orders", body: Order) with concurrency 2 per customer, dedupe by number for 7d <
  parallel {
    emea.create_deal(name: "{customer}: order {number}")
    slack.send_message(channel: "#sales", text: "{number} in {env("REGION")}")
  }
>

type Order { number: string, customer: string }
"##;

const CALLS: &str = r#"/// What the agent asks while it talks.
on function_call stock(article: string, agent: "front_desk") -> int <
  http.post("https://crm.example.com/log", bearer: secret("CRM_KEY"))
  return article.length()
>

nightly: on schedule("0 3 * * *") < log("{today()}") >

slow: on manual(text: string) -> string <
  values: [int] = []
  return "{text}{values[3]}"
>
"#;

fn project() -> Folder {
    Folder::new()
        .with("callflow.toml", SETTINGS)
        .with("flows/orders.flow", ORDERS)
        .with("calls.flow", CALLS)
}

#[test]
fn the_same_flows_give_the_same_bytes() {
    let (one, other) = (project(), project());
    let built = one.call(&["build"]);
    assert_eq!(built.code, 0, "{built:?}");
    assert_eq!(one.call(&["build", "-o", "again.callflow"]).code, 0);
    // In another folder, and named by its path from elsewhere.
    let path = other.path().display().to_string();
    let elsewhere = Folder::new();
    let of_path = elsewhere.call(&["build", &path, "-o", "out.callflow"]);
    assert_eq!(of_path.code, 0, "{of_path:?}");
    let bytes = fs::read(one.path().join("shop.callflow")).unwrap();
    assert_eq!(fs::read(one.path().join("again.callflow")).unwrap(), bytes);
    assert_eq!(fs::read(elsewhere.path().join("out.callflow")).unwrap(), bytes);
    assert!(built.stderr.contains(&encode::fingerprint(&bytes)), "{built:?}");
    // What the place where it runs says is not in it; what flows mean is.
    let changed = SETTINGS.replace("127.0.0.1:7070", "0.0.0.0:80").replace("\"eu\"", "\"us\"");
    let deployed = project().with("callflow.toml", changed);
    deployed.call(&["build"]);
    assert_eq!(fs::read(deployed.path().join("shop.callflow")).unwrap(), bytes);
    let moved = project().with("callflow.toml", SETTINGS.replace("Madrid", "Lisbon"));
    moved.call(&["build"]);
    assert_ne!(fs::read(moved.path().join("shop.callflow")).unwrap(), bytes);
}

#[test]
fn what_is_in_an_artifact() {
    let folder = project();
    folder.call(&["build"]);
    let page = folder.call(&["inspect", "shop.callflow"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""), "{page:?}");
    assert_snapshot!("the_page", without_hashes(&page.stdout));
    let json = folder.call(&["inspect", "shop.callflow", "--json"]);
    assert_snapshot!("the_object", without_hashes(&json.stdout));
    let bytecode = folder.call(&["inspect", "shop.callflow", "--bytecode"]);
    let orders = bytecode.stdout.find("flow orders on webhook(path: \"/orders\"").unwrap();
    assert!(bytecode.stdout[orders..].contains("effect hubspot.create_deal"), "{bytecode:?}");
}

#[test]
fn an_artifact_runs_as_its_sources_do() {
    let folder = project();
    folder.call(&["build"]);
    let elsewhere = Folder::new()
        .with("shop.callflow", fs::read(folder.path().join("shop.callflow")).unwrap())
        .with("callflow.toml", "[connections.slack]\ntoken = \"x\"\n")
        .with("slow.event.json", "{}")
        .with("calls.slow.event.json", r#"{"text": "a"}"#);
    let failed = elsewhere.call(&["run", "shop.callflow:slow"]);
    assert_snapshot!("a_failure", settled(&failed.page()));
    let json = elsewhere.call(&["run", "shop.callflow:slow", "--json"]).json();
    assert_eq!(json["error"]["path"], "calls.flow:11:18", "{json}");
    let sandbox = elsewhere.call(&["run", "shop.callflow:orders", "--sandbox", "--json"]);
    assert_eq!(sandbox.code, 0, "{sandbox:?}");
    // The deal's connection has a name of its own, and is called in a branch.
    assert_snapshot!("a_connection", elsewhere.call(&["run", "shop.callflow:orders"]).page());
    let pages = ["check", "graph", "test", "fmt"]
        .map(|command| elsewhere.call(&[command, "shop.callflow"]).page());
    assert_snapshot!("no_sources", pages.join(""));
}

#[test]
fn files_that_are_no_artifacts() {
    let folder = project();
    folder.call(&["build"]);
    let bytes = fs::read(folder.path().join("shop.callflow")).unwrap();
    let mut other = bytes.clone();
    other[8] = 1;
    let mut changed = bytes.clone();
    changed[400] ^= 1;
    let folder = folder
        .with("other.callflow", other)
        .with("changed.callflow", changed)
        .with("cut.callflow", &bytes[..2000])
        .with("empty.callflow", "")
        .with("notes.txt", "hello");
    let files = ["other", "changed", "cut", "empty"].map(|name| format!("{name}.callflow"));
    let mut pages = String::new();
    for file in files.iter().map(String::as_str).chain(["notes.txt", "calls.flow", "gone", "."]) {
        pages.push_str(&format!("{file}: {}", folder.call(&["inspect", file]).page()));
    }
    pages.push_str(&folder.call(&["run", "changed.callflow"]).page());
    assert_snapshot!(pages);
}

#[test]
fn what_cannot_be_built_leaves_what_was_there() {
    let folder = project().with("old.callflow", "old").with("new.flow", "on manual() < logg(1) >");
    let broken = folder.call(&["build", "-o", "old.callflow"]);
    assert_eq!((broken.code, folder.read("old.callflow").as_str()), (1, "old"), "{broken:?}");
    assert!(broken.stderr.ends_with("error: the flow has errors and nothing was built\n"));
    let types = Folder::with_flow("type Lead { name: string }\n");
    let page = |arguments: &[&str]| project().call(arguments).page();
    let pages = [
        types.call(&["build"]).page(),
        page(&["build", "-o", "calls.flow"]),
        page(&["build", "-o", "flows"]),
        page(&["build", "-o", "no/such/folder.callflow"]),
    ];
    assert_snapshot!(pages.join(""));
}

/// Hashes and sizes change with each word of the library.
fn without_hashes(text: &str) -> String {
    let is_hex = |word: &str| word.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    let trimmed = |word: &str| word.trim_matches(|c| c == '"' || c == ',').to_owned();
    let mut out = String::new();
    let mut in_sizes = false;
    for line in text.lines() {
        in_sizes |= line == "Size" || line.trim() == "\"sizes\": {";
        if in_sizes && line.chars().any(|c| c.is_ascii_digit()) {
            let name = line.trim_start().split([' ', ':']).next().unwrap();
            out.push_str(&format!("  {name} …\n"));
            continue;
        }
        let mut line = line.to_owned();
        for word in line.clone().split_whitespace().map(trimmed) {
            if (word.len() == 12 || word.len() == 64) && is_hex(&word) {
                line = line.replace(&word, "…");
            }
        }
        let line = match line.split_once(" flows in ") {
            Some((name, _)) => format!("{name} flows in …"),
            None if line.contains("\"bytes\":") || line.contains("\"lines\":") => continue,
            None => line,
        };
        let line = match line.split_once("  …  ") {
            Some((file, lines)) if lines.ends_with(" lines") => format!("{file}  …"),
            _ => line,
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}
