//! The pure step of the machine: state and completion in, state and commands out.

use std::sync::Arc;

use callflow_artifact::bytecode::{ActionId, Effect};
use callflow_artifact::piece::EffectClass;
use callflow_artifact::types::TypeId;
use ecow::EcoString;
use sha2::{Digest, Sha256};

use super::retry;
use super::{Ambient, Command, Completion, Failure, Run, Status, Step, StepId, Ticket, Until};
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Fiber, Outcome, Program, Request, Resume, interpret};
use crate::pieces::ActionFailure;
use crate::value::Value;

/// What a line in the log costs of the budget, in instructions: a loop that only logs ends as well, before
/// its lines fill the memory.
const LINE_COST: u64 = 1000;

/// A run that has not begun.
pub fn create(id: EcoString, flow: u32, fiber: Fiber, budget: Budget) -> Run {
    Run { id, flow, fiber, status: Status::New, steps: 0, ticket: Ticket(0), budget }
}

/// Takes note of a completion and says what is to be done next.
///
/// A completion that does not belong to what the run waits for (it came twice, or too late) changes nothing and
/// gives no commands. A run that has ended ignores everything.
pub fn advance(program: &Program, run: &mut Run, completion: Completion) -> Vec<Command> {
    if let Completion::Cancel = completion {
        return cancel(run);
    }
    let mut commands = Vec::new();
    let resume = match (&run.status, completion) {
        (Status::New, Completion::Begin) => Resume::Begin,
        (Status::Acting(step), Completion::Acted(ticket, outcome)) if ticket == run.ticket => {
            let step = Arc::clone(step);
            match settle(program, run, step, outcome, &mut commands) {
                Some(resume) => resume,
                None => return commands,
            }
        }
        (Status::Backoff(step), Completion::Fired(ticket)) if ticket == run.ticket => {
            let mut step = Step::clone(step);
            step.attempt += 1;
            act(run, step, &mut commands);
            return commands;
        }
        (Status::Waiting, Completion::Fired(ticket)) if ticket == run.ticket => {
            Resume::Value(Value::None)
        }
        (Status::Asking, Completion::Answer(ticket, value)) if ticket == run.ticket => {
            Resume::Value(value)
        }
        _ => return commands,
    };
    go_on(program, run, resume, &mut commands);
    commands
}

