//! The shell that keeps a run in memory and drives it to its end.
//!
//! It feeds [`super::core::advance`] and carries out what comes back, over a [`Host`] that has the clock, the
//! dice and the services. An [`Observer`] sees everything as it happens.

use std::sync::Arc;
use std::time::Duration;

use callflow_artifact::Flow;
use ecow::EcoString;
use jiff::Timestamp;
use tokio::time::Instant;

use super::core::{advance, create};
use super::{Ambient, Command, Completion, Run, Status, Step, Until};
use crate::error::Error;
use crate::execute::{Budget, Program, interpret};
use crate::pieces::{ActionFailure, BoxFuture};
use crate::value::Value;

/// What a run needs of the world.
pub trait Host: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// An id that nobody else has.
    fn uuid(&self) -> EcoString;

    /// A number in 0..1.
    fn random(&self) -> f64;

    /// Ends after a time.
    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()>;

    /// Makes one attempt of a step.
    fn act(&self, step: Arc<Step>) -> BoxFuture<'_, Result<Value, ActionFailure>>;

    /// Whether services are made up. Then waits are skipped, and the clock moves on by as much.
    fn is_sandbox(&self) -> bool;
}

/// Who watches a run. Every method may be left out.
pub trait Observer: Send {
    /// A step begins its first attempt.
    fn started(&mut self, _step: &Step) {}

    /// An attempt failed and another one follows.
    fn retrying(&mut self, _step: &Step, _error: &Error, _pause: Duration) {}

    /// A step ended for good.
    fn settled(&mut self, _record: &StepRecord) {}

    /// The run waits, or would wait were this not the sandbox.
    fn waiting(&mut self, _until: Until, _skipped: bool) {}

    /// The flow writes a line.
    fn logged(&mut self, _level: &str, _message: &str) {}

    /// The run ended.
    fn ended(&mut self, _status: &Status) {}
}

/// Nobody watches.
impl Observer for () {}

/// How a run is carried out.
pub struct Options<'a> {
    /// The run's id; a new one unless given.
    pub id: Option<EcoString>,
    /// How many instructions it may execute.
    pub budget: Budget,
    /// When this is done, the run is cancelled.
    pub cancelled: BoxFuture<'a, ()>,
}

impl Options<'_> {
    /// As many instructions as a flow that does anything sensible needs, many times over.
    pub const BUDGET: Budget = Budget(500_000_000);
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { id: None, budget: Options::BUDGET, cancelled: Box::pin(std::future::pending()) }
    }
}

/// A step that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// What was done, with its last attempt.
    pub step: Arc<Step>,
    /// The action's result, or why it failed.
    pub outcome: Result<Value, Error>,
    /// From the first attempt's begin to the last one's end.
    pub took: Duration,
    /// Whether the sandbox made the result up.
    pub sandbox: bool,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The run, whose status is final.
    pub run: Run,
    /// Its steps, in the order in which they ended.
    pub steps: Vec<StepRecord>,
}

/// Runs a flow from its event to its end.
///
/// `flow` is one of `program`'s, and `event` a value of its trigger's event type.
pub async fn run(
    program: &Program,
    host: &dyn Host,
    observer: &mut dyn Observer,
    flow: &Flow,
    event: Value,
    options: Options<'_>,
) -> Ended {
    let index = program.artifact().flows.iter().position(|known| std::ptr::eq(known, flow));
    let id = options.id.unwrap_or_else(|| host.uuid());
    let fiber = interpret::start(program, flow.function, Vec::new(), vec![event]);
    let run = create(id, index.unwrap_or_default() as u32, fiber, options.budget);
    let mut shell = Shell {
        program,
        host,
        observer,
        cancelled: options.cancelled,
        steps: Vec::new(),
        started: None,
        skipped: Duration::ZERO,
    };
    let run = shell.drive(run).await;
    Ended { run, steps: shell.steps }
}

struct Shell<'a> {
    program: &'a Program,
    host: &'a dyn Host,
    observer: &'a mut dyn Observer,
    cancelled: BoxFuture<'a, ()>,
    steps: Vec<StepRecord>,
    /// When the step under way began.
    started: Option<Instant>,
    /// How far the sandbox's clock is ahead.
    skipped: Duration,
}

impl Shell<'_> {
    async fn drive(&mut self, mut run: Run) -> Run {
        let mut completion = Completion::Begin;
        loop {
            let mut next = None;
            for command in advance(self.program, &mut run, completion) {
                if let Command::End = command {
                    self.observer.ended(&run.status);
                    return run;
                }
                next = self.carry_out(command).await.or(next);
            }
            // A run that has not ended has asked for something; one that did not would wait for ever.
            completion = next.unwrap_or(Completion::Cancel);
        }
    }

    async fn carry_out(&mut self, command: Command) -> Option<Completion> {
        match command {
            Command::Act(ticket, step) => {
                if step.attempt == 1 {
                    self.started = Some(Instant::now());
                    self.observer.started(&step);
                }
                let attempt = self.host.act(step);
                Some(self.unless_cancelled(attempt, |it| Completion::Acted(ticket, it)).await)
            }
            Command::Backoff { ticket, step, error, delay } => {
                let pause = millis(delay);
                self.observer.retrying(&step, &error, pause);
                Some(self.pass(pause, Completion::Fired(ticket)).await)
            }
            Command::Wait(ticket, until) => {
                self.observer.waiting(until, self.host.is_sandbox());
                Some(self.pass(self.time_to(until), Completion::Fired(ticket)).await)
            }
            Command::Ask(ticket, what) => Some(Completion::Answer(ticket, self.answer(what))),
            Command::Log { level, message } => {
                self.observer.logged(&level, &message);
                None
            }
            Command::Settled { step, outcome } => {
                let took = self.started.take().map_or(Duration::ZERO, |it| it.elapsed());
                let record = StepRecord { step, outcome, took, sandbox: self.host.is_sandbox() };
                self.observer.settled(&record);
                self.steps.push(record);
                None
            }
            Command::End => None,
        }
    }

    async fn unless_cancelled<T>(
        &mut self,
        work: BoxFuture<'_, T>,
        done: impl FnOnce(T) -> Completion,
    ) -> Completion {
        tokio::select! {
            biased;
            () = &mut self.cancelled => Completion::Cancel,
            outcome = work => done(outcome),
        }
    }

    /// Lets time pass, or in the sandbox says that it did.
    async fn pass(&mut self, span: Duration, then: Completion) -> Completion {
        if self.host.is_sandbox() {
            self.skipped = self.skipped.saturating_add(span);
            return then;
        }
        let sleep = self.host.sleep(span);
        self.unless_cancelled(sleep, |()| then).await
    }

    fn now(&self) -> Timestamp {
        let now = self.host.now();
        now.saturating_add(self.skipped).unwrap_or(now)
    }

    fn time_to(&self, until: Until) -> Duration {
        match until {
            Until::After(span) => millis(span),
            Until::At(time) => {
                Duration::try_from(self.now().duration_until(time)).unwrap_or_default()
            }
        }
    }

    fn answer(&self, what: Ambient) -> Value {
        match what {
            Ambient::Now => Value::Time(self.now()),
            Ambient::Today => Value::Date(self.now().to_zoned(self.program.zone().clone()).date()),
            Ambient::Uuid => Value::Text(self.host.uuid()),
            Ambient::Random => Value::Float(self.host.random()),
        }
    }
}

/// Negative times have passed.
fn millis(span: i64) -> Duration {
    Duration::from_millis(u64::try_from(span).unwrap_or(0))
}

#[cfg(test)]
mod tests;
