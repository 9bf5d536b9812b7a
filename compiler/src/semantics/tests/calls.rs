//! E03xx: calls.

use insta::assert_snapshot;

use super::support::{mended, said_in_flow, said_of_each};

#[test]
fn missing_arguments() {
    assert_snapshot!(said_in_flow([
        "crm.create_deal()",
        "crm.create_deal(amount: 5)",
        "crm.notify(\n  to: text,\n)",
        "log()",
        "x = text.split()",
    ]));
}

#[test]
fn unknown_and_superfluous_arguments() {
    assert_snapshot!(said_in_flow([
        "crm.create_deal(nmae: text)",
        "crm.create_deal(text, 5, \"new\", {}, 7, 8)",
        "crm.create_deal(text, name: text)",
        "crm.create_deal(name: text, name: text)",
        "crm.create_deal(name: text, 5)",
        "x = now(5)",
        "x = text.split(sep: \",\")",
        "x = names.take(1, 2)",
    ]));
}

#[test]
fn arguments_that_do_not_fit() {
    assert_snapshot!(said_in_flow([
        "crm.create_deal(name: n)",
        "crm.create_deal(name: maybe)",
        "crm.create_deal(name: text, amount: maybe)",
        "crm.create_deal(name: text, amount: lead.budget)",
        "log(names.join(5))",
    ]));
}

#[test]
fn callees_that_cannot_be_called() {
    assert_snapshot!(said_in_flow([
        "text(5)",
        "http(5)",
        "Lead(5)",
        "x = lead.company(5)",
        "x = (n + 1)(5)",
        "nobody(5)",
        "x = names[0](5)",
    ]));
}

#[test]
fn lambdas() {
    assert_snapshot!(said_in_flow([
        "x = names.map(name => name.length()).filter(l => l > 2).sum()\nlog(\"{x}\")",
        "x = names.reduce(0, (sum, name) => sum + name.length())\nlog(\"{x}\")",
        "x = names.sort_by(name => name.length()).group_by(name => name.lower())\nlog(\"{x.keys().join()}\")",
        "x = names.map(crm)",
        "x = names.map((a, b) => a)",
        "x = names.map()",
        "x = names.filter(name => name)",
        "x = names.sort_by(name => lead)",
        "x = names.sum(name => name)",
        "f = x => x",
        "x = names.map(name => { return name })",
        "for a in names { x = names.map(name => { break }) }",
        "x = names.count(name => name.is_empty())\ny = names.any(it => it == text)\nlog(\"{x}{y}\")",
        "x = names.find(name => name == text)\nlog(x ?? text)",
        "x = names.flat_map(name => name.words()).unique_by(word => word.lower())\nlog(x.join())",
    ]));
    assert_snapshot!(
        "functions_as_lambdas",
        said_of_each([
            "fn score(name: string, base: int = 5) -> int { return name.length() + base }\nfn two(a: int, b: int) -> int { return a + b }\non manual(names: [string]) <\n  log(\"{names.map(score).reduce(0, two)}\")\n  x = names.map(two)\n>",
        ])
    );
}

#[test]
fn actions_have_their_places() {
    assert_snapshot!(said_of_each([
        "const X = crm.find_deal(id: \"1\")\nconst Y = now()\nfn f(x: string = crm.extract(\"a\")) -> string { return x }\non manual() < log(f()) >",
        "piece mine\naction a() -> string\n  effect read\n{\n  deal = crm.find_deal(id: \"1\")\n  b()\n  mine.b()\n  wait 5s\n  stop\n  return helper()\n}\naction b()\n  effect read\nnative\nfn helper() -> string {\n  crm.notify(to: \"a\", text: \"b\")\n  return connection.token\n}",
    ]));
}

#[test]
fn functions_and_generics() {
    assert_snapshot!(said_of_each([
        "fn read(text: string, into: type T) -> T { return text.parse_json() as T }\ntype A { x: int }\non manual(text: string) <\n  a: A = read(text)\n  b = read(text) as [A]\n  c = read(text, into: int)\n  log(\"{a.x}{b.length()}{c}\")\n  d = read(text)\n>",
    ]));
}

#[test]
fn fixes_mend() {
    assert_snapshot!(mended("on manual() < crm.create_deal() >"), @r#"on manual() < crm.create_deal(name: "") >"#);
    assert_snapshot!(mended("on manual() < crm.notify(to: \"a\") >"), @r#"on manual() < crm.notify(to: "a", text: "") >"#);
    assert_snapshot!(mended("on manual() <\n  crm.notify(\n    to: \"a\",\n  )\n>"), @r#"
    on manual() <
      crm.notify(
        to: "a", text: ""
      )
    >
    "#);
}
