//! Texts are written as they stand, but for the indent of those of several lines.
//!
//! The indent that all lines of a `"""` text have in common is no part of its value, so it may change: the lines
//! go with the code around them, one step further in than the line that the text begins on.

use super::builder::Builder;
use super::document::{Line, Node};
use crate::source::Span;
use crate::syntax::text;

impl Builder<'_> {
    /// Writes a text.
    pub(super) fn text_literal(&mut self, span: Span) {
        let written = self.slice(span);
        let mut lines = written.split('\n');
        self.push(Node::Text(lines.next().unwrap_or_default()));
        if !written.contains('\n') {
            return;
        }
        let indent = text::indent_of_lines(written);
        let mark = self.mark();
        for line in lines {
            if line.trim_start_matches([' ', '\t']) == "\"\"\"" {
                // The indent of a line with the closing quotes alone is no part of the value either.
                self.push(Node::Line(Line { hard: true, ..Line::default() }));
                self.push(Node::Text("\"\"\""));
                break;
            }
            let own = line.len() - line.trim_start_matches([' ', '\t']).len();
            self.push(Node::Line(Line { hard: true, ..Line::default() }));
            self.push(Node::Text(line.get(own.min(indent)..).unwrap_or_default()));
        }
        self.indent(mark);
    }
}
