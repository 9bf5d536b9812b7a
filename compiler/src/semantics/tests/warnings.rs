//! W0xxx: what has no use.

use insta::assert_snapshot;

use super::support::{mended, said_in_flow, said_of_each};

#[test]
fn unused_names() {
    assert_snapshot!(said_in_flow([
        "x = 1",
        "_x = 1",
        "for x in names { log(\"a\") }",
        "y = names.map(x => 1)\nlog(\"{y.length()}\")",
        "try { log(\"a\") } catch error { log(\"b\") }",
        "var x = 1\nx = 2",
        "match maybe { none => log(\"a\"), value => log(\"b\") }",
    ]));
    assert_snapshot!(
        "unused_parameters",
        said_of_each([
            "fn f(a: int, b: int) -> int { return a }\non manual(n: int) < log(\"{f(1, 2)}\") >",
        ])
    );
}

#[test]
fn code_that_never_runs() {
    assert_snapshot!(said_in_flow([
        "return\nlog(\"a\")\nlog(\"b\")",
        "if n > 1 { stop } else { fail(\"x\") }\nlog(\"a\")",
        "while true { log(\"a\") }\nlog(\"b\")",
        "for x in names { continue\nlog(x) }\nlog(\"b\")",
        "x = fail(\"a\")\nlog(\"{x}\")",
    ]));
}

#[test]
fn values_that_are_thrown_away() {
    assert_snapshot!(said_in_flow([
        "n == 5",
        "names.reverse()",
        "\"text\"",
        "if n > 1 { lead.company }",
        "crm.find_deal(id: text)",
        "match n { 1 => text, else => log(\"x\") }",
    ]));
}

#[test]
fn fixes_mend() {
    assert_snapshot!(mended("on manual() < x = 1 >"), @"on manual() < _x = 1 >");
}
