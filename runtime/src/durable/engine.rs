//! The books: which run is where, who waits for what, what is due.
//!
//! [`Engine::handle`] takes an input and gives what follows from it in an [`Outbox`]. Whoever drives it carries out
//! the turns and tells what came of them, gives the batches to the writer in their order, answers what is asked of
//! the store, and says when it is time ([`Engine::next`]).

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;

use super::batch::{Answer, Answered, Batch, Effect, Question, Token, Write};
use super::input::{Ask, Event, Input, Message, Program, Start, Stored, Waiter};
use super::lanes::Lanes;
use super::once::Parked;
use super::record::{Claim, Entry, Held, NewRun, Outcome, RunNumber, Source, Version};
use super::turn::{Mail, Turn, Turned};
use super::{recover, settings, show};
use crate::engine::{Completion, Status, Ticket};
use crate::value::Value;

/// A run whose next timer fires within this time stays in memory, in milliseconds.
const LINGER: i64 = 5_000;

/// How many runs are read from the store at a time.
const LOADS: usize = 256;

/// How soon the store is asked again which runs are due, where all of them were on their way, in milliseconds.
const AGAIN: i64 = 20;

/// For how long a delivery is remembered, in milliseconds: thirty days. No platform sends one again after that.
const DELIVERY_WINDOW: i64 = 30 * 24 * 3600 * 1000;

/// Many runs, and all that is known of them without looking at the disk.
#[derive(Debug, Default)]
pub struct Engine {
    programs: HashMap<Version, Arc<Program>>,
    current: Option<Version>,
    /// The runs in memory.
    pub(super) runs: HashMap<RunNumber, Slot>,
    /// When each run in memory is due next.
    timers: BTreeSet<(i64, RunNumber)>,
    /// When those who wait must be answered.
    deadlines: BTreeSet<(i64, RunNumber, Token)>,
    /// Whom those who wait wait for.
    waiting: HashMap<Token, RunNumber>,
    /// When the first of the runs that are not in memory is due, or earlier.
    sleeping: Option<i64>,
    /// Whether the store was asked which runs are due.
    is_asking: bool,
    /// Runs that were in flight when the process began and have not been looked at.
    backlog: VecDeque<RunNumber>,
    /// How many runs are being read.
    loading: usize,
    lanes: Lanes,
    /// Steps that wait for another one to end that acts under their `once` key.
    pub(super) parked: HashMap<EcoString, Vec<Parked>>,
    numbers: Arc<AtomicI64>,
}

/// What follows from an input.
#[derive(Debug, Default)]
pub struct Outbox {
    /// To be carried out, in any order, and told with [`Input::Turned`].
    pub turns: Vec<Turn>,
    /// For the writer, in this order and after those of earlier outboxes.
    pub batches: Vec<Batch>,
    /// To be asked of the store, after all batches whose effects have been carried out.
    pub asks: Vec<Ask>,
    /// What happens at once.
    pub effects: Vec<Effect>,
    /// What somebody should look at, in words.
    pub troubles: Vec<String>,
}

/// A run in memory, or on its way there.
#[derive(Debug)]
pub(super) struct Slot {
    /// Empty until it is known.
    id: EcoString,
    pub(super) place: Place,
    mailbox: VecDeque<Mail>,
    waiters: Vec<Waiter>,
    /// Those who waited when it ended: their answers are on their way with its end.
    leaving: Vec<Waiter>,
    /// What the store said to questions of its steps while it was out.
    pub(super) unclaimed: Vec<(Ticket, Claim, Answered)>,
    /// Counts the batches of the run.
    mark: u64,
    /// The latest of its batches that is known to be on disk.
    rested: u64,
    /// How many questions about it the store has not answered.
    asked: u32,
    /// Its entry in the timers.
    armed: Option<i64>,
    /// The latest of the messages that were read.
    received: i64,
    /// What it began with, for what is answered instead of a result.
    event: Option<(Version, FlowId, Value)>,
    /// Who wants it to go on after it failed.
    retry: Option<Retry>,
    /// What a run that is about to be taken in counts under.
    lane: Option<EcoString>,
    /// Its program, once that is known.
    version: Option<Version>,
    /// Until the store has taken in the event that it is of: nothing but its beginning may happen before.
    unsure: Option<Unsure>,
    /// Whether who waited for it was answered without it.
    is_late: bool,
}

/// What the first turn of a run led to, beside its own state.
#[derive(Debug, Default)]
struct Unsure {
    claims: Vec<Batch>,
    /// They wait in memory until the one that began them is taken in.
    children: Vec<RunNumber>,
    /// Whether its first turn has begun. A second one waits.
    is_out: bool,
}

/// Where a run is.
#[derive(Debug)]
pub(super) enum Place {
    /// In the store, and asked for.
    Loading,
    /// Here.
    Here(Box<Held>),
    /// Out for a turn.
    Out,
    /// It ended, which may not be on disk yet.
    Gone,
    /// In the store, and it cannot go on for this reason, as long as no other program is loaded.
    Stuck(String),
}

/// Who wants a failed run to go on.
#[derive(Debug, Clone, Copy)]
enum Retry {
    /// Somebody outside.
    Asked(Token),
    /// A run that failed because this one did, and goes on itself.
    For(RunNumber, Ticket),
}

