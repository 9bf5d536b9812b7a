//! Methods of built-in types: those of the table, and those of lists that take a lambda.

use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::builtin::{
    Builtin, DefaultValue, Receiver, find_method, is_number, is_ordered, is_text, methods_of,
};
use callflow_artifact::piece::Parameter;
use callflow_artifact::types::{Type, TypeId};
use ecow::EcoString;

use crate::semantics::body::{Body, broken};
use crate::semantics::fits::Reason;
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Expr, ExprKind, Lambda, LoopMethod};
use crate::source::Span;
use crate::syntax::tree::{self, Argument};

use super::Hint;
use super::calls::CallSite;

impl<'t> Body<'_, 't> {
    /// `value.method(…)`
    pub(super) fn method(
        &mut self,
        receiver: Expr,
        name: &'t tree::Name,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Expr {
        let ty = receiver.ty;
        if name.text.is_empty() || ty == TypeId::UNKNOWN || ty == TypeId::NEVER {
            self.discard(call.arguments);
            return broken(call.span);
        }
        if let Type::List(item) = self.checker.types.get(ty)
            && let Some(method) = loop_method(&name.text, call.arguments)
        {
            return self.loop_call(method, receiver, item, name, call, hint);
        }
        match find_method(&self.checker.types, ty, &name.text) {
            Some(Builtin::ToJson) if !self.checker.can_be_json(ty) => {
                let (at, found) = (self.at(receiver.span), self.name(ty));
                self.report(report::types::no_json(at, &found));
                broken(call.span)
            }
            Some(builtin) => self.builtin(builtin, receiver, call),
            None => {
                self.discard(call.arguments);
                self.tell_no_method(&receiver, name);
                broken(call.span)
            }
        }
    }

    fn builtin(&mut self, builtin: Builtin, receiver: Expr, call: CallSite<'t>) -> Expr {
        let span = call.span;
        let table = builtin.signature();
        let mut parameters = Vec::with_capacity(table.parameters.len());
        for parameter in table.parameters {
            let ty = parameter.shape.resolve(&mut self.checker.types, receiver.ty);
            parameters.push(Parameter {
                name: parameter.name.into(),
                ty,
                default: parameter.default.map(default_value),
                doc: EcoString::new(),
            });
        }
        let signature = Signature { name: table.name.into(), parameters, ..Signature::default() };
        let signature = Rc::new(signature);
        let made = table.result.resolve(&mut self.checker.types, receiver.ty);
        let at = self.at(span);
        let ty = self.checker.made(made, receiver.ty, at);
        match self.arguments(&signature, call, None) {
            Some(given) => {
                let mut all = Vec::with_capacity(given.arguments.len() + 1);
                all.push(receiver);
                all.extend(given.arguments);
                Expr { ty, span, kind: ExprKind::Builtin(builtin, all) }
            }
            None => broken(span),
        }
    }

    fn tell_no_method(&mut self, receiver: &Expr, name: &tree::Name) {
        let types = &self.checker.types;
        let (at, place) = (self.at(receiver.span), self.at(name.span));
        let found = self.name(receiver.ty);
        let diagnostic = match types.get(receiver.ty) {
            Type::Optional(_) => {
                let text = self.checker.sources.slice(at).to_owned();
                let var = self.reads_var(receiver);
                let diagnostic = report::optionals::optional_used(at, &text, &found, None, var);
                let dot = self.at(Span::new(receiver.span.end, name.span.start));
                report::optionals::with_question(diagnostic, dot, &name.text)
            }
            Type::Record(record)
                if types
                    .record(record)
                    .is_some_and(|r| r.fields.iter().any(|field| field.name == name.text)) =>
            {
                report::calls::field_called(place, &name.text, &found)
            }
            ty => {
                let list = matches!(ty, Type::List(_));
                let loops = LoopMethod::ALL.iter().map(|(name, _)| *name);
                let loops = loops.filter(|known| list && *known != name.text);
                let mut known: Vec<&str> = methods_of(types, receiver.ty)
                    .map(|m| m.signature().name)
                    .chain(loops)
                    .collect();
                known.sort_unstable();
                known.dedup();
                let meant = self.checker.nearest(&name.text, known.iter().copied());
                let elsewhere = receivers_of(&name.text);
                report::names::unknown_method(name, place, &found, &known, meant, elsewhere)
            }
        };
        self.report(diagnostic);
    }

    fn loop_call(
        &mut self,
        method: LoopMethod,
        list: Expr,
        item: TypeId,
        name: &'t tree::Name,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Expr {
        let CallSite { arguments, span, .. } = call;
        let wanted = if method == LoopMethod::Reduce { 2 } else { 1 };
        if arguments.len() != wanted || arguments.iter().any(|argument| argument.name.is_some()) {
            self.discard(arguments);
            let at = self.at(name.span);
            self.report(report::calls::wants_lambda(at, &name.text, wanted == 2));
            return broken(span);
        }
        let mut values = arguments.iter().map(|argument| &argument.value);
        let initial = (method == LoopMethod::Reduce)
            .then(|| values.next().map(|value| self.expr(value, hint)))
            .flatten();
        let Some(function) = values.next() else { return broken(span) };
        let mut takes = vec![item];
        if let Some(initial) = &initial {
            takes.insert(0, initial.ty);
        }
        let wanted = match method {
            LoopMethod::Map => self.item_hint(hint),
            LoopMethod::FlatMap => hint,
            LoopMethod::Reduce => initial.as_ref().map(|initial| initial.ty),
            LoopMethod::GroupBy => Some(TypeId::STRING),
            LoopMethod::Sum
            | LoopMethod::SortBy
            | LoopMethod::MinBy
            | LoopMethod::MaxBy
            | LoopMethod::UniqueBy => None,
            _ => Some(TypeId::BOOL),
        };
        let Some((parameters, body)) = self.lambda_argument(function, &takes, wanted, &name.text)
        else {
            return broken(span);
        };
        let Some((ty, body)) = self.loop_type(method, list.ty, item, body, initial.as_ref()) else {
            return broken(span);
        };
        let at = self.at(span);
        let ty = self.checker.made(ty, list.ty, at);
        let initial = initial.map(Box::new);
        let lambda = Lambda { parameters, body: Box::new(body), initial };
        Expr { ty, span, kind: ExprKind::Loop { method, list: Box::new(list), lambda } }
    }

    fn item_hint(&self, hint: Hint) -> Hint {
        match self.checker.types.get(self.bare(hint)?) {
            Type::List(item) => Some(item),
            _ => None,
        }
    }

    /// What a list method gives, and its lambda's body in the type that it needs.
    fn loop_type(
        &mut self,
        method: LoopMethod,
        list: TypeId,
        item: TypeId,
        body: Expr,
        initial: Option<&Expr>,
    ) -> Option<(TypeId, Expr)> {
        let at = self.at(body.span);
        if matches!(body.ty, TypeId::UNKNOWN | TypeId::NEVER) {
            let ty = match method {
                LoopMethod::Map | LoopMethod::FlatMap | LoopMethod::Sum => return None,
                LoopMethod::Filter | LoopMethod::SortBy | LoopMethod::UniqueBy => list,
                LoopMethod::Find | LoopMethod::MinBy | LoopMethod::MaxBy => {
                    self.checker.optional(item)
                }
                LoopMethod::Any | LoopMethod::All => TypeId::BOOL,
                LoopMethod::Count => TypeId::INT,
                LoopMethod::GroupBy => self.checker.types.map(list),
                LoopMethod::Reduce => initial.map_or(TypeId::UNKNOWN, |initial| initial.ty),
            };
            return Some((ty, body));
        }
        Some(match method {
            LoopMethod::Map if body.ty == TypeId::NONE => {
                self.report(report::types::binds_nothing(at, false));
                return None;
            }
            LoopMethod::Map => (self.checker.list(body.ty, at), body),
            LoopMethod::FlatMap => match self.checker.types.get(body.ty) {
                Type::List(_) => (body.ty, body),
                ty => {
                    let found = self.name(body.ty);
                    self.report(report::operators::not_a_list(at, &found, ty));
                    return None;
                }
            },
            LoopMethod::Filter => (list, self.fit(body, TypeId::BOOL, Reason::NONE)),
            LoopMethod::Find => {
                (self.checker.optional(item), self.fit(body, TypeId::BOOL, Reason::NONE))
            }
            LoopMethod::Any | LoopMethod::All => {
                (TypeId::BOOL, self.fit(body, TypeId::BOOL, Reason::NONE))
            }
            LoopMethod::Count => (TypeId::INT, self.fit(body, TypeId::BOOL, Reason::NONE)),
            LoopMethod::Sum if is_number(&self.checker.types, body.ty) => (body.ty, body),
            LoopMethod::Sum => {
                let found = self.name(body.ty);
                self.report(report::operators::no_number(at, &found));
                return None;
            }
            LoopMethod::SortBy | LoopMethod::MinBy | LoopMethod::MaxBy => {
                let body = self.ordered(body)?;
                let optional = method != LoopMethod::SortBy;
                (if optional { self.checker.optional(item) } else { list }, body)
            }
            LoopMethod::GroupBy => {
                (self.checker.types.map(list), self.fit(body, TypeId::STRING, Reason::NONE))
            }
            LoopMethod::UniqueBy => (list, body),
            LoopMethod::Reduce => {
                let ty = initial.map_or(TypeId::UNKNOWN, |initial| initial.ty);
                let reason = Reason::at(
                    initial.map(|initial| self.at(initial.span)),
                    "the start value says what is reduced to",
                );
                (ty, self.fit(body, ty, reason))
            }
        })
    }

    /// A value that can be ordered; texts of other types as strings.
    fn ordered(&mut self, value: Expr) -> Option<Expr> {
        let types = &self.checker.types;
        if is_ordered(types, value.ty) {
            return Some(value);
        }
        if is_text(types, value.ty) {
            return Some(self.fit(value, TypeId::STRING, Reason::NONE));
        }
        let (at, found) = (self.at(value.span), self.name(value.ty));
        self.report(report::operators::no_order(at, &found));
        None
    }
}

