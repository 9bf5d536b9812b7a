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
fn words_of_other_languages() {
    let sources = [
        "on call_finished <\n  let x = 1\n  const y = 2\n>",
        "function f() { return 1 }\ndef g() { return 2 }\nfunc h() { return 3 }",
        "fn f() {\n  if a && !b || c === d {\n  } elif e !== f {\n  } elseif g {\n  }\n}",
        "fn f() {\n  x = nil ?? undefined\n  throw \"no\"\n  raise error\n}",
        "fn f() {\n  switch x {\n    case \"a\" => 1\n    default => 2\n  }\n  foreach y in z { }\n}",
        "fn f() {\n  if a = 5 and b {\n  }\n  while f(c) = d { stop }\n}",
        "import hubspot\nasync fn f() {\n  x = await g()\n  y = 'text'\n}",
    ];
    insta::assert_snapshot!(pages(&sources));
    for source in sources {
        let mended = after_fixes(source);
        let left = read(&mended).diagnostics;
        assert!(left.is_empty(), "{mended}\n{}", super::said(&mended, &left));
    }
}

#[test]
fn a_file_that_is_too_large() {
    let text = "a".repeat(50_000_000);
    let said = read(&text).diagnostics;
    assert_eq!(said.len(), 1);
    insta::assert_snapshot!(said[0].message, @"This file is too large to be a flow: 47 MB");
}
