//! Events: taken in once, each as one run, and who waits for them.

use std::sync::atomic::Ordering;

use super::slot::{Place, Slot, Unsure};
use super::turns::refuse;
use super::{Engine, Outbox};
use crate::durable::batch::{Answer, Answered, Batch, Effect, Question, Token, Write};
use crate::durable::input::{Event, Waiter};
use crate::durable::mutation::{self, Mutation};
use crate::durable::record::{Held, NewRun, RunNumber};
use crate::durable::settings;
use crate::durable::turn::Mail;
use crate::engine::Completion;

/// For how long a delivery is remembered, in milliseconds: thirty days. No platform sends one again after that.
const DELIVERY_WINDOW: i64 = 30 * 24 * 3600 * 1000;

impl Engine {
    pub(super) fn event(&mut self, now: i64, event: Event, out: &mut Outbox) {
        let mut reply = |answer| {
            if let Some(waiter) = event.waiter {
                out.effects.push(Effect::Reply(waiter.token, answer));
            }
        };
        let Some(program) = self.programs.get(&event.version).cloned() else {
            return reply(Answer::Refused("the program is not loaded".to_owned()));
        };
        let Some(flow) = program.program.artifact().flows.get(event.flow.0 as usize) else {
            return reply(Answer::No("the program has no such flow".to_owned()));
        };
        let keys = settings::lane(&program.program, flow, &event.event)
            .and_then(|lane| Ok((lane, settings::dedupe(&program.program, flow, &event.event)?)));
        let (lane, dedupe) = match keys {
            Ok(keys) => keys,
            Err(error) => return reply(Answer::Unfit(error)),
        };
        let number = RunNumber(self.numbers.fetch_add(1, Ordering::Relaxed));
        let places = flow.settings.concurrency.map_or(usize::MAX, |it| it as usize);
        let queued = lane.as_ref().is_some_and(|lane| !self.lanes.enter(lane, places, number));
        let (key, until) = match (dedupe, event.delivery) {
            (Some((key, window)), _) => (Some(key), window.map(|it| now.saturating_add(it))),
            (None, Some(delivery)) => {
                // Apart from what the flow itself says with `dedupe`, which follows a line break.
                let key = ecow::eco_format!("{}\0{delivery}", flow.address);
                (Some(key), Some(now.saturating_add(DELIVERY_WINDOW)))
            }
            (None, None) => (None, None),
        };
        let key = key.filter(|_| !mutation::is(Mutation::IgnoreKeys));
        let new = NewRun {
            number,
            id: event.id,
            version: event.version,
            flow: flow.address.clone(),
            source: event.source,
            at: now,
            event: event.json,
            parent: None,
            lane,
            queued,
        };
        let urgent = event.waiter.is_some_and(|waiter| waiter.for_end);
        let held = Held::begin(&program.program, &new, event.flow, event.event.clone());
        let mut slot = Slot::new(Place::Here(Box::new(Held { urgent, ..held })));
        slot.id = new.id.clone();
        slot.unsure = (!mutation::is(Mutation::FollowEarly)).then(Unsure::default);
        slot.lane = new.lane.clone();
        slot.version = Some(new.version);
        let mut effects = Vec::new();
        if let Some(waiter) = event.waiter {
            slot.waiters.push(waiter);
            self.waiting.insert(waiter.token, number);
            if let Some(until) = waiter.until {
                self.deadlines.insert((until, number, waiter.token));
            }
            match waiter.for_end {
                true => slot.event = Some((event.version, event.flow, event.event)),
                false => {
                    let answer = Answer::Accepted { id: new.id.clone(), known: false };
                    let is_early = mutation::is(Mutation::AcknowledgeEarly);
                    let effects = if is_early { &mut out.effects } else { &mut effects };
                    effects.push(Effect::Reply(waiter.token, answer));
                }
            }
        }
        let cursor = event.cursor.map(|(name, value)| Write::Cursor { name, value });
        let cursor = match cursor {
            Some(cursor) if mutation::is(Mutation::CursorApart) => {
                out.batches.push(Batch { writes: vec![cursor], ..Batch::default() });
                None
            }
            cursor => cursor,
        };
        let create = Write::Create(Box::new(new));
        let batch = Batch {
            question: Some(Question::New { run: number, key, at: now, until }),
            writes: [create].into_iter().chain(cursor).collect(),
            effects,
            urgent,
        };
        let completion = (!queued).then_some(Completion::Begin);
        slot.mailbox.push_back(Mail { completion, batch, is_new: true, ..Mail::default() });
        self.runs.insert(number, slot);
        self.pump(number, out);
    }

