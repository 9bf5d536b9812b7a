//! Steps that act under a `once` key and may not, because another one has it.

use callflow_artifact::piece::EffectClass;

use super::slot::Place;
use super::{Engine, Outbox};
use crate::durable::batch::{Answered, Batch, Effect};
use crate::durable::mutation::{self, Mutation};
use crate::durable::record::{Claim, RunNumber};
use crate::durable::turn::claiming;
use crate::durable::{recover, show};
use crate::engine::{Completion, Doing, Step, Ticket};
use crate::error::{Error, ErrorKind};
use crate::pieces::ActionFailure;
use crate::value::{Value, decode};

/// A step that waits for another one with its key to end.
#[derive(Debug)]
pub(super) struct Parked {
    run: RunNumber,
    ticket: Ticket,
    claim: Claim,
    act: Effect,
    urgent: bool,
}

impl Engine {
    /// The store has not given a step its key. Where that was said a while ago, who has the key may have freed it.
    pub(super) fn not_claimed(
        &mut self,
        run: RunNumber,
        ticket: Ticket,
        claim: &Claim,
        answer: Answered,
        a_while_ago: bool,
        out: &mut Outbox,
    ) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        if matches!(slot.place, Place::Out) {
            return slot.unclaimed.push((ticket, claim.clone(), answer));
        }
        let Some((act, class, step)) = self.step_of(run, ticket) else { return };
        let outcome = match answer {
            Answered::Done(json) => self.again(run, &step, &json),
            // A process ended while this step was under way.
            Answered::UnderWay(owner) if owner == claim.owner => match recover::may_repeat(class) {
                true => return out.effects.push(act),
                false => Err(recover::unknown()),
            },
            Answered::UnderWay(_) => {
                let urgent = matches!(&act, Effect::Act { urgent: true, .. });
                if a_while_ago {
                    return out.batches.push(claiming(run, ticket, claim.clone(), act, urgent));
                }
                let parked = Parked { run, ticket, claim: claim.clone(), act, urgent };
                if mutation::is(Mutation::ForgetParked) {
                    return;
                }
                return self.parked.entry(claim.key.clone()).or_default().push(parked);
            }
            _ => Err(unknown()),
        };
        self.post_if_here(run, Completion::Acted(ticket, outcome).into(), out);
    }

    /// A step has ended that had a key: those that wait for it ask again.
    pub(super) fn unpark(&mut self, key: &str, out: &mut Outbox) {
        for parked in self.parked.remove(key).unwrap_or_default() {
            let Parked { run, ticket, claim, act, urgent } = parked;
            let batch: Batch = claiming(run, ticket, claim, act, urgent);
            out.batches.push(batch);
        }
    }

    /// The attempt that a run, which is here, waits for with a ticket. None where it does not wait any more.
    fn step_of(&self, run: RunNumber, ticket: Ticket) -> Option<(Effect, EffectClass, Step)> {
        let Place::Here(held) = &self.runs.get(&run)?.place else { return None };
        let step = held.run.branches.values().find_map(|branch| match &branch.doing {
            Doing::Acting { ticket: at, call } if *at == ticket => Some(&call.step),
            _ => None,
        })?;
        let program = self.program(held.version)?;
        let class = show::effect_class(&program.program, step.action);
        let (version, urgent) = (held.version, held.urgent);
        let act = Effect::Act { run, ticket, version, step: step.clone(), urgent };
        Some((act, class, Step::clone(step)))
    }

    /// The result that another step had, read as this one's.
    fn again(&self, run: RunNumber, step: &Step, json: &str) -> Result<Value, ActionFailure> {
        let held = match self.runs.get(&run).map(|slot| &slot.place) {
            Some(Place::Here(held)) => held,
            _ => return Err(unknown()),
        };
        let Some(program) = self.program(held.version) else { return Err(unknown()) };
        let ty = show::result_type(&program.program, step);
        let json: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
        decode(program.program.types(), ty, &json).map_err(|mismatch| {
            let message =
                format!("what was done under this `once` key gave something else: {mismatch}");
            ActionFailure {
                error: Error::new(ErrorKind::Invalid, message),
                certainly_without_effect: true,
            }
        })
    }
}

fn unknown() -> ActionFailure {
    let message =
        "another call with the same `once` key may have done it already, and nobody knows";
    let error = Error::new(ErrorKind::OutcomeUnknown, message);
    ActionFailure { error, certainly_without_effect: false }
}
