//! Whether a flow answers in time: the worst case of its paths against the deadline of its hook.
//!
//! What is known of a path are its constant waits, the calls that `within` bounds, and the pauses between the
//! attempts of a call. A call without a bound counts nothing, for the runtime cuts it off at the deadline. A
//! function counts what its worst path does, and so does a flow whose result is waited for.

use std::collections::{HashMap, HashSet};

use callflow_artifact::Constant;
use callflow_artifact::bytecode::{FlowId, FunctionId};
use callflow_artifact::types::TypeId;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Location};

use super::checker::Checker;
use super::constant::fold;
use super::flow::FlowItem;
use super::platforms::{LONGEST_FUNCTION_CALL, LONGEST_PRE_CALL, LONGEST_WEBHOOK, Platform, Wait};
use super::report;
use super::typed::{Block, Clauses, Expr, ExprKind, Retry, Stmt, StmtKind};
use super::walk::{self, Part};

/// How many steps of a path are remembered, the longest ones.
const MOST_STEPS: usize = 4;

/// When an answer is due, and who says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// In milliseconds.
    pub(super) time: i64,
    pub(super) by: DueBy,
}

/// Who says when an answer is due.
#[derive(Debug, Clone, Copy)]
pub(super) enum DueBy {
    /// `within D` of the header.
    Header(Location),
    /// The platform.
    Platform(&'static Platform),
    /// Nobody in particular; nobody waits longer.
    Anybody,
}

/// A part of a path that takes time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) at: Location,
    /// In milliseconds.
    pub(super) time: i64,
    /// What takes it, where that stands in a function.
    pub(super) cause: Option<Location>,
}

/// What is known of the time that a path takes.
#[derive(Debug, Clone, Default)]
struct Path {
    /// In milliseconds.
    time: i64,
    /// Whether something on it has no bound.
    open: bool,
    /// A `wait until` on it.
    until: Option<Step>,
    /// The longest ones first.
    steps: Vec<Step>,
}

impl Path {
    fn step(at: Location, time: i64) -> Path {
        let steps = if time > 0 { vec![Step { at, time, cause: None }] } else { Vec::new() };
        Path { time, steps, ..Path::default() }
    }

    fn open() -> Path {
        Path { open: true, ..Path::default() }
    }

    fn then(&self, next: &Path) -> Path {
        let mut steps = self.steps.clone();
        steps.extend(&next.steps);
        steps.sort_by_key(|step| std::cmp::Reverse(step.time));
        steps.truncate(MOST_STEPS);
        Path {
            time: self.time.saturating_add(next.time),
            open: self.open || next.open,
            until: self.until.or(next.until),
            steps,
        }
    }

    /// The same, seen from a call of what it is in.
    fn called_at(&self, at: Location) -> Path {
        let cause = self.steps.first().map(|step| step.cause.unwrap_or(step.at));
        let step = Step { at, time: self.time, cause };
        let until = self.until.map(|until| Step { at, time: 0, cause: Some(until.at) });
        let steps = if self.time > 0 { vec![step] } else { Vec::new() };
        Path { time: self.time, open: self.open, until, steps }
    }
}

/// How control may leave a part of a body, each with its worst path. In boxes, for what looks at nested parts holds
/// one of these for each.
#[derive(Debug, Clone, Default)]
struct Ways {
    /// On to what comes next.
    on: Option<Box<Path>>,
    /// Out of the loop around it.
    out_of_loop: Option<Box<Path>>,
    /// To the end of the body.
    end: Option<Box<Path>>,
}

impl Ways {
    fn on(path: Path) -> Ways {
        Ways { on: Some(Box::new(path)), ..Ways::default() }
    }

    fn nothing() -> Ways {
        Ways::on(Path::default())
    }

    fn until(at: Location) -> Ways {
        let until = Some(Step { at, time: 0, cause: None });
        Ways::on(Path { open: true, until, ..Path::default() })
    }

    fn then(self, next: Ways) -> Ways {
        let Some(before) = self.on else { return self };
        let after = |path: Option<Box<Path>>| path.map(|path| Box::new(before.then(&path)));
        Ways {
            on: after(next.on),
            out_of_loop: worse(self.out_of_loop, after(next.out_of_loop)),
            end: worse(self.end, after(next.end)),
        }
    }

    fn or(self, other: Ways) -> Ways {
        Ways {
            on: worse(self.on, other.on),
            out_of_loop: worse(self.out_of_loop, other.out_of_loop),
            end: worse(self.end, other.end),
        }
    }

    /// Where control goes on, it goes to the end instead.
    fn ending(self) -> Ways {
        Ways { end: worse(self.on, self.end), on: None, out_of_loop: self.out_of_loop }
    }

    /// The same, or a failure at its very end, after which something else is done.
    fn or_failed(self, instead: Ways) -> Ways {
        let failed = Ways::on(self.clone().worst()).then(instead);
        self.or(failed)
    }

