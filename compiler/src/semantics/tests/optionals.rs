//! E0202: optionals, and what conditions show of them.

use insta::assert_snapshot;

use super::support::{mended, said_in_flow, said_of_each};

#[test]
fn an_optional_is_not_its_value() {
    assert_snapshot!(said_in_flow([
        "log(maybe)",
        "log(maybe.upper())",
        "log(lead.boss.name)",
        "x = lead.budget + 1",
        "x = lead.budget > 1",
        "x: [string] = names.first()",
        "for x in data[\"a\"] { log(\"x\") }",
    ]));
}

#[test]
fn conditions_narrow() {
    assert_snapshot!(said_in_flow([
        "if maybe != none { log(maybe) }",
        "if maybe == none { log(\"x\") } else { log(maybe) }",
        "if lead.budget != none and lead.budget > 5 { log(\"{lead.budget}\") }",
        "if lead.budget == none or lead.budget > 5 { log(\"x\") }",
        "if not (maybe == none) { log(maybe) }",
        "if maybe == \"a\" { log(maybe) }",
        "if lead.boss != none { log(lead.boss.name) }",
        "if lead.boss != none and lead.boss.phone != none { log(lead.boss.phone) }",
        "x = if maybe != none { maybe } else { text }\nlog(x)",
        "while maybe != none { log(maybe)\nbreak }",
    ]));
}

#[test]
fn a_path_that_ends_narrows_the_rest() {
    assert_snapshot!(said_in_flow([
        "if maybe == none { stop }\nlog(maybe)",
        "if maybe == none { fail(\"no\") }\nlog(maybe)",
        "if maybe == none { return }\nif lead.boss == none { return }\nlog(maybe)\nlog(lead.boss.name)",
        "if maybe != none { log(maybe) } else { return }\nlog(maybe)",
        "if maybe == none { return } else if lead.boss == none { return }\nlog(\"{maybe}{lead.boss.name}\")",
        "for x in names {\n  if maybe == none { continue }\n  log(maybe)\n}\nlog(maybe)",
    ]));
}

#[test]
fn conditions_show_no_more_than_they_do() {
    assert_snapshot!(said_in_flow([
        "if maybe != none or n > 1 { log(maybe) }",
        "if maybe == none { log(maybe) }",
        "if maybe != none { log(\"x\") }\nlog(maybe)",
        "var x = maybe\nif x != none { log(x) }",
        "if maybe == none { log(\"x\") }\nlog(maybe)",
        "if maybe == none and n > 1 { return }\nlog(maybe)",
    ]));
}

#[test]
fn a_match_narrows_too() {
    assert_snapshot!(said_in_flow([
        "match maybe { none => log(\"no\"), value => log(value) }",
        "match maybe { none => log(\"no\"), else => log(maybe) }",
        "match maybe { \"a\" => log(maybe), else => log(\"x\") }",
        "match maybe { value => log(value) }",
        "match text { none => log(\"no\"), else => log(\"x\") }",
    ]));
}

#[test]
fn chains() {
    assert_snapshot!(said_in_flow([
        "x = lead.boss?.name\nlog(x ?? text)",
        "x = lead.boss?.name.upper().length()\nlog(\"{x ?? 0}\")",
        "x = lead.boss?.phone\nlog(\"{x ?? fail(\"no\")}\")",
        "x = lead?.company",
        "x = text ?? \"a\"\nlog(x)",
        "x = maybe ?? 5",
        "x = maybe ?? lead.boss?.name ?? \"a\"\nlog(x)",
        "x = lead.stage ?? \"new\"",
        "x: decimal = lead.budget ?? 0\nlog(\"{x}\")",
    ]));
}

#[test]
fn questions_with_one_answer() {
    assert_snapshot!(said_in_flow([
        "if text != none { log(text) }",
        "if data == none { log(text) }",
        "if maybe != none { if maybe != none { log(maybe) } }",
        "if maybe { log(\"x\") }",
    ]));
}

#[test]
fn trigger_fields_narrow() {
    assert_snapshot!(said_of_each([
        "on call_finished <\n  if customer == none { return }\n  crm.notify(to: customer, text: transcript)\n>",
        "on call_finished as call <\n  if call.customer != none { crm.notify(to: call.customer, text: call.transcript) }\n>",
        "on call_finished < crm.notify(to: customer, text: transcript) >",
    ]));
}

#[test]
fn fixes_mend() {
    let fixed = mended("on call_finished < crm.notify(to: recording_url, text: transcript) >");
    assert_snapshot!(fixed, @r#"on call_finished < crm.notify(to: recording_url ?? "", text: transcript) >"#);
    let fixed = mended("on call_finished < log(\"{recording_url.length()}\") >");
    assert_snapshot!(fixed, @r#"on call_finished < log("{recording_url?.length()}") >"#);
}
