//! Calls and values in short form.

use callflow_artifact::Artifact;
use callflow_artifact::bytecode::{ActionId, FlowId};
use callflow_artifact::types::{Type, TypeId};

use crate::engine::Step;
use crate::execute::Program;
use crate::value::{Value, brief};

/// How much of an argument is shown, in characters.
const ARGUMENT: usize = 60;

/// How much of a value that is looked at on its own, in characters.
const VALUE: usize = 300;

/// `hubspot.create_deal`
pub(super) fn action_name(artifact: &Artifact, action: ActionId) -> String {
    let action = artifact.actions.get(action.0 as usize);
    let piece = action.and_then(|action| artifact.pieces.get(action.piece.0 as usize));
    match (piece, action) {
        (Some(piece), Some(action)) => format!("{}.{}", piece.name, action.name),
        _ => "?".to_owned(),
    }
}

/// The name of a flow.
pub(super) fn flow_name(artifact: &Artifact, flow: FlowId) -> &str {
    artifact.flows.get(flow.0 as usize).map_or("?", |flow| flow.name.as_str())
}

/// The names and types of what a call is given.
pub(super) fn parameters(program: &Program, action: ActionId, types: &[TypeId]) -> Vec<Named> {
    let action = program.artifact().actions.get(action.0 as usize);
    let parameters = action.map(|action| action.parameters.as_slice()).unwrap_or_default();
    let named = parameters.iter().map(|it| (it.name.to_string(), program.resolve(it.ty, types)));
    named.collect()
}

/// The names and types of an event's fields.
pub(super) fn fields(program: &Program, flow: FlowId) -> Vec<Named> {
    let flow = program.artifact().flows.get(flow.0 as usize);
    let types = program.types();
    let record = flow.and_then(|flow| match types.get(flow.trigger.event) {
        Type::Record(record) => types.record(record),
        _ => None,
    });
    let fields = record.map(|record| record.fields.as_slice()).unwrap_or_default();
    fields.iter().map(|field| (field.name.to_string(), field.ty)).collect()
}

/// A name and a type.
pub(super) type Named = (String, TypeId);

/// `crm.create_deal(name: "Acme", amount: 1200)`
pub(super) fn call_shown(program: &Program, step: &Step) -> String {
    let name = action_name(program.artifact(), step.action);
    let parameters = parameters(program, step.action, &step.types);
    format!("{name}({})", listed(program, &parameters, &step.arguments))
}

/// `name: "Acme", amount: 1200`, without what is none.
pub(super) fn listed(program: &Program, named: &[Named], values: &[Value]) -> String {
    let given = named.iter().zip(values).filter(|(_, value)| !value.is_none());
    let one = |((name, ty), value): (&Named, &Value)| {
        format!("{name}: {}", brief(program.types(), *ty, value, ARGUMENT))
    };
    given.map(one).collect::<Vec<_>>().join(", ")
}

/// A value on one line.
pub(super) fn value(program: &Program, ty: TypeId, value: &Value) -> String {
    brief(program.types(), ty, value, VALUE)
}
