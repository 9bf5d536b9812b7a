//! Runs that survive, in this process: the durable engine with a disk, a clock, threads and a way to services.
//!
//! A [`Service`] has one store, and a program for each version that a run is still on. Threads:
//!
//! * whoever brings an input (a request, an attempt that has ended) carries out the turns that follow from it;
//! * the writer makes batches durable and then begins what follows from them;
//! * the reader answers what the engine asks of the store;
//! * a task says when it is time, and another one brings in what schedules are due.
//!
//! The engine's lock is held for bookkeeping only, never while a flow computes, and batches are handed to the writer
//! under it, so that they are written in the order in which they were decided.

mod attempts;
mod clock;
mod current;
mod drive;
mod house;
mod replies;
mod schedules;
mod stats;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;

use self::attempts::Attempts;
use self::clock::Clock;
pub use self::current::{Current, Deployment, LoadFailure, MakeTransport};
use self::replies::Replies;
pub use self::stats::Stats;
use crate::durable::{
    Answer, Answered, Ask, Batch, Engine, Event, Input, RunNumber, Source, Start, Token, Version,
    Waiter, Write,
};
use crate::store::writer::Writer;
use crate::store::{Reader, Store, StoreError};
use crate::value::Value;

/// How many runs may be in memory before events that nobody waits for are refused.
const CROWD: usize = 50_000;

/// How many batches may wait for the disk before events that nobody waits for are refused.
const BACKLOG: usize = 50_000;

/// Runs that survive. Copies are the same service.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Mutex<Engine>,
    writer: Writer,
    asks: mpsc::Sender<Ask>,
    attempts: Attempts,
    replies: Replies,
    clock: Clock,
    deployment: Deployment,
    current: RwLock<Option<Arc<Current>>>,
    /// What the last process left, until a program is loaded.
    left: Mutex<Option<Start>>,
    stats: stats::Counters,
    watch: Option<Watch>,
    is_stopping: AtomicBool,
}

/// Sees every change once it is durable, on the writer's thread.
pub type Watch = Arc<dyn Fn(&[Write]) + Send + Sync>;

/// What a service needs.
pub struct Options {
    /// For the writer.
    pub store: Box<dyn Store>,
    /// The same store for reading.
    pub reader: Box<dyn Reader>,
    /// What flows may know and use.
    pub deployment: Deployment,
    /// Who watches.
    pub watch: Option<Watch>,
}

/// An event for a flow of the current program.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The program that the flow and the value are of; see [`Service::current`].
    pub version: Version,
    /// Which of its flows.
    pub flow: FlowId,
    /// The event, of the flow's event type.
    pub event: Value,
    /// The same as compact JSON, secrets hidden.
    pub json: String,
    /// Where it came from.
    pub source: Source,
    /// The sender's id of the delivery or the call.
    pub delivery: Option<EcoString>,
    /// How far its trigger has come with it.
    pub cursor: Option<(EcoString, String)>,
    /// What is waited for.
    pub wait: Wait,
}

/// What whoever brings an event waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// That the event is stored.
    Stored,
    /// That its run has ended; until a time at the latest, in milliseconds since 1970.
    End {
        /// Where it is missing, for ever.
        until: Option<i64>,
    },
}

