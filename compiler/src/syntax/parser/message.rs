//! The words for what goes wrong in the grammar: what was expected, what was found, why, and what to do.

use super::Context;
use super::errors::{Trouble, What};
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Location, Span};
use crate::syntax::token::Kind;

/// How far back the bracket is looked for that a mistake stands in.
const LOOK_BACK: usize = 2_000;

/// Says what went wrong.
pub(super) fn diagnostic(file: FileId, context: &Context, trouble: &Trouble) -> Diagnostic {
    let at = Location { file, span: place(context, trouble.at) };
    let say = Say { file, context, trouble, at, found: found(context, trouble.at) };
    if let Some(told) = say.of_a_construct() {
        told
    } else if trouble.has(What::Body) {
        say.no_body()
    } else if trouble.has(What::Item) || trouble.has(What::ItemEnd) {
        say.no_item()
    } else if trouble.has(What::EntryEnd) {
        say.entry_goes_on()
    } else if trouble.has(What::StatementEnd) {
        say.statement_goes_on()
    } else if trouble.has(What::Closer) {
        say.one_value_only()
    } else if trouble.has(What::Entry) {
        say.two_commas()
    } else if trouble.has(What::Value) {
        say.no_value()
    } else if trouble.wants(Kind::Name) && trouble.wants(Kind::BracketOpen) {
        say.no_type()
    } else if trouble.wants(Kind::Name) {
        say.no_name()
    } else {
        say.no_token()
    }
}

/// Where a mistake is shown: on the token that is wrong; behind the one before where something is missing at
/// a line's end.
pub(super) fn place(context: &Context, index: usize) -> Span {
    let before = index.checked_sub(1).map(|before| context.token(before).after());
    match context.kind(index) {
        None | Some(Kind::Newline) => before.unwrap_or_else(|| context.token(index)),
        Some(kind) => match before {
            Some(before) if kind.is_closer() && context.breaks_line(before, index) => before,
            _ => context.token(index),
        },
    }
}

/// What stands at a token, as people say it.
fn found(context: &Context, index: usize) -> String {
    let written = context.word(index);
    match context.kind(index) {
        None => "the end of the file".to_owned(),
        Some(Kind::Newline) => "the end of the line".to_owned(),
        Some(Kind::TextOpen) => "a text".to_owned(),
        Some(Kind::Name) => format!("the name `{written}`"),
        Some(Kind::Int | Kind::Number) => format!("the number `{written}`"),
        Some(Kind::Duration) => format!("the duration `{written}`"),
        Some(kind) if kind.is_word() => format!("the word `{written}`"),
        Some(kind) => format!("`{}`", kind.text().unwrap_or(written)),
    }
}

struct Say<'a> {
    file: FileId,
    context: &'a Context,
    trouble: &'a Trouble,
    at: Location,
    found: String,
}

