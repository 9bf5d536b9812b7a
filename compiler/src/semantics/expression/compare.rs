//! `==`, `!=`, `<` and its kin, `in`.

use callflow_artifact::Constant;
use callflow_artifact::builtin::{Builtin, is_number, is_ordered, is_text};
use callflow_artifact::bytecode::Order;
use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, broken, constant};
use crate::semantics::fits::Reason;
use crate::semantics::narrow::{as_declared, is_none};
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp, ExprKind as Tree};

impl<'t> Body<'_, 't> {
    /// `a == b`, `a != b`
    pub(super) fn equality_of(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        span: Span,
    ) -> Expr {
        let (left, right) = self.operands(left, right, None);
        if matches!(left.ty, TypeId::UNKNOWN | TypeId::NEVER)
            || matches!(right.ty, TypeId::UNKNOWN | TypeId::NEVER)
        {
            return Expr { ty: TypeId::BOOL, span, kind: ExprKind::Broken };
        }
        let right = self.none_for_null(&left, right);
        let left = self.none_for_null(&right, left);
        let equal = if is_none(&right) {
            self.equals_none(left, right, op, span)
        } else if is_none(&left) {
            self.equals_none(right, left, op, span)
        } else {
            self.equal(left, right, op, op_span)
        };
        let Some((left, right)) = equal else {
            return Expr { ty: TypeId::BOOL, span, kind: ExprKind::Broken };
        };
        let kind = ExprKind::Equal(Box::new(left), Box::new(right));
        let equal = Expr { ty: TypeId::BOOL, span, kind };
        if op == BinaryOp::Equal {
            return equal;
        }
        Expr { ty: TypeId::BOOL, span, kind: ExprKind::Not(Box::new(equal)) }
    }

    /// `null` beside anything but JSON is told and taken for `none`, which is what is missing.
    fn none_for_null(&mut self, value: &Expr, null: Expr) -> Expr {
        let is_null =
            matches!(&null.kind, ExprKind::Constant(Constant::Json(text)) if text == "null");
        if !is_null || !matches!(self.checker.types.get(value.ty), Type::Optional(_)) {
            return null;
        }
        let at = self.at(null.span);
        self.report(report::optionals::compared_with_null(at));
        constant(Constant::None, TypeId::NONE, null.span)
    }

    /// A comparison with `none` asks for what was declared: to ask again what was shown is no mistake.
    fn equals_none(
        &mut self,
        value: Expr,
        none: Expr,
        op: BinaryOp,
        span: Span,
    ) -> Option<(Expr, Expr)> {
        let value = as_declared(value);
        if !matches!(self.checker.types.get(value.ty), Type::Optional(_)) {
            let (at, found) = (self.at(value.span), self.name(value.ty));
            let text = self.checker.sources.slice(at).to_owned();
            let json = value.ty == TypeId::JSON;
            let whole = self.at(span);
            let negated = op == BinaryOp::NotEqual;
            let never = report::optionals::never_none(at, whole, &text, &found, json, negated);
            self.report(never);
            return None;
        }
        let none = self.fit(none, value.ty, Reason::NONE);
        Some((value, none))
    }

    /// Both sides in one type.
    fn equal(
        &mut self,
        left: Expr,
        right: Expr,
        op: BinaryOp,
        op_span: Span,
    ) -> Option<(Expr, Expr)> {
        if [&left, &right].iter().any(|side| self.tell_secret(side, "be compared")) {
            return None;
        }
        let right = match self.convert(right, left.ty) {
            Ok(right) => return Some((left, right)),
            Err(right) => *right,
        };
        let left = match self.convert(left, right.ty) {
            Ok(left) => return Some((left, right)),
            Err(left) => *left,
        };
        let common = self.checker.join(left.ty, right.ty);
        if let Some(common) = common {
            let left = self.fit(left, common, Reason::NONE);
            let right = self.fit(right, common, Reason::NONE);
            return Some((left, right));
        }
        self.tell_uncomparable(&left, &right, op, op_span);
        None
    }

    fn tell_uncomparable(&mut self, left: &Expr, right: &Expr, op: BinaryOp, op_span: Span) {
        let at = self.at(op_span);
        let (one, other) = (self.name(left.ty), self.name(right.ty));
        let sides = (self.at(left.span), self.at(right.span));
        let sources = self.checker.sources;
        let diagnostic =
            report::operators::uncomparable(at, sources, op.symbol(), &one, &other, sides);
        self.report(diagnostic);
    }

    /// `a < b` and its kin.
    pub(super) fn order(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        span: Span,
    ) -> Expr {
        let (left, right) = self.operands(left, right, None);
        let wrong = Expr { ty: TypeId::BOOL, span, kind: ExprKind::Broken };
        if matches!(left.ty, TypeId::UNKNOWN | TypeId::NEVER)
            || matches!(right.ty, TypeId::UNKNOWN | TypeId::NEVER)
            || [&left, &right].iter().any(|side| self.tell_secret(side, "be compared"))
            || self.tell_optional_operand(&left, &right)
        {
            return wrong;
        }
        let types = &self.checker.types;
        let common = if left.ty == right.ty {
            Some(left.ty)
        } else if is_number(types, left.ty) && is_number(types, right.ty) {
            self.checker.join(left.ty, right.ty)
        } else {
            None
        };
        let Some(common) = common.filter(|&ty| is_ordered(&self.checker.types, ty)) else {
            self.tell_uncomparable(&left, &right, op, op_span);
            return wrong;
        };
        let left = self.fit(left, common, Reason::NONE);
        let right = self.fit(right, common, Reason::NONE);
        let order = match op {
            BinaryOp::Less => Order::Less,
            BinaryOp::LessOrEqual => Order::LessOrEqual,
            BinaryOp::Greater => Order::Greater,
            _ => Order::GreaterOrEqual,
        };
        let kind = ExprKind::Compare(order, Box::new(left), Box::new(right));
        Expr { ty: TypeId::BOOL, span, kind }
    }

    /// `a in b`: an item of a list, a part of a text, a key of a map, a number of a range.
    pub(super) fn contains(
        &mut self,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        span: Span,
    ) -> Expr {
        let wrong = Expr { ty: TypeId::BOOL, span, kind: ExprKind::Broken };
        if let Tree::Range { from, to } = &right.kind {
            return self.in_range(left, from, to, span);
        }
        // A list of literals takes the type of what is looked for in it.
        let literals = matches!(&right.kind, Tree::List(_)) && !super::operators::is_literal(left);
        let (left_first, right) = if literals {
            let left = self.expr(left, None);
            let at = self.at(right.span);
            let item = self.checker.types.without_optional(left.ty);
            let list = self.checker.list(item, at);
            (Some(left), self.check(right, list))
        } else {
            (None, self.expr(right, None))
        };
        let (builtin, item) = match self.checker.types.get(right.ty) {
            Type::List(item) => (Builtin::ListContains, item),
            Type::Map(_) => (Builtin::MapHas, TypeId::STRING),
            _ if is_text(&self.checker.types, right.ty) => (Builtin::TextContains, TypeId::STRING),
            ty => {
                if left_first.is_none() {
                    self.expr(left, None);
                }
                if !matches!(ty, Type::Unknown | Type::Never) {
                    let (at, found) = (self.at(right.span), self.name(right.ty));
                    let diagnostic = match ty {
                        Type::Optional(_) => {
                            let text = self.checker.sources.slice(at).to_owned();
                            let var = self.reads_var(&right);
                            report::optionals::optional_used(at, &text, &found, None, var)
                        }
                        _ => report::operators::nothing_in(at, &found),
                    };
                    self.report(diagnostic);
                }
                return wrong;
            }
        };
        let left = match left_first {
            Some(left) => left,
            None => self.expr(left, Some(item)),
        };
        let left = self.fit(left, item, Reason::NONE);
        if self.tell_secret(&left, "be compared") {
            return wrong;
        }
        self.builtin_of(builtin, vec![right, left], TypeId::BOOL, span)
    }

    /// `a in from..to`, both ends included.
    fn in_range(
        &mut self,
        value: &'t tree::Expr,
        from: &'t tree::Expr,
        to: &'t tree::Expr,
        span: Span,
    ) -> Expr {
        let value = self.check(value, TypeId::INT);
        let from = self.check(from, TypeId::INT);
        let to = self.check(to, TypeId::INT);
        if [&value, &from, &to].iter().any(|part| part.ty == TypeId::UNKNOWN) {
            return broken(span);
        }
        let bool = |kind| Expr { ty: TypeId::BOOL, span, kind };
        let local = self.hidden_local(TypeId::INT, value.span);
        let read = || Box::new(self.read(local, value.span));
        let above = bool(ExprKind::Compare(Order::GreaterOrEqual, read(), Box::new(from)));
        let below = bool(ExprKind::Compare(Order::LessOrEqual, read(), Box::new(to)));
        let body = Box::new(bool(ExprKind::And(Box::new(above), Box::new(below))));
        bool(ExprKind::Let { local, value: Box::new(value), body })
    }
}
