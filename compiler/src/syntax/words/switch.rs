//! `switch` with `case …:` and `default:`.

use super::Pass;
use crate::diagnostics::Edit;
use crate::source::Span;
use crate::syntax::token::Kind;

impl Pass<'_> {
    /// `switch x { case "a": …; default: … }` is `match x { "a" => …; else => … }`.
    pub(super) fn switch(&mut self, i: usize) -> usize {
        let next = self.exchange(i, "match", &[Kind::Match], "cases are told apart by `match`");
        let Some(open) = self.find_on_line(i, |kind| kind == Kind::BraceOpen) else { return next };
        let Some(close) = self.closer_of(open) else { return next };
        let mut edits = Vec::new();
        let mut dropped = Vec::new();
        for at in open + 1..close {
            let begins = matches!(
                self.before(at),
                Some(Kind::Newline | Kind::Semicolon | Kind::BraceOpen | Kind::Comma)
            );
            if !begins {
                continue;
            }
            let case = self.word(at) == "case";
            let colon =
                self.find_on_line(at, |kind| kind == Kind::Colon).filter(|end| *end < close);
            let ends = matches!(self.kind(at + 1), Some(Kind::Newline | Kind::Semicolon));
            if case && let Some(colon) = colon {
                let to_next = Span::new(self.span(at).start, self.span(at + 1).start);
                edits.push((to_next, ""));
                edits.push((self.with_space(colon), " =>"));
                self.become_kind(colon, Kind::FatArrow);
                dropped.push(at);
            } else if self.kind(at) == Some(Kind::Default) && self.kind(at + 1) == Some(Kind::Colon)
            {
                edits.push((self.span(at).to(self.span(at + 1)), "else =>"));
                self.become_kind(at, Kind::Else);
                self.become_kind(at + 1, Kind::FatArrow);
            } else if self.kind(at) == Some(Kind::Break) && ends {
                edits.push((self.span(at), ""));
                dropped.push(at);
            }
        }
        dropped.reverse();
        self.dropped.splice(0..0, dropped);
        let file = self.file;
        let edits = edits.into_iter().map(|(span, text)| Edit {
            at: crate::source::Location { file, span },
            text: text.to_owned(),
        });
        if let Some(fix) = self.diagnostics.last_mut().and_then(|told| told.fixes.first_mut()) {
            fix.edits.extend(edits);
        }
        next
    }

    pub(super) fn become_kind(&mut self, i: usize, kind: Kind) {
        if let Some(token) = self.tokens.get_mut(i) {
            token.kind = kind;
        }
    }

    /// A sign with the space before it.
    pub(super) fn with_space(&self, i: usize) -> Span {
        let before = i.checked_sub(1).map_or(self.span(i), |before| self.span(before));
        Span::new(before.end, self.span(i).end)
    }
}
