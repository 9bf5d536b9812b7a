//! `start flow(…)` and `run flow(…)`: runs of other flows.

use std::rc::Rc;

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::piece::Parameter;
use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, Kind, broken};
use crate::semantics::names::ValueNameKind;
use crate::semantics::report;
use crate::semantics::report::launch::NoFlow;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Expr, ExprKind};
use crate::source::{Location, Span};
use crate::syntax::tree::{self, ExprKind as Tree};

use super::calls::CallSite;

/// `start` or `run`, as it is written.
#[derive(Clone, Copy)]
pub(super) struct Launch<'t> {
    /// Whether the word is `run`, which waits for the result.
    pub(super) waits: bool,
    /// The flow's name.
    pub(super) flow: &'t tree::Expr,
    /// What its event gets.
    pub(super) call: CallSite<'t>,
    /// `with { … }`, which only tests have.
    pub(super) event: Option<&'t tree::Expr>,
}

impl<'t> Body<'_, 't> {
    /// A run of another flow. `run` gives what the flow returns.
    pub(super) fn launch(&mut self, launch: Launch<'t>) -> Expr {
        let Launch { waits, call, .. } = launch;
        let word = if waits { "run" } else { "start" };
        let at = self.at(Span::new(call.span.start, call.span.start + word.len() as u32));
        let told = match self.kind {
            Kind::Piece => Some(report::control::not_in_piece(at, word)),
            Kind::Constant(purpose) => Some(report::launch::in_constant(at, word, purpose)),
            _ => None,
        };
        if let Some(diagnostic) = told {
            self.discard(call.arguments);
            self.report(diagnostic);
            return broken(call.span);
        }
        self.effectful = true;
        if let Some(event) = launch.event {
            self.expr(event, None);
            let at = self.at(event.span);
            self.report(report::launch::event_outside_test(at, word));
            return broken(call.span);
        }
        let Some(flow) = self.find_flow(launch.flow, word) else {
            self.discard(call.arguments);
            return broken(call.span);
        };
        let event = Box::new(self.event_of(flow, call));
        let result = self.checker.flows.get(flow.0 as usize).map(|flow| flow.result);
        let ty = if waits { result.unwrap_or(TypeId::UNKNOWN) } else { TypeId::NONE };
        Expr { ty, span: call.span, kind: ExprKind::Launch { flow, event, waits } }
    }

    /// The flow that an expression names; told where there is none.
    pub(in crate::semantics) fn find_flow(
        &mut self,
        named: &'t tree::Expr,
        word: &str,
    ) -> Option<FlowId> {
        if let Some(flow) = self.checker.find_flow(self.file, named) {
            return Some(flow);
        }
        let at = self.at(named.span);
        if let Tree::Field { base, name, .. } = &named.kind
            && let Tree::Name(owner) = &base.kind
        {
            self.no_flow_of_file(owner, base.span, name);
            return None;
        }
        let Tree::Name(name) = &named.kind else {
            if !matches!(named.kind, Tree::Missing) {
                self.report(report::launch::no_flow(at, NoFlow::Expression, word, None));
            }
            return None;
        };
        let scope = self.own_scope()?;
        let flows = scope.flows.keys().copied();
        let meant = self.checker.nearest(name, flows);
        let function = self.find_value(name).map(|value| value.kind);
        let what = match function {
            Some(ValueNameKind::Function(_)) => {
                let word_end = named.span.start;
                let cut = Span::new(word_end.saturating_sub(word.len() as u32 + 1), word_end);
                NoFlow::Function(name, self.at(cut))
            }
            _ => NoFlow::Unknown(name),
        };
        let diagnostic = report::launch::no_flow(at, what, word, meant);
        self.report(diagnostic);
        None
    }

    /// Tells of `crm.follow_up` where there is no such file or no such flow in it.
    fn no_flow_of_file(&mut self, owner: &'t str, owner_at: Span, name: &tree::Name) {
        if self.checker.is_lost(self.file, owner) {
            return;
        }
        let Some((_, scope)) = self.checker.file_named(self.file, owner) else {
            let aliases = self.checker.aliases_of(self.file);
            let meant = self.checker.nearest(owner, aliases);
            let at = self.at(owner_at);
            self.report(report::uses::not_used(owner, at, meant));
            return;
        };
        if name.text.is_empty() {
            return;
        }
        let flows = self.checker.scope(scope).map(|scope| scope.flows.keys().copied());
        let mut known: Vec<&str> = flows.into_iter().flatten().collect();
        known.sort_unstable();
        let meant = self.checker.nearest(&name.text, known.iter().copied());
        let at = self.at(name.span);
        self.report(report::uses::no_flow(owner, &name.text, at, &known, meant));
    }

    /// The event of a flow's run, from arguments for its fields.
    pub(in crate::semantics) fn event_of(&mut self, flow: FlowId, call: CallSite<'t>) -> Expr {
        let broken = broken(call.span);
        let Some(item) = self.checker.flow_items.get(flow.0 as usize).cloned() else {
            self.discard(call.arguments);
            return broken;
        };
        let event = item.header.event;
        let Type::Record(record) = self.checker.types.get(event) else {
            self.discard(call.arguments);
            return broken;
        };
        let by_hand = item.header.trigger.name == "manual";
        if !by_hand && let Some(first) = call.arguments.iter().find(|a| a.name.is_none()) {
            let at = self.at(first.value.span);
            let trigger = item.header.trigger.name.clone();
            self.discard(call.arguments);
            self.report(report::launch::unnamed_field(at, &trigger));
            return broken;
        }
        let name = self.checker.flows.get(flow.0 as usize).map(|flow| flow.name.clone());
        let signature = self.event_signature(record, name.unwrap_or_default());
        let header = Location { file: item.file, span: item.tree.header };
        let signature = Rc::new(Signature { at: Some(header), ..signature });
        match self.arguments(&signature, call, None) {
            Some(given) => {
                let kind = ExprKind::Record(record, given.arguments);
                Expr { ty: event, span: call.span, kind }
            }
            None => broken,
        }
    }

    /// An event's fields as the parameters of a call.
    fn event_signature(
        &self,
        record: callflow_artifact::types::RecordId,
        name: ecow::EcoString,
    ) -> Signature {
        let fields = self.checker.types.record(record).map(|record| record.fields.as_slice());
        let parameters = fields.unwrap_or_default().iter().map(|field| Parameter {
            name: field.name.clone(),
            ty: field.ty,
            default: field.default.clone(),
            doc: field.doc.clone(),
        });
        Signature { name, parameters: parameters.collect(), ..Signature::default() }
    }
}