impl Slot {
    fn new(place: Place) -> Slot {
        Slot {
            id: EcoString::new(),
            place,
            mailbox: VecDeque::new(),
            waiters: Vec::new(),
            leaving: Vec::new(),
            unclaimed: Vec::new(),
            mark: 0,
            rested: 0,
            asked: 0,
            armed: None,
            received: 0,
            event: None,
            retry: None,
            lane: None,
            version: None,
            unsure: None,
            is_late: false,
        }
    }
}

impl Engine {
    /// No runs and no programs.
    pub fn new() -> Engine {
        Engine { numbers: Arc::new(AtomicI64::new(1)), ..Engine::default() }
    }

    /// Takes note of something that has happened by `now`, in milliseconds since 1970.
    pub fn handle(&mut self, now: i64, input: Input, out: &mut Outbox) {
        match input {
            Input::Start(start) => self.start(start, out),
            Input::Load { version, program, is_current } => {
                self.programs.insert(version, program);
                if is_current {
                    self.current = Some(version);
                }
                self.free_stuck(version, out);
            }
            Input::Needed(versions) => self.keep_programs(&versions),
            Input::Event(event) => self.event(now, *event, out),
            Input::Acted(run, ticket, outcome) => {
                // Nothing is in flight in a run that is being read: this is late.
                let is_read = |slot: &Slot| matches!(slot.place, Place::Loading);
                if !self.runs.get(&run).is_some_and(is_read) {
                    self.post_if_here(run, Completion::Acted(ticket, outcome).into(), out);
                }
            }
            Input::GoOn(run, ticket) => {
                self.post_if_here(run, Completion::Fired(ticket).into(), out);
            }
            Input::Turned(turned) => self.turned(now, *turned, out),
            Input::Answered(Question::New { run, .. }, answer) => {
                self.not_taken_in(run, answer, out);
            }
            Input::Answered(Question::Once { run, ticket, claim }, answer) => {
                self.not_claimed(run, ticket, &claim, answer, out);
            }
            Input::Stored(run, stored) => self.stored(now, run, stored, out),
            Input::Due(runs, next) => self.due(now, runs, next, out),
            Input::Deliver(run) => self.ask(run, out),
            Input::Freed(key) => self.unpark(&key, out),
            Input::Rest(run, mark) => {
                if let Some(slot) = self.runs.get_mut(&run) {
                    slot.rested = slot.rested.max(mark);
                }
                self.taken_in(now, run, out);
                self.try_evict(now, run, out);
            }
            Input::Tick => self.tick(now, out),
            Input::Cancel(run, token) => self.cancel(run, token, out),
            Input::Retry(run, token) => self.retry(run, Retry::Asked(token), out),
            Input::Forget(token) => self.forget(now, token, out),
        }
    }

    /// When it must be told the time at the latest, in milliseconds since 1970.
    pub fn next(&self) -> Option<i64> {
        let timer = self.timers.first().map(|(due, _)| *due);
        let deadline = self.deadlines.first().map(|(due, ..)| *due);
        let sleeping = self.sleeping.filter(|_| !self.is_asking);
        [timer, deadline, sleeping].into_iter().flatten().min()
    }

    /// How many runs are in memory.
    pub fn in_memory(&self) -> usize {
        self.runs.len()
    }

    /// The version that new events run on.
    pub fn current(&self) -> Option<Version> {
        self.current
    }

    /// A program by its version.
    pub fn program(&self, version: Version) -> Option<&Arc<Program>> {
        self.programs.get(&version)
    }

    /// Forgets the programs that no run needs any more, in the store or on its way there.
    fn keep_programs(&mut self, needed: &[Version]) {
        let current = self.current;
        let here: HashSet<Version> = self.runs.values().filter_map(|slot| slot.version).collect();
        self.programs.retain(|version, _| {
            Some(*version) == current || needed.contains(version) || here.contains(version)
        });
    }

    /// The versions of the programs that are loaded.
    pub fn versions(&self) -> Vec<Version> {
        self.programs.keys().copied().collect()
    }

    /// Runs that could not go on without this program are read again.
    fn free_stuck(&mut self, version: Version, out: &mut Outbox) {
        let is_stuck =
            |slot: &Slot| matches!(slot.place, Place::Stuck(_)) && slot.version == Some(version);
        let stuck: Vec<RunNumber> =
            self.runs.iter().filter(|(_, slot)| is_stuck(slot)).map(|(run, _)| *run).collect();
        for run in stuck {
            self.runs.remove(&run);
            self.ask(run, out);
        }
    }

    fn start(&mut self, start: Start, out: &mut Outbox) {
        self.numbers.store(start.next.0.max(1), Ordering::Relaxed);
        self.sleeping = start.due;
        self.backlog = start.awake.into();
        for one in start.lanes {
            let places = self.places_of(one.version, &one.flow);
            match one.queued {
                true => self.lanes.wait(&one.lane, places, one.run),
                false => self.lanes.keep(&one.lane, places, one.run),
            }
        }
        for lane in self.lanes.names() {
            self.admit(&lane, out);
        }
        self.refill(out);
    }

    /// How many runs of a flow may go on at a time for one key.
    fn places_of(&self, version: Version, flow: &str) -> usize {
        let program = self.programs.get(&version);
        let flows = program.map(|it| it.program.artifact().flows.as_slice()).unwrap_or_default();
        let flow = flows.iter().find(|known| known.address == flow);
        flow.and_then(|flow| flow.settings.concurrency).map_or(usize::MAX, |it| it as usize)
    }

