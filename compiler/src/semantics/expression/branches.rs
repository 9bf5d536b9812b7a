//! `if`, as a statement and as a value.

use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, broken};
use crate::semantics::narrow::Shown;
use crate::semantics::report;
use crate::semantics::typed::{Block, Expr, ExprKind};
use crate::source::Span;
use crate::syntax::tree;

use super::Hint;

/// More `else if` than this are an error: they nest, and nothing nests without a limit.
const MOST_BRANCHES: usize = 200;

/// A checked branch: its block, what that gives, and where it stands.
pub(super) struct Branch {
    pub(super) block: Block,
    pub(super) ty: TypeId,
    pub(super) span: Span,
}

/// An `if` whose parts are checked.
struct Parts {
    conditions: Vec<Expr>,
    branches: Vec<Branch>,
    otherwise: Option<Branch>,
    /// What holds after it, for one of its branches does not come to its end.
    after: Vec<crate::semantics::narrow::Path>,
}

impl<'t> Body<'_, 't> {
    /// `if` whose value is wanted.
    pub(super) fn if_value(
        &mut self,
        branches: &'t [(tree::Expr, tree::Block)],
        otherwise: Option<&'t tree::Block>,
        hint: Hint,
        span: Span,
    ) -> Expr {
        let before = self.reachable;
        let Some(mut parts) = self.if_parts(branches, otherwise, Some(hint), span) else {
            return broken(span);
        };
        self.reachable = before;
        let mut all: Vec<&mut Branch> = parts.branches.iter_mut().collect();
        let mut none = Branch { block: Block::default(), ty: TypeId::NONE, span };
        match &mut parts.otherwise {
            Some(branch) => all.push(branch),
            None => all.push(&mut none),
        }
        if otherwise.is_none() && self.needs_else(hint) {
            let at = self.at(Span::new(span.start, span.start + 2));
            let expected = hint.map(|hint| self.name(hint)).unwrap_or_default();
            self.report(report::operators::no_else(at, &expected));
            return broken(span);
        }
        let ty = self.unify(&mut all, hint);
        if otherwise.is_none() {
            parts.otherwise = Some(none);
        }
        if_expr(parts, ty, span)
    }

    fn needs_else(&self, hint: Hint) -> bool {
        hint.is_some_and(|hint| {
            let ty = self.checker.types.get(hint);
            !matches!(ty, Type::Optional(_) | Type::Unknown | Type::Json | Type::None)
        })
    }

    /// `if` for its effect.
    pub(super) fn if_statement(
        &mut self,
        branches: &'t [(tree::Expr, tree::Block)],
        otherwise: Option<&'t tree::Block>,
        span: Span,
    ) -> Expr {
        let Some(mut parts) = self.if_parts(branches, otherwise, None, span) else {
            return broken(span);
        };
        self.facts.learn(std::mem::take(&mut parts.after));
        let ty = if self.reachable { TypeId::NONE } else { TypeId::NEVER };
        if_expr(parts, ty, span)
    }

    /// Checks conditions and blocks, each with what the conditions before it show.
    fn if_parts(
        &mut self,
        branches: &'t [(tree::Expr, tree::Block)],
        otherwise: Option<&'t tree::Block>,
        value: Option<Hint>,
        span: Span,
    ) -> Option<Parts> {
        if branches.is_empty() {
            return None;
        }
        if branches.len() > MOST_BRANCHES {
            let at = self.at(Span::new(span.start, span.start + 2));
            self.report(report::control::too_many_branches(at));
            return None;
        }
        let before = self.reachable;
        let whole = self.enter();
        let mut reached = false;
        let mut shown: Vec<Shown> = Vec::with_capacity(branches.len());
        let mut conditions = Vec::with_capacity(branches.len());
        let mut checked = Vec::with_capacity(branches.len());
        for (index, (condition, block)) in branches.iter().enumerate() {
            let condition = self.condition(condition);
            if index == 0 {
                self.uncertain += 1;
            }
            let facts = self.shown(&condition);
            let mark = self.enter();
            self.facts.learn(facts.when_true.iter().cloned());
            self.reachable = before;
            checked.push(self.branch(block, value));
            reached |= self.reachable;
            self.leave(mark);
            self.facts.learn(facts.when_false.iter().cloned());
            shown.push(facts);
            conditions.push(condition);
        }
        self.reachable = before;
        let otherwise = otherwise.map(|block| self.branch(block, value));
        reached |= self.reachable;
        self.uncertain -= 1;
        self.leave(whole);
        self.reachable = reached;
        let after = holds_after(&shown, &checked, otherwise.as_ref());
        Some(Parts { conditions, branches: checked, otherwise, after })
    }

    /// A condition: a bool, and no optional one.
    pub(super) fn condition(&mut self, condition: &'t tree::Expr) -> Expr {
        let value = self.expr(condition, Some(TypeId::BOOL));
        if let Type::Optional(inner) = self.checker.types.get(value.ty)
            && inner != TypeId::BOOL
        {
            let at = self.at(value.span);
            let text = self.checker.sources.slice(at).to_owned();
            self.report(report::optionals::optional_condition(at, &text));
            return broken(value.span);
        }
        if !self.checker.fits(value.ty, TypeId::BOOL) {
            let (at, found) = (self.at(value.span), self.name(value.ty));
            let told = report::types::no_condition(at, &found);
            let text = self.checker.sources.slice(at);
            let ty = self.checker.types.get(value.ty);
            if let Ok(told) = report::mend::condition(told, at, text, ty) {
                self.report(told);
                return broken(value.span);
            }
        }
        self.fit(value, TypeId::BOOL, super::Reason::NONE)
    }

    fn branch(&mut self, block: &'t tree::Block, value: Option<Hint>) -> Branch {
        let (typed, ty) = match value {
            Some(hint) => self.value_block(block, hint),
            None => {
                let typed = self.statements(block);
                (typed, if self.reachable { TypeId::NONE } else { TypeId::NEVER })
            }
        };
        Branch { block: typed, ty, span: block.span }
    }

    /// Makes all branches give one type, and tells where they cannot.
    pub(super) fn unify(&mut self, branches: &mut [&mut Branch], hint: Hint) -> TypeId {
        let fit_hint = hint.filter(|&hint| {
            hint != TypeId::UNKNOWN && branches.iter().all(|b| self.checker.fits(b.ty, hint))
        });
        let mut ty = TypeId::NEVER;
        match fit_hint {
            Some(hint) => ty = hint,
            None => {
                for branch in branches.iter() {
                    let Some(joined) = self.checker.join(ty, branch.ty) else {
                        let span = branch.block.value.as_ref().map_or(branch.span, |v| v.span);
                        let (at, first, found) =
                            (self.at(span), self.name(ty), self.name(branch.ty));
                        self.report(report::operators::branches_differ(at, &first, &found));
                        return TypeId::UNKNOWN;
                    };
                    ty = joined;
                }
            }
        }
        if !matches!(ty, TypeId::UNKNOWN | TypeId::NEVER | TypeId::NONE) {
            for branch in branches.iter_mut().filter(|branch| branch.ty != TypeId::NEVER) {
                self.fit_block(&mut branch.block, ty, branch.span.after());
            }
        }
        ty
    }
}

