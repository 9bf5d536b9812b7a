//! E02xx: types that do not fit.

use insta::assert_snapshot;

use super::support::{said_in_flow, said_of_each};

#[test]
fn values_that_do_not_fit() {
    assert_snapshot!(said_in_flow([
        "x: int = text\nlog(\"{x}\")",
        "log(n)",
        "x: decimal = n\ny: float = 1\nz: string = lead.stage\nlog(\"{x}{y}{z}\")",
        "x: json = lead\ny: json? = maybe\nlog(\"{x.to_text()}{y?.to_text() ?? text}\")",
        "x: [decimal] = [1, 2.5, n]\nlog(\"{x.sum()}\")",
        "x: Lead = data\nlog(x.company)",
        "x = log(\"y\")",
        "wait n",
        "wait until text",
        "x: phone = \"123\"\ny: phone = \"+14155550111\"\nlog(x)\nlog(y)",
    ]));
}

#[test]
fn choices() {
    assert_snapshot!(said_in_flow([
        "crm.create_deal(name: text, stage: \"wno\")",
        "crm.create_deal(name: text, stage: text)",
        "if lead.stage == \"woon\" { log(\"x\") }",
        "if lead.stage == text { log(\"x\") }",
        "if lead.stage in [\"won\", \"lots\"] { log(\"x\") }",
        "log(text, level: \"inof\")",
    ]));
}

#[test]
fn operators() {
    assert_snapshot!(said_in_flow([
        "x = text + \"!\"\nlog(x)",
        "x = \"a\" + n\nlog(x)",
        "x = n * 2 + price / 3\ny = -price\nz = 1h + 5m\nlog(\"{x}{y}{z}\")",
        "x = -text\nlog(x)",
        "x = n and true\nlog(\"{x}\")",
        "if n { log(\"x\") }",
        "if not maybe { log(\"x\") }",
        "x = lead < lead",
        "x = text < \"b\"\ny = text == n\nlog(\"{x}{y}\")",
        "x = now() + 5m - 2h\ny = now() - x\nlog(\"{x}{y}\")",
        "x = random() * price\nlog(\"{x}\")",
        "x = names + names\nlog(x.join())",
        "x = n in 1..10\ny = \"a\" in names\nz = \"a\" in text\nw = 1 in n\nlog(\"{x}{y}{z}{w}\")",
        "x = data[\"a\"] == \"b\"\nlog(\"{x}\")",
    ]));
}

#[test]
fn types_that_cannot_be_told() {
    assert_snapshot!(said_in_flow([
        "x = []",
        "x = none",
        "x = crm.extract(text)",
        "crm(text)",
        "x: Lead = crm.extract(text)\ny = crm(text) as Lead\nz = crm.extract(text, into: [Lead])\nlog(\"{x.company}{y.company}{z.length()}\")",
        "x = crm.extract(text, into: 5)",
        "x = [none, none]",
    ]));
    assert_snapshot!(
        "a_tag_of_two_choices",
        said_of_each([
            "type A = X { a: int } | Y\ntype B = X { b: int } | Z\non manual() <\n  x = X { a: 1 }\n  y: A = X { a: 1 }\n  log(\"{x.to_json()}{y.to_json()}\")\n>",
        ])
    );
}

#[test]
fn interpolation() {
    assert_snapshot!(said_in_flow([
        "log(\"{n} {price} {lead.stage} {lead.boss?.name ?? text} {30s} {now()} {true}\")",
        "log(\"{maybe}\")",
        "log(\"{lead}\")",
        "log(\"{names}\")",
        "log(\"{data}\")",
        "log(\"{lead.to_json()} {names.to_json()}\")",
        "log(\"{{ a: 1 }}\")",
    ]));
}

#[test]
fn types_that_contain_themselves() {
    assert_snapshot!(said_of_each([
        "type A { a: A }",
        "type A { b: B, n: int }\ntype B { a: A }\ntype C { a: A }",
        "type A { a: A?, list: [A], map: [string: A] }",
        "type T = Leaf | Node { left: T, right: T }",
        "type T = Node { next: T }",
        "type A = [A]",
        "type A = B?\ntype B = [A]",
        "type A = string?\ntype B = [A]\ntype M = [int: string]\ntype N { x: string nullable }",
    ]));
}

#[test]
fn reading_json() {
    assert_snapshot!(said_in_flow([
        "x = data as Lead\nlog(x.company)",
        "x = data[\"a\"] as string\nlog(x)",
        "x = data[\"a\"] as string?\nlog(x ?? text)",
        "x = lead as Lead\nlog(x.company)",
        "x = text as int\nlog(\"{x}\")",
        "x = data as json\nlog(x.to_text())",
        "x = data[0]\ny = data[price]\nlog(\"{x ?? data == null}\")",
        "x = http.get(\"https://a.test\") as [Lead]\nlog(\"{x.length()}\")",
        "x = http.get(\"https://a.test\")\nlog(x.to_text())",
    ]));
}

#[test]
fn indices() {
    assert_snapshot!(said_in_flow([
        "x = names[0]\ny = { a: 1 }\nlog(x)\nlog(\"{y[\"a\"]}\")",
        "x: [string: int] = { a: 1 }\nlog(\"{x[\"a\"] ?? 0}\")",
        "x = text[0]",
        "x = names[text]",
        "for x in n { log(\"x\") }",
        "for x in data { log(\"x\") }",
        "for i in 1..n { log(\"{i}\") }",
    ]));
}

#[test]
fn branches() {
    assert_snapshot!(said_in_flow([
        "x = if n > 1 { 1 } else { 2.5 }\ny = if n > 1 { \"a\" } else { none }\nlog(\"{x}{y ?? text}\")",
        "x = if n > 1 { 1 } else { \"a\" }",
        "x = if n > 1 { 1 }\nlog(\"{x ?? 0}\")",
        "x: int = if n > 1 { 1 }",
        "x: int = if n > 1 { 1 } else { fail(\"no\") }\nlog(\"{x}\")",
        "x: Stage = if n > 1 { \"won\" } else { \"lots\" }",
        "x = [1, \"a\"]",
        "x = text catch 5",
        "x = text.parse_json() catch error => fail(error)\nlog(x.to_text())",
        "crm.notify(to: text, text: text) catch log(\"not told\")",
    ]));
}