    // Events

    fn event(&mut self, now: i64, event: Event, out: &mut Outbox) {
        let mut reply = |answer| {
            if let Some(waiter) = event.waiter {
                out.effects.push(Effect::Reply(waiter.token, answer));
            }
        };
        let Some(program) = self.programs.get(&event.version).cloned() else {
            return reply(Answer::Refused("the program is not loaded".to_owned()));
        };
        let Some(flow) = program.program.artifact().flows.get(event.flow.0 as usize) else {
            return reply(Answer::No("the program has no such flow".to_owned()));
        };
        let keys = settings::lane(&program.program, flow, &event.event)
            .and_then(|lane| Ok((lane, settings::dedupe(&program.program, flow, &event.event)?)));
        let (lane, dedupe) = match keys {
            Ok(keys) => keys,
            Err(error) => return reply(Answer::Unfit(error)),
        };
        let number = RunNumber(self.numbers.fetch_add(1, Ordering::Relaxed));
        let places = flow.settings.concurrency.map_or(usize::MAX, |it| it as usize);
        let queued = lane.as_ref().is_some_and(|lane| !self.lanes.enter(lane, places, number));
        let (key, until) = match (dedupe, event.delivery) {
            (Some((key, window)), _) => (Some(key), window.map(|it| now.saturating_add(it))),
            (None, Some(delivery)) => {
                // Apart from what the flow itself says with `dedupe`, which follows a line break.
                let key = ecow::eco_format!("{}\0{delivery}", flow.address);
                (Some(key), Some(now.saturating_add(DELIVERY_WINDOW)))
            }
            (None, None) => (None, None),
        };
        let new = NewRun {
            number,
            id: event.id,
            version: event.version,
            flow: flow.address.clone(),
            source: event.source,
            at: now,
            event: event.json,
            parent: None,
            lane,
            queued,
        };
        let urgent = event.waiter.is_some_and(|waiter| waiter.for_end);
        let held = Held::begin(&program.program, &new, event.flow, event.event.clone());
        let mut slot = Slot::new(Place::Here(Box::new(Held { urgent, ..held })));
        slot.id = new.id.clone();
        slot.unsure = Some(Unsure::default());
        slot.lane = new.lane.clone();
        slot.version = Some(new.version);
        let mut effects = Vec::new();
        if let Some(waiter) = event.waiter {
            slot.waiters.push(waiter);
            self.waiting.insert(waiter.token, number);
            if let Some(until) = waiter.until {
                self.deadlines.insert((until, number, waiter.token));
            }
            match waiter.for_end {
                true => slot.event = Some((event.version, event.flow, event.event)),
                false => {
                    let answer = Answer::Accepted { id: new.id.clone(), known: false };
                    effects.push(Effect::Reply(waiter.token, answer));
                }
            }
        }
        let cursor = event.cursor.map(|(name, value)| Write::Cursor { name, value });
        let create = Write::Create(Box::new(new));
        let batch = Batch {
            question: Some(Question::New { run: number, key, at: now, until }),
            writes: [create].into_iter().chain(cursor).collect(),
            effects,
            urgent,
        };
        let completion = (!queued).then_some(Completion::Begin);
        slot.mailbox.push_back(Mail { completion, batch, is_new: true, ..Mail::default() });
        self.runs.insert(number, slot);
        self.pump(number, out);
    }

    /// The store has taken an event in: what its run led to follows.
    fn taken_in(&mut self, now: i64, run: RunNumber, out: &mut Outbox) {
        let unsure = self.runs.get_mut(&run).and_then(|slot| slot.unsure.take());
        let Some(Unsure { claims, children, .. }) = unsure else { return };
        out.batches.extend(claims);
        for child in children {
            if let Some(slot) = self.runs.get_mut(&child) {
                slot.unsure = None;
            }
            self.set_going(child, out);
        }
        self.overdue(now, run, out);
        self.arm(run);
        self.pump(run, out);
    }

    /// The store has not taken an event in.
    fn not_taken_in(&mut self, run: RunNumber, answer: Answered, out: &mut Outbox) {
        let Some(slot) = self.runs.remove(&run) else { return };
        self.disarm(run, slot.armed);
        if let Some(lane) = &slot.lane {
            self.lanes.leave(lane, run);
            self.admit(lane, out);
        }
        for child in slot.unsure.map(|unsure| unsure.children).unwrap_or_default() {
            self.runs.remove(&child);
        }
        for mail in slot.mailbox {
            refuse(mail, "there is no such run", out);
        }
        for waiter in slot.leaving.into_iter().chain(slot.waiters) {
            self.unwait(run, waiter);
            match &answer {
                Answered::Known(first) => {
                    self.wait_for(*first, waiter, out);
                    if let Some(first) = self.runs.get_mut(first)
                        && first.event.is_none()
                    {
                        first.event.clone_from(&slot.event);
                    }
                }
                Answered::Refused(words) => {
                    let refused = Answer::Refused(words.clone());
                    out.effects.push(Effect::Reply(waiter.token, refused));
                }
                _ => {}
            }
        }
    }

