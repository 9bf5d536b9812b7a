//! Methods of texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callflow_artifact::Builtin;
use callflow_artifact::phone::is_phone;
use ecow::{EcoString, eco_format};
use sha2::{Digest, Sha256};

use super::Arguments;
use crate::error::Error;
use crate::execute::limits::{TEXT_LIMIT, check_text};
use crate::execute::machine::broken;
use crate::value::{Value, decode, json};

/// Calls a method of a text.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0)?;
    Ok(match builtin {
        Builtin::TextLength => int(text.chars().count()),
        Builtin::TextIsEmpty => Value::Bool(text.trim().is_empty()),
        Builtin::TextLower => Value::Text(text.to_lowercase()),
        Builtin::TextUpper => Value::Text(text.to_uppercase()),
        Builtin::TextTrim => Value::text(text.trim()),
        Builtin::TextSplit => split(text, arguments.text(1)?),
        Builtin::TextContains => Value::Bool(text.contains(arguments.text(1)?.as_str())),
        Builtin::TextStartsWith => Value::Bool(text.starts_with(arguments.text(1)?.as_str())),
        Builtin::TextEndsWith => Value::Bool(text.ends_with(arguments.text(1)?.as_str())),
        Builtin::TextReplace => replace(text, arguments.text(1)?, arguments.text(2)?)?,
        Builtin::TextSlice => slice(text, arguments.int(1)?, arguments.int_or_none(2)?),
        Builtin::TextPadStart => {
            let padding = padding(text, arguments.int(1)?, arguments.text(2)?)?;
            Value::Text(eco_format!("{padding}{text}"))
        }
        Builtin::TextPadEnd => {
            let padding = padding(text, arguments.int(1)?, arguments.text(2)?)?;
            Value::Text(eco_format!("{text}{padding}"))
        }
        Builtin::TextRepeat => {
            let times = usize::try_from(arguments.int(1)?.max(0)).unwrap_or(usize::MAX);
            check_text(text.len().saturating_mul(times))?;
            // Nothing, however often, is nothing.
            Value::Text(if text.is_empty() { EcoString::new() } else { text.repeat(times) })
        }
        Builtin::TextReverse => Value::Text(text.chars().rev().collect()),
        Builtin::TextIndexOf => match text.find(arguments.text(1)?.as_str()) {
            Some(at) => int(text.get(..at).unwrap_or_default().chars().count()),
            None => Value::None,
        },
        Builtin::TextLines => Value::list(text.lines().map(Value::text).collect()),
        Builtin::TextWords => Value::list(text.split_whitespace().map(Value::text).collect()),
        Builtin::TextCapitalize => capitalize(text),
        Builtin::TextToInt => text.trim().parse().map_or(Value::None, Value::Int),
        Builtin::TextToFloat => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => Value::None,
        },
        Builtin::TextToDecimal => {
            decode::decimal_text(text.trim()).map_or(Value::None, Value::Decimal)
        }
        Builtin::TextToBool => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Value::Bool(true),
            "false" | "no" | "0" => Value::Bool(false),
            _ => Value::None,
        },
        Builtin::TextToTime => decode::time(text.trim()).map_or(Value::None, Value::Time),
        Builtin::TextToDate => decode::date(text.trim()).map_or(Value::None, Value::Date),
        Builtin::TextToPhone => phone(text.trim()),
        Builtin::TextParseJson => match json::parse(text.as_bytes(), TEXT_LIMIT) {
            Ok(json) => Value::json(json),
            Err(error) => return Err(Error::invalid(error.to_string())),
        },
        Builtin::TextUrlEncode => Value::Text(url_encode(text)),
        Builtin::TextUrlDecode => Value::text(url_decode(text)?),
        Builtin::TextBase64 => Value::text(STANDARD.encode(text.as_bytes())),
        Builtin::TextToBytes => Value::Bytes(text.as_bytes().into()),
        Builtin::TextHash => {
            let hash = Sha256::digest(text.as_bytes());
            Value::Text(hash.iter().map(|byte| eco_format!("{byte:02x}")).collect())
        }
        Builtin::TextMask => mask(text, arguments.int(1)?),
        _ => return Err(broken()),
    })
}

/// An empty separator stands between all characters.
fn split(text: &str, separator: &str) -> Value {
    if separator.is_empty() {
        return Value::list(text.chars().map(|c| Value::text(EcoString::from(c))).collect());
    }
    Value::list(text.split(separator).map(Value::text).collect())
}

/// An empty text occurs nowhere.
fn replace(text: &EcoString, old: &str, new: &str) -> Result<Value, Error> {
    if old.is_empty() {
        return Ok(Value::Text(text.clone()));
    }
    let count = text.matches(old).count();
    let longer = new.len().saturating_sub(old.len());
    check_text(text.len().saturating_add(count.saturating_mul(longer)))?;
    Ok(Value::text(text.replace(old, new)))
}

fn slice(text: &EcoString, start: i64, end: Option<i64>) -> Value {
    let from_end = start < 0 || end.is_some_and(|end| end < 0);
    let length = if from_end { text.chars().count() } else { usize::MAX };
    let place = |index: i64| -> usize {
        let size = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        if index < 0 { length.saturating_sub(size) } else { size }
    };
    let start = place(start);
    let count = end.map_or(usize::MAX, place).saturating_sub(start);
    Value::Text(text.chars().skip(start).take(count).collect())
}

/// What fills a text up to a length in characters.
fn padding(text: &str, length: i64, with: &str) -> Result<String, Error> {
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    let missing = length.saturating_sub(text.chars().count());
    if with.is_empty() || missing == 0 {
        return Ok(String::new());
    }
    check_text(missing.saturating_add(text.len()))?;
    Ok(with.chars().cycle().take(missing).collect())
}

fn capitalize(text: &str) -> Value {
    let mut rest = text.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    Value::Text(eco_format!("{first}{}", rest.as_str()))
}

/// The phone that a text spells, also one with the signs that people put between digits.
fn phone(text: &str) -> Value {
    let plain: EcoString = if text.starts_with('+') {
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')).collect()
    } else {
        text.into()
    };
    if is_phone(&plain) { Value::Text(plain) } else { Value::None }
}

/// Percent-encodes all but the characters that mean themselves everywhere in a URL.
fn url_encode(text: &str) -> EcoString {
    let mut encoded = EcoString::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&eco_format!("%{byte:02X}")),
        }
    }
    encoded
}

fn url_decode(text: &str) -> Result<String, Error> {
    let malformed = || Error::invalid("the text has a `%` without two hexadecimal digits after it");
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(malformed()) };
        decoded.push(u8::try_from(high * 16 + low).map_err(|_| malformed())?);
    }
    String::from_utf8(decoded).map_err(|_| Error::invalid("the percent-decoded bytes are no UTF-8"))
}

fn mask(text: &str, keep: i64) -> Value {
    let keep = usize::try_from(keep.max(0)).unwrap_or(usize::MAX);
    let hidden = text.chars().count().saturating_sub(keep);
    let masked = text.chars().enumerate().map(|(i, c)| if i < hidden { '*' } else { c });
    Value::Text(masked.collect())
}

fn int(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