impl Service {
    /// Opens a service: its threads begin, and what was in flight when the last process ended goes on as soon as
    /// a program is loaded. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn open(options: Options) -> Result<Service, OpenFailure> {
        let Options { store, reader, deployment, watch } = options;
        let start = store.start()?;
        let (asks, asked) = mpsc::channel();
        let shared = Arc::new_cyclic(|weak: &std::sync::Weak<Shared>| {
            let done = {
                let weak = weak.clone();
                move |batches: Vec<(Batch, Option<Answered>)>| {
                    if let Some(shared) = weak.upgrade() {
                        shared.durable(batches);
                    }
                }
            };
            Shared {
                engine: Mutex::new(Engine::new()),
                writer: Writer::begin(store, done),
                asks,
                attempts: Attempts::new(),
                replies: Replies::default(),
                clock: Clock::default(),
                deployment,
                current: RwLock::new(None),
                left: Mutex::new(None),
                stats: stats::Counters::default(),
                watch,
                is_stopping: AtomicBool::new(false),
            }
        });
        shared.recover(reader.as_ref(), start)?;
        drive::begin_reading(Arc::downgrade(&shared), reader, asked)
            .map_err(|error| OpenFailure::NoThread(error.to_string()))?;
        clock::begin(Arc::downgrade(&shared));
        house::begin(Arc::downgrade(&shared));
        schedules::begin(Arc::downgrade(&shared));
        Ok(Service { shared })
    }

    /// The program that new events run on; none before one was loaded.
    pub fn current(&self) -> Option<Arc<Current>> {
        self.shared.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps an artifact in the store and has new events run on it. Runs that have begun stay on theirs.
    ///
    /// # Errors
    /// The artifact is damaged, or the store cannot be written.
    pub async fn load(&self, artifact: Vec<u8>) -> Result<Arc<Current>, LoadFailure> {
        let shared = Arc::clone(&self.shared);
        let loaded = tokio::task::spawn_blocking(move || shared.load(&artifact)).await;
        loaded.map_err(|error| LoadFailure::Unsound(error.to_string()))?
    }

    /// Brings an event in and waits for what it is to wait for.
    pub async fn submit(&self, event: NewEvent) -> Answer {
        let for_end = matches!(event.wait, Wait::End { .. });
        if let Some(words) = self.shared.why_not(for_end) {
            self.shared.stats.refused();
            return Answer::Refused(words.to_owned());
        }
        let until = match event.wait {
            Wait::End { until } => until,
            Wait::Stored => None,
        };
        let (token, answer) = self.shared.replies.expect();
        let event = Event {
            version: event.version,
            flow: event.flow,
            event: event.event,
            json: event.json,
            source: event.source,
            id: uuid::Uuid::now_v7().simple().to_string().into(),
            delivery: event.delivery,
            cursor: event.cursor,
            waiter: Some(Waiter { token, for_end, until }),
        };
        let shared = &self.shared;
        let gone = Forgetful { shared, token, is_answered: false };
        shared.drive(Input::Event(Box::new(event)));
        gone.answer(answer).await
    }

    /// Ends a run; what it has in flight is aborted.
    pub async fn cancel(&self, run: RunNumber) -> Answer {
        self.ask(|token| Input::Cancel(run, token)).await
    }

    /// Lets a failed run go on from where it failed.
    pub async fn retry(&self, run: RunNumber) -> Answer {
        self.ask(|token| Input::Retry(run, token)).await
    }

    /// What happens here, in numbers.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Whether changes reach the disk; else why not, in words for a person.
    pub fn health(&self) -> Result<(), String> {
        self.shared.writer.health()
    }

    /// The writer, for what housekeeping writes.
    pub fn writer(&self) -> &Writer {
        &self.shared.writer
    }

    /// Takes no more events, lets attempts under way end for so long, and writes all that has happened. What is
    /// still under way then is as after a crash.
    pub async fn stop(&self, grace: Duration) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        self.shared.attempts.quiet(grace).await;
        let shared = Arc::clone(&self.shared);
        // Nothing is left to do where the runtime ends as well.
        let _ = tokio::task::spawn_blocking(move || shared.writer.stop()).await;
    }

    /// Whether it is about to end.
    pub fn is_stopping(&self) -> bool {
        self.shared.is_stopping.load(Ordering::Relaxed)
    }

    async fn ask(&self, input: impl FnOnce(Token) -> Input) -> Answer {
        let (token, answer) = self.shared.replies.expect();
        let gone = Forgetful { shared: &self.shared, token, is_answered: false };
        self.shared.drive(input(token));
        gone.answer(answer).await
    }
}

impl Shared {
    /// Why no event can be taken in now.
    fn why_not(&self, for_end: bool) -> Option<&'static str> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return Some("the server is about to stop");
        }
        if for_end {
            return None;
        }
        if self.writer.queued() > BACKLOG {
            return Some("more events come than the disk can take");
        }
        if self.stats.in_memory() > CROWD {
            return Some("too many runs are under way");
        }
        None
    }

    /// Loads the programs of what is left from the process before. It goes on when there is a current program: a run
    /// may fail at once, and it is the current program's flows that want to know.
    fn recover(self: &Arc<Shared>, reader: &dyn Reader, start: Start) -> Result<(), OpenFailure> {
        for version in &start.versions {
            self.restore(*version, reader.artifact(*version)?);
        }
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(start);
        Ok(())
    }
}

/// Tells the engine when somebody who waits goes away.
struct Forgetful<'a> {
    shared: &'a Arc<Shared>,
    token: Token,
    is_answered: bool,
}

impl Forgetful<'_> {
    async fn answer(mut self, answer: tokio::sync::oneshot::Receiver<Answer>) -> Answer {
        let answer = answer.await;
        self.is_answered = true;
        answer.unwrap_or_else(|_| Answer::Refused("the server is about to stop".to_owned()))
    }
}

impl Drop for Forgetful<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.shared.replies.forget(self.token);
            self.shared.drive(Input::Forget(self.token));
        }
    }
}

/// Why a service does not begin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OpenFailure {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no thread.
    #[error("the system gives no thread: {0}")]
    NoThread(String),
}
