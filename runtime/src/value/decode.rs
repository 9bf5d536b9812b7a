//! JSON to values, checked against a type.
//!
//! The rules: a record is an object by its fields' wire names, unknown entries are ignored, a missing entry is
//! the field's default, else none where the field is optional, else a mismatch; `null` is none for an optional
//! and counts as missing for a field with a default. An `int` is a whole number (`1.0` is one, `"1"` is not), a
//! `float` a number that is finite, a `decimal` a number or a text that spells one. A `duration` is a number of
//! seconds or a text like `1m 30s`, a `time` RFC 3339 text, a `date` ISO text, `bytes` base64 text. A tagged
//! choice is an object with the variant's name at `type`. A `secret` is never read.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use callflow_artifact::phone::is_phone;
use callflow_artifact::types::{ChoiceId, RecordId, Type, TypeId, Types, Variant, Variants};
use ecow::EcoString;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Number, Value as Json};

use super::brief::brief_json;
use super::json::{self, JsonError};
use super::{Value, duration, from_constant};
use crate::error::Error;

/// The characters of a found value that a mismatch shows.
const SHOWN: usize = 60;

/// JSON that does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where, from the value's root: `messages[2].role`; empty for the root itself.
    pub path: String,
    /// The type as an author writes it.
    pub expected: String,
    /// A short rendering of what stands there; `nothing` for a missing field.
    pub found: String,
}

impl Mismatch {
    fn new(expected: impl Into<String>, found: &Json) -> Mismatch {
        Mismatch { path: String::new(), expected: expected.into(), found: brief_json(found, SHOWN) }
    }

    /// The mismatch as seen from one field further out.
    fn in_field(mut self, name: &str) -> Mismatch {
        let mut path = String::new();
        if name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty() {
            path.push_str(name);
        } else {
            let _ = write!(path, "[{name:?}]");
        }
        if !self.path.is_empty() && !self.path.starts_with('[') {
            path.push('.');
        }
        self.path.insert_str(0, &path);
        self
    }

    /// The mismatch as seen from one list further out.
    fn in_item(mut self, index: usize) -> Mismatch {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path.insert_str(0, &format!("[{index}]{dot}"));
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Mismatch {}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Error {
        Error::invalid(mismatch.to_string())
    }
}

/// Why bytes cannot be read as a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They are no JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// They are JSON of another shape.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Error {
        Error::invalid(error.to_string())
    }
}

/// Reads JSON as a type. The type has no parameters.
///
/// # Errors
/// The first place that does not fit, in the order of the type's fields.
pub fn decode(types: &Types, ty: TypeId, json: &Json) -> Result<Value, Mismatch> {
    let mismatch = || Mismatch::new(types.display(ty), json);
    let fits = |value: Option<Value>| value.ok_or_else(mismatch);
    match types.get(ty) {
        Type::None => fits(json.is_null().then_some(Value::None)),
        Type::Bool => fits(json.as_bool().map(Value::Bool)),
        Type::Int => fits(json.as_number().and_then(int).map(Value::Int)),
        Type::Float => fits(json.as_number().and_then(float).map(Value::Float)),
        Type::Decimal => fits(decimal(json).map(Value::Decimal)),
        Type::String => fits(json.as_str().map(Value::text)),
        Type::Duration => fits(milliseconds(json).map(Value::Duration)),
        Type::Time => fits(json.as_str().and_then(time).map(Value::Time)),
        Type::Date => fits(json.as_str().and_then(date).map(Value::Date)),
        Type::Bytes => fits(json.as_str().and_then(bytes).map(Value::Bytes)),
        Type::Phone => fits(json.as_str().filter(|text| is_phone(text)).map(Value::text)),
        Type::Json => Ok(Value::json(json.clone())),
        Type::Optional(_) if json.is_null() => Ok(Value::None),
        Type::Optional(inner) => decode(types, inner, json),
        Type::List(item) => {
            let items = json.as_array().ok_or_else(mismatch)?.iter().enumerate();
            let items = items.map(|(i, json)| decode(types, item, json).map_err(|m| m.in_item(i)));
            items.collect::<Result<Vec<Value>, Mismatch>>().map(Value::list)
        }
        Type::Map(value) => {
            let entries = json.as_object().ok_or_else(mismatch)?.iter().map(|(key, json)| {
                let value = decode(types, value, json).map_err(|m| m.in_field(key))?;
                Ok((EcoString::from(key), value))
            });
            entries.collect::<Result<_, Mismatch>>().map(|entries| Value::Map(Arc::new(entries)))
        }
        Type::Record(record) => {
            let object = json.as_object().ok_or_else(mismatch)?;
            decode_record(types, record, object).map(Value::Record)
        }
        Type::Choice(id) => decode_choice(types, ty, id, json),
        // No JSON fits these: a secret comes from a connection, the others are types of no value.
        Type::Secret => Err(Mismatch { found: "JSON".into(), ..Mismatch::new("secret", json) }),
        Type::Unknown | Type::Never | Type::Parameter(_) => Err(mismatch()),
    }
}

/// Reads JSON text of at most `limit` bytes as a type.
///
/// # Errors
/// Text that is too long, too deep or broken (with line and column), and JSON that does not fit.
pub fn decode_bytes(
    types: &Types,
    ty: TypeId,
    bytes: &[u8],
    limit: usize,
) -> Result<Value, DecodeError> {
    let json = json::parse(bytes, limit)?;
    Ok(decode(types, ty, &json)?)
}

