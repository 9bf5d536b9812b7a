//! E04xx: paths, matches, assignments.

use insta::assert_snapshot;

use super::support::{mended, said_in_flow, said_of_each};

#[test]
fn every_path_returns() {
    assert_snapshot!(said_of_each([
        "fn f(a: int) -> int {\n  if a > 1 { return 1 }\n}",
        "fn f(a: int) -> int {\n  if a > 1 { return 1 } else { log(\"x\") }\n}",
        "fn f(a: int) -> int { a * 2 }",
        "fn f(a: int) -> int { }",
        "fn f(a: int) -> int {\n  match a { 1 => { return 1 }, else => log(\"x\") }\n}",
        "fn f(a: int) -> int {\n  while true { log(\"x\") }\n}\nfn g(a: int) -> int {\n  while true { break }\n}",
        "fn f(a: int) -> int {\n  try { return 1 } catch error { fail(error) }\n}",
        "fn f(a: int) -> int {\n  try { return 1 } catch { log(\"x\") }\n}",
        "fn f(a: int) -> int {\n  for i in 1..a { return i }\n}",
        "on pre_call <\n  if customer == none { return block(\"no number\") }\n>",
        "on pre_call <\n  if customer == none { stop }\n  return allow()\n>",
        "on function_call find(id: string) -> string <\n  deal = crm.find_deal(id)\n  if deal != none { return deal.url }\n>",
    ]));
}

#[test]
fn returns_fit() {
    assert_snapshot!(said_of_each([
        "fn f() -> int { return \"a\" }\nfn g() -> int { return }\nfn h() { return 1 }\nfn i() { return }",
        "on manual() < return 5 >",
        "on manual() -> int < return 5 >",
    ]));
}

#[test]
fn matches_cover_everything() {
    assert_snapshot!(said_in_flow([
        "match lead.stage { \"new\" => log(\"n\"), \"won\" => log(\"w\") }",
        "match lead.stage { \"new\", \"won\" => log(\"n\"), \"lost\" => log(\"w\") }",
        "x = match n { 1 => \"a\", 2 => \"b\" }",
        "x = match n > 1 { true => \"a\" }",
        "x = match lead.stage { \"wno\" => 1, else => 2 }\nlog(\"{x}\")",
        "x = match lead.stage { won => 1, else => 2 }\nlog(\"{x}\")",
        "match lead.boss { none => log(\"x\"), boss => log(boss.name) }",
        "match lead.boss { boss => log(boss.name) }",
        "match text { \"a\" => log(\"a\"), \"a\" => log(\"b\"), else => log(\"c\"), \"d\" => log(\"d\") }",
        "try { log(\"x\") } catch error {\n  match error.kind { \"auth\" => log(\"a\"), \"timeout\" => log(\"b\") }\n}",
    ]));
    assert_snapshot!(
        "tags",
        said_of_each([
            "type O = Won { amount: decimal } | Lost { reason: string } | Open\nfn f(o: O) -> string {\n  return match o {\n    Won { amount } => \"{amount}\"\n    Lost { reason: why } => why\n    Open => \"open\"\n  }\n}",
            "type O = Won { amount: decimal } | Lost { reason: string } | Open\nfn f(o: O, p: O?) -> string {\n  match p { Won { amount } => log(\"{amount}\"), Lost { raeson } => log(raeson), none => log(\"none\") }\n  return match o { Wno => \"a\", Won { amount }, Open => \"{amount}\", Lost => \"c\" }\n}\nfn g(n: int) -> int { return match n { Won => 1, else => 2 } }",
        ])
    );
}

#[test]
fn assignments() {
    assert_snapshot!(said_in_flow([
        "var x = 1\nx = x + 1\nx += 2\nlog(\"{x}\")",
        "x = 1\nx += 2\nlog(\"{x}\")",
        "var x = 1\nx = \"a\"\nlog(\"{x}\")",
        "n += 1",
        "lead.company = \"x\"",
        "nobody += 1",
        "var x = \"a\"\nx += 1\nlog(x)",
    ]));
}

#[test]
fn statements_have_their_places() {
    assert_snapshot!(said_of_each([
        "on manual() <\n  break\n>",
        "on manual() <\n  continue\n>",
        "base \"x\"\nconnection key { }\nlimits 1 per 1s\nerrors { 401 => auth }\naction a()\n  effect read\nnative\ntrigger t() -> string",
        "piece x\non manual() < log(\"a\") >\npiece y",
    ]));
}

#[test]
fn functions_that_never_end() {
    assert_snapshot!(said_of_each([
        "fn f(n: int) -> int { return f(n) }",
        "fn a() { b() }\nfn b() { c()\na() }\nfn c() { log(\"x\") }\nfn d() { a() }",
        "fn f(n: int) -> int {\n  if n == 0 { return 0 }\n  return f(n - 1)\n}",
        "fn f(n: int) -> int { return if n == 0 { 0 } else { f(n - 1) } }",
    ]));
}

#[test]
fn fixes_mend() {
    assert_snapshot!(mended("fn f(a: int) -> int { a * 2 }"), @"fn f(a: int) -> int { return a * 2 }");
    assert_snapshot!(mended("on manual() <\n  x = 1\n  x += 2\n  log(\"{x}\")\n>"), @r#"
    on manual() <
      var x = 1
      x += 2
      log("{x}")
    >
    "#);
    assert_snapshot!(mended("on manual(s: \"a\" | \"b\") <\n  match s {\n    \"a\" => log(\"a\")\n  }\n>"), @r#"
    on manual(s: "a" | "b") <
      match s {
        "a" => log("a")
        "b" => fail("not expected")
      }
    >
    "#);
}

#[test]
fn a_loop_with_two_names_is_one_mistake() {
    assert_snapshot!(said_of_each([
        "on manual(scores: [string: int]) <\n  for name, score in scores {\n    log(\"{name}: {score}\")\n  }\n>\n",
        "on manual(names: [string]) <\n  for (index, name) in names {\n    log(\"{index}: {name}\")\n  }\n>\n",
    ]));
}
