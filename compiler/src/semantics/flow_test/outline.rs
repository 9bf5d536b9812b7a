//! What stands in a test, before anything of it is checked.

use crate::syntax::tree::{Block, Expr, ExprKind, StmtKind};

/// The flows that a test runs, and whether it expects anything.
#[derive(Debug, Default)]
pub(super) struct Outline<'t> {
    /// As they are named, in order.
    pub(super) runs: Vec<&'t Expr>,
    /// Whether there is an `expect`.
    pub(super) expects: bool,
}

impl<'t> Outline<'t> {
    /// The outline of a test's body.
    pub(super) fn of(body: &'t Block) -> Outline<'t> {
        let mut outline = Outline::default();
        outline.block(body);
        outline
    }

    fn block(&mut self, block: &'t Block) {
        for statement in &block.statements {
            match &statement.kind {
                StmtKind::Expr(expr) => self.expr(expr),
                StmtKind::For { body, .. }
                | StmtKind::While { body, .. }
                | StmtKind::Parallel(body)
                | StmtKind::First(body)
                | StmtKind::Block(body) => self.block(body),
                StmtKind::Try { body, handler, .. } => {
                    self.block(body);
                    self.block(handler);
                }
                StmtKind::Expect(_) => self.expects = true,
                _ => {}
            }
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::Launch { flow, .. } => self.runs.push(flow),
            ExprKind::If { branches, otherwise } => {
                branches.iter().for_each(|(_, block)| self.block(block));
                otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Match { arms, .. } => arms.iter().for_each(|arm| self.expr(&arm.body)),
            ExprKind::ParallelFor { body, .. } | ExprKind::Block(body) => self.block(body),
            ExprKind::Paren(inner) => self.expr(inner),
            _ => {}
        }
    }
}
