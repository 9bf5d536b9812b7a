//! Keeps the line ends that end something, and cuts out what is nested too deep.
//!
//! A line that breaks off, after an operator say, goes on with the next one where that is indented deeper. Else
//! something is missing at its end, and the next line is read as its own: a line that is being typed takes
//! nothing of what follows it.

use super::Layout;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Location, Span};
use crate::syntax::token::{Kind, Token};

/// How many brackets may be open at once.
const BRACKETS: usize = 200;

/// How many operators, calls and dots may be chained in one expression, those around it included. With
/// [`BRACKETS`], it bounds the depth of a tree.
const LINKS: u32 = 300;

/// Reads balanced tokens.
pub(super) fn lay_out(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Layout {
    let mut out =
        Layout { kinds: Vec::with_capacity(tokens.len()), spans: Vec::with_capacity(tokens.len()) };
    let mut depth = Depth::default();
    let mut entries = Entries::default();
    let mut too_deep: Option<Span> = None;
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        let next = tokens.get(i + 1).map(|token| token.kind);
        let before = out.kinds.last().copied();
        let mut kind = token.kind;
        if kind.is_keyword() && is_plain_name(before, next) {
            kind = Kind::Name;
        }
        if kind == Kind::Newline {
            let after = tokens.get(i + 2).map(|token| token.kind);
            entries.line(text, tokens.get(i + 1));
            if depth.keeps_newlines()
                && (ends_line(before) && !continues(before, next, after)
                    || is_half_typed(before, next, after)
                    || breaks_off(before, next) && !entries.goes_deeper())
            {
                depth.separate();
                entries.begin();
                out.push(kind, token.span);
            } else if begins_entry(before) {
                entries.begin();
            }
            i += 1;
            continue;
        }
        match depth.step(kind, before) {
            Step::Keep => {
                entries.step(kind);
                out.push(kind, token.span);
                i += 1;
            }
            Step::CutBracket => {
                too_deep.get_or_insert(token.span);
                out.push(Kind::Cut, token.span);
                i = after_bracket(&tokens, i);
            }
            Step::CutChain => {
                too_deep.get_or_insert(token.span);
                i = after_chain(&tokens, i, depth.keeps_newlines());
            }
        }
    }
    if let Some(span) = too_deep {
        // What stands in a part that is not read is not told of.
        diagnostics.retain(|it| it.code != Code::E0005 || it.primary.at.span.start < span.start);
        diagnostics.push(
            Diagnostic::error(Code::E0008, Location { file, span }, "This is nested too deep")
                .label("I stopped reading here")
                .note(format!(
                    "Up to {BRACKETS} brackets may stand in each other, and up to {LINKS} operators in a row. Give \
                     parts of it a name of their own, or move them to a function."
                )),
        );
    }
    out
}

impl Layout {
    fn push(&mut self, kind: Kind, span: Span) {
        self.kinds.push(kind);
        self.spans.push(span);
    }
}

/// Whether a keyword stands where only a name can: after a dot, or before a colon.
fn is_plain_name(before: Option<Kind>, next: Option<Kind>) -> bool {
    matches!(before, Some(Kind::Dot | Kind::QuestionDot)) || next == Some(Kind::Colon)
}

/// Whether something can end after this token.
fn ends_line(before: Option<Kind>) -> bool {
    use Kind::*;
    match before {
        Option::None => false,
        Some(kind) => {
            !kind.is_infix()
                && kind.closer().is_none()
                && !matches!(
                    kind,
                    Newline
                        | Semicolon
                        | Comma
                        | Colon
                        | Equal
                        | PlusEqual
                        | MinusEqual
                        | StarEqual
                        | SlashEqual
                        | PercentEqual
                        | Arrow
                        | FatArrow
                        | Dot
                        | QuestionDot
                        | Pipe
                        | Not
                        | Spread
                )
        }
    }
}

/// Whether a line breaks off after an operator or a dot, for the next one is a statement of its own: so that
/// `x =` at the end of a line takes nothing of what follows.
fn is_half_typed(before: Option<Kind>, next: Option<Kind>, after: Option<Kind>) -> bool {
    use Kind::*;
    let breaks_off = before
        .is_some_and(|kind| kind.is_infix() || matches!(kind, Equal | Dot | QuestionDot | Not));
    let statement = match next {
        Some(Return | For | While | Wait | Try | Stop | Var | Break | Continue) => true,
        Some(kind) if kind.is_word() => matches!(
            after,
            Some(Equal | PlusEqual | MinusEqual | StarEqual | SlashEqual | PercentEqual | Colon)
        ),
        _ => false,
    };
    breaks_off && statement
}

/// Whether a line behind this token begins an entry.
fn begins_entry(before: Option<Kind>) -> bool {
    before.is_some_and(|kind| {
        kind.closer().is_some() || matches!(kind, Kind::Comma | Kind::Semicolon | Kind::Newline)
    })
}

