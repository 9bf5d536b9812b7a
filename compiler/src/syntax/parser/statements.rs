//! Statements and blocks.

use chumsky::prelude::*;

use super::errors::What;
use super::recovery::{junk, more, required, required_type, separators, tail};
use super::types::named_ahead;
use super::{Extra, Input, Rule, branches, name, required_name, span, testing};
use crate::syntax::token::Kind;
use crate::syntax::tree::{BinaryOp, Block, Expr, ExprKind, Stmt, StmtKind, TypeExpr};

/// `{ statements }`
pub(super) fn block(
    expr: Rule<Expr>,
    head: Rule<Expr>,
    ty: Rule<TypeExpr>,
    block: Rule<Block>,
) -> Rule<Block> {
    statements(expr, head, ty, block)
        .delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose))
        .map_with(|statements, at| Block { span: span(at), statements })
        .boxed()
}

/// A block that must stand here, or an empty one.
pub(super) fn required_block(block: Rule<Block>) -> Rule<Block> {
    let missing = empty().map_with(|(), at| Block { span: span(at), statements: Vec::new() });
    block.recover_with(via_parser(missing)).boxed()
}

/// Statements, up to a closer.
pub(super) fn statements(
    expr: Rule<Expr>,
    head: Rule<Expr>,
    ty: Rule<TypeExpr>,
    block: Rule<Block>,
) -> Rule<Vec<Stmt>> {
    let statement = more()
        .ignore_then(kind(expr, head, ty, block))
        .recover_with(via_parser(junk(What::StatementEnd, 1).to(StmtKind::Broken)))
        .map_with(|kind, at| Stmt { span: span(at), kind })
        .then_ignore(tail(What::StatementEnd))
        .then_ignore(separators());
    separators().ignore_then(statement.repeated().collect()).boxed()
}

fn kind(
    expr: Rule<Expr>,
    head: Rule<Expr>,
    ty: Rule<TypeExpr>,
    block: Rule<Block>,
) -> Rule<StmtKind> {
    let branches = branches::blocks(block.clone());
    let test = testing::statement(expr.clone(), ty.clone());
    let block = required_block(block);
    choice((
        branches,
        test,
        binding(expr.clone(), ty),
        flow_control(expr.clone(), head, block),
        expression_or_assignment(expr),
    ))
    .boxed()
}

/// `name: T = e`, `var name = e`
fn binding(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<StmtKind> {
    let annotation = just(Kind::Colon).ignore_then(required_type(ty));
    let value = required(just(Kind::Equal).ignore_then(required(expr)));
    let typed = named_ahead()
        .ignore_then(name())
        .then(annotation.clone())
        .then(value.clone())
        .map(|((name, ty), value)| StmtKind::Bind { var: false, name, ty: Some(ty), value });
    let var = just(Kind::Var)
        .ignore_then(required_name())
        .then(annotation.or_not())
        .then(value)
        .map(|((name, ty), value)| StmtKind::Bind { var: true, name, ty, value });
    typed.or(var).boxed()
}

/// An expression, and what is assigned to it if anything: `name = e` binds, `total += e` and `a.b = e` assign.
fn expression_or_assignment(expr: Rule<Expr>) -> Rule<StmtKind> {
    let operator = select! {
        Kind::Equal => None,
        Kind::PlusEqual => Some(BinaryOp::Add),
        Kind::MinusEqual => Some(BinaryOp::Subtract),
        Kind::StarEqual => Some(BinaryOp::Multiply),
        Kind::SlashEqual => Some(BinaryOp::Divide),
        Kind::PercentEqual => Some(BinaryOp::Remainder),
    };
    expr.clone()
        .then(operator.then(required(expr)).or_not())
        .map(|(target, assigned)| match (target, assigned) {
            (target, None) => StmtKind::Expr(target),
            (Expr { span, kind: ExprKind::Name(text) }, Some((None, value))) => StmtKind::Bind {
                var: false,
                name: crate::syntax::tree::Name { text, span },
                ty: None,
                value,
            },
            (target, Some((operator, value))) => StmtKind::Assign { target, operator, value },
        })
        .boxed()
}

/// Statements that begin with a keyword.
fn flow_control(expr: Rule<Expr>, head: Rule<Expr>, block: Rule<Block>) -> Rule<StmtKind> {
    let each = branches::for_statement(head.clone(), block.clone());
    let while_ = just(Kind::While)
        .ignore_then(required(head))
        .then(block.clone())
        .map(|(condition, body)| StmtKind::While { condition, body });
    let wait = just(Kind::Wait).ignore_then(
        just(Kind::Until)
            .ignore_then(required(expr.clone()))
            .map(StmtKind::WaitUntil)
            .or(required(expr.clone()).map(StmtKind::Wait)),
    );
    let handler = just(Kind::Catch).ignore_then(name().or_not()).then(block.clone());
    let missing =
        empty().map_with(|(), at| (None, Block { span: span(at), statements: Vec::new() }));
    let try_ = just(Kind::Try)
        .ignore_then(block)
        .then(handler.recover_with(via_parser(missing)))
        .map(|(body, (error, handler))| StmtKind::Try { body, error, handler });
    choice((
        just(Kind::Return).ignore_then(expr.or_not()).map(StmtKind::Return).boxed(),
        each,
        wait.boxed(),
        while_.boxed(),
        try_.boxed(),
        simple(),
    ))
    .boxed()
}

fn simple() -> impl Parser<'static, Input, StmtKind, Extra> + Clone {
    choice((
        just(Kind::Break).to(StmtKind::Break),
        just(Kind::Continue).to(StmtKind::Continue),
        just(Kind::Stop).to(StmtKind::Stop),
        just(Kind::Cut).to(StmtKind::Broken),
    ))
}
