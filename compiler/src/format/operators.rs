//! Chains of operators and of calls, and where they break.
//!
//! What may begin a line does: `.`, `?.`, `and`, `or`, `??`, `catch`. Other operators end theirs.

use super::builder::Builder;
use crate::source::Span;
use crate::syntax::token::Kind;
use crate::syntax::tree::{Argument, BinaryOp, Expr, ExprKind, Name};

/// From that many calls on, a chain that does not fit on a line has each of them on a line of its own.
const LONG_CHAIN: usize = 3;

/// How tight an operator binds. Those that bind alike break alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Or,
    And,
    Compare,
    Coalesce,
    Sum,
    Product,
}

/// A link of a chain.
enum Link<'t> {
    /// `.name`
    Field { optional: bool, name: &'t Name },
    /// `[0]`
    Index { optional: bool, index: &'t Expr },
    /// `(a, b)`
    Call(&'t [Argument]),
}

impl Builder<'_> {
    /// `a + b - c`: all operators of one level break, or none.
    pub(super) fn operators(&mut self, expr: &Expr) {
        let ExprKind::Binary { op, .. } = &expr.kind else { return self.expr(expr) };
        let level = level(*op);
        let (first, rest) = operands(expr, level);
        let mark = self.mark();
        self.expr(first);
        if level == Level::Coalesce {
            // A fallback stays on the line where a long value ends.
            for (_, span, operand) in rest {
                self.continued(|builder| {
                    builder.operator(span);
                    builder.space();
                    builder.expr(operand);
                });
            }
            return;
        }
        let inner = self.mark();
        for (op, span, operand) in rest {
            if begins_line(op) {
                self.line();
                self.operator(span);
                self.space();
            } else {
                self.space();
                self.operator(span);
                self.line();
            }
            self.expr(operand);
        }
        self.indent(inner);
        self.group(mark);
    }

    fn operator(&mut self, span: Span) {
        if self.kind().is_some_and(Kind::is_infix) { self.exactly(span) } else { self.fail() }
    }

    /// `a.b(c)[0].d()`
    pub(super) fn chain(&mut self, expr: &Expr) {
        let (base, links) = links(expr);
        let calls = links.iter().filter(|link| matches!(link, Link::Call(_))).count();
        let long = calls >= LONG_CHAIN;
        let mark = self.mark();
        self.expr(base);
        let mut inner = self.mark();
        // The first call of a name stays with it: `hubspot.search_deals(…)`, `names.map(…)`.
        let mut at_head = matches!(base.kind, ExprKind::Name(_));
        for (i, link) in links.iter().enumerate() {
            match link {
                Link::Field { optional, name } => {
                    let called = matches!(links.get(i + 1), Some(Link::Call(_)));
                    if long && called && !at_head {
                        self.soft_line();
                    }
                    self.token(if *optional { Kind::QuestionDot } else { Kind::Dot });
                    self.name(name);
                }
                Link::Index { optional, index } => {
                    if *optional {
                        self.token(Kind::QuestionDot);
                    }
                    self.token(Kind::BracketOpen);
                    self.expr(index);
                    self.token(Kind::BracketClose);
                }
                Link::Call(arguments) => {
                    self.arguments(arguments);
                    if at_head {
                        at_head = false;
                        inner = self.mark();
                    }
                }
            }
        }
        if long {
            self.indent(inner);
            self.group(mark);
        }
    }
}

/// The first operand of a chain of operators of one level, and the others with theirs.
fn operands(expr: &Expr, wanted: Level) -> (&Expr, Vec<(BinaryOp, Span, &Expr)>) {
    let mut rest = Vec::new();
    let mut first = expr;
    while let ExprKind::Binary { op, op_span, left, right } = &first.kind
        && level(*op) == wanted
    {
        rest.push((*op, *op_span, &**right));
        first = left;
    }
    rest.reverse();
    // `??` binds to the right.
    while let Some((_, _, last)) = rest.last()
        && let ExprKind::Binary { op, op_span, left, right } = &last.kind
        && wanted == Level::Coalesce
        && level(*op) == wanted
    {
        if let Some((_, _, operand)) = rest.last_mut() {
            *operand = left;
        }
        rest.push((*op, *op_span, right));
    }
    (first, rest)
}

/// What a chain begins with, and its links.
fn links(expr: &Expr) -> (&Expr, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut base = expr;
    loop {
        match &base.kind {
            ExprKind::Field { base: inner, optional, name } => {
                links.push(Link::Field { optional: *optional, name });
                base = inner;
            }
            ExprKind::Index { base: inner, optional, index } => {
                links.push(Link::Index { optional: *optional, index });
                base = inner;
            }
            ExprKind::Call { callee, arguments, .. } => {
                links.push(Link::Call(arguments));
                base = callee;
            }
            _ => break,
        }
    }
    links.reverse();
    (base, links)
}

fn level(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Or => Level::Or,
        BinaryOp::And => Level::And,
        BinaryOp::Coalesce => Level::Coalesce,
        BinaryOp::Add | BinaryOp::Subtract => Level::Sum,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => Level::Product,
        _ => Level::Compare,
    }
}

/// Whether the operator begins the line of its right side.
fn begins_line(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or)
}