/// Whether something is missing at a line's end, unless the next line goes on: not after a comma, behind which
/// another entry follows.
fn breaks_off(before: Option<Kind>, next: Option<Kind>) -> bool {
    use Kind::*;
    let open = before.is_some_and(|kind| {
        kind.closer().is_none() && !matches!(kind, Newline | Semicolon | Comma)
    });
    let free = match next {
        Option::None | Some(Newline | BodyOpen) => true,
        // A label may stand above its flow.
        Some(On) => before == Some(Colon),
        Some(kind) => kind.is_closer(),
    };
    open && !ends_line(before) && !free
}

/// Where entries and statements begin: a line that goes on with one is indented deeper than its first line.
#[derive(Default)]
struct Entries {
    /// How far the line that is being read is indented.
    line: usize,
    /// How far the line is indented that the innermost entry began on.
    entry: usize,
    /// The entries around it, one a bracket.
    outer: Vec<usize>,
}

impl Entries {
    /// A line begins with this token.
    fn line(&mut self, text: &str, first: Option<&Token>) {
        let start = first.map_or(0, |token| token.span.start as usize);
        let before = text.as_bytes().get(..start).unwrap_or_default();
        self.line = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    /// The next entry begins.
    fn begin(&mut self) {
        self.entry = self.line;
    }

    /// Whether the line may go on with the entry.
    fn goes_deeper(&self) -> bool {
        self.line > self.entry
    }

    fn step(&mut self, kind: Kind) {
        if kind.closer().is_some() {
            self.outer.push(self.entry);
        } else if kind.is_closer() {
            self.entry = self.outer.pop().unwrap_or_default();
        }
    }
}

/// Whether the next line goes on with what this one began.
fn continues(before: Option<Kind>, next: Option<Kind>, after: Option<Kind>) -> bool {
    use Kind::*;
    match next {
        Option::None => true,
        // `else =>` is an arm of a match.
        Some(Else) => before == Some(BraceClose) && !matches!(after, Some(FatArrow | Colon)),
        // `and: string` is a field.
        Some(And | Or | Catch) => after != Some(Colon),
        Some(Dot | QuestionDot | QuestionQuestion | Pipe | Arrow | BodyOpen | Comma | Newline) => {
            true
        }
        Some(As | Within) => false,
        Some(kind) => kind.is_closer(),
    }
}

/// What becomes of a token.
enum Step {
    Keep,
    /// It opens a bracket too many.
    CutBracket,
    /// It makes a chain too long.
    CutChain,
}

/// How deep a tree of the tokens so far is at most.
#[derive(Default)]
struct Depth {
    /// The open brackets, each with the links of the chain that it stands in.
    open: Vec<(Kind, u32)>,
    /// The links of the chain that is being read, those around it included.
    links: u32,
}

impl Depth {
    /// Whether a newline may end something: not in `(`, `[` and holes of texts.
    fn keeps_newlines(&self) -> bool {
        !matches!(self.open.last(), Some((Kind::ParenOpen | Kind::BracketOpen | Kind::HoleOpen, _)))
    }

    /// A new chain begins.
    fn separate(&mut self) {
        self.links = self.open.last().map_or(0, |(_, links)| *links);
    }

    fn step(&mut self, kind: Kind, before: Option<Kind>) -> Step {
        if kind.is_closer() {
            if let Some((_, links)) = self.open.pop() {
                self.links = links;
            }
            return Step::Keep;
        }
        if matches!(kind, Kind::Comma | Kind::Semicolon) {
            self.separate();
            return Step::Keep;
        }
        if is_link(kind, before) {
            if self.links >= LINKS {
                return Step::CutChain;
            }
            self.links += 1;
        }
        if kind.closer().is_some() {
            if self.open.len() >= BRACKETS {
                return Step::CutBracket;
            }
            self.open.push((kind, self.links));
        }
        Step::Keep
    }
}

/// Whether a token makes the tree of its expression deeper.
fn is_link(kind: Kind, before: Option<Kind>) -> bool {
    use Kind::*;
    match kind {
        Dot | QuestionDot | Question | Not | Bang | Match | For | FatArrow => true,
        If => before != Some(Else),
        ParenOpen | BracketOpen => before.is_some_and(Kind::is_closer),
        kind => kind.is_infix(),
    }
}

/// The index after the bracket that opens at `i`.
fn after_bracket(tokens: &[Token], i: usize) -> usize {
    let mut depth = 0_u32;
    for (j, token) in tokens.iter().enumerate().skip(i) {
        if token.kind.closer().is_some() {
            depth += 1;
        } else if token.kind.is_closer() {
            depth -= 1;
            if depth == 0 {
                return j + 1;
            }
        }
    }
    tokens.len()
}

/// The index of what ends the chain that is too long at `i`.
fn after_chain(tokens: &[Token], i: usize, newlines: bool) -> usize {
    let mut depth = 0_u32;
    for (j, token) in tokens.iter().enumerate().skip(i) {
        match token.kind {
            Kind::Comma | Kind::Semicolon if depth == 0 => return j,
            Kind::Newline if depth == 0 && newlines => return j,
            kind if kind.closer().is_some() => depth += 1,
            kind if kind.is_closer() && depth == 0 => return j,
            kind if kind.is_closer() => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}
