//! Makes brackets balance, and finds the bodies of flows.

use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::source::{FileId, Location, Span};
use crate::syntax::token::{Kind, Token};

/// Gives the same tokens with `<` and `>` around bodies marked, closers without an opener taken out, and
/// closers that are missing put in.
pub(super) fn balance(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Token> {
    let mut balancer = Balancer {
        file,
        text,
        tokens,
        stack: Vec::new(),
        indent: 0,
        body: None,
        insertions: Vec::new(),
        dropped: false,
        diagnostics,
    };
    balancer.run();
    balancer.finish()
}

/// Marks a token that is taken out; comments have no tokens here, so the kind is free.
const DROPPED: Kind = Kind::Comment;

/// How many tokens are looked at for the place where a bracket was meant to end.
const LOOK_AHEAD: usize = 2_000;

/// A bracket that is open.
#[derive(Clone, Copy)]
struct Open {
    kind: Kind,
    index: usize,
    /// How far the line that it stands on is indented.
    indent: usize,
    /// How many `(`, `[` and `{` are open since the last bracket that no stray closer can reach past.
    reach: [u32; 3],
}

/// The flow's body that is being read.
struct Body {
    /// Where its opener stands in the stack.
    level: usize,
    /// The index of its opener among the tokens.
    index: usize,
    /// The token that ends it, where it stands on one line.
    end: Option<usize>,
    /// The diagnostic of a `{` in place of `<`.
    braced: Option<usize>,
    /// The diagnostic of a `<` that is missing.
    bare: Option<usize>,
}

struct Balancer<'a> {
    file: FileId,
    text: &'a str,
    tokens: Vec<Token>,
    stack: Vec<Open>,
    /// How far the line that is being read is indented.
    indent: usize,
    body: Option<Body>,
    /// Closers to put in, each before the token of that index.
    insertions: Vec<(usize, Kind)>,
    dropped: bool,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Balancer<'_> {
    fn run(&mut self) {
        let mut opens_body = None;
        let mut bare = None;
        let mut i = 0;
        while let Some(token) = self.token(i) {
            if self.begins_line(i) {
                self.indent = column(self.text, token.span);
                self.line_start(i, token);
            }
            if let Some(end) = self.body.as_ref().and_then(|body| body.end)
                && end == i
            {
                self.close_body(i, self.kind(i) == Some(Kind::Greater));
                i += 1;
                continue;
            }
            match token.kind {
                Kind::On if self.stack.is_empty() && self.is_item_word(i) => {
                    opens_body = self.find_body(i);
                    if opens_body.is_none() {
                        bare = self.bare_body(i);
                    }
                }
                Kind::Newline if bare == Some(i) => {
                    bare = None;
                    self.open_bare_body(i);
                }
                Kind::Less | Kind::BraceOpen if opens_body == Some(i) => {
                    opens_body = None;
                    self.open_body(i);
                }
                kind if kind.closer().is_some() => self.push(kind, i),
                kind if kind.is_closer() => self.close(kind, i),
                _ => {}
            }
            i += 1;
        }
        self.end_everything(i);
    }

    /// A line that ends the body, or an item that begins at the margin, closes what is open.
    fn line_start(&mut self, i: usize, token: Token) {
        let alone = matches!(self.kind(i + 1), None | Some(Kind::Newline));
        if token.kind == Kind::Greater && alone {
            if let Some(body) = &mut self.body {
                body.end = Some(i);
            }
        } else if !self.stack.is_empty() && self.begins_item(i) && self.indent == 0 {
            self.end_everything(i);
        }
    }

    /// Closes all that is open, before the token of that index.
    fn end_everything(&mut self, i: usize) {
        if let Some(Body { level, index, bare, .. }) = self.body.take() {
            match bare {
                Some(diagnostic) => self.end_bare_body(diagnostic, i),
                None => self.unclosed_body(index, i),
            }
            self.close_down_to(level + 1, i);
            let at = self.before_newline(i);
            self.insertions.push((at, Kind::BodyClose));
            self.stack.truncate(level);
        } else if !self.stack.is_empty() {
            self.unclosed_bracket(i);
            self.close_down_to(0, i);
        }
    }

    /// Where the body of the flow begins whose `on` stands at `on`: the first `<` outside brackets in its
    /// header, else a `{` that stands in its place.
    fn find_body(&self, on: usize) -> Option<usize> {
        let mut depth = 0_u32;
        let mut in_brackets = None;
        let mut brace = None;
        let mut i = on + 1;
        while let Some(kind) = self.kind(i) {
            let next = self.kind(i + 1);
            match kind {
                Kind::Less if depth == 0 => return Some(i),
                // Another flow's.
                Kind::On if depth == 0 && self.is_item_word(i) => break,
                Kind::Less
                    if in_brackets.is_none() && matches!(next, None | Some(Kind::Newline)) =>
                {
                    in_brackets = Some(i);
                }
                Kind::Newline if depth == 0 => {
                    let goes_on = match next {
                        Some(
                            Kind::Less
                            | Kind::Arrow
                            | Kind::Within
                            | Kind::As
                            | Kind::Else
                            | Kind::BraceOpen,
                        ) => true,
                        Some(Kind::Name) if self.is(i + 1, "with") => true,
                        _ => self.kind(i - 1) == Some(Kind::Comma),
                    };
                    if !goes_on {
                        break;
                    }
                }
                Kind::Newline if self.begins_item(i + 1) && self.margin(i + 1) => break,
                Kind::BraceOpen if depth == 0 => {
                    if !self.brace_is_a_value(i) {
                        brace = Some(i);
                    }
                    depth += 1;
                }
                kind if kind.closer().is_some() => depth += 1,
                kind if kind.is_closer() => depth = depth.saturating_sub(1),
                _ => {}
            }
            i += 1;
        }
        brace.or(in_brackets)
    }

    /// Whether a `{` in a header belongs to a type or to a record: after `->`, or after a capitalised name.
    fn brace_is_a_value(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1).and_then(|before| self.token(before)) else {
            return false;
        };
        match before.kind {
            Kind::Arrow | Kind::Else => true,
            Kind::Name => self.slice(before.span).starts_with(|c: char| c.is_ascii_uppercase()),
            _ => false,
        }
    }

    fn open_body(&mut self, i: usize) {
        if !self.stack.is_empty() {
            self.unclosed_bracket(i);
            self.close_down_to(0, i);
        }
        let braced = self.kind(i) == Some(Kind::BraceOpen);
        let diagnostic = braced.then(|| self.braced_body(i));
        let next = self.kind(i + 1);
        let one_line = !braced && !matches!(next, None | Some(Kind::Newline));
        let end = one_line.then(|| self.one_line_end(i)).flatten();
        self.set_kind(i, Kind::BodyOpen);
        self.body =
            Some(Body { level: self.stack.len(), index: i, end, braced: diagnostic, bare: None });
        self.push(Kind::BodyOpen, i);
    }

    /// Where a header ends that has no `<`, though indented lines follow it as its body's would.
    fn bare_body(&self, on: usize) -> Option<usize> {
        let rest = self.tokens.get(on..)?.iter().take(LOOK_AHEAD);
        let mut depth = 0_u32;
        let mut newline = None;
        for (i, token) in rest.enumerate() {
            match token.kind {
                Kind::Newline if depth == 0 => {
                    newline = Some(on + i);
                    break;
                }
                kind if kind.closer().is_some() => depth += 1,
                kind if kind.is_closer() => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let newline = newline?;
        let header = newline > on + 1;
        let first = self.token(newline + 1)?;
        (header && first.kind.is_word() && column(self.text, first.span) > 0).then_some(newline)
    }

    /// Opens a body before a line's end, where the `<` is missing.
    fn open_bare_body(&mut self, newline: usize) {
        let before = newline.checked_sub(1).map_or(Span::default(), |last| self.at(last).span);
        let at = Location { file: self.file, span: before.after() };
        let diagnostic = Diagnostic::error(Code::E0006, at, "The flow's body has no `<` before it")
            .label("I expected `<` here")
            .note("A flow says what starts it and then what it does: `on call_finished < … >`.")
            .fix("add `<`", at, " <");
        self.diagnostics.push(diagnostic);
        let bare = Some(self.diagnostics.len() - 1);
        self.insertions.push((newline, Kind::BodyOpen));
        self.body =
            Some(Body { level: self.stack.len(), index: newline, end: None, braced: None, bare });
        self.push(Kind::BodyOpen, newline);
    }

    /// Completes the fix of a missing `<` with the `>` that is missing too.
    fn end_bare_body(&mut self, diagnostic: usize, end: usize) {
        let last = self.before_newline(end).saturating_sub(1);
        let at = Location { file: self.file, span: self.at(last).span.after() };
        let fix = self.diagnostics.get_mut(diagnostic).and_then(|told| told.fixes.first_mut());
        if let Some(fix) = fix {
            fix.edits.push(Edit { at, text: "\n>".to_owned() });
            fix.title = "add `<` and `>`".to_owned();
        }
    }

    /// The last `>` of the line. Where there is none, the end of the line; but if a line with `>` alone follows
    /// in this item, that was meant (and `close_body` says that the statements belong below the `<`).
    fn one_line_end(&self, open: usize) -> Option<usize> {
        let mut last = None;
        let mut holes = 0_u32;
        let mut i = open + 1;
        loop {
            match self.kind(i) {
                Some(Kind::HoleOpen) => holes += 1,
                Some(Kind::HoleClose) => holes = holes.saturating_sub(1),
                Some(Kind::Greater) if holes == 0 => last = Some(i),
                None | Some(Kind::Newline) => break,
                _ => {}
            }
            i += 1;
        }
        if last.is_some() || self.closes_later(i) { last } else { Some(i) }
    }

    /// Whether a line with nothing but `>` follows before the next item.
    fn closes_later(&self, newline: usize) -> bool {
        let mut i = newline;
        while let Some(kind) = self.kind(i) {
            if kind == Kind::Newline {
                let alone = matches!(self.kind(i + 2), None | Some(Kind::Newline));
                if self.kind(i + 1) == Some(Kind::Greater) && alone {
                    return true;
                }
                if self.begins_item(i + 1) && self.margin(i + 1) {
                    return false;
                }
            }
            i += 1;
        }
        false
    }

    /// Closes the body at a `>`, or before a token that is none.
    fn close_body(&mut self, i: usize, at_closer: bool) {
        let Some(body) = self.body.take() else { return };
        if self.stack.len() > body.level + 1 && at_closer {
            self.unclosed_bracket(i);
        }
        if !at_closer {
            self.unclosed_body(body.index, i);
        } else if body.end.is_some_and(|_| self.late_close(&body, i)) {
            self.one_line_only(body.index, i);
        }
        self.close_down_to(body.level + 1, i);
        self.stack.truncate(body.level);
        if at_closer {
            self.set_kind(i, Kind::BodyClose);
            self.mend_brace(&body, i);
        } else {
            self.insertions.push((i, Kind::BodyClose));
        }
    }

    /// Whether a body that began on the line of its `<` ends on a later line.
    fn late_close(&self, body: &Body, i: usize) -> bool {
        let next = self.kind(body.index + 1);
        let begins_there = !matches!(next, None | Some(Kind::Newline)) && body.braced.is_none();
        begins_there && body.bare.is_none() && self.begins_line(i)
    }

    fn push(&mut self, kind: Kind, index: usize) {
        let mut reach = match (kind, self.stack.last()) {
            (Kind::HoleOpen | Kind::BodyOpen, _) | (_, None) => [0; 3],
            (_, Some(open)) => open.reach,
        };
        if let Some(count) = slot(kind).and_then(|slot| reach.get_mut(slot)) {
            *count += 1;
        }
        self.stack.push(Open { kind, index, indent: self.indent, reach });
    }

    fn close(&mut self, closer: Kind, i: usize) {
        let Some(top) = self.stack.last().copied() else { return self.stray(i) };
        if top.kind.closer() == Some(closer) {
            self.stack.pop();
            return;
        }
        if top.kind == Kind::BodyOpen {
            let braced = self.body.as_ref().is_some_and(|body| body.braced.is_some());
            return if braced && closer == Kind::BraceClose {
                self.close_body(i, true);
            } else {
                self.stray(i);
            };
        }
        let reachable = match slot(closer) {
            Some(slot) => top.reach.get(slot).is_some_and(|count| *count > 0),
            None => true,
        };
        if reachable {
            let level = self.stack.iter().rposition(|open| open.kind.closer() == Some(closer));
            let Some(level) = level else { return self.stray(i) };
            self.unclosed_bracket(i);
            self.close_down_to(level + 1, i);
            self.stack.truncate(level);
        } else if top.kind == Kind::HoleOpen {
            self.stray(i);
        } else {
            self.wrong_closer(top, i);
            self.stack.pop();
        }
    }

    /// Puts in the closers of all brackets from that level of the stack up, the innermost first.
    fn close_down_to(&mut self, level: usize, end: usize) {
        let mut from = None;
        while self.stack.len() > level {
            let Some(open) = self.stack.pop() else { break };
            let at = self.meant_end(&open, from.unwrap_or(open.index + 1), end);
            from = Some(at);
            if let Some(closer) = open.kind.closer() {
                self.insertions.push((at, closer));
            }
        }
    }

    /// Where a bracket without a closer was meant to end: before the first line that is indented no more than
    /// the line that it was opened on, else at the end.
    fn meant_end(&self, open: &Open, from: usize, end: usize) -> usize {
        let mut depth = 0_u32;
        for i in from..end.min(from + LOOK_AHEAD) {
            match self.kind(i) {
                Some(Kind::Newline) if depth == 0 && i + 1 < end => {
                    let Some(next) = self.token(i + 1) else { continue };
                    if column(self.text, next.span) <= open.indent && !next.kind.is_closer() {
                        return i;
                    }
                }
                Some(kind) if kind.closer().is_some() => depth += 1,
                Some(kind) if kind.is_closer() => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.before_newline(end)
    }

    fn before_newline(&self, i: usize) -> usize {
        match i.checked_sub(1).and_then(|before| self.kind(before)) {
            Some(Kind::Newline) => i - 1,
            _ => i,
        }
    }

    /// The tokens with all changes made.
    fn finish(mut self) -> Vec<Token> {
        if self.dropped {
            // Insertions name tokens by index, so they come first.
            self.insert_all();
            self.tokens.retain(|token| token.kind != DROPPED);
        } else {
            self.insert_all();
        }
        self.tokens
    }

    fn insert_all(&mut self) {
        if self.insertions.is_empty() {
            return;
        }
        self.insertions.sort_by_key(|(index, _)| *index);
        let mut out = Vec::with_capacity(self.tokens.len() + self.insertions.len());
        let mut insertions = self.insertions.iter().peekable();
        let mut end = Span::default();
        for (i, token) in self.tokens.iter().enumerate() {
            while let Some((_, kind)) = insertions.next_if(|(at, _)| *at == i) {
                out.push(Token { kind: *kind, span: end });
            }
            out.push(*token);
            end = token.span.after();
        }
        out.extend(insertions.map(|(_, kind)| Token { kind: *kind, span: end }));
        self.tokens = out;
    }

    // What stands where.

    fn token(&self, i: usize) -> Option<Token> {
        self.tokens.get(i).copied()
    }

    fn kind(&self, i: usize) -> Option<Kind> {
        self.tokens.get(i).map(|token| token.kind)
    }

    /// Whether a token is that word.
    fn is(&self, i: usize, word: &str) -> bool {
        self.token(i).is_some_and(|token| self.slice(token.span) == word)
    }

    fn set_kind(&mut self, i: usize, kind: Kind) {
        if let Some(token) = self.tokens.get_mut(i) {
            token.kind = kind;
        }
    }

    fn begins_line(&self, i: usize) -> bool {
        i.checked_sub(1).is_none_or(|before| self.kind(before) == Some(Kind::Newline))
    }

    fn margin(&self, i: usize) -> bool {
        self.token(i).is_some_and(|token| column(self.text, token.span) == 0)
    }

    /// Whether the token is a keyword of items, and not a name before a colon or after a dot.
    fn is_item_word(&self, i: usize) -> bool {
        let before = i.checked_sub(1).and_then(|before| self.kind(before));
        self.kind(i + 1) != Some(Kind::Colon)
            && !matches!(before, Some(Kind::Dot | Kind::QuestionDot))
    }

    /// Whether an item begins at the token.
    fn begins_item(&self, i: usize) -> bool {
        let next = self.kind(i + 1);
        match self.kind(i) {
            Some(Kind::On | Kind::Type | Kind::Fn | Kind::Const) => self.is_item_word(i),
            Some(Kind::Action | Kind::Trigger | Kind::Connection) => {
                next.is_some_and(Kind::is_word)
            }
            Some(Kind::Default) => next == Some(Kind::Action),
            Some(word) if word.is_word() && next == Some(Kind::Colon) => {
                self.kind(i + 2) == Some(Kind::On)
            }
            Some(Kind::Name) => match next {
                Some(Kind::TextOpen) => self.is(i, "use") || self.is(i, "test"),
                Some(next) => next.is_word() && self.is(i, "use"),
                None => false,
            },
            _ => false,
        }
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    // What is wrong.

    fn at(&self, i: usize) -> Location {
        let span = self.token(i).map_or_else(
            || Span::new(self.text.len() as u32, self.text.len() as u32),
            |token| token.span,
        );
        Location { file: self.file, span }
    }

    /// The innermost bracket has no closer. Others around it may have none either, but that is one mistake.
    fn unclosed_bracket(&mut self, end: usize) {
        let Some(open) = self.stack.last().copied() else { return };
        let (opener, closer) = (shown(Some(open.kind)), shown(open.kind.closer()));
        let meant = self.meant_end(&open, open.index + 1, end);
        let place = meant.checked_sub(1).map_or_else(|| self.at(end), |last| self.at(last));
        let place = Location { file: place.file, span: place.span.after() };
        let mut diagnostic = Diagnostic::error(
            Code::E0005,
            self.at(open.index),
            format!("This `{opener}` is never closed"),
        )
        .label("opened here");
        if let Some(token) = self.token(end) {
            let here = if token.kind == Kind::Greater {
                "the flow ends here".to_owned()
            } else {
                format!("I expected `{closer}` before this")
            };
            diagnostic = diagnostic.also(self.at(end), here);
        }
        diagnostic = diagnostic.note(format!("Each `{opener}` needs a `{closer}`.")).fix(
            format!("add `{closer}`"),
            place,
            closer,
        );
        self.diagnostics.push(diagnostic);
    }

    fn wrong_closer(&mut self, open: Open, i: usize) {
        let (opener, closer) = (shown(Some(open.kind)), shown(open.kind.closer()));
        let found = shown(self.kind(i));
        let diagnostic = Diagnostic::error(
            Code::E0005,
            self.at(i),
            format!("This `{found}` does not close the `{opener}` that is open here"),
        )
        .label(format!("I expected `{closer}`"))
        .also(self.at(open.index), "opened here")
        .fix(format!("change to `{closer}`"), self.at(i), closer);
        self.diagnostics.push(diagnostic);
        if let Some(closer) = open.kind.closer() {
            self.set_kind(i, closer);
        }
    }

    fn stray(&mut self, i: usize) {
        let found = shown(self.kind(i));
        let diagnostic =
            Diagnostic::error(Code::E0005, self.at(i), format!("This `{found}` closes nothing"))
                .label("no bracket is open here")
                .note("Either it is one too many, or its opening bracket is missing further up.")
                .fix(format!("remove the `{found}`"), self.at(i), "");
        self.diagnostics.push(diagnostic);
        self.set_kind(i, DROPPED);
        self.dropped = true;
    }

    fn unclosed_body(&mut self, open: usize, end: usize) {
        let at_end = match end.checked_sub(1) {
            Some(last) => self.at(self.before_newline(last + 1).saturating_sub(1)),
            None => self.at(end),
        };
        let at_end = Location { file: self.file, span: at_end.span.after() };
        let same_line = !matches!(self.kind(open + 1), None | Some(Kind::Newline));
        let closer = if same_line { " >" } else { "\n>" };
        let diagnostic =
            Diagnostic::error(Code::E0006, at_end, "The flow's body is not closed")
                .label("I expected `>` before this")
                .also(self.at(open), "the body begins here")
                .note(if same_line {
                    "A body that begins on the line of its `<` ends on that line, with a `>`. For more than one \
                     line, begin it on the line after the `<`."
                } else {
                    "A flow's body ends with a line that holds nothing but `>`."
                })
                .fix("close the body", at_end, closer);
        self.diagnostics.push(diagnostic);
    }

    fn one_line_only(&mut self, open: usize, end: usize) {
        let after = Location { file: self.file, span: self.at(open).span.after() };
        let diagnostic = Diagnostic::error(
            Code::E0006,
            self.at(open),
            "A body that begins on the line of its `<` has to end on that line",
        )
        .label("the body begins on this line")
        .also(self.at(end), "and ends on another")
        .note("Begin the statements on the line after the `<`.")
        .fix("break the line after `<`", after, "\n ");
        self.diagnostics.push(diagnostic);
    }

    fn braced_body(&mut self, i: usize) -> usize {
        let diagnostic =
            Diagnostic::error(Code::E0007, self.at(i), "A flow's body stands between `<` and `>`")
                .label("`<` opens the body")
                .note("Braces are for blocks inside a flow: of an `if`, a `for` or a function.")
                .fix("use `<` and `>`", self.at(i), "<");
        self.diagnostics.push(diagnostic);
        self.diagnostics.len() - 1
    }

    /// Completes the fix of a `{` in place of `<` with what becomes of its `}`.
    fn mend_brace(&mut self, body: &Body, closer: usize) {
        let at = self.at(closer);
        let fix = body
            .braced
            .and_then(|index| self.diagnostics.get_mut(index))
            .and_then(|diagnostic| diagnostic.fixes.first_mut());
        if let Some(Fix { edits, .. }) = fix {
            edits.push(Edit { at, text: ">".to_owned() });
        }
    }
}

fn slot(kind: Kind) -> Option<usize> {
    match kind {
        Kind::ParenOpen | Kind::ParenClose => Some(0),
        Kind::BracketOpen | Kind::BracketClose => Some(1),
        Kind::BraceOpen | Kind::BraceClose => Some(2),
        _ => None,
    }
}

fn shown(kind: Option<Kind>) -> &'static str {
    kind.and_then(Kind::text).unwrap_or_default()
}

/// How many bytes stand before a range on its line.
fn column(text: &str, span: Span) -> usize {
    let before = text.as_bytes().get(..span.start as usize).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte != b'\n').count()
}