impl Say<'_> {
    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::E0004, self.at, message)
    }

    /// What stands before the mistake, and its text.
    fn before(&self) -> Option<(Kind, &str)> {
        let index = self.trouble.at.checked_sub(1)?;
        Some((self.context.kind(index)?, self.context.word(index)))
    }

    /// Whether something is missing, rather than something else found.
    fn is_missing(&self) -> bool {
        match self.context.kind(self.trouble.at) {
            None | Some(Kind::Newline | Kind::Comma | Kind::Semicolon) => true,
            Some(kind) => kind.is_closer(),
        }
    }

    /// "`x` is missing here" or "I expected `x`, but found …", with where it should stand.
    fn expected(&self, wanted: &str) -> Diagnostic {
        let after = match self.before() {
            Some((Kind::Newline, _)) | None => String::new(),
            Some((Kind::TextClose, _)) => " after the text".to_owned(),
            Some((kind, written)) => format!(" after `{}`", kind.text().unwrap_or(written)),
        };
        if self.is_missing() {
            let label = match self.context.kind(self.trouble.at) {
                _ if self.at.span.start == self.at.span.end => format!("{wanted} belongs here"),
                _ => format!("I found {} instead", self.found),
            };
            let mut wanted = wanted.to_owned();
            if let Some(first) = wanted.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            self.error(format!("{wanted} is missing{after}")).label(label)
        } else {
            self.error(format!("I expected {wanted}{after}, but found {}", self.found))
                .label(format!("not {wanted}"))
        }
    }

    /// What is said of constructs with words of their own.
    fn of_a_construct(&self) -> Option<Diagnostic> {
        let trouble = self.trouble;
        Some(if trouble.has(What::Setting) {
            self.no_setting()
        } else if trouble.has(What::Answer) {
            self.expected("`returns` or `fails`").note(
                "`given ACTION` says how the action answers in this test: `returns VALUE`, or `fails KIND`, and after \
                 `then` how it answers the next time.",
            )
        } else if trouble.has(What::SequentialValue) {
            self.error("A `for` gives no value")
                .label("not a value")
                .note(
                    "`items.map(item => …)` makes a list of what each item gives, and `for item in items parallel 10 \
                     { … }` does so for several at a time.",
                )
        } else if trouble.has(What::TestOnly) {
            self.error("`with` behind a `run` stands only in tests")
                .label("not in a flow or a function")
                .note("Here, the fields are arguments: `run follow_up(lead: lead)`.")
        } else if trouble.has(What::NamedByEquals) {
            self.named_by_equals()
        } else if trouble.has(What::ListBehind) {
            self.list_behind()
        } else if trouble.has(What::QuestionBefore) {
            self.question_before()
        } else if trouble.has(What::By) {
            self.expected("`by`").note("`dedupe by id` takes events with the same `id` for one.")
        } else if trouble.has(What::Times) {
            self.expected("`times`")
                .note("`expect ACTION called 3 times`, or `called once`, or `not called`.")
        } else if trouble.has(What::Longest) {
            self.expected("`..`")
                .note("`backoff 1s..5m` goes from a pause of 1 second up to 5 minutes, doubling.")
        } else {
            return None;
        })
    }

    /// `f(name = "x")`
    fn named_by_equals(&self) -> Diagnostic {
        let name = self.context.token(self.trouble.at);
        let equals = self.context.token(self.trouble.at + 1);
        let at = |span| Location { file: self.file, span };
        let written = self.context.slice(name);
        Diagnostic::error(Code::E0004, at(equals), "An argument has `:` behind its name")
            .label("write `:`")
            .note(format!(
                "`{written}: …` gives the parameter `{written}` its value; `=` binds a name."
            ))
            .fix("change to `:`", at(name.after().to(equals)), ":")
    }

    /// `string[]`
    fn list_behind(&self) -> Diagnostic {
        let index = self.trouble.at;
        let mut first = index.saturating_sub(1);
        while first >= 2 && self.context.kind(first - 1) == Some(Kind::Dot) {
            first -= 2;
        }
        let name = Span::new(self.context.token(first).start, self.before_this().start);
        let whole = Span::new(name.start, self.context.token(index + 1).end);
        let at = Location { file: self.file, span: whole };
        let meant = format!("[{}]", self.context.slice(name));
        Diagnostic::error(
            Code::E0009,
            at,
            format!("`{}` is written `{meant}` here", self.context.slice(whole)),
        )
        .label(format!("write `{meant}`"))
        .note("In this language, the brackets of a list stand around the type of its items.")
        .fix(format!("change to `{meant}`"), at, meant)
    }

    /// `name?: string`
    fn question_before(&self) -> Diagnostic {
        let index = self.trouble.at;
        let mut last = index + 2;
        let joins = |kind: Option<Kind>| matches!(kind, Some(Kind::Dot));
        while joins(self.context.kind(last + 1)) {
            last += 2;
        }
        let diagnostic = Diagnostic::error(Code::E0009, self.at, "The `?` stands behind the type")
            .label("not behind the name")
            .note("In this language, a field that may be missing has an optional type: `company: string?`.");
        if !self.context.kind(last).is_some_and(Kind::is_word) {
            return diagnostic;
        }
        let behind = Location { file: self.file, span: self.context.token(last).after() };
        diagnostic.fix_all("move it behind the type", [(self.at, ""), (behind, "?")])
    }

    fn no_setting(&self) -> Diagnostic {
        const SETTINGS: [&str; 3] = ["concurrency", "dedupe", "timeout"];
        let diagnostic = self.expected("a setting of the flow").note(
            "A flow's settings are `concurrency 5 per customer`, `dedupe by id for 7d` and `timeout 1h`, with commas \
             between them.",
        );
        match nearest(self.context.slice(self.at.span), SETTINGS) {
            Some(word) => diagnostic.fix(format!("change to `{word}`"), self.at, word),
            None => diagnostic,
        }
    }

    fn no_body(&self) -> Diagnostic {
        if self.is_missing() {
            self.error("This flow has no body")
                .label("I expected `<` here")
                .note("A flow says what starts it and then what it does: `on call_finished < … >`.")
                .offer("add a body", self.at, " <\n  \n>")
        } else {
            self.error(format!("I expected `<`, where the flow's body begins, but found {}", self.found))
                .label("not part of a flow's header")
                .note(
                    "A header is `on TRIGGER(…)`, then `as NAME`, `-> TYPE`, `within DURATION else RESULT` and `with \
                     SETTING, …` where they are needed, in this order.",
                )
        }
    }

    fn no_item(&self) -> Diagnostic {
        let diagnostic = self
            .error(format!("I expected an item here, but found {}", self.found))
            .label("nothing begins like this");
        let words = [
            "on",
            "type",
            "fn",
            "const",
            "piece",
            "base",
            "docs",
            "connection",
            "limits",
            "errors",
            "action",
            "trigger",
            "use",
            "test",
        ];
        let written = self.context.slice(self.at.span);
        match nearest(written, words) {
            Some("test") if written == "test" => self
                .error("This test has no name")
                .label("a text belongs after this")
                .note("A test has a name, by which it is told of: `test \"what it shows\" { … }`."),
            Some(word) if word != written => diagnostic
                .note(format!("Did you mean `{word}`?"))
                .fix(format!("change to `{word}`"), self.at, word),
            _ => diagnostic.note(
                "A file holds flows (`on … < … >`), types (`type … { }`), functions (`fn … { }`), constants \
                 (`const … = …`), tests (`test \"…\" { }`) and `use`. Statements stand inside a flow, between its \
                 `<` and `>`, or in a function.",
            ),
        }
    }

    /// The bracket that the mistake stands in.
    fn bracket(&self) -> Option<(Kind, Span)> {
        let mut depth = 0_u32;
        let end = self.trouble.at;
        for index in (end.saturating_sub(LOOK_BACK)..end).rev() {
            let kind = self.context.kind(index)?;
            if kind.is_closer() {
                depth += 1;
            } else if kind.closer().is_some() {
                if depth == 0 {
                    return Some((kind, self.context.token(index)));
                }
                depth -= 1;
            }
        }
        None
    }

    fn entry_goes_on(&self) -> Diagnostic {
        let Some((open, span)) = self.bracket() else { return self.no_token() };
        let opener = open.text().unwrap_or_default();
        let closer = open.closer().and_then(Kind::text).unwrap_or_default();
        let here = Location { file: self.file, span };
        if open == Kind::HoleOpen {
            return self
                .error(format!("I expected `}}` after this value, but found {}", self.found))
                .label("not part of the value")
                .also(here, "the value begins here")
                .note("In a text, `{…}` holds one value. For a brace itself, write `\\{`.");
        }
        self.error(format!("I expected `,` or `{closer}`, but found {}", self.found))
            .label(format!("`,` or `{closer}` belongs before this"))
            .also(here, format!("inside this `{opener}`"))
            .note("Entries are separated by commas.")
            .fix("add a comma", Location { file: self.file, span: self.before_this() }, ",")
    }

    /// Behind the token before the mistake.
    fn before_this(&self) -> Span {
        match self.trouble.at.checked_sub(1) {
            Some(before) => self.context.token(before).after(),
            None => self.at.span.before(),
        }
    }

    fn statement_goes_on(&self) -> Diagnostic {
        if let Some(told) = self.misplaced_word() {
            return told;
        }
        if self.trouble.wants(Kind::BraceOpen) && !self.trouble.has(What::Value) {
            return self.expected("`{`").note("A block stands between braces: `{ … }`.");
        }
        if self.trouble.has(What::Value) && !self.trouble.wants(Kind::And) {
            return self
                .error(format!("A statement cannot begin with {}", self.found))
                .label("I expected a statement here");
        }
        self.error(format!("I expected the end of the statement, but found {}", self.found))
            .label("this does not belong to the statement before it")
            .note(
                "A statement ends with its line or with `;`. If this goes on with the statement, an operator or a \
                 comma is missing before it.",
            )
    }

    /// What is said of a word that means something in other places only.
    fn misplaced_word(&self) -> Option<Diagnostic> {
        let index = self.trouble.at;
        let context = self.context;
        let before =
            index.checked_sub(1).filter(|before| context.kind(*before) == Some(Kind::Name));
        let begins = |index: usize| {
            index.checked_sub(1).and_then(|before| context.kind(before)).is_none_or(|kind| {
                matches!(kind, Kind::Newline | Kind::Semicolon) || kind.closer().is_some()
            })
        };
        if matches!(context.word(index), "retry" | "once" | "within") {
            let word = context.word(index);
            return Some(
                self.error(format!("`{word}` stands right behind a call"))
                    .label("no call stands before this")
                    .note("`action(…) retry 5 every 10s within 2m once \"key\"` says how one call is repeated and bounded."),
            );
        }
        if context.kind(index) == Some(Kind::If) {
            return Some(
                self.error("A condition does not follow its value")
                    .label("an `if` begins a statement or a value")
                    .note("`x = if ready { a } else { b }` gives one of two values, and `if ready { … }` does something."),
            );
        }
        let before = before?;
        let word = context.word(before);
        if matches!(word, "given" | "expect" | "advance") && begins(before) {
            let at = Location { file: self.file, span: context.token(before) };
            return Some(
                Diagnostic::error(Code::E0004, at, format!("`{word}` stands only in tests"))
                    .label("not in a flow or a function")
                    .note("A test is an item of its own: `test \"what it shows\" { … }`."),
            );
        }
        if matches!(word, "parallel" | "first" | "start" | "run" | "use" | "test") && begins(before)
        {
            let note = match word {
                "parallel" => {
                    "`parallel { … }` does several things at a time, and `for item in items parallel 10 { … }` one for each item."
                }
                "first" => "`first { … }` waits for the first of several things.",
                "start" | "run" => {
                    "`start flow(…)` begins another run, and `run flow(…)` waits for its result."
                }
                "use" => "`use \"./other.flow\"` stands outside of flows and functions.",
                _ => "A `test \"…\" { … }` stands outside of flows and functions.",
            };
            return Some(
                self.error(format!("I did not expect {} after `{word}`", self.found))
                    .label("this does not belong here")
                    .note(note),
            );
        }
        None
    }

    fn one_value_only(&self) -> Diagnostic {
        self.error(format!("Only one value can stand here, but I found {} after it", self.found))
            .label("one too many")
    }

    fn two_commas(&self) -> Diagnostic {
        self.error("Nothing stands before this comma")
            .label("one comma too many, or a value too few")
            .fix("remove the comma", self.at, "")
    }

    fn no_value(&self) -> Diagnostic {
        if self.trouble.wants(Kind::If) && self.trouble.wants(Kind::While) {
            return self
                .error(format!("A statement cannot begin with {}", self.found))
                .label("I expected a statement here");
        }
        let diagnostic = self.expected("a value");
        match self.context.kind(self.trouble.at) {
            Some(kind) if kind.is_keyword() => diagnostic.note(format!(
                "`{}` is a word of the language and cannot be a name. After a dot and before a colon it can.",
                self.context.word(self.trouble.at)
            )),
            _ => diagnostic,
        }
    }

    fn no_type(&self) -> Diagnostic {
        self.expected("a type").note(
            "A type is a name like `string`, `int` or one of your own, a list `[T]`, a map `[string: T]`, and any of \
             them with `?` where it may be missing.",
        )
    }

    fn no_name(&self) -> Diagnostic {
        let diagnostic = self.expected("a name");
        match self.context.kind(self.trouble.at) {
            Some(kind) if kind.is_keyword() => diagnostic.note(format!(
                "`{}` is a word of the language. Choose another name, such as `{0}_`.",
                self.context.word(self.trouble.at)
            )),
            _ => diagnostic,
        }
    }

    /// Says which tokens would have done, where they are few.
    fn no_token(&self) -> Diagnostic {
        const TELLING: [Kind; 13] = [
            Kind::BraceOpen,
            Kind::ParenOpen,
            Kind::Equal,
            Kind::Colon,
            Kind::FatArrow,
            Kind::In,
            Kind::Catch,
            Kind::Per,
            Kind::Connection,
            Kind::Action,
            Kind::Native,
            Kind::TextOpen,
            Kind::On,
        ];
        let goes_on = self.trouble.wants(Kind::And);
        let wanted: Vec<String> = TELLING
            .into_iter()
            .filter(|kind| self.trouble.wants(*kind))
            .filter(|kind| !(goes_on && matches!(kind, Kind::ParenOpen | Kind::Catch)))
            .map(|kind| match kind {
                Kind::TextOpen => "a text".to_owned(),
                kind => format!("`{}`", kind.text().unwrap_or_default()),
            })
            .collect();
        match wanted.split_last() {
            None => self
                .error(format!("I did not expect {} here", self.found))
                .label("this does not belong here"),
            Some((last, [])) => self.expected(last),
            Some((last, others)) => self.expected(&format!("{} or {last}", others.join(", "))),
        }
    }
}
