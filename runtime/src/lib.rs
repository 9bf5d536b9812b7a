//! The Callflow runtime: artifact in, runs out. It knows nothing of source text.
//!
//! ```text
//! event ──trigger──▶ value ──engine──▶ commands ──host──▶ completions ──engine──▶ … ──▶ result
//!                               │
//!                            execute (segments between effects)
//! ```
//!
//! [`value`] holds values and reads them from JSON against a type. [`execute`] runs bytecode up to the next
//! effect. [`engine`] decides what a run does next, as a pure function. [`pieces`] carries out actions, over a
//! [`pieces::Transport`] that is the network or the sandbox. [`connect`] has the settings of connections.
//! [`trigger`] makes events of what voice platforms send. [`testing`] runs a project's tests.

pub mod connect;
pub mod durable;
pub mod engine;
pub mod error;
pub mod execute;
pub mod pieces;
#[cfg(feature = "server")]
pub mod serve;
#[cfg(feature = "store")]
pub mod service;
pub mod store;
#[cfg(feature = "telemetry")]
pub mod telemetry;
pub mod testing;
pub mod trigger;
pub mod value;

pub use error::{Error, ErrorKind};
pub use value::Value;
