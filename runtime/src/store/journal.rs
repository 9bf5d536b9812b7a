//! What is kept of a run's journal.

use crate::durable::Entry;

/// How many entries are kept from a journal's beginning.
pub const FIRST: i64 = 100;

/// How many entries are kept from a journal's end.
pub const LAST: i64 = 900;

/// An entry of a journal, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// From 1. Where a number is missing, entries of a long journal have been left out.
    pub number: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What happened.
    pub entry: Entry,
}
