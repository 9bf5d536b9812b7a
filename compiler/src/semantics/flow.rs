//! Flow headers: what starts a flow, what its body sees of the event, and what it must answer.

use std::collections::HashMap;
use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::artifact::Trigger;
use callflow_artifact::bytecode::FunctionId;
use callflow_artifact::piece::{Parameter, TypeParameter};
use callflow_artifact::types::{Field, Record, RecordId, Type, TypeId, Variants};
use ecow::{EcoString, eco_format};

use crate::source::{FileId, Location, Span};
use crate::syntax::tree;

use super::body::{Binding, Body, Kind};
use super::checker::{Checker, FunctionSource};
use super::constant::Purpose;
use super::expression::CallSite;
use super::names::PRELUDE;
use super::report;
use super::signature::Signature;
use super::typed;
use super::types::TypeScope;

/// What is known of a flow from its header.
struct Header {
    trigger: Trigger,
    /// The event's record.
    event: TypeId,
    /// The record whose fields are in scope beside the event's own, and the field of the event that holds it.
    body: Option<(u16, RecordId)>,
    result: TypeId,
    result_at: Option<Location>,
}

/// What must not be claimed twice in a project.
#[derive(PartialEq, Eq, Hash)]
enum Claim {
    Path(EcoString, EcoString),
    Tool(EcoString),
}

