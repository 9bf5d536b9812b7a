//! Secrets stay out of sight: a value with a `secret` in it goes only where a `secret` is expected.
//!
//! What is secret is told by the type, so that nothing has to be followed through a flow: whatever has no type
//! with a secret in it has no secret. That leaves the ways out of such a type, each of which is closed where it
//! would be taken: a text, JSON, a parameter of another type, a comparison, a flow's result, and what is read
//! from outside, where a secret never comes from.

use callflow_artifact::types::TypeId;

use crate::source::{Location, Span};

use super::body::Body;
use super::checker::Checker;
use super::report;
use super::typed::{Expr, ExprKind};

/// The methods that a value with secrets in it has: those that look at no value and write none out.
const METHODS: [&str; 14] = [
    "length", "is_empty", "first", "last", "get", "has", "keys", "values", "take", "drop",
    "reverse", "set", "without", "merge",
];

impl Checker<'_> {
    /// Tells of a type with a secret in it where values come from outside or go there.
    pub(super) fn no_secret_in(&mut self, ty: TypeId, at: Location, what: &str) {
        if self.holds_secret(ty) {
            self.report(report::secrets::outside(at, what));
        }
    }
}

impl Body<'_, '_> {
    /// Whether a value has a secret in it; if so, it is told that this cannot be done with it.
    pub(super) fn tell_secret(&mut self, value: &Expr, cannot: &str) -> bool {
        if !self.checker.holds_secret(value.ty) {
            return false;
        }
        let at = self.at(value.span);
        let inside = self.checker.types.without_optional(value.ty) != TypeId::SECRET;
        let diagnostic = report::secrets::seen(at, inside, cannot);
        self.report(match self.origin(value) {
            Some((place, what)) if place != at => diagnostic.also(place, what),
            _ => diagnostic,
        });
        true
    }

    /// Whether a method would look at the secrets of its receiver, which is told.
    pub(super) fn looks_at_secret(&mut self, receiver: &Expr, method: &str) -> bool {
        let whole = self.checker.types.without_optional(receiver.ty) == TypeId::SECRET;
        (whole || !METHODS.contains(&method))
            && self.tell_secret(receiver, &format!("have `{method}` done with it"))
    }

    /// Where a secret comes from.
    fn origin(&self, value: &Expr) -> Option<(Location, &'static str)> {
        let mut value = value;
        loop {
            match &value.kind {
                ExprKind::Some(inner) | ExprKind::Unwrap(inner) => value = inner,
                ExprKind::Field(base, index) => {
                    let callflow_artifact::Type::Record(record) = self.checker.types.get(base.ty)
                    else {
                        return None;
                    };
                    let place = self.checker.field_place(record, *index as usize)?;
                    return Some((place, "it is a secret by this field's type"));
                }
                ExprKind::Local(local) => {
                    let local = self.locals.get(local.0 as usize)?;
                    return Some((self.at(local.span), "the secret is bound here"));
                }
                _ => return None,
            }
        }
    }

    /// A type that values are read as, or described by: there is no secret in it.
    pub(super) fn read_type(&mut self, ty: TypeId, span: Span) {
        let at = self.at(span);
        self.checker.no_secret_in(ty, at, "A secret is never read from outside");
    }
}
