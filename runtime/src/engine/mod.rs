//! What a run does next: a state machine without input, output, clock or threads.
//!
//! [`core::advance`] takes a [`Run`] and one [`Completion`] and gives the [`Command`]s that follow. A shell
//! feeds completions one at a time, in the order in which they were recorded, and carries out the commands;
//! [`memory`] is the one that keeps runs in memory.

use callflow_artifact::bytecode::ActionId;
use callflow_artifact::types::TypeId;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::execute::{Budget, Fiber};
use crate::value::Value;

/// The number of a step in its run, from 1.
pub type StepId = u32;

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
    /// How many instructions it may still execute.
    pub budget: Budget,
}

/// What a run waits for, or how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// Not begun.
    New,
    /// For the outcome of an action.
    Acting(Step),
    /// For the time to try an action again.
    Backoff(Step),
    /// For a `wait` to end.
    Waiting,
    /// For a time, a date, an id or a random number.
    Asking,
    /// Ended with a result (none after `stop`).
    Succeeded(Value),
    /// Ended with an error.
    Failed(Error),
    /// Was cancelled.
    Cancelled,
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
}

/// What has happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Completion {
    /// The run was created.
    Begin,
    /// An attempt of a step ended.
    Acted {
        /// Which step.
        step: StepId,
        /// Its result, or why it failed and whether it may be tried again.
        outcome: Result<Value, crate::pieces::ActionFailure>,
    },
    /// A timer that was asked for has fired.
    Fired,
    /// What was asked for with [`Command::Ask`].
    Answer(Value),
    /// Somebody wants the run to end.
    Cancel,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin an attempt of a step; answered by [`Completion::Acted`].
    Act(Step),
    /// Try the step again after so many milliseconds; answered by [`Completion::Fired`].
    Backoff {
        /// The step that failed.
        step: StepId,
        /// The attempt that failed.
        attempt: u32,
        /// Why.
        error: Error,
        /// In milliseconds.
        delay: i64,
    },
    /// Wait; answered by [`Completion::Fired`].
    Wait(Until),
    /// Find out; answered by [`Completion::Answer`].
    Ask(Ambient),
    /// Write a line; not answered.
    Log {
        /// `debug`, `info`, `warn`, `error`.
        level: EcoString,
        /// The line.
        message: EcoString,
    },
    /// A step ended for good; not answered. For those who watch.
    Settled {
        /// Which step.
        step: StepId,
        /// How many attempts it took.
        attempts: u32,
        /// Its result or error.
        outcome: Result<Value, Error>,
    },
    /// The run has ended: its status says how. Not answered.
    End,
}

/// When a wait ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Until {
    /// After so many milliseconds.
    After(i64),
    /// At an instant.
    At(jiff::Timestamp),
}

/// What only the shell knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
