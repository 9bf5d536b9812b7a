//! Nothing that a person or a machine can write makes the checker panic, hang, or exhaust the stack.

use crate::project::Project;
use proptest::prelude::*;

use super::support::{STDLIB, TestLibrary, check_text, file};
use crate::semantics::check;
use crate::source::Source;

const SEEDS: [&str; 8] = [
    include_str!("../../../../examples/one_line/one_line.flow"),
    include_str!("../../../../examples/qualify_lead/qualify_lead.flow"),
    include_str!("../../../../stdlib/prelude/call.flow"),
    include_str!("../../../../stdlib/prelude/triggers.flow"),
    include_str!("../../../../stdlib/pieces/http.flow"),
    include_str!("../../../../stdlib/pieces/llm.flow"),
    include_str!("crm.flow"),
    include_str!("everything.flow"),
];

#[test]
fn the_seed_of_everything_is_right() {
    let checked = check_text(include_str!("everything.flow"));
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
}

/// A text in pieces that are words, spaces and signs.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| {
            if first.is_alphanumeric() || first == '_' {
                c.is_alphanumeric() || c == '_'
            } else {
                false
            }
        };
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| !same(*c))
            .map_or(rest.len(), |(index, _)| index);
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations_never_panic(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((0..3_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
    ) {
        let mut words = words(SEEDS[seed]);
        for (change, one, other) in changes {
            if words.is_empty() {
                break;
            }
            let (one, other) = (one.index(words.len()), other.index(words.len()));
            match change {
                0 => drop(words.remove(one)),
                1 => words.insert(one, words[other]),
                _ => words.swap(one, other),
            }
        }
        let text = words.concat();
        let checked = check(Project::new("test", vec![file(&text)]), &TestLibrary);
        let broken = checked.diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error);
        if !broken {
            // What is right can be lowered.
            prop_assert!(crate::lower::lower("test", checked.program, false).is_ok());
        }
    }
}

/// The deepest tree that the parser gives, on the small stack that tests run on.
#[test]
fn deep_trees_fit_the_stack() {
    let nests: [(&str, &str, &str); 17] = [
        ("x = ", "(", ")"),
        ("x = ", "[", "]"),
        ("x = ", "-", ""),
        ("x = ", "not ", ""),
        ("x: json = ", "{ a: ", "}"),
        ("x = ", "crm.extract(", ")"),
        ("x = ", "if true { ", "} else { 1 }"),
        ("x = ", "match n { else => ", "}"),
        ("", "if true { ", "}"),
        ("", "for a in names { ", "}"),
        ("", "try { ", "} catch { }"),
        ("x = ", "\"{", "}\""),
        ("", "parallel { ", "}"),
        ("", "first { { ", "} }"),
        ("", "for a in names parallel { ", "}"),
        ("x = ", "for a in names parallel { ", "}"),
        ("x = ", "(run f(n: ", ", names: names) ?? 1)"),
    ];
    let headers = [
        "on manual(n: int, names: [string])",
        // Somebody waits for it, so that its paths are measured.
        "on function_call f(n: int, names: [string]) -> int",
    ];
    for (start, open, close) in nests {
        for depth in [50, 200, 2000] {
            let body = format!("{start}{}1{}", open.repeat(depth), close.repeat(depth));
            for header in headers {
                check_text(&format!("{header} <\n{body}\n>"));
            }
        }
    }
    for (part, count) in [
        (" + 1", 5000),
        (" ?? 1", 5000),
        (".a", 5000),
        (".trim()", 5000),
        ("[0]", 5000),
        (" as json", 5000),
        (" catch 1", 5000),
        (" and true", 5000),
    ] {
        check_text(&format!("on manual(n: json) <\n  x = n{}\n>", part.repeat(count)));
    }
    let types = "[".repeat(3000) + "int" + &"]".repeat(3000);
    check_text(&format!("on manual(n: {types}) <\n  x = n\n>"));
}

/// Types that grow with each line: no name of one may be as long as all of them.
#[test]
fn growing_types_are_cut() {
    let lists: String = (0..3000).map(|i| format!("  a{} = [a{i}]\n", i + 1)).collect();
    let checked = check_text(&format!("on manual() <\n  a0 = 1\n{lists}\n>"));
    assert!(checked.diagnostics.iter().any(|d| d.message.contains("nested too deep")));
    let records: String =
        (0..200).map(|i| format!("  a{} = {{ x: a{i}, y: a{i} }}\n", i + 1)).collect();
    let checked = check_text(&format!("on manual() <\n  a0 = 1\n{records}  log(a40)\n>"));
    assert!(checked.diagnostics.iter().all(|d| d.message.len() < 500));
    let chunks = ".chunk(2)".repeat(150);
    check_text(&format!("on manual(n: [int]) <\n  x = n{chunks}\n>"));
    let aliases: String = (0..3000).map(|i| format!("type A{i} = [A{}]\n", i + 1)).collect();
    check_text(&format!("{aliases}type A3000 = int"));
}

/// Long chains of items that need each other.
#[test]
fn long_files_are_checked_in_linear_time() {
    let records: String = (0..5000).map(|i| format!("type A{i} {{ a: A{} }}\n", i + 1)).collect();
    check_text(&format!("{records}type A5000 {{ x: int }}"));
    let calls: String = (0..5000).map(|i| format!("fn f{i}() {{ f{}() }}\n", i + 1)).collect();
    let flow = "on function_call f(n: int) -> int <\n  f0()\n  return n\n>\n";
    check_text(&format!("{flow}{calls}fn f5000() {{ wait 1s }}"));
    let branches: String =
        (0..1000).map(|i| format!(" else if n == {i} {{ log(\"x\") }}")).collect();
    check_text(&format!("on manual(n: int) <\n  if n == 0 {{ log(\"x\") }}{branches}\n>"));
    let unknown: String = (0..5000).map(|i| format!("  log(unknown{i})\n")).collect();
    check_text(&format!("on manual(n: int) <\n{unknown}>"));
}

#[test]
fn a_library_that_is_broken_is_told_and_no_crash() {
    struct Broken;
    impl crate::source::Library for Broken {
        fn prelude(&self) -> Vec<Source> {
            vec![file("type Error = [Error]\ntype PreCallResult {")]
        }
        fn piece(&self, name: &str) -> Option<Source> {
            (name == "x").then(|| file("piece y"))
        }
        fn pieces(&self) -> Vec<&str> {
            vec!["x", "gone"]
        }
    }
    let text = "on pre_call < x.f() gone.g() try { log(\"a\") } catch error { fail(error) } >";
    let checked = check(Project::new("test", vec![file(text)]), &Broken);
    assert!(checked.diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error));
    let checked = check(Project::new("test", vec![file(text)]), &STDLIB);
    assert!(checked.diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error));
    assert!(check(Project::new("test", Vec::new()), &STDLIB).diagnostics.is_empty());
}
