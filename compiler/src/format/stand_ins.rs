//! What stands in tests only: stand-ins and expectations.

use super::builder::Builder;
use crate::syntax::tree::{Answer, AnswerKind, Expectation, Expr, Given, Times};

impl Builder<'_> {
    /// `given ACTION [with { … }] returns V [after D] then fails KIND …`
    pub(super) fn given(&mut self, given: &Given) {
        self.word("given");
        self.space();
        self.expr(&given.action);
        self.with(given.arguments.as_ref());
        for (i, answer) in given.answers.iter().enumerate() {
            self.continued(|builder| {
                if i > 0 {
                    builder.word("then");
                    builder.space();
                }
                builder.answer(answer);
            });
        }
    }

    fn answer(&mut self, answer: &Answer) {
        match &answer.kind {
            // After `then`, the word may be left out.
            AnswerKind::Returns(value) => {
                if self.is_word("returns") {
                    self.word("returns");
                    self.space();
                }
                self.expr(value);
            }
            AnswerKind::Fails { kind, message } => {
                self.word("fails");
                self.space();
                self.name(kind);
                if let Some(message) = message {
                    self.space();
                    self.expr(message);
                }
            }
        }
        if let Some(after) = &answer.after {
            self.continued(|builder| {
                builder.word("after");
                builder.space();
                builder.expr(after);
            });
        }
    }

    /// `expect …`
    pub(super) fn expectation(&mut self, expectation: &Expectation) {
        self.word("expect");
        self.space();
        match expectation {
            Expectation::Called { callee, started, times, arguments } => {
                self.expr(callee);
                self.space();
                self.called(if *started { "started" } else { "called" }, times);
                self.with(arguments.as_ref());
            }
            Expectation::Succeeded => self.word("succeeded"),
            Expectation::Failed(message) => {
                self.word("failed");
                self.with(message.as_ref());
            }
            Expectation::Waiting => self.word("waiting"),
            Expectation::Logged(text) => {
                self.word("logged");
                self.space();
                self.expr(text);
            }
            Expectation::Holds(value) => self.expr(value),
        }
    }

    /// `not called`, `called once`, `called 3 times`
    fn called(&mut self, verb: &str, times: &Times) {
        if matches!(times, Times::Never) {
            self.word("not");
            self.space();
        }
        self.word(verb);
        match times {
            Times::AtLeastOnce | Times::Never => {}
            Times::Once => {
                self.space();
                self.word("once");
            }
            Times::Exactly(count) => {
                self.space();
                self.expr(count);
                self.space();
                self.word("times");
            }
        }
    }

    /// ` with { … }`
    pub(super) fn with(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.continued(|builder| {
                builder.word("with");
                builder.space();
                builder.expr(value);
            });
        }
    }
}
