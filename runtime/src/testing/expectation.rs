//! `expect`: what happened against what should have.

use callflow_artifact::bytecode::{ActionId, FlowId, TestEffect};
use callflow_artifact::types::TypeId;

use super::runner::Runner;
use super::show::{self, Named, action_name, call_shown, flow_name};
use super::stand_in::same;
use super::{Finding, Place};
use crate::engine::{Doing, Failure, Run, Status};
use crate::value::Value;

/// How many calls are listed.
const LISTED: usize = 8;

/// How long two sides may be to be seen at a glance, in bytes.
const GLANCE: usize = 60;

/// What of a call or an event must be equal: the position, and the value.
type Wanted<'v> = Vec<(u16, &'v Value)>;

/// What happened: in short form, and with its values.
struct Event<'s> {
    shown: String,
    values: &'s [Value],
}

impl Runner<'_> {
    /// What is wrong where something is expected; nothing where all is well. `types` are the arguments' own.
    pub(super) fn expect(
        &self,
        at: Place,
        expectation: &TestEffect,
        arguments: &[Value],
        types: &[TypeId],
    ) -> Option<Finding> {
        match expectation {
            TestEffect::Called { action, exactly, parameters } => {
                let (times, wanted) = counted(*exactly, parameters, arguments);
                self.called(at, *action, times, &wanted)
            }
            TestEffect::Started { flow, exactly, fields } => {
                let (times, wanted) = counted(*exactly, fields, arguments);
                self.started(at, *flow, times, &wanted)
            }
            TestEffect::Succeeded => self.succeeded(at),
            TestEffect::Failed { .. } => {
                self.failed(at, arguments.first().and_then(Value::as_text))
            }
            TestEffect::Waiting => self.waiting(at),
            TestEffect::Logged => {
                self.logged(at, arguments.first().and_then(Value::as_text).unwrap_or_default())
            }
            TestEffect::Holds { compared } => self.holds(at, compared.as_deref(), arguments, types),
            _ => None,
        }
    }

    fn called(
        &self,
        at: Place,
        action: ActionId,
        times: Option<i64>,
        wanted: &Wanted<'_>,
    ) -> Option<Finding> {
        let name = action_name(self.program.artifact(), action);
        let last = self.own.last().copied().unwrap_or_default();
        let calls = self.scene.calls.iter().filter(|(run, _)| *run >= last);
        let steps = calls.map(|(_, step)| step);
        let (same, others): (Vec<_>, Vec<_>) = steps.partition(|step| step.action == action);
        let events = same
            .iter()
            .map(|step| Event { shown: call_shown(self.program, step), values: &step.arguments });
        let types = same.first().map(|step| step.types.as_slice()).unwrap_or_default();
        let named = show::parameters(self.program, action, types);
        let others = others.iter().map(|step| call_shown(self.program, step)).collect();
        let happened = Happened { name, verb: "called", events: events.collect(), named, others };
        self.count(at, happened, times, wanted)
    }

    fn started(
        &self,
        at: Place,
        flow: FlowId,
        times: Option<i64>,
        wanted: &Wanted<'_>,
    ) -> Option<Finding> {
        let artifact = self.program.artifact();
        let name = flow_name(artifact, flow).to_owned();
        let named = show::fields(self.program, flow);
        let runs = self.scene.runs.iter().enumerate();
        let last = self.own.last().copied().unwrap_or_default();
        let begun = runs.filter(|(number, _)| *number > last).map(|(_, run)| run);
        let (same, others): (Vec<_>, Vec<_>) = begun.partition(|(known, _)| *known == flow);
        let shown = |flow: FlowId, event: &Value| {
            let values = event.as_record().unwrap_or_default();
            let fields = show::fields(self.program, flow);
            let listed = show::listed(self.program, &fields, values);
            format!("{}({listed})", flow_name(artifact, flow))
        };
        let event = |(flow, event): &&(FlowId, Value)| shown(*flow, event);
        let events = same
            .iter()
            .map(|run| Event { shown: event(run), values: run.1.as_record().unwrap_or_default() });
        let others = others.iter().map(event).collect();
        let happened = Happened { name, verb: "started", events: events.collect(), named, others };
        self.count(at, happened, times, wanted)
    }

    /// Holds how often something happened against how often it should have.
    fn count(
        &self,
        at: Place,
        happened: Happened<'_>,
        times: Option<i64>,
        wanted: &Wanted<'_>,
    ) -> Option<Finding> {
        let fits = |event: &&Event<'_>| difference(event.values, wanted).is_empty();
        let found = happened.events.iter().filter(fits).count();
        let is_right = match times {
            Some(times) => i64::try_from(found) == Ok(times),
            None => found > 0,
        };
        if is_right {
            return None;
        }
        let Happened { name, verb, events, named, others } = happened;
        let with = if wanted.is_empty() { "" } else { " so" };
        let (message, label) = match (times, found) {
            (Some(0), _) => (
                format!("`{name}` was {verb}{with}, and should not have been"),
                format!("it was {verb} {}", often(found)),
            ),
            (None, _) if events.is_empty() => {
                (format!("`{name}` was not {verb}"), format!("it was never {verb}"))
            }
            (_, 0) if !wanted.is_empty() && !events.is_empty() => {
                (format!("`{name}` was not {verb} so"), format!("it was {verb} otherwise"))
            }
            (times, _) => (
                format!(
                    "`{name}` was {verb}{with} {}, not {}",
                    often(found),
                    many(times.unwrap_or(1))
                ),
                format!("it was {verb}{with} {}", often(found)),
            ),
        };
        let mut finding = Finding::new(at, message, label);
        let nearest = events.iter().min_by_key(|event| difference(event.values, wanted).len());
        if found == 0
            && !wanted.is_empty()
            && let Some(nearest) = nearest
        {
            finding.notes.push(format!("The nearest: {}", nearest.shown));
            for (position, expected) in difference(nearest.values, wanted) {
                let position = usize::from(position);
                let Some((field, ty)) = named.get(position) else { continue };
                let found = nearest.values.get(position).unwrap_or(&Value::None);
                let shown = |value| show::value(self.program, *ty, value);
                finding.notes.push(format!(
                    "`{field}`: expected {}, found {}",
                    shown(expected),
                    shown(found)
                ));
            }
        } else if !events.is_empty() {
            finding.notes.push(list(verb, events.iter().map(|event| event.shown.as_str())));
        } else if !others.is_empty() {
            finding.notes.push(list(verb, others.iter().map(String::as_str)));
        } else {
            finding.notes.push(format!("Nothing was {verb} at all"));
        }
        Some(finding)
    }

    fn succeeded(&self, at: Place) -> Option<Finding> {
        let Some(run) = self.last_run() else { return Some(no_run(at)) };
        match &run.status {
            Status::Succeeded(_) => None,
            Status::Failed(failure) => {
                let message = format!("The run failed: {}", failure.error.message);
                let mut finding = Finding::new(at, message, "it should have succeeded");
                finding.other = Some(raised(failure));
                finding.notes.push(format!("The error's kind is `{}`", failure.error.kind));
                Some(finding)
            }
            _ => Some(self.unfinished(at, run, "succeeded")),
        }
    }

    fn failed(&self, at: Place, part: Option<&str>) -> Option<Finding> {
        let Some(run) = self.last_run() else { return Some(no_run(at)) };
        match &run.status {
            Status::Failed(failure) => {
                let part = part.filter(|part| !failure.error.message.contains(part))?;
                let message = format!("The run failed, but not with {part:?}");
                let mut finding = Finding::new(at, message, "its message has no such part");
                finding.other = Some(raised(failure));
                finding.notes.push(format!("Its message: {}", failure.error.message));
                Some(finding)
            }
            Status::Succeeded(value) => {
                let message = "The run succeeded, and should have failed";
                let mut finding = Finding::new(at, message, "it did not fail");
                finding.notes.extend(self.result_note(run, value));
                Some(finding)
            }
            _ => Some(self.unfinished(at, run, "failed")),
        }
    }

    fn waiting(&self, at: Place) -> Option<Finding> {
        let Some(run) = self.last_run() else { return Some(no_run(at)) };
        match &run.status {
            Status::Succeeded(value) => {
                let message = "The run has ended, and should still wait";
                let mut finding = Finding::new(at, message, "it does not wait: it succeeded");
                finding.notes.extend(self.result_note(run, value));
                Some(finding)
            }
            Status::Failed(failure) => {
                let message = format!("The run failed: {}", failure.error.message);
                let mut finding = Finding::new(at, message, "it should still wait");
                finding.other = Some(raised(failure));
                Some(finding)
            }
            _ => None,
        }
    }

    fn logged(&self, at: Place, part: &str) -> Option<Finding> {
        let last = self.own.last()?;
        let lines = self.scene.lines.iter().filter(|(run, _)| run == last);
        let lines: Vec<&str> = lines.map(|(_, line)| line.as_str()).collect();
        if lines.iter().any(|line| line.contains(part)) {
            return None;
        }
        let message = format!("No line of the run's log has {part:?}");
        let mut finding = Finding::new(at, message, "no line has this part");
        finding.notes.push(match lines.is_empty() {
            true => "It logged nothing".to_owned(),
            false => list("logged", lines.into_iter()),
        });
        Some(finding)
    }

    fn holds(
        &self,
        at: Place,
        compared: Option<&str>,
        arguments: &[Value],
        types: &[TypeId],
    ) -> Option<Finding> {
        if arguments.first() == Some(&Value::Bool(true)) {
            return None;
        }
        let Some(operator) = compared else {
            return Some(Finding::new(at, "This is false, and should be true", "it is false"));
        };
        let shown = |index: usize| {
            let ty = types.get(index).copied().unwrap_or(TypeId::UNKNOWN);
            show::value(self.program, ty, arguments.get(index).unwrap_or(&Value::None))
        };
        let (left, right) = (shown(1), shown(2));
        if left.len() + right.len() <= GLANCE {
            let message = format!("This does not hold: {left} {operator} {right}");
            return Some(Finding::new(at, message, "this is false"));
        }
        let message = format!("This `{operator}` does not hold");
        let mut finding = Finding::new(at, message, "this is false");
        finding.notes.push(format!("The left side: {left}"));
        finding.notes.push(format!("The right side: {right}"));
        Some(finding)
    }

    /// A run that has not ended and should have.
    fn unfinished(&self, at: Place, run: &Run, should: &str) -> Finding {
        let message = format!("The run has not ended, and should have {should}");
        let mut finding = Finding::new(at, message, format!("it is {}", run.state()));
        let waits = |doing: &Doing| matches!(doing, Doing::Waiting(_));
        if run.branches.values().any(|branch| waits(&branch.doing)) {
            let note = "It waits; `advance 1d` lets a day pass in the test";
            finding.notes.push(note.to_owned());
        }
        finding
    }

    fn result_note(&self, run: &Run, result: &Value) -> Option<String> {
        let flow = self.program.artifact().flows.get(run.flow as usize)?;
        let shown = show::value(self.program, flow.result, result);
        (!result.is_none()).then(|| format!("Its result: {shown}"))
    }
}

