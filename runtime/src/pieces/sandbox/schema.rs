//! Plausible instances of JSON Schemas.

use serde_json::{Map, Value as Json, json};

/// How deep schemas are followed; optional parts end earlier, so recursive types do too.
const DEPTH: usize = 24;

/// Where optional parts of a schema become null and lists stay empty.
const SHALLOW: usize = 8;

/// An instance of a schema, always the same: from its examples, alternatives and types, and where it says nothing
/// more from the names of its properties.
pub(super) fn instance(schema: &Json) -> Json {
    build(schema, schema, "", 0)
}

fn build(schema: &Json, root: &Json, name: &str, depth: usize) -> Json {
    let known = ["const", "default"].iter().find_map(|key| schema.get(*key));
    let listed = ["examples", "enum"].iter().find_map(|key| schema.get(*key)?.get(0));
    if let Some(value) = known.or(listed) {
        return value.clone();
    }
    if depth > DEPTH {
        return Json::Null;
    }
    if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
        let target = reference.strip_prefix('#').and_then(|place| root.pointer(place));
        return target.map_or(Json::Null, |target| build(target, root, name, depth + 1));
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(alternatives) = schema.get(key).and_then(Json::as_array) {
            let nullable = alternatives.iter().any(is_null);
            let first = alternatives.iter().find(|it| !is_null(it));
            return match first {
                Some(first) if !(nullable && depth > SHALLOW) => {
                    build(first, root, name, depth + 1)
                }
                _ => Json::Null,
            };
        }
    }
    match type_of(schema, depth) {
        Some("object") => object(schema, root, depth),
        Some("array") if depth > SHALLOW => json!([]),
        Some("array") => match schema.get("items") {
            Some(items) => json!([build(items, root, name.trim_end_matches('s'), depth + 1)]),
            None => json!([]),
        },
        Some("boolean") => json!(true),
        Some("integer") => json!(within(schema, 3.0) as i64),
        Some("number") => number(within(schema, 1200.0)),
        Some("string") => Json::String(string(schema, name)),
        _ => Json::Null,
    }
}

fn is_null(schema: &Json) -> bool {
    schema.get("type").and_then(Json::as_str) == Some("null")
}

/// The type that is built: of several the first that is not null.
fn type_of(schema: &Json, depth: usize) -> Option<&str> {
    match schema.get("type") {
        Some(Json::String(name)) => Some(name),
        Some(Json::Array(names)) => {
            let mut names = names.iter().filter_map(Json::as_str);
            match names.clone().any(|name| name == "null") && depth > SHALLOW {
                true => None,
                false => names.find(|name| *name != "null"),
            }
        }
        _ => schema.get("properties").map(|_| "object"),
    }
}

fn object(schema: &Json, root: &Json, depth: usize) -> Json {
    let properties = schema.get("properties").and_then(Json::as_object);
    let entries: Map<String, Json> = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), build(schema, root, name, depth + 1)))
        .collect();
    Json::Object(entries)
}

fn number(value: f64) -> Json {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

/// A number moved into the schema's bounds.
fn within(schema: &Json, number: f64) -> f64 {
    let bound = |key: &str| schema.get(key).and_then(Json::as_f64);
    let least = bound("minimum").or(bound("exclusiveMinimum").map(|it| it + 1.0));
    let most = bound("maximum").or(bound("exclusiveMaximum").map(|it| it - 1.0));
    number.max(least.unwrap_or(number)).min(most.unwrap_or(f64::MAX))
}

fn string(schema: &Json, name: &str) -> String {
    let format = schema.get("format").and_then(Json::as_str).unwrap_or_default();
    let name = name.to_lowercase();
    let is = |word: &str| format == word || name == word || name.ends_with(&format!("_{word}"));
    let text = if is("date-time") || is("time") {
        "2026-03-02T09:15:01Z"
    } else if is("date") {
        "2026-03-02"
    } else if is("email") {
        "ada@example.com"
    } else if is("uri") || is("url") {
        "https://example.com"
    } else if is("uuid") {
        "00000000-0000-4000-8000-000000000001"
    } else if is("phone") {
        "+14155550111"
    } else if is("company") {
        "Acme"
    } else if is("name") {
        "Ada Lovelace"
    } else {
        let description = schema.get("description").and_then(Json::as_str).unwrap_or_default();
        return cut(
            schema,
            match (name.as_str(), description) {
                ("", "") => "sample text".to_owned(),
                ("", description) => description.to_owned(),
                (name, _) => format!("sample {}", name.replace('_', " ")),
            },
        );
    };
    cut(schema, text.to_owned())
}

fn cut(schema: &Json, text: String) -> String {
    match schema.get("maxLength").and_then(Json::as_u64) {
        Some(most) => text.chars().take(usize::try_from(most).unwrap_or(usize::MAX)).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_of_each_sort() {
        let schema = json!({
            "type": "object",
            "properties": {
                "company": { "type": "string", "description": "Name of the caller's company" },
                "need": { "type": "string", "examples": ["forty SIP trunks"] },
                "main_topic": { "type": "string" },
                "budget": { "type": ["number", "null"] },
                "seats": { "type": "integer", "minimum": 5 },
                "interested": { "type": "boolean" },
                "stage": { "enum": ["new", "won"] },
                "follow_up": { "anyOf": [{ "type": "null" }, { "type": "string", "format": "date" }] },
                "people": { "type": "array", "items": { "$ref": "#/$defs/Person" } },
                "code": { "type": "string", "maxLength": 2 },
                "any": {}
            },
            "$defs": {
                "Person": {
                    "type": "object",
                    "properties": { "name": { "type": "string" }, "email": { "type": "string" } }
                }
            }
        });
        insta::assert_snapshot!(serde_json::to_string_pretty(&instance(&schema)).unwrap(), @r#"
        {
          "company": "Acme",
          "need": "forty SIP trunks",
          "main_topic": "sample main topic",
          "budget": 1200,
          "seats": 5,
          "interested": true,
          "stage": "new",
          "follow_up": "2026-03-02",
          "people": [
            {
              "name": "Ada Lovelace",
              "email": "ada@example.com"
            }
          ],
          "code": "sa",
          "any": null
        }
        "#);
    }

    #[test]
    fn recursion_ends() {
        let tree = json!({
            "$ref": "#/$defs/Tree",
            "$defs": {
                "Tree": {
                    "type": "object",
                    "properties": {
                        "children": { "type": "array", "items": { "$ref": "#/$defs/Tree" } },
                        "parent": { "anyOf": [{ "$ref": "#/$defs/Tree" }, { "type": "null" }] },
                    }
                }
            }
        });
        assert!(instance(&tree).to_string().len() < 10_000);
        let never = json!({ "$ref": "#" });
        assert_eq!(instance(&never), Json::Null);
    }
}
