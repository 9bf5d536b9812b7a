//! Where a run is, and what waits for it there.

use std::collections::VecDeque;

use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;

use crate::durable::batch::{Answered, Batch, Token};
use crate::durable::input::Waiter;
use crate::durable::record::{Claim, Held, RunNumber, Version};
use crate::durable::turn::Mail;
use crate::engine::{Status, Ticket};
use crate::value::Value;

/// A run whose next timer fires within this time stays in memory, in milliseconds.
const LINGER: i64 = 5_000;

/// A run in memory, or on its way there.
#[derive(Debug)]
pub(in crate::durable) struct Slot {
    /// Empty until it is known.
    pub(super) id: EcoString,
    pub(super) place: Place,
    pub(super) mailbox: VecDeque<Mail>,
    pub(super) waiters: Vec<Waiter>,
    /// Those who waited when it ended: their answers are on their way with its end.
    pub(super) leaving: Vec<Waiter>,
    /// What the store said to questions of its steps while it was out.
    pub(super) unclaimed: Vec<(Ticket, Claim, Answered)>,
    /// Counts the batches of the run.
    pub(super) mark: u64,
    /// The latest of its batches that is known to be on disk.
    pub(super) rested: u64,
    /// How many questions about it the store has not answered.
    pub(super) asked: u32,
    /// Its entry in the timers.
    pub(super) armed: Option<i64>,
    /// The latest of the messages that were read.
    pub(super) received: i64,
    /// What it began with, for what is answered instead of a result.
    pub(super) event: Option<(Version, FlowId, Value)>,
    /// Who wants it to go on after it failed.
    pub(super) retry: Option<Retry>,
    /// What a run that is about to be taken in counts under.
    pub(super) lane: Option<EcoString>,
    /// Its program, once that is known.
    pub(super) version: Option<Version>,
    /// Until the store has taken in the event that it is of: nothing but its beginning may happen before.
    pub(super) unsure: Option<Unsure>,
    /// Whether who waited for it was answered without it.
    pub(super) is_late: bool,
    /// How many of the questions were asked before its end was on disk.
    pub(super) old: u32,
    /// Whether one of them is to be asked again.
    pub(super) is_asked_again: bool,
}

/// What the first turn of a run led to, beside its own state.
#[derive(Debug, Default)]
pub(super) struct Unsure {
    pub(super) claims: Vec<Batch>,
    /// They wait in memory until the one that began them is taken in.
    pub(super) children: Vec<RunNumber>,
    /// Whether its first turn has begun. A second one waits.
    pub(super) is_out: bool,
}

/// Where a run is.
#[derive(Debug)]
pub(in crate::durable) enum Place {
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
pub(super) enum Retry {
    /// Somebody outside.
    Asked(Token),
    /// A run that failed because this one did, and goes on itself; what it sent stands in this row.
    For(RunNumber, Ticket, i64),
}

impl Slot {
    pub(super) fn new(place: Place) -> Slot {
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
            old: 0,
            is_asked_again: false,
        }
    }
}

/// Whether nothing is about to happen in a run.
pub(super) fn is_idle(held: &Held, now: i64) -> bool {
    let is_new = held.run.status == Status::New && held.lane.is_none();
    let is_soon = held.due().is_some_and(|due| due <= now.saturating_add(LINGER));
    !is_new && !held.is_awake() && !is_soon
}
