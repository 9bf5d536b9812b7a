//! Methods of `json`.

use callflow_artifact::Builtin;
use ecow::eco_format;
use serde_json::Value as Json;

use super::Arguments;
use crate::error::Error;
use crate::execute::collections::position;
use crate::execute::json::present;
use crate::execute::machine::broken;
use crate::value::Value;
use crate::value::brief::brief_json;

/// Calls a method of a `json`. A `null` inside counts as nothing.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let json = arguments.json(0)?;
    Ok(match builtin {
        Builtin::JsonGet => present(json.get(arguments.text(1)?.as_str())),
        Builtin::JsonPath => present(follow(json, arguments.text(1)?)),
        Builtin::JsonHas => Value::Bool(json.get(arguments.text(1)?.as_str()).is_some()),
        Builtin::JsonLength => Value::Int(length(json)),
        Builtin::JsonKind => Value::text(match json {
            Json::Null => "null",
            Json::Bool(_) => "bool",
            Json::Number(_) => "number",
            Json::String(_) => "text",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        }),
        Builtin::JsonKeys => {
            let keys = json.as_object().into_iter().flat_map(serde_json::Map::keys);
            Value::list(keys.map(Value::text).collect())
        }
        Builtin::JsonItems => match json {
            Json::Array(items) => Value::list(items.iter().cloned().map(Value::json).collect()),
            other => {
                let found = brief_json(other, 60);
                return Err(Error::invalid(eco_format!(
                    "only an array has items, and this is {found}"
                )));
            }
        },
        Builtin::JsonIsNull => Value::Bool(json.is_null()),
        Builtin::JsonToText => Value::text(json.to_string()),
        _ => return Err(broken()),
    })
}

/// Takes over the entries of an object into another, and so on in objects that both have; anything else is
/// replaced. Both are nested no deeper than JSON may be, and so is what they make.
pub(super) fn merge(json: &mut Json, other: &Json) {
    let (Json::Object(entries), Json::Object(others)) = (&mut *json, other) else {
        *json = other.clone();
        return;
    };
    for (key, other) in others {
        match entries.get_mut(key) {
            Some(entry) => merge(entry, other),
            None => {
                entries.insert(key.clone(), other.clone());
            }
        }
    }
}

fn length(json: &Json) -> i64 {
    let length = match json {
        Json::Array(items) => items.len(),
        Json::Object(entries) => entries.len(),
        _ => 0,
    };
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// The value at a path like `a.b[0].c`; an index from the end is negative. A path that is malformed leads
/// nowhere.
fn follow<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    let mut here = json;
    for step in path.split('.') {
        let (name, indices) = step.split_at(step.find('[').unwrap_or(step.len()));
        if !name.is_empty() {
            here = here.get(name)?;
        } else if indices.is_empty() {
            return None;
        }
        let mut rest = indices;
        while !rest.is_empty() {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            let items = here.as_array()?;
            here = items.get(position(index.parse().ok()?, items.len())?)?;
            rest = after;
        }
    }
    Some(here)
}
