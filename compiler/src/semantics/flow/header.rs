//! The trigger of a header, its arguments, and the result that is waited for.

use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::artifact::Trigger;
use callflow_artifact::types::{Type, TypeId, Variants};
use ecow::{EcoString, eco_format};

use crate::semantics::body::Body;
use crate::semantics::checker::Checker;
use crate::semantics::constant::Purpose;
use crate::semantics::expression::CallSite;
use crate::semantics::names::PRELUDE;
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::types::TypeScope;
use crate::source::{FileId, Location, Span};
use crate::syntax::tree;

use super::Header;

/// The triggers that a platform's name can stand before.
const OF_PLATFORMS: [&str; 3] = ["pre_call", "call_finished", "function_call"];

impl<'t> Checker<'t> {
    /// All that a header says but its settings, which may need other flows.
    pub(super) fn header(&mut self, file: FileId, flow: &'t tree::Flow) -> Header {
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
        let body = self.header_arguments(file, flow, &signature, &mut header);
        header.event = match name.as_str() {
            "manual" => self.parameters_event(file, flow, &[], &mut header),
            "function_call" => self.parameters_event(file, flow, &[("call", event)], &mut header),
            "webhook" => self.webhook_event(file, flow, body, &mut header),
            "form" => self.form_event(file, flow, body, &mut header),
            _ => event,
        };
        header.trigger.event = header.event;
        self.check_trigger_arguments(file, flow, &header);
        self.result_of(file, flow, &mut header);
        if let Some(at) = header.result_at {
            self.no_secret_in(header.result, at, "A flow's result has no secret in it");
        }
        for (parameter, written) in header.trigger.parameters.iter().zip(&flow.parameters) {
            let at = Location { file, span: written.span };
            self.no_secret_in(parameter.ty, at, "A flow's event has no secret in it");
        }
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
            [owner, name] => match self.piece_named(file, &owner.text) {
                Some(scope) => {
                    if let Some(connection) = self.connection_named(file, &owner.text) {
                        let connection = ("connection".into(), Constant::Text(connection));
                        header.trigger.arguments.push(connection);
                    }
                    (scope, name)
                }
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
        let owner = flow.trigger.first().filter(|owner| self.is_platform(&owner.text));
        if let Some(owner) = owner.filter(|_| !OF_PLATFORMS.contains(&name.text.as_str())) {
            let at = Location { file, span: Span::new(owner.span.start, name.span.start) };
            self.report(report::triggers::no_trigger_of_platform(at, &owner.text, &name.text));
        }
        let signature = Rc::clone(&self.trigger(id)?.signature);
        let event = signature.result;
        Some((signature, event))
    }

    pub(in crate::semantics) fn is_platform(&self, name: &str) -> bool {
        let Type::Choice(choice) = self.types.get(self.prelude_type("Platform")) else {
            return false;
        };
        self.types.choice(choice).is_some_and(|choice| match &choice.variants {
            Variants::Literals(platforms) => platforms.iter().any(|platform| platform == name),
            _ => false,
        })
    }

    /// Evaluates the header's arguments. The type that a webhook or a form is given is given back.
    fn header_arguments(
        &mut self,
        file: FileId,
        flow: &'t tree::Flow,
        signature: &Rc<Signature>,
        header: &mut Header,
    ) -> Option<TypeId> {
        let callee = flow.trigger.last().map_or(flow.header, |name| name.span);
        let parens = self.brackets(file, flow, callee);
        let says_fields = flow
            .arguments
            .iter()
            .any(|argument| argument.name.as_ref().is_some_and(|name| name.text == "fields"));
        if header.trigger.name == "form" && !says_fields {
            self.report(report::triggers::form_without_fields(Location { file, span: callee }));
        }
        let call = CallSite { callee, arguments: &flow.arguments, parens, span: flow.header };
        let mut body = Body::constant(self, file, Purpose::Setting);
        if matches!(header.trigger.name.as_str(), "webhook" | "form") {
            body.path = path_argument(flow).map(|path| path.span);
        }
        let given = body.arguments(signature, call, None)?;
        body.finish_constant();
        if let Some(tool) = &flow.tool {
            // A label names the flow, and not the tool.
            let name = Constant::Text(tool.text.clone());
            header.trigger.arguments.push(("tool".into(), name));
        }
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

    fn result_of(&mut self, file: FileId, flow: &'t tree::Flow, header: &mut Header) {
        let written = flow.result.as_ref();
        let resolved = written.map(|ty| self.resolve_type(TypeScope { file, parameters: &[] }, ty));
        let at = written.map(|ty| Location { file, span: ty.span });
        let name = header.trigger.name.as_str();
        header.result = match (name, resolved) {
            ("pre_call", _) => {
                if let Some(at) = at {
                    self.report(report::triggers::pre_call_result(at));
                }
                self.prelude_type("PreCallResult")
            }
            ("function_call", None) => {
                let span = flow.tool.as_ref().map_or(flow.header, |tool| tool.span);
                self.report(report::triggers::tool_without_result(Location { file, span }));
                TypeId::UNKNOWN
            }
            ("function_call" | "webhook" | "manual", Some(ty)) => ty,
            (_, Some(_)) => {
                if let Some(at) = at {
                    self.report(report::triggers::no_result_here(at, name));
                }
                TypeId::UNKNOWN
            }
            (_, None) => TypeId::NONE,
        };
    }
}

/// What a header says of where it comes in: the argument `path`, or the first one without a name.
pub(super) fn path_argument(flow: &tree::Flow) -> Option<&tree::Expr> {
    let named = |argument: &&tree::Argument| match &argument.name {
        Some(name) => name.text == "path",
        None => true,
    };
    flow.arguments.iter().find(named).map(|argument| &argument.value)
}

/// `call_finished`, `hubspot.deal_changed`
fn trigger_name(flow: &tree::Flow) -> EcoString {
    match flow.trigger.as_slice() {
        [owner, name] => eco_format!("{}.{}", owner.text, name.text),
        names => names.first().map(|name| name.text.clone()).unwrap_or_default(),
    }
}
