//! Attempts under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};
use tokio::task::AbortHandle;

use super::Shared;
use crate::durable::{Input, RunNumber, Version};
use crate::engine::{Step, Ticket};

/// How many attempts go on at a time that nobody waits for on the line.
const BACKGROUND: usize = 512;

/// How many attempts go on at a time that somebody waits for. They never wait for those in the background.
const URGENT: usize = 4096;

/// Attempts under way.
#[derive(Debug)]
pub(super) struct Attempts {
    runtime: Handle,
    /// None where an attempt has not begun, or ended before it was noted.
    under_way: Mutex<HashMap<(RunNumber, Ticket), Option<AbortHandle>>>,
    background: Arc<Semaphore>,
    urgent: Arc<Semaphore>,
    changed: Notify,
}

impl Attempts {
    /// None are under way; those that begin do so on the current tokio runtime.
    pub(super) fn new() -> Attempts {
        Attempts {
            runtime: Handle::current(),
            under_way: Mutex::default(),
            background: Arc::new(Semaphore::new(BACKGROUND)),
            urgent: Arc::new(Semaphore::new(URGENT)),
            changed: Notify::new(),
        }
    }

    /// Begins an attempt; the engine is told when it has ended.
    pub(super) fn begin(
        &self,
        shared: &Arc<Shared>,
        run: RunNumber,
        ticket: Ticket,
        version: Version,
        step: Arc<Step>,
        urgent: bool,
    ) {
        let Some(host) = shared.deployment.host(version) else {
            return shared.trouble(&format!("version {} is not loaded", version.0));
        };
        let places = Arc::clone(if urgent { &self.urgent } else { &self.background });
        let shared = Arc::clone(shared);
        // Noted before it begins, so that it cannot end before.
        self.under_way().insert((run, ticket), None);
        let attempt = self.runtime.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await;
            let outcome = host.act(&step).await;
            shared.attempts.ended(run, ticket);
            shared.stats.attempted(outcome.is_ok());
            shared.drive(Input::Acted(run, ticket, outcome));
        });
        if let Some(noted) = self.under_way().get_mut(&(run, ticket)) {
            *noted = Some(attempt.abort_handle());
        }
    }

    /// Ends an attempt, if it is under way.
    pub(super) fn abort(&self, run: RunNumber, ticket: Ticket) {
        if let Some(Some(handle)) = self.ended(run, ticket) {
            handle.abort();
        }
    }

    /// Lets others have their turn, and then a run go on.
    pub(super) fn give_way(&self, shared: &Arc<Shared>, run: RunNumber, ticket: Ticket) {
        let shared = Arc::clone(shared);
        self.runtime.spawn(async move {
            tokio::task::yield_now().await;
            shared.drive(Input::GoOn(run, ticket));
        });
    }

    /// How many are under way.
    pub(super) fn count(&self) -> usize {
        self.under_way().len()
    }

    /// Waits until none is under way, for so long at most.
    pub(super) async fn quiet(&self, grace: Duration) {
        let none = async {
            while self.count() > 0 {
                let changed = self.changed.notified();
                if self.count() == 0 {
                    return;
                }
                changed.await;
            }
        };
        // What is still under way then is as after a crash.
        let _ = tokio::time::timeout(grace, none).await;
    }

    fn ended(&self, run: RunNumber, ticket: Ticket) -> Option<Option<AbortHandle>> {
        let ended = self.under_way().remove(&(run, ticket));
        self.changed.notify_waiters();
        ended
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<(RunNumber, Ticket), Option<AbortHandle>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
