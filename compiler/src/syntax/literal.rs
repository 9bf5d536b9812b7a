//! What literals stand for: numbers, durations, dates, times and the escapes of texts.

use std::ops::Range;

use ecow::EcoString;

use super::token::Kind;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

/// Why a literal is none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WrongLiteral {
    message: String,
    note: &'static str,
}

impl WrongLiteral {
    pub(super) fn diagnostic(self, at: Location) -> Diagnostic {
        Diagnostic::error(Code::E0003, at, self.message).note(self.note)
    }
}

/// Whether a literal of this kind has a value.
pub(super) fn check(kind: Kind, text: &str) -> Result<(), WrongLiteral> {
    let wrong = |message: String, note| Err(WrongLiteral { message, note });
    match kind {
        Kind::Int if int(text).is_none() => wrong(
            format!("`{text}` is too large for a whole number"),
            "An `int` goes up to 9,223,372,036,854,775,807. For something larger, use a `decimal`: write a point \
             and a zero after it.",
        ),
        Kind::Duration if duration(text).is_none() => wrong(
            format!("`{text}` is too long for a duration, or not a whole number of milliseconds"),
            "Durations are counted in milliseconds: `500ms`, `30s`, `5m`, `2h`, `3d`, `1w`, `1h30m`.",
        ),
        Kind::Date if date(text).is_none() => wrong(
            format!("`{text}` is no day of the calendar"),
            "A date is year, month and day, like `2026-11-22`.",
        ),
        Kind::Time if time(text).is_none() => wrong(
            format!("`{text}` is no point in time"),
            "A time is a date, `T`, a time of day and a zone, like `2026-11-22T09:30:00Z` or \
             `2026-11-22T09:30:00+01:00`.",
        ),
        Kind::BadNumber => wrong(
            format!("`{text}` begins like a number, but is none"),
            "A name cannot begin with a digit. A duration ends with one of `ms`, `s`, `m`, `h`, `d`, `w`, like `30s`.",
        ),
        _ => Ok(()),
    }
}

/// `1_000`
pub(super) fn int(text: &str) -> Option<i64> {
    if text.contains('_') { text.replace('_', "").parse().ok() } else { text.parse().ok() }
}

/// `1_000.50`, as digits without `_`.
pub(super) fn number(text: &str) -> EcoString {
    if text.contains('_') { text.replace('_', "").into() } else { text.into() }
}

/// `1h30m`, in milliseconds.
pub(super) fn duration(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (amount, after) = rest.split_at_checked(digits)?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let unit: i64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(scaled(amount, unit)?)?;
        rest = after;
    }
    Some(total)
}

/// A number with an optional fraction times a unit, where that is whole.
fn scaled(amount: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let whole = int(whole)?.checked_mul(unit)?;
    if fraction.is_empty() {
        return Some(whole);
    }
    let scale = 10_i64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = int(fraction)?.checked_mul(unit)?;
    (part % scale == 0).then(|| whole.checked_add(part / scale))?
}

/// `2026-11-22`
pub(super) fn date(text: &str) -> Option<jiff::civil::Date> {
    text.parse().ok()
}

/// `2026-11-22T09:30:00Z`
pub(super) fn time(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// The ranges of the escapes in a stretch of text that mean nothing.
pub(super) fn wrong_escapes(text: &str) -> Vec<Range<usize>> {
    let mut wrong = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let start = text.len() - rest.len() + at;
        let escape = rest.get(at..).unwrap_or_default();
        let (length, value) = read_escape(escape);
        if value.is_none() {
            wrong.push(start..start + length);
        }
        rest = escape.get(length..).unwrap_or_default();
    }
    wrong
}

/// A stretch of text with its escapes resolved. One that means nothing stays as it is.
pub(super) fn unescape(text: &str) -> EcoString {
    if !text.contains('\\') {
        return text.into();
    }
    let mut out = EcoString::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let (length, value) = read_escape(escape);
        match value {
            Some(character) => out.push(character),
            None => out.push_str(escape.get(..length).unwrap_or_default()),
        }
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Reads the escape that a text begins with: its length, and what it stands for.
fn read_escape(text: &str) -> (usize, Option<char>) {
    let mut characters = text.chars();
    characters.next();
    let value = match characters.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some(same @ ('"' | '\\' | '{' | '}' | '$')) => same,
        Some('u') => return read_code_point(text),
        Some(other) => return (1 + other.len_utf8(), None),
        None => return (1, None),
    };
    (2, Some(value))
}

/// `\u{1F600}`
fn read_code_point(text: &str) -> (usize, Option<char>) {
    let Some(digits) = text.strip_prefix("\\u{") else { return (2, None) };
    let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    let closed = digits.as_bytes().get(length) == Some(&b'}');
    let value = digits.get(..length).filter(|_| closed && (1..=6).contains(&length));
    let value =
        value.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
    (3 + length + usize::from(closed), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_added_up() {
        assert_eq!(duration("1h30m"), Some(5_400_000));
        assert_eq!(duration("500ms"), Some(500));
        assert_eq!(duration("1.5h"), Some(5_400_000));
        assert_eq!(duration("0.0001s"), None);
        assert_eq!(duration("99999999999999w"), None);
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(r#"a\n\"\{\}\\\u{e9}"#), "a\n\"{}\\é");
        assert_eq!(wrong_escapes(r"a\q\n\u{110000}\u{zz}"), [1..3, 5..15, 15..18]);
        assert_eq!(unescape(r"\q"), r"\q");
    }
}
