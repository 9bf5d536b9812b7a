//! Several runs in one process: what every shell does that keeps runs in memory.
//!
//! A [`Fleet`] has the runs, feeds them what happened, keeps their timers and their `once` keys and lets them
//! begin and follow each other. What is left is a [`World`]: it has a clock, makes attempts and watches.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use callflow_artifact::bytecode::{FlowId, FunctionId};
use ecow::EcoString;
use jiff::{SignedDuration, Timestamp};

use super::core::{advance, create};
use super::message::{Ambient, Command, Completion, Ticket, Until};
use super::once::{Claim, Once};
use super::run::{Doing, Run, Status, Step};
use super::timers::Timers;
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Program, interpret};
use crate::value::Value;

/// The most runs that belong together, so that a flow that starts itself comes to an end.
const RUN_LIMIT: usize = 1000;

/// What one of the runs asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct At {
    /// The run's number, from 0.
    pub(crate) run: usize,
    /// Its ticket.
    pub(crate) ticket: Ticket,
}

/// What runs need that a fleet does not have. What only watches may be left out.
pub(crate) trait World {
    /// The time.
    fn now(&self) -> Timestamp;

    /// Begins an attempt of a step, which is told to the fleet when it has ended.
    fn attempt(&mut self, at: At, step: Arc<Step>);

    /// Ends an attempt, if it is still under way.
    fn abort(&mut self, at: At);

    /// Finds something out.
    fn answer(&mut self, what: Ambient) -> Result<Value, Error>;

    /// A run began.
    fn begun(&mut self, _run: usize, _flow: FlowId, _event: &Value) {}

    /// A step begins its first attempt.
    fn started(&mut self, _run: usize, _step: &Step) {}

    /// An attempt failed, and another one follows after so many milliseconds.
    fn retrying(&mut self, _run: usize, _step: &Step, _error: &Error, _delay: i64) {}

    /// A step ended for good.
    fn settled(&mut self, _run: usize, _step: Arc<Step>, _outcome: Result<Value, Error>) {}

    /// A run waits because its flow says so.
    fn waiting(&mut self, _run: usize, _until: Until) {}

    /// A run writes a line.
    fn logged(&mut self, _run: usize, _level: &str, _message: &str) {}

    /// A run ended.
    fn ended(&mut self, _run: usize, _status: &Status) {}
}

/// Several runs in one process.
#[derive(Debug)]
pub(crate) struct Fleet<'a> {
    program: &'a Program,
    budget: Budget,
    members: Vec<Member>,
    queue: VecDeque<(usize, Completion)>,
    timers: Timers,
    once: Once,
}

#[derive(Debug)]
struct Member {
    run: Run,
    /// Who waits for its end.
    follower: Option<At>,
    /// The runs that it waits for.
    followed: HashMap<Ticket, usize>,
}

