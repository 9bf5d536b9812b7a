//! How much memory values take.
//!
//! A value counts as if it shared nothing, because nothing is shared once it is written down, and without what
//! containers keep in reserve. So a run is as large in one process as in another.

use serde_json::Value as Json;

use super::Value;

/// What each value takes, beside what it points to: a register, an item of a list, a field.
pub const SLOT: u64 = 24;

/// What each part of a `json` value takes, beside what it points to.
const JSON_SLOT: u64 = 72;

/// What each entry of a map or of a JSON object takes, beside its key's text and its value.
const ENTRY: u64 = 40;

/// Counts the bytes of values, up to a limit: values that share parts may be far too large to be counted to their
/// end.
#[derive(Debug, Clone, Copy)]
pub struct Gauge {
    bytes: u64,
    limit: u64,
}

impl Gauge {
    /// Nothing yet. When more than the limit has been counted, nothing else is.
    pub fn new(limit: u64) -> Gauge {
        Gauge { bytes: 0, limit }
    }

    /// What was counted; more than the limit stands for anything above it.
    pub fn bytes(self) -> u64 {
        self.bytes
    }

    /// Counts values.
    pub fn add<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        for value in values {
            if self.bytes > self.limit {
                return;
            }
            self.value(value);
        }
    }

    fn value(&mut self, value: &Value) {
        self.bytes += SLOT;
        match value {
            Value::None
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Decimal(_)
            | Value::Duration(_)
            | Value::Time(_)
            | Value::Date(_) => {}
            Value::Text(text) => self.bytes += text.len() as u64,
            Value::Bytes(bytes) => self.bytes += bytes.len() as u64,
            Value::List(values) | Value::Record(values) | Value::Tagged(_, values) => {
                self.add(values.iter());
            }
            Value::Map(entries) => {
                self.bytes += entries.keys().map(|key| key.len() as u64 + ENTRY).sum::<u64>();
                self.add(entries.values());
            }
            Value::Json(json) => self.json(json),
        }
    }

    fn json(&mut self, json: &Json) {
        self.bytes += JSON_SLOT;
        match json {
            Json::Null | Json::Bool(_) => {}
            Json::Number(number) => self.bytes += number.as_str().len() as u64,
            Json::String(text) => self.bytes += text.len() as u64,
            Json::Array(items) => self.several(items.iter()),
            Json::Object(entries) => {
                self.bytes += entries.keys().map(|key| key.len() as u64 + ENTRY).sum::<u64>();
                self.several(entries.values());
            }
        }
    }

    fn several<'v>(&mut self, parts: impl Iterator<Item = &'v Json>) {
        for part in parts {
            if self.bytes > self.limit {
                return;
            }
            self.json(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use indexmap::IndexMap;
    use serde_json::json;

    use super::*;

    fn size(value: &Value) -> u64 {
        let mut gauge = Gauge::new(u64::MAX);
        gauge.add([value]);
        gauge.bytes()
    }

    #[test]
    fn each_kind_of_value_is_counted() {
        assert_eq!(size(&Value::Int(7)), SLOT);
        assert_eq!(size(&Value::text("a".repeat(1000))), SLOT + 1000);
        assert_eq!(size(&Value::Bytes(vec![0; 50].into())), SLOT + 50);
        assert_eq!(size(&Value::list(vec![Value::Int(1); 10])), SLOT * 11);
        let map: IndexMap<_, _> = [("key".into(), Value::text("text"))].into_iter().collect();
        assert_eq!(size(&Value::Map(Arc::new(map))), SLOT + ENTRY + 3 + SLOT + 4);
        let json = Value::json(json!({ "key": ["text", 12, null] }));
        assert_eq!(size(&json), SLOT + JSON_SLOT * 5 + ENTRY + 3 + 4 + 2);
    }

    #[test]
    fn a_value_weighs_the_same_after_it_was_stored() {
        let inner = Value::list(vec![Value::text("the same text, longer than a few letters"); 3]);
        let value = Value::record(vec![inner.clone(), inner, Value::json(json!([1.50, "a"]))]);
        let stored: Value = postcard::from_bytes(&postcard::to_stdvec(&value).unwrap()).unwrap();
        assert_eq!(size(&value), size(&stored));
    }

    #[test]
    fn counting_ends_at_the_limit() {
        // Written out, this would be larger than any memory.
        let mut value = Value::Int(1);
        for _ in 0..100 {
            value = Value::list(vec![value.clone(), value]);
        }
        let mut gauge = Gauge::new(1000);
        gauge.add([&value]);
        assert!((1001..1100).contains(&gauge.bytes()), "{gauge:?}");
    }
}
