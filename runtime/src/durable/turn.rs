//! Advancing one run by one completion.
//!
//! A turn has the run for itself. It lets the machine run to where it waits again, answers at once what only needs a
//! clock or dice, and makes of its commands what is to be written and done. Nothing here reads the books: turns of
//! different runs can go on in parallel.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;
use jiff::Timestamp;

use super::batch::{Batch, Effect, Question, Write};
use super::input::{Message, Program};
use super::mutation::{self, Mutation};
use super::record::{Claim, Ending, Entry, Held, NewRun, Outcome, RunNumber, Source};
use super::show;
use crate::engine::core::advance;
use crate::engine::{Ambient, Command, Completion, Doing, Status, Step, Ticket, Until};
use crate::error::{Error, ErrorKind};
use crate::value::Value;

/// How many runs may beget each other: a flow that starts itself comes to an end.
pub const DEEPEST: u32 = 10_000;

/// The first byte of an encoded run: how the rest is encoded.
const ENCODING: u8 = 1;

/// What only the shell can tell, asked while a turn is carried out.
pub trait Ambience {
    /// The time.
    fn now(&mut self) -> Timestamp;

    /// An id that nobody else has.
    fn uuid(&mut self) -> EcoString;

    /// A number in 0..1.
    fn random(&mut self) -> f64;
}

/// Something that has come for a run, and what is written and done along with it.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// What has happened; none where something is only to be written.
    pub(super) completion: Option<Completion>,
    /// For the run's journal.
    pub(super) notes: Vec<Entry>,
    /// Goes before what comes of the completion.
    pub(super) batch: Batch,
    /// Whether the run's state is to be written whatever comes of the completion.
    pub(super) is_new: bool,
    /// Whether what has happened stands in the journal already: a run that failed afterwards goes on.
    pub(super) is_again: bool,
    /// Batches of their own that follow what comes of it.
    pub(super) claims: Vec<Batch>,
}

impl From<Completion> for Mail {
    fn from(completion: Completion) -> Mail {
        Mail { completion: Some(completion), ..Mail::default() }
    }
}

/// A run that is to be advanced.
#[derive(Debug)]
pub struct Turn {
    pub(super) held: Held,
    pub(super) program: Arc<Program>,
    pub(super) mail: Mail,
    /// The number that the next run in the store gets.
    pub(super) numbers: Arc<AtomicI64>,
}

/// What came of a turn.
#[derive(Debug)]
pub struct Turned {
    /// The run, as it is now.
    pub(super) held: Held,
    /// What is to be written and done.
    pub(super) batch: Batch,
    /// Batches of their own, after it: claims of `once` keys.
    pub(super) claims: Vec<Batch>,
    /// The runs that it began.
    pub(super) children: Vec<Held>,
    /// How it ended, if it did.
    pub(super) ended: Option<Outcome>,
}

impl Turn {
    /// Carries it out.
    pub fn carry_out(self, ambience: &mut dyn Ambience) -> Turned {
        let Turn { held, program, mail, numbers } = self;
        let now = ambience.now();
        let before = match &mail.completion {
            Some(done @ Completion::Acted(_, Ok(_))) if !mutation::is(Mutation::RepeatFinished) => {
                Some(Box::new(Held { then: Some(done.clone()), ..held.clone() }))
            }
            _ => None,
        };
        let mut work = Work {
            held,
            before,
            is_again: mail.is_again,
            program: &program,
            numbers: &numbers,
            ambience,
            now,
            batch: mail.batch,
            claims: mail.claims,
            children: Vec::new(),
            queue: mail.completion.into_iter().collect(),
            changed: mail.is_new,
            ended: false,
        };
        for entry in mail.notes {
            work.note(entry);
        }
        work.drain();
        work.finish()
    }
}

struct Work<'a> {
    held: Held,
    /// How it goes on should it fail now that a step has succeeded.
    before: Option<Box<Held>>,
    /// See [`Mail::is_again`].
    is_again: bool,
    program: &'a Program,
    numbers: &'a AtomicI64,
    ambience: &'a mut dyn Ambience,
    now: Timestamp,
    batch: Batch,
    claims: Vec<Batch>,
    children: Vec<Held>,
    queue: VecDeque<Completion>,
    /// Whether the run's state is another one than is stored.
    changed: bool,
    ended: bool,
}

