//! What the compiler and the runtime agree on, and nothing else.
//!
//! The compiler ends in an [`Artifact`]; the runtime begins with one. Between them stand the types of
//! values ([`types`]), the schemas of pieces ([`piece`]), the instructions ([`bytecode`]), the methods of
//! built-in types ([`builtin`]), the times of schedules ([`cron`]), the file encoding ([`encode`]), a printer for
//! people ([`mod@print`]), what leaves out unused types ([`mod@prune`]) and the verifier ([`verify`]) that every
//! artifact passes before it runs.
//!
//! This crate knows neither source text nor execution.

pub mod artifact;
pub mod builtin;
pub mod bytecode;
pub mod constant;
pub mod cron;
pub mod encode;
pub mod example;
pub mod file;
mod mentions;
pub mod needs;
pub mod operands;
pub mod path;
pub mod pattern;
pub mod phone;
pub mod piece;
pub mod print;
pub mod prune;
#[cfg(test)]
mod sample;
pub mod types;
pub mod verify;

pub use artifact::{Artifact, Flow, FlowSettings, SourceFile, Trigger};
pub use builtin::Builtin;
pub use bytecode::{Function, Op, Reg};
pub use constant::Constant;
pub use types::{Type, TypeId, Types};
