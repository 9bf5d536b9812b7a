//! What tests of flows mean, from their text to what they find.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support {
    pub(crate) mod compile;
}

use callflow_runtime::connect::Environment;
use callflow_runtime::testing;

use support::compile::program;

/// Compiles a file and runs its tests; tells what each found.
fn findings(text: &str) -> String {
    let program = program(text);
    let settings = [("REGION".to_owned(), "eu".to_owned())];
    let environment = Environment::from_settings(settings, &|_| None);
    let mut told = String::new();
    for test in &program.artifact().tests {
        let report = testing::run(&program, test, &environment);
        assert_eq!(report, testing::run(&program, test, &environment), "it is not the same twice");
        told.push_str(&format!("{}\n", report.name));
        for finding in report.findings {
            let at = |place: testing::Place| {
                let file = &program.artifact().files[0];
                let (line, column) = file.position(place.origin.start);
                format!("{line}:{column}")
            };
            told.push_str(&format!("  {} {}\n", at(finding.at), finding.message));
            if let Some((place, label)) = finding.other {
                told.push_str(&format!("    {} {label}\n", at(place)));
            }
            for note in finding.notes {
                told.push_str(&format!("    {}\n", note.replace('\n', "\n    ")));
            }
        }
    }
    told
}

/// Every test of a file passes.
#[track_caller]
fn all_pass(text: &str) {
    let told = findings(text);
    assert!(told.lines().all(|line| !line.starts_with(' ')), "{told}");
    assert!(!told.is_empty(), "no tests");
}

#[test]
fn answers_come_in_order_and_the_last_again() {
    all_pass(
        r#"
on manual -> [string] <
  var all: [string] = []
  for n in 1..4 { all = [...all, http.get("https://example.com/{n}") as string] }
  return all
>

test "a sequence" {
  given http.get returns "one" then "two"
  run manual
  expect result == ["one", "two", "two", "two"]
  expect http.get called 4 times
}

test "the one that says most" {
  given http.get with { url: "https://example.com/2" } returns "two"
  given http.get returns "any"
  run manual
  expect result == ["any", "two", "any", "any"]
  expect http.get called once with { url: "https://example.com/3" }
  expect http.get called with { url: "https://example.com/3" }
}
"#,
    );
}

#[test]
fn a_call_that_is_tried_again_needs_no_time() {
    all_pass(
        r##"
on manual -> string <
  return http.get("https://example.com") retry 2 every 1h as string
>

test "it comes back" {
  given http.get fails unavailable then fails timeout then returns "here"
  run manual
  expect result == "here"
  expect http.get called once
}

test "it does not" {
  given http.get fails unavailable "try later"
  run manual
  expect failed with "http.get: try later"
}
"##,
    );
}

#[test]
fn time_passes_by_advance_alone() {
    all_pass(
        r##"
on manual -> string <
  begun = now()
  first {
    text = http.get("https://example.com") as string
    wait 2h
  }
  if text == none { return "nothing after {now() - begun}" }
  return "{text} after {now() - begun}"
>

test "the answer is first" {
  given http.get returns "hello" after 30m
  run manual
  expect waiting
  advance 29m
  expect waiting
  advance 1m
  expect result == "hello after 30m"
}

test "the time is first" {
  given http.get returns "hello" after 3h
  run manual
  advance 1d
  expect result == "nothing after 2h"
}
"##,
    );
}

#[test]
fn a_crash_keeps_the_contract() {
    all_pass(
        r##"
reads: on manual -> string <
  return http.get("https://example.com") as string
>

writes: on manual -> string <
  try {
    http.post("https://example.com", json: { x: 1 })
  } catch error {
    return error.kind
  }
  return "done"
>

test "what may be repeated is" {
  given http.get returns "first" after 1h then "second" after 1h
  run reads
  crash
  advance 1h
  expect result == "second"
  expect http.get called once
}

test "of anything else nobody knows" {
  given http.post returns "x" after 1h
  run writes
  crash
  expect result == "outcome_unknown"
}

test "what has ended has ended" {
  given http.post returns "x"
  run writes
  crash
  expect result == "done"
  expect http.post called once
}
"##,
    );
}

#[test]
fn runs_begin_others() {
    all_pass(
        r##"
main: on manual -> string <
  start aside(text: "x")
  return run doubled(text: "y")
>

doubled: on manual(text: string) -> string <
  wait 1d
  return "{text}{text}"
>

aside: on manual(text: string) <
  log("aside {text}")
>

test "one is waited for, and one is not" {
  run main
  expect aside started once with { text: "x" }
  expect doubled started
  expect waiting
  advance 1d
  expect result == "yy"
}
"##,
    );
}

#[test]
fn keys_and_settings() {
    all_pass(
        r##"
on manual -> [string] <
  var all: [string] = []
  for n in 1..3 {
    all = [...all, http.post("https://example.com/{n}", json: { x: 1 }) once "only one" as string]
  }
  return [...all, env("REGION"), "{today()}", uuid()]
>

test "what was done is done" {
  given http.post returns "done"
  run manual
  expect http.post called once
  expect result == ["done", "done", "done", "eu", "2026-01-05", "00000000-0000-4000-8000-000000000001"]
}
"##,
    );
}

#[test]
fn what_is_not_as_it_should_be() {
    insta::assert_snapshot!(findings(
        r##"
main: on manual(name: string, amount: int = 1) -> string <
  if amount > 10 { wait 1d }
  if amount < 0 { fail("no such amount") }
  slack.send_message(channel: "#sales", text: "{name}: {amount}")
  start other(text: name)
  log("told {name}")
  return name
>

other: on manual(text: string) < log(text) >

test "calls" {
  given slack.send_message returns {}
  run main(name: "Ada")
  expect slack.send_message not called
  expect slack.send_message called 2 times with { channel: "#sales" }
  expect slack.send_message called with { channel: "#support", text: "Ada: 1" }
  expect http.get called
  expect other started 3 times
  expect other started with { text: "Bob" }
  expect other not started
  expect main started
}

test "ends" {
  given slack.send_message returns {}
  run main(name: "Ada")
  expect failed
  expect waiting
  expect logged "told Bob"
  expect result == "Bob"
  expect result.length() > 10 and result == "x"
  run main(name: "Ada", amount: 11)
  expect succeeded
  expect failed with "x"
  run main(name: "Ada", amount: -1)
  expect succeeded
  expect waiting
  expect failed with "nothing"
}

test "it has no result" {
  run main(name: "Ada", amount: -1)
  expect result == "Ada"
  expect succeeded
}

test "nobody answers" {
  run main(name: "Ada")
  expect succeeded
  expect result == "Ada"
}
"##
    ));
}
