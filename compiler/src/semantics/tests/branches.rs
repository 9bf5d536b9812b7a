//! E0407, W0004: what goes on at the same time.

use insta::assert_snapshot;

use super::support::{lowered, mended, said, said_in_flow, said_of_each};

#[test]
fn branches_bind_names_for_what_comes_after() {
    assert_snapshot!(said_in_flow([
        "parallel {\n  a = crm.find_deal(id: \"1\")\n  b: decimal? = price\n  {\n    inner = crm.find_deal(id: \"2\")\n    crm.notify(to: text, text: inner?.url ?? \"none\")\n  }\n  wait 5m\n}\nlog(\"{a?.url ?? \"\"} {b ?? 0}\")\nlog(inner)",
        "first {\n  a = crm.find_deal(id: \"1\")\n  b = text\n  wait 2h\n}\nlog(\"{a}\")\nlog(b)\nif b != none { log(b) }",
        "parallel {\n  a = 1\n  a = 2\n  log(text)\n}\nlog(\"{a}\")",
        "parallel {\n  a = crm.notify(to: \"x\", text: text)\n  b = nobody\n}\nlog(\"{a}{b}\")",
        "parallel {\n  unused = crm.find_deal(id: \"1\")\n  text\n}",
    ]));
}

#[test]
fn branches_keep_to_themselves() {
    assert_snapshot!(said_in_flow([
        "var total = 0\nparallel {\n  total = 1\n  total += 2\n  { total = total + 3 }\n  { var own = total\n    own += 1\n    log(\"{own}\") }\n}\nlog(\"{total}\")",
        "parallel {\n  a = 1\n  b = a + 1\n  { c = b\n    log(\"{c}\") }\n}\nlog(\"{a}{b}\")",
        "for name in names {\n  parallel {\n    break\n    continue\n    { for other in names { if other == name { break } } }\n  }\n}",
        "parallel {\n  continue\n  log(text)\n}",
        "parallel {\n  return\n  { log(names.map(x => x).join(\" \"))\n    return }\n}",
        "parallel {\n  a = maybe\n  { if maybe == none { fail(\"none\") }\n    log(maybe) }\n}\nlog(a ?? \"\")\nlog(maybe)",
        "if maybe != none {\n  parallel {\n    log(maybe)\n    log(text)\n  }\n}",
        "{ log(text) }",
    ]));
}

#[test]
fn branches_that_never_end() {
    assert_snapshot!(said_of_each([
        "on manual() <\n  parallel {\n    fail(\"no\")\n    wait 1h\n  }\n  log(\"x\")\n>",
        "on manual() <\n  first {\n    fail(\"no\")\n    wait 1h\n  }\n  log(\"x\")\n>",
        "on manual() <\n  first {\n    stop\n    while true { wait 1h }\n  }\n  log(\"x\")\n>",
        "on manual() -> int <\n  parallel {\n    stop\n    wait 1h\n  }\n>",
        "fn f() { parallel { f()\n log(\"x\") } }",
    ]));
}

#[test]
fn branches_are_several() {
    assert_snapshot!(said_in_flow([
        "parallel { a = text }\nlog(a)",
        "parallel {\n  // why\n  log(text)\n}",
        "first { wait 1h }",
        "parallel { }",
        "first { }",
    ]));
    assert_snapshot!(
        mended("on manual() <\n  parallel {\n    log(\"x\")\n  }\n>"),
        @"
    on manual() <
      log(\"x\")
    >
    "
    );
    assert_snapshot!(
        mended("on manual() <\n  { log(\"x\") }\n>"),
        @"
    on manual() <
       log(\"x\") 
    >
    "
    );
}

#[test]
fn parallel_loops() {
    assert_snapshot!(said_in_flow([
        "urls = for name in names parallel 10 {\n  found = crm.find_deal(id: name)\n  found?.url ?? \"none\"\n}\nlog(urls.join(\" \"))",
        "for i in 1..3 parallel { log(\"{i}\") }",
        "urls: [string] = for name in names parallel 0 { name }\nlog(urls.join(\" \"))",
        "urls = for name in names parallel {\n  if name == \"\" { continue }\n  name\n}\nlog(urls.join(\" \"))",
        "nothing = for name in names parallel { log(name) }\nlog(\"{nothing}\")",
        "for name in names parallel \"many\" { break }",
        "for name in names parallel 5 { return }",
        "var total = 0\nfor name in names parallel 5 { total += 1\n log(name) }\nlog(\"{total}\")",
        "numbers: [decimal] = for i in 1..3 parallel { i }\nlog(\"{numbers.sum()}\")",
        "for x in text parallel { log(x) }",
        "for name in names parallel 5 { log(text) }",
    ]));
}

#[test]
fn pieces_have_no_branches() {
    let action =
        |body: &str| format!("piece x\naction f(names: [string])\n  effect read\n{{\n  {body}\n}}");
    assert_snapshot!(said_of_each([
        action("parallel { http.get(\"/a\")\n http.get(\"/b\") }"),
        action("for name in names parallel { http.get(\"/{name}\") }"),
        action("http.get(\"/a\") retry 3"),
        action("start f()"),
    ]));
}

#[test]
fn branches_are_lowered() {
    let text = "on manual(names: [string]) <\n  parallel {\n    a = names.length()\n    { wait 1s }\n  }\n  first {\n    b = for i in 1..3 parallel 2 { i * a }\n    wait 2h\n  }\n  for name in names parallel { if name == \"\" { continue }\n log(name) }\n  log(\"{(b ?? []).length()}\")\n>";
    assert_snapshot!(said(text));
    assert!(lowered(text).functions.len() > 4);
}
