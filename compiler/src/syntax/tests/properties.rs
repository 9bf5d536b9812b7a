//! What holds for any text: there is always a tree, and nothing panics, hangs or overflows the stack.

use proptest::prelude::*;

use super::{library, read};
use crate::diagnostics::Code;
use crate::syntax::tree::{Item, ItemKind};

fn has_flow(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(item.kind, ItemKind::Flow(_)))
}

#[test]
fn every_prefix_is_read() {
    for (name, text) in library() {
        let opens =
            if name == "one_line" || name == "qualify_lead" { text.find('<') } else { None };
        // Of the library's long files, some: building the grammar takes its time without optimisation.
        let step = if opens.is_some() { 1 } else { 23 };
        for (end, _) in text.char_indices().step_by(step) {
            let parsed = read(&text[..end]);
            if opens.is_some_and(|opens| end > opens) {
                let said = super::said(&text[..end], &parsed.diagnostics);
                assert!(has_flow(&parsed.tree.items), "{name} up to {end} has no flow");
                assert!(parsed.diagnostics.len() <= 2, "{name} up to {end}:\n{said}");
            }
        }
    }
}

/// Reads it, and says whether it was found to be nested too deep. Dropping the tree is part of it.
fn too_deep(text: &str) -> bool {
    read(text).diagnostics.iter().any(|diagnostic| diagnostic.code == Code::E0008)
}

#[test]
fn nesting_is_bounded() {
    const N: usize = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("\"{", "}\""),
        ("f(", ")"),
        ("x => {", "}"),
        ("if a {", "}"),
        ("match a { else => ", "}"),
        ("A { a: ", "}"),
        ("[x: ", "]"),
        ("for a in b {", "}"),
        ("try {", "} catch e { }"),
    ] {
        let opened = open.repeat(N);
        assert!(too_deep(&format!("fn f() {{ x = {opened} 1 {} }}", close.repeat(N))), "{open}");
        assert!(too_deep(&format!("fn f() {{ x = {opened}")), "{open} without closers");
        too_deep(&opened);
        too_deep(&close.repeat(N));
        too_deep(&format!("fn f() {{ {opened} {} }}", ")]".repeat(N)));
    }
}

#[test]
fn a_line_of_any_length_is_read() {
    // Words that are looked at with what stands around them: their number must not multiply the work.
    for part in [
        "with x ; ",
        "parallel 3 ; ",
        "f(1) within 2s ; ",
        "f(1) retry ; ",
        "a b ; ",
        "on ",
        "if a = b { } ",
        "expect f(a) ",
        "expect f(a) called; ",
        "given f(a) ",
        "run ",
        "{ a } ",
        "f([a ",
    ] {
        let part = part.repeat(20_000);
        for text in [format!("on call_finished <\n{part}\n>"), format!("test \"t\" {{\n{part}\n}}")]
        {
            assert!(!read(&text).tree.items.is_empty(), "{part:.20}");
        }
    }
}

#[test]
fn chains_are_bounded() {
    const N: usize = 100_000;
    for link in [
        ".a",
        "?.a",
        "+ 1",
        "- 1",
        "(a)",
        "[0]",
        " as int",
        "?? a",
        " and a",
        " == a",
        " catch a",
        " catch e => a",
        "\n.a",
        "\n  ?? a",
        "..a",
        " if a",
        " match a",
    ] {
        too_deep(&format!("fn f() {{ x = a{} }}", link.repeat(N)));
    }
    for prefix in ["-", "not ", "x => ", "if ", "match ", "(a) => "] {
        assert!(too_deep(&format!("fn f() {{ x = {}a }}", prefix.repeat(N))), "{prefix}");
    }
    assert!(too_deep(&format!("fn f(a: int{}) {{ }}", "?".repeat(N))));
    assert!(too_deep(&format!("fn f() {{ x = a{} }}", ".a".repeat(N))));
    assert!(too_deep(&format!("fn f() {{ x = a{} }}", "+ 1".repeat(N))));
}

#[test]
fn long_lists_are_no_chains() {
    const N: usize = 100_000;
    let branches = format!("fn f() {{ if a {{ }}{} }}", " else if a { }".repeat(N));
    assert_eq!(read(&branches).diagnostics, []);
    let statements = format!("fn f() {{ {} }}", "a.b(c + 1); ".repeat(N));
    assert_eq!(read(&statements).diagnostics, []);
    let elements = format!("fn f() {{ x = [{}] }}", "-a.b, ".repeat(N));
    assert_eq!(read(&elements).diagnostics, []);
}

/// Texts that are made of what flows are made of.
fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "on",
        "call_finished",
        "<",
        ">",
        "\n",
        "\n>\n",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\"\"\"",
        "{x}",
        "x",
        "Won",
        ":",
        "=",
        "=>",
        "->",
        ".",
        "?.",
        "??",
        "?",
        ",",
        ";",
        "|",
        "+",
        "-",
        "not",
        "if",
        "else",
        "match",
        "for",
        "in",
        "while",
        "wait",
        "until",
        "try",
        "catch",
        "return",
        "stop",
        "var",
        "as",
        "none",
        "type",
        "fn",
        "const",
        "piece",
        "action",
        "trigger",
        "connection",
        "limits",
        "errors",
        "default",
        "native",
        "effect",
        "scope",
        "sample",
        "wire",
        "1",
        "0.5",
        "30s",
        "2026-01-01",
        "// c\n",
        "/// d\n",
        "'q'",
        "&&",
        "||",
        "!",
        "§",
        "\\",
        "let",
        "elif",
        "switch",
        "case",
        "import",
        "throw",
        "await",
        "parallel",
        "first",
        "start",
        "run",
        "test",
        "use",
        "retry",
        "within",
        "once",
        "with",
        "given x",
        "expect",
        "called",
        "returns",
        "then",
        "fails",
        "test \"t\" {",
        "env",
        "...",
        "..",
        "+=",
        "\r\n",
        "  ",
        "é",
        "\u{0}",
    ]);
    prop::collection::vec((words, prop::bool::ANY), 0..80).prop_map(|words| {
        words
            .into_iter()
            .fold(String::new(), |text, (word, space)| text + word + if space { " " } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_soup_is_read(text in soup()) {
        let parsed = read(&text);
        for diagnostic in &parsed.diagnostics {
            let span = diagnostic.primary.at.span;
            prop_assert!(span.start <= span.end);
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&String::from_utf8_lossy(&bytes));
    }
}
