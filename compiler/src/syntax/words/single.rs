//! Single words of other languages.

use super::Pass;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Kind;

const NONE: &str = "an optional without a value is `none`";
const OPERATOR: &str = "operators are lower-case words";
const WAITS: &str = "flows wait for actions by themselves";
const LOGS: &str = "a line of the run's log is written by `log(\"…\")`";

impl Pass<'_> {
    /// A word that some other language has, where it means there what it is written for.
    pub(super) fn foreign(&mut self, i: usize) -> Option<usize> {
        if !self.is_plain(i) && !matches!(self.word(i), "except" | "lambda" | "finally") {
            return None;
        }
        let next = self.kind(i + 1);
        let next_is_word = next.is_some_and(Kind::is_word);
        let starts = self.starts_statement(i);
        let joins = self.follows_value(i) && self.begins_value(i + 1);
        let (text, span) = (self.text, self.span(i));
        match text.get(span.start as usize..span.end as usize).unwrap_or_default() {
            "elif" | "elsif" | "elseif" if starts => Some(self.exchange(
                i,
                "else if",
                &[Kind::Else, Kind::If],
                "branches go on with `else if`",
            )),
            "unless" if starts && self.begins_value(i + 1) => Some(self.unless(i)),
            "nil" | "undefined" => Some(self.exchange(i, "none", &[Kind::None], NONE)),
            "None" if self.is_compared(i) => Some(self.exchange(i, "none", &[Kind::None], NONE)),
            "True" if self.is_constant(i) => {
                Some(self.exchange(i, "true", &[Kind::True], "`true` and `false` are lower-case"))
            }
            "False" if self.is_constant(i) => {
                Some(self.exchange(i, "false", &[Kind::False], "`true` and `false` are lower-case"))
            }
            "is" if joins => Some(self.is(i)),
            "AND" if joins => Some(self.exchange(i, "and", &[Kind::And], OPERATOR)),
            "OR" if joins => Some(self.exchange(i, "or", &[Kind::Or], OPERATOR)),
            "NOT" if !self.follows_value(i) && self.begins_value(i + 1) => {
                Some(self.exchange(i, "not", &[Kind::Not], OPERATOR))
            }
            "function" | "def" | "func" | "fun" if starts && next_is_word => {
                Some(self.exchange(i, "fn", &[Kind::Fn], "a function begins with `fn`"))
            }
            "class" | "struct" | "interface" | "record"
                if starts && next_is_word && self.kind(i + 2) == Some(Kind::BraceOpen) =>
            {
                Some(self.exchange(
                    i,
                    "type",
                    &[Kind::Type],
                    "a record is defined by `type Name { … }`",
                ))
            }
            "let" if starts && next_is_word => Some(self.superfluous(
                i,
                "a name is bound by `name = value`; where it changes later, by `var name = value`",
            )),
            "async" if starts && next_is_word => Some(self.superfluous(i, WAITS)),
            "await" if next_is_word || next == Some(Kind::ParenOpen) => {
                Some(self.superfluous(i, WAITS))
            }
            "new" if next_is_word && !self.follows_value(i) => Some(
                self.superfluous(i, "a value is its literal, `Lead { … }`, or what a call gives"),
            ),
            "f" if next == Some(Kind::TextOpen) && self.adjacent(i) => {
                Some(self.superfluous(i, "every text may hold values: `\"Hello {name}\"`"))
            }
            "pass" if starts && matches!(next, None | Some(Kind::Newline)) => {
                Some(self.superfluous(i, "a block may be empty"))
            }
            "switch" if starts && self.line_has(i, Kind::BraceOpen) && !self.is_used(i) => {
                Some(self.switch(i))
            }
            "case" if starts && self.line_has(i, Kind::FatArrow) => {
                Some(self.superfluous(i, "an arm of a `match` is `value => what`"))
            }
            "foreach" if starts && next_is_word => Some(self.exchange(
                i,
                "for",
                &[Kind::For],
                "a list is gone through by `for item in items { }`",
            )),
            "loop" if starts && next == Some(Kind::BraceOpen) => Some(self.exchange(
                i,
                "while true",
                &[Kind::While, Kind::True],
                "what goes on until a `break` is `while true { }`",
            )),
            "sleep" | "delay" if starts && self.waits(i) => {
                let meant = if self.adjacent(i) { "wait " } else { "wait" };
                Some(self.exchange(i, meant, &[Kind::Wait], "a run is suspended by `wait 5s`"))
            }
            "print" | "println" | "echo" | "puts"
                if starts && next == Some(Kind::ParenOpen) && !self.defines(i) =>
            {
                Some(self.exchange(i, "log", &[Kind::Name], LOGS))
            }
            "console"
                if starts
                    && next == Some(Kind::Dot)
                    && self.kind(i + 3) == Some(Kind::ParenOpen) =>
            {
                Some(self.exchange_all(i, 3, "log", &[Kind::Name], LOGS))
            }
            "throw" | "raise" if starts && !self.is_used(i) => Some(self.throw(i)),
            "except" if starts => self.except(i),
            "lambda" if next_is_word && self.kind(i + 2) == Some(Kind::Colon) => {
                Some(self.lambda(i))
            }
            "then" | "do" => self.block_word(i),
            "end" | "done" | "fi" | "endif" => self.block_end(i),
            "import"
                if starts
                    && (next_is_word || matches!(next, Some(Kind::TextOpen | Kind::BraceOpen))) =>
            {
                Some(self.import(i))
            }
            "from" if starts && next_is_word && self.word(i + 2) == "import" => {
                Some(self.import(i))
            }
            _ => None,
        }
    }

    /// `const x = 1` among statements: a `const` whose line is indented.
    pub(super) fn inner_const(&mut self, i: usize) -> Option<usize> {
        let start = self.span(i).start as usize;
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        let margin = before.last().is_none_or(|byte| *byte == b'\n');
        (!margin && self.kind(i + 1).is_some_and(Kind::is_word)).then(|| {
            self.superfluous(i, "in a flow or a function, a name is bound by `name = value`; a `const` stands outside")
        })
    }

    /// `unless a {` is `if not (a) {`.
    fn unless(&mut self, i: usize) -> usize {
        let span = self.span(i);
        let brace = self.find_on_line(i, |kind| kind == Kind::BraceOpen);
        let diagnostic = self.written(span, "if not (…)", "there is one word for a condition");
        match brace.and_then(|brace| brace.checked_sub(1)).filter(|last| *last > i) {
            Some(last) => {
                let to_next = Span::new(span.start, self.span(i + 1).start);
                let edits = vec![
                    (to_next, "if not (".to_owned()),
                    (self.span(last).after(), ")".to_owned()),
                ];
                self.mend(diagnostic, "change to `if not (…)`", edits);
            }
            None => self.diagnostics.push(diagnostic),
        }
        self.put(i, span, &[Kind::If, Kind::Not]);
        i + 1
    }

    /// `a is b`, `a is not b`
    fn is(&mut self, i: usize) -> usize {
        const WHY: &str = "two values are compared by `==` and `!=`";
        if self.kind(i + 1) == Some(Kind::Not) {
            self.exchange_all(i, 2, "!=", &[Kind::NotEqual], WHY)
        } else {
            self.exchange(i, "==", &[Kind::EqualEqual], WHY)
        }
    }

    /// `throw e` is `fail(e)`.
    fn throw(&mut self, i: usize) -> usize {
        let span = self.span(i);
        let end = self.end_of_line(i + 1);
        let last = self.span(end.saturating_sub(1));
        let to_next = Span::new(span.start, self.span(i + 1).start.max(span.end));
        let diagnostic = self.written(
            span,
            "fail(…)",
            "`fail(\"why\")` ends the run with an error, and `fail(error)` raises one again",
        );
        let edits = vec![(to_next, "fail(".to_owned()), (last.after(), ")".to_owned())];
        self.mend(diagnostic, "change to `fail(…)`", edits);
        self.change(i);
        i + 1
    }

    /// `except`, `except Kind`, `except error`, `except Kind as e` is `catch e`.
    fn except(&mut self, i: usize) -> Option<usize> {
        let end = self.find_on_line(i, |kind| matches!(kind, Kind::Colon | Kind::BraceOpen))?;
        let alone = end == i + 2 && self.word(i + 1).starts_with(|c: char| c.is_ascii_lowercase());
        let named = alone || self.before(end - 1) == Some(Kind::As);
        let meant =
            if named { format!("catch {}", self.word(end - 1)) } else { "catch".to_owned() };
        let span = self.span(i).to(self.span(end - 1));
        let why = "what failed in a `try` is handled by `catch error { }`, and told apart by `error.kind`";
        let diagnostic = self.written(span, &meant, why);
        self.mend(diagnostic, "change to `catch`", vec![(span, meant)]);
        self.put(i, self.span(i), &[Kind::Catch]);
        if named {
            self.put(i, self.span(end - 1), &[Kind::Name]);
        }
        Some(end)
    }

    /// `lambda x: e` is `x => e`.
    fn lambda(&mut self, i: usize) -> usize {
        let span = self.span(i);
        let colon = self.span(i + 2);
        let meant = format!("{} =>", self.word(i + 1));
        let diagnostic = self.written(span.to(colon), &meant, "a lambda is `x => x.name`");
        self.mend(diagnostic, "change to `=>`", vec![(span.to(colon), meant)]);
        self.put(i, self.span(i + 1), &[Kind::Name]);
        self.put(i, colon, &[Kind::FatArrow]);
        i + 3
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
        .note(
            "All pieces are there by their names: `hubspot.create_deal(…)` works without more. Another file of the \
             project is used by `use \"./name.flow\"`.",
        )
        .fix("remove the import", self.at(line), "");
        self.diagnostics.push(diagnostic);
        self.change(i);
        end
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

    fn is_compared(&self, i: usize) -> bool {
        matches!(
            self.before(i),
            Some(Kind::EqualEqual | Kind::NotEqual | Kind::Return | Kind::QuestionQuestion)
        ) || self.before(i).is_some() && matches!(self.word(i - 1), "is" | "not")
    }

    /// Whether `True` is no tag: a value that is not made of fields.
    fn is_constant(&self, i: usize) -> bool {
        !matches!(self.kind(i + 1), Some(Kind::BraceOpen | Kind::Pipe | Kind::FatArrow))
            && !matches!(self.before(i), Some(Kind::Pipe))
            && self.kind(self.line_start(i)) != Some(Kind::Type)
    }

    /// Whether a duration follows, in parentheses or without.
    fn waits(&mut self, i: usize) -> bool {
        self.kind(i + 1) == Some(Kind::Duration)
            || self.kind(i + 1) == Some(Kind::ParenOpen)
                && self.kind(i + 2) == Some(Kind::Duration)
                && !self.defines(i)
    }

    /// Whether the file has a function of that name.
    fn defines(&mut self, i: usize) -> bool {
        let text = self.text;
        let tokens = &self.tokens;
        let functions = self.functions.get_or_insert_with(|| {
            let names = tokens.windows(2).filter_map(|pair| match pair {
                [first, name] if first.kind == Kind::Fn => {
                    text.get(name.span.start as usize..name.span.end as usize)
                }
                _ => None,
            });
            names.collect()
        });
        let span = tokens.get(i).map_or(Span::default(), |token| token.span);
        let name = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        functions.contains(&name)
    }
}
