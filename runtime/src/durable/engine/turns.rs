//! Turns: what has come for a run goes along with it, and what came of it goes to the writer.

use std::sync::Arc;

use ecow::EcoString;

use super::slot::{Place, Slot, Unsure, is_idle};
use super::{Engine, Outbox};
use crate::durable::batch::{Answer, Batch, Effect, Write};
use crate::durable::input::Message;
use crate::durable::mutation::{self, Mutation};
use crate::durable::record::{Entry, Held, Outcome, RunNumber};
use crate::durable::show;
use crate::durable::turn::{Mail, Turn, Turned};
use crate::engine::Completion;

impl Engine {
    /// Something has come for a run that is in memory; for another one it is too late.
    pub(in crate::durable) fn post_if_here(
        &mut self,
        run: RunNumber,
        mail: Mail,
        out: &mut Outbox,
    ) {
        if let Some(slot) = self.runs.get_mut(&run) {
            slot.mailbox.push_back(mail);
            self.pump(run, out);
        }
    }

    /// Something has come for a run, wherever it is.
    pub(in crate::durable) fn post(&mut self, run: RunNumber, mail: Mail, out: &mut Outbox) {
        if !self.runs.contains_key(&run) {
            self.ask(run, out);
        }
        self.post_if_here(run, mail, out);
    }

    /// Sends a run out for a turn if it is here and something has come for it.
    pub(super) fn pump(&mut self, run: RunNumber, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let why = match &slot.place {
            Place::Gone => "the run has ended",
            Place::Stuck(why) => why,
            _ => "",
        };
        if !why.is_empty() {
            for mail in std::mem::take(&mut slot.mailbox) {
                refuse(mail, why, out);
            }
            return;
        }
        let Place::Here(held) = &slot.place else { return };
        let version = match mutation::is(Mutation::NewestProgram) {
            true => self.current.unwrap_or(held.version),
            false => held.version,
        };
        let Some(program) = self.programs.get(&version).cloned() else { return };
        if slot.unsure.as_ref().is_some_and(|unsure| unsure.is_out) {
            return;
        }
        let Some(mail) = slot.mailbox.pop_front() else { return };
        if let Some(unsure) = &mut slot.unsure {
            unsure.is_out = true;
        }
        if let Place::Here(held) = std::mem::replace(&mut slot.place, Place::Out) {
            let numbers = Arc::clone(&self.numbers);
            out.turns.push(Turn { held: *held, program, mail, numbers });
        }
    }

    pub(super) fn turned(&mut self, now: i64, turned: Turned, out: &mut Outbox) {
        let Turned { held, mut batch, claims, children, ended } = turned;
        let run = held.number;
        let Some(slot) = self.runs.get_mut(&run) else { return };
        if !batch.writes.is_empty() {
            slot.mark += 1;
        }
        let mark = slot.mark;
        match ended {
            None => {
                let is_unsure = slot.unsure.is_some();
                if is_unsure || is_idle(&held, now) && mark > slot.rested {
                    batch.effects.push(Effect::Rest(run, mark));
                }
                slot.place = Place::Here(Box::new(held));
            }
            Some(outcome) => {
                slot.place = Place::Gone;
                self.ended(run, &held, &outcome, &mut batch);
                batch.effects.push(Effect::Rest(run, mark));
                if let Some(lane) = &held.lane
                    && !mutation::is(Mutation::KeepPlace)
                {
                    self.lanes.leave(lane, run);
                }
                let lane = held.lane.clone();
                self.submit(batch, out);
                if let Some(lane) = lane {
                    self.admit(&lane, out);
                }
                batch = Batch::default();
            }
        }
        self.submit(batch, out);
        match self.runs.get_mut(&run).and_then(|slot| slot.unsure.as_mut()) {
            Some(unsure) => {
                unsure.claims = claims;
                unsure.children = children.iter().map(|child| child.number).collect();
                for child in children {
                    self.house(child, Some(Unsure { is_out: true, ..Unsure::default() }));
                }
            }
            None => {
                out.batches.extend(claims);
                for child in children {
                    self.adopt(child, out);
                }
            }
        }
        let unclaimed = self.runs.get_mut(&run).map(|slot| std::mem::take(&mut slot.unclaimed));
        for (ticket, claim, answer) in unclaimed.unwrap_or_default() {
            self.not_claimed(run, ticket, &claim, answer, true, out);
        }
        self.arm(run);
        self.pump(run, out);
        self.try_evict(now, run, out);
    }

