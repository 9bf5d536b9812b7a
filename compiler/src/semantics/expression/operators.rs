//! `not`, `-`, arithmetic, `and`, `or`; the others are handed on.

use callflow_artifact::Constant;
use callflow_artifact::builtin::{Builtin, is_text};
use callflow_artifact::bytecode::{Arithmetic, Number};
use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, broken, constant};
use crate::semantics::constant::negate;
use crate::semantics::fits::Reason;
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp, ExprKind as Tree, UnaryOp};

use super::Hint;

impl<'t> Body<'_, 't> {
    /// `not a`, `-a`
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        op_span: Span,
        operand: &'t tree::Expr,
        hint: Hint,
        span: Span,
    ) -> Expr {
        if op == UnaryOp::Not {
            let operand = self.condition(operand);
            let kind = ExprKind::Not(Box::new(operand));
            return Expr { ty: TypeId::BOOL, span, kind };
        }
        let operand = self.expr(operand, hint);
        let Some(number) = number_of(&self.checker.types.get(operand.ty)) else {
            return self.tell_operand(op_span, "-", &operand, span);
        };
        if let ExprKind::Constant(value) = &operand.kind
            && let Some(value) = negate(number, value)
        {
            return constant(value, operand.ty, span);
        }
        Expr { ty: operand.ty, span, kind: ExprKind::Negate(number, Box::new(operand)) }
    }

    /// An operator between two expressions.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        hint: Hint,
        span: Span,
    ) -> Expr {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logic(op, left, right, span),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                self.equality_of(op, op_span, left, right, span)
            }
            BinaryOp::Less
            | BinaryOp::LessOrEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterOrEqual => self.order(op, op_span, left, right, span),
            BinaryOp::In => self.contains(left, right, span),
            BinaryOp::Coalesce => self.coalesce(op_span, left, right, hint, span),
            _ => {
                let (left, right) = self.operands(left, right, hint);
                arithmetic_of(self, op, op_span, left, right, span)
            }
        }
    }

    fn logic(
        &mut self,
        op: BinaryOp,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        span: Span,
    ) -> Expr {
        let left = self.condition(left);
        let shown = self.shown(&left);
        let mark = self.enter();
        let and = op == BinaryOp::And;
        self.facts.learn(if and { shown.when_true } else { shown.when_false });
        self.uncertain += 1;
        let right = self.condition(right);
        self.uncertain -= 1;
        self.leave(mark);
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = if and { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
        Expr { ty: TypeId::BOOL, span, kind }
    }

    /// Two operands. A literal takes the type of the other side.
    pub(super) fn operands(
        &mut self,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        hint: Hint,
    ) -> (Expr, Expr) {
        if is_literal(left) && !is_literal(right) {
            let right = self.expr(right, hint);
            let left = self.expr(left, Some(right.ty));
            return (left, right);
        }
        let left = self.expr(left, hint);
        let hint = if is_literal(right) { Some(left.ty) } else { hint };
        let right = self.expr(right, hint);
        (left, right)
    }

    fn tell_operand(&mut self, op_span: Span, op: &str, operand: &Expr, span: Span) -> Expr {
        if !matches!(operand.ty, TypeId::UNKNOWN | TypeId::NEVER) {
            let (at, found) = (self.at(operand.span), self.name(operand.ty));
            let diagnostic = match self.checker.types.get(operand.ty) {
                Type::Optional(_) => {
                    let text = self.checker.sources.slice(at).to_owned();
                    let var = self.reads_var(operand);
                    report::optionals::optional_used(at, &text, &found, None, var)
                }
                _ => report::operators::operand(at, self.at(op_span), op, &found),
            };
            self.report(diagnostic);
        }
        broken(span)
    }

    /// Tells of the operand of an operator that may not be there, if there is one.
    pub(super) fn tell_optional_operand(&mut self, left: &Expr, right: &Expr) -> bool {
        for operand in [left, right] {
            if let Type::Optional(_) = self.checker.types.get(operand.ty) {
                let (at, found) = (self.at(operand.span), self.name(operand.ty));
                let text = self.checker.sources.slice(at).to_owned();
                let var = self.reads_var(operand);
                self.report(report::optionals::optional_used(at, &text, &found, None, var));
                return true;
            }
        }
        false
    }
}

