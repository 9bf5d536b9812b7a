//! Values to JSON, by their type.
//!
//! A record is an object by its fields' wire names; a field that is none is left out. A `decimal` is a number
//! with exactly its digits, a `duration` a number of seconds, a `time` RFC 3339 text in UTC, a `date` ISO text,
//! `bytes` base64 text. A tagged choice is its record's object with the variant's name at `type`, first. A
//! `secret` is three stars, whatever it holds.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callflow_artifact::types::{Field, RecordId, Type, TypeId, Types, Variants};
use serde_json::{Map, Number, Value as Json};

use super::{Value, duration, format, json};

/// What stands for a secret.
pub(crate) const HIDDEN: &str = "***";

/// A value whose JSON would be larger than a limit, or deeper than what can be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is too large or too deeply nested for JSON")
    }
}

impl std::error::Error for TooLarge {}

/// Writes a value of a type. What does not fit its type, which no checked program has, is null.
pub fn encode(types: &Types, ty: TypeId, value: &Value) -> Json {
    let mut encoder = Encoder { types, left: usize::MAX, depth_left: usize::MAX, names: false };
    encoder.value(ty, value).unwrap_or_default()
}

/// Writes a value of a type for those who look at a run: a secret is its name, as in `secret CRM_KEY`. Never for
/// what an action holds, where the secret itself stands.
pub fn encode_shown(types: &Types, ty: TypeId, value: &Value) -> Json {
    let mut encoder = Encoder { types, left: usize::MAX, depth_left: usize::MAX, names: true };
    encoder.value(ty, value).unwrap_or_default()
}

/// Writes a value of a type, unless its JSON would be larger than about `limit` bytes or nested deeper than
/// [`DEPTH_LIMIT`](json::DEPTH_LIMIT). A value's parts can be shared and its JSON's cannot, so a small value may
/// be large JSON.
///
/// # Errors
/// The JSON would be too large; it is not built beyond the limits.
pub fn encode_within(
    types: &Types,
    ty: TypeId,
    value: &Value,
    limit: usize,
) -> Result<Json, TooLarge> {
    Encoder { types, left: limit, depth_left: json::DEPTH_LIMIT, names: false }.value(ty, value)
}

struct Encoder<'a> {
    types: &'a Types,
    /// How many bytes may still be written.
    left: usize,
    /// How many arrays and objects may still be opened inside each other.
    depth_left: usize,
    /// Whether secrets are names, and written.
    names: bool,
}

impl Encoder<'_> {
    fn value(&mut self, ty: TypeId, value: &Value) -> Result<Json, TooLarge> {
        self.take(8)?;
        let ty = self.types.get(self.types.without_optional(ty));
        Ok(match (ty, value) {
            (Type::Secret, Value::Text(name)) if self.names => Json::from(format!("secret {name}")),
            (Type::Secret, _) => Json::from(HIDDEN),
            (_, Value::None | Value::Null) => Json::Null,
            (_, Value::Bool(b)) => Json::Bool(*b),
            (_, Value::Int(number)) => Json::from(*number),
            (_, Value::Float(number)) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
            (_, Value::Decimal(number)) => json::number(&format::decimal(*number)),
            (_, Value::Duration(ms)) => json::number(&duration::to_seconds(*ms).to_string()),
            (_, Value::Time(time)) => Json::from(time.to_string()),
            (_, Value::Date(date)) => Json::from(date.to_string()),
            (_, Value::Text(text)) => {
                self.take(text.len())?;
                Json::from(text.as_str())
            }
            (_, Value::Bytes(bytes)) => {
                self.take(bytes.len() / 3 * 4)?;
                Json::from(STANDARD.encode(bytes))
            }
            (_, Value::Json(json)) => {
                let extent = json::measure(json);
                self.take(extent.size)?;
                if extent.depth > self.depth_left {
                    return Err(TooLarge);
                }
                Json::clone(json)
            }
            (Type::List(item), Value::List(items)) => self.nested(|encoder| {
                let items = items.iter().map(|value| encoder.value(item, value));
                items.collect::<Result<_, _>>().map(Json::Array)
            })?,
            (Type::Map(of), Value::Map(entries)) => self.nested(|encoder| {
                let entries = entries.iter().map(|(key, value)| {
                    encoder.take(key.len())?;
                    Ok((key.to_string(), encoder.value(of, value)?))
                });
                entries.collect::<Result<_, _>>().map(Json::Object)
            })?,
            (Type::Record(record), Value::Record(values)) => {
                self.nested(|encoder| encoder.record(record, values, Map::new()))?
            }
            (Type::Choice(choice), Value::Tagged(index, values)) => {
                let variants = self.types.choice(choice).map(|choice| &choice.variants);
                let (variant, tagged) = match variants {
                    Some(Variants::Tagged(variants)) => (variants.get(usize::from(*index)), true),
                    Some(Variants::Untagged(all)) => (all.get(usize::from(*index)), false),
                    _ => (None, false),
                };
                match variant {
                    Some(variant) => {
                        let tag = ("type".to_owned(), Json::from(variant.name.as_str()));
                        let object = tagged.then_some(tag).into_iter().collect();
                        self.nested(|encoder| encoder.record(variant.record, values, object))?
                    }
                    None => Json::Null,
                }
            }
            (_, Value::List(_) | Value::Map(_) | Value::Record(_) | Value::Tagged(..)) => {
                Json::Null
            }
        })
    }

    fn record(
        &mut self,
        id: RecordId,
        values: &[Value],
        mut object: Map<String, Json>,
    ) -> Result<Json, TooLarge> {
        let types = self.types;
        let fields = types.record(id).map(|record| record.fields.as_slice()).unwrap_or_default();
        for (field, value) in fields.iter().zip(values) {
            if leaves_out(field, value) {
                continue;
            }
            self.take(field.wire_name().len())?;
            object.insert(field.wire_name().to_owned(), self.value(field.ty, value)?);
        }
        Ok(Json::Object(object))
    }

    /// Writes what stands inside an array or an object.
    fn nested(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<Json, TooLarge>,
    ) -> Result<Json, TooLarge> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or(TooLarge)?;
        let json = write(self);
        self.depth_left += 1;
        json
    }

    fn take(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.left = self.left.checked_sub(bytes).ok_or(TooLarge)?;
        Ok(())
    }
}

/// Whether a field has no entry in the object: it is none, and neither of type `none` itself nor said to be null.
fn leaves_out(field: &Field, value: &Value) -> bool {
    let null = field.nullable && *value == Value::Null;
    value.is_none() && !null && field.ty != TypeId::NONE
}
