//! Flows: what starts them, what their bodies see of the event, what they must answer, and how they are bounded.
//!
//! Headers are resolved before any body is checked, for bodies start other flows. In order, each in its file:
//! [`header`] finds the trigger and its arguments, which [`arguments`] looks at more closely; [`event`] makes the
//! event's record and the names that are in scope; [`claims`] finds two flows that want the same; [`settings`]
//! checks what a header says of its runs, once all flows are known.

mod arguments;
mod claims;
mod event;
mod header;
mod settings;

use std::collections::HashMap;
use std::rc::Rc;

use callflow_artifact::artifact::Trigger;
use callflow_artifact::bytecode::{FlowId, FunctionId};
use callflow_artifact::types::{RecordId, TypeId};
use ecow::{EcoString, eco_format};

use crate::source::{FileId, Location, Span};
use crate::syntax::tree;

use super::body::{Body, Kind};
use super::checker::{Checker, FunctionSource};
use super::names::ScopeId;
use super::report;
use super::signature::Signature;
use super::typed;

use claims::Claims;

/// What is known of a flow from its header.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) trigger: Trigger,
    /// The event's record.
    pub(super) event: TypeId,
    /// The record whose fields are in scope beside the event's own, and the field of the event that holds it.
    pub(super) body: Option<(u16, RecordId)>,
    pub(super) result: TypeId,
    pub(super) result_at: Option<Location>,
}

/// A flow as it is written, with what its header says.
#[derive(Clone)]
pub(super) struct FlowItem<'t> {
    pub(super) file: FileId,
    pub(super) tree: &'t tree::Flow,
    pub(super) doc: &'t EcoString,
    pub(super) header: Rc<Header>,
}

impl<'t> Checker<'t> {
    /// Resolves the headers of all flows, so that each can be started by any other.
    pub(super) fn resolve_flows(&mut self) {
        let mut claims = Claims::default();
        let mut count: HashMap<FileId, usize> = HashMap::new();
        for index in 0..self.functions.len() {
            let Some(item) = self.functions.get(index) else { continue };
            let (file, doc) = (item.file, item.doc);
            let FunctionSource::Flow(flow) = item.source else { continue };
            *count.entry(file).or_default() += 1;
            self.declare_flow(file, flow);
            let header = self.header(file, flow);
            self.claim(&header.trigger, flow, file, &mut claims);
            let name = flow_name(flow).map(|name| name.text.clone()).unwrap_or_default();
            self.flows.push(typed::Flow {
                address: name.clone(),
                name,
                doc: doc.clone(),
                trigger: header.trigger.clone(),
                function: FunctionId(index as u32),
                result: header.result,
                settings: typed::FlowSettings::default(),
                header: flow.header,
                file,
            });
            self.flow_items.push(FlowItem { file, tree: flow, doc, header: Rc::new(header) });
        }
        for flow in &mut self.flows {
            let path = self.sources.get(flow.file).map(|source| source.path.as_str());
            let stem = file_stem(path.unwrap_or_default());
            flow.address = match count.get(&flow.file) {
                Some(1) => stem.into(),
                _ => eco_format!("{stem}.{}", flow.name),
            };
        }
    }

    /// Gives a flow its name in its file. Its id is the next one.
    fn declare_flow(&mut self, file: FileId, flow: &'t tree::Flow) {
        let Some(name) = flow_name(flow).filter(|name| !name.text.is_empty()) else { return };
        let at = Location { file, span: name.span };
        let id = FlowId(self.flows.len() as u32);
        let scope = self.scope_of(file);
        let Some(scope) = self.scopes.get_mut(scope.0 as usize) else { return };
        match scope.flows.get(name.text.as_str()) {
            Some(&earlier) => {
                let earlier = self.flow_items.get(earlier.0 as usize).map(|item| item.tree);
                let first = earlier.and_then(flow_name).map_or(at.span, |name| name.span);
                let first = Location { file, span: first };
                self.report(report::names::flow_twice(&name.text, at, first, flow.label.is_some()));
            }
            None => {
                scope.flows.insert(&name.text, id);
            }
        }
    }

    /// The flow that an expression names in a file: by its label, or else its tool's or its trigger's name, or by the
    /// file's where it is the only one there. A flow of another file stands behind the name by which that is used.
    pub(super) fn find_flow(&self, file: FileId, named: &tree::Expr) -> Option<FlowId> {
        match &named.kind {
            tree::ExprKind::Name(name) => self.flow_in(file, name).or_else(|| {
                let (_, other) = self.file_named(file, name)?;
                self.only_flow_of(other)
            }),
            tree::ExprKind::Field { base, optional: false, name } => match &base.kind {
                tree::ExprKind::Name(owner) => {
                    let (other, _) = self.file_named(file, owner)?;
                    self.flow_in(other, &name.text)
                }
                _ => None,
            },
            tree::ExprKind::Paren(inner) => self.find_flow(file, inner),
            _ => None,
        }
    }

    fn flow_in(&self, file: FileId, name: &str) -> Option<FlowId> {
        let id = self.scope_of(file);
        let scope = self.scope(id)?;
        if let Some(&flow) = scope.flows.get(name) {
            return Some(flow);
        }
        let only = self.only_flow_of(id)?;
        self.flows.get(only.0 as usize).filter(|flow| flow.address == name).map(|_| only)
    }

    fn only_flow_of(&self, scope: ScopeId) -> Option<FlowId> {
        let flows = &self.scope(scope)?.flows;
        flows.values().next().copied().filter(|_| flows.len() == 1)
    }

    /// Checks what headers say of their runs, and the bodies of all flows.
    pub(super) fn check_flows(&mut self) {
        for index in 0..self.flow_items.len() {
            let Some(item) = self.flow_items.get(index).cloned() else { continue };
            let settings = self.flow_settings(&item);
            self.failed_flow(index, &item);
            let Some(flow) = self.flows.get_mut(index) else { continue };
            flow.settings = settings;
            let (function, name) = (flow.function, flow.name.clone());
            self.flow_body(function, &item, name);
        }
    }

    fn flow_body(&mut self, function: FunctionId, item: &FlowItem<'t>, name: EcoString) {
        let header = &item.header;
        let answers = !matches!(header.result, TypeId::NONE | TypeId::UNKNOWN);
        let mut body = Body::new(self, item.file, Kind::Flow { answers });
        body.result = header.result;
        body.result_at = header.result_at;
        body.bind_event(item);
        let signature = Signature { name, ..Signature::default() };
        let checked = body.function(&item.tree.body, &signature);
        if let Some(item) = self.functions.get_mut(function.0 as usize) {
            item.signature = Rc::new(signature);
            item.checked = Some(checked);
        }
    }
}

/// The label, else the tool's name, else the trigger's.
fn flow_name(flow: &tree::Flow) -> Option<&tree::Name> {
    flow.label.as_ref().or(flow.tool.as_ref()).or(flow.trigger.last())
}

/// Where the trigger is named.
fn trigger_span(flow: &tree::Flow) -> Span {
    flow.trigger.last().map_or(flow.header, |name| name.span)
}

/// `crm` of `flows/crm.flow`.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".flow").unwrap_or(name)
}
