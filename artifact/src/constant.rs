//! Values that stand in the text: literals, defaults, samples.

use std::cell::Cell;

use ecow::EcoString;
use rust_decimal::Decimal;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::types::{ChoiceId, RecordId};

/// A value that is known when the flow is compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Constant {
    /// `none`.
    None,
    /// `null` of a field that is `nullable`: none to read, and JSON's null when written.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `42`.
    Int(i64),
    /// `0.5` where a float is expected.
    Float(f64),
    /// `0.5`, `1200` where a decimal is expected.
    Decimal(Decimal),
    /// A `string`, `phone` or literal of a choice.
    Text(EcoString),
    /// Whole milliseconds.
    Duration(i64),
    /// An instant.
    Time(jiff::Timestamp),
    /// A civil date.
    Date(jiff::civil::Date),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// Items, all of one type.
    List(#[serde(deserialize_with = "nested")] Vec<Constant>),
    /// Entries in order.
    Map(#[serde(deserialize_with = "nested")] Vec<(EcoString, Constant)>),
    /// A record's values in the order of its fields.
    Record(RecordId, #[serde(deserialize_with = "nested")] Vec<Constant>),
    /// A tagged alternative: which variant, and its record's values.
    Tagged(ChoiceId, u16, #[serde(deserialize_with = "nested")] Vec<Constant>),
    /// Compact JSON text of a `json` value.
    Json(EcoString),
}

/// How deep constants nest: deeper than a source file's literals can, and not so deep that what follows them
/// down could run out of stack.
pub const DEEPEST: u32 = 256;

thread_local! {
    /// How many constants the one that is being decoded stands in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Decodes what stands in a constant, unless that is too deep.
fn nested<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let depth = DEPTH.get();
    if depth == DEEPEST {
        return Err(D::Error::custom("constants nest too deep"));
    }
    DEPTH.set(depth + 1);
    let value = T::deserialize(deserializer);
    DEPTH.set(depth);
    value
}
