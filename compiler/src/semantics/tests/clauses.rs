//! E0308, E0309: `retry`, `within`, `once`.

use insta::assert_snapshot;

use super::support::{mended, said_in_flow, said_of_each};

#[test]
fn clauses_follow_actions() {
    assert_snapshot!(said_in_flow([
        "deal = crm.find_deal(id: \"1\") retry 5 backoff 1s..5m within 10m once \"find {n}\"\nlog(deal?.url ?? \"\")",
        "log(crm.create_deal(name: text) within 30s.url)",
        "url = (crm.create_deal(name: text) within 30s).url catch \"none\"\nlog(url)",
        "facts: Lead = crm(text) retry n every 10s * n\nlog(facts.company)",
        "x = text.upper() retry 3\nlog(x)",
        "x = (n + 1) within 5s\nlog(\"{x}\")",
        "log(text) retry 2",
        "x = nobody() retry 2\nlog(x)",
    ]));
    assert_snapshot!(
        "functions_and_flows",
        said_of_each([
            "fn f() -> string { return crm.find_deal(id: \"1\")?.url ?? \"\" }\non manual() < log(f() within 5s) >",
            "on call_finished < run other() within 5s >\nother: on manual() < wait 2d >",
        ])
    );
}

#[test]
fn clauses_are_checked() {
    assert_snapshot!(said_in_flow([
        "crm.find_deal(id: \"1\") retry 0",
        "crm.find_deal(id: \"1\") retry -2 every 0s",
        "crm.find_deal(id: \"1\") retry \"often\" every 10",
        "crm.find_deal(id: \"1\") retry 3 backoff 5m..1s",
        "crm.find_deal(id: \"1\") within 0s",
        "crm.find_deal(id: \"1\") within 10 once n",
        "crm.find_deal(id: \"1\") once \"\"",
        "crm.find_deal(id: \"1\") retry 2 within 5s retry 3 within 6s",
        "crm.find_deal(id: \"1\") once maybe",
    ]));
}

#[test]
fn what_happens_once_is_not_retried_blindly() {
    assert_snapshot!(said_in_flow([
        "crm.notify(to: text, text: text) retry 3 every 10s within 5m",
        "crm.notify(to: text, text: text) retry 3 once \"hello {text}\"",
        "crm.notify(to: text, text: text) within 5s",
        "crm.create_deal(name: text) retry 3",
    ]));
}

#[test]
fn fixes_mend() {
    let mended_in = |body: &str| mended(&format!("on manual(n: int) <\n  {body}\n>"));
    assert_snapshot!(mended_in("crm.find_deal(id: \"{n}\") retry 3 backoff 5m..1s"), @r#"
    on manual(n: int) <
      crm.find_deal(id: "{n}") retry 3 backoff 1s..5m
    >
    "#);
    assert_snapshot!(mended_in("log(\"{n.abs() retry 3}\")"), @r#"
    on manual(n: int) <
      log("{n.abs()}")
    >
    "#);
}
