//! Runs that are fed by hand, and their stories.

use std::collections::VecDeque;

use crate::engine::core::{advance, create};
use crate::engine::{Command, Completion, Failure, Run, Status};
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Program, interpret};
use crate::pieces::ActionFailure;
use crate::value::Value;

const BUDGET: Budget = Budget(1_000_000);

/// A run of the program's last flow, which has not begun.
pub(super) fn new_run(program: &Program) -> Run {
    let flow = program.artifact().flows.len() - 1;
    let function = program.artifact().flows[flow].function;
    let fiber = interpret::start(program, function, vec![], vec![Value::record(vec![])]);
    create("run_1".into(), flow as u32, fiber, BUDGET)
}

/// The same, which has begun.
pub(super) fn begun(program: &Program) -> Run {
    let mut run = new_run(program);
    advance(program, &mut run, Completion::Begin);
    run
}

/// Takes note of a completion, and gives the run each turn that it then asks for. What else is to be done.
pub(super) fn advance_through(
    program: &Program,
    run: &mut Run,
    completion: Completion,
) -> Vec<Command> {
    let mut others = Vec::new();
    let mut queue = VecDeque::from([completion]);
    while let Some(completion) = queue.pop_front() {
        for command in advance(program, run, completion) {
            match command {
                Command::Yield(ticket) => queue.push_back(Completion::Fired(ticket)),
                other => others.push(other),
            }
        }
    }
    others
}

pub(super) fn failure(kind: ErrorKind, certain: bool) -> ActionFailure {
    ActionFailure { error: Error::new(kind, "the reason"), certainly_without_effect: certain }
}

pub(super) fn show(command: &Command) -> String {
    match command {
        Command::Act(ticket, step) => {
            format!("#{} act: step {} attempt {}", ticket.0, step.id, step.attempt)
        }
        Command::Backoff { ticket, step, error, delay } => {
            let least =
                [1000, 2000, 4000].get(step.attempt as usize - 1).copied().unwrap_or(*delay);
            let delay = if (least..=least + least / 4).contains(delay) { least } else { *delay };
            format!("#{} again in {delay} ms and a bit: {error}", ticket.0)
        }
        Command::Yield(ticket) => format!("#{} yield", ticket.0),
        Command::Wait(ticket, until) => format!("#{} wait: {until:?}", ticket.0),
        Command::Ask(ticket, what) => format!("#{} ask: {what:?}", ticket.0),
        Command::Log { level, message } => format!("log {level}: {message}"),
        Command::Deadline(ticket, millis) => format!("#{} deadline: {millis} ms", ticket.0),
        Command::Abort(ticket) => format!("abort #{}", ticket.0),
        Command::Launch { ticket, flow, id, .. } => {
            let ticket = ticket.map_or("#-".into(), |ticket| format!("#{}", ticket.0));
            format!("{ticket} launch: flow {} as {}", flow.0, &id[..6])
        }
        Command::Settled { step, outcome, .. } => {
            let outcome = match outcome {
                Ok(value) => format!("{value:?}"),
                Err(error) => error.to_string(),
            };
            format!("settled: step {} after {} attempts: {outcome}", step.id, step.attempt)
        }
        Command::End => "end".into(),
    }
}

/// Feeds completions, writes each state down and reads it back between them, and tells what came.
pub(super) fn tell(program: &Program, completions: impl IntoIterator<Item = Completion>) -> String {
    let mut run = new_run(program);
    let mut story = String::new();
    for completion in completions {
        let stored = postcard::to_stdvec(&run).unwrap();
        run = postcard::from_bytes(&stored).unwrap();
        for command in advance(program, &mut run, completion) {
            story.push_str(&show(&command));
            story.push('\n');
        }
    }
    match &run.status {
        Status::Failed(failure) => {
            let Failure { error, function, origin } = failure;
            story + &format!("failed: {error}, at {}..{} of {function:?}", origin.start, origin.end)
        }
        status => story + status.as_str(),
    }
}

pub(super) fn text(text: &str) -> Result<Value, ActionFailure> {
    Ok(Value::text(text))
}
