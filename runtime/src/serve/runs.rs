//! What the server needs of those who run flows.

use std::sync::Arc;

use axum::body::Bytes;
use ecow::EcoString;

use super::view::{RunDetail, RunFilter, RunView, VersionView};
use crate::durable::Answer;
use crate::pieces::BoxFuture;
use crate::service::{Current, NewEvent, Stats};
use crate::store::{Noted, StoreError};

/// What the store says.
pub type Stored<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Runs flows, and keeps them: a [`Service`](crate::service::Service) with its store. Runs are known by their ids.
pub trait Runs: Send + Sync + 'static {
    /// The program that new events run on; none before one was loaded.
    fn current(&self) -> Option<Arc<Current>>;

    /// Takes in an event. The answer comes when the event is stored or its run has ended, as it asks. Whoever drops
    /// the future has gone away; what was taken in goes on.
    fn submit(&self, event: NewEvent) -> BoxFuture<'_, Answer>;

    /// Keeps a file, unless one is kept under its id already.
    fn keep_file(&self, file: NewFile) -> Stored<'_, ()>;

    /// Ends a run.
    fn cancel<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Answer>;

    /// Has a failed run go on from where it failed.
    fn retry<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Answer>;

    /// Stored runs, the newest first.
    fn list(&self, filter: RunFilter) -> Stored<'_, Vec<RunView>>;

    /// A stored run.
    fn show<'a>(&'a self, run: &'a str) -> Stored<'a, Option<RunDetail>>;

    /// What happened in a run; none where there is no such run.
    fn journal<'a>(&'a self, run: &'a str) -> Stored<'a, Option<Vec<Noted>>>;

    /// Forgets a run that has ended, and says whether there was one.
    fn forget<'a>(&'a self, run: &'a str) -> Stored<'a, bool>;

    /// Forgets the runs that ended before a time, in milliseconds since 1970, and says how many.
    fn purge(&self, ended_before: i64) -> Stored<'_, u64>;

    /// The programs that the store has, the newest first.
    fn versions(&self) -> Stored<'_, Vec<VersionView>>;

    /// What happens, in numbers.
    fn stats(&self) -> Stats;

    /// Whether changes reach the disk; else why not, in words for a person.
    fn health(&self) -> Result<(), String>;
}

/// A file that came with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The same for the same content, see [`file_id`](super::file_id).
    pub id: EcoString,
    /// Its content. What it is called is in the value that refers to it.
    pub content: Bytes,
}
