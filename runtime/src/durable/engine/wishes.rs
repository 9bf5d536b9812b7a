//! What people want of a run: that it ends, or goes on after it failed.

use super::slot::{Place, Retry};
use super::{Engine, Outbox};
use crate::durable::batch::{Answer, Batch, Effect, Token, Write};
use crate::durable::input::{Ask, Message, Stored};
use crate::durable::mutation::{self, Mutation};
use crate::durable::record::{Entry, Outcome, RunNumber};
use crate::durable::turn::Mail;
use crate::durable::turn::send;
use crate::durable::{recover, show};
use crate::engine::{Completion, Ticket};
use crate::error::{Error, ErrorKind};
use crate::value::Value;

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
        let Some(program) = self.programs.get(&stored.version).cloned() else {
            let Some(slot) = self.runs.get_mut(&run) else { return };
            if slot.version.is_some() {
                let error = Error::new(ErrorKind::Failed, "its program cannot be loaded");
                return self.not_again(retry, &error.message.clone(), Err(error), out);
            }
            // Asked for, and then the run is read again.
            slot.version = Some(stored.version);
            slot.retry = Some(retry);
            out.asks.push(Ask::Program(stored.version));
            return self.ask(run, out);
        };
        let outcome = stored.ending.as_ref().map(|ending| &ending.outcome);
        let Some(outcome) = outcome else { return };
        let result = show::result_of(&program.program, &stored.flow, outcome);
        if !matches!(outcome, Outcome::Failed { .. }) {
            return self.not_again(retry, "the run has not failed", result, out);
        }
        let (follower, row) = match retry {
            Retry::For(parent, ticket, row) => (Some((parent, ticket)), Some(row)),
            Retry::Asked(_) => (None, None),
        };
        let mut held = match recover::failed_run(&program, run, &stored, follower) {
            Ok(held) => held,
            Err(why) => return self.not_again(retry, &why, result, out),
        };
        if let Some(lane) = held.lane.clone() {
            let places = self.places_of(stored.version, &stored.flow);
            if !self.lanes.has_room(&lane, places) {
                let why = "as many runs of this flow go on as may; try again when one has ended";
                return self.not_again(retry, why, result, out);
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
        // One that has not begun does so at once, so that it is never on disk with a place and without a beginning.
        let begins = mails.pop_if(|mail| matches!(mail.completion, Some(Completion::Begin)));
        let mut first = Mail {
            completion: begins.and_then(|mail| mail.completion),
            notes: vec![Entry::Retried],
            batch: Batch { writes: vec![Write::Reopen(run)], ..Batch::default() },
            is_new: true,
            claims: plan.claims,
            ..Mail::default()
        };
        first.batch.writes.extend(row.map(Write::Received));
        let is_told = !mutation::is(Mutation::RetryAlone);
        for (ticket, child) in followed.into_iter().filter(|_| is_told) {
            first.batch.writes.push(send(child, &Message::Again(run, ticket)));
            first.batch.effects.push(Effect::Deliver(child));
        }
        if let Retry::Asked(token) = retry {
            first.batch.effects.push(Effect::Reply(token, Answer::Yes));
        }
        mails.insert(0, first);
        for mail in mails.into_iter().rev() {
            slot.mailbox.push_front(mail);
        }
    }

    /// A run does not go on: who wanted it is told, and a run that waits for it gets what came of it.
    pub(super) fn not_again(
        &mut self,
        retry: Retry,
        why: &str,
        result: Result<Value, Error>,
        out: &mut Outbox,
    ) {
        match retry {
            Retry::Asked(token) => {
                out.effects.push(Effect::Reply(token, Answer::No(why.to_owned())));
            }
            Retry::For(parent, ticket, row) => {
                let ended = Message::Completion(Completion::Ended(ticket, result));
                let writes = vec![Write::Received(row), send(parent, &ended)];
                let effects = vec![Effect::Deliver(parent)];
                self.submit(Batch { writes, effects, ..Batch::default() }, out);
            }
        }
    }
}
