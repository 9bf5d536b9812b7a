//! A process: the engine, and what stands around it as in the real shell, only that everything takes its time.

use std::collections::VecDeque;

use callflow_runtime::durable::{
    Answered, Ask, Batch, Effect, Engine, Input, Outbox, Turn, Turned,
};

/// A process. All of it is gone after a crash.
pub(crate) struct Process {
    /// Which, from 1.
    pub(crate) epoch: u32,
    pub(crate) engine: Engine,
    /// What waits for the writer, and what goes before it.
    pub(crate) background: VecDeque<Batch>,
    pub(crate) urgent: VecDeque<Batch>,
    /// The transaction under way.
    pub(crate) writing: Vec<Batch>,
    /// What the writer still does of the last transaction, before it begins the next one.
    pub(crate) written: VecDeque<Consequence>,
    /// Effects that wait for no transaction, by who carries them out.
    pub(crate) at_once: Vec<VecDeque<Effect>>,
    pub(crate) turns: Vec<Turn>,
    pub(crate) turned: Vec<Turned>,
    pub(crate) asks: VecDeque<Ask>,
    /// What was read, in its order.
    pub(crate) found: VecDeque<Input>,
    /// What comes in any order.
    pub(crate) inputs: Vec<Input>,
}

/// What follows from a transaction.
#[derive(Debug)]
pub(crate) enum Consequence {
    Effect(Effect),
    Tell(Input),
}

impl Process {
    /// One that knows nothing yet.
    pub(crate) fn new(epoch: u32) -> Process {
        Process {
            epoch,
            engine: Engine::new(),
            background: VecDeque::new(),
            urgent: VecDeque::new(),
            writing: Vec::new(),
            written: VecDeque::new(),
            at_once: Vec::new(),
            turns: Vec::new(),
            turned: Vec::new(),
            asks: VecDeque::new(),
            found: VecDeque::new(),
            inputs: Vec::new(),
        }
    }

    /// Tells the engine something, and gives what somebody should look at.
    pub(crate) fn tell(&mut self, now: i64, input: Input) -> Vec<String> {
        let mut out = Outbox::default();
        self.engine.handle(now, input, &mut out);
        let Outbox { turns, batches, asks, effects, troubles } = out;
        self.turns.extend(turns);
        self.asks.extend(asks);
        for batch in batches {
            match batch.urgent {
                true => self.urgent.push_back(batch),
                false => self.background.push_back(batch),
            }
        }
        if !effects.is_empty() {
            self.at_once.push(effects.into());
        }
        troubles
    }

    /// Whether a transaction can begin.
    pub(crate) fn can_write(&self) -> bool {
        let waits = !self.urgent.is_empty() || !self.background.is_empty();
        waits && self.writing.is_empty() && self.written.is_empty()
    }

    /// Begins a transaction of so many batches at most.
    pub(crate) fn begin_writing(&mut self, most: usize) {
        let urgent = self.urgent.len().min(most);
        let background = self.background.len().min(most - urgent);
        self.writing.extend(self.urgent.drain(..urgent));
        self.writing.extend(self.background.drain(..background));
    }

    /// A transaction is durable.
    pub(crate) fn was_written(&mut self, batches: Vec<Batch>, answers: Vec<Option<Answered>>) {
        let mut inputs = Vec::new();
        for (batch, answered) in batches.into_iter().zip(answers) {
            match (batch.question, answered) {
                (Some(question), Some(answered)) => {
                    inputs.push(Consequence::Tell(Input::Answered(question, answered)));
                }
                _ => {
                    for effect in batch.effects {
                        match to_engine(effect) {
                            Ok(input) => inputs.push(Consequence::Tell(input)),
                            Err(effect) => self.written.push_back(Consequence::Effect(effect)),
                        }
                    }
                }
            }
        }
        self.written.extend(inputs);
    }

    /// The disk takes nothing: events are refused, and the rest is tried again.
    pub(crate) fn was_not_written(&mut self, words: &str) {
        let mut refused: Vec<Batch> =
            self.writing.extract_if(.., |it| it.may_be_refused()).collect();
        for lane in [&mut self.urgent, &mut self.background] {
            let (out, stay): (Vec<Batch>, Vec<Batch>) =
                std::mem::take(lane).into_iter().partition(Batch::may_be_refused);
            refused.extend(out);
            *lane = stay.into();
        }
        let answers = vec![Some(Answered::Refused(words.to_owned())); refused.len()];
        self.was_written(refused, answers);
    }

    /// Whether nothing is to be done before something happens outside.
    pub(crate) fn is_idle(&self) -> bool {
        self.background.is_empty()
            && self.urgent.is_empty()
            && self.writing.is_empty()
            && self.written.is_empty()
            && self.at_once.is_empty()
            && self.turns.is_empty()
            && self.turned.is_empty()
            && self.asks.is_empty()
            && self.found.is_empty()
            && self.inputs.is_empty()
    }
}

/// What an effect tells the engine, if that is all it does.
#[expect(clippy::result_large_err, reason = "what is no message is done with at once")]
pub(crate) fn to_engine(effect: Effect) -> Result<Input, Effect> {
    match effect {
        Effect::Deliver(run) => Ok(Input::Deliver(run)),
        Effect::Freed(key) => Ok(Input::Freed(key)),
        Effect::Rest(run, mark) => Ok(Input::Rest(run, mark)),
        other => Err(other),
    }
}
