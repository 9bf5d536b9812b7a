//! From text to text: the one layout of flows.
//!
//! The algorithm is that of Wadler (*A prettier printer*, 2003) in the strict form of Lindig (*Strictly Pretty*,
//! 2000): a file becomes a *document*, which is text with places where a line may end. Places are gathered in
//! groups; of a group all lines end, or none, and none where it fits. Four steps:
//!
//! 1. [`crate::syntax::parse`] reads the text, and [`tokens`] lists its tokens as they are written.
//! 2. The walk over the tree ([`mod@file`], [`items`], [`pieces`], [`types`], [`statements`], [`stand_ins`], [`expressions`],
//!    [`operators`], [`lists`], [`texts`]) says which token it expects next and which space stands before it. The
//!    [`builder`] writes that token as it stands, and the comments before it in their place: what it makes can
//!    lose nothing, for the tree gives only the form. Commas between parts are all that comes or goes.
//! 3. [`document`] knows how wide each document is as soon as it is made, so
//! 4. the [`printer`] decides whether a group fits by one comparison, and each document is looked at once: the
//!    whole takes linear time. One node goes beyond Wadler: `Hug` tries a third way between one line and several,
//!    for calls whose last argument breaks alone.
//!
//! A statement in which something is broken is written as it stands, byte for byte, and so is an item in which
//! brackets, texts or bodies are not closed, for what is part of what cannot be known there. How such a text is
//! read may hang on its indentation; therefore the layout of a broken text is read once more, and where it would
//! change again, the text stays as it is: formatting twice changes nothing, whatever the text.

mod builder;
mod document;
mod expressions;
mod file;
mod items;
mod lists;
mod operators;
mod pieces;
mod printer;
mod range;
mod regions;
mod stand_ins;
mod statements;
mod texts;
mod tokens;
mod types;

use std::borrow::Cow;

use file::{Care, Layout, lay_out};
pub use range::{Edit, format_range};

use crate::diagnostics::Diagnostic;
use crate::source::FileId;
use crate::syntax::tree::File;
use crate::syntax::{self, Parsed};

/// A formatted text.
#[derive(Debug, Clone)]
pub struct Formatted {
    /// The text, with one line end after its last line.
    pub text: String,
    /// What is wrong with the text as it was given. Where that is nothing, all of it is formatted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Formats a text. What is broken in it stays as it stands.
pub fn format(text: &str) -> String {
    format_file(FileId(0), text).text
}

/// Formats a file's text, and tells what is wrong with it.
pub fn format_file(file: FileId, given: &str) -> Formatted {
    let (layout, diagnostics) = layout(file, &tidy_line_ends(given));
    let text = layout.map_or_else(|| given.to_owned(), |layout| layout.text);
    // Places are told in the text as it was given.
    let diagnostics = match diagnostics.as_slice() {
        [] => diagnostics,
        _ => syntax::parse(file, given).diagnostics,
    };
    Formatted { text, diagnostics }
}

/// The layout of a text whose lines end in `\n`, and what is wrong with it; no layout where that would change again.
fn layout(file: FileId, text: &str) -> (Option<Layout>, Vec<Diagnostic>) {
    let Parsed { tree, diagnostics } = syntax::parse(file, text);
    let layout = if diagnostics.is_empty() {
        Some(lay_out(text, &tree, &[], Care::Statements))
    } else {
        lay_out_broken(text, &tree, &diagnostics)
    };
    (layout, diagnostics)
}

/// Formats a text with mistakes in it, as much as can be; nothing where a second time would change it again.
fn lay_out_broken(text: &str, tree: &File, diagnostics: &[Diagnostic]) -> Option<Layout> {
    let again = |text: &str| {
        let Parsed { tree, diagnostics } = syntax::parse(FileId(0), text);
        lay_out(text, &tree, &diagnostics, Care::Statements).text
    };
    [Care::Statements, Care::Items]
        .into_iter()
        .map(|care| lay_out(text, tree, diagnostics, care))
        .find(|first| again(&first.text) == first.text)
}

/// The text with `\n` alone at the ends of lines, and without a mark of its encoding.
fn tidy_line_ends(text: &str) -> Cow<'_, str> {
    if !text.contains("\r\n") && !text.starts_with('\u{feff}') {
        return Cow::Borrowed(text);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                out.push_str(line.trim_end_matches('\r'));
                out.push('\n');
            }
            None => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
