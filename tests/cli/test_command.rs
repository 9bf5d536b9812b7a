//! `test`: what is told of tests, and how it ends.

use insta::assert_snapshot;

use crate::process::{Called, Folder};

const FLOWS: &str = r##"on manual(name: string, amount: int = 1) -> string <
  if amount > 10 {
    slack.send_message(channel: "#sales", text: "{name} buys {amount}")
    wait 2d
  }
  log("done with {name}")
  return "{name}: {amount}"
>
"##;

const TESTS: &str = r##"
test "small ones are quick" {
  run flow(name: "Ada", amount: 2)
  expect slack.send_message not called
  expect result == "Ada: 2"
}

test "large ones are told" {
  given slack.send_message returns {}
  run flow(name: "Ada", amount: 20)
  expect slack.send_message called once with { channel: "#sales" }
  expect waiting
  advance 2d
  expect logged "Ada"
  expect succeeded
}
"##;

const FAILING: &str = r##"
test "what fails & <why>" {
  given slack.send_message fails rate_limited "slow down" then fails rejected "no such channel"
  run flow(name: "Ada", amount: 20)
  expect slack.send_message called 2 times
  expect slack.send_message called with { channel: "#support" }
  expect succeeded
  expect logged "hello"
}

test "what nobody answers" {
  run flow(name: "Ada", amount: 20)
  expect succeeded
}

test "one that waits" {
  given slack.send_message returns {}
  run flow(name: "Ada", amount: 20)
  expect succeeded
}

test "one that is wrong" {
  run flow(name: "Ada")
  expect result == "Bob: 1"
  expect failed
}
"##;

fn with(tests: &str) -> Folder {
    Folder::with_flow(&format!("{FLOWS}{tests}"))
}

/// A text without its times.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((at, mark)) =
        ["time=\"", "\"ms\":"].iter().filter_map(|mark| Some((rest.find(mark)?, mark))).min()
    {
        let end = at + mark.len();
        out.push_str(&rest[..end]);
        out.push('T');
        rest = rest[end..].trim_start_matches(|c: char| c.is_ascii_digit() || ".e-".contains(c));
    }
    out + rest
}

fn page(called: &Called) -> String {
    timeless(&called.page())
}

#[test]
fn tests_that_pass() {
    assert_snapshot!(page(&with(TESTS).call(&["test"])));
}

#[test]
fn tests_that_fail_are_told_at_their_places() {
    let folder = with(&format!("{TESTS}{FAILING}"));
    assert_snapshot!(page(&folder.call(&["test"])));
    assert_eq!(folder.call(&["test"]).stdout, folder.call(&["test"]).stdout);
}

#[test]
fn tests_for_programs() {
    let folder = with(&format!("{TESTS}{FAILING}"));
    assert_snapshot!(page(&folder.call(&["test", "--json", "--junit", "report.xml"])));
    assert_snapshot!("junit", timeless(&folder.read("report.xml")));
}

#[test]
fn some_tests_and_none() {
    let folder = with(TESTS);
    let calls: [&[&str]; 4] = [
        &["test", "--filter", "large"],
        &["test", "--filter", "huge"],
        &["test", "gone"],
        &["test", "--junit", "no/such/folder.xml"],
    ];
    let mut pages: Vec<String> = calls.iter().map(|call| page(&folder.call(call))).collect();
    pages.push(page(&with("").call(&["test"])));
    pages.push(page(&with("test \"x\" { run flow(name: 5) }").call(&["test"])));
    assert_snapshot!(pages.join("\n"));
}