/// What happened of what is counted.
struct Happened<'s> {
    /// Of what is counted.
    name: String,
    /// `called` or `started`
    verb: &'static str,
    events: Vec<Event<'s>>,
    /// What its values are called.
    named: Vec<Named>,
    /// What else happened of the kind, in short form.
    others: Vec<String>,
}

/// How often, where that is said, and what must be equal.
fn counted<'v>(
    exactly: bool,
    positions: &[u16],
    arguments: &'v [Value],
) -> (Option<i64>, Wanted<'v>) {
    let (times, values) = match arguments.split_first() {
        Some((Value::Int(times), values)) if exactly => (Some(*times), values),
        _ => (None, arguments),
    };
    (times, positions.iter().copied().zip(values).collect())
}

/// What is not as wanted.
fn difference<'v>(values: &[Value], wanted: &Wanted<'v>) -> Wanted<'v> {
    let differs = |(position, expected): &&(u16, &Value)| {
        !values.get(usize::from(*position)).is_some_and(|value| same(value, expected))
    };
    wanted.iter().filter(differs).copied().collect()
}

fn raised(failure: &Failure) -> (Place, String) {
    let place = Place { function: failure.function, origin: failure.origin };
    (place, "it failed here".to_owned())
}

fn no_run(at: Place) -> Finding {
    Finding::new(at, "No flow was run before this", "nothing to look at")
}

fn often(times: usize) -> String {
    many(i64::try_from(times).unwrap_or(i64::MAX))
}

fn many(times: i64) -> String {
    match times {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    }
}

/// `Called:` and a line for each.
fn list<'t>(verb: &str, texts: impl Iterator<Item = &'t str>) -> String {
    let texts: Vec<&str> = texts.collect();
    let mut out = match verb {
        "called" => "Called:".to_owned(),
        "started" => "Started:".to_owned(),
        _ => "Logged:".to_owned(),
    };
    for text in texts.iter().take(LISTED) {
        out.push_str(&format!("\n  {text}"));
    }
    if texts.len() > LISTED {
        out.push_str(&format!("\n  … and {} more", texts.len() - LISTED));
    }
    out
}
