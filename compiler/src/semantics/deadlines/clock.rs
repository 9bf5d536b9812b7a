//! Goes through the typed program and finds the worst path of each function.

use std::collections::{HashMap, HashSet};

use callflow_artifact::Constant;
use callflow_artifact::bytecode::{FlowId, FunctionId};

use crate::semantics::checker::Checker;
use crate::semantics::constant::fold;
use crate::semantics::typed::{Block, Clauses, Expr, ExprKind, Retry, Stmt, StmtKind};
use crate::semantics::walk::{self, Part};
use crate::source::{FileId, Location};

use super::paths::{Path, Ways, first, together};

/// Finds worst paths.
pub(super) struct Clock<'c, 't> {
    checker: &'c Checker<'t>,
    /// The worst path of each function that was looked at.
    known: HashMap<FunctionId, Path>,
}

impl<'c, 't> Clock<'c, 't> {
    /// With what is known of functions already.
    pub(super) fn new(checker: &'c Checker<'t>, known: HashMap<FunctionId, Path>) -> Clock<'c, 't> {
        Clock { checker, known }
    }

    /// What is known of functions by now.
    pub(super) fn into_known(self) -> HashMap<FunctionId, Path> {
        self.known
    }

    /// The worst path of a function. What it calls is looked at before it, so that calls need no stack.
    pub(super) fn worst_of(&mut self, root: FunctionId) -> Path {
        let mut seen: HashSet<FunctionId> = HashSet::new();
        let mut open = vec![(root, false)];
        while let Some((id, calls_are_known)) = open.pop() {
            if calls_are_known {
                let path = self.body(id);
                self.known.insert(id, path);
            } else if !self.known.contains_key(&id) && seen.insert(id) {
                open.push((id, true));
                open.extend(self.calls(id).into_iter().map(|callee| (callee, false)));
            }
        }
        self.function(root)
    }

    /// The functions that one calls, those of the flows whose results it waits for included.
    fn calls(&self, id: FunctionId) -> Vec<FunctionId> {
        let item = self.checker.functions.get(id.0 as usize);
        let Some(checked) = item.and_then(|item| item.checked.as_ref()) else {
            return Vec::new();
        };
        let mut calls = checked.calls.clone();
        walk::expressions(&checked.function.body, &mut |expr| {
            if let ExprKind::Launch { flow, waits: true, .. } = &expr.kind {
                calls.extend(self.flow_function(*flow));
            }
        });
        calls
    }

    fn flow_function(&self, flow: FlowId) -> Option<FunctionId> {
        self.checker.flows.get(flow.0 as usize).map(|flow| flow.function)
    }

    /// What is known of a function. One that leads back to itself has no bound.
    fn function(&self, id: FunctionId) -> Path {
        self.known.get(&id).cloned().unwrap_or_else(Path::open)
    }

    fn body(&mut self, id: FunctionId) -> Path {
        let item = self.checker.functions.get(id.0 as usize);
        let checked = item.and_then(|item| item.checked.as_ref());
        let function = checked.map(|checked| &checked.function);
        let ways = function.map(|function| self.block(&function.body, function.file));
        ways.map(Ways::worst).unwrap_or_default()
    }

    fn block(&mut self, block: &Block, file: FileId) -> Ways {
        let mut ways = Ways::nothing();
        for statement in &block.statements {
            let next = self.statement(statement, file);
            ways = ways.then(next);
        }
        match &block.value {
            Some(value) => ways.then(self.expr(value, file)),
            None => ways,
        }
    }

    fn statement(&mut self, statement: &Stmt, file: FileId) -> Ways {
        match &statement.kind {
            StmtKind::Set { value, .. } | StmtKind::Expr(value) => self.expr(value, file),
            StmtKind::Return(value) => {
                let value = value.as_ref().map(|value| self.expr(value, file));
                value.unwrap_or_else(Ways::nothing).ending()
            }
            StmtKind::Stop => Ways::nothing().ending(),
            StmtKind::Break | StmtKind::Continue => Ways::out_of_loop(),
            StmtKind::For { iterable, body, .. } => {
                let turns = self.block(body, file).repeated(None);
                self.expr(iterable, file).then(turns)
            }
            StmtKind::ForRange { from, to, body, .. } => {
                let turns = self.block(body, file).repeated(turns(from, to));
                self.expr(from, file).then(self.expr(to, file)).then(turns)
            }
            StmtKind::While { condition, body } => {
                let turn = self.expr(condition, file).then(self.block(body, file));
                turn.repeated(None)
            }
            StmtKind::Try { body, handler, .. } => {
                self.block(body, file).or_failed(self.block(handler, file))
            }
            StmtKind::Parallel(branches) => {
                let ways = branches.iter().map(|branch| self.block(&branch.body, file));
                together(ways.collect())
            }
            StmtKind::First(branches) => {
                let paths = branches.iter().map(|branch| self.block(&branch.body, file).worst());
                Ways::on(first(paths.collect()))
            }
            StmtKind::Test(_) => Ways::nothing(),
        }
    }

