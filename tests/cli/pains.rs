//! What users of other automation systems suffer from, and what becomes of it here: each either cannot be written,
//! or is an error before anything runs, or is shown not to happen by a test in the language.
//!
//! The numbers are those of the table in `docs/src/pains.md`.

use crate::process::{Called, Folder};

/// The project is refused, with this code and with these words.
fn refused(flow: &str, code: &str, words: &[&str]) {
    says(&Folder::with_flow(flow).call(&["check"]), 1, &[&[code], words].concat());
}

/// The project has no mistake, and its tests pass.
fn passes(flow: &str) {
    let called = Folder::with_flow(flow).call(&["test"]);
    assert_eq!(called.code, 0, "{}", called.page());
    assert!(called.page().contains("passed"), "{}", called.page());
}

fn says(called: &Called, code: i32, words: &[&str]) {
    let page = called.page();
    assert_eq!(called.code, code, "{page}");
    for word in words {
        assert!(page.contains(word), "{word} is missing:\n{page}");
    }
}

#[test]
fn pain_01_an_expression_that_fails_is_no_empty_text() {
    let unknown = "on call_finished < log(\"{analysis.sumary}\") >";
    refused(unknown, "E0", &["sumary"]);
    let missing = "on call_finished < log(\"call from {customer}\") >";
    refused(missing, "E0202", &["customer"]);
    passes(
        r#"
on manual(names: [string]) < log(names[2]) >

test "an index out of range fails the run" {
  run manual(names: ["a"])
  expect failed with "outside a list"
}
"#,
    );
}

#[test]
fn pain_02_nothing_has_to_be_run_to_know_the_fields() {
    let field = "on call_finished < deal = hubspot.create_deal(name: id); log(deal.link) >";
    refused(field, "E0102", &["`link`", "`amount`"]);
    let called = Folder::new().call(&["pieces", "hubspot.create_deal"]);
    says(&called, 0, &["name: string", "amount: decimal?"]);
}

#[test]
fn pain_03_no_run_goes_on_for_ever() {
    passes(
        r#"
stuck: on call_finished with timeout 1h < hubspot.create_deal(name: id) >
bounded: on manual() < hubspot.create_deal(name: "x") within 30s >
endless: on webhook("/x", body: json) < while true { } >

test "a service that never answers ends with the run's time" {
  given hubspot.create_deal returns { id: "1", url: "https://example.com/1" } after 30d
  run stuck
  expect waiting
  advance 1h
  expect failed with "1h"
}

test "or with the call's" {
  given hubspot.create_deal returns { id: "1", url: "https://example.com/1" } after 30d
  run bounded
  advance 30s
  expect failed
}

test "a loop without an end has a budget" {
  run endless
  expect failed with "step budget"
}
"#,
    );
}

#[test]
fn pain_04_a_crash_neither_loses_nor_repeats() {
    passes(
        r##"
on call_finished <
  deal = hubspot.create_deal(name: id)
  wait 1h
  slack.send_message(channel: "#sales", text: deal.url)
>

test "each step happens once" {
  given hubspot.create_deal returns { id: "1", url: "https://example.com/1" }
  given slack.send_message returns { channel: "C1", ts: "1" }
  run call_finished
  crash
  advance 1h
  crash
  expect hubspot.create_deal called once
  expect slack.send_message called once with { text: "https://example.com/1" }
  expect succeeded
}
"##,
    );
}

#[test]
fn pain_05_how_a_call_is_repeated_is_said_at_the_call() {
    passes(
        r#"
on call_finished < hubspot.create_deal(name: id) retry 8 backoff 1m..1h >

test "it is tried for hours" {
  given hubspot.create_deal fails rate_limited then fails rate_limited then fails rate_limited
    then fails rate_limited then fails rate_limited then fails rate_limited
    then { id: "1", url: "https://example.com/1" }
  run call_finished
  advance 12h
  expect succeeded
}
"#,
    );
}

#[test]
fn pain_06_runs_are_kept_apart_by_a_key_that_is_checked() {
    let fine = "on call_finished with concurrency 1 per agent_id ?? id < log(id) >";
    says(&Folder::with_flow(fine).call(&["check"]), 0, &[]);
    let typo = "on call_finished with concurrency 1 per agnet_id < log(id) >";
    refused(typo, "E0101", &["agnet_id", "agent_id"]);
    let optional = "on call_finished with concurrency 1 per agent_id < log(id) >";
    refused(optional, "E02", &["agent_id"]);
}

#[test]
fn pain_07_branches_run_side_by_side() {
    passes(
        r##"
on call_finished <
  parallel {
    hubspot.create_deal(name: id)
    slack.send_message(channel: "#sales", text: id)
  }
>

test "two calls of ten seconds take ten seconds" {
  given hubspot.create_deal returns { id: "1", url: "https://example.com/1" } after 10s
  given slack.send_message returns { channel: "C1", ts: "1" } after 10s
  run call_finished
  advance 10s
  expect succeeded
}
"##,
    );
}

#[test]
fn pain_08_errors_have_types_and_every_kind_is_looked_at() {
    let forgets = r#"
on call_finished <
  try { hubspot.create_deal(name: id) } catch error {
    match error.kind { "auth" => log("connect again"), "rate_limited" => log("slow down") }
  }
>
"#;
    refused(forgets, "E0402", &["not_found", "timeout"]);
}

