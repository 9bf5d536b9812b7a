//! A run as data: its branches, and what each of them does.

use std::collections::BTreeMap;
use std::sync::Arc;

use callflow_artifact::bytecode::{ActionId, FunctionId, Origin};
use callflow_artifact::types::TypeId;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::message::Ticket;
use super::retry::Policy;
use crate::error::Error;
use crate::execute::{Budget, Fiber};
use crate::value::Value;

/// The number of a step in its run, from 1.
pub type StepId = u32;

/// The number of a branch in its run, from 0, which is the flow itself. No number is given twice, and a branch's
/// number is larger than that of the branch it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BranchId(pub u32);

impl BranchId {
    /// The flow's own.
    pub const ROOT: BranchId = BranchId(0);
}

/// A run's whole state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Unique; part of every step's key.
    pub id: EcoString,
    /// Which of the artifact's flows.
    pub flow: u32,
    /// Whether it goes on, and how it ended.
    pub status: Status,
    /// What has not ended; nothing once the run has.
    pub branches: BTreeMap<BranchId, Branch>,
    /// What the shell was asked and has not answered, and the branch that asked.
    pub asked: BTreeMap<Ticket, BranchId>,
    /// The flow's own deadline.
    pub timeout: Option<Ticket>,
    /// The latest of the branches.
    pub latest: BranchId,
    /// How many bytes of values the suspended branches hold.
    pub bytes: u64,
    /// How many steps have begun.
    pub steps: StepId,
    /// How many other runs it has begun.
    pub launches: u32,
    /// The latest of the tickets given out.
    pub ticket: Ticket,
    /// How many instructions it may still execute, all branches together.
    pub budget: Budget,
}

impl Run {
    /// The word that people and programs read: `running`, `waiting`, `succeeded`, `failed`, `cancelled`. It waits
    /// where no branch does anything before some time has come.
    pub fn state(&self) -> &'static str {
        let is_idle = |branch: &Branch| match &branch.doing {
            Doing::Pausing { .. } | Doing::Waiting(_) | Doing::Joining(_) => true,
            Doing::Ready
            | Doing::Yielding(_)
            | Doing::Acting { .. }
            | Doing::Asking(_)
            | Doing::Following(_) => false,
        };
        match &self.status {
            Status::Running if self.branches.values().all(is_idle) => "waiting",
            status => status.as_str(),
        }
    }
}

/// Whether a run goes on, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// Not begun.
    New,
    /// Begun and not ended; its branches say what it waits for.
    Running,
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

    /// The word that people and programs read: `running`, `succeeded`, `failed`, `cancelled`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::New | Status::Running => "running",
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

/// One of the things that a run does at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// Where it stands.
    pub fiber: Fiber,
    /// Where it belongs; none for the flow itself.
    pub parent: Option<Parent>,
    /// What it waits for.
    pub doing: Doing,
    /// How many bytes of values it held when it was last suspended, and what its own branches have returned since.
    pub bytes: u64,
    /// What was left of the run's budget when that was counted.
    pub measured: Budget,
}

/// Where a branch belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The branch that waits for it.
    pub branch: BranchId,
    /// Which of that one's branches it is, from 0.
    pub index: u32,
}

/// What a branch waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Doing {
    /// For nothing: it has not begun, or goes on at once.
    Ready,
    /// For its next turn: it has computed for long, and others go first.
    Yielding(Ticket),
    /// For the outcome of an attempt.
    Acting {
        /// The attempt.
        ticket: Ticket,
        /// What is called.
        call: Box<Call>,
    },
    /// For the time to try an action again.
    Pausing {
        /// The timer.
        ticket: Ticket,
        /// What is called, with the attempt that failed.
        call: Box<Call>,
    },
    /// For a `wait` to end.
    Waiting(Ticket),
    /// For a time, a date, an id, a random number, a setting.
    Asking(Ticket),
    /// For another run to end.
    Following(Ticket),
    /// For branches of its own.
    Joining(Box<Join>),
}

/// A call of an action under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What is done.
    pub step: Arc<Step>,
    /// How often and when it is tried again.
    pub policy: Policy,
    /// Its `within`.
    pub deadline: Option<Deadline>,
}

/// When a call must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The timer.
    pub ticket: Ticket,
    /// The whole time, in milliseconds.
    pub millis: i64,
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
    /// The connection that it runs on, where it is another than the piece's own.
    pub connection: Option<EcoString>,
    /// No other call of this action with this key takes effect, whatever run it is in. The shell looks it up
    /// before it acts: what was done already is answered again.
    pub once: Option<EcoString>,
    /// The function that calls it.
    pub function: FunctionId,
    /// The call, in the function's source.
    pub origin: Origin,
}

/// A branch's own branches, and what they have returned so far. What was asked for stands in the branch's fiber.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Whether the first that ends is enough.
    pub is_first: bool,
    /// How many there are.
    pub branches: u32,
    /// The first that has not begun.
    pub next: u32,
    /// Those that have begun and not ended, by index.
    pub children: BTreeMap<u32, BranchId>,
    /// What each returned, by index; none for those that have not.
    pub results: Vec<Value>,
    /// The function that has them.
    pub function: FunctionId,
    /// The statement, in the function's source.
    pub origin: Origin,
}
