//! Which tokens belong to an item or a statement, and which to none.

use std::iter::Peekable;
use std::slice::Iter;

use super::builder::Builder;
use crate::source::Span;
use crate::syntax::token::Kind;

impl Builder<'_> {
    /// What begins at the next token, and the index after its last one.
    ///
    /// Tokens that are parts of nothing are broken text. They make one region with what stands before them, and
    /// with what comes after them on their line; such a region is nothing but its tokens.
    pub(super) fn region<'t, T>(
        &self,
        list: &mut Peekable<Iter<'t, T>>,
        span: impl Fn(&T) -> Span,
        end: usize,
    ) -> (Option<&'t T>, usize) {
        let here = self.span().map(|here| here.start);
        let first = list.next_if(|first| Some(span(first).start) == here);
        loop {
            let next = list.peek().map_or(end, |next| self.index_at(span(next).start)).min(end);
            let stop = self.without_semicolons(next.max(self.next + 1));
            let last = self.before(stop).map(|token| token.span.end);
            if first.is_some() && last == first.map(|first| span(first).end) {
                return (first, stop);
            }
            if stop < next || next == end || self.line_ends_before(next) {
                return (None, stop);
            }
            list.next();
        }
    }

    /// Leaves out the semicolons that come next, but for one after documentation, which then documents nothing.
    pub(super) fn skip_semicolons(&mut self, end: usize) {
        while self.next < end && self.kind() == Some(Kind::Semicolon) && !self.has_documentation() {
            self.skip();
        }
    }

    /// The index after the last token before one that is no `;`.
    fn without_semicolons(&self, mut stop: usize) -> usize {
        while stop > self.next + 1 && self.before(stop).is_some_and(|it| it.kind == Kind::Semicolon)
        {
            stop -= 1;
        }
        stop
    }

    /// Whether a line ends before a token.
    fn line_ends_before(&self, index: usize) -> bool {
        let (Some(before), Some(token)) = (self.before(index), self.token_at(index)) else {
            return true;
        };
        self.slice(before.span.after().to(token.span.before())).contains('\n')
    }
}
