//! The items of a piece's file.

use super::builder::Builder;
use super::lists::{Braces, Comma};
use crate::syntax::token::Kind;
use crate::syntax::tree::{ActionItem, ConnectionEntry, ConnectionItem, ErrorRule, TriggerItem};

impl Builder<'_> {
    /// `connection KIND [NAME] { … }`
    pub(super) fn connection(&mut self, connection: &ConnectionItem) {
        self.token(Kind::Connection);
        self.space();
        self.name(&connection.kind);
        if let Some(name) = &connection.name {
            self.space();
            self.name(name);
        }
        self.space();
        let style = Braces { comma: |_| Comma::OnOneLine, broken: false };
        self.braces(&connection.entries, style, |builder, entry| match entry {
            ConnectionEntry::Setting(setting) => builder.field(setting),
            ConnectionEntry::Directive { word, values } => {
                builder.name(word);
                for value in values {
                    builder.space();
                    builder.expr(value);
                }
            }
        });
    }

    /// `errors { 401, 403 => auth }`
    pub(super) fn errors(&mut self, rules: &[ErrorRule]) {
        self.token(Kind::Errors);
        self.space();
        self.braces(rules, Braces { comma: |_| Comma::Never, broken: true }, |builder, rule| {
            for (i, status) in rule.statuses.iter().enumerate() {
                if i > 0 {
                    builder.token(Kind::Comma);
                    builder.space();
                }
                builder.expr(status);
            }
            builder.space();
            builder.token(Kind::FatArrow);
            builder.space();
            builder.name(&rule.kind);
        });
    }

    /// `[default] action name(…) -> T`, its clauses on lines of their own, and its body
    pub(super) fn action(&mut self, action: &ActionItem) {
        if action.is_default {
            self.token(Kind::Default);
            self.space();
        }
        self.token(Kind::Action);
        self.space();
        self.name(&action.name);
        self.parameters(&action.parameters);
        self.result(action.result.as_ref());
        let clauses = action.scopes.len() + usize::from(action.effect.is_some());
        let mark = self.mark();
        for _ in 0..clauses {
            self.hard_line();
            match self.kind() {
                Some(Kind::Scope) => {
                    self.take();
                    self.space();
                    self.token(Kind::TextOpen);
                }
                Some(Kind::Effect) => {
                    self.take();
                    self.space();
                    self.token_word();
                }
                _ => self.fail(),
            }
        }
        self.indent(mark);
        if clauses == 0 {
            self.space_at_margin()
        } else {
            self.hard_line()
        }
        match &action.body {
            Some(body) => self.block_group(body),
            None => self.token(Kind::Native),
        }
    }

    /// Writes the next token if it is a word.
    fn token_word(&mut self) {
        if self.kind().is_some_and(Kind::is_word) { self.take() } else { self.fail() }
    }

    /// `trigger name(…) -> T`, its sample on a line of its own
    pub(super) fn trigger(&mut self, trigger: &TriggerItem) {
        self.token(Kind::Trigger);
        self.space();
        self.name(&trigger.name);
        self.parameters(&trigger.parameters);
        self.result(trigger.event.as_ref());
        if let Some(sample) = &trigger.sample {
            let mark = self.mark();
            self.hard_line();
            self.token(Kind::Sample);
            self.space();
            self.expr(sample);
            self.indent(mark);
        }
    }
}
