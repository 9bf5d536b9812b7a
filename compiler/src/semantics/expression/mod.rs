//! Expressions, one kind a file.
//!
//! [`Body::expr`] finds out what an expression is, with a hint of what is expected; [`Body::check`] also makes
//! it fit. The hint is followed where it can be (literals, calls of generic actions, branches) and is no promise:
//! whoever gives one still fits the result.

mod branches;
mod calls;
mod chain;
mod clauses;
mod compare;
mod failures;
mod foreign;
mod generic;
mod intrinsics;
mod lambdas;
mod launch;
mod lists;
mod literals;
mod loop_methods;
mod matches;
mod methods;
mod names;
mod operators;
mod records;
mod settings;

use callflow_artifact::Constant;
use callflow_artifact::types::TypeId;

use crate::syntax::tree::{self, ExprKind as Tree};

use super::body::{Body, Kind, broken, constant};
use super::fits::Reason;
use super::parallel::ParallelFor;
use super::report;
use super::typed::{Expr, ExprKind};

use launch::Launch;

pub(super) use calls::{CallSite, purpose_words};
pub(super) use operators::arithmetic_of;

/// What is expected of an expression, where anything is.
pub(super) type Hint = Option<TypeId>;

impl<'t> Body<'_, 't> {
    /// Checks an expression that must be of a type.
    pub(super) fn check(&mut self, expr: &'t tree::Expr, expected: TypeId) -> Expr {
        let value = self.expr(expr, Some(expected));
        self.fit(value, expected, Reason::NONE)
    }

    /// Checks an expression. Every kind has a function of its own, so that this one, which recurs once a level,
    /// needs little stack.
    pub(super) fn expr(&mut self, expr: &'t tree::Expr, hint: Hint) -> Expr {
        let span = expr.span;
        match &expr.kind {
            Tree::ParallelFor { .. } | Tree::Launch { .. } if self.kind == Kind::Test => {
                self.no_value_in_test(expr)
            }
            Tree::Missing => broken(span),
            Tree::Launch { waits, flow, arguments, parens, event } => {
                let call = CallSite { callee: flow.span, arguments, parens: *parens, span };
                self.launch(Launch { waits: *waits, flow, call, event: event.as_deref() })
            }
            Tree::Clauses { call, clauses } => self.clauses(call, clauses, hint, span),
            Tree::ParallelFor { name, iterable, limit, body } => {
                let (iterable, limit) = (&**iterable, limit.as_deref());
                let each = ParallelFor { name, iterable, limit, body };
                self.parallel_for(each, Some(hint), span)
            }
            Tree::None => constant(Constant::None, TypeId::NONE, span),
            Tree::Null => constant(Constant::Json("null".into()), TypeId::JSON, span),
            Tree::Bool(value) => constant(Constant::Bool(*value), TypeId::BOOL, span),
            Tree::Int(value) => self.int(*value, hint, span),
            Tree::Number(digits) => self.number(digits, hint, span),
            Tree::Duration(value) => constant(Constant::Duration(*value), TypeId::DURATION, span),
            Tree::Date(value) => constant(Constant::Date(*value), TypeId::DATE, span),
            Tree::Time(value) => constant(Constant::Time(*value), TypeId::TIME, span),
            Tree::Text(parts) => self.text(parts, hint, span),
            Tree::Name(name) => self.name_or_tag(expr, name, hint),
            Tree::Field { .. } | Tree::Index { .. } | Tree::Call { .. } => self.chain(expr, hint),
            Tree::Unary { op, op_span, operand } => self.unary(*op, *op_span, operand, hint, span),
            Tree::Binary { op, op_span, left, right } => {
                self.binary(*op, *op_span, left, right, hint, span)
            }
            Tree::Range { from, to } => self.stray_range(from, to, span),
            Tree::As { value, ty } => self.read_as(value, ty, span),
            Tree::Catch { value, error, fallback } => {
                self.catch(value, error.as_ref(), fallback, hint, span)
            }
            Tree::If { branches, otherwise } => {
                self.if_value(branches, otherwise.as_ref(), hint, span)
            }
            Tree::Match { subject, arms } => self.match_expr(subject, arms, Some(hint), span),
            Tree::List(elements) => self.list(elements, hint, span),
            Tree::Record(entries) => self.record(entries, hint, span),
            Tree::Tagged { owner: None, name, entries } => self.tagged(name, entries, hint, span),
            Tree::Tagged { owner: Some(owner), name, entries } => {
                self.tagged_of(owner, name, entries, hint, span)
            }
            Tree::Lambda { parameters, body } => self.stray_lambda(parameters, body, span),
            Tree::Block(block) => self.block(block, hint, span),
            Tree::Paren(inner) => self.expr(inner, hint),
            Tree::Type(ty) => {
                self.resolve_type(ty);
                let at = self.at(span);
                self.report(report::names::written_type_as_value(at));
                broken(span)
            }
        }
    }

    /// Checks an expression whose value is dropped.
    pub(super) fn statement_expr(&mut self, expr: &'t tree::Expr) -> Expr {
        match &expr.kind {
            Tree::If { branches, otherwise } => {
                self.if_statement(branches, otherwise.as_ref(), expr.span)
            }
            Tree::Match { subject, arms } => self.match_expr(subject, arms, None, expr.span),
            Tree::Block(block) => {
                let block = self.statements(block);
                let ty = if self.reachable { TypeId::NONE } else { TypeId::NEVER };
                Expr { ty, span: expr.span, kind: ExprKind::Block(block) }
            }
            Tree::ParallelFor { name, iterable, limit, body } => {
                let (iterable, limit) = (&**iterable, limit.as_deref());
                let each = ParallelFor { name, iterable, limit, body };
                self.parallel_for(each, None, expr.span)
            }
            Tree::Paren(inner) => self.statement_expr(inner),
            _ => self.expr(expr, None),
        }
    }

    fn block(&mut self, block: &'t tree::Block, hint: Hint, span: crate::source::Span) -> Expr {
        let before = self.reachable;
        let (block, ty) = self.value_block(block, hint);
        // Whoever takes the value decides whether one that never comes ends the path.
        self.reachable = before;
        Expr { ty, span, kind: ExprKind::Block(block) }
    }

    fn stray_range(
        &mut self,
        from: &'t tree::Expr,
        to: &'t tree::Expr,
        span: crate::source::Span,
    ) -> Expr {
        let (first, last) = (self.expr(from, Some(TypeId::INT)), self.expr(to, Some(TypeId::INT)));
        let at = self.at(span);
        let types = &self.checker.types;
        let is_text = |ty| callflow_artifact::builtin::is_text(types, ty);
        let diagnostic = if is_text(first.ty) || is_text(last.ty) {
            let sides = (self.at(first.span), self.at(last.span));
            report::operators::joined_by_dots(at, self.checker.sources, sides)
        } else {
            report::names::stray_range(at)
        };
        self.report(diagnostic);
        broken(span)
    }

    /// Looks through arguments of a call that is wrong anyway, for what is wrong in them and what they use.
    pub(in crate::semantics) fn discard(&mut self, arguments: &'t [tree::Argument]) {
        for argument in arguments {
            match &argument.value.kind {
                Tree::Lambda { parameters, body } => {
                    let unknown = vec![TypeId::UNKNOWN; parameters.len()];
                    self.lambda(parameters, body, &unknown, None);
                }
                _ => {
                    self.expr(&argument.value, None);
                }
            }
        }
    }
}
