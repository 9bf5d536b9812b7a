//! What the shell and the store tell the engine, and what the engine asks of the store.

use std::sync::Arc;

use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::batch::{Answered, Question, Token};
use super::record::{Ending, RunNumber, Source, Version};
use super::turn::Turned;
use crate::connect::Environment;
use crate::engine::{Completion, Ticket};
use crate::execute;
use crate::pieces::ActionFailure;
use crate::value::Value;

/// Something that happened. The time is told beside it.
#[derive(Debug)]
pub enum Input {
    /// The process began: what the store holds.
    Start(Start),
    /// There is another program.
    Load {
        /// Its version.
        version: Version,
        /// It.
        program: Arc<Program>,
        /// Whether new events run on it.
        is_current: bool,
    },
    /// The programs that runs in the store are still on: all others may go.
    Needed(Vec<Version>),
    /// Something that a flow waits for has happened.
    Event(Box<Event>),
    /// An attempt ended.
    Acted(RunNumber, Ticket, Result<Value, ActionFailure>),
    /// A turn was carried out.
    Turned(Box<Turned>),
    /// A batch was left out, because of what the store said to its question.
    Answered(Question, Answered),
    /// What was asked of the store.
    Stored(RunNumber, Option<Box<Stored>>),
    /// The runs that are due at a time that was asked about, at most as many as were asked for, and when the next
    /// one after these is, in milliseconds since 1970.
    Due(Vec<RunNumber>, Option<i64>),
    /// See [`Effect::Deliver`](super::Effect::Deliver).
    Deliver(RunNumber),
    /// See [`Effect::GoOn`](super::Effect::GoOn).
    GoOn(RunNumber, Ticket),
    /// See [`Effect::Freed`](super::Effect::Freed).
    Freed(EcoString),
    /// See [`Effect::Rest`](super::Effect::Rest).
    Rest(RunNumber, u64),
    /// Time has passed: what is due by now is fired.
    Tick,
    /// Somebody wants a run to end.
    Cancel(RunNumber, Token),
    /// Somebody wants a failed run to go on from where it failed.
    Retry(RunNumber, Token),
    /// Who waited has gone away.
    Forget(Token),
}

/// An artifact that is ready, with what runs on it may know.
#[derive(Debug)]
pub struct Program {
    /// What runs.
    pub program: Arc<execute::Program>,
    /// What `env("…")` reads.
    pub environment: Environment,
}

/// What a store holds when a process begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Start {
    /// The number that the next run gets.
    pub next: RunNumber,
    /// The programs of runs that have not ended, in order.
    pub versions: Vec<Version>,
    /// Runs that had something in flight, and those that something was sent to, in order.
    pub awake: Vec<RunNumber>,
    /// When the first of the sleeping runs is due, in milliseconds since 1970.
    pub due: Option<i64>,
    /// The runs of flows that limit how many go on at a time, in order.
    pub lanes: Vec<InLane>,
}

/// A run that counts in a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct InLane {
    /// Which run.
    pub run: RunNumber,
    /// What it counts under.
    pub lane: EcoString,
    /// Whether it waits for a place.
    pub queued: bool,
    /// Its program, which says how many may go on.
    pub version: Version,
    /// Its flow's address.
    pub flow: EcoString,
}

/// Something that a flow waits for.
#[derive(Debug, Clone)]
pub struct Event {
    /// The program, which is the current one unless the event belongs to a run of another one.
    pub version: Version,
    /// Which of its flows.
    pub flow: FlowId,
    /// The event, of the flow's event type.
    pub event: Value,
    /// The same as compact JSON, for those who look.
    pub json: String,
    /// Where it came from.
    pub source: Source,
    /// An id that nobody else has, for the run.
    pub id: EcoString,
    /// What the sender says makes it the same as another one: a delivery's or a call's id. Beside what the flow
    /// itself says with `dedupe`.
    pub delivery: Option<EcoString>,
    /// How far its trigger has come with it.
    pub cursor: Option<(EcoString, String)>,
    /// Who waits.
    pub waiter: Option<Waiter>,
}

/// Somebody who waits for what becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiter {
    /// For the answer.
    pub token: Token,
    /// Whether the run's end is waited for; else the event's being stored.
    pub for_end: bool,
    /// When the answer is due at the latest, in milliseconds since 1970.
    pub until: Option<i64>,
}

/// What the engine and its shell ask of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// What is stored of a run; answered by [`Input::Stored`].
    Run(RunNumber),
    /// Which runs are due; answered by [`Input::Due`].
    Due {
        /// By when, in milliseconds since 1970.
        by: i64,
        /// How many at most.
        limit: usize,
    },
    /// A program that a run needs and that is not loaded; answered by [`Input::Load`], if it can be loaded.
    Program(Version),
    /// Which programs runs are still on that have not ended; answered by [`Input::Needed`].
    Versions,
}

/// What is stored of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What people and services know it by.
    pub id: EcoString,
    /// Its program.
    pub version: Version,
    /// Its flow's address.
    pub flow: EcoString,
    /// The event, as JSON.
    pub event: String,
    /// Its state, encoded: of one that has not ended, and of a failed one where there was one.
    pub state: Option<Vec<u8>>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// The number of the latest entry in its journal; 0 where there is none.
    pub entries: i64,
    /// What was sent to it and it has not taken note of, with the rows' numbers, in order.
    pub messages: Vec<(i64, Vec<u8>)>,
}

/// What is sent to a run and survives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// A completion: a run that it waits for has ended, or somebody wants it to end.
    Completion(Completion),
    /// It failed, and flows want to know.
    Failed,
    /// The run that waits for it with this ticket goes on after it failed, and so should this one.
    Again(RunNumber, Ticket),
}
