//! Words of the language with a slip of the finger: `retrun`, `esle`, `typ`.

use super::Pass;
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::token::Kind;

/// What statements begin with.
const STATEMENTS: [(&str, Kind); 9] = [
    ("return", Kind::Return),
    ("wait", Kind::Wait),
    ("if", Kind::If),
    ("for", Kind::For),
    ("while", Kind::While),
    ("match", Kind::Match),
    ("try", Kind::Try),
    ("var", Kind::Var),
    ("stop", Kind::Stop),
];

/// What items begin with.
const ITEMS: [(&str, Kind); 4] =
    [("on", Kind::On), ("type", Kind::Type), ("fn", Kind::Fn), ("const", Kind::Const)];

/// Words that mean something where a statement, an item or a line that goes on begins, though they may be names.
const CONTEXTUAL: [&str; 16] = [
    "use", "test", "start", "run", "parallel", "first", "given", "expect", "advance", "crash",
    "retry", "once", "returns", "fails", "then", "after",
];

impl Pass<'_> {
    /// A name that stands where only a word can, and is nearly one.
    pub(super) fn slip(&mut self, i: usize) -> Option<usize> {
        let next = self.kind(i + 1)?;
        if self.before(i) == Some(Kind::BraceClose)
            && matches!(next, Kind::BraceOpen | Kind::If | Kind::Name)
        {
            return self.mistyped(i, &[("else", Kind::Else), ("catch", Kind::Catch)]);
        }
        let goes_on = match next {
            Kind::Name | Kind::Int | Kind::Number | Kind::Duration | Kind::TextOpen => true,
            Kind::True | Kind::False | Kind::None | Kind::Foreign => true,
            kind => kind.is_word() && !kind.is_infix() && !kind.is_keyword(),
        };
        if !goes_on || !self.starts_statement(i) || CONTEXTUAL.contains(&self.word(i)) {
            return None;
        }
        let start = self.span(i).start as usize;
        let margin = start == 0 || self.text.as_bytes().get(start - 1) == Some(&b'\n');
        self.mistyped(i, if margin { &ITEMS } else { &STATEMENTS })
    }

    fn mistyped(&mut self, i: usize, words: &[(&'static str, Kind)]) -> Option<usize> {
        let written = self.word(i);
        let meant = nearest(written, words.iter().map(|(word, _)| *word))?;
        let (_, kind) = words.iter().find(|(word, _)| *word == meant)?;
        let at = self.at(self.span(i));
        let diagnostic =
            Diagnostic::error(Code::E0004, at, format!("`{written}` is no word of the language"))
                .label(format!("did you mean `{meant}`?"))
                .fix(format!("change to `{meant}`"), at, meant);
        self.diagnostics.push(diagnostic);
        self.put(i, self.span(i), &[*kind]);
        Some(i + 1)
    }
}
