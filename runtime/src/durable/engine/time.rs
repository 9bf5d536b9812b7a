//! Time: timers, answers that are due, and runs that may leave the memory.

use super::slot::{Place, Slot, is_idle};
use super::{Engine, Outbox};
use crate::durable::batch::{Answer, Batch, Effect, Token, Write};
use crate::durable::input::Ask;
use crate::durable::mutation::{self, Mutation};
use crate::durable::record::{Entry, RunNumber};
use crate::durable::settings;
use crate::durable::turn::Mail;
use crate::engine::{Completion, Ticket};

/// How many runs are read from the store at a time.
const LOADS: usize = 256;

/// How soon the store is asked again which runs are due, where all of them were on their way, in milliseconds.
const AGAIN: i64 = 20;

impl Engine {
    pub(super) fn tick(&mut self, now: i64, out: &mut Outbox) {
        let now = if mutation::is(Mutation::FireEarly) { now + 60_000 } else { now };
        while let Some(&(due, run)) = self.timers.first()
            && due <= now
        {
            self.timers.pop_first();
            let Some(slot) = self.runs.get_mut(&run) else { continue };
            slot.armed = None;
            let Place::Here(held) = &slot.place else { continue };
            let mut fired: Vec<(i64, Ticket)> = held
                .timers
                .iter()
                .filter(|(_, due)| **due <= now)
                .map(|(ticket, due)| (*due, *ticket))
                .collect();
            fired.sort_unstable();
            let mails = fired.into_iter().map(|(_, ticket)| Completion::Fired(ticket).into());
            slot.mailbox.extend(mails);
            self.pump(run, out);
        }
        while let Some(&(due, run, token)) = self.deadlines.first()
            && due <= now
        {
            self.deadlines.pop_first();
            if mutation::is(Mutation::MissDeadline) {
                continue;
            }
            self.late(run, token, out);
            self.try_evict(now, run, out);
        }
        if !self.is_asking && self.sleeping.is_some_and(|due| due <= now) {
            self.is_asking = true;
            // From now on it is of those only that fall asleep before the answer comes, which may not know of them.
            self.sleeping = None;
            // As many more as are on their way, so that some are new.
            out.asks.push(Ask::Due { by: now, limit: LOADS + self.runs.len() });
        }
    }

    pub(super) fn due(
        &mut self,
        now: i64,
        runs: Vec<RunNumber>,
        next: Option<i64>,
        out: &mut Outbox,
    ) {
        self.is_asking = false;
        self.sleeping = [self.sleeping, next].into_iter().flatten().min();
        let mut is_new = false;
        let any = !runs.is_empty();
        for run in runs {
            if !self.runs.contains_key(&run) {
                is_new = true;
                self.ask(run, out);
            }
        }
        if any && !is_new {
            self.sleeping = Some(now + AGAIN);
        }
    }

    /// Who waits is answered with what the flow gives instead, and the run goes on.
    pub(super) fn late(&mut self, run: RunNumber, token: Token, out: &mut Outbox) {
        // Nobody is told of an event that the store may not take in, or of a run that is not known yet; see `overdue`.
        let is_known = |slot: &Slot| slot.unsure.is_none() && !slot.id.is_empty();
        if !self.runs.get(&run).is_some_and(is_known) || self.take_waiter(run, token).is_none() {
            return;
        }
        let fallback = self.fallback(run);
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.is_late = true;
        let answer = Answer::Late { id: slot.id.clone(), fallback };
        out.effects.push(Effect::Reply(token, answer));
        let is_gone = matches!(slot.place, Place::Gone);
        let is_marked = !mutation::is(Mutation::NotMarkedLate);
        let writes = is_marked.then_some(Write::Late(run)).into_iter().collect();
        let batch = Batch { writes, ..Batch::default() };
        if is_gone {
            return self.submit(batch, out);
        }
        let mail = Mail { notes: vec![Entry::Late], batch, ..Mail::default() };
        self.post_if_here(run, mail, out);
    }

    /// Answers those whose time was over before the run was known.
    pub(super) fn overdue(&mut self, now: i64, run: RunNumber, out: &mut Outbox) {
        let waiters = self.runs.get(&run).map(|slot| slot.waiters.clone()).unwrap_or_default();
        for waiter in waiters {
            match waiter.until {
                Some(until) if until <= now => self.late(run, waiter.token, out),
                // The clock may have gone back since its time was over.
                Some(until) => drop(self.deadlines.insert((until, run, waiter.token))),
                None => {}
            }
        }
    }

    pub(super) fn fallback(&self, run: RunNumber) -> Option<String> {
        let (version, flow, event) = self.runs.get(&run)?.event.as_ref()?;
        let program = &self.programs.get(version)?.program;
        let flow = program.artifact().flows.get(flow.0 as usize)?;
        settings::fallback(program, flow, event).ok().flatten()
    }

    /// Puts a run that is here, and that nothing has come for, among the timers.
    pub(super) fn arm(&mut self, run: RunNumber) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let due = match &slot.place {
            Place::Here(held) if slot.mailbox.is_empty() => held.due(),
            _ => None,
        };
        let before = std::mem::replace(&mut slot.armed, due);
        if before == due {
            return;
        }
        if let Some(before) = before {
            self.timers.remove(&(before, run));
        }
        if let Some(due) = due {
            self.timers.insert((due, run));
        }
    }

    pub(super) fn disarm(&mut self, run: RunNumber, armed: Option<i64>) {
        if let Some(due) = armed {
            self.timers.remove(&(due, run));
        }
    }

    /// Takes a run out of memory if all of it is on disk and nothing is about to happen.
    pub(super) fn try_evict(&mut self, now: i64, run: RunNumber, out: &mut Outbox) {
        let Some(slot) = self.runs.get_mut(&run) else { return };
        let is_saved = slot.rested >= slot.mark || mutation::is(Mutation::EvictUnsaved);
        let has_mail = !slot.mailbox.is_empty() && !mutation::is(Mutation::EvictWithMail);
        if !is_saved || slot.asked > 0 || has_mail {
            return;
        }
        match &slot.place {
            Place::Gone if std::mem::take(&mut slot.is_asked_again) => self.ask(run, out),
            Place::Gone if slot.waiters.is_empty() && slot.retry.is_none() => {
                self.runs.remove(&run);
            }
            // Somebody came after its end, which is on disk now.
            Place::Gone => self.ask(run, out),
            Place::Here(held)
                if slot.waiters.iter().all(|it| !it.for_end) && is_idle(held, now) =>
            {
                let due = held.due();
                let armed = slot.armed;
                for waiter in slot.waiters.clone() {
                    self.unwait(run, waiter);
                }
                self.disarm(run, armed);
                self.runs.remove(&run);
                self.sleeping = [self.sleeping, due].into_iter().flatten().min();
            }
            _ => {}
        }
    }

    /// Looks after runs that were in flight when the process began, a few at a time.
    pub(super) fn refill(&mut self, out: &mut Outbox) {
        while self.loading < LOADS
            && let Some(run) = self.backlog.pop_front()
        {
            if !self.runs.contains_key(&run) {
                self.ask(run, out);
            }
        }
    }
}
