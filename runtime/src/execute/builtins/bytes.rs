//! Methods of bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callflow_artifact::Builtin;

use super::Arguments;
use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::Value;

/// Calls a method of bytes.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let bytes = arguments.bytes(0)?;
    Ok(match builtin {
        Builtin::BytesLength => Value::Int(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
        Builtin::BytesBase64 => Value::text(STANDARD.encode(bytes)),
        Builtin::BytesToText => std::str::from_utf8(bytes).map_or(Value::None, Value::text),
        _ => return Err(broken()),
    })
}
