//! Runs that survive: a state machine over many runs, without input, output, clock or threads.
//!
//! ```text
//!            Input                        Batch { writes, effects }
//! shell ──────────────▶ Engine ──────────────────────────────────────▶ writer ──▶ disk
//!   ▲                     │  ▲                                            │
//!   │                Turn │  │ Turned                                     │ once it is durable
//!   │                     ▼  │                                            ▼
//!   │               Turn::carry_out                                    Effect: begin an attempt,
//!   └──────────────────────────────────────────────────────────────────  answer, wake, abort
//! ```
//!
//! Every change of a run is a [`Batch`]: what to write, and what to do in the world once that is durable. Batches
//! take effect in the order in which they were given out, each as a whole or not at all. So nothing has happened in
//! the world that the store does not know of: an attempt begins after the frame that waits for it is on disk, and
//! an event is answered after its run is.
//!
//! One run at a time is at one place: in memory ([`Held`]), on its way from the store, or out for a [`Turn`], which
//! is the work of advancing it by one completion. A turn touches nothing but its run, so turns of different runs
//! go on in parallel and the [`Engine`] itself only keeps the books. What comes for a run meanwhile waits in its
//! mailbox.
//!
//! A run that only waits for a time, for a message or for another run leaves the memory: its row says when it is
//! due. What has come for it, and must not be lost, is a row too ([`Write::Send`]).
//!
//! | module | |
//! | --- | --- |
//! | [`record`] | what is stored of a run |
//! | [`batch`] | what is to be written, and what happens then |
//! | [`input`] | what the shell and the store tell the engine |
//! | [`engine`] | the books: which run is where, who waits for what |
//! | [`turn`] | advancing one run by one completion |
//! | [`settings`] | what a flow's header makes of an event before its run begins |
//! | [`recover`] | what becomes of what was in flight when a process ended |

pub mod batch;
pub mod engine;
pub mod input;
mod lanes;
pub mod mutation;
pub mod record;
mod recover;
pub mod settings;
mod show;
pub mod turn;

pub use self::batch::{Answer, Answered, Batch, Effect, Question, Token, Write};
pub use self::engine::{Engine, Outbox};
pub use self::input::{Ask, Event, InLane, Input, Message, Program, Start, Stored, Waiter};
pub use self::record::{Claim, Ending, Entry, Held, NewRun, Outcome, RunNumber, Source, Version};
pub use self::turn::{Ambience, Turn, Turned};
