//! What conditions show: optionals that are there in the branch that a condition guards.
//!
//! Only what cannot change is narrowed: locals that are no `var`, settings of a connection, and fields of them, as
//! deep as one likes.
//! Conditions are read in their typed form, where every name is resolved.

use std::collections::HashMap;

use callflow_artifact::Constant;
use callflow_artifact::types::{Type, TypeId};
use ecow::EcoString;

use super::body::Body;
use super::typed::{Expr, ExprKind, LocalId};

/// What cannot change, or a field of a field … of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Path {
    root: Root,
    fields: Vec<u16>,
}

/// What cannot change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Root {
    /// A local that is no `var`.
    Local(LocalId),
    /// A setting of the connection that an action runs on.
    Setting(EcoString),
}

/// The paths that were shown to be there, in scopes.
#[derive(Debug, Default)]
pub(super) struct Facts {
    known: HashMap<Path, u32>,
    order: Vec<Path>,
}

impl Facts {
    /// A state to come back to.
    pub(super) fn mark(&self) -> usize {
        self.order.len()
    }

    /// Forgets what was learnt since a mark.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.order.len() > mark {
            let Some(path) = self.order.pop() else { return };
            if let Some(count) = self.known.get_mut(&path) {
                *count -= 1;
                if *count == 0 {
                    self.known.remove(&path);
                }
            }
        }
    }

    /// Learns that something is there.
    pub(super) fn learn(&mut self, paths: impl IntoIterator<Item = Path>) {
        for path in paths {
            *self.known.entry(path.clone()).or_insert(0) += 1;
            self.order.push(path);
        }
    }
}

/// What a condition shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// What is there when it is true.
    pub(super) when_true: Vec<Path>,
    /// What is there when it is false.
    pub(super) when_false: Vec<Path>,
}

impl Body<'_, '_> {
    /// An expression in the type that is known of it here: without `?` where a condition has shown it there.
    pub(super) fn narrowed(&self, expr: Expr) -> Expr {
        let Type::Optional(inner) = self.checker.types.get(expr.ty) else { return expr };
        if self.facts.known.is_empty() {
            return expr;
        }
        match self.path(&expr) {
            Some(path) if self.facts.known.contains_key(&path) => {
                Expr { ty: inner, span: expr.span, kind: ExprKind::Unwrap(Box::new(expr)) }
            }
            _ => expr,
        }
    }

    /// The path that an expression reads, where it reads one that cannot change.
    pub(super) fn path(&self, expr: &Expr) -> Option<Path> {
        let mut fields = Vec::new();
        let mut expr = expr;
        let root = loop {
            match &expr.kind {
                ExprKind::Local(root) if !self.is_var(*root) => break Root::Local(*root),
                ExprKind::Setting(name) => break Root::Setting(name.clone()),
                ExprKind::Field(base, index) => {
                    fields.push(*index);
                    expr = base;
                }
                ExprKind::Unwrap(inner) => expr = inner,
                _ => return None,
            }
        };
        fields.reverse();
        Some(Path { root, fields })
    }

    /// What a condition shows.
    pub(super) fn shown(&self, condition: &Expr) -> Shown {
        match &condition.kind {
            ExprKind::Not(inner) => {
                let Shown { when_true, when_false } = self.shown(inner);
                Shown { when_true: when_false, when_false: when_true }
            }
            ExprKind::And(left, right) => {
                let (mut left, right) = (self.shown(left), self.shown(right));
                left.when_true.extend(right.when_true);
                left.when_false.retain(|path| right.when_false.contains(path));
                left
            }
            ExprKind::Or(left, right) => {
                let (mut left, right) = (self.shown(left), self.shown(right));
                left.when_false.extend(right.when_false);
                left.when_true.retain(|path| right.when_true.contains(path));
                left
            }
            ExprKind::Equal(left, right) => self.equality(left, right),
            _ => Shown::default(),
        }
    }

    /// `x == none` shows `x` where it is false; `x == "value"` where it is true.
    fn equality(&self, left: &Expr, right: &Expr) -> Shown {
        let mut shown = Shown::default();
        for (one, other) in [(left, right), (right, left)] {
            if !matches!(self.checker.types.get(one.ty), Type::Optional(_)) {
                continue;
            }
            let Some(path) = self.path(one) else { continue };
            match &other.kind {
                ExprKind::Constant(Constant::None) => shown.when_false.push(path),
                ExprKind::Some(_) => shown.when_true.push(path),
                ExprKind::Constant(_) => shown.when_true.push(path),
                _ => {}
            }
        }
        shown
    }
}

/// The optional behind a use that was narrowed, for operators that ask whether it is there.
pub(super) fn as_declared(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Unwrap(inner) => *inner,
        _ => expr,
    }
}

/// Whether an expression is the literal `none`.
pub(super) fn is_none(expr: &Expr) -> bool {
    expr.ty == TypeId::NONE && matches!(expr.kind, ExprKind::Constant(Constant::None))
}