impl<'a> Fleet<'a> {
    /// No runs yet; each may execute so many instructions.
    pub(crate) fn new(program: &'a Program, budget: Budget) -> Fleet<'a> {
        Fleet {
            program,
            budget,
            members: Vec::new(),
            queue: VecDeque::new(),
            timers: Timers::default(),
            once: Once::default(),
        }
    }

    /// Begins a run of a flow with an event, and gives its number.
    pub(crate) fn begin(
        &mut self,
        world: &mut impl World,
        flow: FlowId,
        event: Value,
        id: EcoString,
    ) -> usize {
        self.add(world, flow, event, id, None)
    }

    /// Takes note of what happened.
    pub(crate) fn post(&mut self, at: At, completion: impl FnOnce(Ticket) -> Completion) {
        self.queue.push_back((at.run, completion(at.ticket)));
    }

    /// Cancels every run that has not ended.
    pub(crate) fn cancel(&mut self) {
        self.queue.extend((0..self.members.len()).map(|run| (run, Completion::Cancel)));
    }

    /// Feeds the runs what happened, until they wait for something that has not happened or one of them lets
    /// others have their turn. Whether there is more to do at once.
    pub(crate) fn turn(&mut self, world: &mut impl World) -> bool {
        let mut has_yielded = false;
        while !has_yielded && let Some((number, completion)) = self.queue.pop_front() {
            let Some(member) = self.members.get_mut(number) else { continue };
            for command in advance(self.program, &mut member.run, completion) {
                has_yielded |= matches!(command, Command::Yield(_));
                self.carry_out(world, number, command);
            }
        }
        !self.queue.is_empty()
    }

    /// When the next timer fires.
    pub(crate) fn next_timer(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// Fires the next timer.
    pub(crate) fn fire(&mut self) {
        if let Some((_, at)) = self.timers.pop() {
            self.post(at, Completion::Fired);
        }
    }

    /// Whether every run has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.members.iter().all(|member| member.run.status.is_final())
    }

    /// A run by its number.
    pub(crate) fn run(&self, number: usize) -> Option<&Run> {
        self.members.get(number).map(|member| &member.run)
    }

    /// Whether any branch of any run does something of a kind.
    pub(crate) fn is_any(&self, of_kind: impl Fn(&Doing) -> bool) -> bool {
        let mut branches = self.members.iter().flat_map(|member| member.run.branches.values());
        branches.any(|branch| of_kind(&branch.doing))
    }

    /// Puts another state in the place of every run's.
    ///
    /// # Errors
    /// The first of `change`; the runs after it stay as they are.
    pub(crate) fn replace<E>(&mut self, change: impl Fn(&Run) -> Result<Run, E>) -> Result<(), E> {
        for member in &mut self.members {
            member.run = change(&member.run)?;
        }
        Ok(())
    }

    /// All runs, in the order in which they began.
    pub(crate) fn into_runs(self) -> Vec<Run> {
        self.members.into_iter().map(|member| member.run).collect()
    }

    fn add(
        &mut self,
        world: &mut impl World,
        flow: FlowId,
        event: Value,
        id: EcoString,
        follower: Option<At>,
    ) -> usize {
        let number = self.members.len();
        world.begun(number, flow, &event);
        let function = self.program.artifact().flows.get(flow.0 as usize).map(|it| it.function);
        // A flow that there is not has no function either, and its run fails at once.
        let function = function.unwrap_or(FunctionId(u32::MAX));
        let fiber = interpret::start(self.program, function, Vec::new(), vec![event]);
        let run = create(id, flow.0, fiber, self.budget);
        self.members.push(Member { run, follower, followed: HashMap::new() });
        self.queue.push_back((number, Completion::Begin));
        number
    }

    fn carry_out(&mut self, world: &mut impl World, run: usize, command: Command) {
        let at = |ticket| At { run, ticket };
        match command {
            Command::Act(ticket, step) => {
                if step.attempt == 1 {
                    world.started(run, &step);
                }
                self.act(world, at(ticket), step);
            }
            Command::Backoff { ticket, step, error, delay } => {
                world.retrying(run, &step, &error, delay);
                self.timers.set(at(ticket), after(world.now(), delay));
            }
            Command::Wait(ticket, until) => {
                world.waiting(run, until);
                let due = match until {
                    Until::After(millis) => after(world.now(), millis),
                    Until::At(time) => time,
                };
                self.timers.set(at(ticket), due);
            }
            Command::Deadline(ticket, millis) => {
                self.timers.set(at(ticket), after(world.now(), millis));
            }
            Command::Yield(ticket) => self.post(at(ticket), Completion::Fired),
            Command::Ask(ticket, what) => {
                let answer = world.answer(what);
                self.post(at(ticket), |ticket| Completion::Answer(ticket, answer));
            }
            Command::Launch { ticket, flow, event, id } => {
                self.launch(world, run, ticket, flow, event, id);
            }
            Command::Abort(ticket) => self.abort(world, at(ticket)),
            Command::Log { level, message } => world.logged(run, &level, &message),
            Command::Settled { step, outcome, in_doubt } => {
                let waiting = self.once.settled(&step, &outcome, in_doubt);
                world.settled(run, step, outcome);
                for (at, step) in waiting {
                    self.act(world, at, step);
                }
            }
            Command::End => self.ended(world, run),
        }
    }

    /// Begins an attempt, unless its `once` key says something else.
    fn act(&mut self, world: &mut impl World, at: At, step: Arc<Step>) {
        match self.once.claim(at, &step) {
            Claim::Act => world.attempt(at, step),
            Claim::Wait => {}
            Claim::Answer(outcome) => self.post(at, |ticket| Completion::Acted(ticket, outcome)),
        }
    }

    fn launch(
        &mut self,
        world: &mut impl World,
        run: usize,
        ticket: Option<Ticket>,
        flow: FlowId,
        event: Value,
        id: EcoString,
    ) {
        let follower = ticket.map(|ticket| At { run, ticket });
        if self.members.len() < RUN_LIMIT {
            let number = self.add(world, flow, event, id, follower);
            if let (Some(ticket), Some(member)) = (ticket, self.members.get_mut(run)) {
                member.followed.insert(ticket, number);
            }
            return;
        }
        let message = format!("{RUN_LIMIT} runs have begun each other, and no more may");
        match follower {
            Some(at) => {
                let error = Error::new(ErrorKind::Failed, message);
                self.post(at, |ticket| Completion::Ended(ticket, Err(error)));
            }
            None => world.logged(run, "error", &message),
        }
    }

    fn abort(&mut self, world: &mut impl World, at: At) {
        let followed = self.members.get_mut(at.run).and_then(|it| it.followed.remove(&at.ticket));
        match followed {
            Some(run) => self.queue.push_back((run, Completion::Cancel)),
            None if self.timers.forget(at) || self.once.forget(at) => {}
            None => world.abort(at),
        }
    }

    fn ended(&mut self, world: &mut impl World, run: usize) {
        let Some(member) = self.members.get(run) else { return };
        world.ended(run, &member.run.status);
        let Some(follower) = member.follower else { return };
        let result = match &member.run.status {
            Status::Succeeded(value) => Ok(value.clone()),
            Status::Failed(failure) => Err(failure.error.clone()),
            _ => Err(Error::new(ErrorKind::Cancelled, "the run was cancelled")),
        };
        self.post(follower, |ticket| Completion::Ended(ticket, result));
    }
}

fn after(now: Timestamp, millis: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
}
