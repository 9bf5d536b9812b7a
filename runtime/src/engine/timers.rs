//! Timers in the order in which they fire.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::fleet::At;

/// Timers in the order in which they fire: by time, and those of one time in the order in which they were set.
#[derive(Debug, Default)]
pub(super) struct Timers {
    by_time: BTreeMap<(Timestamp, u64), At>,
    places: HashMap<At, (Timestamp, u64)>,
    latest: u64,
}

impl Timers {
    /// Sets a timer.
    pub(super) fn set(&mut self, at: At, due: Timestamp) {
        self.latest += 1;
        let place = (due, self.latest);
        self.by_time.insert(place, at);
        self.places.insert(at, place);
    }

    /// Forgets a timer; whether there was one.
    pub(super) fn forget(&mut self, at: At) -> bool {
        let place = self.places.remove(&at);
        place.is_some_and(|place| self.by_time.remove(&place).is_some())
    }

    /// When the next one fires.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.by_time.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes the next one out.
    pub(super) fn pop(&mut self) -> Option<(Timestamp, At)> {
        let ((due, _), at) = self.by_time.pop_first()?;
        self.places.remove(&at);
        Some((due, at))
    }
}