fn decode_record(
    types: &Types,
    id: RecordId,
    object: &Map<String, Json>,
) -> Result<Arc<Vec<Value>>, Mismatch> {
    let fields = types.record(id).map(|record| record.fields.as_slice()).unwrap_or_default();
    let mut values = Vec::with_capacity(fields.len());
    for field in fields {
        let json = object.get(field.wire_name());
        let value = match (json, &field.default, types.get(field.ty)) {
            (Some(json), None, _) | (Some(json), Some(_), Type::Json) => {
                decode(types, field.ty, json)
            }
            (Some(json), Some(_), _) if !json.is_null() => decode(types, field.ty, json),
            (_, Some(default), _) => Ok(from_constant(default)),
            (None, None, Type::Optional(_) | Type::None) => Ok(Value::None),
            (None, None, _) => Err(Mismatch {
                path: String::new(),
                expected: types.display(field.ty),
                found: "nothing".into(),
            }),
        };
        values.push(value.map_err(|mismatch| mismatch.in_field(field.wire_name()))?);
    }
    Ok(Arc::new(values))
}

fn decode_choice(types: &Types, ty: TypeId, id: ChoiceId, json: &Json) -> Result<Value, Mismatch> {
    let mismatch = |found: &Json| Mismatch::new(alternatives(types, ty, id), found);
    match types.choice(id).map(|choice| &choice.variants) {
        Some(Variants::Literals(texts)) => json
            .as_str()
            .and_then(|text| texts.iter().find(|literal| *literal == text))
            .map(|literal| Value::Text(literal.clone()))
            .ok_or_else(|| mismatch(json)),
        Some(Variants::Tagged(variants)) => {
            let object = json.as_object().ok_or_else(|| mismatch(json))?;
            let tag = object.get("type").ok_or_else(|| mismatch(json))?;
            let (index, variant) =
                find_variant(variants, tag).ok_or_else(|| mismatch(tag).in_field("type"))?;
            Ok(Value::Tagged(index, decode_record(types, variant.record, object)?))
        }
        Some(Variants::Untagged(variants)) => {
            let object = json.as_object().ok_or_else(|| mismatch(json))?;
            let has_shape = |variant: &&Variant| has_shape(types, variant.record, object);
            let mut found = (0..).zip(variants).filter(|(_, variant)| has_shape(variant));
            let (index, variant) = found.next().ok_or_else(|| mismatch(json))?;
            Ok(Value::Tagged(index, decode_record(types, variant.record, object)?))
        }
        None => Err(mismatch(json)),
    }
}

/// Whether an object has all that a record requires: each such field is there, and one of a choice of texts is
/// one of them.
fn has_shape(types: &Types, record: RecordId, object: &Map<String, Json>) -> bool {
    let fields = types.record(record).map(|record| record.fields.as_slice()).unwrap_or_default();
    fields.iter().all(|field| {
        let found = object.get(field.wire_name()).filter(|json| !json.is_null());
        match (types.get(field.ty), found) {
            (Type::Optional(_), _) => true,
            (_, None) => field.default.is_some(),
            (Type::Choice(choice), Some(json)) => {
                match types.choice(choice).map(|choice| &choice.variants) {
                    Some(Variants::Literals(texts)) => {
                        json.as_str().is_some_and(|text| texts.iter().any(|known| known == text))
                    }
                    _ => true,
                }
            }
            (_, Some(_)) => true,
        }
    })
}

fn find_variant<'a>(variants: &'a [Variant], tag: &Json) -> Option<(u16, &'a Variant)> {
    let tag = tag.as_str()?;
    (0..).zip(variants).find(|(_, variant)| variant.name == tag)
}

/// What a choice is one of, which says more than its name.
fn alternatives(types: &Types, ty: TypeId, id: ChoiceId) -> String {
    let texts: Vec<String> = match types.choice(id).map(|choice| &choice.variants) {
        Some(Variants::Literals(texts)) => texts.iter().map(|t| format!("{t:?}")).collect(),
        Some(Variants::Tagged(variants)) => {
            variants.iter().map(|v| format!("{:?}", v.name)).collect()
        }
        Some(Variants::Untagged(variants)) => {
            variants.iter().map(|v| format!("`{}`", v.name)).collect()
        }
        None => return types.display(ty),
    };
    texts.join(" | ")
}

fn int(number: &Number) -> Option<i64> {
    if let Some(int) = number.as_i64() {
        return Some(int);
    }
    let decimal = decimal_text(number.as_str())?;
    // Rounding to 28 digits may make a fraction whole, but only past the range of an int.
    if decimal.fract().is_zero() { decimal.to_i64() } else { None }
}

fn float(number: &Number) -> Option<f64> {
    number.as_str().parse::<f64>().ok().filter(|float| float.is_finite())
}

fn decimal(json: &Json) -> Option<Decimal> {
    match json {
        Json::Number(number) => decimal_text(number.as_str()),
        Json::String(text) => decimal_text(text),
        _ => None,
    }
}

/// The decimal that a text spells, with an exponent or without, rounded to what a decimal can hold.
pub(crate) fn decimal_text(text: &str) -> Option<Decimal> {
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { text.parse().ok() }
}

fn milliseconds(json: &Json) -> Option<i64> {
    match json {
        // Digits past a millisecond are of no use to anyone: services send them by computing with floats.
        Json::Number(number) => duration::from_seconds(decimal_text(number.as_str())?.round_dp(3)),
        Json::String(text) => duration::parse(text),
        _ => None,
    }
}

/// The instant that RFC 3339 text spells.
pub(crate) fn time(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// The date that ISO text spells; not the date of a longer text.
pub(crate) fn date(text: &str) -> Option<jiff::civil::Date> {
    if text.len() == "2026-11-22".len() { text.parse().ok() } else { None }
}

fn bytes(text: &str) -> Option<Arc<[u8]>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok().map(Arc::from)
}
