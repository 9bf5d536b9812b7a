//! What is said about texts that are wrong, and what is still read of them.

use super::{after_fixes, page, read};

/// Snapshots of several sources, one page after the other.
fn pages(sources: &[&str]) -> String {
    sources.iter().map(|source| page(source)).collect::<Vec<_>>().join("\n==========\n")
}

#[test]
fn missing_values() {
    insta::assert_snapshot!(pages(&[
        "on call_finished <\n  x =\n  y = 2\n>",
        "on call_finished <\n  x = 1 +\n>",
        "on call_finished <\n  x = hubspot.\n  y = 1\n>",
        "on call_finished <\n  f(a, , b)\n>",
        "on call_finished <\n  x: = 1\n>",
        "on call_finished <\n  x = b >\n>",
        "on call_finished <\n  for x in { stop }\n>",
        "on call_finished <\n  x = \"a {} b {c\" + 1\n>",
        "type Lead { name: , age int }",
        "fn f(a, b: int) { return if }",
    ]));
}

#[test]
fn what_does_not_belong() {
    insta::assert_snapshot!(pages(&[
        "on call_finished <\n  x = foo bar\n  y = 2\n>",
        "on call_finished <\n  f(a b, c)\n>",
        "on call_finished <\n  * 3\n  y = 2\n>",
        "on call_finished <\n  \"{a b}\"\n>",
        "on call_finished then < stop >\ntype A = int int\nconst B = 1",
        "tpye Lead { a: int }\non call_finished < stop >",
        "x = 1\non call_finished < stop >",
        "on call_finished <\n  if = 3\n  match = 2\n>",
    ]));
}

#[test]
fn brackets() {
    insta::assert_snapshot!(pages(&[
        "on call_finished <\n  x = foo(a, b\n  y = 3\n>\ntype Lead { a: int }",
        "on call_finished <\n  if a {\n    b()\n  c()\n>",
        "on call_finished <\n  x = foo(a]\n  y = b)\n>",
        "type Lead {\n  a: int\n\non call_finished < stop >",
        "on webhook(\"/x\" <\n  stop\n>",
        "fn f() {\n  x = [1, 2\n  return x\n}",
    ]));
}

#[test]
fn bodies() {
    insta::assert_snapshot!(pages(&[
        "on call_finished <\n  x = 1\n",
        "on call_finished <\n  x = 1\n\non pre_call < return allow() >",
        "on call_finished < x = 1\ntype Lead { a: int }",
        "on call_finished < x = 1\n  y = 2\n>",
        "on call_finished {\n  if a > b { stop }\n}",
        "on call_finished",
        "on call_finished\n\ntype A = int",
    ]));
}

#[test]
fn texts_and_characters() {
    insta::assert_snapshot!(pages(&[
        "on call_finished <\n  x = \"never closed\n  y = 2\n>",
        "on call_finished <\n  f(\"never closed)\n  g(1\n>",
        "on call_finished <\n  x = \"\"\"\n  never closed\n>",
        "on call_finished <\n  x = \"\"\"a {b \"\"\"\n>",
        "on call_finished <\n  x = \"bad \\q \\u{zz}\"\n>",
        "on call_finished <\n  x = §§ 3\n  y = a – b\n>",
        "on call_finished <\n  x = 12abc\n  y = 2026-13-01\n  z = 99999999999999999999\n>",
    ]));
}

#[test]
fn constructs_that_are_misused() {
    insta::assert_snapshot!(pages(&[
        "on call_finished with concurency 5 <\n  stop\n>",
        "on call_finished with timeout 1h, <\n  stop\n>",
        "on call_finished with dedupe id, concurrency <\n  stop\n>",
        "on call_finished timeout 1h <\n  stop\n>",
        "fn f() {\n  x = total retry 5\n  y = f() as int within 3s\n  f() retry\n  f() retry 5 backoff 1s\n  f() once\n}",
        "fn f() {\n  given f returns 1\n  expect f called\n  advance 3d\n  run f with { a: 1 }\n  start f\n}",
        "fn f() {\n  x = for y in z { y }\n  parallel 5\n  first f()\n  use \"x\"\n  for y in z parallel\n}",
        "test { stop }\ntest \"a\" stop\nuse\nuse hubspot with \"x\"\nuse \"./a.flow\" as\nconst A = 1",
        "test \"t\" {\n  given\n  given f\n  given f retuns 1\n  given f fails\n  given f returns\n  given f returns 1 then\n  given f returns 1 after\n}",
        "test \"t\" {\n  expect\n  expect f called 3\n  expect f called twice\n  expect f called with\n  expect failed with\n  advance\n  run\n  crash now\n}",
        "fn f() {\n  x = a if b else c\n}",
    ]));
}

