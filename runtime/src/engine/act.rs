//! Calls of actions: attempts, pauses between them, and the time that all of them may take.

use std::sync::Arc;

use callflow_artifact::bytecode::{ActionId, Clauses, Effect};
use callflow_artifact::piece::EffectClass;
use ecow::{EcoString, eco_format};

use super::core::{Turn, step_key, unfit};
use super::message::{Command, Ticket};
use super::retry::Policy;
use super::run::{BranchId, Call, Deadline, Doing, Step};
use crate::error::{Error, ErrorKind};
use crate::execute::{Program, Request, Resume};
use crate::pieces::ActionFailure;
use crate::value::{Value, duration};

impl Turn<'_> {
    /// Begins a call.
    pub(super) fn call(&mut self, id: BranchId, request: Request) -> Option<Resume> {
        let Request { effect, mut arguments, function, origin } = request;
        let Effect::Action { action, types, connection, clauses } = effect else {
            return Some(unfit("an action", None));
        };
        let operands = clauses.operands().count();
        let clauses =
            Values::read(clauses, &arguments.split_off(arguments.len().saturating_sub(operands)));
        self.run.steps += 1;
        let step = Step {
            id: self.run.steps,
            attempt: 1,
            key: step_key(&self.run.id, self.run.steps),
            action,
            types: types.into_vec(),
            arguments,
            connection,
            once: clauses.once,
            function,
            origin,
        };
        let ticket = self.ticket(id);
        let deadline = clauses.within.map(|millis| Deadline { ticket: self.ticket(id), millis });
        let call = Call { step: Arc::new(step), policy: clauses.policy, deadline };
        self.act(id, ticket, Box::new(call));
        if let Some(Deadline { ticket, millis }) = deadline {
            self.commands.push(Command::Deadline(ticket, millis));
        }
        None
    }

    /// Takes note of how an attempt ended: with another one later, or for good.
    pub(super) fn acted(&mut self, ticket: Ticket, outcome: Result<Value, ActionFailure>) {
        let Some(&id) = self.run.asked.get(&ticket) else { return };
        let Some(call) = self.take_call(id, |acting, at| acting && at == ticket) else { return };
        self.run.asked.remove(&ticket);
        let mut in_doubt = false;
        let outcome = match outcome {
            Ok(value) => Ok(value),
            Err(failure) => {
                in_doubt = !failure.certainly_without_effect;
                let effect = effect_of(self.program, call.step.action);
                match call.policy.pause(effect, &failure, &call.step) {
                    Some(delay) => return self.pause(id, call, failure.error, delay),
                    None => Err(failure.error),
                }
            }
        };
        self.settled(id, *call, outcome, in_doubt);
    }

    /// A timer of a call has fired: it is time for the next attempt, or all its time is over.
    pub(super) fn call_fired(&mut self, id: BranchId, ticket: Ticket) {
        if let Some(mut call) = self.take_call(id, |acting, at| !acting && at == ticket) {
            self.run.asked.remove(&ticket);
            Arc::make_mut(&mut call.step).attempt += 1;
            let next = self.ticket(id);
            return self.act(id, next, call);
        }
        let Some((call, under_way, millis)) = self.overdue(id, ticket) else { return };
        self.run.asked.remove(&ticket);
        self.abort(under_way);
        let error = self.not_within(call.step.action, millis);
        self.settled(id, call, Err(error), true);
    }

    /// Tells the shell that nobody waits for something any more.
    pub(super) fn abort(&mut self, ticket: Ticket) {
        self.run.asked.remove(&ticket);
        self.commands.push(Command::Abort(ticket));
    }

    fn act(&mut self, id: BranchId, ticket: Ticket, call: Box<Call>) {
        self.commands.push(Command::Act(ticket, Arc::clone(&call.step)));
        self.now_doing(id, Doing::Acting { ticket, call });
    }

    fn pause(&mut self, id: BranchId, call: Box<Call>, error: Error, delay: i64) {
        let ticket = self.ticket(id);
        let step = Arc::clone(&call.step);
        self.commands.push(Command::Backoff { ticket, step, error, delay });
        self.now_doing(id, Doing::Pausing { ticket, call });
    }

    fn settled(&mut self, id: BranchId, call: Call, outcome: Result<Value, Error>, in_doubt: bool) {
        if let Some(deadline) = call.deadline
            && self.run.asked.contains_key(&deadline.ticket)
        {
            self.abort(deadline.ticket);
        }
        let (step, told) = (call.step, outcome.clone());
        self.commands.push(Command::Settled { step, outcome: told, in_doubt });
        self.wake_with(id, outcome);
    }

    /// Takes the call out of a branch that acts or pauses, if that is what is asked about.
    fn take_call(
        &mut self,
        id: BranchId,
        is_it: impl Fn(bool, Ticket) -> bool,
    ) -> Option<Box<Call>> {
        let branch = self.run.branches.get_mut(&id)?;
        let fits = match &branch.doing {
            Doing::Acting { ticket, .. } => is_it(true, *ticket),
            Doing::Pausing { ticket, .. } => is_it(false, *ticket),
            _ => false,
        };
        if !fits {
            return None;
        }
        match std::mem::replace(&mut branch.doing, Doing::Ready) {
            Doing::Acting { call, .. } | Doing::Pausing { call, .. } => Some(call),
            _ => None,
        }
    }

    /// The call whose `within` this timer is, what it waits for, and the time that it had.
    fn overdue(&self, id: BranchId, timer: Ticket) -> Option<(Call, Ticket, i64)> {
        match &self.run.branches.get(&id)?.doing {
            Doing::Acting { ticket, call } | Doing::Pausing { ticket, call } => {
                let deadline = call.deadline.filter(|deadline| deadline.ticket == timer)?;
                Some((Call::clone(call), *ticket, deadline.millis))
            }
            _ => None,
        }
    }

    fn not_within(&self, action: ActionId, millis: i64) -> Error {
        let span = duration::format(millis);
        let mut error = Error::new(ErrorKind::Timeout, format!("not done within {span}"));
        let artifact = self.program.artifact();
        if let Some(action) = artifact.actions.get(action.0 as usize)
            && let Some(piece) = artifact.pieces.get(action.piece.0 as usize)
        {
            error.message = eco_format!("{}.{}: {}", piece.name, action.name, error.message);
            error.piece = Some(piece.name.clone());
            error.action = Some(action.name.clone());
        }
        error
    }
}

/// An action that the artifact does not have cannot have been called; should it be, it is not repeated.
fn effect_of(program: &Program, action: ActionId) -> EffectClass {
    program.artifact().actions.get(action.0 as usize).map_or(EffectClass::Once, |it| it.effect)
}

/// What the clauses of a call say.
struct Values {
    policy: Policy,
    /// In milliseconds.
    within: Option<i64>,
    once: Option<EcoString>,
}

impl Values {
    fn read(clauses: Clauses, values: &[Value]) -> Values {
        let mut values = values.iter();
        let mut millis = || match values.next() {
            Some(Value::Duration(millis) | Value::Int(millis)) => Some((*millis).max(0)),
            _ => None,
        };
        let retries = if clauses.retry { millis() } else { None };
        let pauses = if clauses.retry && clauses.pauses { millis().zip(millis()) } else { None };
        let within = if clauses.within { millis() } else { None };
        let once = match values.next() {
            Some(Value::Text(key)) if clauses.once => Some(key.clone()),
            _ => None,
        };
        let retries = retries.map(|retries| u32::try_from(retries).unwrap_or(u32::MAX));
        Values { policy: Policy { retries, pauses }, within, once }
    }
}
