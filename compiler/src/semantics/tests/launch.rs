//! E0109: flows that are begun by others.

use insta::assert_snapshot;

use super::support::{mended, said_of_each};

#[test]
fn flows_are_begun_by_name() {
    assert_snapshot!(said_of_each([
        "on call_finished <\n  start follow_up(customer, name: transcript)\n  start follow_up(to: customer)\n  score = run score(text: transcript)\n  log(\"{score + 1}\")\n>\nfollow_up: on manual(to: phone?, name: string = \"x\") < log(\"{name} {to ?? \"none\"}\") >\nscore: on manual(text: string) -> int < return text.length() >",
        "on schedule(every: 1h) <\n  start lead(body: { name: \"x\" })\n  reply = run lead(body: { name: \"y\" }, query: { a: \"b\" })\n  log(reply.name)\n>\nlead: on webhook(\"/lead\", body: Lead) -> Lead < return body >\ntype Lead { name: string }",
        "on call_finished as call <\n  text = run find(day: call.started_at ?? now(), call: call)\n  log(text)\n>\non function_call find(day: time) -> string < return \"{day} {call.id}\" >",
        "tick: on schedule(every: 1h) < start tick(due: due + 1h) >",
    ]));
}

#[test]
fn flows_and_events_are_checked() {
    assert_snapshot!(said_of_each([
        "on call_finished < start folow_up() >\nfollow_up: on manual() < log(\"x\") >",
        "on call_finished < run score(1) >\nfn score(n: int) -> int { return n }",
        "on call_finished < start follow_up(name: 5, too: \"x\") >\nfollow_up: on manual(name: string, to: string) < log(name + to) >",
        "on call_finished < start other(transcript) >\nother: on pre_call < return allow() >",
        "on call_finished <\n  x = start other()\n  y = run other()\n  log(\"{x}{y}\")\n>\nother: on manual() < log(\"x\") >",
        "on call_finished < run other with { n: 1 } >\nother: on manual(n: int) < log(\"{n}\") >",
        "const N = run other()\nother: on manual() -> int < return 1 >",
        "on call_finished < run (1 + 2)() >",
    ]));
}

#[test]
fn fixes_mend() {
    let text = "on call_finished < log(\"{run score(1)}\") >\nfn score(n: int) -> int { return n }";
    assert_snapshot!(mended(text), @r#"
    on call_finished < log("{score(1)}") >
    fn score(n: int) -> int { return n }
    "#);
}