/// What a service gets as idempotency key: 32 hexadecimal digits that only this step of this run has.
pub fn step_key(run: &str, step: StepId) -> EcoString {
    let digest = Sha256::new()
        .chain_update(run)
        .chain_update([0])
        .chain_update(step.to_be_bytes())
        .finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

fn cancel(run: &mut Run) -> Vec<Command> {
    if run.status.is_final() {
        return Vec::new();
    }
    let mut commands = Vec::new();
    if let Status::Acting(step) | Status::Backoff(step) = &run.status {
        let error = Error::new(ErrorKind::Cancelled, "the run was cancelled");
        commands.push(Command::Settled { step: Arc::clone(step), outcome: Err(error) });
    }
    run.status = Status::Cancelled;
    commands.push(Command::End);
    commands
}

/// Ends an attempt: with another one later (and nothing to resume with), or for good.
fn settle(
    program: &Program,
    run: &mut Run,
    step: Arc<Step>,
    outcome: Result<Value, ActionFailure>,
    commands: &mut Vec<Command>,
) -> Option<Resume> {
    let outcome = match outcome {
        Ok(value) => Ok(value),
        Err(failure) => {
            let effect = effect_of(program, step.action);
            if let Some(delay) = retry::pause(effect, &failure, step.attempt, &step.key) {
                let ticket = next_ticket(run);
                run.status = Status::Backoff(Arc::clone(&step));
                commands.push(Command::Backoff { ticket, step, error: failure.error, delay });
                return None;
            }
            Err(failure.error)
        }
    };
    commands.push(Command::Settled { step, outcome: outcome.clone() });
    Some(match outcome {
        Ok(value) => Resume::Value(value),
        Err(error) => Resume::Error(error),
    })
}

/// An action that the artifact does not have cannot have been called; should it be, it is not repeated.
fn effect_of(program: &Program, action: ActionId) -> EffectClass {
    program.artifact().actions.get(action.0 as usize).map_or(EffectClass::Once, |it| it.effect)
}

/// Runs the fiber to its next question to the shell, or to its end.
fn go_on(program: &Program, run: &mut Run, resume: Resume, commands: &mut Vec<Command>) {
    let mut resume = resume;
    loop {
        let outcome = interpret::resume(program, &mut run.fiber, resume, &mut run.budget);
        resume = match outcome {
            Outcome::Suspended(request) => match ask(run, request, commands) {
                Some(resume) => resume,
                None => return,
            },
            Outcome::Returned(value) => return end(run, Status::Succeeded(value), commands),
            Outcome::Stopped => return end(run, Status::Succeeded(Value::None), commands),
            Outcome::Failed(error, function, origin) => {
                return end(run, Status::Failed(Failure { error, function, origin }), commands);
            }
        };
    }
}

fn end(run: &mut Run, status: Status, commands: &mut Vec<Command>) {
    run.status = status;
    commands.push(Command::End);
}

/// Passes a question on to the shell; what needs no answer gives what to resume with.
fn ask(run: &mut Run, request: Request, commands: &mut Vec<Command>) -> Option<Resume> {
    let Request { effect, arguments, function, origin } = request;
    match effect {
        Effect::Action { action, types, .. } => {
            run.steps += 1;
            let id = run.steps;
            let key = step_key(&run.id, id);
            let types: Vec<TypeId> = types.into_vec();
            act(
                run,
                Step { id, attempt: 1, key, action, types, arguments, function, origin },
                commands,
            );
            None
        }
        Effect::Wait => match arguments.first() {
            Some(&Value::Duration(span)) => wait(run, Until::After(span.max(0)), commands),
            other => Some(unfit("a duration", other)),
        },
        Effect::WaitUntil => match arguments.first() {
            Some(&Value::Time(time)) => wait(run, Until::At(time), commands),
            other => Some(unfit("a time", other)),
        },
        Effect::Now => find_out(run, Ambient::Now, commands),
        Effect::Today => find_out(run, Ambient::Today, commands),
        Effect::Uuid => find_out(run, Ambient::Uuid, commands),
        Effect::Random => find_out(run, Ambient::Random, commands),
        Effect::Log => match (arguments.first(), arguments.get(1)) {
            (Some(Value::Text(message)), Some(Value::Text(level))) => {
                run.budget.0 = run.budget.0.saturating_sub(LINE_COST);
                commands.push(Command::Log { level: level.clone(), message: message.clone() });
                Some(Resume::Value(Value::None))
            }
            (other, _) => Some(unfit("two texts", other)),
        },
        Effect::Parallel { .. }
        | Effect::First { .. }
        | Effect::ForEach { .. }
        | Effect::Launch { .. }
        | Effect::Environment { .. }
        | Effect::Test(_)
        | Effect::Setting => {
            Some(Resume::Error(Error::invalid("only an action has the settings of a connection")))
        }
    }
}

fn act(run: &mut Run, step: Step, commands: &mut Vec<Command>) {
    let step = Arc::new(step);
    let ticket = next_ticket(run);
    run.status = Status::Acting(Arc::clone(&step));
    commands.push(Command::Act(ticket, step));
}

fn wait(run: &mut Run, until: Until, commands: &mut Vec<Command>) -> Option<Resume> {
    let ticket = next_ticket(run);
    run.status = Status::Waiting;
    commands.push(Command::Wait(ticket, until));
    None
}

fn find_out(run: &mut Run, what: Ambient, commands: &mut Vec<Command>) -> Option<Resume> {
    let ticket = next_ticket(run);
    run.status = Status::Asking;
    commands.push(Command::Ask(ticket, what));
    None
}

fn next_ticket(run: &mut Run) -> Ticket {
    run.ticket.0 += 1;
    run.ticket
}

/// The verifier sees to it that no artifact that runs asks so; the error is for those that pass it by.
fn unfit(expected: &str, found: Option<&Value>) -> Resume {
    Resume::Error(Error::invalid(format!("the effect takes {expected}, and was given {found:?}")))
}
