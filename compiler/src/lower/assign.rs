//! Which locals are assigned where: what lowering must know before it leaves a value in a local's register.

use std::collections::HashSet;

use crate::semantics::typed::{Block, Expr, LocalId, Stmt, StmtKind};
use crate::semantics::walk::{self, Part};

/// The locals that a body sets in more than one place.
pub(super) fn reassigned(body: &Block) -> HashSet<LocalId> {
    let mut once = HashSet::new();
    let mut again = HashSet::new();
    let mut set = |local| {
        if !once.insert(local) {
            again.insert(local);
        }
    };
    block(body, &mut |statement| match &statement.kind {
        StmtKind::Set { local, .. } => set(*local),
        StmtKind::Parallel(branches) | StmtKind::First(branches) => {
            branches.iter().filter_map(|branch| branch.target).for_each(&mut set);
        }
        _ => {}
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

/// Calls `visit` for each statement of a block, at any depth. Branches are left out: they set locals of their
/// own, for each is a function of its own.
fn block(body: &Block, visit: &mut dyn FnMut(&Stmt)) {
    for stmt in &body.statements {
        visit(stmt);
        walk::statement(stmt, &mut |part| go_on(part, visit));
    }
    if let Some(value) = &body.value {
        expression(value, visit);
    }
}

/// Calls `visit` for each statement in an expression, at any depth.
fn expression(expr: &Expr, visit: &mut dyn FnMut(&Stmt)) {
    walk::expression(expr, &mut |part| go_on(part, visit));
}

fn go_on(part: Part<'_>, visit: &mut dyn FnMut(&Stmt)) {
    match part {
        Part::Expr(part) => expression(part, visit),
        Part::Block(part) => block(part, visit),
        Part::Branch(_) => {}
    }
}
