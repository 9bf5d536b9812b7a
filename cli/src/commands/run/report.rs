//! A run for a program: one JSON object.

use callflow_artifact::types::{TypeId, Types};
use callflow_runtime::engine::memory::{Ended, StepRecord};
use callflow_runtime::engine::{Failure, Run, Status};
use callflow_runtime::{Error, Value, value};
use serde_json::{Map, Value as Json, json};

use super::choose::action_name;
use crate::place::Places;

/// `{run, status, result, error, steps: [{path, action, input, output, error, attempts, ms}], runs}`, where
/// `runs` are those that were begun on the way, if any, each as such an object.
pub(super) fn object(places: Places<'_>, ended: &Ended) -> Json {
    let mut runs =
        ended.runs.iter().enumerate().map(|(number, run)| object_of(places, ended, number, run));
    let mut object = runs.next().unwrap_or_default();
    let others: Vec<Json> = runs.collect();
    if let (Json::Object(entries), false) = (&mut object, others.is_empty()) {
        entries.insert("runs".to_owned(), others.into());
    }
    object
}

fn object_of(places: Places<'_>, ended: &Ended, number: usize, run: &Run) -> Json {
    let types = places.program.types();
    let flow = places.program.artifact().flows.get(run.flow as usize);
    let result_type = flow.map_or(TypeId::NONE, |flow| flow.result);
    let (result, error) = match &run.status {
        Status::Succeeded(result) => (encode(types, result_type, result), Json::Null),
        Status::Failed(failure) => (Json::Null, failure_json(places, failure)),
        _ => (Json::Null, Json::Null),
    };
    let steps = ended.steps.iter().filter(|record| record.run == number);
    let steps: Vec<Json> = steps.map(|record| step(places, record)).collect();
    json!({
        "run": run.id.as_str(),
        "status": run.status.as_str(),
        "result": result,
        "error": error,
        "steps": steps,
    })
}

fn step(places: Places<'_>, record: &StepRecord) -> Json {
    let artifact = places.program.artifact();
    let step = &record.step;
    let action = artifact.actions.get(step.action.0 as usize);
    let parameters = action.map(|action| action.parameters.as_slice()).unwrap_or_default();
    let resolve = |ty| places.program.resolve(ty, &step.types);
    let input: Map<String, Json> = parameters
        .iter()
        .zip(&step.arguments)
        .map(|(parameter, argument)| {
            let argument = encode(places.program.types(), resolve(parameter.ty), argument);
            (parameter.name.to_string(), argument)
        })
        .collect();
    let (output, error) = match (&record.outcome, action) {
        (Ok(output), Some(action)) => {
            (encode(places.program.types(), resolve(action.result), output), Json::Null)
        }
        (Ok(_), None) => (Json::Null, Json::Null),
        (Err(error), _) => (Json::Null, error_json(error)),
    };
    json!({
        "path": places.shown(step.function, step.origin),
        "action": action_name(artifact, step.action),
        "input": input,
        "output": output,
        "error": error,
        "attempts": step.attempt,
        "ms": millis(record),
        "sandbox": record.sandbox,
    })
}

/// Whole numbers are what a program compares; a step of less than one is none.
fn millis(record: &StepRecord) -> u64 {
    u64::try_from(record.took.as_millis()).unwrap_or(u64::MAX)
}

fn failure_json(places: Places<'_>, failure: &Failure) -> Json {
    let path = places.shown(failure.function, failure.origin);
    let mut json = error_json(&failure.error);
    if let Json::Object(entries) = &mut json {
        entries.insert("path".to_owned(), path.into());
    }
    json
}

fn error_json(error: &Error) -> Json {
    // Details are JSON text; what is none is shown as the text that it is.
    let details = serde_json::from_str(&error.details);
    json!({
        "kind": error.kind.as_str(),
        "message": error.message.as_str(),
        "piece": error.piece.as_deref(),
        "action": error.action.as_deref(),
        "status": error.status,
        "retry_after": error.retry_after.map(|millis| millis as f64 / 1000.0),
        "details": details.unwrap_or_else(|_| Json::from(error.details.as_str())),
    })
}

fn encode(types: &Types, ty: TypeId, value: &Value) -> Json {
    value::encode_shown(types, ty, value)
}
