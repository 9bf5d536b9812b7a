//! The event's record, and the names by which a flow reads it.

use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::path::names;
use callflow_artifact::piece::Parameter;
use callflow_artifact::types::{Field, Record, RecordId, Type, TypeId};
use ecow::EcoString;

use crate::semantics::body::{Binding, Body};
use crate::semantics::checker::Checker;
use crate::semantics::report;
use crate::source::{FileId, Location};
use crate::syntax::tree;

use super::header::path_argument;
use super::{FlowItem, Header, flow_name};

impl<'t> Checker<'t> {
    /// `manual(p: T)` and `function_call name(p: T)`: the parameters are the event's fields.
    pub(super) fn parameters_event(
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
            default: parameter.default.clone(),
            doc: parameter.doc.clone(),
            ..plain_field(&parameter.name, parameter.ty)
        });
        let given = more.iter().map(|&(name, ty)| plain_field(name, ty));
        let fields = own.chain(given).collect();
        let name = flow_name(flow).map(|name| name.text.clone()).unwrap_or_default();
        self.event_record(name, fields)
    }

    /// `body`, `headers`, `query`, and the parameters of the path; the fields of a body that is a record are in scope
    /// too.
    pub(super) fn webhook_event(
        &mut self,
        file: FileId,
        flow: &tree::Flow,
        body: Option<TypeId>,
        header: &mut Header,
    ) -> TypeId {
        let body = body.unwrap_or(TypeId::JSON);
        if let Type::Record(record) = self.types.get(body) {
            header.body = Some((0, record));
        }
        let texts = self.types.map(TypeId::STRING);
        let empty = Some(Constant::Map(Vec::new()));
        let mut fields = vec![
            plain_field("body", body),
            Field { default: empty.clone(), ..plain_field("headers", texts) },
            Field { default: empty, ..plain_field("query", texts) },
        ];
        self.path_fields(file, flow, header, &mut fields);
        self.event_record("webhook".into(), fields)
    }

    /// The parameters of a path, each a text.
    fn path_fields(
        &mut self,
        file: FileId,
        flow: &tree::Flow,
        header: &Header,
        fields: &mut Vec<Field>,
    ) {
        let own: Vec<EcoString> = fields.iter().map(|field| field.name.clone()).collect();
        let path = header.trigger.arguments.iter().find(|(name, _)| name == "path");
        let Some((_, Constant::Text(path))) = path else { return };
        for name in names(path) {
            if own.iter().any(|known| known == name) {
                let span = path_argument(flow).map_or(flow.header, |path| path.span);
                self.report(report::triggers::path_name(Location { file, span }, name));
            } else if fields.iter().all(|field| field.name != name) {
                fields.push(plain_field(name, TypeId::STRING));
            }
        }
    }

    /// `body`, the fields of the record that a person fills in, and the parameters of the path.
    pub(super) fn form_event(
        &mut self,
        file: FileId,
        flow: &tree::Flow,
        body: Option<TypeId>,
        header: &mut Header,
    ) -> TypeId {
        let Some(body) = body else { return TypeId::UNKNOWN };
        match self.types.get(body) {
            Type::Record(record) => header.body = Some((0, record)),
            Type::Unknown => {}
            _ => {
                let given = flow.arguments.iter().find(|argument| {
                    argument.name.as_ref().is_some_and(|name| name.text == "fields")
                });
                let span = given.map_or(flow.header, |argument| argument.value.span);
                let found = self.name(body);
                self.report(report::triggers::form_fields(Location { file, span }, &found));
            }
        }
        let mut fields = vec![plain_field("body", body)];
        self.path_fields(file, flow, header, &mut fields);
        self.event_record("form".into(), fields)
    }

    fn event_record(&mut self, name: EcoString, fields: Vec<Field>) -> TypeId {
        self.types.add_record(Record { name, doc: EcoString::new(), fields }).1
    }

    /// The names that a flow sees of its event, each with the path to its value.
    fn event_names(&self, item: &FlowItem<'t>) -> Vec<(EcoString, Vec<u16>)> {
        if item.tree.binding.is_some() {
            return Vec::new();
        }
        let Type::Record(event) = self.types.get(item.header.event) else { return Vec::new() };
        let mut names = self.field_paths(event, &[]);
        if let Some((index, body)) = item.header.body {
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

impl<'t> Body<'_, 't> {
    /// Makes the event the body's one parameter, and its names visible.
    pub(super) fn bind_event(&mut self, item: &FlowItem<'t>) {
        let event = self.hidden_local(item.header.event, item.tree.header);
        // The event's own fields go before those of its body.
        for (name, path) in self.checker.event_names(item).into_iter().rev() {
            self.make_visible(&name, Binding::Event(path));
        }
        if let Some(binding) = &item.tree.binding {
            self.make_visible(&binding.text, Binding::Local(event));
        }
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
