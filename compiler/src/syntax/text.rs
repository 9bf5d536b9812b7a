//! Puts texts together: escapes, and the common indent of `"""`.

use ecow::EcoString;

use super::lexer;
use super::literal::unescape;
use super::token::Kind;
use super::tree::{Expr, TextPart};
use crate::source::{FileId, Span};

/// A part of a text where it stands.
#[derive(Debug)]
pub(super) enum Piece {
    /// As written.
    Written(Span),
    /// `{expr}`
    Hole(Expr),
}

/// The parts of the text that stands at `whole`, its quotes included.
///
/// In a `"""` text, a line end directly after the opening quotes and one directly before the closing ones do
/// not count, and the indent that all lines have in common is taken away, that of the closing quotes included.
pub(super) fn build(source: &str, whole: Span, pieces: Vec<Piece>) -> Vec<TextPart> {
    let slice = |span: Span| source.get(span.start as usize..span.end as usize).unwrap_or_default();
    let triple = slice(whole).starts_with("\"\"\"");
    let written = pieces.iter().filter_map(|piece| match piece {
        Piece::Written(span) => Some(*span),
        Piece::Hole(_) => None,
    });
    let indent = if triple { common_indent(source, whole, written) } else { 0 };
    let last = pieces.len().saturating_sub(1);
    let mut parts = Vec::with_capacity(pieces.len());
    for (i, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Hole(expr) => parts.push(TextPart::Expr(expr)),
            Piece::Written(span) if !triple => parts.push(TextPart::Text(unescape(slice(span)))),
            Piece::Written(span) => {
                let closed = slice(whole).ends_with("\"\"\"") && span.end + 3 == whole.end;
                let text = dedent(slice(span), indent, i == 0, i == last && closed);
                if !text.is_empty() {
                    parts.push(TextPart::Text(unescape(&text)));
                }
            }
        }
    }
    parts
}

/// The indent that the lines of a `"""` text have in common, which is no part of its value. The text is given
/// with its quotes.
pub(crate) fn indent_of_lines(text: &str) -> usize {
    let whole = Span::new(0, text.len() as u32);
    let mut depth = 0_u32;
    let mut written = Vec::new();
    for token in lexer::lex(FileId(0), text).tokens {
        match token.kind {
            Kind::TextOpen => depth += 1,
            Kind::TextClose => depth = depth.saturating_sub(1),
            Kind::TextPart if depth == 1 => written.push(token.span),
            _ => {}
        }
    }
    common_indent(text, whole, written.into_iter())
}

/// A stretch of a `"""` text without the indent of its lines.
fn dedent(text: &str, indent: usize, first: bool, last: bool) -> EcoString {
    let mut out = EcoString::with_capacity(text.len());
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let blank = indent_of(line);
        let cut = if i > 0 { blank.min(indent) } else { 0 };
        out.push_str(line.get(cut..).unwrap_or_default().trim_end_matches('\r'));
    }
    let mut text = out.as_str();
    if first
        && let Some((before, rest)) = text.split_once('\n')
        && before.trim().is_empty()
    {
        text = rest;
    }
    if last
        && let Some((before, after)) = text.rsplit_once('\n')
        && after.trim().is_empty()
    {
        text = before;
    }
    text.into()
}

/// The smallest indent of the lines that begin in a `"""` text.
fn common_indent(source: &str, whole: Span, written: impl Iterator<Item = Span>) -> usize {
    let mut common = usize::MAX;
    for span in written {
        let text = source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let at_end = span.end + 3 == whole.end;
        let mut lines = text.split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            // An empty line has no indent, but a line that goes on with a hole or with the quotes has.
            let goes_on = lines.peek().is_none();
            if !line.trim().is_empty() || (goes_on && (!at_end || !line.is_empty())) {
                common = common.min(indent_of(line));
            }
        }
    }
    if common == usize::MAX { 0 } else { common }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}
