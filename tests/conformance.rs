//! Every action of the standard library's pieces against the vendor's own description of its API.
//!
//! Each action is called by a flow with as few and with all arguments, over the real network transport, at a server
//! on this machine. Whatever arrives there must be a request that the vendor describes, and whatever the vendor
//! may answer must be understood. The descriptions are not ours to publish: where the folder is missing
//! (`CALLFLOW_API_DESCRIPTIONS`, else `../shared/specs`), the tests say so and pass.

// A test's helpers are seen by nobody else, and its failures are panics.
#![allow(unreachable_pub, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

mod support {
    pub mod arguments;
    pub mod bench;
    pub mod description;
    pub mod generate;
    pub mod recorder;
    pub mod strict;
}

use support::arguments::{Arity, PieceSource};
use support::bench::{Answers, Bench};
use support::description::{Description, folder};

/// A way to connect a piece, and whose description its requests must fit.
struct Service {
    piece: &'static str,
    connection: &'static str,
    vendor: &'static str,
    /// What the test's server stands in for.
    origin: &'static str,
    /// What generated answers have at a place, where the vendor means more than the schema says.
    meant: &'static [(&'static str, &'static str)],
}

const HUBSPOT: Service = Service {
    piece: "hubspot",
    connection: "key",
    vendor: "hubspot",
    origin: "https://api.hubapi.com",
    meant: &[],
};

const SLACK: Service = Service {
    piece: "slack",
    connection: "key",
    vendor: "slack",
    origin: "https://slack.com",
    meant: &[],
};

const OPENAI: Service = Service {
    piece: "llm",
    connection: "openai",
    vendor: "openai",
    origin: "https://api.openai.com",
    // A message has content or a refusal; the schema lets it have both, or neither.
    meant: &[("/choices/0/message", r#"{ "content": "text", "refusal": null }"#)],
};

const ANTHROPIC: Service = Service {
    piece: "llm",
    connection: "anthropic",
    vendor: "anthropic",
    origin: "https://api.anthropic.com",
    meant: &[],
};

/// Where a vendor's description is wrong: the operation, what the check says of it, and why it is not so.
const WAIVERS: &[(&str, &str, &str)] = &[];

/// Actions that need an argument which their types alone do not ask for.
const ALSO: &[(&str, &[&str])] = &[("find_contact", &["email"])];

/// Actions whose answer must hold JSON that their own request describes, which a vendor's schema cannot tell.
const STRUCTURED: &[&str] = &["extract", "classify"];

#[test]
fn hubspot_conforms() {
    conforms(&HUBSPOT);
}

#[test]
fn slack_conforms() {
    conforms(&SLACK);
}

#[test]
fn openai_conforms() {
    conforms(&OPENAI);
}

#[test]
fn anthropic_conforms() {
    conforms(&ANTHROPIC);
}

fn conforms(service: &Service) {
    let Some(folder) = folder() else {
        println!("skipped: there is no folder of API descriptions (CALLFLOW_API_DESCRIPTIONS)");
        return;
    };
    let description = Arc::new(Description::load(&folder, service.vendor));
    let piece = PieceSource::of(service.piece);
    let mut calls = Vec::new();
    for action in piece.actions() {
        let name = action.name.text.as_str();
        let also =
            ALSO.iter().find(|(action, _)| *action == name).map_or(&[][..], |(_, also)| also);
        for arity in [Arity::Minimal, Arity::Maximal] {
            let arguments = piece.arguments(action, arity, also);
            calls.push((name, arity, format!("{}.{name}({arguments})", service.piece)));
        }
    }
    let texts: Vec<&str> = calls.iter().map(|(_, _, call)| call.as_str()).collect();
    let bench = Bench::new(service.piece, service.connection, service.origin, &texts);

    let mut problems = Vec::new();
    for (index, (name, arity, call)) in calls.iter().enumerate() {
        for answers in [Answers::Samples, Answers::Required, Answers::Nulls] {
            let from_schema = answers != Answers::Samples;
            if from_schema && (*arity == Arity::Minimal || STRUCTURED.contains(name)) {
                continue;
            }
            let outcome = bench.run(index, &description, answers, service.meant);
            if let Err(error) = outcome.result {
                problems.push(format!("{call} with {answers:?}: {error}"));
            }
            if outcome.requests.is_empty() {
                problems.push(format!("{call}: sends no request"));
            }
            for request in &outcome.requests {
                let told = description.check(request).into_iter().filter(|told| !is_waived(told));
                problems.extend(told.map(|told| format!("{call}: {told}")));
            }
        }
    }
    problems.dedup();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn is_waived(problem: &str) -> bool {
    WAIVERS
        .iter()
        .any(|(operation, part, _)| problem.starts_with(operation) && problem.contains(part))
}

/// A service that says no: the status becomes the kind of error that the piece declares.
#[test]
fn refusals_become_errors() {
    let refused = |service: &Service, call: &str, status: u16, body: serde_json::Value| {
        let bench = Bench::new(service.piece, service.connection, service.origin, &[call]);
        bench
            .run_with(0, (status, body))
            .result
            .expect_err("a refusal is an error")
            .kind
            .to_string()
    };
    let get = "hubspot.get_deal(\"1\")";
    let none = serde_json::json!({ "message": "no" });
    assert_eq!(refused(&HUBSPOT, get, 404, none.clone()), "not_found");
    assert_eq!(refused(&HUBSPOT, get, 401, none.clone()), "auth");
    assert_eq!(refused(&HUBSPOT, "hubspot.create_deal(\"x\")", 409, none), "conflict");

    let send = "slack.send_message(channel: \"C1\", text: \"x\")";
    let slack = |word: &str| serde_json::json!({ "ok": false, "error": word });
    assert_eq!(refused(&SLACK, send, 200, slack("channel_not_found")), "not_found");
    assert_eq!(refused(&SLACK, send, 200, slack("invalid_auth")), "auth");
    assert_eq!(refused(&SLACK, send, 200, slack("msg_too_long")), "invalid");
    assert_eq!(refused(&SLACK, send, 200, slack("something_new")), "rejected");
}
