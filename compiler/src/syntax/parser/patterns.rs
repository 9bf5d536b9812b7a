//! What an arm of a `match` takes.

use chumsky::prelude::*;

use super::expressions::literal;
use super::recovery::entries;
use super::{Rule, name, required_name, span};
use crate::syntax::token::Kind;
use crate::syntax::tree::{Expr, ExprKind, Pattern, PatternKind, UnaryOp};

/// `"a"`, `-1`, `Won { amount, reason: why }`, `value`, `else`
pub(super) fn pattern() -> Rule<Pattern> {
    let minus = just(Kind::Minus).map_with(|_, at| span(at));
    let literal = minus.or_not().then(literal()).map(|(minus, value)| match minus {
        Some(op_span) => PatternKind::Literal(Expr {
            span: op_span.to(value.span),
            kind: ExprKind::Unary { op: UnaryOp::Negate, op_span, operand: Box::new(value) },
        }),
        None => PatternKind::Literal(value),
    });
    let field = name()
        .then(just(Kind::Colon).ignore_then(required_name()).or_not())
        .map(|(field, bound)| (field.clone(), bound.unwrap_or(field)));
    let fields = entries(field).delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose));
    let named = name().then(fields.or_not()).map(|(name, fields)| {
        if fields.is_some() || name.text.starts_with(|c: char| c.is_ascii_uppercase()) {
            PatternKind::Variant { name, fields }
        } else {
            PatternKind::Bind(name)
        }
    });
    choice((
        named.boxed(),
        literal.boxed(),
        just(Kind::Else).to(PatternKind::Else),
        just(Kind::Unknown).to(PatternKind::Missing),
    ))
    .map_with(|kind, at| Pattern { span: span(at), kind })
    .boxed()
}
