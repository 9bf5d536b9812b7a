//! Loops of other languages: brackets around a `for`, `of`, two names.

use super::Pass;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::token::Kind;

impl Pass<'_> {
    /// `for (x of xs) {`, `for (const x in xs) {`, `for (let i = 0; i < 10; i++) {`
    pub(super) fn for_in_parens(&mut self, i: usize) -> Option<usize> {
        if self.kind(i + 1) != Some(Kind::ParenOpen) {
            return self.for_of(i).or_else(|| self.for_pair(i, i + 1));
        }
        let close = self.closer_of(i + 1)?;
        if close == i + 5 && self.kind(close + 1) == Some(Kind::In) {
            return self.for_pair(i, i + 2);
        }
        let mut name = i + 2;
        while matches!(self.kind(name), Some(Kind::Const | Kind::Var))
            || self.kind(name) == Some(Kind::Foreign) && self.word(name) == "let"
        {
            name += 1;
        }
        let parens = self.span(i + 1).to(self.span(close));
        let diagnostic =
            Diagnostic::error(Code::E0009, self.at(parens), "A `for` has no parentheses here");
        let of = self.kind(name + 1) == Some(Kind::In) || self.word(name + 1) == "of";
        let counts = self.tokens.get(i..close)?.iter().any(|token| token.kind == Kind::Semicolon);
        if of {
            let list = self.span(name + 2).to(self.span(close.saturating_sub(1)));
            let meant = format!("{} in {}", self.word(name), self.slice(list));
            let diagnostic = diagnostic
                .label(format!("write `{meant}`"))
                .note("In this language, a list is gone through by `for item in items { }`.");
            self.mend(diagnostic, "write it without parentheses", vec![(parens, meant)]);
            self.change(i);
            self.keep(i);
            self.put(i, self.span(name), &[Kind::Name]);
            self.put(i, self.span(name + 1), &[Kind::In]);
            self.dropped.push(close);
            Some(name + 2)
        } else if counts {
            self.diagnostics.push(
                diagnostic
                    .label("write `i in 0..9`")
                    .note("In this language, a range is gone through by `for i in 0..9 { }`, both ends included."),
            );
            self.change(i);
            self.keep(i);
            self.put(i, self.span(name), &[Kind::Name, Kind::In]);
            self.put(i, parens, &[Kind::Unknown]);
            Some(close + 1)
        } else {
            None
        }
    }

    /// `for x of xs`
    fn for_of(&mut self, i: usize) -> Option<usize> {
        if self.kind(i + 2) != Some(Kind::Foreign) || self.word(i + 2) != "of" {
            return None;
        }
        self.change(i);
        self.keep(i);
        self.keep(i + 1);
        Some(self.exchange(
            i + 2,
            "in",
            &[Kind::In],
            "a list is gone through by `for item in items { }`",
        ))
    }

    /// `for key, value in map {`, `for (index, item) in list {`, with the first name at `name`. What is gone through
    /// is left out, and the second name is bound in the block, so that nothing is said of either.
    fn for_pair(&mut self, i: usize, name: usize) -> Option<usize> {
        let pair = self.kind(name)?.is_word()
            && self.kind(name + 1) == Some(Kind::Comma)
            && self.kind(name + 2)?.is_word();
        let within = self.find_on_line(name + 3, |kind| kind == Kind::In)?;
        let open = self.find_on_line(within, |kind| kind == Kind::BraceOpen)?;
        if !pair || within > name + 4 || open == within + 1 {
            return None;
        }
        let names = self.span(i + 1).to(self.span(within - 1));
        let list = self.span(within + 1).to(self.span(open - 1));
        self.diagnostics.push(
            Diagnostic::error(Code::E0009, self.at(names), "A `for` has one name")
                .label("two names")
                .note(
                    "In this language, a map is gone through by `for entry in map.entries() { }`, with `entry.key` \
                     and `entry.value`, and a list with its positions by `for entry in list.enumerate() { }`, with \
                     `entry.index` and `entry.item`.",
                ),
        );
        self.change(i);
        self.keep(i);
        self.keep(name);
        self.keep(within);
        self.put(i, list, &[Kind::Unknown]);
        self.keep(open);
        self.keep(name + 2);
        self.put(i, self.span(open), &[Kind::Equal, Kind::Unknown, Kind::Semicolon]);
        Some(open + 1)
    }
}