    /// The store has taken an event in: what its run led to follows.
    pub(super) fn taken_in(&mut self, now: i64, run: RunNumber, out: &mut Outbox) {
        let unsure = self.runs.get_mut(&run).and_then(|slot| slot.unsure.take());
        let Some(Unsure { claims, children, .. }) = unsure else { return };
        out.batches.extend(claims);
        for child in children {
            if let Some(slot) = self.runs.get_mut(&child) {
                slot.unsure = None;
            }
            self.set_going(child, out);
        }
        self.overdue(now, run, out);
        self.arm(run);
        self.pump(run, out);
    }

    /// The store has not taken an event in.
    pub(super) fn not_taken_in(&mut self, run: RunNumber, answer: Answered, out: &mut Outbox) {
        let Some(slot) = self.runs.remove(&run) else { return };
        self.disarm(run, slot.armed);
        if let Some(lane) = &slot.lane {
            self.lanes.leave(lane, run);
            self.admit(lane, out);
        }
        for child in slot.unsure.map(|unsure| unsure.children).unwrap_or_default() {
            self.runs.remove(&child);
        }
        for mail in slot.mailbox {
            refuse(mail, "there is no such run", out);
        }
        for waiter in slot.leaving.into_iter().chain(slot.waiters) {
            self.unwait(run, waiter);
            match &answer {
                Answered::Known(first) => {
                    self.wait_for(*first, waiter, out);
                    if let Some(first) = self.runs.get_mut(first)
                        && first.event.is_none()
                    {
                        first.event.clone_from(&slot.event);
                    }
                }
                Answered::Refused(words) => {
                    let refused = Answer::Refused(words.clone());
                    out.effects.push(Effect::Reply(waiter.token, refused));
                }
                _ => {}
            }
        }
    }

    /// Somebody waits for a run that there is already.
    pub(super) fn wait_for(&mut self, run: RunNumber, waiter: Waiter, out: &mut Outbox) {
        let known = self.runs.get(&run).is_some_and(|slot| !slot.id.is_empty());
        if !waiter.for_end
            && known
            && let Some(slot) = self.runs.get(&run)
        {
            let answer = Answer::Accepted { id: slot.id.clone(), known: true };
            return out.effects.push(Effect::Reply(waiter.token, answer));
        }
        let is_here = self.runs.get(&run).is_some_and(|slot| !matches!(slot.place, Place::Gone));
        if !is_here || !known {
            self.ask(run, out);
        }
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.waiters.push(waiter);
        self.waiting.insert(waiter.token, run);
        if let Some(until) = waiter.until {
            self.deadlines.insert((until, run, waiter.token));
        }
    }

    pub(super) fn unwait(&mut self, run: RunNumber, waiter: Waiter) {
        self.waiting.remove(&waiter.token);
        if let Some(until) = waiter.until {
            self.deadlines.remove(&(until, run, waiter.token));
        }
    }

    pub(super) fn forget(&mut self, now: i64, token: Token, out: &mut Outbox) {
        let Some(run) = self.waiting.get(&token).copied() else { return };
        self.take_waiter(run, token);
        self.try_evict(now, run, out);
    }

    pub(super) fn take_waiter(&mut self, run: RunNumber, token: Token) -> Option<Waiter> {
        let slot = self.runs.get_mut(&run)?;
        let at = slot.waiters.iter().position(|waiter| waiter.token == token)?;
        let waiter = slot.waiters.swap_remove(at);
        self.unwait(run, waiter);
        Some(waiter)
    }
}
