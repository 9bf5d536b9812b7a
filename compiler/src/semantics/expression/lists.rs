//! List literals.

use callflow_artifact::Constant;
use callflow_artifact::bytecode::Conversion;
use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, broken, constant};
use crate::semantics::fits::Reason;
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind, ListPart};
use crate::source::Span;
use crate::syntax::tree::Element;

use super::Hint;

impl<'t> Body<'_, 't> {
    /// `[a, b, ...c]`
    pub(super) fn list(&mut self, elements: &'t [Element], hint: Hint, span: Span) -> Expr {
        let expected = self.bare(hint).unwrap_or(TypeId::UNKNOWN);
        match self.checker.types.get(expected) {
            Type::List(item) => self.list_of(elements, item, expected, span),
            Type::Json => {
                let list = self.checker.types.list(TypeId::JSON);
                let value = Box::new(self.list_of(elements, TypeId::JSON, list, span));
                let kind = ExprKind::Convert(Conversion::ToJson, value);
                Expr { ty: TypeId::JSON, span, kind }
            }
            _ => self.list_of_anything(elements, hint.is_some(), span),
        }
    }

    fn list_of(&mut self, elements: &'t [Element], item: TypeId, list: TypeId, span: Span) -> Expr {
        let mut parts = Vec::with_capacity(elements.len());
        for element in elements {
            parts.push(if element.spread {
                ListPart::Spread(self.check(&element.value, list))
            } else {
                ListPart::Item(self.check(&element.value, item))
            });
        }
        Expr { ty: list, span, kind: ExprKind::List(parts) }
    }

    /// The items say what list it is.
    fn list_of_anything(&mut self, elements: &'t [Element], expected: bool, span: Span) -> Expr {
        if elements.is_empty() {
            // Where something is expected that is no list, the mismatch says more.
            if !expected {
                let at = self.at(span);
                self.report(report::types::empty_list(at));
                return broken(span);
            }
            let list = self.checker.types.list(TypeId::UNKNOWN);
            return constant(Constant::List(Vec::new()), list, span);
        }
        let mut values = Vec::with_capacity(elements.len());
        let mut item: Option<TypeId> = None;
        for element in elements {
            let value = self.expr(&element.value, item.filter(|_| !element.spread));
            let ty = if element.spread { self.spread_item(&value) } else { value.ty };
            item = match item {
                None => Some(ty),
                Some(before) => match self.checker.join(before, ty) {
                    Some(joined) => Some(joined),
                    None => {
                        let at = self.at(value.span);
                        let (before, found) = (self.name(before), self.name(ty));
                        self.report(report::operators::items_differ(at, &before, &found));
                        Some(TypeId::UNKNOWN)
                    }
                },
            };
            values.push(value);
        }
        let item = match item {
            Some(TypeId::NONE | TypeId::NEVER) => {
                let at = self.at(span);
                self.report(report::types::empty_list(at));
                TypeId::UNKNOWN
            }
            item => item.unwrap_or(TypeId::UNKNOWN),
        };
        if item == TypeId::UNKNOWN {
            return broken(span);
        }
        let at = self.at(span);
        let list = self.checker.list(item, at);
        let mut parts = Vec::with_capacity(values.len());
        for (element, value) in elements.iter().zip(values) {
            parts.push(if element.spread {
                ListPart::Spread(self.fit(value, list, Reason::NONE))
            } else {
                ListPart::Item(self.fit(value, item, Reason::NONE))
            });
        }
        Expr { ty: list, span, kind: ExprKind::List(parts) }
    }

    fn spread_item(&mut self, value: &Expr) -> TypeId {
        match self.checker.types.get(value.ty) {
            Type::List(item) => item,
            Type::Unknown => TypeId::UNKNOWN,
            ty => {
                let (at, found) = (self.at(value.span), self.name(value.ty));
                self.report(report::operators::not_a_list(at, self.checker.sources, &found, ty));
                TypeId::UNKNOWN
            }
        }
    }
}
