//! What becomes of what was in flight: after a process ended, and when a failed run goes on.
//!
//! | effect of the action | after a crash |
//! | --- | --- |
//! | `read`, `idempotent` | tried again, with the same key |
//! | `write`, `once` | not tried again: the flow gets `outcome_unknown` |
//! | any, under a `once` key that was not taken yet | tried: the attempt had certainly not begun |
//!
//! When somebody has a failed run go on, all that was in flight is tried again, for that is what was asked for.

use std::sync::Arc;

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::piece::EffectClass;
use ecow::EcoString;

use super::batch::{Batch, Effect};
use super::input::{Program, Stored};
use super::mutation::{self, Mutation};
use super::record::{Entry, Held, NewRun, RunNumber, Source};
use super::turn::{Mail, claim_of, claiming};
use super::{settings, show};
use crate::engine::memory::Options;
use crate::engine::{Completion, Doing, Status, Ticket};
use crate::error::{Error, ErrorKind};
use crate::pieces::ActionFailure;
use crate::value::decode;

/// What a run that has come into memory goes on with.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) mails: Vec<Mail>,
    /// Batches that take `once` keys and then act.
    pub(super) claims: Vec<Batch>,
}

/// Whether a step that may have had its effect is tried again.
pub(super) fn may_repeat(class: EffectClass) -> bool {
    matches!(class, EffectClass::Read | EffectClass::Idempotent)
        || mutation::is(Mutation::RepeatWrite) && class == EffectClass::Write
}

/// What a step fails with that was in flight when a process ended.
pub(super) fn unknown() -> ActionFailure {
    let message = "the process ended while the request was under way, and nobody knows whether it had its effect";
    let error = Error::new(ErrorKind::OutcomeUnknown, message);
    ActionFailure { error, certainly_without_effect: false }
}

/// For a run that was read from the store and has not ended. A run leaves the memory only when nothing is in flight;
/// so what is in flight in a state that was read was so when a process ended.
pub(super) fn after_a_crash(program: &Program, held: &mut Held) -> Plan {
    let mut plan = Plan::default();
    if held.run.status == Status::New && held.lane.is_none() {
        plan.mails.push(Completion::Begin.into());
    }
    let in_flight: Vec<Doing> =
        held.run.branches.values().map(|branch| branch.doing.clone()).collect();
    plan.mails.extend(again(held));
    let done = held.then.as_ref().and_then(Completion::ticket);
    for doing in in_flight {
        match doing {
            Doing::Acting { ticket, .. } if done == Some(ticket) => {}
            Doing::Acting { ticket, call } => {
                let step = Arc::clone(&call.step);
                let class = show::effect_class(&program.program, step.action);
                let claim = claim_of(&program.program, &step);
                let action = show::action_name(&program.program, step.action);
                let number = step.id;
                let act = act(held, ticket, step);
                if let Some(claim) = claim {
                    plan.claims.push(claiming(held.number, ticket, claim, act, held.urgent));
                    continue;
                }
                let again = may_repeat(class);
                let mut mail = Mail {
                    notes: vec![Entry::Resumed { step: number, action, again }],
                    ..Mail::default()
                };
                match again {
                    true => mail.batch.effects.push(act),
                    false => mail.completion = Some(Completion::Acted(ticket, Err(unknown()))),
                }
                plan.mails.push(mail);
            }
            Doing::Yielding(ticket) => plan.mails.push(Completion::Fired(ticket).into()),
            _ => {}
        }
    }
    plan
}

