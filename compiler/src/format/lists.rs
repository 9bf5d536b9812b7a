//! Lists between brackets, and when they break.
//!
//! What stands between parentheses or square brackets is on one line where it fits, and else one part a line.
//! Braces remember: where the author ended the line after `{`, it stays ended. So an author can spread a record
//! out to be read, and close it up again by joining its first two lines.

use super::builder::{Builder, Mark};
use super::document::{Doc, Line, Node};
use crate::syntax::token::Kind;
use crate::syntax::tree::{Argument, Element, Entry, Expr, ExprKind};

/// What stands between the parts of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comma {
    /// A comma, and one more after the last part where each stands on a line of its own.
    Always,
    /// A comma on one line; nothing where each stands on a line of its own.
    OnOneLine,
    /// None: each part stands on a line of its own.
    Never,
}

/// How a list in braces is written.
pub(super) struct Braces<T> {
    /// What stands after a part.
    pub(super) comma: fn(&T) -> Comma,
    /// Whether its parts stand on lines of their own in any case.
    pub(super) broken: bool,
}

const SPACED: Line = Line { space: true, hard: false, blank: false };
const TIGHT: Line = Line { space: false, hard: false, blank: false };

impl<'a> Builder<'a> {
    /// `{ a, b }`
    pub(super) fn braces<T>(
        &mut self,
        list: &[T],
        Braces { comma, broken }: Braces<T>,
        mut write: impl FnMut(&mut Builder<'a>, &T),
    ) {
        let mark = self.mark();
        self.token(Kind::BraceOpen);
        let hard = broken || self.line_ends_here();
        if list.is_empty() && !self.has_comments() {
            return self.token(Kind::BraceClose);
        }
        let inner = self.mark();
        for (i, part) in list.iter().enumerate() {
            let line = Line { hard, ..SPACED };
            if i == 0 {
                self.separate(line)
            } else {
                self.separate_parts(line)
            }
            write(self, part);
            self.comma(i + 1 == list.len(), comma(part));
        }
        self.close(inner, Line { hard, ..SPACED });
        self.token(Kind::BraceClose);
        self.group(mark);
    }

    /// Ends what is indented since the mark, with the comments that stand before the closing bracket.
    pub(super) fn close(&mut self, inner: Mark, line: Line) {
        let commented = self.has_comments();
        if commented {
            self.write_comment_lines();
        }
        self.indent(inner);
        self.push(Node::Line(Line { hard: line.hard || commented, ..line }));
    }

    /// What stands after a part of a list.
    pub(super) fn comma(&mut self, last: bool, style: Comma) {
        let written = self.kind() == Some(Kind::Comma);
        if written && self.has_documentation() {
            // It would document the next part if it stood behind the comma.
            return self.take();
        }
        if written {
            self.skip();
        }
        self.push(match style {
            Comma::Never => Node::Text(""),
            Comma::Always if last => Node::Either { flat: "", broken: "," },
            Comma::Always => Node::Text(","),
            Comma::OnOneLine if last => Node::Text(""),
            Comma::OnOneLine if self.continues_line() => Node::Text(","),
            Comma::OnOneLine => Node::Either { flat: ",", broken: "" },
        });
    }

    /// Whether the next token, as a field's name, would go on with the line before.
    fn continues_line(&self) -> bool {
        matches!(self.kind(), Some(Kind::And | Kind::Or | Kind::Catch | Kind::Else))
    }

    /// `(a, b)` or `[a, b]`: on one line, else one part a line.
    pub(super) fn brackets<T>(
        &mut self,
        (open, close): (Kind, Kind),
        list: &[T],
        mut write: impl FnMut(&mut Builder<'a>, &T),
    ) {
        let mark = self.mark();
        self.token(open);
        if list.is_empty() && !self.has_comments() {
            return self.token(close);
        }
        let inner = self.mark();
        for (i, part) in list.iter().enumerate() {
            if i == 0 {
                self.separate(TIGHT)
            } else {
                self.separate_parts(SPACED)
            }
            write(self, part);
            self.comma(i + 1 == list.len(), Comma::Always);
        }
        self.close(inner, TIGHT);
        self.token(close);
        self.group(mark);
    }

    /// `(a, name: b)`. Where the last argument is a list, a record, a function or a long text and all else fits
    /// on the line, only the last one breaks.
    pub(super) fn arguments(&mut self, list: &[Argument]) {
        let Some((last, head)) = list.split_last() else {
            return self.brackets((Kind::ParenOpen, Kind::ParenClose), list, Self::argument);
        };
        if !self.hugs(last, head) {
            return self.brackets((Kind::ParenOpen, Kind::ParenClose), list, Self::argument);
        }
        let mark = self.mark();
        self.token(Kind::ParenOpen);
        let open = self.cut(mark);
        for (i, argument) in head.iter().enumerate() {
            if i == 0 {
                self.separate(TIGHT)
            } else {
                self.separate_parts(SPACED)
            }
            self.argument(argument);
            self.comma(false, Comma::Always);
        }
        if head.is_empty() {
            self.separate(TIGHT)
        } else {
            self.separate_parts(SPACED)
        }
        let before = self.cut(mark);
        self.argument(last);
        let argument = self.cut(mark);
        self.comma(true, Comma::Always);
        let after = self.mark();
        self.close(after, TIGHT);
        let end = self.cut(mark);
        self.token(Kind::ParenClose);
        let close = self.cut(mark);
        self.hug([open, before, argument, end, close]);
    }

    /// Adds the two ways to write arguments.
    fn hug(&mut self, [open, before, last, end, close]: [Doc; 5]) {
        let mark = self.mark();
        for part in [before, last] {
            self.push_doc(part);
        }
        self.indent(mark);
        let inner = self.cut(mark);
        let broken = self.docs.concat([open, inner, end, close].into_iter());
        if self.docs.flat_width(before).is_none() || self.docs.flat_width(end).is_none() {
            self.push_doc(broken);
            return self.group(mark);
        }
        let before = self.docs.add(Node::Flat(before));
        let end = self.docs.add(Node::Flat(end));
        let hugged = self.docs.concat([open, before, last, end, close].into_iter());
        self.push(Node::Hug { broken, hugged });
    }

    /// Whether the last of some arguments may break alone.
    fn hugs(&self, last: &Argument, head: &[Argument]) -> bool {
        let alone = head.is_empty();
        let spreads = |value: &Expr| {
            matches!(
                value.kind,
                ExprKind::Record(_)
                    | ExprKind::Tagged { .. }
                    | ExprKind::List(_)
                    | ExprKind::Lambda { .. }
            ) || self.is_long_text(value)
        };
        let chooses = matches!(last.value.kind, ExprKind::If { .. } | ExprKind::Match { .. });
        (spreads(&last.value) || alone && chooses) && !head.iter().any(|it| spreads(&it.value))
    }

    /// Whether it is a text of several lines.
    fn is_long_text(&self, value: &Expr) -> bool {
        matches!(value.kind, ExprKind::Text(_)) && self.slice(value.span).contains('\n')
    }

    /// `name: value`
    pub(super) fn argument(&mut self, argument: &Argument) {
        if let Some(name) = &argument.name {
            self.name(name);
            self.token(Kind::Colon);
            self.space();
        }
        self.expr(&argument.value);
    }

    /// `[a, ...b]`
    pub(super) fn list_literal(&mut self, elements: &[Element]) {
        self.brackets((Kind::BracketOpen, Kind::BracketClose), elements, |builder, element| {
            if element.spread {
                builder.token(Kind::Spread);
            }
            builder.expr(&element.value);
        });
    }

    /// `{ name: a, name, ...b }`
    pub(super) fn record_literal(&mut self, entries: &[Entry]) {
        let style = Braces { comma: |_| Comma::Always, broken: false };
        self.braces(entries, style, |builder, entry| match entry {
            Entry::Field { name, shorthand: true, .. } => builder.name(name),
            Entry::Field { name, value, .. } => {
                builder.name(name);
                builder.token(Kind::Colon);
                builder.space();
                builder.expr(value);
            }
            Entry::Spread(value) => {
                builder.token(Kind::Spread);
                builder.expr(value);
            }
        });
    }
}
