//! Values, and their ways to and from JSON.
//!
//! A value does not carry its type: the bytecode's registers do. So [`decode`] reads JSON against a type, and
//! [`encode`] writes a value of a type.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use rust_decimal::Decimal;

/// A value of some type. Copies are cheap: what is large is shared.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `none`, and the result of what gives nothing.
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `float`
    Float(f64),
    /// `decimal`
    Decimal(Decimal),
    /// `string`, `phone`, `secret`, a choice of literals
    Text(EcoString),
    /// `duration`, in milliseconds
    Duration(i64),
    /// `time`
    Time(jiff::Timestamp),
    /// `date`
    Date(jiff::civil::Date),
    /// `bytes`
    Bytes(Arc<[u8]>),
    /// `[T]`
    List(Arc<Vec<Value>>),
    /// `[string: T]`
    Map(Arc<IndexMap<EcoString, Value>>),
    /// A record's values, in the order of its type's fields
    Record(Arc<Vec<Value>>),
    /// Which variant of a tagged choice, and its record
    Tagged(u16, Arc<Vec<Value>>),
    /// `json`
    Json(Arc<serde_json::Value>),
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("x"))
    }
}

impl<'de> serde::Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Value, D::Error> {
        Err(serde::de::Error::custom("x"))
    }
}
