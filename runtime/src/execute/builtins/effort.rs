//! What a method does beyond going through its arguments once, counted against the run's budget.

use crate::execute::machine::Trap;
use crate::value::{Value, equal};

/// How much may be done.
pub(super) struct Effort {
    /// What was done.
    pub(super) work: u64,
    limit: u64,
}

impl Effort {
    /// Up to a limit of work, some of which is done already.
    pub(super) fn within(limit: u64, work: u64) -> Effort {
        Effort { work, limit }
    }

    /// Counts work that is about to be done.
    ///
    /// # Errors
    /// There is no budget for it.
    pub(super) fn spend(&mut self, work: u64) -> Result<(), Trap> {
        self.work = self.work.saturating_add(work);
        if self.work > self.limit { Err(Trap::Exhausted) } else { Ok(()) }
    }

    /// Whether two values are equal.
    pub(super) fn equal(&mut self, a: &Value, b: &Value) -> Result<bool, Trap> {
        equal::equal(a, b, &mut self.work, self.limit).ok_or(Trap::Exhausted)
    }
}
