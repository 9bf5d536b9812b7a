//! Calls with a `once` key: what was done under a key is not done again, whoever asks.
//!
//! A key belongs to one action, so that its result has the type that is expected.

use std::collections::HashMap;
use std::sync::Arc;

use callflow_artifact::bytecode::ActionId;
use callflow_artifact::types::TypeId;
use ecow::EcoString;

use super::fleet::At;
use super::run::Step;
use crate::error::{Error, ErrorKind};
use crate::pieces::ActionFailure;
use crate::value::Value;

/// The keys that are known.
#[derive(Debug, Default)]
pub(super) struct Once {
    calls: HashMap<Key, Known>,
    /// Calls that wait for another one with their key to end.
    parked: Vec<(At, Arc<Step>)>,
}

type Key = (ActionId, Vec<TypeId>, EcoString);

#[derive(Debug)]
enum Known {
    /// The step with this key of its own is at it.
    UnderWay(EcoString),
    Done(Value),
    /// Whether it had its effect is not known.
    Unknown,
}

/// What a call that is about to begin is told.
#[derive(Debug)]
pub(super) enum Claim {
    /// Go on.
    Act,
    /// Wait until the other one has ended.
    Wait,
    /// It has been done already.
    Answer(Result<Value, ActionFailure>),
}

impl Once {
    /// Asks whether an attempt may begin.
    pub(super) fn claim(&mut self, at: At, step: &Arc<Step>) -> Claim {
        let Some(key) = key(step) else { return Claim::Act };
        match self.calls.get(&key) {
            None => {
                self.calls.insert(key, Known::UnderWay(step.key.clone()));
                Claim::Act
            }
            Some(Known::UnderWay(owner)) if *owner == step.key => Claim::Act,
            Some(Known::UnderWay(_)) => {
                self.parked.push((at, Arc::clone(step)));
                Claim::Wait
            }
            Some(Known::Done(value)) => Claim::Answer(Ok(value.clone())),
            Some(Known::Unknown) => Claim::Answer(Err(unknown())),
        }
    }

    /// Takes note of how a call ended, and gives those that waited for it: they ask again.
    pub(super) fn settled(
        &mut self,
        step: &Step,
        outcome: &Result<Value, Error>,
        in_doubt: bool,
    ) -> Vec<(At, Arc<Step>)> {
        let Some(key) = key(step) else { return Vec::new() };
        match self.calls.get(&key) {
            Some(Known::UnderWay(owner)) if *owner == step.key => {}
            _ => return Vec::new(),
        }
        match outcome {
            Ok(value) => {
                self.calls.insert(key.clone(), Known::Done(value.clone()));
            }
            Err(_) if in_doubt => {
                self.calls.insert(key.clone(), Known::Unknown);
            }
            Err(_) => {
                self.calls.remove(&key);
            }
        }
        let waiting = |parked: &(At, Arc<Step>)| self::key(&parked.1).as_ref() == Some(&key);
        self.parked.extract_if(.., |parked| waiting(parked)).collect()
    }

    /// Forgets a call that waited; whether there was one.
    pub(super) fn forget(&mut self, at: At) -> bool {
        let before = self.parked.len();
        self.parked.retain(|(parked, _)| *parked != at);
        self.parked.len() < before
    }
}

fn key(step: &Step) -> Option<Key> {
    step.once.clone().map(|key| (step.action, step.types.clone(), key))
}

fn unknown() -> ActionFailure {
    let message =
        "another call with the same `once` key may have done it already, and nobody knows";
    let error = Error::new(ErrorKind::OutcomeUnknown, message);
    ActionFailure { error, certainly_without_effect: false }
}
