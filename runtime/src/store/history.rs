//! What is told of stored runs: to people, to the admin API, to whoever replays one.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::{Noted, Reader, StoreError};
use crate::durable::{Outcome, RunNumber, Source, Version};
use crate::error::ErrorKind;

/// Tells of stored runs.
pub trait History: Reader {
    /// The runs that are meant, the latest first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError>;

    /// All that is told of a run; none where there is no such run.
    ///
    /// # Errors
    /// The store cannot be read.
    fn story(&self, run: RunNumber) -> Result<Option<Story>, StoreError>;

    /// The artifacts that are kept, the latest first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn deployed(&self) -> Result<Vec<Deployed>, StoreError>;
}

/// An artifact that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// Its version.
    pub version: Version,
    /// The SHA-256 of its file, in hex.
    pub hash: String,
    /// When it was added, in milliseconds since 1970.
    pub added: i64,
    /// How many runs are on it that have not ended.
    pub open: u64,
}

/// A run on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its number in the store.
    pub number: RunNumber,
    /// What people know it by.
    pub id: EcoString,
    /// The program that it runs on.
    pub version: Version,
    /// Its flow's address.
    pub flow: EcoString,
    /// Where its event came from.
    pub source: Source,
    /// Whether it goes on, and how it ended.
    pub status: RunStatus,
    /// When it was created, in milliseconds since 1970.
    pub created: i64,
    /// When it ended.
    pub ended: Option<i64>,
    /// Whether who waited for its answer was given another one.
    pub late: bool,
    /// When the next thing happens that it sleeps until.
    pub due: Option<i64>,
    /// What kind of error it failed with, and the action that said so.
    pub failure: Option<(ErrorKind, Option<EcoString>)>,
}

/// Whether a run goes on, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It waits for its turn.
    Queued,
    /// Something is in flight.
    Running,
    /// It sleeps until a time comes or another run ends.
    Waiting,
    /// It ended with a result.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

impl RunStatus {
    /// Every status, in the order in which a run may have them.
    pub const ALL: [RunStatus; 6] = [
        RunStatus::Queued,
        RunStatus::Running,
        RunStatus::Waiting,
        RunStatus::Succeeded,
        RunStatus::Failed,
        RunStatus::Cancelled,
    ];

    /// The word for it: `queued`, `running` …
    pub fn as_str(self) -> &'static str {
        match self {
            RunStatus::Queued => "queued",
            RunStatus::Running => "running",
            RunStatus::Waiting => "waiting",
            RunStatus::Succeeded => "succeeded",
            RunStatus::Failed => "failed",
            RunStatus::Cancelled => "cancelled",
        }
    }
}

/// Which runs are meant. What is none does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// How they stand.
    pub status: Option<RunStatus>,
    /// Their flow's address, or the part of it before or after the dot.
    pub flow: Option<String>,
    /// When they were created at the earliest, in milliseconds since 1970.
    pub since: Option<i64>,
    /// Only those before this one, for the next page.
    pub before: Option<RunNumber>,
    /// How many at most, the latest first.
    pub limit: usize,
}

/// Which runs are forgotten. A run that has not ended is never among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// This run.
    Run(RunNumber),
    /// The runs that ended before a time, in milliseconds since 1970.
    EndedBefore(i64),
}

impl Purge {
    /// How many are forgotten in one transaction, so that others need not wait long.
    pub const GROUP: usize = 200;
}

/// All that is told of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The run.
    pub run: Summary,
    /// What it began with, as compact JSON.
    pub event: String,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What happened, in order.
    pub journal: Vec<Noted>,
    /// The run that began it.
    pub parent: Option<Summary>,
    /// The runs that it began, at most [`Story::CHILDREN`].
    pub children: Vec<Summary>,
}

impl Story {
    /// How many of the runs that it began are told of.
    pub const CHILDREN: usize = 1000;
}