    /// What follows from a run's end, for those who wait and for flows that want to know.
    pub(super) fn ended(
        &mut self,
        run: RunNumber,
        held: &Held,
        outcome: &Outcome,
        batch: &mut Batch,
    ) {
        let waiters = self.runs.get_mut(&run).map(|slot| std::mem::take(&mut slot.waiters));
        for waiter in waiters.unwrap_or_default() {
            self.unwait(run, waiter);
            if waiter.for_end {
                let (id, outcome) = (held.run.id.clone(), outcome.clone());
                batch.effects.push(Effect::Reply(waiter.token, Answer::Ended { id, outcome }));
            }
            if let Some(slot) = self.runs.get_mut(&run) {
                slot.leaving.push(waiter);
            }
        }
        if self.runs.get(&run).is_some_and(|slot| slot.is_late)
            && !mutation::is(Mutation::NotMarkedLate)
        {
            // What says so may still be in the mailbox.
            batch.writes.push(Write::Late(run));
        }
        let is_failure = matches!(outcome, Outcome::Failed { .. });
        if is_failure && !held.after_failure && self.has_failed_flows() {
            batch.writes.push(crate::durable::turn::send(run, &Message::Failed));
            batch.effects.push(Effect::Deliver(run));
        }
    }

    pub(super) fn has_failed_flows(&self) -> bool {
        let program = self.current.and_then(|current| self.programs.get(&current));
        let flows = program.map(|it| it.program.artifact().flows.as_slice()).unwrap_or_default();
        flows.iter().any(|flow| flow.trigger.name == "failed")
    }

    /// Gives a batch to the writer. One that writes nothing goes there too, since what it leads to may need what was
    /// written before; only a pause needs nothing.
    pub(super) fn submit(&mut self, batch: Batch, out: &mut Outbox) {
        let is_pause = |effect: &Effect| matches!(effect, Effect::GoOn(..));
        let writes = batch.question.is_some() || !batch.writes.is_empty();
        let mut batch = batch;
        if mutation::is(Mutation::ActEarly) {
            let is_act = |effect: &mut Effect| matches!(effect, Effect::Act { .. });
            out.effects.extend(batch.effects.extract_if(.., is_act));
        }
        if !writes && batch.effects.iter().all(is_pause) {
            return out.effects.extend(batch.effects);
        }
        out.batches.push(batch);
    }

    /// Begins a run that stands in a batch already.
    pub(super) fn adopt(&mut self, held: Held, out: &mut Outbox) {
        let run = held.number;
        self.house(held, None);
        self.set_going(run, out);
    }

    /// Gives a run a place in memory.
    pub(super) fn house(&mut self, held: Held, unsure: Option<Unsure>) {
        let (run, id, version) = (held.number, held.run.id.clone(), Some(held.version));
        let slot = Slot::new(Place::Here(Box::new(held)));
        self.runs.insert(run, Slot { id, version, unsure, ..slot });
    }

    /// Begins a run that is in memory, once its lane has a place for it.
    pub(super) fn set_going(&mut self, run: RunNumber, out: &mut Outbox) {
        let held = match self.runs.get(&run).map(|slot| &slot.place) {
            Some(Place::Here(held)) => held,
            _ => return,
        };
        let Some(lane) = held.lane.clone() else {
            return self.post_if_here(run, Completion::Begin.into(), out);
        };
        let program = self.programs.get(&held.version);
        let flow = program.map(|it| show::address_of(&it.program, held)).unwrap_or_default();
        let places = self.places_of(held.version, &flow);
        self.lanes.wait(&lane, places, run);
        self.admit(&lane, out);
    }

    /// Lets those begin that a lane has places for.
    pub(super) fn admit(&mut self, lane: &EcoString, out: &mut Outbox) {
        for run in self.lanes.admit(lane) {
            let mail = Mail {
                completion: Some(Completion::Begin),
                notes: vec![Entry::Begun],
                batch: Batch { writes: vec![Write::Begin(run)], ..Batch::default() },
                ..Mail::default()
            };
            self.post(run, mail, out);
        }
    }
}

/// What comes for a run that has ended or cannot go on: whoever asked is told, and nothing else happens.
pub(super) fn refuse(mail: Mail, why: &str, out: &mut Outbox) {
    for effect in mail.batch.effects {
        if let Effect::Reply(token, _) = effect {
            out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
        }
    }
}
