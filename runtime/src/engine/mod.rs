//! What a run does next: a state machine without input, output, clock or threads.
//!
//! A [`Run`] is a tree of [`Branch`]es; one that does several things at a time has a branch for each.
//! [`core::advance`] takes a run and one [`Completion`] and gives the [`Command`]s that follow. A shell feeds
//! completions one at a time, in the order in which they were recorded, and carries out the commands; [`memory`]
//! is the one that keeps runs in memory, on what [`local`] gives it. [`retry`] decides whether a failed action is
//! tried again.
//!
//! Whatever a shell is asked for has a [`Ticket`], and its answer carries it. So an answer that comes twice, or
//! late, or to a branch that is gone, changes nothing.

mod act;
pub mod core;
pub(crate) mod fleet;
mod fork;
pub mod local;
pub mod memory;
mod message;
mod once;
pub mod retry;
mod run;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod timers;

pub use self::message::{Ambient, Command, Completion, Ticket, Until};
pub use self::run::{
    Branch, BranchId, Call, Deadline, Doing, Failure, Join, Parent, Run, Status, Step, StepId,
};
