//! What the pieces make of what services answer: their types, their errors, and their second tries.

// A test's helpers are seen by nobody else, and its failures are panics.
#![allow(dead_code, unreachable_pub)]
#![allow(clippy::expect_used, clippy::panic)]

mod support {
    pub mod bench;
    pub mod compile;
    pub mod recorder;
}

use serde_json::{Value as Json, json};

use support::bench::{Bench, Outcome, Script, Service};
use support::recorder::Recorded;

const HUBSPOT: Service =
    Service { piece: "hubspot", connection: "key", origin: "https://api.hubapi.com" };

const SLACK: Service = Service { piece: "slack", connection: "key", origin: "https://slack.com" };

const OPENAI: Service =
    Service { piece: "llm", connection: "openai", origin: "https://api.openai.com" };

const ANTHROPIC: Service =
    Service { piece: "llm", connection: "anthropic", origin: "https://api.anthropic.com" };

/// Runs one expression of a type; the services answer in order.
fn run(service: Service, ty: &str, expression: &str, answers: &[(u16, Json)]) -> Outcome {
    let text = format!("on manual() -> {ty} <\n  return {expression}\n>\n{TYPES}");
    Bench::new(service, &text).run("manual", Script::new(answers.iter().cloned()))
}

const TYPES: &str = "
type Lead { company: string, budget: decimal? }
type Topic = \"sales\" | \"support\"
";

/// The kind of error that an answer becomes.
fn kind(service: Service, expression: &str, status: u16, answer: Json) -> String {
    let flow = format!("on manual() <\n  {expression}\n>\n");
    let outcome = Bench::new(service, &flow).run("manual", Script::new([(status, answer)]));
    outcome.result.expect_err("a refusal is an error").kind.to_string()
}

fn body(requests: &[Recorded], index: usize) -> Json {
    let request = requests.get(index).expect("so many requests");
    serde_json::from_slice(&request.body).expect("a body of JSON")
}

#[test]
fn statuses_become_kinds_of_errors() {
    let no = || json!({ "message": "no" });
    assert_eq!(kind(HUBSPOT, "hubspot.get_deal(\"1\")", 404, no()), "not_found");
    assert_eq!(kind(HUBSPOT, "hubspot.get_deal(\"1\")", 401, no()), "auth");
    assert_eq!(kind(HUBSPOT, "hubspot.create_deal(\"x\")", 409, no()), "conflict");
}

#[test]
fn slack_words_become_kinds_of_errors() {
    let send = "slack.send_message(channel: \"C1\", text: \"x\")";
    let no = |word: &str| json!({ "ok": false, "error": word });
    assert_eq!(kind(SLACK, send, 200, no("channel_not_found")), "not_found");
    assert_eq!(kind(SLACK, send, 200, no("invalid_auth")), "auth");
    assert_eq!(kind(SLACK, send, 200, no("msg_too_long")), "invalid");
    assert_eq!(kind(SLACK, send, 200, no("something_new")), "rejected");
}

#[test]
fn a_missing_scope_is_named() {
    let answer = json!({ "ok": false, "error": "missing_scope", "needed": "chat:write" });
    let outcome = run(
        SLACK,
        "slack.Message",
        "slack.send_message(channel: \"C1\", text: \"x\")",
        &[(200, answer)],
    );
    let error = outcome.result.expect_err("a refusal is an error");
    assert!(error.message.contains("the connection needs the scope chat:write"), "{error}");
}

#[test]
fn slack_pages_are_followed_to_the_last() {
    let page = |id: &str, cursor: &str| {
        let channel = json!({ "id": id, "name": id });
        (
            200,
            json!({ "ok": true, "channels": [channel], "response_metadata": { "next_cursor": cursor } }),
        )
    };
    let outcome = run(
        SLACK,
        "[string]",
        "slack.list_channels().map(channel => channel.id)",
        &[page("C1", "next one"), page("C2", "")],
    );
    assert_eq!(outcome.result.expect("channels"), json!(["C1", "C2"]));
    assert_eq!(outcome.requests.len(), 2);
    assert!(outcome.requests.iter().any(|request| request.query.contains("cursor=next")));
}

#[test]
fn nobody_of_an_address_is_none() {
    let answer = json!({ "ok": false, "error": "users_not_found" });
    let expression = "slack.find_user_by_email(\"x@example.com\")?.id ?? \"nobody\"";
    let outcome = run(SLACK, "string", expression, &[(200, answer)]);
    assert_eq!(outcome.result.expect("no error"), json!("nobody"));
}

#[test]
fn hubspot_properties_become_fields() {
    let answer = json!({
        "id": "9",
        "properties": { "dealname": "Acme", "amount": "1200.50", "closedate": null, "custom": "x" },
        "createdAt": "2026-03-02T09:15:01.123Z",
        "updatedAt": "2026-03-02T09:15:01.123Z",
        "archived": false,
    });
    let outcome = run(HUBSPOT, "hubspot.Deal", "hubspot.get_deal(\"9\")", &[(200, answer)]);
    let deal = outcome.result.expect("a deal");
    assert_eq!(deal["name"], "Acme");
    assert_eq!(deal["amount"].to_string(), "1200.50");
    assert_eq!(deal.get("close_date"), None);
    assert_eq!(deal["properties"]["custom"], "x");
    assert_eq!(deal["url"], "https://api.hubapi.com/crm/v3/objects/0-3/9");
}

