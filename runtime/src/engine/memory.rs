//! The shell that keeps a run in memory and drives it to its end, with all the runs that it begins.
//!
//! The runs are a [`Fleet`]; attempts are futures on one task, so that they go on at a time; time passes by the
//! host's clock, or in the sandbox not at all: when nothing is under way, the clock moves on to the next timer.
//! An [`Observer`] sees everything as it happens.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use callflow_artifact::Flow;
use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::fleet::{At, Fleet, World};
use super::{Ambient, Completion, Run, Status, Step, StepId, Until};
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Program};
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

    /// A setting of the project, which `env("NAME")` reads.
    ///
    /// # Errors
    /// The project does not say what it is.
    fn environment(&self, name: &str) -> Result<EcoString, Error> {
        Err(Error::new(ErrorKind::NotFound, format!("the project has no setting `{name}`")))
    }

    /// Whether services are made up. Then waits are skipped, and the clock moves on by as much.
    fn is_sandbox(&self) -> bool;
}

/// Who watches. Runs have numbers: 0 is the one that was asked for, the others are those that were begun on its
/// way. Every method may be left out.
pub trait Observer: Send {
    /// A run has begun.
    fn begun(&mut self, _run: usize, _flow: &Flow) {}

    /// A step begins its first attempt.
    fn started(&mut self, _run: usize, _step: &Step) {}

    /// An attempt failed and another one follows.
    fn retrying(&mut self, _run: usize, _step: &Step, _error: &Error, _pause: Duration) {}

    /// A step ended for good.
    fn settled(&mut self, _record: &StepRecord) {}

    /// A run waits, or would wait were this not the sandbox.
    fn waiting(&mut self, _run: usize, _until: Until, _skipped: bool) {}

    /// A flow writes a line.
    fn logged(&mut self, _run: usize, _level: &str, _message: &str) {}

    /// A run ended.
    fn ended(&mut self, _run: usize, _status: &Status) {}
}

/// Nobody watches.
impl Observer for () {}

/// How a run is carried out.
pub struct Options<'a> {
    /// The run's id; a new one unless given.
    pub id: Option<EcoString>,
    /// How many instructions it may execute, and each run that it begins.
    pub budget: Budget,
    /// When this is done, all runs are cancelled.
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
    /// The number of its run.
    pub run: usize,
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
    /// The run that was asked for, and then those that were begun on its way. All have a final status.
    pub runs: Vec<Run>,
    /// The steps of all runs, in the order in which they ended.
    pub steps: Vec<StepRecord>,
}

impl Ended {
    /// How the run that was asked for ended.
    pub fn status(&self) -> &Status {
        self.runs.first().map_or(&Status::New, |run| &run.status)
    }
}

/// Runs a flow from its event to its end, and to the end of all runs that are begun on the way.
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
    let mut shell = Shell {
        program,
        host,
        observer,
        attempts: FuturesUnordered::new(),
        handles: HashMap::new(),
        steps: Vec::new(),
        started: HashMap::new(),
        skipped: SignedDuration::ZERO,
    };
    let mut fleet = Fleet::new(program, options.budget);
    fleet.begin(&mut shell, FlowId(index.unwrap_or_default() as u32), event, id);
    shell.drive(&mut fleet, options.cancelled).await;
    Ended { runs: fleet.into_runs(), steps: shell.steps }
}

/// Attempts that are under way, and what comes of them; none for those that are aborted.
type Attempts<'a> = FuturesUnordered<BoxFuture<'a, Option<(At, Outcome)>>>;

type Outcome = Result<Value, ActionFailure>;

struct Shell<'a> {
    program: &'a Program,
    host: &'a dyn Host,
    observer: &'a mut dyn Observer,
    attempts: Attempts<'a>,
    handles: HashMap<At, AbortHandle>,
    steps: Vec<StepRecord>,
    /// When the steps under way began.
    started: HashMap<(usize, StepId), Instant>,
    /// How far the sandbox's clock is ahead.
    skipped: SignedDuration,
}

