//! Services that misbehave: one clear message each, the right exit code, and no waiting beyond the timeout.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::process::{Called, Folder, settled};
use crate::server::{Answer, Server};

/// Runs a flow of one statement against a server; `URL` in the statement is the server's.
fn run(statement: &str, server: &Server, arguments: &[&str]) -> Called {
    let flow = format!(
        "type Reply {{ id: int, name: string }}\n\non call_finished <\n  {}\n>\n",
        statement.replace("URL", &server.url)
    );
    let folder =
        Folder::with_flow(&flow).with("callflow.toml", "[network]\nallow = [\"127.0.0.1\"]\n");
    folder.call(&[&["run", "."], arguments].concat())
}

const POST: &str = "reply = http.post(\"URL/things\", json: { a: 1 }) as Reply\n  log(reply.name)";

fn failed(answer: Answer) -> String {
    let server = Server::start(vec![answer]);
    let called = run(POST, &server, &[]);
    assert_eq!(called.code, 1, "{called:?}");
    settled(&called.page())
}

#[test]
fn an_answer_that_fits() {
    let server = Server::start(vec![Answer::Http(200, &[], "{\"id\": 7, \"name\": \"Ada\"}")]);
    let called = run(POST, &server, &[]);
    assert_eq!(called.code, 0, "{called:?}");
    assert_snapshot!(settled(&called.page()));
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("POST /things HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].ends_with("{\"a\":1}"), "{requests:?}");
}

#[test]
fn a_secret_reaches_its_header_and_nobody_else() {
    let server = Server::start(vec![Answer::Http(200, &[], "\"topsecret\"")]);
    let text = format!(
        "on manual() <\n  said = http.get(\"{}\", bearer: secret(\"KEY\")) retry 1 as string\n  log(said)\n>\n",
        server.url
    );
    let settings = "[network]\nallow = [\"127.0.0.1\"]\n\n[secrets]\nKEY = \"${SERVICE_KEY}\"\n";
    let folder = Folder::with_flow(&text).with("callflow.toml", settings);
    let called = folder.with_variable("SERVICE_KEY", "topsecret").call(&["run", ".", "--trace"]);
    assert_eq!(called.code, 0, "{called:?}");
    assert!(server.requests()[0].contains("authorization: Bearer topsecret\r\n"));
    // What comes back is the flow's own, and what it says of it; the request is shown without the secret.
    let shown = called.page();
    assert!(shown.contains("authorization: ***"), "{shown}");
    assert!(!shown.contains("Bearer topsecret"), "{shown}");
    assert!(shown.contains("bearer: secret KEY"), "{shown}");
}

#[test]
fn an_answer_of_500() {
    assert_snapshot!(failed(Answer::Http(500, &[], "{\"message\": \"database is down\"}")));
}

#[test]
fn an_answer_of_429_that_asks_for_hours() {
    assert_snapshot!(failed(Answer::Http(429, &[("retry-after", "7200")], "slow down")));
}

#[test]
fn an_answer_of_429_and_then_a_good_one() {
    let good = Answer::Http(200, &[], "{\"id\": 7, \"name\": \"Ada\"}");
    let server = Server::start(vec![Answer::Http(429, &[("retry-after", "0")], ""), good]);
    let called = run(POST, &server, &["--json"]);
    assert_eq!(called.code, 0, "{called:?}");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(called.json()["steps"][0]["attempts"], 2);
}

#[test]
fn an_answer_of_the_wrong_shape() {
    assert_snapshot!(failed(Answer::Http(200, &[], "{\"id\": \"seven\", \"name\": \"Ada\"}")));
}

#[test]
fn an_answer_that_is_no_json() {
    assert_snapshot!(failed(Answer::Http(200, &[], "<html>maintenance</html>")));
}

#[test]
fn a_connection_that_is_cut() {
    assert_snapshot!(failed(Answer::Cut));
}

#[test]
fn silence_beyond_the_timeout() {
    let server = Server::start(vec![Answer::Silence]);
    let begun = Instant::now();
    let called = run("http.post(\"URL\", json: {}, timeout: 300ms)", &server, &[]);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(called.code, 1, "{called:?}");
    assert_snapshot!(settled(&called.page()));
}

#[test]
fn an_address_that_is_not_allowed() {
    let server = Server::start(vec![Answer::Http(200, &[], "{}")]);
    let flow = format!("on call_finished <\n  http.post(\"{}\", json: {{}})\n>\n", server.url);
    let called = Folder::with_flow(&flow).call(&["run", "."]);
    assert_eq!(called.code, 1, "{called:?}");
    assert!(server.requests().is_empty());
    assert!(called.stdout.contains("allow"), "{called:?}");
}

#[test]
fn a_failure_that_is_caught_is_no_failure() {
    let server = Server::start(vec![Answer::Http(500, &[], "")]);
    let statement = "try { http.post(\"URL\", json: {}) } catch error { log(\"{error.kind}\") }";
    let called = run(statement, &server, &["--json"]);
    assert_eq!(called.code, 0, "{called:?}");
    let report = called.json();
    assert_eq!(report["steps"][0]["error"]["status"], 500);
    assert_eq!(report["status"], "succeeded");
}

#[test]
fn secrets_stay_out_of_every_output() {
    let server = Server::start(vec![Answer::Http(500, &[], "the token xoxb-very-secret is bad")]);
    let piece = "piece desk\n\nbase \"URL\"\n\nconnection key {\n  token: secret\n  header \"Authorization\" \"Bearer {token}\"\n}\n\naction open(title: string) -> json\n  effect write\n{\n  return http.post(\"/tickets\", json: { title })\n}\n";
    let settings =
        "[network]\nallow = [\"127.0.0.1\"]\n\n[connections.desk]\ntoken = \"${TOKEN}\"\n";
    let folder = Folder::with_flow("on call_finished < desk.open(title: transcript) >\n")
        .with("desk.flow", piece.replace("URL", &server.url))
        .with("callflow.toml", settings)
        .with_variable("TOKEN", "xoxb-very-secret");
    for arguments in [&["run", ".", "--trace"][..], &["run", ".", "--trace", "--json"]] {
        let called = folder.call(arguments);
        let all = format!("{}{}", called.stdout, called.stderr);
        assert!(!all.contains("xoxb-very-secret"), "{all}");
        assert_eq!(called.code, 1, "{all}");
    }
    let sent = server.requests();
    assert_eq!(sent.len(), 2);
    assert!(sent[0].contains("authorization: Bearer xoxb-very-secret\r\n"), "{sent:?}");
}
