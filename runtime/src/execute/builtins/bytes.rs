//! Methods of bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callflow_artifact::Builtin;

use super::{Arguments, text};
use crate::error::Error;
use crate::execute::limits::check_text;
use crate::execute::machine::broken;
use crate::value::Value;

/// Calls a method of bytes.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let bytes = arguments.bytes(0)?;
    Ok(match builtin {
        Builtin::BytesLength => Value::Int(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
        Builtin::BytesIsEmpty => Value::Bool(bytes.is_empty()),
        Builtin::BytesHex => {
            check_text(bytes.len().saturating_mul(2))?;
            Value::Text(text::hex(bytes))
        }
        Builtin::BytesHash => Value::Text(text::hash(bytes)),
        Builtin::BytesBase64 => Value::text(STANDARD.encode(bytes)),
        Builtin::BytesToText => std::str::from_utf8(bytes).map_or(Value::None, Value::text),
        _ => return Err(broken()),
    })
}
