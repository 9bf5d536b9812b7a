//! Values, and their ways to and from JSON.
//!
//! A value does not carry its type: the bytecode's registers do. So [`decode`](decode::decode) reads JSON
//! against a type, and [`encode`](encode::encode) writes a value of a type. [`mod@format`] has the one text form of
//! each scalar, [`equal`] the language's `==`, [`mod@schema`] and [`mod@sample`] what can be said of a type alone,
//! [`mod@brief`] what a person is shown of a value, [`stored`] how a suspended run holds it, and [`size`] how much
//! memory that takes.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub mod brief;
pub mod constant;
pub mod decode;
pub mod duration;
pub mod encode;
pub mod equal;
pub mod format;
pub mod json;
pub mod sample;
pub mod schema;
pub mod size;
mod stored;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use brief::{brief, brief_json};
pub use constant::from_constant;
pub use decode::{DecodeError, Mismatch, decode, decode_bytes};
pub use encode::{TooLarge, encode, encode_shown, encode_within};
pub use sample::sample;
pub use schema::schema;

/// A value of some type. Copies are cheap: what is large is shared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// `none`, and the result of what gives nothing.
    #[default]
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `float`; always finite
    Float(f64),
    /// `decimal`
    Decimal(Decimal),
    /// `string`, `phone`, `secret`, a choice of literals
    Text(EcoString),
    /// `duration`, in milliseconds
    Duration(i64),
    /// `time`
    Time(#[serde(with = "stored::time")] jiff::Timestamp),
    /// `date`
    Date(#[serde(with = "stored::date")] jiff::civil::Date),
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
    Json(#[serde(with = "stored::json")] Arc<serde_json::Value>),
    /// `null` of a `nullable` field: none to read, and JSON's null when that field is written
    Null,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<EcoString>) -> Value {
        Value::Text(text.into())
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    /// A record with its values in the order of its type's fields.
    pub fn record(fields: Vec<Value>) -> Value {
        Value::Record(Arc::new(fields))
    }

    /// A `json` value.
    pub fn json(json: serde_json::Value) -> Value {
        Value::Json(Arc::new(json))
    }

    /// Whether it is `none`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None | Value::Null)
    }

    /// The text of a value that is held as one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a record, of a plain one or of a tagged alternative.
    pub fn as_record(&self) -> Option<&[Value]> {
        match self {
            Value::Record(fields) | Value::Tagged(_, fields) => Some(fields),
            _ => None,
        }
    }
}
