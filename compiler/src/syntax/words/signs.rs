//! Signs of other languages: operators, `|` between patterns, `? :`, `{{ }}`.

use super::Pass;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Kind;

impl Pass<'_> {
    /// A sign that is none of this language, or that stands where it has no meaning.
    pub(super) fn sign(&mut self, i: usize, kind: Kind) -> Option<usize> {
        const WORDS: &str = "operators are words where there is a word for them";
        match kind {
            Kind::AndAnd => Some(self.exchange(i, "and", &[Kind::And], WORDS)),
            Kind::OrOr => Some(self.exchange(i, "or", &[Kind::Or], WORDS)),
            Kind::Bang if self.follows_value(i) && !self.begins_value(i + 1) => Some(self.force(i)),
            Kind::Bang => Some(self.exchange(i, "not ", &[Kind::Not], WORDS)),
            Kind::EqualEqualEqual => {
                Some(self.exchange(i, "==", &[Kind::EqualEqual], "`==` compares values and types"))
            }
            Kind::NotEqualEqual => {
                Some(self.exchange(i, "!=", &[Kind::NotEqual], "`!=` compares values and types"))
            }
            Kind::Plus | Kind::Minus => self.step(i, kind),
            Kind::Less => self.unequal(i),
            Kind::Arrow => self.arrow_of_lambda(i),
            Kind::FatArrow => self.arrow_of_result(i),
            Kind::Question => self.ternary(i),
            Kind::HoleOpen => self.template(i),
            Kind::Pipe => self.pattern_bar(i),
            _ => None,
        }
    }

    /// `x!`, which takes an optional for what it holds.
    fn force(&mut self, i: usize) -> usize {
        let span = self.span(i);
        let diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(span),
            "An optional is not forced by `!`",
        )
        .label("say what happens where it is missing")
        .note("In this language, `x ?? fail(\"why\")` is the value, or fails the run; `if x != none { … }` asks first.")
        .offer("fail where it is missing", self.at(span), " ?? fail(\"missing\")");
        self.diagnostics.push(diagnostic);
        self.change(i);
        i + 1
    }

    /// `x++`, `x--`
    fn step(&mut self, i: usize, kind: Kind) -> Option<usize> {
        let twice = self.kind(i + 1) == Some(kind) && self.adjacent(i);
        if !twice || !self.follows_value(i) || self.begins_value(i + 2) {
            return None;
        }
        let (meant, assign) = match kind {
            Kind::Plus => (" += 1", Kind::PlusEqual),
            _ => (" -= 1", Kind::MinusEqual),
        };
        let why = "a `var` is counted up by `+= 1` and down by `-= 1`";
        Some(self.exchange_all(i, 2, meant, &[assign, Kind::Unknown], why))
    }

    /// `a <> b`; `on x <>` is an empty body.
    fn unequal(&mut self, i: usize) -> Option<usize> {
        let both = self.kind(i + 1) == Some(Kind::Greater) && self.adjacent(i);
        if !both || !self.begins_value(i + 2) {
            return None;
        }
        Some(self.exchange_all(
            i,
            2,
            "!=",
            &[Kind::NotEqual],
            "values that differ are compared by `!=`",
        ))
    }

    /// `x -> x.name` as an argument or an arm.
    fn arrow_of_lambda(&mut self, i: usize) -> Option<usize> {
        let start = self.line_start(i);
        let declares = self.tokens.get(start..i).unwrap_or_default().iter().any(|token| {
            matches!(token.kind, Kind::On | Kind::Fn | Kind::Action | Kind::Trigger)
                || token.kind == Kind::Foreign
        });
        // Parameters, or a header, may take several lines.
        let goes_on = start == i
            || self.closes_earlier(start, i)
            || matches!(
                self.kind(start),
                Some(Kind::ParenClose | Kind::BraceClose | Kind::As | Kind::Within)
            );
        if declares || goes_on || !self.follows_value(i) {
            return None;
        }
        Some(self.exchange(
            i,
            "=>",
            &[Kind::FatArrow],
            "`=>` stands in lambdas and arms, and `->` before the type of a result",
        ))
    }

    /// `"a" | "b" =>`: all bars of an arm are one mistake.
    fn pattern_bar(&mut self, i: usize) -> Option<usize> {
        let arrow = self.find_on_line(i, |kind| !is_of_pattern(kind))?;
        if self.kind(arrow) != Some(Kind::FatArrow) {
            return None;
        }
        let bars = (i..arrow).filter(|at| self.kind(*at) == Some(Kind::Pipe));
        let bars: Vec<usize> = bars.collect();
        let diagnostic =
            self.written(self.span(i), ",", "the patterns of an arm are separated by commas");
        let edits = bars.iter().map(|bar| (self.with_space(*bar), ",".to_owned())).collect();
        self.mend(diagnostic, "change to `,`", edits);
        for bar in bars {
            self.become_kind(bar, Kind::Comma);
        }
        None
    }

    /// Whether a bracket closes on a line before `end` that was opened on an earlier one.
    fn closes_earlier(&self, start: usize, end: usize) -> bool {
        let mut open = 0_u32;
        self.tokens.get(start..end).unwrap_or_default().iter().any(|token| {
            if token.kind.is_closer() && open == 0 {
                return true;
            }
            if token.kind.is_closer() {
                open -= 1;
            } else if token.kind.closer().is_some() {
                open += 1;
            }
            false
        })
    }

    /// `fn f() => T`
    fn arrow_of_result(&mut self, i: usize) -> Option<usize> {
        if self.before(i) != Some(Kind::ParenClose) {
            return None;
        }
        let start = self.line_start(i);
        let declares =
            self.kind(start) == Some(Kind::Fn) && self.closer_of(start + 2) == Some(i - 1);
        declares.then(|| {
            self.exchange(
                i,
                "->",
                &[Kind::Arrow],
                "`->` stands before the type of a result, and `=>` in lambdas",
            )
        })
    }

    /// `:` of other languages: `:=`, the result's type of a function, and the end of a line that opens a block.
    pub(super) fn colon(&mut self, i: usize) -> Option<usize> {
        match self.kind(i + 1) {
            Some(Kind::Equal) if self.adjacent(i) => Some(self.exchange_all(
                i,
                2,
                "=",
                &[Kind::Equal],
                "a name is bound by `name = value`",
            )),
            None | Some(Kind::Newline) => self.block_colon(i),
            Some(_) if self.before(i) == Some(Kind::ParenClose) => {
                let start = self.line_start(i);
                let declares = matches!(self.kind(start), Some(Kind::Fn | Kind::Foreign))
                    && self.closer_of(start + 2) == Some(i - 1);
                declares.then(|| {
                    self.exchange(
                        i,
                        " ->",
                        &[Kind::Arrow],
                        "`->` stands before the type of a result",
                    )
                })
            }
            _ => None,
        }
    }

    /// `a ? b : c`. What it is made of is left out.
    fn ternary(&mut self, i: usize) -> Option<usize> {
        let clause = self.kind(i + 1).is_some_and(Kind::is_soft_word);
        if !self.follows_value(i) || !self.begins_value(i + 1) || clause {
            return None;
        }
        let colon = self.outside_brackets(i + 1, |kind| kind == Kind::Colon)?;
        let end = self.outside_brackets(colon + 1, |kind| {
            kind.is_closer() || matches!(kind, Kind::Newline | Kind::Comma | Kind::Semicolon)
        });
        let end = end.unwrap_or(self.tokens.len());
        let start = self.value_start(i);
        if end == colon + 1 || start == i {
            return None;
        }
        let whole = self.span(start).to(self.span(end - 1));
        let condition = self.slice(self.span(start).to(self.span(i - 1)));
        let then = self.slice(self.span(i + 1).to(self.span(colon - 1)));
        let otherwise = self.slice(self.span(colon + 1).to(self.span(end - 1)));
        let meant = format!("if {condition} {{ {then} }} else {{ {otherwise} }}");
        let diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(self.span(i)),
            "`a ? b : c` is written `if a { b } else { c }` here",
        )
        .label("write `if … { … } else { … }`")
        .note("In this language, an `if` is a value: that of the branch that is taken.");
        self.mend(diagnostic, "write it as an `if`", vec![(whole, meant)]);
        self.change(i);
        let before = self.out.len().saturating_sub(i - start);
        self.out.truncate(before);
        self.put(i, whole, &[Kind::Unknown]);
        Some(end)
    }

    /// The first such token from `i` on, outside of brackets and near.
    fn outside_brackets(&self, i: usize, wanted: impl Fn(Kind) -> bool) -> Option<usize> {
        let mut depth = 0_u32;
        for (offset, token) in self.tokens.get(i..)?.iter().take(super::NEAR).enumerate() {
            let kind = token.kind;
            if depth == 0 && wanted(kind) {
                return Some(i + offset);
            }
            let ends = matches!(kind, Kind::Newline | Kind::Comma | Kind::Semicolon | Kind::Less);
            if depth == 0 && (ends || kind.is_closer()) {
                return None;
            }
            if kind.closer().is_some() {
                depth += 1;
            } else if kind.is_closer() {
                depth -= 1;
            }
        }
        None
    }

    /// Where the value begins that ends before `i`, as far as it is near.
    fn value_start(&self, i: usize) -> usize {
        let mut depth = 0_u32;
        let before = self.tokens.get(..i).unwrap_or_default();
        let taken = before.iter().rev().take(super::NEAR).take_while(|token| {
            let kind = token.kind;
            if kind.is_closer() {
                depth += 1;
            } else if kind.closer().is_some() {
                if depth == 0 {
                    return false;
                }
                depth -= 1;
            }
            depth > 0
                || !matches!(
                    kind,
                    Kind::Equal
                        | Kind::PlusEqual
                        | Kind::Return
                        | Kind::Comma
                        | Kind::Colon
                        | Kind::Semicolon
                        | Kind::FatArrow
                        | Kind::Newline
                        | Kind::Question
                        | Kind::Less
                )
        });
        i - taken.count()
    }

    /// `{{ name }}` in a text.
    fn template(&mut self, i: usize) -> Option<usize> {
        if self.kind(i + 1) != Some(Kind::BraceOpen) || !self.adjacent(i) {
            return None;
        }
        let close = self.closer_of(i + 1)?;
        let doubled = self.kind(close + 1) == Some(Kind::HoleClose) && self.adjacent(close);
        let entries = self.tokens.get(i + 2..close)?.iter().any(|token| {
            matches!(token.kind, Kind::Colon | Kind::Comma | Kind::Spread | Kind::BraceOpen)
        });
        if !doubled || entries || close == i + 2 {
            return None;
        }
        let span = self.span(i).to(self.span(close + 1));
        let inner = Span::new(self.span(i + 1).end, self.span(close).start);
        let meant = format!("{{{}}}", self.slice(inner).trim());
        let diagnostic = self.written(span, &meant, "a text holds values between single braces");
        self.mend(diagnostic, "use single braces", vec![(span, meant)]);
        self.change(i);
        self.keep(i);
        self.dropped.push(close);
        Some(i + 2)
    }
}

/// Whether a token may stand in the patterns of an arm.
fn is_of_pattern(kind: Kind) -> bool {
    match kind {
        Kind::TextOpen | Kind::TextPart | Kind::TextClose | Kind::Minus => true,
        Kind::Int | Kind::Number | Kind::Duration | Kind::Date | Kind::Time => true,
        Kind::True | Kind::False | Kind::None | Kind::Null => true,
        Kind::Pipe | Kind::Comma | Kind::Colon | Kind::BraceOpen | Kind::BraceClose => true,
        kind => kind.is_word() && !kind.is_keyword(),
    }
}
