//! Methods of texts: what is in them, parts of them, and what they can be read as.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callflow_artifact::Builtin;
use callflow_artifact::phone::is_phone;
use ecow::{EcoString, eco_format};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::{Arguments, csv, extract, markdown, plain, spelling, time};
use crate::error::Error;
use crate::execute::limits::{TEXT_LIMIT, check_text};
use crate::value::{Value, decode, duration, json};

/// Calls a method of a text; `zone` is the project's.
pub(super) fn call(
    builtin: Builtin,
    arguments: Arguments<'_>,
    zone: &TimeZone,
) -> Result<Value, Error> {
    let text = arguments.text(0)?;
    Ok(match builtin {
        Builtin::TextLength => int(text.chars().count()),
        Builtin::TextIsEmpty => Value::Bool(text.trim().is_empty()),
        Builtin::TextContains | Builtin::TextStartsWith | Builtin::TextEndsWith => {
            Value::Bool(has(builtin, text, arguments.text(1)?, arguments.bool(2)?))
        }
        Builtin::TextEqualsIgnoreCase => {
            Value::Bool(spelling::equal_ignoring_case(text, arguments.text(1)?))
        }
        Builtin::TextCount => int(count(text, arguments.text(1)?)),
        Builtin::TextIndexOf => match text.find(arguments.text(1)?.as_str()) {
            Some(at) => int(text.get(..at).unwrap_or_default().chars().count()),
            None => Value::None,
        },
        Builtin::TextSlice => slice(text, arguments.int(1)?, arguments.int_or_none(2)?),
        Builtin::TextBefore => {
            let parts = text.split_once(arguments.text(1)?.as_str());
            parts.map_or(Value::None, |(before, _)| Value::text(before))
        }
        Builtin::TextAfter => {
            let parts = text.split_once(arguments.text(1)?.as_str());
            parts.map_or(Value::None, |(_, after)| Value::text(after))
        }
        Builtin::TextBetween => {
            let after = text.split_once(arguments.text(1)?.as_str()).map(|(_, after)| after);
            let end = arguments.text(2)?;
            let between = after.and_then(|after| after.split_once(end.as_str()));
            between.map_or(Value::None, |(between, _)| Value::text(between))
        }
        Builtin::TextTruncate => truncate(text, arguments.int(1)?, arguments.text(2)?),
        Builtin::TextSplit => split(text, arguments.text(1)?),
        Builtin::TextLines => Value::list(text.lines().map(Value::text).collect()),
        Builtin::TextWords => Value::list(text.split_whitespace().map(Value::text).collect()),
        Builtin::TextEmails
        | Builtin::TextUrls
        | Builtin::TextPhones
        | Builtin::TextNumbers
        | Builtin::TextDomain
        | Builtin::TextIsEmail
        | Builtin::TextIsUrl => extract::call(builtin, text)?,

        Builtin::TextTrim => Value::text(text.trim()),
        Builtin::TextTrimStart => Value::text(text.trim_start()),
        Builtin::TextTrimEnd => Value::text(text.trim_end()),
        Builtin::TextRemovePrefix => {
            Value::text(text.strip_prefix(arguments.text(1)?.as_str()).unwrap_or(text))
        }
        Builtin::TextRemoveSuffix => {
            Value::text(text.strip_suffix(arguments.text(1)?.as_str()).unwrap_or(text))
        }
        Builtin::TextReplace => replace(text, arguments.text(1)?, arguments.text(2)?)?,
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
        Builtin::TextMask => mask(text, arguments.int(1)?),
        Builtin::TextStripHtml => Value::text(plain::of_html(text)),
        Builtin::TextStripMarkdown => Value::text(markdown::strip(text)),
        Builtin::TextHtmlEscape => Value::text(plain::escape_html(text)),
        Builtin::TextUrlEncode => Value::Text(url_encode(text)),
        Builtin::TextUrlDecode => Value::text(url_decode(text)?),
        Builtin::TextBase64 => Value::text(STANDARD.encode(text.as_bytes())),
        Builtin::TextBase64Decode => match STANDARD.decode(text.trim()) {
            Ok(bytes) => Value::Bytes(bytes.into()),
            Err(_) => return Err(Error::invalid("the text is no base64")),
        },
        Builtin::TextHash => Value::Text(hash(text.as_bytes())),

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
        Builtin::TextToDuration => duration::parse(text).map_or(Value::None, Value::Duration),
        Builtin::TextToTime => {
            let pattern = arguments.text_or_none(1)?.map(EcoString::as_str);
            time::parse(text.trim(), pattern, arguments.zone(2, zone)?)?
        }
        Builtin::TextToDate => {
            time::parse_date(text.trim(), arguments.text_or_none(1)?.map(EcoString::as_str))?
        }
        Builtin::TextToPhone => phone(text.trim()),
        Builtin::TextToBytes => Value::Bytes(text.as_bytes().into()),
        Builtin::TextParseJson => match json::parse(text.as_bytes(), TEXT_LIMIT) {
            Ok(json) => Value::json(json),
            Err(error) => return Err(Error::invalid(error.to_string())),
        },
        Builtin::TextParseCsv => csv::parse(text, arguments.text(1)?)?,
        _ => spelling::call(builtin, text)?,
    })
}

/// SHA-256 in hex.
pub(super) fn hash(bytes: &[u8]) -> EcoString {
    hex(&Sha256::digest(bytes))
}

/// In hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> EcoString {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16));
    bytes.iter().flat_map(digits).flatten().collect()
}

fn has(builtin: Builtin, text: &str, other: &str, ignore_case: bool) -> bool {
    if ignore_case {
        return has(builtin, &spelling::fold(text), &spelling::fold(other), false);
    }
    match builtin {
        Builtin::TextContains => text.contains(other),
        Builtin::TextStartsWith => text.starts_with(other),
        _ => text.ends_with(other),
    }
}

/// An empty text occurs nowhere.
fn count(text: &str, other: &str) -> usize {
    if other.is_empty() { 0 } else { text.matches(other).count() }
}

fn truncate(text: &EcoString, length: i64, end: &str) -> Value {
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    if text.chars().nth(length).is_none() {
        return Value::Text(text.clone());
    }
    let kept = length.saturating_sub(end.chars().count());
    let start: EcoString = text.chars().take(kept).collect();
    let end: EcoString = end.chars().take(length).collect();
    Value::Text(eco_format!("{}{end}", start.trim_end()))
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
