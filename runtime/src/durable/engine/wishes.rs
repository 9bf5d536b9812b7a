//! What people want of a run: that it ends, or goes on after it failed.

use super::slot::{Place, Retry};
use super::{Engine, Outbox};
use crate::durable::batch::{Answer, Batch, Effect, Token, Write};
use crate::durable::input::{Ask, Stored};
use crate::durable::record::{Entry, Outcome, RunNumber};
use crate::durable::turn::Mail;
use crate::durable::{recover, show};
use crate::engine::{Completion, Ticket};

impl Engine {
    pub(super) fn cancel(&mut self, run: RunNumber, token: Token, out: &mut Outbox) {
        let effects = vec![Effect::Reply(token, Answer::Yes)];
        let mail = Mail {
            completion: Some(Completion::Cancel),
            batch: Batch { effects, ..Batch::default() },
            ..Mail::default()
        };
        self.post(run, mail, out);
    }

    pub(super) fn retry(&mut self, run: RunNumber, retry: Retry, out: &mut Outbox) {
        let is_wanted = self.runs.get(&run).is_some_and(|slot| slot.retry.is_some());
        if is_wanted || self.is_going(run) {
            if let Retry::Asked(token) = retry {
                let no = Answer::No("the run has not failed".to_owned());
                out.effects.push(Effect::Reply(token, no));
            }
            return;
        }
        if !self.runs.contains_key(&run) {
            self.ask(run, out);
        }
        if let Some(slot) = self.runs.get_mut(&run) {
            slot.retry = Some(retry);
        }
    }

    pub(super) fn is_going(&self, run: RunNumber) -> bool {
        let slot = self.runs.get(&run);
        slot.is_some_and(|slot| matches!(slot.place, Place::Here(_) | Place::Out))
    }

    /// Lets a run that has ended go on from where it failed.
    pub(super) fn go_on(
        &mut self,
        now: i64,
        run: RunNumber,
        stored: Stored,
        retry: Retry,
        out: &mut Outbox,
    ) {
        let refuse = |why: &str, out: &mut Outbox| {
            if let Retry::Asked(token) = retry {
                out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
            }
        };
        let Some(program) = self.programs.get(&stored.version).cloned() else {
            let Some(slot) = self.runs.get_mut(&run) else { return };
            if slot.version.is_some() {
                return refuse("the program that it ran on cannot be loaded", out);
            }
            // Asked for, and then the run is read again.
            slot.version = Some(stored.version);
            slot.retry = Some(retry);
            out.asks.push(Ask::Program(stored.version));
            return self.ask(run, out);
        };
        let outcome = stored.ending.as_ref().map(|ending| &ending.outcome);
        let Some(Outcome::Failed { error, .. }) = outcome else {
            if let (Retry::For(parent, ticket), Some(outcome)) = (retry, outcome) {
                let result = show::result_of(&program.program, &stored.flow, outcome);
                self.post(parent, Completion::Ended(ticket, result).into(), out);
            }
            return refuse("the run has not failed", out);
        };
        let follower = match retry {
            Retry::For(parent, ticket) => Some((parent, ticket)),
            Retry::Asked(_) => None,
        };
        let mut held = match recover::failed_run(&program, run, &stored, follower) {
            Ok(held) => held,
            Err(why) => return refuse(&why, out),
        };
        if let Some(lane) = held.lane.clone() {
            let places = self.places_of(stored.version, &stored.flow);
            if !self.lanes.has_room(&lane, places) {
                let why = "as many runs of this flow go on as may; try again when one has ended";
                return match retry {
                    Retry::Asked(_) => refuse(why, out),
                    Retry::For(parent, ticket) => {
                        let ended = Completion::Ended(ticket, Err(error.clone()));
                        self.post(parent, ended.into(), out);
                    }
                };
            }
            self.lanes.keep(&lane, places, run);
        }
        let plan = recover::on_retry(&program, &mut held, now);
        let followed: Vec<(Ticket, RunNumber)> =
            held.followed.iter().map(|(ticket, run)| (*ticket, *run)).collect();
        let Some(slot) = self.runs.get_mut(&run) else { return };
        slot.place = Place::Here(Box::new(held));
        slot.version = Some(stored.version);
        let mut mails = plan.mails;
        let mut first = Mail {
            notes: vec![Entry::Retried],
            batch: Batch { writes: vec![Write::Reopen(run)], ..Batch::default() },
            is_new: true,
            ..Mail::default()
        };
        if let Retry::Asked(token) = retry {
            first.batch.effects.push(Effect::Reply(token, Answer::Yes));
        }
        mails.insert(0, first);
        for mail in mails.into_iter().rev() {
            slot.mailbox.push_front(mail);
        }
        out.batches.extend(plan.claims);
        for (ticket, child) in followed {
            self.retry(child, Retry::For(run, ticket), out);
        }
    }
}