impl Work<'_> {
    fn drain(&mut self) {
        while let Some(completion) = self.queue.pop_front() {
            if let Completion::Fired(ticket) = &completion {
                self.held.timers.remove(ticket);
            }
            if let Completion::Ended(ticket, _) = &completion {
                self.held.followed.remove(ticket);
            }
            if self.is_again {
                self.held.then = None;
            }
            let commands = advance(&self.program.program, &mut self.held.run, completion);
            // A branch that has ended while others go on asks for nothing, and is worth a row all the same.
            self.changed |= commands.is_empty() && !mutation::is(Mutation::LoseSilentChange);
            for command in commands {
                self.carry_out(command);
            }
        }
    }

    fn carry_out(&mut self, command: Command) {
        // A pause in the middle of a segment is worth no row: from the row before, the segment gives the same again.
        self.changed |= !matches!(command, Command::Yield(_));
        match command {
            Command::Act(ticket, step) => self.act(ticket, step),
            Command::Backoff { ticket, step, error, delay } => {
                let next = self.set_timer(ticket, delay);
                let action = show::action_name(&self.program.program, step.action);
                let (step, attempt) = (step.id, step.attempt);
                self.note(Entry::Retry { step, action, attempt, error, next });
            }
            Command::Wait(ticket, until) => {
                let until = match until {
                    Until::After(delay) => self.set_timer(ticket, delay),
                    Until::At(time) => self.set_timer_at(ticket, time.as_millisecond()),
                };
                self.note(Entry::Wait { until });
            }
            Command::Deadline(ticket, delay) => {
                self.set_timer(ticket, delay);
            }
            Command::Ask(ticket, what) => {
                let answer = self.answer(what);
                self.queue.push_back(Completion::Answer(ticket, answer));
            }
            Command::Launch { ticket, flow, event, id } => self.launch(ticket, flow, event, id),
            Command::Abort(ticket) => self.abort(ticket),
            Command::Yield(ticket) => {
                self.batch.effects.push(Effect::GoOn(self.held.number, ticket));
            }
            Command::Log { level, message } => self.note(Entry::Log { level, message }),
            Command::Settled { step, outcome, in_doubt } => {
                self.settled(&step, &outcome, in_doubt);
            }
            Command::End => self.ended = true,
        }
    }

    fn act(&mut self, ticket: Ticket, step: Arc<Step>) {
        self.held.started.entry(step.id).or_insert(self.now.as_millisecond());
        let Held { number: run, version, urgent, .. } = self.held;
        let claim = claim_of(&self.program.program, &step);
        let act = Effect::Act { run, ticket, version, step: Arc::clone(&step), urgent };
        let Some(claim) = claim else { return self.batch.effects.push(act) };
        // A further attempt of a step has its key from the first one.
        if step.attempt > 1 {
            return self.batch.effects.push(act);
        }
        self.claims.push(claiming(run, ticket, claim, act, urgent));
    }

    fn set_timer(&mut self, ticket: Ticket, delay: i64) -> i64 {
        self.set_timer_at(ticket, self.now.as_millisecond().saturating_add(delay.max(0)))
    }

    fn set_timer_at(&mut self, ticket: Ticket, due: i64) -> i64 {
        self.held.timers.insert(ticket, due);
        due
    }

    fn answer(&mut self, what: Ambient) -> Result<Value, Error> {
        let now = self.now;
        Ok(match what {
            Ambient::Now => Value::Time(now),
            Ambient::Today => Value::Date(now.to_zoned(self.program.program.zone().clone()).date()),
            Ambient::Uuid => Value::Text(self.ambience.uuid()),
            Ambient::Random => Value::Float(self.ambience.random()),
            Ambient::Environment(name) => Value::Text(self.program.environment.get(&name)?),
        })
    }

    fn launch(&mut self, ticket: Option<Ticket>, flow: FlowId, event: Value, id: EcoString) {
        if self.held.depth >= DEEPEST {
            let message = format!("{DEEPEST} runs have begun each other, and no more may");
            return match ticket {
                Some(ticket) => {
                    let error = Error::new(ErrorKind::Failed, message);
                    self.queue.push_back(Completion::Ended(ticket, Err(error)));
                }
                None => self.note(Entry::Log { level: "error".into(), message: message.into() }),
            };
        }
        let number = RunNumber(self.numbers.fetch_add(1, Ordering::Relaxed));
        if let Some(ticket) = ticket {
            self.held.followed.insert(ticket, number);
        }
        let program = &self.program.program;
        let address = show::flow_address(program, flow);
        let declared = program.artifact().flows.get(flow.0 as usize);
        // A key that cannot be told from the event is none: the run is begun all the same.
        let lane = declared.and_then(|flow| super::settings::lane(program, flow, &event).ok()?);
        let json = declared.map(|flow| show::json(program, flow.trigger.event, &event));
        let queued = lane.is_some();
        let new = NewRun {
            number,
            id: id.clone(),
            version: self.held.version,
            flow: address.clone(),
            source: Source { kind: "run".into(), name: self.held.run.id.clone() },
            at: self.now.as_millisecond(),
            event: json.unwrap_or_default(),
            parent: Some(self.held.number),
            lane: lane.clone(),
            queued,
        };
        let follower = ticket.map(|ticket| (self.held.number, ticket));
        let child = Held {
            lane,
            follower,
            urgent: self.held.urgent && ticket.is_some(),
            depth: self.held.depth + 1,
            after_failure: self.held.after_failure,
            ..Held::begin(&self.program.program, &new, flow, event)
        };
        self.batch.writes.push(Write::Create(Box::new(new)));
        self.batch.writes.push(child.suspend());
        self.children.push(child);
        self.note(Entry::Started { run: id, flow: address });
    }

    /// Nobody waits any more: for a timer, another run or an attempt.
    fn abort(&mut self, ticket: Ticket) {
        if self.held.timers.remove(&ticket).is_some() {
            return;
        }
        if let Some(run) = self.held.followed.remove(&ticket) {
            let message = Message::Completion(Completion::Cancel);
            if !mutation::is(Mutation::OrphanChildren) {
                self.batch.writes.push(send(run, &message));
                self.batch.effects.push(Effect::Deliver(run));
            }
            return;
        }
        if !mutation::is(Mutation::NoAbort) {
            self.batch.effects.push(Effect::Abort { run: self.held.number, ticket });
        }
    }

    fn settled(&mut self, step: &Step, outcome: &Result<Value, Error>, in_doubt: bool) {
        let program = &self.program.program;
        let began = self.held.started.remove(&step.id);
        if std::mem::take(&mut self.is_again) {
            return;
        }
        let entry = show::step(program, step, outcome, began.unwrap_or(self.now.as_millisecond()));
        if let Some(claim) = claim_of(program, step)
            && !self.takes_back(&claim)
        {
            // Once this is on disk, so that whoever asks again for the key is told of it.
            self.batch.effects.push(Effect::Freed(claim.key.clone()));
            self.batch.writes.push(match outcome {
                Ok(value) => Write::Done(claim, Some(show::result_json(program, step, value))),
                Err(_) if mutation::is(Mutation::FreeKey) => Write::Undone(claim),
                Err(_) if in_doubt => Write::Done(claim, None),
                Err(_) => Write::Undone(claim),
            });
        }
        self.note(entry);
    }

    /// Forgets a key that was to be taken, and whether it was: a step that ends in the turn that begins it has
    /// certainly not acted.
    fn takes_back(&mut self, claim: &Claim) -> bool {
        let count = self.claims.len();
        let is_it = |batch: &Batch| matches!(&batch.question, Some(Question::Once { claim: taken, .. }) if taken == claim);
        self.claims.retain(|batch| !is_it(batch));
        self.claims.len() < count
    }

    fn note(&mut self, entry: Entry) {
        let (run, number) = (self.held.number, self.held.next_entry);
        self.held.next_entry += 1;
        if mutation::is(Mutation::JournalGap) && matches!(entry, Entry::Retry { .. }) {
            return;
        }
        self.changed = true;
        let at = self.now.as_millisecond();
        self.batch.writes.push(Write::Note { run, number, at, entry });
    }

    fn finish(mut self) -> Turned {
        self.batch.urgent = self.held.urgent && !mutation::is(Mutation::NotUrgent);
        let ended = if self.ended { Some(self.outcome()) } else { None };
        match &ended {
            Some(outcome) => self.end(outcome.clone()),
            None if self.changed => {
                // Before what is sent to others, so that nobody answers a run that does not know of its question.
                self.batch.writes.push(self.held.suspend());
            }
            None => {}
        }
        let Work { held, batch, claims, children, .. } = self;
        Turned { held, batch, claims, children, ended }
    }

    fn outcome(&self) -> Outcome {
        let program = &self.program.program;
        match &self.held.run.status {
            Status::Failed(failure) => Outcome::Failed {
                error: failure.error.clone(),
                place: show::place(program, failure.function, failure.origin),
            },
            Status::Succeeded(value) => {
                Outcome::Succeeded(show::flow_result(program, self.held.run.flow, value))
            }
            _ => Outcome::Cancelled,
        }
    }

    fn end(&mut self, outcome: Outcome) {
        let run = self.held.number;
        if let (Some(before), Outcome::Failed { .. }) = (self.before.take(), &outcome) {
            self.batch.writes.push(before.suspend());
        }
        let ending = Ending { at: self.now.as_millisecond(), outcome };
        self.batch.writes.push(Write::End { run, ending });
        let Some((follower, ticket)) = self.held.follower else { return };
        if mutation::is(Mutation::ForgetParent) {
            return;
        }
        let result = match &self.held.run.status {
            Status::Succeeded(value) => Ok(value.clone()),
            Status::Failed(failure) => Err(failure.error.clone()),
            _ => Err(Error::new(ErrorKind::Cancelled, "the run was cancelled")),
        };
        let message = Message::Completion(Completion::Ended(ticket, result));
        self.batch.writes.push(send(follower, &message));
        self.batch.effects.push(Effect::Deliver(follower));
    }
}

