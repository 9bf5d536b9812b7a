//! Items: what a file holds.

use super::builder::Builder;
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Argument, ConstItem, Deadline, Expr, Flow, FlowSetting, FlowSettingKind, FunctionItem,
    ItemKind, Name, Parameter, TestItem, UseItem, UseSource,
};

impl Builder<'_> {
    /// An item, without its documentation.
    pub(super) fn item(&mut self, kind: &ItemKind) {
        match kind {
            ItemKind::Flow(flow) => self.flow(flow),
            ItemKind::Use(item) => self.use_item(item),
            ItemKind::Test(test) => self.test(test),
            ItemKind::Type(item) => self.type_item(item),
            ItemKind::Function(function) => self.function(function),
            ItemKind::Const(item) => self.const_item(item),
            ItemKind::Piece(name) => {
                self.token(Kind::Piece);
                self.space();
                self.name(name);
            }
            ItemKind::Base(value) => {
                self.token(Kind::Base);
                self.space();
                self.expr(value);
            }
            ItemKind::Docs(value) => {
                self.token(Kind::Docs);
                self.space();
                self.expr(value);
            }
            ItemKind::Connection(connection) => self.connection(connection),
            ItemKind::Limits { requests, per } => {
                self.token(Kind::Limits);
                self.space();
                self.expr(requests);
                self.space();
                self.token(Kind::Per);
                self.space();
                self.expr(per);
            }
            ItemKind::Errors(rules) => self.errors(rules),
            ItemKind::Action(action) => self.action(action),
            ItemKind::Trigger(trigger) => self.trigger(trigger),
            ItemKind::Broken => self.fail(),
        }
    }

    /// The header on one line; else with its parameters, and then its clauses, on lines of their own.
    fn flow(&mut self, flow: &Flow) {
        if let Some(label) = &flow.label {
            self.name(label);
            self.token(Kind::Colon);
            self.space();
        }
        self.token(Kind::On);
        self.space();
        self.path(&flow.trigger);
        if let Some(tool) = &flow.tool {
            self.space();
            self.name(tool);
        }
        if self.kind() == Some(Kind::ParenOpen) {
            if flow.parameters.is_empty() {
                self.arguments(&flow.arguments);
            } else {
                self.flow_parameters(flow);
            }
        }
        if let Some(binding) = &flow.binding {
            self.space();
            self.token(Kind::As);
            self.space();
            self.name(binding);
        }
        self.result(flow.result.as_ref());
        self.header_clauses(flow);
        self.body(&flow.body);
    }

    /// `within D else E with …`, each on a line of its own where they do not fit behind the trigger.
    fn header_clauses(&mut self, flow: &Flow) {
        if flow.deadline.is_none() && flow.settings.is_empty() {
            return self.space_at_margin();
        }
        let mark = self.mark();
        if let Some(deadline) = &flow.deadline {
            self.line();
            self.deadline(deadline);
        }
        if !flow.settings.is_empty() {
            self.line();
            self.settings(&flow.settings);
        }
        self.indent(mark);
        self.line();
        self.group(mark);
    }

    fn deadline(&mut self, Deadline { duration, fallback }: &Deadline) {
        self.token(Kind::Within);
        self.space();
        self.expr(duration);
        if let Some(fallback) = fallback {
            let mark = self.mark();
            self.line();
            self.token(Kind::Else);
            self.space();
            self.expr(fallback);
            self.indent(mark);
            self.group(mark);
        }
    }

    /// `with a, b`
    fn settings(&mut self, settings: &[FlowSetting]) {
        let mark = self.mark();
        self.word("with");
        for (i, setting) in settings.iter().enumerate() {
            if i == 0 {
                self.space()
            } else {
                self.line()
            }
            self.setting(&setting.kind);
            if i + 1 < settings.len() {
                self.token(Kind::Comma);
            }
        }
        self.indent(mark);
        self.group(mark);
    }

    fn setting(&mut self, kind: &FlowSettingKind) {
        match kind {
            FlowSettingKind::Concurrency { limit, per } => {
                self.word("concurrency");
                self.space();
                self.expr(limit);
                self.setting_part("per", per.as_ref());
            }
            FlowSettingKind::Dedupe { by, window } => {
                self.word("dedupe");
                self.space();
                self.word("by");
                self.space();
                self.expr(by);
                self.setting_part("for", window.as_ref());
            }
            FlowSettingKind::Timeout(duration) => {
                self.word("timeout");
                self.space();
                self.expr(duration);
            }
        }
    }

    fn setting_part(&mut self, word: &str, value: Option<&Expr>) {
        if let Some(value) = value {
            self.space();
            self.word(word);
            self.space();
            self.expr(value);
        }
    }

    /// Parameters, and the filters that stand among them, in the order that they are written in.
    fn flow_parameters(&mut self, flow: &Flow) {
        enum Part<'t> {
            Parameter(&'t Parameter),
            Filter(&'t Argument),
        }
        let parameters = flow.parameters.iter().map(|it| (it.span.start, Part::Parameter(it)));
        let filters = flow.arguments.iter().map(|it| {
            let name = it.name.as_ref().map_or(it.value.span, |name| name.span);
            (name.start, Part::Filter(it))
        });
        let mut parts: Vec<(u32, Part<'_>)> = parameters.chain(filters).collect();
        parts.sort_by_key(|(start, _)| *start);
        let parens = (Kind::ParenOpen, Kind::ParenClose);
        self.brackets(parens, &parts, |builder, (_, part)| match part {
            Part::Parameter(parameter) => builder.parameter(parameter),
            Part::Filter(filter) => builder.argument(filter),
        });
    }

    /// `vapi.call_finished`
    fn path(&mut self, names: &[Name]) {
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                self.token(Kind::Dot);
            }
            self.name(name);
        }
    }

    fn use_item(&mut self, item: &UseItem) {
        self.word("use");
        self.space();
        match &item.source {
            UseSource::File(_, span) => self.exactly(*span),
            UseSource::Piece(name) => self.name(name),
        }
        if let Some(alias) = &item.alias {
            self.space();
            self.token(Kind::As);
            self.space();
            self.name(alias);
        }
        if let Some((_, span)) = &item.connection {
            self.space();
            self.word("with");
            self.space();
            self.word("connection");
            self.space();
            self.exactly(*span);
        }
    }

    fn test(&mut self, test: &TestItem) {
        self.word("test");
        self.space();
        self.exactly(test.name.1);
        self.space();
        self.block_group(&test.body);
    }

    fn function(&mut self, function: &FunctionItem) {
        self.token(Kind::Fn);
        self.space();
        self.name(&function.name);
        self.parameters(&function.parameters);
        self.result(function.result.as_ref());
        self.space_at_margin();
        self.block_group(&function.body);
    }

    fn const_item(&mut self, item: &ConstItem) {
        self.token(Kind::Const);
        self.space();
        self.name(&item.name);
        self.annotation(item.ty.as_ref());
        self.space();
        self.token(Kind::Equal);
        self.space();
        self.expr(&item.value);
    }
}
