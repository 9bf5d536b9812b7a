//! Words of other languages.
//!
//! The grammar never sees them. This pass goes over the tokens before they are laid out: what has a counterpart
//! becomes that, with a fix that says so, and what has none is left out, so that the rest of the file is read
//! as usual.

use super::token::{Kind, Token};
use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::source::{FileId, Location, Span};

/// How many tokens of a line are looked at around a word, so that a line of any length is read in linear time.
const NEAR: usize = 200;

/// Replaces and cuts out. Tokens are only ever changed or marked, never moved, until the end.
pub(super) fn replace(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Token> {
    let mut pass = Pass { file, text, tokens, out: Vec::new(), diagnostics, changed: false };
    let mut i = 0;
    while i < pass.tokens.len() {
        i = pass.token(i);
    }
    if pass.changed { pass.out } else { pass.tokens }
}

struct Pass<'a> {
    file: FileId,
    text: &'a str,
    tokens: Vec<Token>,
    /// The tokens so far; filled from the first change on.
    out: Vec<Token>,
    diagnostics: &'a mut Vec<Diagnostic>,
    changed: bool,
}

impl Pass<'_> {
    /// Handles the token at `i`, and gives the index of the next.
    fn token(&mut self, i: usize) -> usize {
        let Some(token) = self.tokens.get(i).copied() else { return i + 1 };
        let handled = match token.kind {
            Kind::AndAnd
            | Kind::OrOr
            | Kind::Bang
            | Kind::EqualEqualEqual
            | Kind::NotEqualEqual => self.operator(i, token),
            Kind::Equal if self.in_condition(i) => Some(self.exchange(
                i,
                "==",
                &[Kind::EqualEqual],
                "`=` gives a name its value, and two values are compared by `==`",
            )),
            Kind::Name if self.is_plain(i) => self.word(i, token),
            Kind::Const if self.is_plain(i) && self.starts_statement(i) => {
                self.inner_const(i, token)
            }
            Kind::Default if self.kind(i + 1) == Some(Kind::FatArrow) => {
                Some(self.exchange(i, "else", &[Kind::Else], "what is left is taken by `else`"))
            }
            _ => None,
        };
        handled.unwrap_or_else(|| {
            self.keep(token);
            i + 1
        })
    }

    fn operator(&mut self, i: usize, token: Token) -> Option<usize> {
        let (kind, meant) = match token.kind {
            Kind::AndAnd => (Kind::And, "and"),
            Kind::OrOr => (Kind::Or, "or"),
            Kind::EqualEqualEqual => (Kind::EqualEqual, "=="),
            Kind::NotEqualEqual => (Kind::NotEqual, "!="),
            _ => (Kind::Not, "not "),
        };
        Some(self.exchange(i, meant, &[kind], "operators are words where there is a word for them"))
    }

    fn word(&mut self, i: usize, token: Token) -> Option<usize> {
        let next = self.kind(i + 1);
        let starts = self.starts_statement(i);
        match self.slice(token.span) {
            "elif" | "elsif" | "elseif" if starts || self.before(i) == Some(Kind::BraceClose) => {
                Some(self.exchange(
                    i,
                    "else if",
                    &[Kind::Else, Kind::If],
                    "branches go on with `else if`",
                ))
            }
            "nil" | "undefined" => Some(self.exchange(
                i,
                "none",
                &[Kind::None],
                "an optional without a value is `none`",
            )),
            "None"
                if matches!(
                    self.before(i),
                    Some(Kind::EqualEqual | Kind::NotEqual | Kind::Return | Kind::QuestionQuestion)
                ) =>
            {
                Some(self.exchange(
                    i,
                    "none",
                    &[Kind::None],
                    "an optional without a value is `none`",
                ))
            }
            "function" | "def" | "func" if starts && next == Some(Kind::Name) => {
                Some(self.exchange(i, "fn", &[Kind::Fn], "a function begins with `fn`"))
            }
            "let" if starts && next.is_some_and(Kind::is_word) => Some(self.superfluous(
                i,
                "a name is bound by `name = value`; where it changes later, by `var name = value`",
            )),
            "async" if starts && next.is_some_and(Kind::is_word) => {
                Some(self.superfluous(i, "flows wait for actions by themselves"))
            }
            "await" if next.is_some_and(|next| next.is_word() || next == Kind::ParenOpen) => {
                Some(self.superfluous(i, "flows wait for actions by themselves"))
            }
            "switch" if starts && self.line_has(i, Kind::BraceOpen) && !self.is_used(i) => {
                Some(self.exchange(i, "match", &[Kind::Match], "cases are told apart by `match`"))
            }
            "case" if starts && self.line_has(i, Kind::FatArrow) => {
                Some(self.superfluous(i, "an arm of a `match` is `value => what`"))
            }
            "foreach" if starts && next.is_some_and(Kind::is_word) => Some(self.exchange(
                i,
                "for",
                &[Kind::For],
                "a list is gone through by `for item in items { }`",
            )),
            "throw" | "raise" if starts && !self.is_used(i) => Some(self.throw(i)),
            "import"
                if starts
                    && next.is_some_and(|next| {
                        next.is_word() || matches!(next, Kind::TextOpen | Kind::BraceOpen)
                    }) =>
            {
                Some(self.import(i))
            }
            _ => None,
        }
    }

    /// `const x = 1` among statements: a `const` whose line is indented.
    fn inner_const(&mut self, i: usize, token: Token) -> Option<usize> {
        let before = self.text.as_bytes().get(..token.span.start as usize).unwrap_or_default();
        let margin = before.last().is_none_or(|byte| *byte == b'\n');
        (!margin && self.kind(i + 1) == Some(Kind::Name)).then(|| {
            self.superfluous(i, "in a flow or a function, a name is bound by `name = value`; a `const` stands outside")
        })
    }

    // Words of other languages.

    /// Takes other tokens for this one.
    fn exchange(&mut self, i: usize, meant: &str, kinds: &[Kind], why: &str) -> usize {
        let span = self.span(i);
        let word = self.slice(span).to_owned();
        let shown = meant.trim_end();
        let diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(span),
            format!("`{word}` is written `{shown}` here"),
        )
        .label(format!("write `{shown}`"))
        .note(format!("In this language, {why}."))
        .fix(format!("change to `{shown}`"), self.at(span), meant);
        self.diagnostics.push(diagnostic);
        self.change(i);
        self.out.extend(kinds.iter().map(|kind| Token { kind: *kind, span }));
        i + 1
    }

    /// Leaves the word out.
    fn superfluous(&mut self, i: usize, why: &str) -> usize {
        let span = self.span(i);
        let to_next = Span::new(span.start, self.span(i + 1).start.max(span.end));
        let word = self.slice(span).to_owned();
        let diagnostic =
            Diagnostic::error(Code::E0009, self.at(span), format!("`{word}` is not needed here"))
                .label("leave this out")
                .note(format!("In this language, {why}."))
                .fix(format!("remove `{word}`"), self.at(to_next), "");
        self.diagnostics.push(diagnostic);
        self.change(i);
        i + 1
    }

    /// `throw e` is `fail(e)`.
    fn throw(&mut self, i: usize) -> usize {
        let span = self.span(i);
        let word = self.slice(span).to_owned();
        let end = self.end_of_line(i + 1);
        let last = self.span(end.saturating_sub(1));
        let to_next = Span::new(span.start, self.span(i + 1).start.max(span.end));
        let mut diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(span),
            format!("`{word}` is written `fail(…)` here"),
        )
        .label("write `fail(…)`")
        .note("In this language, `fail(\"why\")` ends the run with an error, and `fail(error)` raises one again.");
        diagnostic.fixes.push(Fix {
            title: "change to `fail(…)`".to_owned(),
            edits: vec![
                Edit { at: self.at(to_next), text: "fail(".to_owned() },
                Edit { at: self.at(last.after()), text: ")".to_owned() },
            ],
        });
        self.diagnostics.push(diagnostic);
        self.change(i);
        i + 1
    }

    fn import(&mut self, i: usize) -> usize {
        let end = self.end_of_line(i);
        let line = self.span(i).to(self.span(end.saturating_sub(1)));
        let diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(line),
            "Nothing needs to be imported",
        )
        .label("leave this out")
        .note("All pieces are there by their names: `hubspot.create_deal(…)` works without more.")
        .fix("remove the import", self.at(line), "");
        self.diagnostics.push(diagnostic);
        self.change(i);
        end
    }

    // What stands where.

    fn keep(&mut self, token: Token) {
        if self.changed {
            self.out.push(token);
        }
    }

    /// From here on, tokens are copied.
    fn change(&mut self, i: usize) {
        if !self.changed {
            self.changed = true;
            self.out = Vec::with_capacity(self.tokens.len() + 16);
            self.out.extend(self.tokens.get(..i).unwrap_or_default());
        }
    }

    fn kind(&self, i: usize) -> Option<Kind> {
        self.tokens.get(i).map(|token| token.kind)
    }

    fn before(&self, i: usize) -> Option<Kind> {
        i.checked_sub(1).and_then(|before| self.kind(before))
    }

    fn span(&self, i: usize) -> Span {
        let end = self.text.len() as u32;
        self.tokens.get(i).map_or(Span::new(end, end), |token| token.span)
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn at(&self, span: Span) -> Location {
        Location { file: self.file, span }
    }

    /// Whether a word is neither a field's name nor a name before a colon.
    fn is_plain(&self, i: usize) -> bool {
        !matches!(self.before(i), Some(Kind::Dot | Kind::QuestionDot))
            && !matches!(self.kind(i + 1), Some(Kind::Colon))
    }

    /// Whether a word is used as a name: it is assigned, called, or looked into.
    fn is_used(&self, i: usize) -> bool {
        matches!(
            self.kind(i + 1),
            None | Some(
                Kind::Newline
                    | Kind::Equal
                    | Kind::Dot
                    | Kind::QuestionDot
                    | Kind::Semicolon
                    | Kind::Comma
                    | Kind::FatArrow
                    | Kind::BraceClose
            )
        )
    }

    fn starts_statement(&self, i: usize) -> bool {
        matches!(
            self.before(i),
            None | Some(
                Kind::Newline | Kind::Semicolon | Kind::BraceOpen | Kind::BraceClose | Kind::Less
            )
        )
    }

    /// Whether something stands between `if` or `while` and its `{`, behind a value.
    fn in_condition(&self, i: usize) -> bool {
        let before = self.tokens.get(..i).unwrap_or_default();
        let statement = before.iter().rev().map(|token| token.kind).take(NEAR).take_while(|kind| {
            !matches!(
                kind,
                Kind::Newline
                    | Kind::Semicolon
                    | Kind::BraceOpen
                    | Kind::BraceClose
                    | Kind::FatArrow
            )
        });
        statement.skip(1).any(|kind| matches!(kind, Kind::If | Kind::While))
    }

    fn line_has(&self, i: usize, wanted: Kind) -> bool {
        let rest = self.tokens.get(i..).unwrap_or_default();
        rest.iter()
            .take(NEAR)
            .take_while(|token| token.kind != Kind::Newline)
            .any(|token| token.kind == wanted)
    }

    /// The index of what ends the statement: a line's end, `;`, or a bracket that closes around it.
    fn end_of_line(&self, i: usize) -> usize {
        let mut depth = 0_u32;
        let mut end = i;
        while let Some(kind) = self.kind(end) {
            match kind {
                Kind::Newline | Kind::Semicolon if depth == 0 => break,
                Kind::Greater if depth == 0 => break,
                Kind::Newline if self.flow_ends_at(end + 1) => break,
                kind if kind.closer().is_some() => depth += 1,
                kind if kind.is_closer() && depth == 0 => break,
                kind if kind.is_closer() => depth -= 1,
                _ => {}
            }
            end += 1;
        }
        end.max(i + 1)
    }

    /// Whether a line with nothing but `>` begins at the token.
    fn flow_ends_at(&self, i: usize) -> bool {
        self.kind(i) == Some(Kind::Greater)
            && matches!(self.kind(i + 1), None | Some(Kind::Newline))
    }
}