impl<'t> Checker<'t> {
    /// Checks the flows of all files.
    pub(super) fn check_flows(&mut self) {
        let mut names: HashMap<(FileId, EcoString), Location> = HashMap::new();
        let mut claims: HashMap<Claim, Location> = HashMap::new();
        let mut count: HashMap<FileId, usize> = HashMap::new();
        for index in 0..self.functions.len() {
            let Some(item) = self.functions.get(index) else { continue };
            let (file, doc) = (item.file, item.doc);
            let FunctionSource::Flow(flow) = item.source else { continue };
            *count.entry(file).or_default() += 1;
            let name = flow_name(flow);
            let at = Location { file, span: name_span(flow) };
            if let Some(&first) = names.get(&(file, name.clone())) {
                self.report(report::names::flow_twice(&name, at, first, flow.label.is_some()));
            }
            names.entry((file, name.clone())).or_insert(at);
            let header = self.header(file, flow);
            self.claim(&header.trigger, flow, file, &mut claims);
            self.flow_body(index, file, flow, &name, &header);
            self.flows.push(typed::Flow {
                address: name.clone(),
                name,
                doc: doc.clone(),
                trigger: header.trigger,
                function: FunctionId(index as u32),
                result: header.result,
                settings: typed::FlowSettings::default(),
                header: flow.header,
                file,
            });
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

    /// Two flows cannot answer on one path, or be one tool.
    fn claim(
        &mut self,
        trigger: &Trigger,
        flow: &tree::Flow,
        file: FileId,
        claims: &mut HashMap<Claim, Location>,
    ) {
        let text = |name: &str| {
            trigger.arguments.iter().find(|(known, _)| known == name).and_then(|(_, value)| {
                match value {
                    Constant::Text(text) => Some(text.clone()),
                    _ => None,
                }
            })
        };
        let (claim, what) = match (&flow.tool, text("path")) {
            (Some(tool), _) if !tool.text.is_empty() => {
                (Claim::Tool(tool.text.clone()), eco_format!("the tool `{}`", tool.text))
            }
            (_, Some(path)) => {
                let method = text("method").unwrap_or_default();
                let what = eco_format!("`{method} {path}`");
                (Claim::Path(method, path), what)
            }
            _ => return,
        };
        let at = Location { file, span: flow.tool.as_ref().map_or(flow.header, |tool| tool.span) };
        match claims.get(&claim) {
            Some(&first) => self.report(report::names::claimed_twice(&what, at, first)),
            None => {
                claims.insert(claim, at);
            }
        }
    }

    fn header(&mut self, file: FileId, flow: &'t tree::Flow) -> Header {
        let mut header = Header {
            trigger: Trigger {
                name: trigger_name(flow),
                event: TypeId::UNKNOWN,
                arguments: Vec::new(),
                parameters: Vec::new(),
            },
            event: TypeId::UNKNOWN,
            body: None,
            result: TypeId::NONE,
            result_at: flow.result.as_ref().map(|ty| Location { file, span: ty.span }),
        };
        let Some((signature, event)) = self.trigger_of(file, flow, &mut header) else {
            if let Some(result) = &flow.result {
                header.result = self.resolve_type(TypeScope { file, parameters: &[] }, result);
            }
            return header;
        };
        let name = header.trigger.name.clone();
        let body_type = self.header_arguments(file, flow, &signature, &mut header);
        header.event = match name.as_str() {
            "manual" => self.parameters_event(file, flow, &[], &mut header),
            "function_call" => self.parameters_event(file, flow, &[("call", event)], &mut header),
            "webhook" => self.webhook_event(body_type, &mut header),
            _ => event,
        };
        header.trigger.event = header.event;
        self.check_settings(file, flow, &mut header);
        self.result_of(file, flow, &mut header);
        self.deadline(file, flow, &mut header);
        header
    }

    /// The trigger of a header and the type that it declares for its event.
    fn trigger_of(
        &mut self,
        file: FileId,
        flow: &'t tree::Flow,
        header: &mut Header,
    ) -> Option<(Rc<Signature>, TypeId)> {
        let (scope, name) = match flow.trigger.as_slice() {
            [name] => (PRELUDE, name),
            [owner, name] if self.is_platform(&owner.text) => {
                let platform = Constant::Text(owner.text.clone());
                header.trigger.name = name.text.clone();
                header.trigger.arguments.push(("platform".into(), platform));
                (PRELUDE, name)
            }
            [owner, name] => match self.piece_scopes.get(owner.text.as_str()) {
                Some(&scope) => (scope, name),
                None => {
                    let meant =
                        self.nearest(&owner.text, self.piece_names.iter().map(|n| n.as_str()));
                    let at = Location { file, span: owner.span };
                    self.report(report::names::unknown_piece(&owner.text, at, meant));
                    return None;
                }
            },
            _ => return None,
        };
        if name.text.is_empty() {
            return None;
        }
        let known = self.scope(scope)?;
        let Some(&id) = known.triggers.get(name.text.as_str()) else {
            let mut triggers: Vec<&str> = known.triggers.keys().copied().collect();
            triggers.sort_unstable();
            let meant = self.nearest(&name.text, triggers.iter().copied());
            let at = Location { file, span: name.span };
            let owner = flow.trigger.first().filter(|_| flow.trigger.len() > 1);
            let owner = owner.map(|owner| owner.text.as_str());
            let told = report::names::unknown_trigger(&name.text, at, owner, &triggers, meant);
            self.report(told);
            return None;
        };
        let signature = Rc::clone(&self.trigger(id)?.signature);
        let event = signature.result;
        Some((signature, event))
    }

    fn is_platform(&self, name: &str) -> bool {
        let Type::Choice(choice) = self.types.get(self.prelude_type("Platform")) else {
            return false;
        };
        self.types.choice(choice).is_some_and(|choice| match &choice.variants {
            Variants::Literals(platforms) => platforms.iter().any(|platform| platform == name),
            Variants::Tagged(_) => false,
        })
    }

    /// Evaluates the header's arguments. `body: T` of a webhook is a type, and given back.
    fn header_arguments(
        &mut self,
        file: FileId,
        flow: &'t tree::Flow,
        signature: &Signature,
        header: &mut Header,
    ) -> Option<TypeId> {
        let mut signature = signature.clone();
        if header.trigger.name == "webhook" {
            signature.type_parameters.push(TypeParameter {
                name: "body".into(),
                type_name: "T".into(),
                default: Some(TypeId::JSON),
                doc: EcoString::new(),
            });
        }
        let signature = Rc::new(signature);
        let callee = flow.trigger.last().map_or(flow.header, |name| name.span);
        let brackets = self.brackets(file, flow, callee);
        let mut body = Body::constant(self, file, Purpose::Setting);
        let call =
            CallSite { callee, arguments: &flow.arguments, parens: brackets, span: flow.header };
        let given = body.arguments(&signature, call, None)?;
        body.finish_constant();
        for (parameter, value) in signature.parameters.iter().zip(given.arguments) {
            let (_, value) = self.fold_or_tell(file, &value, Purpose::Setting);
            if let Some(value) = value.filter(|value| *value != Constant::None) {
                header.trigger.arguments.push((parameter.name.clone(), value));
            }
        }
        given.types.first().copied()
    }

    /// From `(` to `)` of a header's arguments; empty where there are none.
    fn brackets(&self, file: FileId, flow: &tree::Flow, callee: Span) -> Span {
        let from = flow.arguments.last().map_or(callee.end, |argument| argument.value.span.end);
        let rest = Location { file, span: Span::new(from, flow.header.end.max(from)) };
        match self.sources.slice(rest).find(')') {
            Some(close) => Span::new(callee.end, from + close as u32 + 1),
            None => callee.after(),
        }
    }

    /// `manual(p: T)` and `function_call name(p: T)`: the parameters are the event's fields.
    fn parameters_event(
        &mut self,
        file: FileId,
        flow: &'t tree::Flow,
        more: &[(&str, TypeId)],
        header: &mut Header,
    ) -> TypeId {
        let at = Location { file, span: flow.header };
        let (signature, _) =
            self.signature(header.trigger.name.clone(), at, &flow.parameters, None);
        let signature = self.with_defaults(Rc::new(signature));
        for parameter in &flow.parameters {
            if more.iter().any(|(name, _)| parameter.name.text == *name) {
                let at = Location { file, span: parameter.name.span };
                self.report(report::names::parameter_of_trigger(&parameter.name.text, at));
            }
        }
        header.trigger.parameters.clone_from(&signature.parameters);
        let own = signature.parameters.iter().map(|parameter: &Parameter| Field {
            name: parameter.name.clone(),
            wire: None,
            ty: parameter.ty,
            nullable: false,
            default: parameter.default.clone(),
            sample: None,
            doc: parameter.doc.clone(),
        });
        let given = more.iter().map(|&(name, ty)| plain_field(name, ty));
        let fields = own.chain(given).collect();
        self.event_record(flow_name(flow), fields)
    }

    /// `body`, `headers`, `query`; the fields of a body that is a record are in scope too.
    fn webhook_event(&mut self, body_type: Option<TypeId>, header: &mut Header) -> TypeId {
        let body = body_type.unwrap_or(TypeId::JSON);
        if let Type::Record(record) = self.types.get(body) {
            header.body = Some((0, record));
        }
        let texts = self.types.map(TypeId::STRING);
        let fields = vec![
            plain_field("body", body),
            plain_field("headers", texts),
            plain_field("query", texts),
        ];
        self.event_record("webhook".into(), fields)
    }

    fn event_record(&mut self, name: EcoString, fields: Vec<Field>) -> TypeId {
        self.types.add_record(Record { name, doc: EcoString::new(), fields }).1
    }

    /// What must hold of the arguments beside their types.
    fn check_settings(&mut self, file: FileId, flow: &tree::Flow, header: &mut Header) {
        let at = |name: &str| {
            let found = flow
                .arguments
                .iter()
                .find(|argument| argument.name.as_ref().is_some_and(|known| known.text == name));
            let span = found.or(flow.arguments.first()).map(|argument| argument.value.span);
            Location { file, span: span.unwrap_or(flow.header) }
        };
        let find = |name: &str| {
            header.trigger.arguments.iter().find(|(known, _)| known == name).map(|(_, v)| v)
        };
        let told = match header.trigger.name.as_str() {
            "schedule" => match (find("cron"), find("every")) {
                (None, None) => Some(report::pieces::schedule_without_time(Location {
                    file,
                    span: flow.trigger.last().map_or(flow.header, |name| name.span),
                })),
                (Some(_), Some(_)) => Some(report::pieces::schedule_with_both(at("every"))),
                (Some(Constant::Text(cron)), None) if !is_cron(cron) => {
                    Some(report::pieces::cron(at("cron"), cron))
                }
                (None, Some(Constant::Duration(every))) if *every < 1000 => {
                    Some(report::pieces::too_often(at("every")))
                }
                _ => None,
            },
            "webhook" => match find("path") {
                Some(Constant::Text(path)) if !path.starts_with('/') => {
                    Some(report::pieces::path(at("path"), path))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(diagnostic) = told {
            self.report(diagnostic);
        }
    }

    fn result_of(&mut self, file: FileId, flow: &'t tree::Flow, header: &mut Header) {
        let written = flow.result.as_ref();
        let resolved = written.map(|ty| self.resolve_type(TypeScope { file, parameters: &[] }, ty));
        let at = written.map(|ty| Location { file, span: ty.span });
        let name = header.trigger.name.as_str();
        header.result = match (name, resolved) {
            ("pre_call", _) => {
                if let Some(at) = at {
                    self.report(report::pieces::pre_call_result(at));
                }
                self.prelude_type("PreCallResult")
            }
            ("function_call", None) => {
                let span = flow.tool.as_ref().map_or(flow.header, |tool| tool.span);
                self.report(report::pieces::tool_without_result(Location { file, span }));
                TypeId::UNKNOWN
            }
            ("function_call" | "webhook" | "manual", Some(ty)) => ty,
            (_, Some(_)) => {
                if let Some(at) = at {
                    self.report(report::pieces::no_result_here(at, name));
                }
                TypeId::UNKNOWN
            }
            (_, None) => TypeId::NONE,
        };
    }

    /// `within 2s else allow()`
    fn deadline(&mut self, file: FileId, flow: &'t tree::Flow, header: &mut Header) {
        let Some(deadline) = &flow.deadline else { return };
        let name = header.trigger.name.clone();
        let at = Location { file, span: deadline.duration.span };
        if name != "pre_call" && name != "function_call" {
            self.report(report::pieces::deadline_here(at, &name));
            return;
        }
        let expected = Some(TypeId::DURATION);
        match self.constant_of(file, &deadline.duration, expected, Purpose::Setting).1 {
            Some(Constant::Duration(time)) if time <= 0 => {
                self.report(report::pieces::deadline_positive(at));
            }
            Some(value) => header.trigger.arguments.push(("deadline".into(), value)),
            None => {}
        }
        if let Some(fallback) = &deadline.fallback {
            let mut body = Body::new(self, file, Kind::Flow { answers: true });
            body.check(fallback, header.result);
            body.warn_of_unused();
        }
    }

    fn flow_body(
        &mut self,
        index: usize,
        file: FileId,
        flow: &'t tree::Flow,
        name: &EcoString,
        header: &Header,
    ) {
        let answers = !matches!(header.result, TypeId::NONE | TypeId::UNKNOWN);
        let known = header.event != TypeId::UNKNOWN;
        let visible = if known { self.event_names(header, flow) } else { Vec::new() };
        let mut body = Body::new(self, file, Kind::Flow { answers });
        body.result = header.result;
        body.result_at = header.result_at;
        let event = body.hidden_local(header.event, flow.header);
        // The event's own fields go before those of its body.
        for (name, path) in visible.into_iter().rev() {
            body.make_visible(&name, Binding::Event(path));
        }
        if let Some(binding) = &flow.binding {
            body.make_visible(&binding.text, Binding::Local(event));
        }
        let signature = Signature { name: name.clone(), ..Signature::default() };
        let checked = body.function(&flow.body, &signature);
        if let Some(item) = self.functions.get_mut(index) {
            item.signature = Rc::new(signature);
            item.checked = Some(checked);
        }
    }

    /// The names that a flow's body sees of its event, each with the path to its value.
    fn event_names(&self, header: &Header, flow: &tree::Flow) -> Vec<(EcoString, Vec<u16>)> {
        if flow.binding.is_some() {
            return Vec::new();
        }
        let Type::Record(event) = self.types.get(header.event) else { return Vec::new() };
        let mut names = self.field_paths(event, &[]);
        if let Some((index, body)) = header.body {
            names.extend(self.field_paths(body, &[index]));
        }
        names
    }

    fn field_paths(&self, record: RecordId, before: &[u16]) -> Vec<(EcoString, Vec<u16>)> {
        let fields = self.types.record(record).map(|record| record.fields.as_slice());
        let path = |index: usize| before.iter().copied().chain([index as u16]).collect();
        let fields = fields.unwrap_or_default().iter().enumerate();
        fields.map(|(index, field)| (field.name.clone(), path(index))).collect()
    }
}

fn plain_field(name: &str, ty: TypeId) -> Field {
    Field {
        name: name.into(),
        wire: None,
        ty,
        nullable: false,
        default: None,
        sample: None,
        doc: EcoString::new(),
    }
}

/// The label, else the tool's name, else the trigger's.
fn flow_name(flow: &tree::Flow) -> EcoString {
    let named = flow.label.as_ref().or(flow.tool.as_ref()).or(flow.trigger.last());
    named.map(|name| name.text.clone()).unwrap_or_default()
}

fn name_span(flow: &tree::Flow) -> Span {
    let named = flow.label.as_ref().or(flow.tool.as_ref()).or(flow.trigger.last());
    named.map_or(flow.header, |name| name.span)
}

/// `call_finished`, `hubspot.deal_changed`
fn trigger_name(flow: &tree::Flow) -> EcoString {
    match flow.trigger.as_slice() {
        [owner, name] => eco_format!("{}.{}", owner.text, name.text),
        names => names.first().map(|name| name.text.clone()).unwrap_or_default(),
    }
}

/// `crm` of `flows/crm.flow`.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".flow").unwrap_or(name)
}

/// Whether a text has the five fields of cron, each of the right alphabet.
fn is_cron(text: &str) -> bool {
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == 5
        && fields.iter().all(|field| {
            field
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'/' | b',' | b'-'))
        })
}