    /// Somebody waits for a run that there is already.
    fn wait_for(&mut self, run: RunNumber, waiter: Waiter, out: &mut Outbox) {
        let known = self.runs.get(&run).is_some_and(|slot| !slot.id.is_empty());
        if !waiter.for_end
            && known
            && let Some(slot) = self.runs.get(&run)
        {
            let answer = Answer::Accepted { id: slot.id.clone(), known: true };
            return out.effects.push(Effect::Reply(waiter.token, answer));
        }
        let is_here = self.runs.get(&run).is_some_and(|slot| !matches!(slot.place, Place::Gone));
        if !is_here || !known {
            self.ask(run, out);
        }
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.waiters.push(waiter);
        self.waiting.insert(waiter.token, run);
        if let Some(until) = waiter.until {
            self.deadlines.insert((until, run, waiter.token));
        }
    }

    fn unwait(&mut self, run: RunNumber, waiter: Waiter) {
        self.waiting.remove(&waiter.token);
        if let Some(until) = waiter.until {
            self.deadlines.remove(&(until, run, waiter.token));
        }
    }

    fn forget(&mut self, now: i64, token: Token, out: &mut Outbox) {
        let Some(run) = self.waiting.get(&token).copied() else { return };
        self.take_waiter(run, token);
        self.try_evict(now, run, out);
    }

    fn take_waiter(&mut self, run: RunNumber, token: Token) -> Option<Waiter> {
        let slot = self.runs.get_mut(&run)?;
        let at = slot.waiters.iter().position(|waiter| waiter.token == token)?;
        let waiter = slot.waiters.swap_remove(at);
        self.unwait(run, waiter);
        Some(waiter)
    }

    // Turns

    /// Something has come for a run that is in memory; for another one it is too late.
    pub(super) fn post_if_here(&mut self, run: RunNumber, mail: Mail, out: &mut Outbox) {
        if let Some(slot) = self.runs.get_mut(&run) {
            slot.mailbox.push_back(mail);
            self.pump(run, out);
        }
    }

    /// Something has come for a run, wherever it is.
    pub(super) fn post(&mut self, run: RunNumber, mail: Mail, out: &mut Outbox) {
        if !self.runs.contains_key(&run) {
            self.ask(run, out);
        }
        self.post_if_here(run, mail, out);
    }

    /// Sends a run out for a turn if it is here and something has come for it.
    fn pump(&mut self, run: RunNumber, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let why = match &slot.place {
            Place::Gone => "the run has ended",
            Place::Stuck(why) => why,
            _ => "",
        };
        if !why.is_empty() {
            for mail in std::mem::take(&mut slot.mailbox) {
                refuse(mail, why, out);
            }
            return;
        }
        let Place::Here(held) = &slot.place else { return };
        let Some(program) = self.programs.get(&held.version).cloned() else { return };
        if slot.unsure.as_ref().is_some_and(|unsure| unsure.is_out) {
            return;
        }
        let Some(mail) = slot.mailbox.pop_front() else { return };
        if let Some(unsure) = &mut slot.unsure {
            unsure.is_out = true;
        }
        if let Place::Here(held) = std::mem::replace(&mut slot.place, Place::Out) {
            let numbers = Arc::clone(&self.numbers);
            out.turns.push(Turn { held: *held, program, mail, numbers });
        }
    }

    fn turned(&mut self, now: i64, turned: Turned, out: &mut Outbox) {
        let Turned { held, mut batch, claims, children, ended } = turned;
        let run = held.number;
        let Some(slot) = self.runs.get_mut(&run) else { return };
        if !batch.writes.is_empty() {
            slot.mark += 1;
        }
        let mark = slot.mark;
        match ended {
            None => {
                let is_unsure = slot.unsure.is_some();
                if is_unsure || is_idle(&held, now) && mark > slot.rested {
                    batch.effects.push(Effect::Rest(run, mark));
                }
                slot.place = Place::Here(Box::new(held));
            }
            Some(outcome) => {
                slot.place = Place::Gone;
                self.ended(run, &held, &outcome, &mut batch);
                batch.effects.push(Effect::Rest(run, mark));
                if let Some(lane) = &held.lane {
                    self.lanes.leave(lane, run);
                }
                let lane = held.lane.clone();
                self.submit(batch, out);
                if let Some(lane) = lane {
                    self.admit(&lane, out);
                }
                batch = Batch::default();
            }
        }
        self.submit(batch, out);
        match self.runs.get_mut(&run).and_then(|slot| slot.unsure.as_mut()) {
            Some(unsure) => {
                unsure.claims = claims;
                unsure.children = children.iter().map(|child| child.number).collect();
                for child in children {
                    self.house(child, Some(Unsure { is_out: true, ..Unsure::default() }));
                }
            }
            None => {
                out.batches.extend(claims);
                for child in children {
                    self.adopt(child, out);
                }
            }
        }
        let unclaimed = self.runs.get_mut(&run).map(|slot| std::mem::take(&mut slot.unclaimed));
        for (ticket, claim, answer) in unclaimed.unwrap_or_default() {
            self.not_claimed(run, ticket, &claim, answer, out);
        }
        self.arm(run);
        self.pump(run, out);
        self.try_evict(now, run, out);
    }

