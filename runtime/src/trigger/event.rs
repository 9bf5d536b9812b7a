//! The event of a flow: as a value, and as the JSON that people are shown.

use callflow_artifact::Flow;
use callflow_artifact::types::{Type, TypeId, Types};
use serde_json::Value as Json;

use crate::value::{Mismatch, Value, decode, encode_shown, from_constant};

/// Reads an event in our canonical JSON as a flow takes it: the value, and the compact JSON for those who look,
/// where a secret is its name.
///
/// # Errors
/// The first place that does not fit the flow's event.
pub fn read(types: &Types, flow: &Flow, json: &Json) -> Result<(Value, String), Mismatch> {
    let event = decode(types, flow.trigger.event, json)?;
    let shown = shown(types, flow, &event);
    Ok((event, shown))
}

/// A flow's event as compact JSON for those who look.
pub fn shown(types: &Types, flow: &Flow, event: &Value) -> String {
    encode_shown(types, flow.trigger.event, event).to_string()
}

/// An event that the runtime itself makes, from the values of its fields by name. A field that the runtime does
/// not know is its default, else none.
pub(super) fn made(types: &Types, ty: TypeId, known: impl Fn(&str) -> Option<Value>) -> Value {
    let fields = match types.get(ty) {
        Type::Record(id) => types.record(id).map(|record| record.fields.as_slice()),
        _ => None,
    };
    let fields = fields.unwrap_or_default().iter().map(|field| {
        let default = || field.default.as_ref().map_or(Value::None, from_constant);
        known(&field.name).unwrap_or_else(default)
    });
    Value::record(fields.collect())
}
