//! Running bytecode up to the next effect.
//!
//! A [`Fiber`] is all that a suspended run is: its frames. It can be written down at every effect and every pause
//! and go on in another process. [`interpret::resume`] is the reference executor.

use callflow_artifact::bytecode::{Effect, FunctionId, Origin, Reg};
use callflow_artifact::types::TypeId;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::value::Value;
use crate::value::size::Gauge;

mod arithmetic;
pub mod branches;
mod builtins;
mod collections;
mod instances;
pub mod interpret;
mod json;
pub mod limits;
mod machine;
mod nesting;
mod program;
mod segment;
mod slice;
#[cfg(test)]
mod tests;

pub use branches::pending;
pub use interpret::{resume, start};
pub use program::{LoadError, Program};
pub use slice::Slice;

/// A suspended (or not yet begun) execution, from the outermost function to the innermost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fiber {
    /// The last one is running.
    pub frames: Vec<Frame>,
}

impl Fiber {
    /// How many bytes its frames' values take; more than the limit stands for anything above it.
    pub fn bytes(&self, limit: u64) -> u64 {
        let mut gauge = Gauge::new(limit);
        gauge.add(self.frames.iter().flat_map(|frame| &frame.registers));
        gauge.bytes()
    }
}

/// One call of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Which function.
    pub function: FunctionId,
    /// The next instruction; while it waits for an effect, the effect's own.
    pub at: u32,
    /// As many as the function says.
    pub registers: Vec<Value>,
    /// What its type parameters are.
    pub types: Vec<TypeId>,
    /// Where the caller wants the result; of no meaning in the first frame.
    pub result: Reg,
}

/// How a fiber goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Resume {
    /// At its beginning.
    Begin,
    /// Where it paused.
    GoOn,
    /// With the effect's result.
    Value(Value),
    /// With the effect's failure.
    Error(Error),
}

/// Why a fiber does not go on by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It asks something of its host.
    Suspended(Request),
    /// Its slice is over. It goes on with [`Resume::GoOn`] as if it had not paused.
    Paused,
    /// It returned.
    Returned(Value),
    /// `stop`
    Stopped,
    /// It failed, and nothing caught it. Where: the function and the source range.
    Failed(Error, FunctionId, Origin),
}

/// What a fiber asks of its host.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What; type parameters are resolved.
    pub effect: Effect,
    /// With what.
    pub arguments: Vec<Value>,
    /// From which function.
    pub function: FunctionId,
    /// From where in its source.
    pub origin: Origin,
}

/// How many instructions a run may still execute. Charged for each call and each jump backwards with the
/// instructions since the last charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget(pub u64);
