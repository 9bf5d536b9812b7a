//! Answers made from a vendor's description, to see that our types take what the vendor may send.

use serde_json::{Map, Value, json};

use super::description::Description;

/// How much of a schema an answer has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// Only what is required.
    Required,
    /// Every property, with `null` wherever it is allowed.
    Nulls,
}

/// An answer of a schema. Patterns are not followed: our types do not know them.
pub fn generate(description: &Description, schema: &Value, extent: Extent) -> Value {
    Generator { description, extent }.value(schema, 0)
}

struct Generator<'a> {
    description: &'a Description,
    extent: Extent,
}

/// Deeper than this there is nothing but what is required.
const MAX_DEPTH: usize = 6;

impl Generator<'_> {
    fn value(&self, schema: &Value, depth: usize) -> Value {
        let schema = self.description.resolve(schema);
        if self.extent == Extent::Nulls && depth > 0 && self.takes_null(schema) {
            return Value::Null;
        }
        if let Some(value) = schema.get("const").or_else(|| schema.pointer("/enum/0")) {
            return value.clone();
        }
        if let Some(all) = schema["allOf"].as_array() {
            let mut whole = self.object(schema, depth);
            for member in all {
                if let Value::Object(part) = self.value(member, depth) {
                    whole.extend(part);
                }
            }
            return Value::Object(whole);
        }
        let alternatives = schema.get("anyOf").or_else(|| schema.get("oneOf"));
        let says_something = |member: &&Value| member.as_object().is_some_and(|it| !it.is_empty());
        let mut alternatives = alternatives.and_then(Value::as_array).into_iter().flatten();
        if let Some(first) = alternatives.find(says_something) {
            return self.value(first, depth);
        }
        match type_of(schema) {
            "alternatives" => self.value(&schema["items"], depth),
            "array" => self.array(schema, depth),
            "string" => json!(text(schema)),
            "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
            "boolean" => json!(true),
            "null" => Value::Null,
            _ => Value::Object(self.object(schema, depth)),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Map<String, Value> {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let all = self.extent == Extent::Nulls && depth < MAX_DEPTH;
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties
            .filter(|(name, _)| all || required.contains(&name.as_str()))
            .map(|(name, schema)| (name.clone(), self.value(schema, depth + 1)))
            .collect()
    }

    fn array(&self, schema: &Value, depth: usize) -> Value {
        match schema.get("items") {
            Some(items) if depth < MAX_DEPTH => json!([self.value(items, depth + 1)]),
            _ => json!([]),
        }
    }

    fn takes_null(&self, schema: &Value) -> bool {
        let among_types = match &schema["type"] {
            Value::Array(types) => types.contains(&json!("null")),
            ty => ty == "null",
        };
        let alternatives =
            ["anyOf", "oneOf"].into_iter().filter_map(|word| schema[word].as_array());
        among_types
            || alternatives
                .flatten()
                .any(|member| self.takes_null(self.description.resolve(member)))
    }
}

fn type_of(schema: &Value) -> &str {
    let declared = match &schema["type"] {
        Value::Array(types) => types.iter().find(|ty| **ty != "null").and_then(Value::as_str),
        ty => ty.as_str(),
    };
    match declared {
        Some(ty) => ty,
        // Slack writes the alternatives of an object as the items of what is no list.
        None if schema.get("items").is_some() => "alternatives",
        None => "object",
    }
}

fn text(schema: &Value) -> &str {
    match schema["format"].as_str() {
        Some("date-time") => "2026-03-02T09:15:01.000Z",
        Some("date") => "2026-03-02",
        Some("uuid") => "7c2f0d5e-0000-4000-8000-000000000001",
        Some("uri") => "https://example.com/",
        Some("email") => "ada@example.com",
        _ => "text",
    }
}
