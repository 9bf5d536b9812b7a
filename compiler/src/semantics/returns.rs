//! Paths that end without the result that they owe.

use crate::diagnostics::Code;
use crate::source::Span;
use crate::syntax::tree::{Block, Expr, ExprKind, Stmt, StmtKind};

use callflow_artifact::types::TypeId;

use super::body::{Body, Kind};
use super::report;

impl Body<'_, '_> {
    /// Tells where a body ends without having returned what it must.
    pub(super) fn check_end(&mut self, block: &Block) {
        let owes = !matches!(self.result, TypeId::NONE | TypeId::UNKNOWN);
        if !owes || !self.reachable {
            return;
        }
        let end = open_end(block);
        // A value that was to be returned is not thrown away.
        if let Some(value) = end.value {
            let at = self.at(value);
            let told = &mut self.checker.diagnostics;
            let _ = told.pop_if(|last| last.code == Code::W0003 && last.primary.at == at);
        }
        let result = self.name(self.result);
        let at = self.at(end.at);
        let flow = matches!(self.kind, Kind::Flow { .. });
        let value = end.value.map(|span| self.at(span));
        self.report(report::control::no_return(at, end.why, value, &result, self.result_at, flow));
    }
}

/// The place where a path falls out of a block.
struct End {
    at: Span,
    why: &'static str,
    /// The value that stands there and was perhaps meant.
    value: Option<Span>,
}

/// Finds where control falls out of a block that it is known to fall out of.
fn open_end(block: &Block) -> End {
    let close = Span::new(block.span.end.saturating_sub(1).max(block.span.start), block.span.end);
    let Some(last) = block.statements.last() else {
        return End { at: close, why: "nothing is returned here", value: None };
    };
    match &last.kind {
        StmtKind::Expr(expr) => open_end_of(expr, last, close),
        StmtKind::Try { body, handler, .. } => {
            let which = if ends(body) { handler } else { body };
            open_end(which)
        }
        _ => End { at: close, why: "this is reached without a `return`", value: None },
    }
}

fn open_end_of(expr: &Expr, last: &Stmt, close: Span) -> End {
    match &expr.kind {
        ExprKind::If { branches, otherwise } => {
            if let Some((_, open)) = branches.iter().find(|(_, block)| !ends(block)) {
                return open_end(open);
            }
            match otherwise {
                Some(block) => open_end(block),
                None => End {
                    at: Span::new(expr.span.start, expr.span.start.saturating_add(2)),
                    why: "when no condition holds, nothing is returned",
                    value: None,
                },
            }
        }
        ExprKind::Match { arms, .. } => {
            for arm in arms {
                match &arm.body.kind {
                    ExprKind::Block(block) if !ends(block) => return open_end(block),
                    ExprKind::Block(_) => {}
                    _ if ends_expr(&arm.body) => {}
                    _ => {
                        let (at, value) = (arm.body.span, Some(arm.body.span));
                        return End { at, why: "this arm does not return", value };
                    }
                }
            }
            End { at: close, why: "this is reached without a `return`", value: None }
        }
        _ => {
            let why = "the last statement is no `return`";
            End { at: last.span, why, value: Some(expr.span) }
        }
    }
}

/// Whether a block surely does not reach its end, by the look of it.
fn ends(block: &Block) -> bool {
    block.statements.iter().any(|statement| match &statement.kind {
        StmtKind::Return(_) | StmtKind::Stop | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::Expr(expr) => ends_expr(expr),
        StmtKind::Try { body, handler, .. } => ends(body) && ends(handler),
        StmtKind::Parallel(block) => ends(block),
        _ => false,
    })
}

fn ends_expr(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { callee, .. } => {
            matches!(&callee.kind, ExprKind::Name(name) if name == "fail")
        }
        ExprKind::If { branches, otherwise } => {
            branches.iter().all(|(_, block)| ends(block)) && otherwise.as_ref().is_some_and(ends)
        }
        ExprKind::Match { arms, .. } => arms.iter().all(|arm| ends_expr(&arm.body)),
        ExprKind::Block(block) => ends(block),
        _ => false,
    }
}
