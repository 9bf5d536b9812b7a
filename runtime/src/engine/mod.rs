//! What a run does next: a state machine without input, output, clock or threads.
//!
//! [`core::advance`] takes a [`Run`] and one [`Completion`] and gives the [`Command`]s that follow. A shell
//! feeds completions one at a time, in the order in which they were recorded, and carries out the commands;
//! [`memory`] is the one that keeps runs in memory, on what [`local`] gives it. [`retry`] decides whether a failed action is tried again.
//!
//! Whatever a shell is asked for has a [`Ticket`], and its answer carries it. So an answer that comes twice, or
//! late, or to a run that has moved on, changes nothing.

pub mod core;
pub mod local;
pub mod memory;
pub mod retry;

use std::sync::Arc;

use callflow_artifact::bytecode::{ActionId, FunctionId, Origin};
use callflow_artifact::types::TypeId;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::execute::{Budget, Fiber};
use crate::pieces::ActionFailure;
use crate::value::Value;

/// The number of a step in its run, from 1.
pub type StepId = u32;

/// What a run asked of its shell, by number in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ticket(pub u64);

/// A run's whole state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Unique; part of every step's key.
    pub id: EcoString,
    /// Which of the artifact's flows.
    pub flow: u32,
    /// Where it stands.
    pub fiber: Fiber,
    /// What it waits for.
    pub status: Status,
    /// How many steps have begun.
    pub steps: StepId,
    /// The latest of the tickets given out.
    pub ticket: Ticket,
    /// How many instructions it may still execute.
    pub budget: Budget,
}

/// What a run waits for, or how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// Not begun.
    New,
    /// For the outcome of an action.
    Acting(Arc<Step>),
    /// For the time to try an action again.
    Backoff(Arc<Step>),
    /// For a `wait` to end.
    Waiting,
    /// For a time, a date, an id or a random number.
    Asking,
    /// Ended with a result (none after `stop`).
    Succeeded(Value),
    /// Ended with an error.
    Failed(Failure),
    /// Was cancelled.
    Cancelled,
}

impl Status {
    /// Whether nothing can happen any more.
    pub fn is_final(&self) -> bool {
        matches!(self, Status::Succeeded(_) | Status::Failed(_) | Status::Cancelled)
    }

    /// The word that people and programs read: `running`, `waiting`, `succeeded`, `failed`, `cancelled`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::New | Status::Acting(_) | Status::Asking => "running",
            Status::Backoff(_) | Status::Waiting => "waiting",
            Status::Succeeded(_) => "succeeded",
            Status::Failed(_) => "failed",
            Status::Cancelled => "cancelled",
        }
    }
}

/// Why a run failed, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What nothing caught.
    pub error: Error,
    /// The function that raised it.
    pub function: FunctionId,
    /// The part of the function's source that raised it.
    pub origin: Origin,
}

/// An action under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// From 1.
    pub attempt: u32,
    /// Stable over attempts and processes: what a service gets as idempotency key.
    pub key: EcoString,
    /// Which action.
    pub action: ActionId,
    /// For its type parameters.
    pub types: Vec<TypeId>,
    /// For its parameters.
    pub arguments: Vec<Value>,
    /// The function that calls it.
    pub function: FunctionId,
    /// The call, in the function's source.
    pub origin: Origin,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Completion {
    /// The run was created.
    Begin,
    /// An attempt of a step ended: its result, or why it failed and whether it may be tried again.
    Acted(Ticket, Result<Value, ActionFailure>),
    /// A timer that was asked for has fired.
    Fired(Ticket),
    /// What was asked for with [`Command::Ask`].
    Answer(Ticket, Value),
    /// Somebody wants the run to end.
    Cancel,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Begin an attempt of a step; answered by [`Completion::Acted`].
    Act(Ticket, Arc<Step>),
    /// Try the step again later; answered by [`Completion::Fired`].
    Backoff {
        /// For the answer.
        ticket: Ticket,
        /// The step, with the attempt that failed.
        step: Arc<Step>,
        /// Why it failed.
        error: Error,
        /// In milliseconds.
        delay: i64,
    },
    /// Wait; answered by [`Completion::Fired`].
    Wait(Ticket, Until),
    /// Find out; answered by [`Completion::Answer`].
    Ask(Ticket, Ambient),
    /// Write a line; not answered.
    Log {
        /// `debug`, `info`, `warn`, `error`.
        level: EcoString,
        /// The line.
        message: EcoString,
    },
    /// A step ended for good; not answered. For those who watch.
    Settled {
        /// The step, with its last attempt.
        step: Arc<Step>,
        /// Its result or error.
        outcome: Result<Value, Error>,
    },
    /// The run has ended: its status says how. Not answered; what is still under way is of no more use.
    End,
}

/// When a wait ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Until {
    /// After so many milliseconds.
    After(i64),
    /// At an instant.
    At(jiff::Timestamp),
}

/// What only the shell knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ambient {
    /// The time.
    Now,
    /// The date in the project's zone.
    Today,
    /// A new UUID.
    Uuid,
    /// A number in 0..1.
    Random,
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
