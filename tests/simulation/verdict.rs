//! A promise that was broken.

use std::fmt;

/// What a check gives.
pub(crate) type Verdict<T = ()> = Result<T, Violation>;

/// The promises, in the order of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// An event that was answered is never lost.
    Acknowledged,
    /// An event is one run.
    OneRun,
    /// A step whose outcome is stored is not begun again, and none begins before its frame is stored.
    Finished,
    /// What was in flight at a crash: only what may be repeated is.
    InFlight,
    /// Every wait ends, and none too early; nothing is left over.
    Waits,
    /// A run sees one program.
    OneProgram,
    /// A reply is on time.
    OnTime,
    /// Who waits on the line goes first.
    Urgent,
    /// No more runs go on at a time than may, and in their order.
    Lanes,
    /// What is cancelled ends, with all that it had under way.
    Cancelled,
    /// The journal has no gaps, and results are what the world told.
    Results,
    /// A cursor moves with the run that it made.
    Cursors,
    /// A `failed` flow is told of a failed run, once.
    Mourned,
}

/// A promise that was broken, and how.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    pub(crate) promise: Promise,
    pub(crate) words: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.promise, self.words)
    }
}

/// Says that a promise was broken unless something holds.
pub(crate) fn hold(promise: Promise, holds: bool, words: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Violation { promise, words: words() }) }
}
