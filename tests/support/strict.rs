//! Makes a vendor's schema refuse what it does not name.
//!
//! Descriptions seldom say `additionalProperties: false`, so that a field we misspell would pass. Where a schema
//! is *used* (a body, a property, an item), `unevaluatedProperties: false` is added. A schema that is a *part*
//! (a member of `allOf`, `anyOf`, `oneOf`, or a shared component) is left open: the parts beside it name other
//! properties, and the place that uses them all closes the whole.

use serde_json::{Map, Value};

/// The strict form of a schema that is used.
pub fn used(schema: &Value) -> Value {
    let mut schema = part(schema);
    if let Some(object) = schema.as_object_mut()
        && !object.is_empty()
    {
        object.entry("unevaluatedProperties").or_insert(Value::Bool(false));
    }
    schema
}

/// The strict form of a schema that is a part of another.
pub fn part(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut strict = Map::new();
    for (keyword, value) in object {
        strict.insert(keyword.clone(), keyword_value(keyword, value));
    }
    if is_free_form(object) {
        strict.insert("additionalProperties".into(), Value::Bool(true));
    }
    Value::Object(strict)
}

fn keyword_value(keyword: &str, value: &Value) -> Value {
    match keyword {
        "properties" | "patternProperties" => map(value, used),
        "items" | "additionalProperties" => used(value),
        "allOf" | "anyOf" | "oneOf" => {
            let members = value.as_array().into_iter().flatten();
            Value::Array(members.map(part).collect())
        }
        _ => value.clone(),
    }
}

fn map(schemas: &Value, strict: fn(&Value) -> Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    Value::Object(schemas.map(|(name, schema)| (name.clone(), strict(schema))).collect())
}

/// Whether the schema takes any object at all, on purpose: one that says nothing of its properties.
fn is_free_form(schema: &Map<String, Value>) -> bool {
    const SAYS_MORE: [&str; 10] = [
        "properties",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "const",
        "enum",
    ];
    !SAYS_MORE.iter().any(|keyword| schema.contains_key(*keyword))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_used_object_is_closed_and_its_parts_are_open() {
        let schema = json!({
            "allOf": [{ "type": "object", "properties": { "a": { "type": "string" } } }],
            "properties": { "b": { "type": "object", "properties": { "c": {} } } },
        });
        assert_eq!(
            used(&schema),
            json!({
                "allOf": [{
                    "type": "object",
                    "properties": { "a": {
                        "type": "string",
                        "additionalProperties": true,
                        "unevaluatedProperties": false,
                    } },
                }],
                "properties": { "b": {
                    "type": "object",
                    "properties": { "c": { "additionalProperties": true, "unevaluatedProperties": false } },
                    "unevaluatedProperties": false,
                } },
                "unevaluatedProperties": false,
            })
        );
    }

    #[test]
    fn a_free_form_object_stays_free() {
        let strict = used(&json!({ "type": "object" }));
        assert!(jsonschema::is_valid(&strict, &json!({ "anything": 1 })));
    }
}
