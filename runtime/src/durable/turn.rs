//! Advancing one run by one completion.
//!
//! A turn has the run for itself. It lets the machine run to where it waits again, answers what only needs a clock
//! or dice, and makes of its commands what is to be written and done.

use super::batch::Batch;
use super::record::{Held, Outcome};

/// What came of a turn.
#[derive(Debug)]
pub struct Turned {
    /// The run, as it is now.
    pub(super) held: Held,
    /// What is to be written and done.
    pub(super) batch: Batch,
    /// How the run ended, if it did.
    pub(super) ended: Option<Outcome>,
}
