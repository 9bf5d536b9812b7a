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
pub(crate) fn made(types: &Types, ty: TypeId, known: impl Fn(&str) -> Option<Value>) -> Value {
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

#[cfg(test)]
mod tests {
    use callflow_artifact::{Constant, FlowSettings, Trigger};
    use serde_json::json;

    use super::*;
    use crate::value::testing::{field, record};

    #[test]
    fn an_event_is_read_and_shown_as_the_flow_takes_it() {
        let mut types = Types::new();
        let mut tries = field("tries", TypeId::INT);
        tries.default = Some(Constant::Int(1));
        let note = field("note", types.optional(TypeId::STRING));
        let fields = vec![field("to", TypeId::PHONE), tries, note];
        let event = record(&mut types, "Event", fields).1;
        let flow = Flow {
            name: "call".into(),
            address: "call".into(),
            doc: "".into(),
            trigger: Trigger {
                name: "manual".into(),
                event,
                arguments: vec![],
                parameters: vec![],
            },
            function: callflow_artifact::bytecode::FunctionId(0),
            result: TypeId::NONE,
            settings: FlowSettings::default(),
        };
        let (value, shown) =
            read(&types, &flow, &json!({ "to": "+34600000000", "other": 1 })).unwrap();
        assert_eq!(shown, r#"{"to":"+34600000000","tries":1}"#);
        let to = |name: &str| (name == "to").then(|| Value::text("+34600000000"));
        assert_eq!(made(&types, event, to), value);
        let mismatch = read(&types, &flow, &json!({ "to": "me" })).unwrap_err();
        assert_eq!(mismatch.to_string(), "to: expected phone, found \"me\"");
    }
}
