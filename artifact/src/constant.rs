//! Values that stand in the text: literals, defaults, samples.

use ecow::EcoString;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::types::{ChoiceId, RecordId};

/// A value that is known when the flow is compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Constant {
    /// `none`.
    None,
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
    List(Vec<Constant>),
    /// Entries in order.
    Map(Vec<(EcoString, Constant)>),
    /// A record's values in the order of its fields.
    Record(RecordId, Vec<Constant>),
    /// A tagged alternative: which variant, and its record's values.
    Tagged(ChoiceId, u16, Vec<Constant>),
    /// Compact JSON text of a `json` value.
    Json(EcoString),
}
