//! What formatting changes, as edits of the text: for editors, which keep cursors and marks where they are.
//!
//! A layout has the words of its text in their order, so the edits need no search: both texts are walked side by
//! side, and where the space between two words differs, or one of the separators that come and go, is an edit.

use super::{file, layout, tidy_line_ends};
use crate::source::{FileId, Span};

/// A stretch of a text and what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where, in the text as it was given.
    pub span: Span,
    /// What stands there then; empty where something is taken out.
    pub text: String,
}

/// Formats the items that a range touches, with the space and the comments before each. Gives the smallest edits,
/// in order; none where nothing changes. The range of the whole text formats all of it.
pub fn format_range(text: &str, range: Span) -> Vec<Edit> {
    let clean = tidy_line_ends(text);
    let (Some(laid_out), _) = layout(FileId(0), &clean) else { return Vec::new() };
    if clean != text {
        // Other ends of lines are a change of every line.
        let whole = 0..text.len();
        return edits(
            text,
            &laid_out.text,
            &file::Part { given: whole, laid_out: 0..laid_out.text.len() },
        );
    }
    let touched = |part: &&file::Part| {
        part.given.start <= range.end as usize && range.start as usize <= part.given.end
    };
    let parts = laid_out.parts.iter().filter(touched);
    let mut all: Vec<Edit> = Vec::new();
    for edit in parts.flat_map(|part| edits(text, &laid_out.text, part)) {
        join(&mut all, edit);
    }
    all
}

/// The edits that make the one text of the other, in a part of both.
fn edits(given: &str, laid_out: &str, part: &file::Part) -> Vec<Edit> {
    let mut walk = Walk {
        given: Side::new(given, part.given.start, part.given.end),
        laid_out: Side::new(laid_out, part.laid_out.start, part.laid_out.end),
        edits: Vec::new(),
    };
    while walk.step() {}
    walk.edits
}

/// One of the two texts.
struct Side<'a> {
    text: &'a str,
    at: usize,
    end: usize,
}

struct Walk<'a> {
    given: Side<'a>,
    laid_out: Side<'a>,
    edits: Vec<Edit>,
}

impl Walk<'_> {
    /// Goes over the space that comes next and one character behind it; false at the end of both texts.
    fn step(&mut self) -> bool {
        let start = self.given.at;
        let (before, after) = (self.given.space(), self.laid_out.space());
        if before != after {
            let after = after.to_owned();
            self.edit(start, after);
        }
        match (self.given.peek(), self.laid_out.peek()) {
            (None, None) => return false,
            (Some(one), Some(other)) if one == other => {
                self.given.at += one.len_utf8();
                self.laid_out.at += one.len_utf8();
            }
            (Some(separator), _) if is_separator(separator) => {
                let start = self.given.at;
                self.given.at += 1;
                self.edit(start, String::new());
            }
            (_, Some(separator)) if is_separator(separator) => {
                self.laid_out.at += 1;
                self.edit(self.given.at, separator.to_string());
            }
            // A comma went over a comment.
            _ => {
                let start = self.given.at;
                let rest = self.laid_out.rest().to_owned();
                (self.given.at, self.laid_out.at) = (self.given.end, self.laid_out.end);
                self.edit(start, rest);
            }
        }
        true
    }

    /// From `start` up to here stands another text.
    fn edit(&mut self, start: usize, text: String) {
        let span = Span::new(start as u32, self.given.at as u32);
        join(&mut self.edits, Edit { span, text });
    }
}

/// Adds an edit, to the one before where they touch.
fn join(edits: &mut Vec<Edit>, next: Edit) {
    match edits.last_mut() {
        Some(last) if last.span.end == next.span.start => {
            last.span.end = next.span.end;
            last.text.push_str(&next.text);
        }
        _ => edits.push(next),
    }
}

impl<'a> Side<'a> {
    fn new(text: &'a str, at: usize, end: usize) -> Side<'a> {
        Side { text, at, end }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes the space that comes next.
    fn space(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, ',' | ';' | '|')
}