    /// What follows from a run's end, for those who wait and for flows that want to know.
    fn ended(&mut self, run: RunNumber, held: &Held, outcome: &Outcome, batch: &mut Batch) {
        let waiters = self.runs.get_mut(&run).map(|slot| std::mem::take(&mut slot.waiters));
        for waiter in waiters.unwrap_or_default() {
            self.unwait(run, waiter);
            if waiter.for_end {
                let (id, outcome) = (held.run.id.clone(), outcome.clone());
                batch.effects.push(Effect::Reply(waiter.token, Answer::Ended { id, outcome }));
            }
            if let Some(slot) = self.runs.get_mut(&run) {
                slot.leaving.push(waiter);
            }
        }
        if self.runs.get(&run).is_some_and(|slot| slot.is_late) {
            // What says so may still be in the mailbox.
            batch.writes.push(Write::Late(run));
        }
        let is_failure = matches!(outcome, Outcome::Failed { .. });
        if is_failure && !held.after_failure && self.has_failed_flows() {
            batch.writes.push(super::turn::send(run, &Message::Failed));
            batch.effects.push(Effect::Deliver(run));
        }
    }

    fn has_failed_flows(&self) -> bool {
        let program = self.current.and_then(|current| self.programs.get(&current));
        let flows = program.map(|it| it.program.artifact().flows.as_slice()).unwrap_or_default();
        flows.iter().any(|flow| flow.trigger.name == "failed")
    }

    /// Gives a batch to the writer. One that writes nothing goes there too, since what it leads to may need what was
    /// written before; only a pause needs nothing.
    fn submit(&mut self, batch: Batch, out: &mut Outbox) {
        let is_pause = |effect: &Effect| matches!(effect, Effect::GoOn(..));
        let writes = batch.question.is_some() || !batch.writes.is_empty();
        if !writes && batch.effects.iter().all(is_pause) {
            return out.effects.extend(batch.effects);
        }
        out.batches.push(batch);
    }

    /// Begins a run that stands in a batch already.
    fn adopt(&mut self, held: Held, out: &mut Outbox) {
        let run = held.number;
        self.house(held, None);
        self.set_going(run, out);
    }

    /// Gives a run a place in memory.
    fn house(&mut self, held: Held, unsure: Option<Unsure>) {
        let (run, id, version) = (held.number, held.run.id.clone(), Some(held.version));
        let slot = Slot::new(Place::Here(Box::new(held)));
        self.runs.insert(run, Slot { id, version, unsure, ..slot });
    }

    /// Begins a run that is in memory, once its lane has a place for it.
    fn set_going(&mut self, run: RunNumber, out: &mut Outbox) {
        let held = match self.runs.get(&run).map(|slot| &slot.place) {
            Some(Place::Here(held)) => held,
            _ => return,
        };
        let Some(lane) = held.lane.clone() else {
            return self.post_if_here(run, Completion::Begin.into(), out);
        };
        let program = self.programs.get(&held.version);
        let flow = program.map(|it| show::address_of(&it.program, held)).unwrap_or_default();
        let places = self.places_of(held.version, &flow);
        self.lanes.wait(&lane, places, run);
        self.admit(&lane, out);
    }

    /// Lets those begin that a lane has places for.
    fn admit(&mut self, lane: &EcoString, out: &mut Outbox) {
        for run in self.lanes.admit(lane) {
            let mail = Mail {
                completion: Some(Completion::Begin),
                notes: vec![Entry::Begun],
                batch: Batch { writes: vec![Write::Begin(run)], ..Batch::default() },
                ..Mail::default()
            };
            self.post(run, mail, out);
        }
    }

    // The store

    /// Asks the store what it has of a run, which gets a place in memory.
    fn ask(&mut self, run: RunNumber, out: &mut Outbox) {
        let slot = self.runs.entry(run).or_insert_with(|| {
            self.loading += 1;
            Slot::new(Place::Loading)
        });
        slot.asked += 1;
        out.asks.push(Ask::Run(run));
    }

    fn stored(&mut self, now: i64, run: RunNumber, stored: Option<Box<Stored>>, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.asked = slot.asked.saturating_sub(1);
        let was_loading = matches!(slot.place, Place::Loading);
        if was_loading {
            self.loading = self.loading.saturating_sub(1);
        }
        match stored {
            None => self.not_there(run, "there is no such run", out),
            Some(stored) => {
                if slot.id.is_empty() {
                    slot.id = stored.id.clone();
                }
                self.welcome(run, out);
                match (was_loading, stored.ending.is_some()) {
                    // It was read before somebody had it go on.
                    (_, true) if self.is_going(run) => {}
                    (_, true) => self.stored_ended(now, run, *stored, out),
                    (true, false) => self.stored_suspended(run, *stored, out),
                    (false, false) => self.receive(run, stored.messages, out),
                }
                self.overdue(now, run, out);
            }
        }
        self.arm(run);
        self.pump(run, out);
        self.try_evict(now, run, out);
        self.refill(out);
    }

    /// Tells those who wait for an event's being stored whose run it is.
    fn welcome(&mut self, run: RunNumber, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let id = slot.id.clone();
        let told: Vec<Waiter> = slot.waiters.extract_if(.., |waiter| !waiter.for_end).collect();
        for waiter in told {
            self.unwait(run, waiter);
            let answer = Answer::Accepted { id: id.clone(), known: true };
            out.effects.push(Effect::Reply(waiter.token, answer));
        }
    }

    fn not_there(&mut self, run: RunNumber, why: &str, out: &mut Outbox) {
        let Some(slot) = self.runs.remove(&run) else { return };
        self.disarm(run, slot.armed);
        for waiter in slot.waiters {
            self.unwait(run, waiter);
            out.effects.push(Effect::Reply(waiter.token, Answer::No(why.to_owned())));
        }
        if let Some(Retry::Asked(token)) = slot.retry {
            out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
        }
        for mail in slot.mailbox {
            refuse(mail, why, out);
        }
    }