#[test]
fn hubspot_gets_text_and_links() {
    let answer = json!({ "id": "9", "url": "https://app.hubspot.com/contacts/1/record/0-3/9" });
    let call = "hubspot.create_deal(name: \"Acme\", amount: 12.50, contact: \"7\").url";
    let outcome = run(HUBSPOT, "string", call, &[(201, answer)]);
    let sent = body(&outcome.requests, 0);
    assert_eq!(sent["properties"]["amount"], "12.50");
    assert_eq!(sent["properties"].get("closedate"), None);
    assert_eq!(sent["associations"][0]["to"]["id"], "7");
    let url = json!("https://app.hubspot.com/contacts/1/record/0-3/9");
    assert_eq!(outcome.result.expect("a link"), url);
}

/// What OpenAI answers with a text.
fn openai(text: &str) -> (u16, Json) {
    let message = json!({ "role": "assistant", "content": text, "refusal": null });
    (200, json!({ "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }] }))
}

/// What Anthropic answers with a text.
fn anthropic(text: &str) -> (u16, Json) {
    let block = json!({ "type": "text", "text": text });
    (200, json!({ "content": [block], "stop_reason": "end_turn" }))
}

#[test]
fn data_is_read_out_of_the_answer_whoever_gives_it() {
    let expected = json!({ "company": "Acme", "budget": 5 });
    let text = r#"{"value": {"company": "Acme", "budget": 5}}"#;
    for (service, answer) in [(OPENAI, openai(text)), (ANTHROPIC, anthropic(text))] {
        let outcome = run(service, "Lead", "llm.extract(\"Acme has 5\")", &[answer]);
        assert_eq!(outcome.result.expect("a lead"), expected);
    }
}

#[test]
fn choices_and_lists_travel_in_an_object() {
    let topic = run(OPENAI, "Topic", "llm.classify(\"Hi\")", &[openai(r#"{"value": "support"}"#)]);
    assert_eq!(topic.result.expect("a topic"), json!("support"));
    let schema = &body(&topic.requests, 0)["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["properties"]["value"]["enum"], json!(["sales", "support"]));

    let answer = openai(r#"{"value": [{"company": "Acme", "budget": null}]}"#);
    let leads = run(OPENAI, "[Lead]", "llm.extract(\"Acme\")", &[answer]);
    assert_eq!(leads.result.expect("leads"), json!([{ "company": "Acme" }]));
}

#[test]
fn an_answer_that_does_not_fit_is_asked_for_once_more() {
    let wrong = r#"{"value": {"company": "Acme", "budget": "much"}}"#;
    let right = r#"{"value": {"company": "Acme", "budget": null}}"#;
    let call = "llm.extract(\"Acme has much\")";
    let outcome = run(OPENAI, "Lead", call, &[openai(wrong), openai(right)]);
    assert_eq!(outcome.result.expect("a lead"), json!({ "company": "Acme" }));
    let turns = &body(&outcome.requests, 1)["messages"];
    assert_eq!(turns[2], json!({ "role": "assistant", "content": wrong }));
    let told = turns[3]["content"].as_str().expect("a text");
    assert!(told.contains("budget"), "{told}");

    let outcome = run(OPENAI, "Lead", call, &[openai(wrong), openai("I cannot")]);
    let error = outcome.result.expect_err("it never fits");
    assert_eq!((error.kind.as_str(), outcome.requests.len()), ("invalid", 2));
}

#[test]
fn a_provider_that_takes_no_schema_is_told_of_it_in_words() {
    let refusal = (400, json!({ "error": { "message": "response_format is not supported" } }));
    let answer =
        openai("Here you are:\n```json\n{\"value\": {\"company\": \"Acme\", \"budget\": 5}}\n```");
    let outcome = run(OPENAI, "Lead", "llm.extract(\"Acme has 5\")", &[refusal, answer]);
    assert_eq!(outcome.result.expect("a lead")["company"], "Acme");
    let second = body(&outcome.requests, 1);
    assert_eq!(second.get("response_format"), None);
    let system = second["messages"][0]["content"].as_str().expect("a text");
    assert!(system.contains("\"company\""), "{system}");
}

#[test]
fn half_an_answer_is_an_error() {
    let message = json!({ "role": "assistant", "content": "Acme is", "refusal": null });
    let answer = json!({ "choices": [{ "message": message, "finish_reason": "length" }] });
    let outcome = run(OPENAI, "string", "llm(\"Who is Acme?\")", &[(200, answer)]);
    let error = outcome.result.expect_err("it breaks off");
    assert!(error.message.contains("max_tokens"), "{error}");
}

#[test]
fn openai_and_others_name_the_limit_differently() {
    let outcome = run(OPENAI, "string", "llm(\"Hi\")", &[openai("Hello")]);
    let sent = body(&outcome.requests, 0);
    assert_eq!(
        (sent["max_completion_tokens"].as_i64(), sent.get("max_tokens")),
        (Some(1024), None)
    );
}
