//! Blocks that stand between other things than braces: `if x:` with lines that are indented, and
//! `if x then … end`.

use super::Pass;
use crate::diagnostics::{Code, Diagnostic, Edit};
use crate::source::Span;
use crate::syntax::token::{Kind, Token};

/// A block without braces.
pub(super) struct OpenBlock {
    /// How far the line that it began on is indented.
    indent: usize,
    /// Which of the diagnostics told of it.
    diagnostic: usize,
    /// Whether a word ends it, and not a line that is indented no more than its first.
    to_end: bool,
}

impl Pass<'_> {
    /// A `:` at the end of a line that begins like a block: it opens one.
    pub(super) fn block_colon(&mut self, i: usize) -> Option<usize> {
        if !matches!(self.kind(i + 1), None | Some(Kind::Newline)) {
            return None;
        }
        let start = self.line_start(i);
        let opens = match self.kind(start) {
            Some(Kind::Else | Kind::Try) => true,
            Some(Kind::If | Kind::For | Kind::While | Kind::Match) => i > start + 1,
            Some(Kind::Foreign) => matches!(
                self.word(start),
                "elif" | "elsif" | "elseif" | "except" | "foreach" | "def" | "unless" | "finally"
            ),
            Some(Kind::Catch | Kind::Fn) => true,
            _ => false,
        };
        opens.then(|| self.open_block(i, start, false))
    }

    /// `then` or `do` behind the head of a block, at the end of its line or before a brace.
    pub(super) fn block_word(&mut self, i: usize) -> Option<usize> {
        let start = self.line_start(i);
        let head =
            matches!(self.kind(start), Some(Kind::If | Kind::For | Kind::While | Kind::Else))
                || self.kind(start) == Some(Kind::Foreign) && self.word(start) != self.word(i);
        if !head || start == i {
            return None;
        }
        match self.kind(i + 1) {
            Some(Kind::BraceOpen) => {
                Some(self.superfluous(i, "the brace says where a block begins"))
            }
            None | Some(Kind::Newline) => Some(self.open_block(i, start, true)),
            _ => None,
        }
    }

    fn open_block(&mut self, i: usize, start: usize, to_end: bool) -> usize {
        let span = self.span(i);
        let written = self.word(i).to_owned();
        let from = i.checked_sub(1).map_or(span, |before| self.span(before).after());
        let diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(span),
            format!("A block stands between braces, and not behind `{written}`"),
        )
        .label("write `{`");
        let diagnostic =
            diagnostic.note("In this language, a block is `{ … }`: `if a > b { … } else { … }`.");
        let edits = vec![(Span::new(from.start, span.end), " {".to_owned())];
        self.mend(diagnostic, "use braces", edits);
        let indent = self.column(start);
        let diagnostic = self.diagnostics.len() - 1;
        self.blocks.push(OpenBlock { indent, diagnostic, to_end });
        self.put(i, span, &[Kind::BraceOpen]);
        i + 1
    }

    /// Ends the blocks that the next line is not a part of.
    pub(super) fn line_ends(&mut self, newline: usize) {
        let next = newline + 1;
        let column = self.kind(next).map(|_| self.column(next));
        while let Some(block) = self.blocks.last() {
            let goes_on = block.to_end && !self.flow_ends_at(next)
                || column.is_some_and(|column| column > block.indent);
            if goes_on {
                return;
            }
            let text = format!("\n{}}}", " ".repeat(block.indent));
            let place = newline.checked_sub(1).map_or(Span::default(), |last| self.span(last));
            self.close_block(newline, place.after(), text);
        }
    }

    /// Ends all blocks, at the end of the file.
    pub(super) fn end_blocks(&mut self, end: usize) {
        if !self.blocks.is_empty() {
            self.line_ends(end);
        }
    }

    /// `end` alone on its line.
    pub(super) fn block_end(&mut self, i: usize) -> Option<usize> {
        let alone = self.starts_statement(i)
            && matches!(self.kind(i + 1), None | Some(Kind::Newline | Kind::Semicolon));
        if !alone || !self.blocks.last().is_some_and(|block| block.to_end) {
            return None;
        }
        self.close_block(i, self.span(i), "}".to_owned());
        Some(i + 1)
    }

    /// `else` between `then` and `end`: it ends a block and begins one.
    pub(super) fn block_else(&mut self, i: usize) -> Option<usize> {
        let alone = matches!(self.kind(i + 1), None | Some(Kind::Newline));
        let block = self.blocks.last_mut().filter(|block| block.to_end && alone)?;
        let diagnostic = block.diagnostic;
        let span = self.span(i);
        self.also_edit(diagnostic, span, "} else {".to_owned());
        self.put(i, span, &[Kind::BraceClose, Kind::Else, Kind::BraceOpen]);
        Some(i + 1)
    }

    fn close_block(&mut self, i: usize, span: Span, text: String) {
        let Some(block) = self.blocks.pop() else { return };
        self.also_edit(block.diagnostic, span, text);
        self.change(i);
        self.out.push(Token { kind: Kind::BraceClose, span });
    }

    fn also_edit(&mut self, diagnostic: usize, span: Span, text: String) {
        let edit = Edit { at: self.at(span), text };
        let fix = self.diagnostics.get_mut(diagnostic).and_then(|it| it.fixes.first_mut());
        if let Some(fix) = fix {
            fix.edits.push(edit);
        }
    }

    /// How many bytes stand before a token on its line, up to what any line is indented.
    fn column(&self, i: usize) -> usize {
        let end = self.span(i).start as usize;
        let before = self.text.as_bytes().get(..end).unwrap_or_default();
        before.iter().rev().take(super::NEAR).take_while(|byte| **byte != b'\n').count()
    }
}
