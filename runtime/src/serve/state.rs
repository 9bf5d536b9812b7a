//! What all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::form::Forms;
use super::options::Options;
use super::problem::Problem;
use super::reply::refused;
use super::routes::Known;
use super::runs::{NewFile, Runs};
use crate::service::Wait;

/// What all requests share.
pub(super) struct Server {
    /// Who runs flows.
    pub(super) runs: Arc<dyn Runs>,
    /// What is allowed.
    pub(super) options: Options,
    /// Where webhooks and forms are.
    pub(super) routes: Known,
    /// What forms need.
    pub(super) forms: Forms,
    /// What was counted.
    pub(super) counters: Counters,
    /// Whether the server is about to end.
    pub(super) stopping: AtomicBool,
    /// Places for events that nobody waits for.
    arriving: Arc<Semaphore>,
}

/// What the server counts beside what is known of runs.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Requests, all in all.
    pub(super) requests: AtomicU64,
    /// Events that were turned away because there were too many.
    pub(super) turned_away: AtomicU64,
    /// Events of calls that no flow takes.
    pub(super) unmatched: AtomicU64,
}

impl Server {
    /// Ready for requests.
    pub(super) fn new(runs: Arc<dyn Runs>, options: Options) -> Server {
        Server {
            runs,
            arriving: Arc::new(Semaphore::new(options.arriving)),
            forms: Forms::new(options.admin_token.as_deref()),
            options,
            routes: Known::default(),
            counters: Counters::default(),
            stopping: AtomicBool::new(false),
        }
    }

    /// A place for an event, which is held until the event is stored. Who is waited for always has one.
    ///
    /// # Errors
    /// There are too many events that nobody waits for, or too many runs.
    pub(super) fn place(&self, wait: Wait) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if wait != Wait::Stored {
            return Ok(None);
        }
        let place = Arc::clone(&self.arriving).try_acquire_owned();
        match place {
            Ok(place) if self.runs.stats().in_memory < self.options.active => Ok(Some(place)),
            _ => {
                self.counters.turned_away.fetch_add(1, Ordering::Relaxed);
                Err(refused())
            }
        }
    }

    /// Keeps the files that an event refers to, before it is stored itself.
    ///
    /// # Errors
    /// The store cannot take them.
    pub(super) async fn keep(&self, files: Vec<NewFile>) -> Result<(), Problem> {
        for file in files {
            self.runs.keep_file(file).await.map_err(|_| refused())?;
        }
        Ok(())
    }
}
