//! Constants of an artifact as values.

use std::sync::Arc;

use callflow_artifact::Constant;

use super::Value;

/// The value of a constant. A constant of kind `json` whose text is no JSON, which no verified artifact has, is
/// null.
pub fn from_constant(constant: &Constant) -> Value {
    let values = |constants: &[Constant]| Arc::new(constants.iter().map(from_constant).collect());
    match constant {
        Constant::None => Value::None,
        Constant::Null => Value::Null,
        Constant::Bool(b) => Value::Bool(*b),
        Constant::Int(number) => Value::Int(*number),
        Constant::Float(number) => Value::Float(*number),
        Constant::Decimal(number) => Value::Decimal(*number),
        Constant::Text(text) => Value::Text(text.clone()),
        Constant::Duration(milliseconds) => Value::Duration(*milliseconds),
        Constant::Time(time) => Value::Time(*time),
        Constant::Date(date) => Value::Date(*date),
        Constant::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
        Constant::List(items) => Value::List(values(items)),
        Constant::Map(entries) => Value::Map(Arc::new(
            entries.iter().map(|(key, value)| (key.clone(), from_constant(value))).collect(),
        )),
        Constant::Record(_, fields) => Value::Record(values(fields)),
        Constant::Tagged(_, variant, fields) => Value::Tagged(*variant, values(fields)),
        Constant::Json(text) => Value::json(serde_json::from_str(text).unwrap_or_default()),
    }
}