/// What a step acts under.
pub(super) fn claim_of(program: &crate::execute::Program, step: &Step) -> Option<Claim> {
    let key = step.once.as_ref()?;
    let action = show::action_name(program, step.action);
    Some(Claim { key: ecow::eco_format!("{action}\n{key}"), owner: step.key.clone() })
}

/// A batch that takes a `once` key and then begins the attempt.
pub(super) fn claiming(
    run: RunNumber,
    ticket: Ticket,
    claim: Claim,
    act: Effect,
    urgent: bool,
) -> Batch {
    let question = Some(Question::Once { run, ticket, claim });
    Batch { question, effects: vec![act], urgent, ..Batch::default() }
}

/// Sends something to a run. What is sent is made of values, which always encode.
pub(super) fn send(to: RunNumber, message: &Message) -> Write {
    Write::Send { to, message: postcard::to_allocvec(message).unwrap_or_default() }
}

impl Held {
    /// A run that has not begun.
    pub(super) fn begin(
        program: &crate::execute::Program,
        new: &NewRun,
        flow: FlowId,
        event: Value,
    ) -> Held {
        use crate::engine::core::create;
        use crate::engine::memory::Options;
        use crate::execute::interpret;

        let function = program.artifact().flows.get(flow.0 as usize).map(|it| it.function);
        // A flow that there is not has no function either, and its run fails at once.
        let function = function.unwrap_or(callflow_artifact::bytecode::FunctionId(u32::MAX));
        let fiber = interpret::start(program, function, Vec::new(), vec![event]);
        Held {
            run: create(new.id.clone(), flow.0, fiber, Options::BUDGET),
            number: new.number,
            version: new.version,
            timers: Default::default(),
            followed: Default::default(),
            follower: None,
            lane: new.lane.clone(),
            urgent: false,
            depth: 0,
            after_failure: false,
            started: Default::default(),
            next_entry: 1,
            then: None,
        }
    }