    /// A run that has not ended comes into memory.
    fn stored_suspended(&mut self, run: RunNumber, stored: Stored, out: &mut Outbox) {
        let state = stored.state.as_deref().ok_or_else(|| "it has no state".to_owned());
        let mut held = match state.and_then(Held::read) {
            Ok(held) => held,
            Err(why) => return self.stick(run, &stored, why, out),
        };
        let Some(program) = self.programs.get(&held.version).map(Arc::clone) else {
            return self.stick(run, &stored, "its program is not loaded".to_owned(), out);
        };
        let plan = recover::after_a_crash(&program, &mut held);
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.version = Some(held.version);
        slot.place = Place::Here(Box::new(held));
        for mail in plan.mails.into_iter().rev() {
            slot.mailbox.push_front(mail);
        }
        out.batches.extend(plan.claims);
        if let Some(Retry::Asked(token)) = slot.retry.take() {
            let no = Answer::No("the run has not failed".to_owned());
            out.effects.push(Effect::Reply(token, no));
        }
        self.receive(run, stored.messages, out);
    }

    /// A run cannot go on. Where its program is what is missing, that may come.
    fn stick(&mut self, run: RunNumber, stored: &Stored, why: String, out: &mut Outbox) {
        let is_loaded = self.programs.contains_key(&stored.version);
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.version = Some(stored.version);
        out.troubles.push(format!("run {} cannot go on: {why}", slot.id));
        let waiters = std::mem::take(&mut slot.waiters);
        if let Some(Retry::Asked(token)) = slot.retry.take() {
            out.effects.push(Effect::Reply(token, Answer::No(why.clone())));
        }
        slot.place = Place::Stuck(why.clone());
        for waiter in waiters {
            self.unwait(run, waiter);
            out.effects.push(Effect::Reply(waiter.token, Answer::No(why.clone())));
        }
        if !is_loaded {
            out.asks.push(Ask::Program(stored.version));
        }
    }

    /// Takes what was sent to a run into its mailbox, each message once.
    fn receive(&mut self, run: RunNumber, messages: Vec<(i64, Vec<u8>)>, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        for (row, message) in messages {
            if row <= slot.received {
                continue;
            }
            slot.received = row;
            let batch = Batch { writes: vec![Write::Received(row)], ..Batch::default() };
            let completion = match postcard::from_bytes(&message) {
                Ok(Message::Completion(completion)) => Some(completion),
                Ok(Message::Failed) => None,
                Err(error) => {
                    out.troubles.push(format!("a message to run {} is damaged: {error}", slot.id));
                    None
                }
            };
            slot.mailbox.push_back(Mail { completion, batch, ..Mail::default() });
        }
    }

    /// A run that has ended: somebody wants to know how, or wants it to go on.
    fn stored_ended(&mut self, now: i64, run: RunNumber, stored: Stored, out: &mut Outbox) {
        let Some(ending) = stored.ending.clone() else { return };
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let id = slot.id.clone();
        slot.place = Place::Gone;
        let retry = slot.retry.take();
        // The store is asked again and again while what was read last is on its way there.
        let (received, last) = (slot.received, stored.messages.last().map_or(0, |(row, _)| *row));
        slot.received = received.max(last);
        for waiter in std::mem::take(&mut slot.waiters) {
            self.unwait(run, waiter);
            let (id, outcome) = (id.clone(), ending.outcome.clone());
            out.effects.push(Effect::Reply(waiter.token, Answer::Ended { id, outcome }));
        }
        let mut batch = Batch::default();
        let mut begun = Vec::new();
        for (row, message) in stored.messages.iter().filter(|(row, _)| *row > received) {
            if let Ok(Message::Failed) = postcard::from_bytes(message) {
                begun.extend(self.begin_failed(now, &stored, &mut batch));
            }
            batch.writes.push(Write::Received(*row));
        }
        if !batch.writes.is_empty()
            && let Some(slot) = self.runs.get_mut(&run)
        {
            slot.mark += 1;
            batch.effects.push(Effect::Rest(run, slot.mark));
        }
        self.submit(batch, out);
        for held in begun {
            self.adopt(held, out);
        }
        if let Some(retry) = retry {
            self.go_on(now, run, stored, retry, out);
        }
    }

    /// The runs of flows that want to know of a failed one.
    fn begin_failed(&mut self, now: i64, stored: &Stored, batch: &mut Batch) -> Vec<Held> {
        let current = self.current.and_then(|it| Some((it, Arc::clone(self.programs.get(&it)?))));
        let Some((version, program)) = current else { return Vec::new() };
        let Some(ending) = &stored.ending else { return Vec::new() };
        let Outcome::Failed { error, .. } = &ending.outcome else { return Vec::new() };
        let run = crate::trigger::failed::FailedRun {
            flow: &stored.flow,
            id: &stored.id,
            error,
            event: &stored.event,
            at: ending.at,
        };
        let events = crate::trigger::failed::failed(&program.program, &run);
        let mut begun = Vec::new();
        for (number, (flow, event, json)) in events.into_iter().enumerate() {
            let Some(declared) = program.program.artifact().flows.get(flow.0 as usize) else {
                continue;
            };
            let lane = settings::lane(&program.program, declared, &event).ok().flatten();
            let new = NewRun {
                number: RunNumber(self.numbers.fetch_add(1, Ordering::Relaxed)),
                id: show::failed_id(&stored.id, stored.entries, number),
                version,
                flow: declared.address.clone(),
                source: Source { kind: "failed".into(), name: stored.id.clone() },
                at: now,
                event: json,
                parent: None,
                queued: lane.is_some(),
                lane,
            };
            let held = Held::begin(&program.program, &new, flow, event);
            let held = Held { after_failure: true, ..held };
            batch.writes.push(Write::Create(Box::new(new)));
            batch.writes.push(held.suspend());
            begun.push(held);
        }
        begun
    }