    /// The worst path of all.
    fn worst(self) -> Path {
        worse(worse(self.on, self.out_of_loop), self.end).map(|path| *path).unwrap_or_default()
    }

    /// Done again and again: so often where that is known, else once, and nobody knows how often more.
    fn repeated(self, times: Option<i64>) -> Ways {
        let mut turn = worse(self.on, self.out_of_loop).unwrap_or_default();
        let count = times.unwrap_or(1);
        turn.open |= times.is_none() && turn.time > 0;
        turn.time = turn.time.saturating_mul(count);
        for step in &mut turn.steps {
            step.time = step.time.saturating_mul(count);
        }
        Ways { on: Some(turn), out_of_loop: None, end: self.end }
    }
}

fn worse(one: Option<Box<Path>>, other: Option<Box<Path>>) -> Option<Box<Path>> {
    let (Some(one), Some(other)) = (&one, &other) else { return one.or(other) };
    let worse = if other.time > one.time { other } else { one };
    Some(Box::new(Path {
        open: one.open || other.open,
        until: one.until.or(other.until),
        ..(**worse).clone()
    }))
}

impl<'t> Checker<'t> {
    /// Holds each flow that somebody waits for against its deadline.
    pub(super) fn check_deadlines(&mut self) {
        let mut told = Vec::new();
        let mut known = HashMap::new();
        for (index, item) in self.flow_items.iter().enumerate() {
            let Some(flow) = self.flows.get(index) else { continue };
            let waited_for =
                matches!(item.header.trigger.name.as_str(), "pre_call" | "function_call")
                    || item.header.trigger.name == "webhook" && flow.result != TypeId::NONE;
            if !waited_for {
                continue;
            }
            let due = self.due(item, flow.settings.deadline, &mut told);
            let mut clock = Clock { checker: self, known };
            let worst = clock.worst_of(flow.function);
            known = clock.known;
            let trigger = item.header.trigger.name.as_str();
            if let Some(until) = worst.until {
                told.push(report::hooks::waits_until(until, trigger, &due));
            } else if let Some((longest, rest)) = worst.steps.split_first()
                && worst.time > due.time
            {
                told.push(report::hooks::too_late(*longest, rest, worst.time, trigger, &due));
            }
        }
        for diagnostic in told {
            self.report(diagnostic);
        }
    }

    /// When a flow's answer is due. A deadline that is longer than a platform waits is told.
    fn due(&self, item: &FlowItem<'t>, deadline: Option<i64>, told: &mut Vec<Diagnostic>) -> Due {
        let trigger = item.header.trigger.name.as_str();
        let waits = |platform: &'static Platform| match platform.wait(trigger) {
            Wait::For(time) => Some((time, platform)),
            Wait::Never | Wait::Unsaid => None,
        };
        let shortest = self.platforms_of(item).into_iter().filter_map(waits).min_by_key(|w| w.0);
        let written = item.tree.deadline.as_ref().map(|deadline| deadline.duration.span);
        if let (Some(time), Some(span)) = (deadline, written) {
            let at = Location { file: item.file, span };
            if let Some((most, platform)) = shortest.filter(|(most, _)| *most < time) {
                told.push(report::hooks::deadline_too_long(at, time, trigger, platform, most));
            }
            return Due { time, by: DueBy::Header(at) };
        }
        match shortest {
            Some((time, platform)) => Due { time, by: DueBy::Platform(platform) },
            None => {
                let time = match trigger {
                    "pre_call" => LONGEST_PRE_CALL,
                    "function_call" => LONGEST_FUNCTION_CALL,
                    _ => LONGEST_WEBHOOK,
                };
                Due { time, by: DueBy::Anybody }
            }
        }
    }
}

/// Finds worst paths.
struct Clock<'c, 't> {
    checker: &'c Checker<'t>,
    /// The worst path of each function that was looked at.
    known: HashMap<FunctionId, Path>,
}

impl Clock<'_, '_> {
    /// The worst path of a function. What it calls is looked at before it, so that calls need no stack.
    fn worst_of(&mut self, root: FunctionId) -> Path {
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
            StmtKind::Break | StmtKind::Continue => {
                Ways { out_of_loop: Some(Box::default()), ..Ways::default() }
            }
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

/// All branches at the same time: the longest counts.
fn together(branches: Vec<Ways>) -> Ways {
    branches.into_iter().reduce(Ways::or).unwrap_or_else(Ways::nothing)
}

/// The first branch to end: one without a bound is beaten by any that has one.
fn first(branches: Vec<Path>) -> Path {
    let bounded = branches.iter().filter(|path| !path.open).min_by_key(|path| path.time);
    let shortest = bounded.or_else(|| branches.iter().min_by_key(|path| path.time));
    let until = branches.iter().all(|path| path.until.is_some());
    let mut path = shortest.cloned().unwrap_or_default();
    path.until = path.until.filter(|_| until);
    path
}
