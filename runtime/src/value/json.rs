//! JSON from outside: read with limits, and measured before it grows.

use serde_json::{Number, Value};

/// How deep arrays and objects may be nested. What is deeper than this cannot be read back.
pub const DEPTH_LIMIT: usize = 127;

/// Why a text is no JSON that a flow can work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// More bytes than allowed.
    #[error("the JSON is {size} bytes long, which is more than the limit of {limit}")]
    TooLarge {
        /// How long it is.
        size: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Deeper than [`DEPTH_LIMIT`].
    #[error("the JSON is nested deeper than {DEPTH_LIMIT} levels (line {line}, column {column})")]
    TooDeep {
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
    },
    /// The text stops in the middle, as one that was cut off does.
    #[error("the JSON ends too early (line {line}, column {column})")]
    Incomplete {
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
    },
    /// It breaks a rule of JSON's.
    #[error("this is not JSON: {reason} (line {line}, column {column})")]
    Broken {
        /// What is wrong.
        reason: String,
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
    },
}

/// Reads JSON of at most `limit` bytes.
///
/// # Errors
/// Text that is too long, too deep or not JSON; the place is told by line and column.
pub fn parse(bytes: &[u8], limit: usize) -> Result<Value, JsonError> {
    if bytes.len() > limit {
        return Err(JsonError::TooLarge { size: bytes.len(), limit });
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_eof() {
            return JsonError::Incomplete { line, column };
        }
        let message = error.to_string();
        // serde_json tells the kinds of syntax errors apart in its messages only.
        if message.starts_with("recursion limit") {
            return JsonError::TooDeep { line, column };
        }
        let reason = message.split(" at line ").next().unwrap_or_default().to_owned();
        JsonError::Broken { reason, line, column }
    })
}

/// How much there is of a JSON value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// How deep arrays and objects are nested; 0 for a scalar.
    pub depth: usize,
    /// About as many bytes as its compact text.
    pub size: usize,
}

/// Measures a JSON value in time proportional to its size.
pub fn measure(json: &Value) -> Extent {
    match json {
        Value::Null | Value::Bool(_) => Extent { depth: 0, size: 4 },
        Value::Number(number) => Extent { depth: 0, size: number.as_str().len() },
        Value::String(text) => Extent { depth: 0, size: text.len() + 2 },
        Value::Array(items) => nest(items.iter().map(|item| (0, item))),
        Value::Object(entries) => nest(entries.iter().map(|(key, value)| (key.len() + 3, value))),
    }
}

fn nest<'a>(parts: impl Iterator<Item = (usize, &'a Value)>) -> Extent {
    parts.fold(Extent { depth: 1, size: 2 }, |whole, (key, part)| {
        let part = measure(part);
        Extent { depth: whole.depth.max(part.depth + 1), size: whole.size + key + part.size + 1 }
    })
}

/// The JSON number with exactly these digits; null for a text that is no number of JSON's.
pub(crate) fn number(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place() {
        let error = |text: &str| parse(text.as_bytes(), 1000).unwrap_err().to_string();
        assert_eq!(error("{\n  \"a\": }"), "this is not JSON: expected value (line 2, column 8)");
        assert_eq!(error("{\"a\": [1, 2"), "the JSON ends too early (line 1, column 11)");
        assert_eq!(
            error(&"[".repeat(200)),
            "the JSON is nested deeper than 127 levels (line 1, column 128)"
        );
        assert_eq!(
            error(&" ".repeat(1001)),
            "the JSON is 1001 bytes long, which is more than the limit of 1000"
        );
    }

    #[test]
    fn the_deepest_json_allowed_is_measured_so() {
        let text = format!("{}{}", "[".repeat(DEPTH_LIMIT), "]".repeat(DEPTH_LIMIT));
        assert_eq!(measure(&parse(text.as_bytes(), 1000).unwrap()).depth, DEPTH_LIMIT);
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(number("1200.50").to_string(), "1200.50");
        assert_eq!(number("1-2"), Value::Null);
    }
}
