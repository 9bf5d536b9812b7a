//! The locals that branches read and do not bind: what a function of its own must be given.

use std::collections::BTreeSet;

use crate::semantics::typed::{
    Block, Expectation, Expr, ExprKind, LocalId, Stmt, StmtKind, TestStmt,
};
use crate::semantics::walk::{self, Part};

/// What some branches read of the body around them, in the order of the locals. Each local is bound in one
/// place, so that one which is bound in a branch is the branch's own.
pub(super) fn captured<'a>(branches: impl IntoIterator<Item = &'a Block>) -> Vec<LocalId> {
    let mut found = Found::default();
    branches.into_iter().for_each(|branch| found.block(branch));
    found.read.difference(&found.bound).copied().collect()
}

#[derive(Default)]
struct Found {
    read: BTreeSet<LocalId>,
    bound: BTreeSet<LocalId>,
}

impl Found {
    fn block(&mut self, block: &Block) {
        block.statements.iter().for_each(|statement| self.statement(statement));
        block.value.iter().for_each(|value| self.expression(value));
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Expr(expr) => self.expression(expr),
            Part::Block(block) | Part::Branch(block) => self.block(block),
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Set { local: item, .. }
            | StmtKind::For { item, .. }
            | StmtKind::ForRange { item, .. }
            | StmtKind::Try { error: item, .. } => self.bind([item]),
            StmtKind::Parallel(branches) | StmtKind::First(branches) => {
                self.bind(branches.iter().filter_map(|branch| branch.target.as_ref()));
            }
            StmtKind::Test(TestStmt::Expect(Expectation::Compares {
                left_local,
                right_local,
                ..
            })) => self.bind([left_local, right_local]),
            _ => {}
        }
        walk::statement(statement, &mut |part| self.part(part));
    }

    fn expression(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Local(local) => {
                self.read.insert(*local);
            }
            ExprKind::OptionalChain { local, .. }
            | ExprKind::Let { local, .. }
            | ExprKind::ParallelFor { item: local, .. }
            | ExprKind::Catch { error: local, .. } => self.bind([local]),
            ExprKind::Loop { lambda, .. } => self.bind(&lambda.parameters),
            ExprKind::Match(found) => {
                self.bind([&found.local]);
                let bindings = found.arms.iter().flat_map(|arm| &arm.bindings);
                self.bind(bindings.map(|(local, _)| local));
            }
            _ => {}
        }
        walk::expression(expr, &mut |part| self.part(part));
    }

    fn bind<'a>(&mut self, locals: impl IntoIterator<Item = &'a LocalId>) {
        self.bound.extend(locals);
    }
}