/// The method that takes a lambda, where one is meant: `sum` and `count` are methods without one too.
fn loop_method(name: &str, arguments: &[Argument]) -> Option<LoopMethod> {
    let (_, method) = LoopMethod::ALL.iter().find(|(known, _)| *known == name)?;
    if *method == LoopMethod::Sum && arguments.is_empty() {
        return None;
    }
    Some(*method)
}

fn default_value(value: DefaultValue) -> Constant {
    match value {
        DefaultValue::Text(text) => Constant::Text(text.into()),
        DefaultValue::Int(number) => Constant::Int(number),
        DefaultValue::None => Constant::None,
    }
}

/// What has a method of a name, in words.
fn receivers_of(name: &str) -> Option<&'static str> {
    let Some(builtin) = Builtin::ALL.iter().find(|builtin| builtin.signature().name == name) else {
        let loops = LoopMethod::ALL.iter().any(|(known, _)| *known == name);
        return loops.then_some("lists");
    };
    Some(match builtin.signature().receiver {
        Receiver::Text => "texts",
        Receiver::Int => "ints",
        Receiver::Float => "floats",
        Receiver::Decimal => "decimals",
        Receiver::Duration => "durations",
        Receiver::Time => "times",
        Receiver::Date => "dates",
        Receiver::Bytes => "bytes",
        Receiver::Json => "json",
        Receiver::List(items) => match items {
            callflow_artifact::builtin::Items::Any => "lists",
            callflow_artifact::builtin::Items::Numbers => "lists of numbers",
            callflow_artifact::builtin::Items::Ordered => "lists of what can be ordered",
            callflow_artifact::builtin::Items::Texts => "lists of texts",
            callflow_artifact::builtin::Items::Lists => "lists of lists",
        },
        Receiver::Map => "maps",
        Receiver::Any => return None,
    })
}
