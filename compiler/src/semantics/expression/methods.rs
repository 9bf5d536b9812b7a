//! Methods of built-in types, those of the table; those that take a lambda stand in [`super::loop_methods`].

use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::builtin::{
    Builtin, DefaultValue, Items, Meaning, Receiver, find_method, methods_of,
};
use callflow_artifact::piece::Parameter;
use callflow_artifact::types::{Type, TypeId};
use ecow::EcoString;

use crate::semantics::body::{Body, broken, constant};
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Expr, ExprKind, LoopMethod};
use crate::source::Span;
use crate::syntax::tree;

use super::Hint;
use super::calls::CallSite;
use super::foreign::{self, Instead};

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
        let found = self.loop_method(ty, &name.text, call.arguments);
        if found.is_none() && self.looks_at_secret(&receiver, &name.text) {
            self.discard(call.arguments);
            return broken(call.span);
        }
        if let Some((method, item)) = found {
            return self.loop_call(method, receiver, item, name, call, hint);
        }
        match find_method(&self.checker.types, ty, &name.text) {
            Some(Builtin::ToJson | Builtin::ListTable | Builtin::ListToCsv)
                if !self.checker.can_be_json(ty) =>
            {
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
                self.check_meanings(builtin, &all);
                Expr { ty, span, kind: ExprKind::Builtin(builtin, all) }
            }
            None => broken(span),
        }
    }

    /// A call of a method by the language itself, with the defaults of what it does not say.
    pub(super) fn builtin_of(
        &mut self,
        builtin: Builtin,
        mut arguments: Vec<Expr>,
        ty: TypeId,
        span: Span,
    ) -> Expr {
        let receiver = arguments.first().map_or(TypeId::UNKNOWN, |receiver| receiver.ty);
        let given = arguments.len().saturating_sub(1);
        for parameter in builtin.signature().parameters.iter().skip(given) {
            let ty = parameter.shape.resolve(&mut self.checker.types, receiver);
            let default = parameter.default.map_or(Constant::None, default_value);
            arguments.push(constant(default, ty, span));
        }
        Expr { ty, span, kind: ExprKind::Builtin(builtin, arguments) }
    }

    /// Holds literals against what they must mean: a pattern, a time zone, a word of a few.
    fn check_meanings(&mut self, builtin: Builtin, arguments: &[Expr]) {
        let parameters = builtin.signature().parameters;
        for (parameter, argument) in parameters.iter().zip(arguments.iter().skip(1)) {
            let mut argument = argument;
            while let ExprKind::Some(inner) = &argument.kind {
                argument = inner;
            }
            if let Some(meaning) = parameter.shape.meaning()
                && let ExprKind::Constant(Constant::Text(text)) = &argument.kind
                && let Err(why) = meaning.check(text)
            {
                let at = self.at(argument.span);
                let meant = match meaning {
                    Meaning::Word(words) => self.checker.nearest(text, words.iter().copied()),
                    _ => None,
                };
                self.report(report::calls::means_nothing(at, text, parameter.name, &why, meant));
            }
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
                report::optionals::with_question(diagnostic, dot, &text, &name.text)
            }
            Type::Record(record)
                if types
                    .record(record)
                    .is_some_and(|r| r.fields.iter().any(|field| field.name == name.text)) =>
            {
                report::calls::field_called(place, &name.text, &found)
            }
            ty => {
                let loops = LoopMethod::of(ty).iter().map(|(name, _)| *name);
                let loops = loops.filter(|known| *known != name.text);
                let mut known: Vec<&str> = methods_of(types, receiver.ty)
                    .map(|m| m.signature().name)
                    .chain(loops)
                    .collect();
                known.sort_unstable();
                known.dedup();
                match foreign::instead(&name.text, ty, &known) {
                    Some(Instead::Method(ours)) => {
                        let ours = Some(ours);
                        report::names::unknown_method(name, place, &found, &[], ours, None)
                    }
                    Some(Instead::Write(note)) => {
                        report::names::written_otherwise(name, place, &found, note)
                    }
                    None => {
                        let meant = self.checker.nearest(&name.text, known.iter().copied());
                        let elsewhere = receivers_of(&name.text);
                        report::names::unknown_method(name, place, &found, &known, meant, elsewhere)
                    }
                }
            }
        };
        self.report(diagnostic);
    }
}

fn default_value(value: DefaultValue) -> Constant {
    match value {
        DefaultValue::Text(text) => Constant::Text(text.into()),
        DefaultValue::Int(number) => Constant::Int(number),
        DefaultValue::Bool(value) => Constant::Bool(value),
        DefaultValue::Duration(milliseconds) => Constant::Duration(milliseconds),
        DefaultValue::EmptyList => Constant::List(Vec::new()),
        DefaultValue::None => Constant::None,
    }
}

/// What has a method of a name, in words.
fn receivers_of(name: &str) -> Option<&'static str> {
    let Some(builtin) = Builtin::ALL.iter().find(|builtin| builtin.signature().name == name) else {
        let known = |(known, _): &(&str, LoopMethod)| *known == name;
        return match () {
            () if LoopMethod::OF_LISTS.iter().any(known) => Some("lists"),
            () if LoopMethod::OF_MAPS.iter().any(known) => Some("maps"),
            () => None,
        };
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
            Items::Any => "lists",
            Items::Numbers => "lists of numbers",
            Items::Ordered => "lists of what can be ordered",
            Items::Scalars => "lists of what has a text form",
            Items::Optionals => "lists of what may be none",
            Items::Lists => "lists of lists",
            Items::Records => "lists of records",
        },
        Receiver::Map => "maps",
        Receiver::Any => return None,
    })
}
