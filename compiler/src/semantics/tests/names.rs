//! E01xx: names.

use insta::assert_snapshot;

use super::support::{file, mended, said_in_flow, said_of, said_of_each};
use crate::source::Source;

#[test]
fn unknown_names() {
    assert_snapshot!(said_in_flow([
        "log(txet)",
        "log(\"{zzzzz}\")",
        "crmm.create_deal(name: text)",
        "log(jsom_schema(Lead))",
        "log(connection)",
    ]));
}

#[test]
fn methods_of_other_languages() {
    assert_snapshot!(said_in_flow([
        "log(text.toLowerCase())",
        "log(\"{text.size()}\")",
        "log(text.substring(0, 2))",
        "log(text.left(2))",
        "log(\"{names.includes(text)}\")",
        "longer = names.push(text)",
        "log(\"{today().add_days(3)}\")",
        "log(names.table())",
    ]));
}

#[test]
fn texts_that_mean_nothing_to_a_method() {
    assert_snapshot!(said_in_flow([
        "log(\"{text.matches(\"[0-9\")}\")",
        "log(\"{now().hour(\"Madrid\")}\")",
        "log(\"{today().truncate(\"mont\")}\")",
        "log(today().format(\"%H:%M\"))",
        "log(\"{names.zip(3, (a, b) => a)}\")",
        "log(\"{names.zip(names)}\")",
    ]));
}

#[test]
fn unknown_fields() {
    assert_snapshot!(said_in_flow([
        "log(lead.compnay)",
        "log(lead.zzz)",
        "log(data.name)",
        "log(names.lenght)",
        "log(\"{names.length}\")",
        "deal = crm.create_deal(name: text)\nlog(deal.ulr)",
    ]));
}

#[test]
fn unknown_types() {
    assert_snapshot!(said_of_each([
        "on manual(a: Laed, b: number, c: crm.Dael, d: boolean, e: nothing.X) < log(\"x\") >\ntype Lead { x: string }",
        "type A { b: [Missing], c: blob, d: datetime }",
    ]));
}

#[test]
fn unknown_actions_and_methods() {
    assert_snapshot!(said_in_flow([
        "crm.craete_deal(name: text)",
        "crm.destroy(id: text)",
        "log(text.uper())",
        "total = names.sum()\nlog(\"{total}\")",
        "x = n.map(i => i)",
        "log(lead.company())",
    ]));
}

#[test]
fn unknown_triggers() {
    assert_snapshot!(said_of_each([
        "on cal_finished < log(\"x\") >",
        "on crm.deal_changd < log(\"x\") >",
        "on nopiece.thing < log(\"x\") >",
        "on form(\"/x\") < log(\"x\") >",
    ]));
}

#[test]
fn names_that_are_there_twice() {
    assert_snapshot!(said_of_each([
        "type A { x: int, x: string }\ntype A = \"a\" | \"a\"\ntype string { x: int }",
        "fn f(a: int, a: int) -> int { return a }\nconst f = 1\nfn now() -> int { return 1 }",
        "type T = A { type: string } | A | B { kind: string wire \"type\" }",
        "on manual() < log(\"a\") >\non manual() < log(\"b\") >",
        "x: on manual() < log(\"a\") >\nx: on call_finished < log(\"b\") >",
        "a: on webhook(\"/x\") < log(\"a\") >\nb: on webhook(\"/x\") < log(\"b\") >\nc: on webhook(\"/x\", method: \"GET\") < log(\"c\") >",
        "on function_call f(call: string) -> string < return \"x\" >",
    ]));
}

#[test]
fn a_visible_name_is_not_bound_again() {
    assert_snapshot!(said_in_flow([
        "a = 1\na = 2\nlog(\"{a}\")",
        "var a = 1\nvar a = 2\nlog(\"{a}\")",
        "text = \"x\"\nlog(text)",
        "for n in names { log(n) }",
        "if n > 1 { a = 1\nlog(\"{a}\") }\na = 2\nlog(\"{a}\")",
        "x = names.map(n => n)\nlog(x.join())",
    ]));
    assert_snapshot!(
        "an_item_is_not_bound_again",
        said_of_each([
            "fn score() -> int { return 1 }\non manual() <\n  score = score()\n  log(\"{score}\")\n>",
            // A piece's name, the prelude's and the language's own can be locals.
            "fn f(json: string, form: string, crm: string, block: int) -> string {\n  now = now()\n  return \"{json}{form}{crm}{block}{now}\"\n}",
            // A trigger's field is hidden by what the file itself defines.
            "const transcript = 5\non call_finished < log(\"{transcript + 1}\") >",
        ])
    );
}

#[test]
fn names_that_are_no_values() {
    assert_snapshot!(said_in_flow([
        "x = crm\nlog(x)",
        "x = crm.create_deal\nlog(x)",
        "x = Lead\nlog(x)",
        "x = Won\nlog(x)",
        "x = now\nlog(x)",
        "x = 1..10\nlog(x)",
    ]));
}

#[test]
fn a_project_file_can_be_a_piece() {
    let piece = Source {
        path: "weather.flow".into(),
        text: "/// Weather.\npiece weather\n\nbase \"https://weather.test\"\n\ntype Day { high: decimal }\n\n/// Today's.\naction today(city: string) -> Day\n  effect read\n{\n  return http.get(\"/today\", query: { city }) as Day\n}\n".into(),
    };
    let flow =
        file("on manual(city: string) <\n  day = weather.today(city)\n  log(\"{day.high}\")\n>");
    assert_snapshot!(said_of(vec![flow, piece]));
}

#[test]
fn a_piece_of_the_library_is_not_defined_again() {
    let piece = |path: &str, name: &str| Source {
        path: path.into(),
        text: format!("piece {name}\naction f()\n  effect read\nnative\n").into(),
    };
    assert_snapshot!(said_of(vec![
        piece("mine.flow", "crm"),
        piece("a.flow", "x"),
        piece("b.flow", "x")
    ]));
}

#[test]
fn fixes_mend() {
    assert_snapshot!(mended("on call_finished < log(transcritp) >"), @"on call_finished < log(transcript) >");
    assert_snapshot!(mended("on call_finished < log(transcript.uper()) >"), @"on call_finished < log(transcript.upper()) >");
    assert_snapshot!(mended("on call_finished < log(\"{messages.length}\") >"), @r#"on call_finished < log("{messages.length()}") >"#);
}
