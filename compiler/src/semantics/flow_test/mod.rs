//! Tests: which flows they run, what stands in for actions, and what is expected.
//!
//! A test is checked after all flows and functions, for it asks what the flows that it runs may call: a stand-in
//! of an action with type parameters has the types of the one call that it stands for. So [`outline`] looks
//! through a test for its `run`s first, [`reach`] follows them through the typed program, and only then the
//! statements are checked, in order: [`stand_in`], [`event`], [`expectation`].

mod event;
mod expectation;
mod outline;
mod reach;
mod stand_in;

use std::collections::HashMap;

use callflow_artifact::bytecode::{FlowId, FunctionId};
use callflow_artifact::types::TypeId;
use ecow::EcoString;

use crate::source::{FileId, Location};
use crate::syntax::tree;

use super::body::{Body, Kind};
use super::checker::{Checker, FunctionSource};
use super::report;
use super::signature::Signature;
use super::typed::{self, Expr, ExprKind, StmtKind, TestStmt};
use outline::Outline;
use reach::{Callee, Reached};

/// What the check of a test knows beside what every body's does.
#[derive(Debug, Default)]
pub(super) struct TestState {
    /// What the flows that the test runs may call.
    reached: Reached,
    /// Whether the test runs any flow.
    runs: bool,
    /// The flow that was run last before this place.
    last_run: Option<FlowId>,
    /// Whether it was told that none was, which is told once.
    told_of_no_run: bool,
    /// Whether what a record literal leaves out is made up: that of an event, or of what an action answers.
    completes: bool,
}

impl TestState {
    /// Whether what a record literal leaves out is made up here.
    pub(super) fn completes(&self) -> bool {
        self.completes
    }
}

impl<'t> Checker<'t> {
    /// Checks the tests of all files.
    pub(super) fn check_tests(&mut self) {
        let mut names: HashMap<(FileId, EcoString), Location> = HashMap::new();
        for index in 0..self.functions.len() {
            let Some(item) = self.functions.get(index) else { continue };
            let file = item.file;
            let FunctionSource::Test(test) = item.source else { continue };
            let (name, span) = (test.name.0.clone(), test.name.1);
            let at = Location { file, span };
            match names.get(&(file, name.clone())) {
                Some(&first) => self.report(report::testing::test_twice(&name, at, first)),
                None => drop(names.insert((file, name.clone()), at)),
            }
            self.check_test(index, file, test);
            let function = FunctionId(index as u32);
            self.tests.push(typed::Test { name, function, span, file });
        }
    }

    fn check_test(&mut self, index: usize, file: FileId, test: &'t tree::TestItem) {
        let outline = Outline::of(&test.body);
        if !outline.expects {
            let at = Location { file, span: test.name.1 };
            self.report(report::testing::expects_nothing(at));
        }
        let flows = outline.runs.iter().filter_map(|flow| self.find_flow(file, flow)).collect();
        let reached = self.reached(flows);
        let mut body = Body::new(self, file, Kind::Test);
        body.test = TestState { reached, runs: !outline.runs.is_empty(), ..TestState::default() };
        body.effectful = true;
        let signature = Signature { name: test.name.0.clone(), ..Signature::default() };
        let checked = body.function(&test.body, &signature);
        for call in reach::calls(&checked.function.body) {
            let Callee::Function(function) = call.callee else { continue };
            if let Some(what) = self.acts(function) {
                let name = self.function_signature(function).map(|known| known.name.clone());
                let at = Location { file, span: call.span };
                let name = name.unwrap_or_default();
                self.report(report::testing::calls_effectful(at, &name, &what));
            }
        }
        if let Some(item) = self.functions.get_mut(index) {
            item.signature = std::rc::Rc::new(signature);
            item.checked = Some(checked);
        }
    }
}

impl<'t> Body<'_, 't> {
    /// A statement that only tests have.
    pub(super) fn test_statement(&mut self, statement: &'t tree::Stmt) -> Option<StmtKind> {
        // Elsewhere these words are names.
        if self.kind != Kind::Test {
            return None;
        }
        let at = self.at(statement.span);
        let kind = match &statement.kind {
            tree::StmtKind::Given(given) => self.given(given)?,
            tree::StmtKind::Advance(time) => {
                self.needs_run(at, "`advance`");
                TestStmt::Advance(self.check(time, TypeId::DURATION))
            }
            tree::StmtKind::Crash => {
                self.needs_run(at, "`crash`");
                TestStmt::Crash
            }
            tree::StmtKind::Expect(expected) => {
                TestStmt::Expect(self.expectation(expected, statement.span)?)
            }
            _ => return None,
        };
        Some(StmtKind::Test(kind))
    }

    /// Whether a statement of a test is one that only runs have, which is told.
    pub(super) fn is_for_runs(&mut self, statement: &'t tree::Stmt) -> bool {
        let at = self.at(statement.span);
        let told = match &statement.kind {
            tree::StmtKind::Parallel(_) | tree::StmtKind::First(_) => report::testing::branches(at),
            tree::StmtKind::Wait(_) | tree::StmtKind::WaitUntil(_) => report::testing::waits(at),
            tree::StmtKind::Stop => report::testing::stops(at),
            _ => return false,
        };
        self.report(told);
        true
    }

    /// What in a test has no value: branches, and runs of flows. It is told.
    pub(super) fn no_value_in_test(&mut self, expr: &'t tree::Expr) -> Expr {
        let at = self.at(expr.span);
        self.report(match &expr.kind {
            tree::ExprKind::ParallelFor { .. } => report::testing::branches(at),
            _ => report::testing::launches(at),
        });
        super::body::broken(expr.span)
    }

    /// Whether a flow was run before this place; told where none was.
    fn needs_run(&mut self, at: Location, what: &str) -> bool {
        let ran = self.test.last_run.is_some();
        if !ran && !std::mem::replace(&mut self.test.told_of_no_run, true) {
            let flows = self.own_flows();
            self.report(report::testing::nothing_ran(at, what, flows.first()));
        }
        ran
    }

    /// `result` in a test: what the last run gave.
    pub(super) fn test_result(&mut self, span: crate::source::Span) -> Option<Expr> {
        if self.kind != Kind::Test {
            return None;
        }
        let at = self.at(span);
        if !self.needs_run(at, "`result`") {
            return Some(super::body::broken(span));
        }
        let id = self.test.last_run?;
        let flow = self.checker.flows.get(id.0 as usize)?;
        let (ty, name) = (flow.result, flow.name.clone());
        if ty == TypeId::NONE {
            self.report(report::testing::gives_nothing(at, &name));
            return Some(super::body::broken(span));
        }
        Some(Expr { ty, span, kind: ExprKind::TestResult(id) })
    }

    /// The names of this file's flows.
    fn own_flows(&self) -> Vec<EcoString> {
        let flows = self.checker.flows.iter().filter(|flow| flow.file == self.file);
        flows.map(|flow| flow.name.clone()).collect()
    }
}
