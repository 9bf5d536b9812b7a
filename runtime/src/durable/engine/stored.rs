//! Runs that come from the store: to go on after a wait or a crash, or because somebody asks how they ended.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::slot::{Place, Retry, Slot};
use super::turns::refuse;
use super::{Engine, Outbox};
use crate::durable::batch::{Answer, Batch, Effect, Write};
use crate::durable::input::{Ask, Message, Stored, Waiter};
use crate::durable::mutation::{self, Mutation};
use crate::durable::record::{Held, NewRun, Outcome, RunNumber, Source};
use crate::durable::turn::Mail;
use crate::durable::{recover, settings, show};

impl Engine {
    /// Asks the store what it has of a run, which gets a place in memory.
    pub(super) fn ask(&mut self, run: RunNumber, out: &mut Outbox) {
        let slot = self.runs.entry(run).or_insert_with(|| {
            self.loading += 1;
            Slot::new(Place::Loading)
        });
        slot.asked += 1;
        out.asks.push(Ask::Run(run));
    }

    pub(super) fn stored(
        &mut self,
        now: i64,
        run: RunNumber,
        stored: Option<Box<Stored>>,
        out: &mut Outbox,
    ) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.asked = slot.asked.saturating_sub(1);
        let is_old = slot.old > 0;
        slot.old = slot.old.saturating_sub(1);
        if matches!(slot.place, Place::Gone) && (is_old || slot.rested < slot.mark) {
            // It may have been read before the run's end was on disk.
            slot.is_asked_again = true;
            return self.try_evict(now, run, out);
        }
        let was_loading = matches!(slot.place, Place::Loading);
        if was_loading {
            self.loading = self.loading.saturating_sub(1);
        }
        match stored {
            None => self.not_there(run, "there is no such run", out),
            Some(stored) => {
                if slot.id.is_empty() {
                    slot.id = stored.id.clone();
                }
                self.welcome(run, out);
                match (was_loading, stored.ending.is_some()) {
                    // It was read before somebody had it go on.
                    (_, true) if self.is_going(run) => {}
                    (_, true) => self.stored_ended(now, run, *stored, out),
                    (true, false) => self.stored_suspended(run, *stored, out),
                    (false, false) => self.receive(run, stored.messages, out),
                }
                self.overdue(now, run, out);
            }
        }
        self.arm(run);
        self.pump(run, out);
        self.try_evict(now, run, out);
        self.refill(out);
    }

    /// Tells those who wait for an event's being stored whose run it is.
    pub(super) fn welcome(&mut self, run: RunNumber, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let id = slot.id.clone();
        let told: Vec<Waiter> = slot.waiters.extract_if(.., |waiter| !waiter.for_end).collect();
        for waiter in told {
            self.unwait(run, waiter);
            let answer = Answer::Accepted { id: id.clone(), known: true };
            out.effects.push(Effect::Reply(waiter.token, answer));
        }
    }

    pub(super) fn not_there(&mut self, run: RunNumber, why: &str, out: &mut Outbox) {
        let Some(slot) = self.runs.remove(&run) else { return };
        self.disarm(run, slot.armed);
        for waiter in slot.waiters {
            self.unwait(run, waiter);
            out.effects.push(Effect::Reply(waiter.token, Answer::No(why.to_owned())));
        }
        if let Some(Retry::Asked(token)) = slot.retry {
            out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
        }
        for mail in slot.mailbox {
            refuse(mail, why, out);
        }
    }

    /// A run that has not ended comes into memory.
    pub(super) fn stored_suspended(&mut self, run: RunNumber, stored: Stored, out: &mut Outbox) {
        let state = stored.state.as_deref().ok_or_else(|| "it has no state".to_owned());
        let mut held = match state.and_then(Held::read) {
            Ok(held) => held,
            Err(why) => return self.stick(run, &stored, why, out),
        };
        let Some(program) = self.programs.get(&held.version).map(Arc::clone) else {
            return self.stick(run, &stored, "its program is not loaded".to_owned(), out);
        };
        let plan = recover::after_a_crash(&program, &mut held);
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.version = Some(held.version);
        slot.place = Place::Here(Box::new(held));
        for mail in plan.mails.into_iter().rev() {
            slot.mailbox.push_front(mail);
        }
        out.batches.extend(plan.claims);
        if let Some(Retry::Asked(token)) = slot.retry.take() {
            let no = Answer::No("the run has not failed".to_owned());
            out.effects.push(Effect::Reply(token, no));
        }
        self.receive(run, stored.messages, out);
    }

    /// A run cannot go on. Where its program is what is missing, that may come.
    pub(super) fn stick(&mut self, run: RunNumber, stored: &Stored, why: String, out: &mut Outbox) {
        let is_loaded = self.programs.contains_key(&stored.version);
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.version = Some(stored.version);
        out.troubles.push(format!("run {} cannot go on: {why}", slot.id));
        let waiters = std::mem::take(&mut slot.waiters);
        if let Some(Retry::Asked(token)) = slot.retry.take() {
            out.effects.push(Effect::Reply(token, Answer::No(why.clone())));
        }
        slot.place = Place::Stuck(why.clone());
        for waiter in waiters {
            self.unwait(run, waiter);
            out.effects.push(Effect::Reply(waiter.token, Answer::No(why.clone())));
        }
        if !is_loaded {
            out.asks.push(Ask::Program(stored.version));
        }
    }

    /// Takes what was sent to a run into its mailbox, each message once.
    pub(super) fn receive(
        &mut self,
        run: RunNumber,
        messages: Vec<(i64, Vec<u8>)>,
        out: &mut Outbox,
    ) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        for (row, message) in messages {
            if row <= slot.received {
                continue;
            }
            slot.received = row;
            let batch = Batch { writes: vec![Write::Received(row)], ..Batch::default() };
            let completion = match postcard::from_bytes(&message) {
                Ok(Message::Completion(_)) if mutation::is(Mutation::LoseMessage) => None,
                Ok(Message::Completion(completion)) => Some(completion),
                Ok(Message::Failed | Message::Again(..)) => None,
                Err(error) => {
                    out.troubles.push(format!("a message to run {} is damaged: {error}", slot.id));
                    None
                }
            };
            slot.mailbox.push_back(Mail { completion, batch, ..Mail::default() });
        }
    }

    /// A run that has ended: somebody wants to know how, or wants it to go on.
    pub(super) fn stored_ended(
        &mut self,
        now: i64,
        run: RunNumber,
        stored: Stored,
        out: &mut Outbox,
    ) {
        let Some(ending) = stored.ending.clone() else { return };
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let id = slot.id.clone();
        slot.place = Place::Gone;
        let seen = slot.received;
        slot.received = stored.messages.last().map_or(seen, |(row, _)| seen.max(*row));
        let mut retry = slot.retry.take();
        for waiter in std::mem::take(&mut slot.waiters) {
            self.unwait(run, waiter);
            let (id, outcome) = (id.clone(), ending.outcome.clone());
            out.effects.push(Effect::Reply(waiter.token, Answer::Ended { id, outcome }));
        }
        let mut batch = Batch::default();
        let mut begun = Vec::new();
        let seen = if mutation::is(Mutation::MournTwice) { 0 } else { seen };
        for (row, message) in stored.messages.iter().filter(|(row, _)| *row > seen) {
            match postcard::from_bytes(message) {
                Ok(Message::Failed) => begun.extend(self.begin_failed(now, &stored, &mut batch)),
                // Stays until that has been done.
                Ok(Message::Again(parent, ticket)) => {
                    if let Some(Retry::Asked(token)) = retry {
                        let no = Answer::No("the run goes on already".to_owned());
                        out.effects.push(Effect::Reply(token, no));
                    }
                    retry = Some(Retry::For(parent, ticket, *row));
                    continue;
                }
                _ => {}
            }
            batch.writes.push(Write::Received(*row));
        }
        if let Some(slot) = self.runs.get_mut(&run)
            && !batch.writes.is_empty()
        {
            // It stays in memory until nobody can read these messages again.
            slot.mark += u64::from(!mutation::is(Mutation::MournTwice));
            batch.effects.push(Effect::Rest(run, slot.mark));
            self.submit(batch, out);
        }
        for held in begun {
            self.adopt(held, out);
        }
        if let Some(retry) = retry {
            self.go_on(now, run, stored, retry, out);
        }
    }

    /// The runs of flows that want to know of a failed one.
    pub(super) fn begin_failed(
        &mut self,
        now: i64,
        stored: &Stored,
        batch: &mut Batch,
    ) -> Vec<Held> {
        let current = self.current.and_then(|it| Some((it, Arc::clone(self.programs.get(&it)?))));
        let Some((version, program)) = current else { return Vec::new() };
        let Some(ending) = &stored.ending else { return Vec::new() };
        let Outcome::Failed { error, .. } = &ending.outcome else { return Vec::new() };
        let run = crate::trigger::failed::FailedRun {
            flow: &stored.flow,
            id: &stored.id,
            error,
            event: &stored.event,
            at: ending.at,
        };
        let events = crate::trigger::failed::failed(&program.program, &run);
        let mut begun = Vec::new();
        for (number, (flow, event, json)) in events.into_iter().enumerate() {
            let Some(declared) = program.program.artifact().flows.get(flow.0 as usize) else {
                continue;
            };
            let lane = settings::lane(&program.program, declared, &event).ok().flatten();
            let new = NewRun {
                number: RunNumber(self.numbers.fetch_add(1, Ordering::Relaxed)),
                id: show::failed_id(&stored.id, stored.entries, number),
                version,
                flow: declared.address.clone(),
                source: Source { kind: "failed".into(), name: stored.id.clone() },
                at: now,
                event: json,
                parent: None,
                queued: lane.is_some(),
                lane,
            };
            let held = Held::begin(&program.program, &new, flow, event);
            let held = Held { after_failure: true, ..held };
            batch.writes.push(Write::Create(Box::new(new)));
            batch.writes.push(held.suspend());
            begun.push(held);
        }
        begun
    }
}