/// Of one branch or the other, one does not come to its end: so what guards the other holds after both.
fn holds_after(
    shown: &[Shown],
    branches: &[Branch],
    otherwise: Option<&Branch>,
) -> Vec<crate::semantics::narrow::Path> {
    let mut after = Vec::new();
    let otherwise_ends = otherwise.is_some_and(|branch| branch.ty == TypeId::NEVER);
    for (index, (shown, branch)) in shown.iter().zip(branches).enumerate() {
        if branch.ty == TypeId::NEVER {
            after.extend(shown.when_false.iter().cloned());
            continue;
        }
        let rest = branches.iter().skip(index + 1).all(|branch| branch.ty == TypeId::NEVER);
        if rest && otherwise_ends {
            after.extend(shown.when_true.iter().cloned());
        }
        break;
    }
    after
}

/// `else if` as an `if` in the `else`.
fn if_expr(parts: Parts, ty: TypeId, span: Span) -> Expr {
    let mut rest = parts.otherwise.map(|branch| branch.block).unwrap_or_default();
    let value = ty != TypeId::NONE;
    let mut whole: Option<Expr> = None;
    for (condition, branch) in parts.conditions.into_iter().zip(parts.branches).rev() {
        if let Some(inner) = whole.take() {
            rest = wrap(inner, value);
        }
        let kind = ExprKind::If(Box::new(condition), branch.block, std::mem::take(&mut rest));
        whole = Some(Expr { ty, span, kind });
    }
    whole.unwrap_or_else(|| broken(span))
}

fn wrap(inner: Expr, value: bool) -> Block {
    use crate::semantics::typed::{Stmt, StmtKind};
    if value {
        return Block { statements: Vec::new(), value: Some(Box::new(inner)) };
    }
    let stmt = Stmt { span: inner.span, kind: StmtKind::Expr(inner) };
    Block { statements: vec![stmt], value: None }
}