impl Shell<'_> {
    async fn drive(&mut self, fleet: &mut Fleet<'_>, cancelled: BoxFuture<'_, ()>) {
        let mut cancelled = Some(cancelled);
        loop {
            let has_more = fleet.turn(self);
            if fleet.has_ended() {
                return;
            }
            let (now, due) = (self.now(), fleet.next_timer());
            // While runs compute, time passes; in the sandbox it stands still.
            let is_due = !self.host.is_sandbox() && due.is_some_and(|due| due <= now);
            let pass = pass(self.host, now, due, self.attempts.is_empty());
            tokio::select! {
                biased;
                () = maybe(cancelled.as_mut()) => {
                    cancelled = None;
                    fleet.cancel();
                }
                Some(done) = self.attempts.next() => {
                    if let Some((at, outcome)) = done {
                        self.handles.remove(&at);
                        fleet.post(at, |ticket| Completion::Acted(ticket, outcome));
                    }
                }
                () = tokio::task::yield_now(), if has_more => {
                    if is_due {
                        fleet.fire();
                    }
                }
                () = pass, if !has_more => match due {
                    Some(due) => {
                        self.move_on_to(due);
                        fleet.fire();
                    }
                    // A run that has not ended has asked for something; one that did not would wait for ever.
                    None => fleet.cancel(),
                }
            }
        }
    }

    /// Moves the sandbox's clock.
    fn move_on_to(&mut self, time: Timestamp) {
        let ahead = self.now().duration_until(time);
        if self.host.is_sandbox() && ahead.is_positive() {
            self.skipped = self.skipped.saturating_add(ahead);
        }
    }
}

impl World for Shell<'_> {
    fn now(&self) -> Timestamp {
        let now = self.host.now();
        now.saturating_add(self.skipped).unwrap_or(now)
    }

    fn attempt(&mut self, at: At, step: Arc<Step>) {
        let (handle, registration) = AbortHandle::new_pair();
        let attempt = Abortable::new(self.host.act(step), registration);
        self.handles.insert(at, handle);
        self.attempts.push(Box::pin(async move { Some((at, attempt.await.ok()?)) }));
    }

    fn abort(&mut self, at: At) {
        if let Some(handle) = self.handles.remove(&at) {
            handle.abort();
        }
    }

    fn answer(&mut self, what: Ambient) -> Result<Value, Error> {
        Ok(match what {
            Ambient::Now => Value::Time(self.now()),
            Ambient::Today => Value::Date(self.now().to_zoned(self.program.zone().clone()).date()),
            Ambient::Uuid => Value::Text(self.host.uuid()),
            Ambient::Random => Value::Float(self.host.random()),
            Ambient::Environment(name) => Value::Text(self.host.environment(&name)?),
        })
    }

    fn begun(&mut self, run: usize, flow: FlowId, _event: &Value) {
        if let Some(flow) = self.program.artifact().flows.get(flow.0 as usize) {
            self.observer.begun(run, flow);
        }
    }

    fn started(&mut self, run: usize, step: &Step) {
        self.started.insert((run, step.id), Instant::now());
        self.observer.started(run, step);
    }

    fn retrying(&mut self, run: usize, step: &Step, error: &Error, delay: i64) {
        let pause = Duration::from_millis(u64::try_from(delay).unwrap_or_default());
        self.observer.retrying(run, step, error, pause);
    }

    fn settled(&mut self, run: usize, step: Arc<Step>, outcome: Result<Value, Error>) {
        let started = self.started.remove(&(run, step.id));
        let took = started.map_or(Duration::ZERO, |it| it.elapsed());
        let record = StepRecord { run, step, outcome, took, sandbox: self.host.is_sandbox() };
        self.observer.settled(&record);
        self.steps.push(record);
    }

    fn waiting(&mut self, run: usize, until: Until) {
        self.observer.waiting(run, until, self.host.is_sandbox());
    }

    fn logged(&mut self, run: usize, level: &str, message: &str) {
        self.observer.logged(run, level, message);
    }

    fn ended(&mut self, run: usize, status: &Status) {
        self.observer.ended(run, status);
    }
}

/// Ends when the next timer is due, and at once where nothing is left that could happen. In the sandbox a timer
/// is due as soon as nothing else is under way.
async fn pass(host: &dyn Host, now: Timestamp, due: Option<Timestamp>, is_idle: bool) {
    match due {
        // Others on this task, who may cancel, get their turn.
        Some(_) if host.is_sandbox() && is_idle => tokio::task::yield_now().await,
        Some(due) if !host.is_sandbox() => {
            host.sleep(Duration::try_from(now.duration_until(due)).unwrap_or_default()).await;
        }
        None if is_idle => {}
        _ => std::future::pending().await,
    }
}

/// A future that may be done with already.
async fn maybe(future: Option<&mut BoxFuture<'_, ()>>) {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
