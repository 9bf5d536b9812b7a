//! E0503, E0504: answers in time, and platforms that can do what is asked.

use insta::assert_snapshot;

use super::support::{said_of_each, said_with};
use crate::project::{Agent, Settings};

fn on(platforms: &[&str]) -> Settings {
    let platforms = platforms.iter().map(|&name| name.into()).collect();
    Settings { platforms: Some(platforms), ..Settings::default() }
}

#[test]
fn waits_are_held_against_deadlines() {
    assert_snapshot!(said_of_each([
        "on pre_call within 2s else allow() <\n  wait 5s\n  return allow()\n>",
        "on pre_call within 10s else allow() <\n  if customer == none { wait 6s }\n  wait 3s\n  wait 2s\n  return allow()\n>",
        "on pre_call within 10s else allow() <\n  if customer == none {\n    wait 6s\n    return block(\"late\")\n  }\n  wait 7s\n  return allow()\n>",
        "on pre_call < wait 14d; return allow() >",
        "on webhook(\"/x\") -> int < wait 5m; return 1 >",
        "on webhook(\"/x\") -> int within 10m < wait 5m; return 1 >",
        "on webhook(\"/x\") < wait 14d >",
        "on function_call f(day: date) -> string <\n  wait until now() + 1d\n  return \"{day}\"\n>",
        "on pre_call within 2s else allow() <\n  first {\n    found = crm.find_deal(id: \"1\")\n    wait until deadline - 500ms\n  }\n  return if found == none { allow() } else { block(\"known\") }\n>",
        "on pre_call within 2s else allow() <\n  first {\n    found = crm.find_deal(id: \"1\")\n    wait 3s\n  }\n  return if found == none { allow() } else { block(\"known\") }\n>",
    ]));
}

#[test]
fn calls_are_held_against_deadlines() {
    assert_snapshot!(said_of_each([
        "on pre_call within 5s else allow() <\n  a = crm.find_deal(id: \"1\") within 3s\n  b = crm.find_deal(id: \"2\") within 3s\n  return if a == b { allow() } else { block(\"known\") }\n>",
        "on pre_call within 5s else allow() <\n  parallel {\n    a = crm.find_deal(id: \"1\") within 3s\n    b = crm.find_deal(id: \"2\") within 3s\n  }\n  return if a == b { allow() } else { block(\"known\") }\n>",
        "on pre_call within 5s else allow() <\n  a = crm.find_deal(id: \"1\") retry 3 backoff 1s..2s\n  return if a == none { allow() } else { block(\"known\") }\n>",
        "on pre_call within 5s else allow() <\n  a = crm.find_deal(id: \"1\") retry 2 every 1s\n  return if a == none { allow() } else { block(\"known\") }\n>",
        "on pre_call within 5s else allow() <\n  a = crm.find_deal(id: \"1\") within 4s catch (crm.find_deal(id: \"2\") within 4s)\n  return if a == none { allow() } else { block(\"known\") }\n>",
        "on pre_call within 5s else allow() <\n  for i in 1..3 { log(find(i)) }\n  return allow()\n>\nfn find(i: int) -> string {\n  return (crm.find_deal(id: \"{i}\") within 2s)?.url ?? \"none\"\n}",
        "on pre_call within 5s else allow() <\n  run slow()\n  start slow()\n  return allow()\n>\nslow: on manual() <\n  while true {\n    wait 1d\n    break\n  }\n>",
        "on pre_call within 5s else allow() <\n  if customer == none { again(3) }\n  x = customer ?? fail(\"none\")\n  wait 1s\n  return allow(prompt: x)\n>\nfn again(n: int) {\n  wait 2s\n  if n > 0 { again(n - 1) }\n}",
    ]));
}

#[test]
fn platforms_wait_for_so_long() {
    let text = "on pre_call within 8s else allow() < return allow() >";
    let tool = "on function_call f(a: int) -> int within 30s <\n  wait 25s\n  return a\n>";
    assert_snapshot!(
        [
            said_of_each(["on vapi.pre_call <\n  wait 8s\n  return allow()\n>"]),
            said_with(text, on(&["vapi", "retell"])),
            said_with(text, on(&["retell", "http"])),
            said_with(tool, on(&["elevenlabs"])),
            said_with(tool, on(&["retell"])),
            said_with(text, on(&[])),
        ]
        .join("--------------------\n")
    );
}

#[test]
fn results_are_possible() {
    let text = "on pre_call within 2s else block(\"late\") <\n  if customer == none { return refuse() }\n  if line == none { return transfer(\"+14155550111\", say: \"One moment\") }\n  return allow(prompt: \"x\", agent: \"other\", voice: none)\n>\nfn refuse() -> PreCallResult { return Block { reason: \"no number\", say: \"Goodbye\" } }";
    assert_snapshot!(
        [
            said_with(text, on(&["elevenlabs"])),
            said_with(text, on(&["vapi", "retell", "bland"])),
            said_with(text, on(&["vapi", "http"])),
            said_with(text, Settings::default()),
        ]
        .join("--------------------\n")
    );
}

#[test]
fn fields_are_sent_by_somebody() {
    let before =
        "on pre_call <\n  return allow(variables: { id: id ?? key, line: line ?? \"none\" })\n>";
    let after = "on call_finished <\n  log(analysis?.summary ?? transcript)\n  log(analysis?.sentiment ?? \"none\")\n>";
    assert_snapshot!(
        [
            said_with(before, on(&["retell", "elevenlabs"])),
            said_with(before, on(&["retell", "vapi"])),
            said_with(after, on(&["twilio"])),
            said_with(after, on(&["vapi"])),
            said_of_each(["on retell.pre_call as call <\n  return allow(prompt: about(call))\n>\nfn about(call: IncomingCall) -> string { return call.id ?? \"none\" }"]),
        ]
        .join("--------------------\n")
    );
}

#[test]
fn agents_and_tools() {
    let agents = |platform: Option<&str>| Settings {
        agents: Some(vec![Agent { name: "front desk".into(), platform: platform.map(Into::into) }]),
        platforms: Some(vec!["vapi".into()]),
        ..Settings::default()
    };
    let text = "on pre_call(agent: \"front desk\") < return block(\"no\") >";
    assert_snapshot!(
        [
            said_with(text, agents(None)),
            said_with(text, agents(Some("elevenlabs"))),
            said_with("on call_finished(agent: \"front dsk\") < log(id) >", agents(None)),
            said_with("on function_call f(a: int) -> int < return a >", on(&["twilio"])),
            said_with("on function_call f(a: int) -> int < return a >", on(&["twilio", "vapi"])),
            said_of_each([format!(
                "on function_call {}(a: int) -> int < return a >",
                "f".repeat(65)
            )]),
        ]
        .join("--------------------\n")
    );
}
