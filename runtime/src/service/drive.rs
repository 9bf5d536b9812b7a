//! From an input to all that follows from it.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, Weak, mpsc};
use std::thread;
use std::time::Duration;

use ecow::EcoString;
use jiff::Timestamp;
use uuid::Uuid;

use super::Shared;
use crate::durable::{Ambience, Answered, Ask, Batch, Effect, Input, Outbox};
use crate::store::{self, Found, Reader};

/// How long the reader waits before it asks again after the store could not be read.
const AGAIN: Duration = Duration::from_millis(200);

/// This machine's clock and dice.
struct Here;

impl Ambience for Here {
    fn now(&mut self) -> Timestamp {
        Timestamp::now()
    }

    fn uuid(&mut self) -> EcoString {
        Uuid::new_v4().to_string().into()
    }

    fn random(&mut self) -> f64 {
        // A version 4 UUID has 62 random bits at its end; a double holds 53 of them.
        let bits = Uuid::new_v4().as_u128() as u64 & ((1 << 53) - 1);
        bits as f64 / (1_u64 << 53) as f64
    }
}

impl Shared {
    /// Tells the engine of something and does what follows, up to what others do: the writer, the reader, attempts.
    pub(super) fn drive(self: &Arc<Shared>, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let out = self.handle(input);
            for turn in out.turns {
                let turned = turn.carry_out(&mut Here);
                inputs.push_back(Input::Turned(Box::new(turned)));
            }
            for effect in out.effects {
                self.effect(effect, &mut inputs);
            }
            for trouble in &out.troubles {
                self.trouble(trouble);
            }
        }
    }

    fn handle(&self, input: Input) -> Outbox {
        let mut out = Outbox::default();
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        engine.handle(now(), input, &mut out);
        for batch in out.batches.drain(..) {
            self.writer.submit(batch);
        }
        for ask in out.asks.drain(..) {
            // Without a reader the process is about to end.
            let _ = self.asks.send(ask);
        }
        self.stats.set_in_memory(engine.in_memory());
        self.clock.wake_at(engine.next());
        out
    }

    fn effect(self: &Arc<Shared>, effect: Effect, inputs: &mut VecDeque<Input>) {
        match effect {
            Effect::Act { run, ticket, version, step, urgent } => {
                self.attempts.begin(self, run, ticket, version, step, urgent);
            }
            Effect::Abort { run, ticket } => self.attempts.abort(run, ticket),
            Effect::Reply(token, answer) => self.replies.answer(token, answer),
            Effect::Deliver(run) => inputs.push_back(Input::Deliver(run)),
            Effect::Freed(key) => inputs.push_back(Input::Freed(key)),
            Effect::Rest(run, mark) => inputs.push_back(Input::Rest(run, mark)),
            Effect::GoOn(run, ticket) => self.attempts.give_way(self, run, ticket),
        }
    }

    /// Batches are on disk, or were left out.
    pub(super) fn durable(self: &Arc<Shared>, batches: Vec<(Batch, Option<Answered>)>) {
        let mut inputs = VecDeque::new();
        for (batch, answered) in batches {
            match (batch.question, answered) {
                (Some(question), Some(answered)) => {
                    self.stats.left_out(&answered);
                    inputs.push_back(Input::Answered(question, answered));
                }
                _ => {
                    self.stats.written(&batch.writes);
                    if let Some(watch) = &self.watch {
                        watch(&batch.writes);
                    }
                    for effect in batch.effects {
                        self.effect(effect, &mut inputs);
                    }
                }
            }
        }
        for input in inputs {
            self.drive(input);
        }
    }

    /// Says on stderr what somebody should look at.
    pub(super) fn trouble(&self, words: &str) {
        self.stats.trouble(words);
    }
}

/// Begins the thread that answers what the engine asks of the store.
pub(super) fn begin_reading(
    shared: Weak<Shared>,
    reader: Box<dyn Reader>,
    asked: mpsc::Receiver<Ask>,
) -> std::io::Result<()> {
    let read = move || {
        while let Ok(ask) = asked.recv() {
            let found = loop {
                match store::answer(reader.as_ref(), ask) {
                    Ok(found) => break found,
                    Err(error) => {
                        let Some(shared) = shared.upgrade() else { return };
                        shared.trouble(&error.to_string());
                    }
                }
                thread::sleep(AGAIN);
            };
            let Some(shared) = shared.upgrade() else { return };
            match found {
                Found::Run(run, stored) => shared.drive(Input::Stored(run, stored)),
                Found::Due(runs, next) => shared.drive(Input::Due(runs, next)),
                Found::Program(version, bytes) => shared.restore(version, bytes),
                Found::Versions(versions) => shared.release(versions),
            }
        }
    };
    thread::Builder::new().name("callflow-reader".to_owned()).spawn(read).map(|_| ())
}

/// The time in milliseconds since 1970.
pub(super) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