/// For a failed run that goes on.
pub(super) fn on_retry(program: &Program, held: &mut Held, now: i64) -> Plan {
    let mut plan = Plan::default();
    if held.run.status == Status::New {
        plan.mails.push(Completion::Begin.into());
    }
    held.run.budget = Options::BUDGET;
    held.started.clear();
    let mut timers: Vec<(Ticket, i64)> = Vec::new();
    if let Some(timeout) = held.run.timeout {
        let flow = program.program.artifact().flows.get(held.run.flow as usize);
        let millis = flow.and_then(|flow| flow.settings.timeout).unwrap_or_default();
        timers.push((timeout, millis));
    }
    let done = held.then.as_ref().and_then(Completion::ticket);
    let mut acting = Vec::new();
    let run = &mut held.run;
    for (id, branch) in &mut run.branches {
        match &mut branch.doing {
            Doing::Acting { ticket, .. } if done == Some(*ticket) => {}
            Doing::Acting { ticket, call } => {
                Arc::make_mut(&mut call.step).attempt = 1;
                // A new ticket, so that a late answer to the attempt before is none to this one.
                run.asked.remove(ticket);
                run.ticket.0 += 1;
                *ticket = run.ticket;
                run.asked.insert(*ticket, *id);
                timers.extend(call.deadline.map(|deadline| (deadline.ticket, deadline.millis)));
                acting.push((*ticket, Arc::clone(&call.step)));
            }
            Doing::Yielding(ticket) => plan.mails.push(Completion::Fired(*ticket).into()),
            _ => {}
        }
    }
    plan.mails.extend(again(held));
    held.timers.extend(timers.into_iter().map(|(ticket, millis)| (ticket, now + millis)));
    for (ticket, step) in acting {
        held.started.insert(step.id, now);
        let claim = claim_of(&program.program, &step);
        let act = act(held, ticket, step);
        match claim {
            Some(claim) => {
                plan.claims.push(claiming(held.number, ticket, claim, act, held.urgent));
            }
            None => {
                let batch = Batch { effects: vec![act], ..Batch::default() };
                plan.mails.push(Mail { batch, ..Mail::default() });
            }
        }
    }
    plan
}

/// A step that had succeeded when the run failed: it is not done again.
fn again(held: &Held) -> Option<Mail> {
    let completion = held.then.clone()?;
    Some(Mail { completion: Some(completion), is_again: true, ..Mail::default() })
}

/// A failed run as it was before it failed: at its last step, or at its beginning.
pub(super) fn failed_run(
    program: &Program,
    run: RunNumber,
    stored: &Stored,
    follower: Option<(RunNumber, Ticket)>,
) -> Result<Held, String> {
    // What the first try has left in the journal stays there.
    let next_entry = stored.entries + 1;
    if let Some(state) = &stored.state {
        let mut held = Held { next_entry, ..Held::read(state)? };
        // The runs that it began after this state, each of which stands in the journal, are there: others get new ids.
        let begun = u32::try_from(stored.entries).unwrap_or(u32::MAX);
        held.run.launches = held.run.launches.max(begun);
        return Ok(held);
    }
    let flows = &program.program.artifact().flows;
    let index = flows.iter().position(|flow| flow.address == stored.flow);
    let Some((index, flow)) = index.and_then(|index| Some((index, flows.get(index)?))) else {
        return Err(format!("its program has no flow `{}`", stored.flow));
    };
    let json: serde_json::Value = serde_json::from_str(&stored.event)
        .map_err(|error| format!("its event is not kept as JSON: {error}"))?;
    let event = decode(program.program.types(), flow.trigger.event, &json)
        .map_err(|mismatch| format!("its event does not fit its flow: {mismatch}"))?;
    let lane = settings::lane(&program.program, flow, &event).ok().flatten();
    let new = NewRun {
        number: run,
        id: stored.id.clone(),
        version: stored.version,
        flow: EcoString::new(),
        source: Source::default(),
        at: 0,
        event: String::new(),
        parent: None,
        lane,
        queued: false,
    };
    let mut held = Held::begin(&program.program, &new, FlowId(index as u32), event);
    held.run.launches = u32::try_from(stored.entries).unwrap_or(u32::MAX);
    Ok(Held { follower, next_entry, ..held })
}

fn act(held: &Held, ticket: Ticket, step: Arc<crate::engine::Step>) -> Effect {
    let Held { number: run, version, urgent, .. } = *held;
    Effect::Act { run, ticket, version, step, urgent }
}