/// Checked operands of `+ - * / %` put together.
pub(in crate::semantics) fn arithmetic_of(
    body: &mut Body<'_, '_>,
    op: BinaryOp,
    op_span: Span,
    left: Expr,
    right: Expr,
    span: Span,
) -> Expr {
    if [left.ty, right.ty].iter().any(|&ty| ty == TypeId::UNKNOWN || ty == TypeId::NEVER) {
        return broken(span);
    }
    if let Some((builtin, ty)) = of_durations(op, left.ty, right.ty) {
        // `2 * duration` reads from the other side.
        let swap = left.ty != TypeId::DURATION;
        let (duration, other) = if swap { (right, left) } else { (left, right) };
        let expected = if builtin == Builtin::DurationRatio { other.ty } else { TypeId::DECIMAL };
        let other = body.fit(other, expected, Reason::NONE);
        return body.builtin_of(builtin, vec![duration, other], ty, span);
    }
    if let Some(built) = of_times(op, &left, &right) {
        let (builtin, ty, negative) = built;
        // `duration + time` reads from the other side.
        let swap = left.ty == TypeId::DURATION;
        let (time, other) = if swap { (right, left) } else { (left, right) };
        let other = if negative { negated(other) } else { other };
        return body.builtin_of(builtin, vec![time, other], ty, span);
    }
    let types = &body.checker.types;
    let common = match (types.get(left.ty), types.get(right.ty)) {
        (Type::Duration, Type::Duration) => {
            matches!(op, BinaryOp::Add | BinaryOp::Subtract).then_some(TypeId::DURATION)
        }
        (a, b) if number_of(&a).is_none() || number_of(&b).is_none() => None,
        (Type::Duration, _) | (_, Type::Duration) => None,
        _ if left.ty == right.ty => Some(left.ty),
        (Type::Int, _) => Some(right.ty),
        (_, Type::Int) => Some(left.ty),
        _ => None,
    };
    let arithmetic = match op {
        BinaryOp::Add => Arithmetic::Add,
        BinaryOp::Subtract => Arithmetic::Subtract,
        BinaryOp::Multiply => Arithmetic::Multiply,
        BinaryOp::Divide => Arithmetic::Divide,
        _ => Arithmetic::Remainder,
    };
    let number = common.and_then(|ty| number_of(&types.get(ty)));
    let texts = op == BinaryOp::Add && (is_text(types, left.ty) || is_text(types, right.ty));
    let (Some(common), Some(number)) = (common, number) else {
        let secret = [&left, &right].iter().any(|side| body.tell_secret(side, "be reckoned with"));
        if !secret && !body.tell_optional_operand(&left, &right) {
            let at = body.at(op_span);
            let (one, other) = (body.name(left.ty), body.name(right.ty));
            let sides = (body.at(left.span), body.at(right.span));
            let sources = body.checker.sources;
            body.report(report::operators::no_arithmetic(
                at,
                sources,
                op.symbol(),
                &one,
                &other,
                sides,
                texts,
            ));
        }
        return broken(span);
    };
    let left = body.fit(left, common, Reason::NONE);
    let right = body.fit(right, common, Reason::NONE);
    let kind = ExprKind::Arithmetic(arithmetic, number, Box::new(left), Box::new(right));
    Expr { ty: common, span, kind }
}

/// A duration by a number or by another duration: the method that does it, and what it gives.
fn of_durations(op: BinaryOp, left: TypeId, right: TypeId) -> Option<(Builtin, TypeId)> {
    let exact = |ty| ty == TypeId::INT || ty == TypeId::DECIMAL;
    match (op, left, right) {
        (BinaryOp::Multiply, TypeId::DURATION, number)
        | (BinaryOp::Multiply, number, TypeId::DURATION)
            if exact(number) =>
        {
            Some((Builtin::DurationTimes, TypeId::DURATION))
        }
        (BinaryOp::Divide, TypeId::DURATION, number) if exact(number) => {
            Some((Builtin::DurationDividedBy, TypeId::DURATION))
        }
        (BinaryOp::Divide, TypeId::DURATION, TypeId::DURATION) => {
            Some((Builtin::DurationRatio, TypeId::DECIMAL))
        }
        _ => None,
    }
}

/// Arithmetic with times and dates: the method that does it, what it gives, and whether the right side is
/// negated first.
fn of_times(op: BinaryOp, left: &Expr, right: &Expr) -> Option<(Builtin, TypeId, bool)> {
    Some(match (op, left.ty, right.ty) {
        (BinaryOp::Add, TypeId::TIME, TypeId::DURATION)
        | (BinaryOp::Add, TypeId::DURATION, TypeId::TIME) => {
            (Builtin::TimeAdd, TypeId::TIME, false)
        }
        (BinaryOp::Subtract, TypeId::TIME, TypeId::DURATION) => {
            (Builtin::TimeAdd, TypeId::TIME, true)
        }
        (BinaryOp::Subtract, TypeId::TIME, TypeId::TIME) => {
            (Builtin::TimeSince, TypeId::DURATION, false)
        }
        _ => return None,
    })
}

fn negated(value: Expr) -> Expr {
    let span = value.span;
    if let ExprKind::Constant(Constant::Duration(duration)) = value.kind
        && let Some(duration) = duration.checked_neg()
    {
        return constant(Constant::Duration(duration), TypeId::DURATION, span);
    }
    let kind = ExprKind::Negate(Number::Duration, Box::new(value));
    Expr { ty: TypeId::DURATION, span, kind }
}

/// The arithmetic that a type takes part in.
pub(super) fn number_of(ty: &Type) -> Option<Number> {
    match ty {
        Type::Int => Some(Number::Int),
        Type::Float => Some(Number::Float),
        Type::Decimal => Some(Number::Decimal),
        Type::Duration => Some(Number::Duration),
        _ => None,
    }
}

/// Whether an expression is a literal that takes its type from where it stands.
pub(super) fn is_literal(expr: &tree::Expr) -> bool {
    match &expr.kind {
        Tree::Int(_) | Tree::Number(_) | Tree::None | Tree::Null | Tree::Record(_) => true,
        Tree::Text(parts) => !parts.iter().any(|p| matches!(p, tree::TextPart::Expr(_))),
        Tree::List(items) => items.is_empty(),
        Tree::Unary { op: UnaryOp::Negate, operand, .. } => is_literal(operand),
        Tree::Paren(inner) => is_literal(inner),
        _ => false,
    }
}
