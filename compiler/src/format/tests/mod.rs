//! What is laid out, and what holds for the layout of any text.

mod canonical;
mod layout;
mod properties;
mod range;

use std::fs;
use std::path::{Path, PathBuf};

use super::format;
use super::tokens;
use crate::source::FileId;
use crate::syntax::tests::print;
use crate::syntax::token::Kind;
use crate::syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// Every flow of the repository, those in its documentation among them.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["stdlib", "examples", "compiler/tests", "compiler/src", "docs/src"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text = fs::read_to_string(&file).unwrap();
        if name.ends_with(".flow") {
            texts.push((name, text));
        } else {
            texts.extend(blocks(&text).map(|block| (name.clone(), block.to_owned())));
        }
    }
    assert!(texts.len() > 60, "only {} flows were found", texts.len());
    texts
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "flow" || ending == "md") {
            files.push(path);
        }
    }
}

/// The flows that stand in a page.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```flow").skip(1).filter_map(|rest| {
        let (_, text) = rest.split_once('\n')?;
        Some(text.split_once("```").map_or(text, |(block, _)| block))
    })
}

/// The tokens of a text but for separators, without the space in texts.
fn words(text: &str) -> Vec<String> {
    let tokens = tokens::read(text, &[]);
    let kept = tokens
        .iter()
        .filter(|token| !matches!(token.kind, Kind::Comma | Kind::Semicolon | Kind::Pipe));
    kept.map(|token| {
        let slice = &text[token.span.start as usize..token.span.end as usize];
        slice.split_whitespace().collect()
    })
    .collect()
}

/// The comments of a text.
fn comments(text: &str) -> Vec<&str> {
    let comments = read(text).tree.comments;
    let slice = |span: crate::source::Span| &text[span.start as usize..span.end as usize];
    comments.iter().map(|comment| slice(comment.span).trim_end()).collect()
}

/// What holds for every text. Gives the layout.
fn check(text: &str) -> Result<String, String> {
    let out = format(text);
    let told = |what: &str| format!("{what}\n--- given\n{text}\n--- laid out\n{out}");
    let again = format(&out);
    if again != out {
        return Err(told("it changes again") + "\n--- again\n" + &again);
    }
    if words(&out) != words(text) {
        return Err(told("tokens are not the same"));
    }
    if comments(&out) != comments(text) {
        return Err(told("comments are not the same"));
    }
    let (before, after) = (read(text), read(&out));
    if before.diagnostics.is_empty() {
        let (before, tree) = (print::file(&before.tree), print::file(&after.tree));
        if !after.diagnostics.is_empty() || before != tree {
            return Err(told("it means something else") + "\n" + &before + "\n---\n" + &tree);
        }
    }
    Ok(out)
}
