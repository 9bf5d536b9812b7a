//! What is read of what is written: snapshots of trees and of diagnostics, and properties of any text.

mod mistakes;
pub(crate) mod print;
mod properties;
mod trees;

use std::fmt::Write;

use super::*;

/// The library's files and the examples, by name.
pub(crate) fn library() -> Vec<(&'static str, &'static str)> {
    let mut files = callflow_stdlib::PRELUDE.to_vec();
    files.extend(callflow_stdlib::PIECES);
    files.push(("one_line", include_str!("../../../../examples/one_line/one_line.flow")));
    files.push((
        "qualify_lead",
        include_str!("../../../../examples/qualify_lead/qualify_lead.flow"),
    ));
    files
}

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// A source, the tree that is made of it, and what is said about it.
fn page(source: &str) -> String {
    let parsed = read(source);
    let mut page = format!("{}\n--- tree\n{}", source.trim_end(), print::file(&parsed.tree));
    if !parsed.diagnostics.is_empty() {
        page.push_str("--- diagnostics\n");
        page.push_str(&said(source, &parsed.diagnostics));
    }
    page
}

/// Diagnostics in words, each with the text that its labels point at.
fn said(source: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    let slice = |span: Span| &source[span.start as usize..span.end as usize];
    for diagnostic in diagnostics {
        let at = diagnostic.primary.at.span;
        let line = source[..at.start as usize].matches('\n').count() + 1;
        let _ = writeln!(out, "{} line {line}: {}", diagnostic.code, diagnostic.message);
        let _ = writeln!(out, "  at {:?}: {}", slice(at), diagnostic.primary.text);
        for also in &diagnostic.secondary {
            let line = source[..also.at.span.start as usize].matches('\n').count() + 1;
            let _ = writeln!(out, "  and {:?} (line {line}): {}", slice(also.at.span), also.text);
        }
        for note in &diagnostic.notes {
            let _ = writeln!(out, "  note: {note}");
        }
        for fix in &diagnostic.fixes {
            let _ = writeln!(out, "  fix: {}: {}", fix.title, mended(source, fix));
        }
    }
    out
}

/// The lines that a fix changes, as they are then.
fn mended(source: &str, fix: &diagnostics::Fix) -> String {
    let mut text = source.to_owned();
    for edit in fix.edits.iter().rev() {
        let span = edit.at.span;
        text.replace_range(span.start as usize..span.end as usize, &edit.text);
    }
    let before: Vec<&str> = source.lines().collect();
    let changed = |(i, line): &(usize, &str)| before.get(*i) != Some(line);
    let lines: Vec<&str> = text.lines().collect();
    let same_end = before.iter().rev().zip(lines.iter().rev()).take_while(|(a, b)| a == b).count();
    let shown = lines.len().saturating_sub(same_end).max(1);
    let lines = lines.iter().copied().take(shown).enumerate().filter(changed);
    format!("{:?}", lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n"))
}

/// Reads the text with the first fix of each diagnostic applied, the last first.
fn after_fixes(source: &str) -> String {
    let mut text = source.to_owned();
    let parsed = read(source);
    let fixes = parsed.diagnostics.iter().filter_map(|diagnostic| diagnostic.fixes.first());
    let mut edits: Vec<_> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.at.span.start);
    for edit in edits.iter().rev() {
        let span = edit.at.span;
        text.replace_range(span.start as usize..span.end as usize, &edit.text);
    }
    text
}

#[test]
fn the_library_and_the_examples_have_no_mistakes() {
    for (name, text) in library() {
        let parsed = read(text);
        assert!(parsed.diagnostics.is_empty(), "{name}: {}", said(text, &parsed.diagnostics));
        assert!(!parsed.tree.items.is_empty(), "{name} has no items");
    }
}