#[test]
fn pain_09_every_request_is_answered() {
    let silent = r#"
on webhook("/stock", body: Ask) -> Stock < if item != "" { return { count: 1 } } >
type Ask { item: string }
type Stock { count: int }
"#;
    refused(silent, "E0401", &["return"]);
}

#[test]
fn pain_10_a_caller_does_not_wait_for_what_takes_too_long() {
    let slow = "on pre_call within 2s else allow() < wait 6s; return allow() >";
    refused(slow, "E0", &["6s", "2s"]);
}

#[test]
fn pain_11_no_flow_keeps_a_cursor() {
    // What was seen already is the trigger's to remember, in one transaction with the runs it began. A flow has
    // nothing that outlives its run, so it cannot get it wrong.
    refused("var cursor = 0\non schedule(every: 5m) < cursor = cursor + 1 >", "E0", &["cursor"]);
}

#[test]
fn pain_12_an_event_that_comes_twice_is_one_event() {
    let fine = "on webhook(\"/paid\", body: Paid) with dedupe by invoice for 7d < log(invoice) >\n\
                type Paid { invoice: string }";
    says(&Folder::with_flow(fine).call(&["check"]), 0, &[]);
    let wrong = "on webhook(\"/paid\", body: Paid) with dedupe by paid for 7d < log(invoice) >\n\
                 type Paid { invoice: string, paid: [int] }";
    refused(wrong, "E0", &["paid"]);
}

#[test]
fn pain_13_a_long_loop_is_no_heap() {
    passes(
        r#"
on manual(turns: int) <
  var total = 0
  for turn in 1..turns {
    hubspot.create_note(body: "turn {turn}", at: now())
    total += 1
  }
  log("{total} turns")
>

test "two thousand steps, and a crash after all of them" {
  given hubspot.create_note returns { id: "1" }
  run manual(turns: 2000)
  crash
  expect hubspot.create_note called 2000 times
  expect logged "2000 turns"
}
"#,
    );
}

#[test]
fn pain_14_a_flow_is_text_with_one_layout() {
    let folder = Folder::new()
        .with("a.flow", "on call_finished <\n    log( id )\n  hubspot.create_deal( name:id )\n>\n")
        .with("b.flow", "on call_finished <\n\n\n  log(id)\n hubspot.create_deal(name: id)\n>");
    assert_eq!(folder.call(&["fmt"]).code, 0);
    assert_eq!(folder.read("a.flow"), folder.read("b.flow"));
}

#[test]
fn pain_15_tests_run_without_accounts() {
    let wrong = r#"
on call_finished < hubspot.create_deal(name: "a deal") >

test "the deal is named after the call" {
  given hubspot.create_deal returns { id: "1", url: "https://example.com/1" }
  run call_finished with { id: "c1" }
  expect hubspot.create_deal called once with { name: "c1" }
}
"#;
    says(
        &Folder::with_flow(wrong).call(&["test"]),
        1,
        &["a deal", "c1", "the deal is named after the call"],
    );
}

#[test]
fn pain_16_a_piece_that_changes_is_an_error_where_it_is_used() {
    let piece = |field: &str| {
        format!(
            "piece crm\n\nbase \"https://crm.example.com\"\n\n\
             /// A lead\ntype Lead {{ {field}: string }}\n\n/// Finds a lead\naction find(id: string) -> Lead\n  \
             effect read\n{{\n  return http.get(\"/leads/{{id}}\") as Lead\n}}\n"
        )
    };
    let flow = "on call_finished < lead = crm.find(id); log(lead.name) >";
    let before = Folder::new().with("crm.flow", piece("name")).with("leads.flow", flow);
    says(&before.call(&["check"]), 0, &[]);
    let after = Folder::new().with("crm.flow", piece("full_name")).with("leads.flow", flow);
    says(&after.call(&["check"]), 1, &["E0102", "full_name", "leads.flow:1"]);
}

#[test]
fn pain_17_a_secret_is_never_said() {
    refused("on call_finished < log(\"{secret(\"KEY\")}\") >", "E0", &["secret"]);
    let sent = "on call_finished < slack.send_message(channel: \"#a\", text: secret(\"KEY\")) >";
    refused(sent, "E0", &["secret"]);
}

#[test]
fn pain_18_a_connection_that_is_missing_is_told_before_a_run() {
    let folder = Folder::with_flow("on call_finished < hubspot.create_deal(name: id) >");
    says(&folder.call(&["check", "--connections"]), 1, &["hubspot", "callflow.toml"]);
}

#[test]
fn pain_19_a_flow_of_a_hundred_steps_is_checked_as_a_whole() {
    let steps: String = (0..100)
        .map(|n| format!("  step{n} = hubspot.create_deal(name: \"{n}\")\n  log(step{n}.url)\n"))
        .collect();
    let flow = format!("on call_finished <\n{steps}  log(step99.lnk)\n>\n");
    let called = Folder::with_flow(&flow).call(&["check", "--json"]);
    assert_eq!(called.stdout.lines().count(), 1, "{}", called.page());
    says(&called, 1, &["E0102", "\"line\":202"]);
}

#[test]
fn pain_20_a_piece_that_is_missing_is_told_with_its_name() {
    refused("on call_finished < pipedrive.create_deal(title: id) >", "E0101", &["pipedrive"]);
}
