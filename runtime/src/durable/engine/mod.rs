//! The books: which run is where, who waits for what, what is due.
//!
//! [`Engine::handle`] takes an input and gives what follows from it in an [`Outbox`]. Whoever drives it carries out
//! the turns and tells what came of them, gives the batches to the writer in their order, answers what is asked of
//! the store, and says when it is time ([`Engine::next`]).

mod events;
mod once;
mod slot;
mod stored;
mod time;
mod turns;
mod wishes;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ecow::EcoString;

use self::once::Parked;
use self::slot::{Place, Retry, Slot};
use super::batch::{Batch, Effect, Question, Token};
use super::input::{Ask, Input, Program, Start};
use super::lanes::Lanes;
use super::record::{RunNumber, Version};
use super::turn::Turn;
use crate::engine::Completion;

/// Many runs, and all that is known of them without looking at the disk.
#[derive(Debug, Default)]
pub struct Engine {
    programs: HashMap<Version, Arc<Program>>,
    current: Option<Version>,
    /// The runs in memory.
    runs: HashMap<RunNumber, Slot>,
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
    parked: HashMap<EcoString, Vec<Parked>>,
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
                self.not_claimed(run, ticket, &claim, answer, false, out);
            }
            Input::Stored(run, stored) => self.stored(now, run, stored, out),
            Input::Due(runs, next) => self.due(now, runs, next, out),
            Input::Deliver(run) => self.ask(run, out),
            Input::Freed(key) => self.unpark(&key, out),
            Input::Rest(run, mark) => {
                if let Some(slot) = self.runs.get_mut(&run) {
                    slot.rested = slot.rested.max(mark);
                    if matches!(slot.place, Place::Gone) {
                        slot.old = slot.asked;
                    }
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
}
