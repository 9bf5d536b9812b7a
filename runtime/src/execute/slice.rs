//! Time slices: how far a fiber goes before others get their turn.
//!
//! Threads are shared, and somebody may wait for the answer of a run that is next in line. So a run that computes
//! for long pauses now and then. Where it pauses depends on nothing but what it did, never on a clock: it is the
//! same run wherever and however often it is executed.

use super::Budget;

/// A part of a run's budget. When it is used up, a fiber pauses at its next call or jump backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The slice is over when less than this is left of the budget.
    until: u64,
}

impl Slice {
    /// The work of a usual slice, in the unit of [`Budget`]: a millisecond or two.
    pub const WORK: u64 = 100_000;

    /// It is never over: a fiber does not pause.
    pub const ENDLESS: Slice = Slice { until: 0 };

    /// A usual slice, which begins now.
    pub fn begin(budget: Budget) -> Slice {
        Slice::of(budget, Slice::WORK)
    }

    /// A slice of so much work, which begins now. At the end of the budget it is endless, since that ends the
    /// run anyway.
    pub fn of(budget: Budget, work: u64) -> Slice {
        Slice { until: budget.0.saturating_sub(work) }
    }

    /// Whether it is over, with what is left of the budget that it is a part of.
    pub(super) fn is_over(self, budget: Budget) -> bool {
        budget.0 < self.until
    }
}