    /// When its next timer fires.
    pub fn due(&self) -> Option<i64> {
        self.timers.values().min().copied()
    }

    /// Whether something is in flight, or it is about to begin: a process that begins must look after it.
    pub fn is_awake(&self) -> bool {
        let is_new = self.run.status == Status::New && self.lane.is_none();
        let is_busy = |doing: &Doing| matches!(doing, Doing::Acting { .. } | Doing::Yielding(_));
        is_new || self.run.branches.values().any(|branch| is_busy(&branch.doing))
    }

    /// Writes its state.
    pub(super) fn suspend(&self) -> Write {
        // Runs are made of values, which always encode.
        let state = postcard::to_extend(self, vec![ENCODING]).unwrap_or_default();
        let due = self.due().filter(|_| !mutation::is(Mutation::ForgetTimers));
        let awake = self.is_awake() && !mutation::is(Mutation::SleepInFlight);
        Write::Suspend { run: self.number, state, due, awake }
    }

    /// Reads a state that was written.
    ///
    /// # Errors
    /// The bytes are no state, or one of another version of this program.
    pub fn read(state: &[u8]) -> Result<Held, String> {
        match state.split_first() {
            Some((&ENCODING, rest)) => {
                postcard::from_bytes(rest).map_err(|error| format!("its state is damaged: {error}"))
            }
            Some((other, _)) => {
                Err(format!("its state was written by another version of callflow ({other})"))
            }
            None => Err("its state is empty".to_owned()),
        }
    }
}
