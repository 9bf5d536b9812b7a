//! Where a test's runs play: a clock that stands still, services that are stand-ins, and a list of all that
//! happened.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::piece::EffectClass;
use ecow::{EcoString, eco_format};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::show::{action_name, call_shown};
use super::stand_in::{StandIns, failure};
use super::{BEGIN, Finding, Place};
use crate::connect::Environment;
use crate::engine::fleet::{At, World};
use crate::engine::{Ambient, Step, StepId};
use crate::error::{Error, ErrorKind};
use crate::execute::Program;
use crate::pieces::ActionFailure;
use crate::value::Value;

type Outcome = Result<Value, ActionFailure>;

/// Where a test's runs play.
pub(super) struct Scene<'a> {
    pub(super) program: &'a Program,
    environment: &'a Environment,
    pub(super) now: Timestamp,
    pub(super) stand_ins: StandIns,
    /// Answers that the runs have not been told of.
    pub(super) answers: VecDeque<(At, Outcome)>,
    /// Attempts that take their time, by the time at which they end.
    pub(super) late: BTreeMap<(Timestamp, u64), Late>,
    /// The calls of all runs, in order, and whose each is.
    pub(super) calls: Vec<(usize, Arc<Step>)>,
    known: HashSet<(usize, StepId)>,
    /// All runs that began: the flow and the event.
    pub(super) runs: Vec<(FlowId, Value)>,
    /// The lines of all runs.
    pub(super) lines: Vec<(usize, EcoString)>,
    /// Calls that nothing stands in for.
    pub(super) missing: Vec<Finding>,
    /// How many ids, random numbers and late answers there were.
    count: u64,
    seed: EcoString,
}

/// An attempt under way.
pub(super) struct Late {
    pub(super) at: At,
    pub(super) step: Arc<Step>,
    pub(super) outcome: Outcome,
}

impl<'a> Scene<'a> {
    /// Nothing has happened; `seed` decides what is random.
    pub(super) fn new(
        program: &'a Program,
        environment: &'a Environment,
        seed: EcoString,
    ) -> Scene<'a> {
        Scene {
            program,
            environment,
            now: BEGIN.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            stand_ins: StandIns::default(),
            answers: VecDeque::new(),
            late: BTreeMap::new(),
            calls: Vec::new(),
            known: HashSet::new(),
            runs: Vec::new(),
            lines: Vec::new(),
            missing: Vec::new(),
            count: 0,
            seed,
        }
    }

    /// When the next answer comes that takes its time.
    pub(super) fn next_answer(&self) -> Option<Timestamp> {
        self.late.first_key_value().map(|((due, _), _)| *due)
    }

    /// Moves the clock on, never back.
    pub(super) fn move_on_to(&mut self, time: Timestamp) {
        self.now = self.now.max(time);
    }

    /// What an action may have done when nobody knows how it ended.
    pub(super) fn effect(&self, step: &Step) -> EffectClass {
        let action = self.program.artifact().actions.get(step.action.0 as usize);
        action.map_or(EffectClass::Once, |action| action.effect)
    }

    fn counted(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn nothing_stands_in(&mut self, step: &Step) -> ActionFailure {
        let artifact = self.program.artifact();
        let name = action_name(artifact, step.action);
        let at = Place { function: step.function, origin: step.origin };
        let message = format!("The test gives no answer for `{name}`");
        if self.missing.iter().all(|finding| finding.at != at) {
            let mut finding = Finding::new(at, &message, "it is called here");
            finding.notes.push(format!("The call: {}", call_shown(self.program, step)));
            finding.notes.push(format!(
                "Nothing is really called in a test; write `given {name} returns …` before the `run`"
            ));
            self.missing.push(finding);
        }
        failure(artifact, step.action, Error::new(ErrorKind::Failed, message))
    }
}

impl World for Scene<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn attempt(&mut self, at: At, step: Arc<Step>) {
        // However often it is tried, it is one call.
        if self.known.insert((at.run, step.id)) {
            self.calls.push((at.run, Arc::clone(&step)));
        }
        match self.stand_ins.answer(&step) {
            Some(reply) if reply.after > 0 => {
                let span = SignedDuration::from_millis(reply.after);
                let due = self.now.saturating_add(span).unwrap_or(Timestamp::MAX);
                let number = self.counted();
                self.late.insert((due, number), Late { at, step, outcome: reply.outcome });
            }
            Some(reply) => self.answers.push_back((at, reply.outcome)),
            None => {
                let failure = self.nothing_stands_in(&step);
                self.answers.push_back((at, Err(failure)));
            }
        }
    }

    fn abort(&mut self, at: At) {
        self.late.retain(|_, late| late.at != at);
        self.answers.retain(|(answered, _)| *answered != at);
    }

    fn answer(&mut self, what: Ambient) -> Result<Value, Error> {
        Ok(match what {
            Ambient::Now => Value::Time(self.now),
            Ambient::Today => Value::Date(self.now.to_zoned(self.program.zone().clone()).date()),
            Ambient::Uuid => {
                Value::Text(eco_format!("00000000-0000-4000-8000-{:012x}", self.counted()))
            }
            Ambient::Random => {
                let count = self.counted().to_be_bytes();
                let digest = Sha256::new().chain_update(&*self.seed).chain_update(count).finalize();
                let bits =
                    digest.iter().take(6).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
                Value::Float(bits as f64 / (1_u64 << 48) as f64)
            }
            Ambient::Environment(name) => Value::Text(self.environment.get(&name)?),
        })
    }

    fn begun(&mut self, _run: usize, flow: FlowId, event: &Value) {
        self.runs.push((flow, event.clone()));
    }

    fn logged(&mut self, run: usize, _level: &str, message: &str) {
        self.lines.push((run, message.into()));
    }
}
