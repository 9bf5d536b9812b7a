//! `run flow with { … }`: the event that a run begins with. What it leaves out is made up.

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::example::{Optionals, example_of_field};
use callflow_artifact::types::{RecordId, Type, TypeId};
use ecow::EcoString;

use crate::semantics::body::{Body, constant};
use crate::semantics::fits::Reason;
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind, StmtKind, TestStmt};
use crate::source::Span;
use crate::syntax::tree::{self, Argument};

/// The records that the fields of an event stand in.
struct Event {
    flow: FlowId,
    /// The event's own.
    record: RecordId,
    /// That of a webhook's or form's body, whose fields are named as if they were the event's, and where it is.
    body: Option<(usize, RecordId)>,
}

/// A field of an event and what is given for it.
type Given<'t> = (tree::Name, &'t tree::Expr);

/// The values of a record's fields, as far as they are known.
type Slots = Vec<Option<Expr>>;

impl<'t> Body<'_, 't> {
    /// `run flow`, `run flow(…)`, `run flow with { … }` in a test.
    pub(in crate::semantics) fn run_statement(
        &mut self,
        flow: &'t tree::Expr,
        arguments: &'t [Argument],
        with: Option<&'t tree::Expr>,
        span: Span,
    ) -> Option<StmtKind> {
        let Some(id) = self.find_flow(flow, "run") else {
            self.discard(arguments);
            if let Some(with) = with {
                self.expr(with, None);
            }
            // Whatever was meant was run: what follows is not to be blamed for it.
            self.test.last_run.get_or_insert(FlowId(u32::MAX));
            return None;
        };
        let event = self.event(id, arguments, with, span);
        self.test.last_run = Some(id);
        Some(StmtKind::Test(TestStmt::Run { flow: id, event: event? }))
    }

    fn event(
        &mut self,
        flow: FlowId,
        arguments: &'t [Argument],
        with: Option<&'t tree::Expr>,
        span: Span,
    ) -> Option<Expr> {
        let known = self.checker.flows.get(flow.0 as usize)?;
        let ty = known.trigger.event;
        let Type::Record(record) = self.checker.types.get(ty) else {
            self.discard(arguments);
            return None;
        };
        let event = Event { flow, record, body: self.body_of(flow, record) };
        let mut slots = self.slots(record);
        let mut body = event.body.map(|(_, record)| self.slots(record)).unwrap_or_default();
        let mut given = self.named_arguments(flow, arguments);
        given.extend(with.map(|with| self.entries(with)).unwrap_or_default());
        let before = std::mem::replace(&mut self.test.completes, true);
        for (name, value) in given {
            self.put(&event, &name, value, &mut slots, &mut body);
        }
        self.test.completes = before;
        if let Some((index, record)) = event.body
            && body.iter().any(Option::is_some)
            && let Some(slot) = slots.get_mut(index)
        {
            let ty = self.checker.types.intern(Type::Record(record));
            let values = self.complete(record, body, span);
            *slot = Some(Expr { ty, span, kind: ExprKind::Record(record, values) });
        }
        let values = self.complete(record, slots, span);
        Some(Expr { ty, span, kind: ExprKind::Record(record, values) })
    }

    /// The record of a webhook's or form's body.
    fn body_of(&self, flow: FlowId, event: RecordId) -> Option<(usize, RecordId)> {
        let trigger = &self.checker.flows.get(flow.0 as usize)?.trigger.name;
        if trigger != "webhook" && trigger != "form" {
            return None;
        }
        let fields = &self.checker.types.record(event)?.fields;
        let (index, field) = fields.iter().enumerate().find(|(_, field)| field.name == "body")?;
        match self.checker.types.get(field.ty) {
            Type::Record(body) => Some((index, body)),
            _ => None,
        }
    }

    fn slots(&self, record: RecordId) -> Slots {
        let count = self.checker.types.record(record).map_or(0, |record| record.fields.len());
        std::iter::repeat_with(|| None).take(count).collect()
    }

    /// The arguments of `run flow(…)` by the names of the event's fields. Those without a name are for the
    /// parameters that the flow's header declares, in order.
    fn named_arguments(&mut self, flow: FlowId, arguments: &'t [Argument]) -> Vec<Given<'t>> {
        let known = self.checker.flows.get(flow.0 as usize);
        let parameters = known.map(|flow| flow.trigger.parameters.as_slice()).unwrap_or_default();
        let parameters: Vec<EcoString> = parameters.iter().map(|p| p.name.clone()).collect();
        let mut named = Vec::with_capacity(arguments.len());
        for (position, Argument { name, value }) in arguments.iter().enumerate() {
            let by_position = || {
                let text = parameters.get(position)?.clone();
                Some(tree::Name { text, span: value.span })
            };
            match name.clone().or_else(by_position) {
                Some(name) => named.push((name, value)),
                None => {
                    self.expr(value, None);
                    let at = self.at(value.span);
                    self.report(report::testing::event_by_name(at));
                }
            }
        }
        named
    }

    fn put(
        &mut self,
        event: &Event,
        name: &tree::Name,
        value: &'t tree::Expr,
        slots: &mut Slots,
        body: &mut Slots,
    ) {
        let own = self.position(event.record, &name.text).map(|found| (found, &mut *slots));
        let found = own.or_else(|| {
            let (_, record) = event.body?;
            self.position(record, &name.text).map(|found| (found, body))
        });
        let Some(((index, ty), slots)) = found else {
            self.expr(value, None);
            self.unknown_event_field(event, name);
            return;
        };
        let value = self.expr(value, Some(ty));
        let value = self.fit(value, ty, Reason::NONE);
        if let Some(slot) = slots.get_mut(index) {
            if let Some(first) = slot.as_ref().map(|first| self.at(first.span)) {
                let at = self.at(name.span);
                self.report(report::names::twice("field", &name.text, at, first));
            }
            *slot = Some(value);
        }
    }

    fn position(&self, record: RecordId, name: &str) -> Option<(usize, TypeId)> {
        let fields = &self.checker.types.record(record)?.fields;
        let found = fields.iter().enumerate().find(|(_, field)| field.name == name);
        found.map(|(index, field)| (index, field.ty))
    }

    fn unknown_event_field(&mut self, event: &Event, name: &tree::Name) {
        if name.text.is_empty() {
            return;
        }
        let records = [Some(event.record), event.body.map(|(_, record)| record)];
        let records = records.into_iter().flatten().filter_map(|id| self.checker.types.record(id));
        let names: Vec<&str> =
            records.flat_map(|record| record.fields.iter().map(|f| f.name.as_str())).collect();
        let meant = self.checker.nearest(&name.text, names.iter().copied());
        let at = self.at(name.span);
        let flow = self.checker.flows.get(event.flow.0 as usize).map(|flow| flow.name.clone());
        let flow = flow.unwrap_or_default();
        let told = report::testing::unknown_event_field(at, &name.text, &flow, &names, meant);
        self.report(told);
    }

    /// `expect flow started with { … }`: the fields of its event that count, each with its position.
    pub(super) fn event_fields(&mut self, flow: FlowId, with: &'t tree::Expr) -> Vec<(u16, Expr)> {
        let event = self.checker.flows.get(flow.0 as usize).map(|flow| flow.trigger.event);
        let event = event.map(|event| self.checker.types.get(event));
        let mut found = Vec::new();
        for (name, value) in self.entries(with) {
            let Some(Type::Record(record)) = event else { continue };
            let Some((index, ty)) = self.position(record, &name.text) else {
                self.expr(value, None);
                self.unknown_event_field(&Event { flow, record, body: None }, &name);
                continue;
            };
            found.push((index as u16, self.check(value, ty)));
        }
        found
    }

    /// A value for each field: what is given, else an example.
    fn complete(&self, record: RecordId, slots: Slots, span: Span) -> Vec<Expr> {
        let slots = slots.into_iter().enumerate();
        slots.filter_map(|(i, slot)| slot.or_else(|| self.made_up(record, i, span))).collect()
    }

    /// An example of a field that is left out.
    pub(in crate::semantics) fn made_up(
        &self,
        record: RecordId,
        field: usize,
        span: Span,
    ) -> Option<Expr> {
        let types = &self.checker.types;
        let field = types.record(record)?.fields.get(field)?;
        Some(constant(example_of_field(types, field, Optionals::Empty), field.ty, span))
    }
}
