//! What a run and its shell say to each other.

use std::sync::Arc;

use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::run::Step;
use crate::error::Error;
use crate::pieces::ActionFailure;
use crate::value::Value;

/// What a run asked of its shell, by number in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ticket(pub u64);

/// What has happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Completion {
    /// The run was created.
    Begin,
    /// An attempt of a step ended: its result, or why it failed and whether it may be tried again.
    Acted(Ticket, Result<Value, ActionFailure>),
    /// A timer that was asked for has fired, or it is the run's turn again.
    Fired(Ticket),
    /// What was asked for with [`Command::Ask`], or why there is no answer.
    Answer(Ticket, Result<Value, Error>),
    /// A run that is waited for has ended: its result, or what it failed with.
    Ended(Ticket, Result<Value, Error>),
    /// Somebody wants the run to end.
    Cancel,
}

impl Completion {
    /// What it answers; none where nobody asked.
    pub fn ticket(&self) -> Option<Ticket> {
        match self {
            Completion::Acted(ticket, _)
            | Completion::Fired(ticket)
            | Completion::Answer(ticket, _)
            | Completion::Ended(ticket, _) => Some(*ticket),
            Completion::Begin | Completion::Cancel => None,
        }
    }
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
    /// Wait, because the flow says so; answered by [`Completion::Fired`].
    Wait(Ticket, Until),
    /// Say when so many milliseconds are over, because something must be done by then; answered by
    /// [`Completion::Fired`].
    Deadline(Ticket, i64),
    /// Let others have their turn; answered by [`Completion::Fired`] as soon as they had, without any time that
    /// must pass.
    Yield(Ticket),
    /// Find out; answered by [`Completion::Answer`].
    Ask(Ticket, Ambient),
    /// Begin a run of another flow.
    Launch {
        /// For [`Completion::Ended`]; none where nobody waits for the run's end.
        ticket: Option<Ticket>,
        /// Which flow.
        flow: FlowId,
        /// The event that it begins with.
        event: Value,
        /// The new run's id, which is the same each time this is asked.
        id: EcoString,
    },
    /// Nobody waits for this any more: end the attempt, forget the timer, cancel the run. Not answered; an answer
    /// that is under way already changes nothing.
    Abort(Ticket),
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
        /// Whether it may have had its effect although it failed.
        in_doubt: bool,
    },
    /// The run has ended: its status says how. Not answered; what was under way has been aborted.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ambient {
    /// The time.
    Now,
    /// The date in the project's zone.
    Today,
    /// A new UUID.
    Uuid,
    /// A number in 0..1.
    Random,
    /// A setting of the project by its name, as text.
    Environment(EcoString),
}