    // Time

    fn tick(&mut self, now: i64, out: &mut Outbox) {
        while let Some(&(due, run)) = self.timers.first()
            && due <= now
        {
            self.timers.pop_first();
            let Some(slot) = self.runs.get_mut(&run) else { continue };
            slot.armed = None;
            let Place::Here(held) = &slot.place else { continue };
            let mut fired: Vec<(i64, Ticket)> = held
                .timers
                .iter()
                .filter(|(_, due)| **due <= now)
                .map(|(ticket, due)| (*due, *ticket))
                .collect();
            fired.sort_unstable();
            let mails = fired.into_iter().map(|(_, ticket)| Completion::Fired(ticket).into());
            slot.mailbox.extend(mails);
            self.pump(run, out);
        }
        while let Some(&(due, run, token)) = self.deadlines.first()
            && due <= now
        {
            self.deadlines.pop_first();
            self.late(run, token, out);
            self.try_evict(now, run, out);
        }
        if !self.is_asking && self.sleeping.is_some_and(|due| due <= now) {
            self.is_asking = true;
            // As many more as are on their way, so that some are new.
            out.asks.push(Ask::Due { by: now, limit: LOADS + self.runs.len() });
        }
    }

    fn due(&mut self, now: i64, runs: Vec<RunNumber>, next: Option<i64>, out: &mut Outbox) {
        self.is_asking = false;
        self.sleeping = next;
        let mut is_new = false;
        let any = !runs.is_empty();
        for run in runs {
            if !self.runs.contains_key(&run) {
                is_new = true;
                self.ask(run, out);
            }
        }
        if any && !is_new {
            self.sleeping = Some(now + AGAIN);
        }
    }

    /// Who waits is answered with what the flow gives instead, and the run goes on.
    fn late(&mut self, run: RunNumber, token: Token, out: &mut Outbox) {
        // Nobody is told of an event that the store may not take in, or of a run that is not known yet; see `overdue`.
        let is_known = |slot: &Slot| slot.unsure.is_none() && !slot.id.is_empty();
        if !self.runs.get(&run).is_some_and(is_known) || self.take_waiter(run, token).is_none() {
            return;
        }
        let fallback = self.fallback(run);
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.is_late = true;
        let answer = Answer::Late { id: slot.id.clone(), fallback };
        out.effects.push(Effect::Reply(token, answer));
        let batch = Batch { writes: vec![Write::Late(run)], ..Batch::default() };
        let mail = Mail { notes: vec![Entry::Late], batch, ..Mail::default() };
        self.post_if_here(run, mail, out);
    }

    /// Answers those whose time was over before the run was known.
    fn overdue(&mut self, now: i64, run: RunNumber, out: &mut Outbox) {
        let waiters = self.runs.get(&run).map(|slot| slot.waiters.clone()).unwrap_or_default();
        for waiter in waiters {
            if waiter.until.is_some_and(|until| until <= now) {
                self.late(run, waiter.token, out);
            }
        }
    }

    fn fallback(&self, run: RunNumber) -> Option<String> {
        let (version, flow, event) = self.runs.get(&run)?.event.as_ref()?;
        let program = &self.programs.get(version)?.program;
        let flow = program.artifact().flows.get(flow.0 as usize)?;
        settings::fallback(program, flow, event).ok().flatten()
    }

