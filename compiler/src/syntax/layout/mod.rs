//! Between tokens and grammar: what a line's end, a `<` and a bracket mean here.
//!
//! Two passes over the flat list of tokens. [`brackets`] finds the bodies of flows by the rule of the language
//! reference and makes all brackets balance, putting in what is missing where the indentation says that it was
//! meant. [`lines`] keeps the line ends that end something, makes names of keywords where only a name can
//! stand, and cuts out what is nested too deep. What comes out can be read by a grammar that never has to
//! look for a closer, and no pass over its tree can overflow the stack.

mod brackets;
mod lines;

use super::token::{Kind, Token};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Tokens as the grammar reads them: two lists of one length.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// What they are.
    pub(super) kinds: Vec<Kind>,
    /// Where they stand. Empty for a closer that was put in.
    pub(super) spans: Vec<Span>,
}

/// Lays tokens out, and tells what is wrong with brackets and bodies.
pub(super) fn lay_out(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Layout {
    let balanced = brackets::balance(file, text, tokens, diagnostics);
    forgive_swallowed(text, diagnostics);
    lines::lay_out(file, text, balanced, diagnostics)
}

/// A text that does not end swallows the closers behind it on its line: their openers are no mistake of their
/// own.
fn forgive_swallowed(text: &str, diagnostics: &mut Vec<Diagnostic>) {
    let mut endless: Vec<(u32, u32)> = diagnostics
        .iter()
        .filter(|it| it.code == Code::E0002)
        .map(|it| (it.primary.at.span.start, line_start(text, it.primary.at.span.start)))
        .collect();
    endless.sort_unstable();
    let swallowed = |opener: u32| {
        let next = endless.partition_point(|(quote, _)| *quote <= opener);
        endless.get(next).is_some_and(|(_, line)| *line <= opener)
    };
    diagnostics.retain(|it| it.code != Code::E0005 || !swallowed(it.primary.at.span.start));
}

/// The offset of the first byte of the line that an offset lies on.
fn line_start(text: &str, offset: u32) -> u32 {
    let before = text.get(..offset as usize).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline as u32 + 1)
}
