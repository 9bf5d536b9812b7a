//! A file's items one after the other.

use std::ops::Range;

use super::builder::Builder;
use super::document::{Line, Node};
use super::printer::Printer;
use super::tokens;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{File, Item};

/// How much around a mistake stays as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// The statement, where it is known where that ends; else the item.
    Statements,
    /// The item.
    Items,
}

/// A text that is laid out.
#[derive(Debug)]
pub(super) struct Layout {
    /// The text.
    pub(super) text: String,
    /// Its items in order, each with what stands between it and the one before; the last is what stands behind
    /// them all.
    pub(super) parts: Vec<Part>,
}

/// A part of a text that is laid out on its own.
#[derive(Debug)]
pub(super) struct Part {
    /// Where it was.
    pub(super) given: Range<usize>,
    /// Where it is now.
    pub(super) laid_out: Range<usize>,
}

/// Lays out the items of a file. The diagnostics are those of its text, whose lines end in `\n` alone.
pub(super) fn lay_out(text: &str, tree: &File, diagnostics: &[Diagnostic], care: Care) -> Layout {
    let tokens = tokens::read(text, &tree.comments);
    let mut builder = Builder::new(text, &tokens, &tree.comments);
    let mut printer = Printer::with_capacity(text.len() + text.len() / 8);
    let mut items = tree.items.iter().peekable();
    let broken = broken_places(diagnostics, care);
    let mut parts: Vec<Part> = Vec::new();
    loop {
        builder.skip_semicolons(tokens.len());
        let mark = builder.mark();
        if builder.next == tokens.len() {
            builder.write_comment_lines();
            let root = builder.cut(mark);
            printer.print(&builder.docs, root);
            let out = printer.finish();
            let from = end_of(&parts);
            parts.push(Part { given: from.0..text.len(), laid_out: from.1..out.len() });
            return Layout { text: out, parts };
        }
        builder.begin_item(parts.is_empty());
        match builder.region(&mut items, |item| item.span, tokens.len()) {
            (Some(item), stop) if !builder.is_broken(stop, &broken) => {
                builder.whole_item(item, stop);
            }
            (_, stop) => builder.raw_item(stop),
        }
        let root = builder.cut(mark);
        printer.print(&builder.docs, root);
        builder.docs.clear();
        let from = end_of(&parts);
        let end = builder.before(builder.next).map_or(from.0, |token| token.span.end as usize);
        parts.push(Part { given: from.0..end, laid_out: from.1..printer.written() });
    }
}

/// Where the parts so far end, in both texts.
fn end_of(parts: &[Part]) -> (usize, usize) {
    parts.last().map_or((0, 0), |part| (part.given.end, part.laid_out.end))
}

/// The places of mistakes for which a whole item stays as it stands, in order.
fn broken_places(diagnostics: &[Diagnostic], care: Care) -> Vec<Span> {
    let unclear = |diagnostic: &&Diagnostic| {
        let closed = !matches!(
            diagnostic.code,
            Code::E0002 | Code::E0005 | Code::E0006 | Code::E0007 | Code::E0008
        );
        care == Care::Items || !closed
    };
    let labels = diagnostics
        .iter()
        .filter(unclear)
        .flat_map(|diagnostic| std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary));
    let mut places: Vec<Span> = labels.map(|label| label.at.span).collect();
    places.sort_unstable();
    places
}

impl Builder<'_> {
    /// The line before an item.
    fn begin_item(&mut self, first: bool) {
        if !first {
            self.separate_parts(Line { hard: true, ..Line::default() });
        } else if self.has_comments() {
            self.hard_line();
        }
    }

    /// Whether a mistake stands in the tokens up to an index.
    fn is_broken(&self, stop: usize, places: &[Span]) -> bool {
        let (Some(first), Some(last)) = (self.span(), self.before(stop)) else { return true };
        let from = places.partition_point(|place| place.start < first.start);
        places.get(from).is_some_and(|place| place.start <= last.span.end)
    }

    fn whole_item(&mut self, item: &Item, stop: usize) {
        let (mark, place) = (self.mark(), self.place());
        self.item(&item.kind);
        if self.failed || self.next != stop {
            self.go_back(mark, place);
            self.raw_item(stop);
        }
    }

    /// An item as it stands, its indentation included.
    fn raw_item(&mut self, stop: usize) {
        let start = self.span().map_or(0, |span| span.start as usize);
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..).unwrap_or_default();
        if line.bytes().all(|byte| byte == b' ' || byte == b'\t') {
            self.push(Node::Text(line));
        }
        self.raw(stop);
    }
}