#[test]
fn words_of_other_languages() {
    let sources = [
        "on call_finished <\n  let x = 1\n  const y = 2\n>",
        "function f() { return 1 }\ndef g() { return 2 }\nfunc h() { return 3 }\nfun i(): int { return 4 }\nfn j(a: int) => int { return a }",
        "fn f() {\n  if a && !b || c === d {\n  } elif e !== f {\n  } elseif g {\n  }\n  unless a and b { stop }\n}",
        "fn f() {\n  x = nil ?? undefined\n  throw \"no\"\n  raise error\n}",
        "fn f() {\n  switch x {\n    case \"a\" => 1\n    default => 2\n  }\n  foreach y in z { }\n}",
        "fn f() {\n  if a = 5 and b {\n  }\n  while f(c) = d { stop }\n}",
        "import hubspot\nfrom x import y\nasync fn f() {\n  x = await g()\n  y = 'text'\n}",
        "# a comment\nfn f() {\n  ## another\n  x = 1 # and one\n  /* one */\n  y = 2 /* two\n   * lines */\n}",
        "fn f() {\n  x = \"Hello {{ name }} and {{a.b}}\"\n  y = \"{{ a: 1 }}\"\n}",
        "fn f() {\n  x := 1\n  x++\n  y--\n  z = $total + 1\n  w = a <> b\n  v = a! + 1\n}",
        "fn f() {\n  x = a > 1 ? b : c\n  f(a.b ? \"x\" : g(1, 2), 3)\n  return a ? b : c\n}",
        "fn f() {\n  for (x of xs) { f(x) }\n  for (const x in g(xs)) {\n    f(x)\n  }\n  for x of xs { }\n}",
        "fn f() {\n  x = a.map(x -> x.b)\n  y = a.map(lambda x: x.b)\n  z = f\"a {b}\"\n  w = new Lead { a: 1 }\n}",
        "fn f() {\n  if a == null or a is None { stop }\n  b = c is not None AND NOT True\n  d = True\n}",
        "fn f(x: int) {\n  if x > 1:\n    print(\"a\")\n  elif x:\n    pass\n  else:\n    console.log(\"b\")\n  try:\n    f(1)\n  except Error as e:\n    f(2)\n}\ndef g(x: int):\n  return x\ntype A = int",
        "fn f() {\n  if a then\n    f(1)\n  else\n    f(2)\n  end\n  while a do\n    f(1)\n  end\n  if a then { stop }\n}",
        "class Lead { a: int }\nfn f() {\n  sleep(5s)\n  delay 5m\n  loop { break }\n}",
        "fn f() {\n  x = match y {\n    \"a\" | \"b\" | Won { a } => 1\n    2|-3 => 4, Lost | Open => 5\n  }\n}",
    ];
    insta::assert_snapshot!(pages(&sources));
    for source in sources {
        let mended = after_fixes(source);
        let left = read(&mended).diagnostics;
        assert!(left.is_empty(), "{mended}\n{}", super::said(&mended, &left));
    }
}

#[test]
fn what_has_no_counterpart() {
    insta::assert_snapshot!(pages(&[
        "fn f() {\n  x = $json.name\n  y = \"{$json.x} and {{$node.y}}\"\n}",
        "fn f() {\n  for (let i = 0; i < 10; i++) {\n    f(i)\n  }\n}",
        "fn f() {\n  for k, v in m {\n    f(k, v)\n  }\n  for (i, x) in xs.y { }\n}",
        "fn f() {\n  x = 1 /* never closed\n  y = 2\n}",
        "fn f() {\n  if a then\n    f(1)\n}\nconst A = 1",
    ]));
}

#[test]
fn words_of_other_languages_are_names() {
    let text = "fn end(from: int, of: int, is: bool) -> record? {\n  do = from + of\n  then = do\n  pass = then\n  \
                end(do)\n  print(then)\n  x = { new: 1, is, end: pass }\n  sleep = x.done.end\n  y = lambda(f)\n  \
                f = 3\n  console = f\n  return delay(sleep)\n}\nfn print(x: int) { }\ntype record { def: int, class: int? \
                sample 1, case: int }\n";
    assert_eq!(read(text).diagnostics, []);
}

#[test]
fn a_file_that_is_too_large() {
    let text = "a".repeat(50_000_000);
    let said = read(&text).diagnostics;
    assert_eq!(said.len(), 1);
    insta::assert_snapshot!(said[0].message, @"This file is too large to be a flow: 47 MB");
}
