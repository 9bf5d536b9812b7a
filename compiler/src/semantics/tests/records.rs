//! Record literals, tagged choices, maps and JSON objects.

use insta::assert_snapshot;

use super::support::{mended, said_in_flow, said_of_each};

#[test]
fn fields_are_known_and_complete() {
    assert_snapshot!(said_in_flow([
        "x: Lead = { company: text, stage: \"new\" }\nlog(x.company)",
        "x: Lead = { company: text }",
        "x: Lead = { compnay: text, stage: \"new\" }",
        "x: Lead = { company: n, stage: \"won\" }",
        "x = Lead { company: text, stage: \"won\", company: text }\nlog(x.company)",
        "company = text\nx = Lead { company, stage: \"won\" }\nlog(x.company)",
        "y = { ...lead, company: \"new\" }\nx: Lead = { ...lead, company: \"new\" }\nlog(\"{x.company}{y.company}\")",
        "x: Person = { ...lead, name: text }",
        "x: Person = { ...n }",
    ]));
}

#[test]
fn literals_without_a_type() {
    assert_snapshot!(said_in_flow([
        "x = { a: 1, b: text }\nlog(\"{x.a}{x.b}\")",
        "x = { a: 1 }\nlog(x.b)",
        "x = { company: text, budget: lead.budget, stage: lead.stage, boss: lead.boss }\ny: Lead = x",
        "x = { a: none }",
    ]));
}

#[test]
fn maps_and_json() {
    assert_snapshot!(said_in_flow([
        "x: [string: int] = { a: 1, \"b c\": n }\nlog(\"{x.keys().join()}\")",
        "x: [string: int] = { a: text }",
        "x: json = { a: maybe, b: lead, c: [1, text], d: { e: none }, ...lead, f: null }\nlog(x.to_text())",
        "crm.create_deal(name: text, properties: { size: n, of: names, boss: lead.boss?.to_json() ?? null })",
    ]));
}

#[test]
fn tagged_choices() {
    assert_snapshot!(said_in_flow([
        "x: Outcome = Won { amount: 5 }\ny = Lost { reason: text }\nz = Open {}\nlog(\"{x.to_json()}{y.to_json()}{z.to_json()}\")",
        "x: Outcome = { amount: 5 }",
        "x: Outcome = Wno { amount: 5 }",
        "x: Outcome = Won { amuont: 5 }",
        "x: Outcome = Won {}",
        "x = Stage { a: 1 }",
        "x = Nobody { a: 1 }",
    ]));
}

#[test]
fn definitions() {
    assert_snapshot!(said_of_each([
        "type A = \"a\" | B { x: int }",
        "type A { x: \"a\" | \"b\", y: { z: int } }\non manual(a: A) < log(\"{a.x}{a.y.z}\") >",
        "type A { x: int = \"a\", y: string = 5 sample \"z\", z: Stage = \"no\" }\ntype Stage = \"yes\"",
    ]));
}

#[test]
fn fixes_mend() {
    let fixed = mended(
        "on manual() <\n  x = Lead { company: \"a\" }\n  log(x.company)\n>\ntype Lead { company: string, size: int }",
    );
    assert_snapshot!(fixed, @r#"
    on manual() <
      x = Lead { company: "a", size: 0 }
      log(x.company)
    >
    type Lead { company: string, size: int }
    "#);
}

#[test]
fn files_are_not_made_up() {
    assert_snapshot!(said_of_each([
        "on manual() -> file < return { id: \"1\", name: \"a\", media_type: \"text/csv\", size: 1 } >",
        "on manual(cv: file) -> file < return { ...cv, name: \"{cv.name}.csv\" } >",
        "type Form { cv: file sample { id: \"1\", name: \"a\", media_type: \"text/csv\", size: 1 } }",
        "on manual(cv: file) < log(\"{cv}\") >",
    ]));
}
