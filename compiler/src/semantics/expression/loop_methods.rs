//! Methods of lists and maps that take a lambda.

use callflow_artifact::builtin::{is_number, is_ordered, is_text};
use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, broken};
use crate::semantics::fits::Reason;
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind, Lambda, LoopMethod};
use crate::syntax::tree::{self, Argument};

use super::Hint;
use super::calls::CallSite;

impl<'t> Body<'_, 't> {
    /// The method that takes a lambda, where one is meant, and what its list's items or its map's values are:
    /// `sum` and `count` are methods without one too.
    pub(super) fn loop_method(
        &self,
        ty: TypeId,
        name: &str,
        arguments: &[Argument],
    ) -> Option<(LoopMethod, TypeId)> {
        let ty = self.checker.types.get(ty);
        let (Type::List(item) | Type::Map(item)) = ty else { return None };
        let (_, method) = LoopMethod::of(ty).iter().find(|(known, _)| *known == name)?;
        if *method == LoopMethod::Sum && arguments.is_empty() {
            return None;
        }
        Some((*method, item))
    }

    pub(super) fn loop_call(
        &mut self,
        method: LoopMethod,
        list: Expr,
        item: TypeId,
        name: &'t tree::Name,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Expr {
        let CallSite { arguments, span, .. } = call;
        let first = matches!(method, LoopMethod::Reduce | LoopMethod::Zip);
        let wanted = if first { 2 } else { 1 };
        if arguments.len() != wanted || arguments.iter().any(|argument| argument.name.is_some()) {
            self.discard(arguments);
            let at = self.at(name.span);
            self.report(report::calls::wants_lambda(at, &name.text, form(method)));
            return broken(span);
        }
        let mut values = arguments.iter().map(|argument| &argument.value);
        let expected = if method == LoopMethod::Reduce { hint } else { None };
        let initial =
            first.then(|| values.next().map(|value| self.expr(value, expected))).flatten();
        let Some(function) = values.next() else { return broken(span) };
        let takes = match (method, &initial) {
            (LoopMethod::Reduce, Some(initial)) => vec![initial.ty, item],
            (LoopMethod::Zip, Some(other)) => match self.checker.types.get(other.ty) {
                Type::List(paired) => vec![item, paired],
                Type::Unknown | Type::Never => return broken(span),
                ty => {
                    let (at, found) = (self.at(other.span), self.name(other.ty));
                    self.report(report::operators::not_a_list(
                        at,
                        self.checker.sources,
                        &found,
                        ty,
                    ));
                    return broken(span);
                }
            },
            (LoopMethod::FilterEntries, _) => vec![TypeId::STRING, item],
            _ => vec![item],
        };
        let wanted = match method {
            LoopMethod::Map | LoopMethod::Zip | LoopMethod::MapValues => self.item_hint(hint),
            LoopMethod::FlatMap => hint,
            LoopMethod::Reduce => initial.as_ref().map(|initial| initial.ty),
            LoopMethod::GroupBy | LoopMethod::IndexBy => Some(TypeId::STRING),
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
            Type::List(item) | Type::Map(item) => Some(item),
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
                LoopMethod::Map
                | LoopMethod::FlatMap
                | LoopMethod::Sum
                | LoopMethod::Zip
                | LoopMethod::MapValues => return None,
                LoopMethod::Filter
                | LoopMethod::SortBy
                | LoopMethod::UniqueBy
                | LoopMethod::FilterEntries => list,
                LoopMethod::FindIndex => self.checker.optional(TypeId::INT),
                LoopMethod::IndexBy => self.checker.types.map(item),
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
            LoopMethod::Map | LoopMethod::Zip | LoopMethod::MapValues
                if body.ty == TypeId::NONE =>
            {
                self.report(report::types::binds_nothing(at, false));
                return None;
            }
            LoopMethod::Map | LoopMethod::Zip => (self.checker.list(body.ty, at), body),
            LoopMethod::MapValues => (self.checker.types.map(body.ty), body),
            LoopMethod::FlatMap => match self.checker.types.get(body.ty) {
                Type::List(_) => (body.ty, body),
                ty => {
                    let found = self.name(body.ty);
                    self.report(report::operators::not_a_list(
                        at,
                        self.checker.sources,
                        &found,
                        ty,
                    ));
                    return None;
                }
            },
            LoopMethod::Filter | LoopMethod::FilterEntries => {
                (list, self.fit(body, TypeId::BOOL, Reason::NONE))
            }
            LoopMethod::FindIndex => {
                let index = self.checker.optional(TypeId::INT);
                (index, self.fit(body, TypeId::BOOL, Reason::NONE))
            }
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
            LoopMethod::IndexBy => {
                (self.checker.types.map(item), self.fit(body, TypeId::STRING, Reason::NONE))
            }
            LoopMethod::UniqueBy if self.tell_secret(&body, "be compared") => return None,
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
        if self.tell_secret(&value, "be compared") {
            return None;
        }
        let (at, found) = (self.at(value.span), self.name(value.ty));
        self.report(report::operators::no_order(at, &found));
        None
    }
}

/// What stands between the brackets.
fn form(method: LoopMethod) -> &'static str {
    match method {
        LoopMethod::Reduce => "0, (sum, item) => …",
        LoopMethod::Zip => "others, (item, other) => …",
        LoopMethod::FilterEntries => "(key, value) => …",
        LoopMethod::MapValues => "value => …",
        _ => "item => …",
    }
}
