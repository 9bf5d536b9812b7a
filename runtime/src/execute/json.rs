//! Instructions on `json`. A `null` inside counts as nothing when it is read, as it does for an optional field.

use std::sync::Arc;

use callflow_artifact::bytecode::Reg;
use callflow_artifact::types::Type;
use ecow::eco_format;
use serde_json::Value as Json;

use super::collections::position;
use super::limits::{JSON_LIMIT, check_items, too_large};
use super::machine::{Machine, Trap, broken};
use crate::error::Error;
use crate::value::brief::brief_json;
use crate::value::json::{DEPTH_LIMIT, measure};
use crate::value::{Value, encode_within};

/// How many characters of a wrong value an error shows.
const SHOWN: usize = 60;

impl Machine<'_> {
    /// A register's value as JSON, by its type.
    pub(super) fn converted_to_json(&mut self, src: Reg) -> Result<Value, Error> {
        if let json @ Value::Json(_) = self.read(src) {
            return Ok(json.clone());
        }
        self.json_of(src).map(Value::json)
    }

    /// An object's value at a key or an array's at an index, or none.
    pub(super) fn json_index(&self, json: Reg, key: Reg) -> Result<Value, Error> {
        let Value::Json(json) = self.read(json) else { return Err(broken()) };
        let found = match self.read(key) {
            Value::Text(key) => json.get(key.as_str()),
            Value::Int(index) => json
                .as_array()
                .and_then(|items| position(*index, items.len()).and_then(|at| items.get(at))),
            _ => return Err(broken()),
        };
        Ok(present(found))
    }

    /// Sets an object's entry, in place where no other value shares it; a value that is none leaves it as it is.
    pub(super) fn json_insert(&mut self, object: Reg, key: Reg, value: Reg) -> Result<(), Trap> {
        if self.read(value).is_none() && is_optional(self, value) {
            return Ok(());
        }
        let Value::Text(key) = self.read(key).clone() else { return Err(broken().into()) };
        let json = self.json_of(value)?;
        let extent = measure(&json);
        self.work += extent.size as u64 / 64;
        if extent.depth >= DEPTH_LIMIT {
            return Err(too_deep().into());
        }
        self.change_object(object, |entries| {
            check_items(entries.len() + 1)?;
            entries.insert(key.into(), json);
            Ok(())
        })
    }

    /// Puts all entries of a record, a map or a JSON object into an object.
    pub(super) fn json_extend(&mut self, object: Reg, from: Reg) -> Result<(), Trap> {
        let from = match self.json_of(from)? {
            Json::Object(entries) => entries,
            Json::Null => return Ok(()),
            other => {
                let found = brief_json(&other, SHOWN);
                let message = eco_format!("only an object has entries, and this is {found}");
                return Err(Error::invalid(message).into());
            }
        };
        self.work += from.len() as u64;
        self.change_object(object, |entries| {
            check_items(entries.len() + from.len())?;
            entries.extend(from);
            Ok(())
        })
    }

    /// A register's value as JSON of its own, within the limits.
    fn json_of(&mut self, src: Reg) -> Result<Json, Error> {
        let json =
            encode_within(self.program.types(), self.type_of(src), self.read(src), JSON_LIMIT)
                .map_err(|error| too_large(error.to_string()))?;
        if !matches!(json, Json::Null | Json::Bool(_) | Json::Number(_)) {
            self.work += measure(&json).size as u64 / 64;
        }
        Ok(json)
    }

    fn change_object(
        &mut self,
        object: Reg,
        change: impl FnOnce(&mut serde_json::Map<String, Json>) -> Result<(), Error>,
    ) -> Result<(), Trap> {
        let Value::Json(mut json) = self.take(object) else { return Err(broken().into()) };
        let result = match Arc::make_mut(&mut json) {
            Json::Object(entries) => change(entries),
            other => {
                let found = brief_json(other, SHOWN);
                Err(Error::invalid(eco_format!(
                    "only an object takes entries, and this is {found}"
                )))
            }
        };
        self.write(object, Value::Json(json));
        Ok(result?)
    }
}

/// What was found in JSON as `json?`.
pub(super) fn present(found: Option<&Json>) -> Value {
    match found {
        None | Some(Json::Null) => Value::None,
        Some(json) => Value::json(json.clone()),
    }
}

/// What JSON that is nested too deeply fails with.
pub(super) fn too_deep() -> Error {
    too_large(eco_format!("JSON may be nested {DEPTH_LIMIT} levels deep and no deeper"))
}

fn is_optional(machine: &Machine<'_>, register: Reg) -> bool {
    matches!(machine.program.types().get(machine.type_of(register)), Type::Optional(_))
}
