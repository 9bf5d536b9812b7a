//! Which locals are assigned where: what lowering must know before it leaves a value in a local's register.

use std::collections::HashSet;

use crate::semantics::typed::{
    Block, Expr, ExprKind, JsonPart, ListPart, LocalId, MapPart, Stmt, StmtKind,
};

/// The locals that a body sets in more than one place.
pub(super) fn reassigned(body: &Block) -> HashSet<LocalId> {
    let mut once = HashSet::new();
    let mut again = HashSet::new();
    block(body, &mut |statement| {
        if let StmtKind::Set { local, .. } = statement.kind
            && !once.insert(local)
        {
            again.insert(local);
        }
    });
    again
}

/// Whether a local is set while an expression is evaluated.
pub(super) fn assigns(expr: &Expr, wanted: LocalId) -> bool {
    let mut found = false;
    expression(expr, &mut |statement| {
        found |= matches!(statement.kind, StmtKind::Set { local, .. } if local == wanted);
    });
    found
}

/// Calls `visit` for each statement of a block, at any depth.
fn block(body: &Block, visit: &mut dyn FnMut(&Stmt)) {
    for stmt in &body.statements {
        visit(stmt);
        statement(stmt, visit);
    }
    if let Some(value) = &body.value {
        expression(value, visit);
    }
}

fn statement(stmt: &Stmt, visit: &mut dyn FnMut(&Stmt)) {
    match &stmt.kind {
        StmtKind::Set { value, .. } | StmtKind::Expr(value) | StmtKind::Return(Some(value)) => {
            expression(value, visit);
        }
        StmtKind::For { iterable, body, .. } => {
            expression(iterable, visit);
            block(body, visit);
        }
        StmtKind::ForRange { from, to, body, .. } => {
            expression(from, visit);
            expression(to, visit);
            block(body, visit);
        }
        StmtKind::While { condition, body } => {
            expression(condition, visit);
            block(body, visit);
        }
        StmtKind::Try { body, handler, .. } => {
            block(body, visit);
            block(handler, visit);
        }
        StmtKind::Return(None) | StmtKind::Break | StmtKind::Continue | StmtKind::Stop => {}
    }
}

/// Calls `visit` for each statement in an expression, at any depth.
fn expression(expr: &Expr, visit: &mut dyn FnMut(&Stmt)) {
    match &expr.kind {
        ExprKind::Broken
        | ExprKind::Constant(_)
        | ExprKind::Local(_)
        | ExprKind::Ambient(_)
        | ExprKind::Setting(_)
        | ExprKind::Schema(_) => {}
        ExprKind::Format(e)
        | ExprKind::Convert(_, e)
        | ExprKind::Some(e)
        | ExprKind::Unwrap(e)
        | ExprKind::Not(e)
        | ExprKind::Negate(_, e)
        | ExprKind::Field(e, _)
        | ExprKind::Tagged(_, _, e)
        | ExprKind::Payload(e, _)
        | ExprKind::Wait(e)
        | ExprKind::WaitUntil(e)
        | ExprKind::Fail(e, None)
        | ExprKind::Raise(e)
        | ExprKind::Decode(e) => expression(e, visit),
        ExprKind::Arithmetic(_, _, a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::Equal(a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Coalesce(a, b)
        | ExprKind::OptionalChain { base: a, then: b, .. }
        | ExprKind::Let { value: a, body: b, .. }
        | ExprKind::ListIndex(a, b)
        | ExprKind::MapIndex(a, b)
        | ExprKind::JsonIndex(a, b)
        | ExprKind::Log(a, b)
        | ExprKind::Fail(a, Some(b))
        | ExprKind::Catch { value: a, fallback: b, .. } => {
            expression(a, visit);
            expression(b, visit);
        }
        ExprKind::Concat(all)
        | ExprKind::Record(_, all)
        | ExprKind::Call { arguments: all, .. }
        | ExprKind::Action { arguments: all, .. }
        | ExprKind::Builtin(_, all) => all.iter().for_each(|e| expression(e, visit)),
        ExprKind::List(parts) => parts.iter().for_each(|part| match part {
            ListPart::Item(e) | ListPart::Spread(e) => expression(e, visit),
        }),
        ExprKind::Map(parts) => parts.iter().for_each(|part| match part {
            MapPart::Entry(_, e) | MapPart::Spread(e) => expression(e, visit),
        }),
        ExprKind::JsonObject(parts) => parts.iter().for_each(|part| match part {
            JsonPart::Entry(_, e) | JsonPart::Spread(e) => expression(e, visit),
        }),
        ExprKind::Loop { list, lambda, .. } => {
            expression(list, visit);
            lambda.initial.iter().for_each(|e| expression(e, visit));
            expression(&lambda.body, visit);
        }
        ExprKind::If(condition, then, otherwise) => {
            expression(condition, visit);
            block(then, visit);
            block(otherwise, visit);
        }
        ExprKind::Match(found) => {
            expression(&found.subject, visit);
            for arm in &found.arms {
                arm.bindings.iter().for_each(|(_, e)| expression(e, visit));
                block(&arm.body, visit);
            }
        }
        ExprKind::Block(body) => block(body, visit),
    }
}
