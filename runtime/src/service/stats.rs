//! What happens here, in numbers.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Shared;
use crate::durable::{Answered, Outcome, Write};

/// How many of the latest troubles are kept.
const TROUBLES: usize = 20;

/// Counts since the process began, and what is so now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Events that were taken in, and runs that others began.
    pub created: u64,
    /// Events that had come before.
    pub known: u64,
    /// Events that were refused.
    pub refused: u64,
    /// Runs that ended well.
    pub succeeded: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs that were cancelled.
    pub cancelled: u64,
    /// Answers that were not ready in time.
    pub late: u64,
    /// Attempts that ended well.
    pub attempts: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
    /// Attempts under way.
    pub under_way: usize,
    /// Runs in memory.
    pub in_memory: usize,
    /// Batches that wait for the disk.
    pub queued: usize,
    /// What somebody should look at, the latest last.
    pub troubles: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    created: AtomicU64,
    known: AtomicU64,
    refused: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    late: AtomicU64,
    attempts: AtomicU64,
    failed_attempts: AtomicU64,
    in_memory: AtomicUsize,
    troubles: Mutex<Vec<String>>,
}

impl Counters {
    pub(super) fn written(&self, writes: &[Write]) {
        for write in writes {
            let counter = match write {
                Write::Create(_) => &self.created,
                Write::Late(_) => &self.late,
                Write::End { ending, .. } => match ending.outcome {
                    Outcome::Succeeded(_) => &self.succeeded,
                    Outcome::Failed { .. } => &self.failed,
                    Outcome::Cancelled => &self.cancelled,
                },
                _ => continue,
            };
            add(counter);
        }
    }

    pub(super) fn left_out(&self, answered: &Answered) {
        match answered {
            Answered::Known(_) => add(&self.known),
            Answered::Refused(_) => add(&self.refused),
            _ => {}
        }
    }

    pub(super) fn refused(&self) {
        add(&self.refused);
    }

    pub(super) fn attempted(&self, well: bool) {
        add(if well { &self.attempts } else { &self.failed_attempts });
    }

    pub(super) fn set_in_memory(&self, runs: usize) {
        self.in_memory.store(runs, Ordering::Relaxed);
    }

    pub(super) fn in_memory(&self) -> usize {
        self.in_memory.load(Ordering::Relaxed)
    }

    pub(super) fn trouble(&self, words: &str) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles.last().is_some_and(|last| last == words) {
            return;
        }
        if troubles.len() >= TROUBLES {
            troubles.remove(0);
        }
        troubles.push(words.to_owned());
    }
}

impl Shared {
    pub(super) fn stats(&self) -> Stats {
        let counters = &self.stats;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let troubles = counters.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Stats {
            created: get(&counters.created),
            known: get(&counters.known),
            refused: get(&counters.refused),
            succeeded: get(&counters.succeeded),
            failed: get(&counters.failed),
            cancelled: get(&counters.cancelled),
            late: get(&counters.late),
            attempts: get(&counters.attempts),
            failed_attempts: get(&counters.failed_attempts),
            under_way: self.attempts.count(),
            in_memory: counters.in_memory(),
            queued: self.writer.queued(),
            troubles,
        }
    }
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
