//! What the server needs of those who run flows.

use std::sync::Arc;

use axum::body::Bytes;
use ecow::EcoString;

use crate::durable::Answer;
use crate::pieces::BoxFuture;
use crate::service::{Current, NewEvent, Stats};
use crate::store::StoreError;

/// Runs flows, and keeps them: a [`Service`](crate::service::Service) with its store.
pub trait Runs: Send + Sync + 'static {
    /// The program that new events run on; none before one was loaded.
    fn current(&self) -> Option<Arc<Current>>;

    /// Takes in an event. The answer comes when the event is stored or its run has ended, as it asks. Whoever drops
    /// the future has gone away; what was taken in goes on.
    fn submit(&self, event: NewEvent) -> BoxFuture<'_, Answer>;

    /// Keeps a file under its [id](super::file_id), unless it is kept already.
    fn keep_file(&self, id: EcoString, content: Bytes) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Ends a run, known by its id.
    fn cancel<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Answer>;

    /// Has a failed run go on from where it failed.
    fn retry<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Answer>;

    /// What happens, in numbers.
    fn stats(&self) -> Stats;

    /// Whether changes reach the disk; else why not, in words for a person.
    fn health(&self) -> Result<(), String>;
}
