//! What is stored of a run.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::engine::{Completion, Run, StepId, Ticket};
use crate::error::Error;

/// A run's number in its store, from 1, in the order in which runs were created. People and services see its
/// [`Run::id`] instead.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
pub struct RunNumber(pub i64);

/// The number of an artifact in its store, from 1. A run stays on the one that it began with.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
pub struct Version(pub i64);

/// A run as it is created. These values never change.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// Its number.
    pub number: RunNumber,
    /// What people and services know it by.
    pub id: EcoString,
    /// The program that it runs on.
    pub version: Version,
    /// The flow's address.
    pub flow: EcoString,
    /// Where its event came from.
    pub source: Source,
    /// When it was created, in milliseconds since 1970.
    pub at: i64,
    /// The event, as compact JSON for those who look: a secret in it is its name.
    pub event: String,
    /// The run that began it.
    pub parent: Option<RunNumber>,
    /// What it counts under, where its flow limits how many go on at a time: the flow and its key.
    pub lane: Option<EcoString>,
    /// Whether it waits for a place in its lane.
    pub queued: bool,
}

/// Where a run's event came from, in a word and what it was: `webhook` and `POST /lead`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// `webhook`, `form`, `schedule`, `call_finished`, `manual`, `run` (another flow), `failed`, `replay` …
    pub kind: EcoString,
    /// Which: a path, a schedule, the id of the run that began it.
    pub name: EcoString,
}

/// A suspended run, as it is in memory and, encoded, on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The machine.
    pub run: Run,
    /// Its number.
    pub number: RunNumber,
    /// The program that it runs on.
    pub version: Version,
    /// When its timers fire, in milliseconds since 1970.
    pub timers: BTreeMap<Ticket, i64>,
    /// The runs whose ends it waits for.
    pub followed: BTreeMap<Ticket, RunNumber>,
    /// Who waits for its end.
    pub follower: Option<(RunNumber, Ticket)>,
    /// What it counts under.
    pub lane: Option<EcoString>,
    /// Whether somebody on the line waits for it: it goes before others.
    pub urgent: bool,
    /// How many runs begot each other on the way to it.
    pub depth: u32,
    /// Whether a failed run is the reason that it was begun, or that its beginner was. Then its own failure is told to
    /// nobody: a mistake in a `failed` flow would begin runs without end.
    pub after_failure: bool,
    /// When the steps under way began, in milliseconds since 1970.
    pub started: BTreeMap<StepId, i64>,
    /// The number of the next entry in its journal.
    pub next_entry: i64,
    /// Of a failed run: that a step has succeeded, after which it failed. Where it goes on, that is not done again.
    pub then: Option<Completion>,
}

/// A `once` key that a step acts under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The piece, the action and the key that the flow says.
    pub key: EcoString,
    /// The step's own key.
    pub owner: EcoString,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// How.
    pub outcome: Outcome,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// With a result, as compact JSON; `null` for a flow that gives nothing.
    Succeeded(String),
    /// With an error that nothing caught.
    Failed {
        /// The error.
        error: Error,
        /// Where in the source: `sales.flow:12:3`.
        place: String,
    },
    /// It was cancelled.
    Cancelled,
}

impl Outcome {
    /// The word for it: `succeeded`, `failed`, `cancelled`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Succeeded(_) => "succeeded",
            Outcome::Failed { .. } => "failed",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// Something that happened in a run, for those who look at it later. The engine itself never reads it.
///
/// Values are compact JSON, secrets hidden; those larger than [`Entry::LONGEST`] are left out, and the text says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// A step ended for good.
    Step {
        /// Its number in the run.
        step: StepId,
        /// `hubspot.create_deal`
        action: EcoString,
        /// How many attempts it took.
        attempts: u32,
        /// When its first attempt began, in milliseconds since 1970.
        began: i64,
        /// The arguments, an object by the names of the parameters.
        input: String,
        /// The result; none where it failed.
        output: Option<String>,
        /// Why it failed.
        error: Option<Error>,
        /// Where in the source: `sales.flow:12:3`.
        place: String,
    },
    /// An attempt failed, and another one follows.
    Retry {
        /// The step's number in the run.
        step: StepId,
        /// `hubspot.create_deal`
        action: EcoString,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// Why.
        error: Error,
        /// When the next one is, in milliseconds since 1970.
        next: i64,
    },
    /// It waits, because the flow says so.
    Wait {
        /// Until when, in milliseconds since 1970.
        until: i64,
    },
    /// It began another run.
    Started {
        /// The other one's id.
        run: EcoString,
        /// The other one's flow.
        flow: EcoString,
    },
    /// A line of the flow's own.
    Log {
        /// `debug`, `info`, `warn`, `error`.
        level: EcoString,
        /// The line.
        message: EcoString,
    },
    /// It waited for a place in its lane and has got it.
    Begun,
    /// Who waited for its answer was given another one, because it was time.
    Late,
    /// A process ended while a step was under way, and another process goes on.
    Resumed {
        /// The step's number in the run.
        step: StepId,
        /// `hubspot.create_deal`
        action: EcoString,
        /// Whether it is tried again; else whether it had its effect is not known.
        again: bool,
    },
    /// Somebody had it go on from where it failed.
    Retried,
}

impl Entry {
    /// The longest value that is kept in an entry, in bytes.
    pub const LONGEST: usize = 256 * 1024;
}
