//! Methods of maps.

use std::sync::Arc;

use callflow_artifact::Builtin;
use ecow::EcoString;
use indexmap::IndexMap;

use super::Arguments;
use crate::error::Error;
use crate::execute::limits::check_items;
use crate::execute::machine::broken;
use crate::value::Value;

/// Calls a method of a map.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let entries = arguments.map(0)?;
    let changed = |change: &mut dyn FnMut(&mut IndexMap<EcoString, Value>)| {
        let mut entries = entries.clone();
        change(&mut entries);
        Value::Map(Arc::new(entries))
    };
    Ok(match builtin {
        Builtin::MapLength => Value::Int(i64::try_from(entries.len()).unwrap_or(i64::MAX)),
        Builtin::MapIsEmpty => Value::Bool(entries.is_empty()),
        Builtin::MapKeys => Value::list(entries.keys().cloned().map(Value::Text).collect()),
        Builtin::MapValues => Value::list(entries.values().cloned().collect()),
        Builtin::MapGet => entries.get(arguments.text(1)?).cloned().unwrap_or_default(),
        Builtin::MapHas => Value::Bool(entries.contains_key(arguments.text(1)?)),
        Builtin::MapSet => {
            let (key, value) = (arguments.text(1)?, arguments.value(2)?);
            changed(&mut |entries| {
                entries.insert(key.clone(), value.clone());
            })
        }
        Builtin::MapWithout => {
            let key = arguments.text(1)?;
            changed(&mut |entries| {
                entries.shift_remove(key);
            })
        }
        Builtin::MapMerge => {
            let other = arguments.map(1)?;
            check_items(entries.len() + other.len())?;
            changed(&mut |entries| {
                entries.extend(other.iter().map(|(key, value)| (key.clone(), value.clone())));
            })
        }
        Builtin::MapEntries => {
            let entry = |(key, value): (&EcoString, &Value)| {
                Value::record(vec![Value::Text(key.clone()), value.clone()])
            };
            Value::list(entries.iter().map(entry).collect())
        }
        _ => return Err(broken()),
    })
}
