//! A test's own function: what it does, one statement after the other.

use callflow_artifact::artifact::Test;
use callflow_artifact::bytecode::{Effect, FlowId, TestEffect};
use ecow::eco_format;
use jiff::{SignedDuration, Timestamp};

use super::crash::crash;
use super::scene::Scene;
use super::{Finding, Place, Report};
use crate::connect::Environment;
use crate::engine::fleet::{Fleet, World};
use crate::engine::{Ambient, Completion, Doing, Run, Status};
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Outcome, Program, Request, Resume, Slice, interpret};
use crate::value::Value;

/// How many instructions a test may execute, and each of its runs.
const BUDGET: Budget = Budget(50_000_000);

/// A test under way.
pub(super) struct Runner<'a> {
    pub(super) program: &'a Program,
    test: &'a Test,
    fleet: Fleet<'a>,
    pub(super) scene: Scene<'a>,
    /// The runs that the test itself began, in order.
    pub(super) own: Vec<usize>,
    pub(super) findings: Vec<Finding>,
    pub(super) expectations: usize,
}

impl<'a> Runner<'a> {
    /// A test that has not begun.
    pub(super) fn new(
        program: &'a Program,
        test: &'a Test,
        environment: &'a Environment,
    ) -> Runner<'a> {
        Runner {
            program,
            test,
            fleet: Fleet::new(program, BUDGET),
            scene: Scene::new(program, environment, test.name.clone()),
            own: Vec::new(),
            findings: Vec::new(),
            expectations: 0,
        }
    }

    /// Runs it to its end.
    pub(super) fn run(mut self) -> Report {
        let place = Place { function: self.test.function, origin: self.test.origin };
        let mut fiber = interpret::start(self.program, self.test.function, Vec::new(), Vec::new());
        let mut budget = BUDGET;
        let mut resume = Resume::Begin;
        loop {
            let slice = Slice::begin(budget);
            resume = match interpret::resume(self.program, &mut fiber, resume, &mut budget, slice) {
                Outcome::Paused => Resume::GoOn,
                Outcome::Suspended(request) => {
                    let types = crate::execute::branches::argument_types(self.program, &fiber);
                    match self.carry_out(&request, &types) {
                        Ok(value) => Resume::Value(value),
                        Err(error) => Resume::Error(error),
                    }
                }
                Outcome::Returned(_) | Outcome::Stopped => break,
                Outcome::Failed(error, function, origin) => {
                    let at = Place { function, origin };
                    let message = format!("The test ends early: {}", error.message);
                    self.findings.push(Finding::new(at, message, "it failed here"));
                    break;
                }
            };
        }
        // What follows from a call that nothing answers is no finding of its own.
        let missing = std::mem::take(&mut self.scene.missing);
        let findings = if missing.is_empty() { self.findings } else { missing };
        let name = self.test.name.clone();
        Report { name, place, findings, expectations: self.expectations }
    }

    /// The run that the test began last.
    pub(super) fn last_run(&self) -> Option<&Run> {
        self.fleet.run(*self.own.last()?)
    }

    fn carry_out(
        &mut self,
        request: &Request,
        types: &[callflow_artifact::types::TypeId],
    ) -> Result<Value, Error> {
        let arguments = request.arguments.as_slice();
        let place = Place { function: request.function, origin: request.origin };
        match &request.effect {
            Effect::Test(effect) => match effect {
                TestEffect::Given { .. } => {
                    self.scene.stand_ins.give(self.program.artifact(), effect, arguments);
                }
                TestEffect::Run(flow) => self.begin(*flow, arguments),
                TestEffect::Advance => self.advance(arguments),
                TestEffect::Crash => {
                    crash(&mut self.fleet, &mut self.scene).map_err(|error| {
                        let message = format!("a run could not be written down: {error}");
                        Error::new(ErrorKind::Failed, message)
                    })?;
                    self.settle();
                }
                TestEffect::Result(_) => return self.result(),
                expectation => {
                    self.expectations += 1;
                    let finding = self.expect(place, expectation, arguments, types);
                    self.findings.extend(finding);
                }
            },
            Effect::Now => return self.scene.answer(Ambient::Now),
            Effect::Today => return self.scene.answer(Ambient::Today),
            Effect::Uuid => return self.scene.answer(Ambient::Uuid),
            Effect::Random => return self.scene.answer(Ambient::Random),
            Effect::Environment { name } => {
                return self.scene.answer(Ambient::Environment(name.clone()));
            }
            Effect::Log => {}
            _ => {
                let message = "a test lets flows do things, and does nothing itself: put it in a flow and \
                               `run` that";
                return Err(Error::invalid(message));
            }
        }
        Ok(Value::None)
    }

    fn begin(&mut self, flow: FlowId, arguments: &[Value]) {
        let id = eco_format!("test-run-{}", self.own.len() + 1);
        let event = arguments.first().cloned().unwrap_or_default();
        let run = self.fleet.begin(&mut self.scene, flow, event, id);
        self.own.push(run);
        self.settle();
    }

    fn advance(&mut self, arguments: &[Value]) {
        let Some(Value::Duration(millis)) = arguments.first() else { return };
        let span = SignedDuration::from_millis((*millis).max(0));
        let end = self.scene.now.saturating_add(span).unwrap_or(Timestamp::MAX);
        while self.next().is_some_and(|due| due <= end) {
            self.pass();
        }
        self.scene.move_on_to(end);
        self.settle();
    }

    fn result(&self) -> Result<Value, Error> {
        let none = |why: String| {
            Err(Error::new(ErrorKind::Failed, format!("there is no `result`: {why}")))
        };
        match self.last_run().map(|run| (run, &run.status)) {
            Some((_, Status::Succeeded(value))) => Ok(value.clone()),
            Some((_, Status::Failed(failure))) => {
                none(format!("the run failed with {}", failure.error))
            }
            Some((run, _)) => none(format!("the run is {}", run.state())),
            None => none("no flow was run before".to_owned()),
        }
    }

    /// Lets the runs go on as far as they can while time stands still, and through the pauses between attempts.
    fn settle(&mut self) {
        self.turn();
        while self.fleet.is_any(|doing| matches!(doing, Doing::Pausing { .. }))
            && self.next().is_some()
        {
            self.pass();
        }
    }

    /// Lets the runs go on while time stands still.
    fn turn(&mut self) {
        loop {
            while self.fleet.turn(&mut self.scene) {}
            let Some((at, outcome)) = self.scene.answers.pop_front() else { return };
            self.fleet.post(at, |ticket| Completion::Acted(ticket, outcome));
        }
    }

    /// When something happens next.
    fn next(&self) -> Option<Timestamp> {
        let times = [self.fleet.next_timer(), self.scene.next_answer()];
        times.into_iter().flatten().min()
    }

    /// Lets time pass until something happens.
    fn pass(&mut self) {
        let Some(due) = self.next() else { return };
        self.scene.move_on_to(due);
        if self.scene.next_answer() == Some(due) {
            if let Some((_, late)) = self.scene.late.pop_first() {
                self.scene.answers.push_back((late.at, late.outcome));
            }
        } else {
            self.fleet.fire();
        }
        self.turn();
    }
}
