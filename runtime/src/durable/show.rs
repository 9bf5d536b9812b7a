//! What those who look at a run are shown: names, places and values as JSON, with secrets hidden.

use callflow_artifact::TypeId;
use callflow_artifact::bytecode::{ActionId, FlowId, FunctionId, Origin};
use callflow_artifact::piece::EffectClass;
use ecow::{EcoString, eco_format};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::record::{Entry, Held, Outcome};
use crate::engine::Step;
use crate::error::{Error, ErrorKind};
use crate::execute::Program;
use crate::value::{Value, decode, encode, encode_shown};

/// `hubspot.create_deal`
pub(super) fn action_name(program: &Program, action: ActionId) -> EcoString {
    let artifact = program.artifact();
    let action = artifact.actions.get(action.0 as usize);
    let piece = action.and_then(|action| artifact.pieces.get(action.piece.0 as usize));
    match (action, piece) {
        (Some(action), Some(piece)) => eco_format!("{}.{}", piece.name, action.name),
        _ => EcoString::new(),
    }
}

/// `sales.qualify_lead`
pub(super) fn flow_address(program: &Program, flow: FlowId) -> EcoString {
    let flow = program.artifact().flows.get(flow.0 as usize);
    flow.map(|flow| flow.address.clone()).unwrap_or_default()
}

/// The address of the flow that a run is of.
pub(super) fn address_of(program: &Program, held: &Held) -> EcoString {
    flow_address(program, FlowId(held.run.flow))
}

/// What may become of an action that is tried again. One that the artifact does not have is not tried.
pub(super) fn effect_class(program: &Program, action: ActionId) -> EffectClass {
    let action = program.artifact().actions.get(action.0 as usize);
    action.map_or(EffectClass::Once, |action| action.effect)
}

/// The id of the so-manyth run that begins because a run failed: always the same for the same failure, which the
/// number of entries in the journal tells from an earlier one.
pub(super) fn failed_id(run: &str, entries: i64, number: usize) -> EcoString {
    let parts = [entries.to_be_bytes(), (number as u64).to_be_bytes()];
    let hash = parts.iter().fold(Sha256::new().chain_update(run), Sha256::chain_update);
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// What a run that waits for another one is told of its end.
pub(super) fn result_of(program: &Program, flow: &str, outcome: &Outcome) -> Result<Value, Error> {
    match outcome {
        Outcome::Succeeded(json) => {
            let flow = program.artifact().flows.iter().find(|known| known.address == flow);
            let ty = flow.map_or(TypeId::NONE, |flow| flow.result);
            let json: Json = serde_json::from_str(json).unwrap_or_default();
            match ty {
                TypeId::NONE => Ok(Value::None),
                ty => Ok(decode(program.types(), ty, &json)?),
            }
        }
        Outcome::Failed { error, .. } => Err(error.clone()),
        Outcome::Cancelled => Err(Error::new(ErrorKind::Cancelled, "the run was cancelled")),
    }
}

/// `sales.flow:12:3`
pub(super) fn place(program: &Program, function: FunctionId, origin: Origin) -> String {
    let file = program.function(function).map(|function| function.file as usize);
    let Some(file) = file.and_then(|file| program.artifact().files.get(file)) else {
        return String::new();
    };
    let (line, column) = file.position(origin.start);
    format!("{}:{line}:{column}", file.path)
}

/// A value of a type as compact JSON; a secret is its name.
pub(super) fn json(program: &Program, ty: TypeId, value: &Value) -> String {
    encode_shown(program.types(), ty, value).to_string()
}

/// What a flow returned, as its caller gets it.
pub(super) fn flow_result(program: &Program, flow: u32, value: &Value) -> String {
    let flow = program.artifact().flows.get(flow as usize);
    let ty = flow.map_or(TypeId::NONE, |flow| flow.result);
    encode(program.types(), ty, value).to_string()
}

/// A step's result, as whole as it is.
pub(super) fn result_json(program: &Program, step: &Step, value: &Value) -> String {
    encode(program.types(), result_type(program, step), value).to_string()
}

/// The type of a step's result.
pub(super) fn result_type(program: &Program, step: &Step) -> TypeId {
    let action = program.artifact().actions.get(step.action.0 as usize);
    action.map_or(TypeId::UNKNOWN, |action| program.resolve(action.result, &step.types))
}

/// A step that has ended.
pub(super) fn step(
    program: &Program,
    step: &Step,
    outcome: &Result<Value, Error>,
    began: i64,
) -> Entry {
    let output = outcome.as_ref().ok().map(|value| {
        let ty = result_type(program, step);
        shortened(json(program, ty, value))
    });
    Entry::Step {
        step: step.id,
        action: action_name(program, step.action),
        attempts: step.attempt,
        began,
        input: shortened(arguments(program, step).to_string()),
        output,
        error: outcome.as_ref().err().cloned(),
        place: place(program, step.function, step.origin),
    }
}

fn arguments(program: &Program, step: &Step) -> Json {
    let action = program.artifact().actions.get(step.action.0 as usize);
    let parameters = action.map(|action| action.parameters.as_slice()).unwrap_or_default();
    let given = parameters.iter().zip(&step.arguments).filter(|(_, value)| !value.is_none());
    let shown = given.map(|(parameter, value)| {
        let ty = program.resolve(parameter.ty, &step.types);
        (parameter.name.to_string(), encode_shown(program.types(), ty, value))
    });
    Json::Object(shown.collect::<Map<_, _>>())
}

/// What is too long for a journal is told by its length.
fn shortened(json: String) -> String {
    match json.len() {
        length if length > Entry::LONGEST => format!("{{\"left_out\":\"{length} bytes\"}}"),
        _ => json,
    }
}
