//! Several things at a time: `parallel { }`, `first { }`, and `for … parallel`; and the sequential `for`, which
//! begins like the last.

use chumsky::prelude::*;

use super::errors::What;
use super::expressions::is_record;
use super::recovery::{ahead, required};
use super::{Context, Rule, required_name, span, word};
use crate::syntax::token::Kind;
use crate::syntax::tree::{Block, Expr, ExprKind, Name, Stmt, StmtKind};

/// `parallel { a = x(); b = y() }`, `first { … }` and, as one branch of them, `{ … }`.
pub(super) fn blocks(block: Rule<Block>) -> Rule<StmtKind> {
    let ahead = ahead(What::Word, |context, index| match context.kind(index) {
        Some(Kind::Name) => context.kind(index + 1) == Some(Kind::BraceOpen),
        Some(Kind::BraceOpen) => is_branch(context, index),
        _ => false,
    });
    ahead
        .ignore_then(choice((
            word("parallel").ignore_then(block.clone()).map(StmtKind::Parallel),
            word("first").ignore_then(block.clone()).map(StmtKind::First),
            block.map(StmtKind::Block),
        )))
        .boxed()
}

/// Whether a brace that begins a statement opens a block. An empty pair is a record, for a branch that does
/// nothing has no use, but a value without entries has.
fn is_branch(context: &Context, open: usize) -> bool {
    context.kind(open + 1) != Some(Kind::BraceClose) && !is_record(&context.kinds, open + 1)
}

/// A `for` of either kind.
struct For {
    name: Name,
    iterable: Expr,
    /// `parallel`, and the number behind it.
    parallel: Option<Option<Expr>>,
    body: Block,
}

/// `for item in items parallel 10 { … }`
fn each(head: Rule<Expr>, block: Rule<Block>) -> Rule<For> {
    let head = required(head);
    let in_word = just(Kind::In).ignored().recover_with(via_parser(empty()));
    let opens = ahead(What::Word, |context, index| context.kind(index) == Some(Kind::BraceOpen));
    let limit = opens.to(None).or(head.clone().map(Some));
    just(Kind::For)
        .ignore_then(required_name())
        .then_ignore(in_word)
        .then(head)
        .then(word("parallel").ignore_then(limit).or_not())
        .then(block)
        .map(|(((name, iterable), parallel), body)| For { name, iterable, parallel, body })
        .boxed()
}

/// A `for` as a statement.
pub(super) fn for_statement(head: Rule<Expr>, block: Rule<Block>) -> Rule<StmtKind> {
    each(head, block)
        .map_with(|each, at| match each {
            For { name, iterable, parallel: None, body } => StmtKind::For { name, iterable, body },
            For { name, iterable, parallel: Some(limit), body } => {
                let kind = parallel_for(name, iterable, limit, body);
                StmtKind::Expr(Expr { span: span(at), kind })
            }
        })
        .boxed()
}

/// A `for … parallel` as a value. One without `parallel` gives none, which is reported.
pub(super) fn for_value(head: Rule<Expr>, block: Rule<Block>) -> Rule<Expr> {
    each(head, block)
        .validate(|each, at, emitter| {
            let kind = match each {
                For { name, iterable, parallel: Some(limit), body } => {
                    parallel_for(name, iterable, limit, body)
                }
                For { name, iterable, parallel: None, body } => {
                    let at: SimpleSpan = at.span();
                    emitter.emit(super::errors::Trouble::new(at.start, What::SequentialValue));
                    let span = name.span.to(body.span);
                    let kind = StmtKind::For { name, iterable, body };
                    let statements = vec![Stmt { span, kind }];
                    ExprKind::Block(Block { span, statements })
                }
            };
            Expr { span: span(at), kind }
        })
        .boxed()
}

fn parallel_for(name: Name, iterable: Expr, limit: Option<Expr>, body: Block) -> ExprKind {
    ExprKind::ParallelFor { name, iterable: Box::new(iterable), limit: limit.map(Box::new), body }
}
