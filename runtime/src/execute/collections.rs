//! Instructions on records, tagged choices, lists and maps.

use std::sync::Arc;

use callflow_artifact::bytecode::Reg;
use callflow_artifact::types::{ChoiceId, RecordId};
use ecow::eco_format;
use indexmap::IndexMap;

use super::limits::{DEPTH_LIMIT, check_items, too_large};
use super::machine::{Machine, Trap, broken};
use super::nesting::depth;
use crate::error::Error;
use crate::value::Value;

impl Machine<'_> {
    /// A record of the values in some registers.
    pub(super) fn record(&mut self, record: RecordId, fields: &[Reg]) -> Result<Value, Trap> {
        let value = Value::record(fields.iter().map(|&field| self.read(field).clone()).collect());
        if self.program.nesting().is_unbounded(record) {
            self.check_depth(&value)?;
        }
        Ok(value)
    }

    /// A tagged alternative around its record, which was measured when it was made.
    pub(super) fn tagged(&self, _: ChoiceId, variant: u16, record: Reg) -> Result<Value, Error> {
        match self.read(record) {
            Value::Record(values) => Ok(Value::Tagged(variant, values.clone())),
            _ => Err(broken()),
        }
    }

    /// A record's field.
    pub(super) fn field(&self, src: Reg, index: u16) -> Result<Value, Error> {
        match self.read(src) {
            Value::Record(values) => values.get(usize::from(index)).cloned().ok_or_else(broken),
            _ => Err(broken()),
        }
    }

    /// A list of the values in some registers.
    pub(super) fn list(&self, items: &[Reg]) -> Result<Value, Error> {
        check_items(items.len())?;
        Ok(Value::list(items.iter().map(|&item| self.read(item).clone()).collect()))
    }

    /// Appends to a list, in place where no other value shares it.
    pub(super) fn append(&mut self, list: Reg, item: Reg) -> Result<(), Error> {
        let value = self.read(item).clone();
        let Value::List(items) = self.read(list) else { return Err(broken()) };
        check_items(items.len() + 1)?;
        let Value::List(mut items) = self.take(list) else { return Err(broken()) };
        Arc::make_mut(&mut items).push(value);
        self.write(list, Value::List(items));
        Ok(())
    }

    /// A list's item; a negative index counts from the end.
    pub(super) fn list_index(&self, list: Reg, index: Reg) -> Result<Value, Error> {
        let (Value::List(items), Value::Int(index)) = (self.read(list), self.read(index)) else {
            return Err(broken());
        };
        let item = position(*index, items.len()).and_then(|at| items.get(at)).cloned();
        item.ok_or_else(|| {
            let length = items.len();
            let items = if length == 1 { "item" } else { "items" };
            Error::invalid(eco_format!("index {index} is outside a list of {length} {items}"))
        })
    }

    /// A map of the keys and values in some registers; a later entry wins.
    pub(super) fn map(&self, entries: &[(Reg, Reg)]) -> Result<Value, Error> {
        let mut map = IndexMap::with_capacity(entries.len());
        for &(key, value) in entries {
            let Value::Text(key) = self.read(key) else { return Err(broken()) };
            map.insert(key.clone(), self.read(value).clone());
        }
        Ok(Value::Map(Arc::new(map)))
    }

    /// Sets an entry of a map, in place where no other value shares it.
    pub(super) fn map_insert(&mut self, map: Reg, key: Reg, value: Reg) -> Result<(), Error> {
        let Value::Text(key) = self.read(key).clone() else { return Err(broken()) };
        let value = self.read(value).clone();
        let Value::Map(entries) = self.read(map) else { return Err(broken()) };
        check_items(entries.len() + 1)?;
        let Value::Map(mut entries) = self.take(map) else { return Err(broken()) };
        Arc::make_mut(&mut entries).insert(key, value);
        self.write(map, Value::Map(entries));
        Ok(())
    }

    /// A map's value, or none.
    pub(super) fn map_index(&self, map: Reg, key: Reg) -> Result<Value, Error> {
        match (self.read(map), self.read(key)) {
            (Value::Map(entries), Value::Text(key)) => {
                Ok(entries.get(key).cloned().unwrap_or_default())
            }
            _ => Err(broken()),
        }
    }

    /// Fails for a value that is nested too deeply to be read back, compared or dropped.
    fn check_depth(&mut self, value: &Value) -> Result<(), Trap> {
        let mut work = 0;
        let most = self.budget.0.saturating_sub(self.work);
        let depth = depth(value, DEPTH_LIMIT, &mut work, most);
        self.work += work;
        match depth {
            Some(_) => Ok(()),
            None if work > most => Err(Trap::Exhausted),
            None => Err(too_large(eco_format!(
                "records may be nested {DEPTH_LIMIT} levels deep and no deeper"
            ))
            .into()),
        }
    }
}

/// The place that an index means in a list of a length; a negative one counts from the end.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 { index.checked_add(length)? } else { index };
    if (0..length).contains(&at) { usize::try_from(at).ok() } else { None }
}
