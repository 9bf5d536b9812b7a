//! Words and signs of other languages.
//!
//! The grammar never sees them. This pass goes over the tokens before they are laid out: what has a counterpart
//! becomes that, with a fix that says so, and what has none is left out, so that the rest of the file is read
//! as usual. A word is foreign only where no name could stand: `end = 3` binds a name.

mod blocks;
mod loops;
mod signs;
mod single;
mod slips;
mod switch;
mod types;

use self::blocks::OpenBlock;
use super::token::{Kind, Token};
use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::source::{FileId, Location, Span};

/// How many tokens of a line are looked at around a word, so that a line of any length is read in linear time.
const NEAR: usize = 200;

/// Replaces and leaves out. Of what comes out, no token is [`Kind::Foreign`].
pub(super) fn replace(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Token> {
    let mut pass = Pass {
        file,
        text,
        tokens,
        out: Vec::new(),
        diagnostics,
        changed: false,
        blocks: Vec::new(),
        dropped: Vec::new(),
        functions: None,
    };
    let mut i = 0;
    while i < pass.tokens.len() {
        i = pass.token(i);
    }
    pass.end_blocks(i);
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
    /// Blocks that began with a `:` or a `then`.
    blocks: Vec<OpenBlock>,
    /// Closers to leave out, the next one last.
    dropped: Vec<usize>,
    /// The names of the file's functions, once somebody asked.
    functions: Option<Vec<&'a str>>,
}

impl Pass<'_> {
    /// Handles the token at `i`, and gives the index of the next.
    fn token(&mut self, i: usize) -> usize {
        let Some(token) = self.tokens.get(i).copied() else { return i + 1 };
        if self.dropped.last() == Some(&i) {
            self.dropped.pop();
            self.change(i);
            return i + 1;
        }
        let handled = match token.kind {
            Kind::Foreign => self.foreign(i),
            Kind::Newline if !self.blocks.is_empty() => {
                self.line_ends(i);
                None
            }
            Kind::Equal if self.in_condition(i) => Some(self.exchange(
                i,
                "==",
                &[Kind::EqualEqual],
                "`=` gives a name its value, and two values are compared by `==`",
            )),
            Kind::Const if self.is_plain(i) && self.starts_statement(i) => self.inner_const(i),
            Kind::Default if self.kind(i + 1) == Some(Kind::FatArrow) => {
                Some(self.exchange(i, "else", &[Kind::Else], "what is left is taken by `else`"))
            }
            Kind::Else if !self.blocks.is_empty() => self.block_else(i),
            Kind::Colon => self.colon(i),
            Kind::For => self.for_in_parens(i),
            Kind::Int => self.unit(i),
            Kind::Name => self.generic(i).or_else(|| self.slip(i)),
            _ => self.sign(i, token.kind),
        };
        handled.unwrap_or_else(|| {
            self.keep(i);
            i + 1
        })
    }

    // What is said, and what becomes of the tokens.

    /// Takes other tokens for this one.
    fn exchange(&mut self, i: usize, meant: &str, kinds: &[Kind], why: &str) -> usize {
        self.exchange_all(i, 1, meant, kinds, why)
    }

    /// Takes other tokens for some.
    fn exchange_all(
        &mut self,
        i: usize,
        count: usize,
        meant: &str,
        kinds: &[Kind],
        why: &str,
    ) -> usize {
        let span = self.span(i).to(self.span(i + count.saturating_sub(1)));
        let shown = meant.trim();
        let diagnostic = self.written(span, shown, why).fix(
            format!("change to `{shown}`"),
            self.at(span),
            meant,
        );
        self.diagnostics.push(diagnostic);
        self.put(i, span, kinds);
        // What comes next is judged by what it meant.
        let last = i + count.saturating_sub(1);
        if let (Some(token), Some(kind)) = (self.tokens.get_mut(last), kinds.last()) {
            token.kind = *kind;
        }
        i + count
    }

    /// Says that something is written otherwise here.
    fn written(&self, span: Span, meant: &str, why: &str) -> Diagnostic {
        let written = self.slice(span);
        Diagnostic::error(
            Code::E0009,
            self.at(span),
            format!("`{written}` is written `{meant}` here"),
        )
        .label(format!("write `{meant}`"))
        .note(format!("In this language, {why}."))
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

    /// Reports with several edits, in order of position.
    fn mend(&mut self, diagnostic: Diagnostic, title: &str, edits: Vec<(Span, String)>) {
        let mut diagnostic = diagnostic;
        let edits =
            edits.into_iter().map(|(span, text)| Edit { at: self.at(span), text }).collect();
        diagnostic.fixes.push(Fix { title: title.to_owned(), edits, sure: true });
        self.diagnostics.push(diagnostic);
    }

    /// Puts tokens of those kinds in the place of the one at `i`.
    fn put(&mut self, i: usize, span: Span, kinds: &[Kind]) {
        self.change(i);
        self.out.extend(kinds.iter().map(|kind| Token { kind: *kind, span }));
    }

    /// Keeps the token; a foreign word is a name then.
    fn keep(&mut self, i: usize) {
        let Some(token) = self.tokens.get_mut(i) else { return };
        if token.kind == Kind::Foreign {
            token.kind = Kind::Name;
        }
        if self.changed {
            self.out.push(*token);
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

    // What stands where.

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

    /// The text of a token.
    fn word(&self, i: usize) -> &str {
        self.slice(self.span(i))
    }

    fn at(&self, span: Span) -> Location {
        Location { file: self.file, span }
    }

    /// Whether nothing stands between a token and the next.
    fn adjacent(&self, i: usize) -> bool {
        i + 1 < self.tokens.len() && self.span(i).end == self.span(i + 1).start
    }

    /// Whether a word is neither a field's name nor a name before a colon.
    fn is_plain(&self, i: usize) -> bool {
        !matches!(self.before(i), Some(Kind::Dot | Kind::QuestionDot))
            && !matches!(self.kind(i + 1), Some(Kind::Colon))
    }

    fn starts_statement(&self, i: usize) -> bool {
        matches!(
            self.before(i),
            None | Some(
                Kind::Newline | Kind::Semicolon | Kind::BraceOpen | Kind::BraceClose | Kind::Less
            )
        )
    }

    /// Whether a value may end with the token before.
    fn follows_value(&self, i: usize) -> bool {
        match self.before(i) {
            Some(
                Kind::ParenClose
                | Kind::BracketClose
                | Kind::BraceClose
                | Kind::TextClose
                | Kind::Int
                | Kind::Number
                | Kind::Duration
                | Kind::Date
                | Kind::Time
                | Kind::None
                | Kind::Null
                | Kind::True
                | Kind::False,
            ) => true,
            Some(kind) => kind.is_word() && !kind.is_keyword(),
            None => false,
        }
    }

    /// Whether a value may begin with a token.
    fn begins_value(&self, i: usize) -> bool {
        match self.kind(i) {
            Some(
                Kind::ParenOpen
                | Kind::BracketOpen
                | Kind::TextOpen
                | Kind::Int
                | Kind::Number
                | Kind::Duration
                | Kind::Date
                | Kind::Time
                | Kind::None
                | Kind::Null
                | Kind::True
                | Kind::False
                | Kind::Not
                | Kind::Bang,
            ) => true,
            Some(kind) => kind.is_word() && !kind.is_keyword(),
            None => false,
        }
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

    /// The index of the first token of the line.
    fn line_start(&self, i: usize) -> usize {
        let before = self.tokens.get(..i).unwrap_or_default();
        let line = before.iter().rev().take(NEAR);
        i - line.take_while(|token| token.kind != Kind::Newline).count()
    }

    fn line_has(&self, i: usize, wanted: Kind) -> bool {
        self.find_on_line(i, |kind| kind == wanted).is_some()
    }

    /// The first such token from `i` on, on its line and near.
    fn find_on_line(&self, i: usize, wanted: impl Fn(Kind) -> bool) -> Option<usize> {
        let rest = self.tokens.get(i..).unwrap_or_default();
        let mut line = rest.iter().take(NEAR).take_while(|token| token.kind != Kind::Newline);
        line.position(|token| wanted(token.kind)).map(|offset| i + offset)
    }

    /// The closer of the bracket that opens at `i`, where it is near.
    fn closer_of(&self, i: usize) -> Option<usize> {
        let mut depth = 0_u32;
        for (offset, token) in self.tokens.get(i..)?.iter().take(NEAR).enumerate() {
            if token.kind.closer().is_some() {
                depth += 1;
            } else if token.kind.is_closer() {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i + offset);
                }
            }
        }
        None
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