    /// Puts a run that is here, and that nothing has come for, among the timers.
    fn arm(&mut self, run: RunNumber) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let due = match &slot.place {
            Place::Here(held) if slot.mailbox.is_empty() => held.due(),
            _ => None,
        };
        let before = std::mem::replace(&mut slot.armed, due);
        if before == due {
            return;
        }
        if let Some(before) = before {
            self.timers.remove(&(before, run));
        }
        if let Some(due) = due {
            self.timers.insert((due, run));
        }
    }

    fn disarm(&mut self, run: RunNumber, armed: Option<i64>) {
        if let Some(due) = armed {
            self.timers.remove(&(due, run));
        }
    }

    /// Takes a run out of memory if all of it is on disk and nothing is about to happen.
    fn try_evict(&mut self, now: i64, run: RunNumber, out: &mut Outbox) {
        let Some(slot) = self.runs.get(&run) else { return };
        if slot.rested < slot.mark || slot.asked > 0 || !slot.mailbox.is_empty() {
            return;
        }
        match &slot.place {
            Place::Gone if slot.waiters.is_empty() && slot.retry.is_none() => {
                self.runs.remove(&run);
            }
            // Somebody came after its end, which is on disk now.
            Place::Gone => self.ask(run, out),
            Place::Here(held)
                if slot.waiters.iter().all(|it| !it.for_end) && is_idle(held, now) =>
            {
                let due = held.due();
                let armed = slot.armed;
                for waiter in slot.waiters.clone() {
                    self.unwait(run, waiter);
                }
                self.disarm(run, armed);
                self.runs.remove(&run);
                self.sleeping = [self.sleeping, due].into_iter().flatten().min();
            }
            _ => {}
        }
    }

    /// Looks after runs that were in flight when the process began, a few at a time.
    fn refill(&mut self, out: &mut Outbox) {
        while self.loading < LOADS
            && let Some(run) = self.backlog.pop_front()
        {
            if !self.runs.contains_key(&run) {
                self.ask(run, out);
            }
        }
    }

    // What people want

    fn cancel(&mut self, run: RunNumber, token: Token, out: &mut Outbox) {
        let effects = vec![Effect::Reply(token, Answer::Yes)];
        let mail = Mail {
            completion: Some(Completion::Cancel),
            batch: Batch { effects, ..Batch::default() },
            ..Mail::default()
        };
        self.post(run, mail, out);
    }

    fn retry(&mut self, run: RunNumber, retry: Retry, out: &mut Outbox) {
        let is_wanted = self.runs.get(&run).is_some_and(|slot| slot.retry.is_some());
        if is_wanted || self.is_going(run) {
            if let Retry::Asked(token) = retry {
                let no = Answer::No("the run has not failed".to_owned());
                out.effects.push(Effect::Reply(token, no));
            }
            return;
        }
        if !self.runs.contains_key(&run) {
            self.ask(run, out);
        }
        if let Some(slot) = self.runs.get_mut(&run) {
            slot.retry = Some(retry);
        }
    }

    fn is_going(&self, run: RunNumber) -> bool {
        let slot = self.runs.get(&run);
        slot.is_some_and(|slot| matches!(slot.place, Place::Here(_) | Place::Out))
    }

    /// Lets a run that has ended go on from where it failed.
    fn go_on(&mut self, now: i64, run: RunNumber, stored: Stored, retry: Retry, out: &mut Outbox) {
        let refuse = |why: &str, out: &mut Outbox| {
            if let Retry::Asked(token) = retry {
                out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
            }
        };
        let Some(program) = self.programs.get(&stored.version).cloned() else {
            let Some(slot) = self.runs.get_mut(&run) else { return };
            if slot.version.is_some() {
                return refuse("the program that it ran on cannot be loaded", out);
            }
            // Asked for, and then the run is read again.
            slot.version = Some(stored.version);
            slot.retry = Some(retry);
            out.asks.push(Ask::Program(stored.version));
            return self.ask(run, out);
        };
        let outcome = stored.ending.as_ref().map(|ending| &ending.outcome);
        let Some(Outcome::Failed { error, .. }) = outcome else {
            if let (Retry::For(parent, ticket), Some(outcome)) = (retry, outcome) {
                let result = show::result_of(&program.program, &stored.flow, outcome);
                self.post(parent, Completion::Ended(ticket, result).into(), out);
            }
            return refuse("the run has not failed", out);
        };
        let follower = match retry {
            Retry::For(parent, ticket) => Some((parent, ticket)),
            Retry::Asked(_) => None,
        };
        let mut held = match recover::failed_run(&program, run, &stored, follower) {
            Ok(held) => held,
            Err(why) => return refuse(&why, out),
        };
        if let Some(lane) = held.lane.clone() {
            let places = self.places_of(stored.version, &stored.flow);
            if !self.lanes.has_room(&lane, places) {
                let why = "as many runs of this flow go on as may; try again when one has ended";
                return match retry {
                    Retry::Asked(_) => refuse(why, out),
                    Retry::For(parent, ticket) => {
                        let ended = Completion::Ended(ticket, Err(error.clone()));
                        self.post(parent, ended.into(), out);
                    }
                };
            }
            self.lanes.keep(&lane, places, run);
        }
        let plan = recover::on_retry(&program, &mut held, now);
        let followed: Vec<(Ticket, RunNumber)> =
            held.followed.iter().map(|(ticket, run)| (*ticket, *run)).collect();
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.place = Place::Here(Box::new(held));
        slot.version = Some(stored.version);
        let mut mails = plan.mails;
        let mut first = Mail {
            notes: vec![Entry::Retried],
            batch: Batch { writes: vec![Write::Reopen(run)], ..Batch::default() },
            is_new: true,
            ..Mail::default()
        };
        if let Retry::Asked(token) = retry {
            first.batch.effects.push(Effect::Reply(token, Answer::Yes));
        }
        mails.insert(0, first);
        for mail in mails.into_iter().rev() {
            slot.mailbox.push_front(mail);
        }
        out.batches.extend(plan.claims);
        for (ticket, child) in followed {
            self.retry(child, Retry::For(run, ticket), out);
        }
    }
}

/// Whether nothing is about to happen in a run.
fn is_idle(held: &Held, now: i64) -> bool {
    let is_new = held.run.status == Status::New && held.lane.is_none();
    let is_soon = held.due().is_some_and(|due| due <= now.saturating_add(LINGER));
    !is_new && !held.is_awake() && !is_soon
}

/// What comes for a run that has ended or cannot go on: whoever asked is told, and nothing else happens.
fn refuse(mail: Mail, why: &str, out: &mut Outbox) {
    for effect in mail.batch.effects {
        if let Effect::Reply(token, _) = effect {
            out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
        }
    }
}