    fn expr(&mut self, expr: &Expr, file: FileId) -> Ways {
        let at = Location { file, span: expr.span };
        match &expr.kind {
            ExprKind::Wait(time) => {
                let wait = self.wait(time, at);
                self.expr(time, file).then(wait)
            }
            ExprKind::WaitUntil(time) => self.expr(time, file).then(Ways::until(at)),
            ExprKind::Action { clauses, .. } => {
                let call = self.action(clauses.as_deref(), at);
                self.parts(expr, file).then(call)
            }
            ExprKind::Call { function, .. } => {
                let call = self.call(Some(*function), at);
                self.parts(expr, file).then(call)
            }
            ExprKind::Launch { flow, waits: true, .. } => {
                let run = self.call(self.flow_function(*flow), at);
                self.parts(expr, file).then(run)
            }
            ExprKind::If(condition, one, other) => {
                let either = self.block(one, file).or(self.block(other, file));
                self.expr(condition, file).then(either)
            }
            ExprKind::Match(found) => {
                let mut arms = Ways::default();
                for arm in &found.arms {
                    arms = arms.or(self.block(&arm.body, file));
                }
                self.expr(&found.subject, file).then(arms)
            }
            ExprKind::Fail(..) | ExprKind::Raise(_) => self.parts(expr, file).ending(),
            ExprKind::Catch { value, fallback, .. } => {
                self.expr(value, file).or_failed(self.expr(fallback, file))
            }
            ExprKind::Loop { list, lambda, .. } => {
                let turns = self.expr(&lambda.body, file).repeated(None);
                self.expr(list, file).then(turns)
            }
            ExprKind::ParallelFor { iterable, limit, body, .. } => {
                // All at once, or nobody knows how often one after the other.
                let rounds = if limit.is_none() { Some(1) } else { None };
                let items = self.block(body, file).repeated(rounds);
                self.expr(iterable, file).then(items)
            }
            ExprKind::Block(block) => self.block(block, file),
            // The right side may be left out.
            ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Coalesce(left, right)
            | ExprKind::OptionalChain { base: left, then: right, .. } => {
                let right = self.expr(right, file).or(Ways::nothing());
                self.expr(left, file).then(right)
            }
            _ => self.parts(expr, file),
        }
    }

    /// All parts of an expression, one after the other.
    fn parts(&mut self, expr: &Expr, file: FileId) -> Ways {
        let mut parts = Vec::new();
        walk::expression(expr, &mut |part| parts.push(part));
        let mut ways = Ways::nothing();
        for part in parts {
            let next = match part {
                Part::Expr(expr) => self.expr(expr, file),
                Part::Block(block) | Part::Branch(block) => self.block(block, file),
            };
            ways = ways.then(next);
        }
        ways
    }

    fn wait(&self, time: &Expr, at: Location) -> Ways {
        let known = self.duration(time);
        Ways::on(known.map_or_else(Path::open, |time| Path::step(at, time)))
    }

    /// A call of a function, or a run that is waited for.
    fn call(&self, function: Option<FunctionId>, at: Location) -> Ways {
        let path = function.map(|function| self.function(function).called_at(at));
        Ways::on(path.unwrap_or_default())
    }

    /// A call of an action: what `within` allows, else the pauses between its attempts.
    fn action(&self, clauses: Option<&Clauses>, at: Location) -> Ways {
        let Some(clauses) = clauses else { return Ways::on(Path::open()) };
        if let Some(within) = &clauses.within {
            return self.wait(within, at);
        }
        let pauses = clauses.retry.as_ref().and_then(|retry| self.pauses(retry));
        Ways::on(Path { open: true, ..Path::step(at, pauses.unwrap_or(0)) })
    }

    /// All pauses of a call that fails again and again.
    fn pauses(&self, retry: &Retry) -> Option<i64> {
        let (first, longest) = retry.pauses.as_ref()?;
        let (mut pause, longest) = (self.duration(first)?, self.duration(longest)?);
        let Constant::Int(mut left) = fold(&retry.count, &self.checker.types).ok()? else {
            return None;
        };
        let mut sum: i64 = 0;
        while left > 0 && pause > 0 && pause < longest {
            sum = sum.saturating_add(pause);
            pause = pause.saturating_mul(2).min(longest);
            left -= 1;
        }
        Some(sum.saturating_add(pause.max(0).saturating_mul(left.max(0))))
    }

    fn duration(&self, expr: &Expr) -> Option<i64> {
        match fold(expr, &self.checker.types) {
            Ok(Constant::Duration(time)) => Some(time.max(0)),
            _ => None,
        }
    }
}

/// How often a loop over a range turns.
fn turns(from: &Expr, to: &Expr) -> Option<i64> {
    match (&from.kind, &to.kind) {
        (ExprKind::Constant(Constant::Int(from)), ExprKind::Constant(Constant::Int(to))) => {
            Some(to.saturating_sub(*from).saturating_add(1).max(0))
        }
        _ => None,
    }
}
