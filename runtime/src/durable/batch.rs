//! What is to be written, and what happens in the world once it is.

use std::sync::Arc;

use ecow::EcoString;

use super::record::{Claim, Ending, Entry, NewRun, RunNumber, Version};
use crate::engine::{Step, Ticket};
use crate::error::Error;

/// Somebody outside who waits for an answer. The shell gives the numbers out, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u64);

/// A change: all of `writes` or none of them, and then `effects`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// What must be so before anything is written. If it is not, nothing of the batch happens, and the engine is told.
    pub question: Option<Question>,
    /// In order.
    pub writes: Vec<Write>,
    /// What happens once the writes are durable, in order.
    pub effects: Vec<Effect>,
    /// Whether somebody waits on the line: it goes before others.
    pub urgent: bool,
}

impl Batch {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.question.is_none() && self.writes.is_empty() && self.effects.is_empty()
    }

    /// Whether the store may refuse it, because nobody has been told yet that it will happen: it takes in an event.
    pub fn may_be_refused(&self) -> bool {
        matches!(self.question, Some(Question::New { .. }))
    }
}

/// What only the store knows.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Has this event not come before? The key is taken, if there is one, for this run. Each batch that takes in an
    /// event asks this, with a key or without.
    New {
        /// The run that is about to begin.
        run: RunNumber,
        /// What makes the event the same as another one, with the flow's address in it.
        key: Option<EcoString>,
        /// The time, and until when the key is remembered (for ever where there is none), in milliseconds since 1970.
        at: i64,
        /// See `at`.
        until: Option<i64>,
    },
    /// May the step with this key of its own act under a `once` key? Yes where nobody has taken the key.
    Once {
        /// The run whose step it is.
        run: RunNumber,
        /// For the answer.
        ticket: Ticket,
        /// What is claimed, and for whom.
        claim: Claim,
    },
}

/// What the store says to a question whose batch it left out.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// The event came before, and this is its run.
    Known(RunNumber),
    /// The store cannot take in events: the disk is full. In words for a person.
    Refused(String),
    /// Under the `once` key it has been done, with this result as JSON.
    Done(String),
    /// The step with this key of its own is at it, or was when a process ended.
    UnderWay(EcoString),
    /// Whether it had its effect is not known.
    Unknown,
}

/// A change of the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// There is another run.
    Create(Box<NewRun>),
    /// A run that was queued begins.
    Begin(RunNumber),
    /// A run is suspended: this is its state, in the place of the one before.
    Suspend {
        /// Which.
        run: RunNumber,
        /// [`Held`](super::Held), encoded.
        state: Vec<u8>,
        /// When its next timer fires, in milliseconds since 1970.
        due: Option<i64>,
        /// Whether something is in flight, so that a process that begins must look after it.
        awake: bool,
    },
    /// A run ended. Its state is forgotten, and what was sent to it; but that of a failed run is kept as it is, not
    /// awake and never due, because it may be retried from there.
    End {
        /// Which.
        run: RunNumber,
        /// How.
        ending: Ending,
    },
    /// A run that had failed goes on. What it ended with is forgotten.
    Reopen(RunNumber),
    /// Who waited for the run's answer was given another one.
    Late(RunNumber),
    /// An entry in a run's journal. Of a long journal the beginning and the end are kept.
    Note {
        /// Whose.
        run: RunNumber,
        /// From 1, without gaps.
        number: i64,
        /// When, in milliseconds since 1970.
        at: i64,
        /// What happened.
        entry: Entry,
    },
    /// Something for a run, which is kept until the run has taken note of it.
    Send {
        /// To whom.
        to: RunNumber,
        /// A [`Message`](super::input::Message), encoded.
        message: Vec<u8>,
    },
    /// A run has taken note of what was sent.
    Received(i64),
    /// What was done under a `once` key: its result as JSON, or none where it is not known whether it was done. Changes
    /// nothing where the step does not have the key, for then it has not acted.
    Done(Claim, Option<String>),
    /// What was to be done under a `once` key certainly was not: the key is free. Changes nothing where the step does
    /// not have it.
    Undone(Claim),
    /// How far a trigger has come: the time of a schedule, the cursor of a poll.
    Cursor {
        /// Whose, with the flow's address in it.
        name: EcoString,
        /// How far.
        value: String,
    },
}

/// What happens in the world, once what leads to it is durable.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Begin an attempt; answered by [`Input::Acted`](super::Input::Acted).
    Act {
        /// The run.
        run: RunNumber,
        /// For the answer.
        ticket: Ticket,
        /// The program that has the action.
        version: Version,
        /// What.
        step: Arc<Step>,
        /// Whether somebody waits on the line.
        urgent: bool,
    },
    /// End an attempt that nobody waits for any more.
    Abort {
        /// The run.
        run: RunNumber,
        /// Of the attempt.
        ticket: Ticket,
    },
    /// Tell somebody outside.
    Reply(Token, Answer),
    /// Something was sent to a run: tell the engine, with [`Input::Deliver`](super::Input::Deliver).
    Deliver(RunNumber),
    /// Let others have their turn and then tell the engine, with [`Input::GoOn`](super::Input::GoOn).
    GoOn(RunNumber, Ticket),
    /// A step with a `once` key has ended: tell the engine, with [`Input::Freed`](super::Input::Freed).
    Freed(EcoString),
    /// The run's state is on disk: tell the engine, with [`Input::Rest`](super::Input::Rest).
    Rest(RunNumber, u64),
}

/// What somebody outside is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The event is stored; this is the run's id.
    Accepted {
        /// The run's id.
        id: EcoString,
        /// Whether it is the run of an event that came before.
        known: bool,
    },
    /// The run ended.
    Ended {
        /// The run's id.
        id: EcoString,
        /// How.
        outcome: Outcome,
    },
    /// The run is not done in time, and this is the flow's `else`, as compact JSON; none where it has none.
    Late {
        /// The run's id.
        id: EcoString,
        /// What is answered instead of the result.
        fallback: Option<String>,
    },
    /// The event was not taken in, and may come again. In words for a person.
    Refused(String),
    /// The event does not fit the flow: a key could not be told from it.
    Unfit(Error),
    /// There is no such run, or it is in no state for what was asked. In words for a person.
    No(String),
    /// What was asked for is done.
    Yes,
}

pub use super::record::Outcome;
