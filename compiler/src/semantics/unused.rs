//! Warnings of what has no use: names that nothing reads, values that nothing takes.

use callflow_artifact::types::TypeId;

use super::body::Body;
use super::report;
use super::typed::{Expr, ExprKind, ListPart};

impl Body<'_, '_> {
    /// Warns of each name of the body that nothing reads.
    pub(super) fn warn_of_unused(&mut self) {
        let unused: Vec<_> = self
            .locals
            .iter()
            .zip(&self.states)
            .filter(|(local, state)| state.watched && !state.used && local.ty != TypeId::UNKNOWN)
            .map(|(local, _)| report::control::unused(&local.name, self.at(local.span)))
            .collect();
        for diagnostic in unused {
            self.report(diagnostic);
        }
    }

    /// Warns of a statement that is a value and has no effect.
    pub(super) fn warn_of_dropped(&mut self, value: &Expr) {
        let gives = !matches!(value.ty, TypeId::NONE | TypeId::NEVER | TypeId::UNKNOWN);
        if gives && is_pure(value) {
            let (at, ty) = (self.at(value.span), self.name(value.ty));
            self.report(report::control::dropped(at, &ty));
        }
    }
}

/// Whether an expression does nothing but give a value. Calls of functions count as doing more.
fn is_pure(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Local(_) | ExprKind::Setting(_) => true,
        ExprKind::Convert(_, inner)
        | ExprKind::Format(inner)
        | ExprKind::Some(inner)
        | ExprKind::Unwrap(inner)
        | ExprKind::Not(inner)
        | ExprKind::Negate(_, inner)
        | ExprKind::Field(inner, _) => is_pure(inner),
        ExprKind::Arithmetic(_, _, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::Equal(left, right)
        | ExprKind::MapIndex(left, right)
        | ExprKind::JsonIndex(left, right) => is_pure(left) && is_pure(right),
        ExprKind::Concat(parts) | ExprKind::Record(_, parts) | ExprKind::Builtin(_, parts) => {
            parts.iter().all(is_pure)
        }
        ExprKind::List(parts) => parts.iter().all(|part| match part {
            ListPart::Item(item) | ListPart::Spread(item) => is_pure(item),
        }),
        _ => false,
    }
}
