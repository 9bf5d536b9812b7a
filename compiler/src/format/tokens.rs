//! The tokens of a file as they are written: what must stand in the formatted text, in the same order.

use crate::source::{FileId, Span};
use crate::syntax::lexer;
use crate::syntax::token::Kind;
use crate::syntax::tree::Comment;

/// A token, or a whole text with its holes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// What it is; [`Kind::TextOpen`] for a text.
    pub(super) kind: Kind,
    /// Where it stands.
    pub(super) span: Span,
    /// How many of the file's comments stand before it.
    pub(super) comments: u32,
    /// How many stand before its end: a hole of a text may have some.
    pub(super) comments_inside: u32,
}

/// Reads a file's tokens. Line ends are none of them, and a text is one.
pub(super) fn read(text: &str, comments: &[Comment]) -> Vec<Token> {
    let lexed = lexer::lex(FileId(0), text).tokens;
    let mut tokens: Vec<Token> = Vec::with_capacity(lexed.len());
    let mut comments = Passed { comments, count: 0 };
    let mut depth = 0_u32;
    for token in lexed {
        match token.kind {
            Kind::TextClose => depth = depth.saturating_sub(1),
            Kind::TextOpen => depth += 1,
            _ => {}
        }
        let in_text = match token.kind {
            Kind::TextOpen => depth > 1,
            Kind::TextClose => true,
            _ => depth > 0,
        };
        match tokens.last_mut() {
            Some(text) if in_text => {
                text.span.end = token.span.end;
                text.comments_inside = comments.before(token.span.end);
            }
            _ if token.kind == Kind::Newline => {}
            _ => {
                let before = comments.before(token.span.start);
                let Span { start, end } = token.span;
                let span = Span::new(start, end);
                tokens.push(Token {
                    kind: token.kind,
                    span,
                    comments: before,
                    comments_inside: before,
                });
            }
        }
    }
    tokens
}

/// The comments, and how many of them were passed.
struct Passed<'a> {
    comments: &'a [Comment],
    count: u32,
}

impl Passed<'_> {
    /// How many begin before an offset.
    fn before(&mut self, offset: u32) -> u32 {
        let begins = |comment: &Comment| comment.span.start < offset;
        while self.comments.get(self.count as usize).is_some_and(begins) {
            self.count += 1;
        }
        self.count
    }
}
