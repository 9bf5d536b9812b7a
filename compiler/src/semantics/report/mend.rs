//! How a value is made to fit: what to write instead of it, where that can be told from its text and its type.

use callflow_artifact::types::{Type, TypeId, Types};

use crate::diagnostics::Diagnostic;
use crate::source::Location;

use super::{after, before};

/// Adds what to write in place of a value that does not fit, where a type of that name is expected. Gives
/// the diagnostic back as an error where it knows nothing.
pub(in crate::semantics) fn value(
    diagnostic: Diagnostic,
    at: Location,
    text: &str,
    types: &Types,
    (from, to): (TypeId, TypeId),
    name: &str,
) -> Result<Diagnostic, Box<Diagnostic>> {
    let to = types.without_optional(to);
    Ok(match (types.get(from), types.get(to)) {
        (Type::String, Type::Int) if is_digits(text, false) => unquoted(diagnostic, at, text),
        (Type::String, Type::Decimal | Type::Float) if is_digits(text, true) => {
            unquoted(diagnostic, at, text)
        }
        (Type::Int | Type::Decimal, Type::String) if is_number(text) => diagnostic
            .note("A text stands between quotes.")
            .fix(format!("write `\"{text}\"`"), at, format!("\"{text}\"")),
        (
            Type::Int | Type::Decimal | Type::Float | Type::Bool | Type::Date | Type::Time,
            Type::String,
        ) if is_simple(text) => diagnostic
            .note("A value becomes a text by being written into one.")
            .fix(format!("write `\"{{{text}}}\"`"), at, format!("\"{{{text}}}\"")),
        (Type::Int, Type::Duration) if is_number(text) => diagnostic
            .note("A duration is a number and its unit: `500ms`, `30s`, `5m`, `2h`, `3d`, `1w`.")
            .offer(format!("write `{text}s`, if seconds are meant"), after(at), "s"),
        (Type::Date, Type::Time) if is_simple(text) && text.len() == 10 => diagnostic
            .note("A time is a date with a time of day and a zone: `2026-11-22T09:30:00Z`.")
            .offer(format!("write `{text}T09:00:00Z`"), after(at), "T09:00:00Z"),
        (Type::None, _) if text == "none" => diagnostic
            .note("It cannot be left out: only what has a `?` behind its type can be none."),
        (Type::Optional(TypeId::JSON), to_type) if is_scalar(&to_type) => {
            let name = name.trim_end_matches('?');
            diagnostic
                .note(format!(
                    "`{text} as {name}` reads it, and fails the run where it is something else."
                ))
                .note("Behind that, `catch` gives another value: `… catch \"unknown\"`.")
                .fix(format!("read it as `{name}`"), after(at), format!(" as {name}"))
        }
        _ => return Err(Box::new(diagnostic)),
    })
}

/// Adds how something is asked for whose value is no condition, likewise.
pub(in crate::semantics) fn condition(
    diagnostic: Diagnostic,
    at: Location,
    text: &str,
    found: Type,
) -> Result<Diagnostic, Box<Diagnostic>> {
    if !is_simple(text) {
        return Err(Box::new(diagnostic));
    }
    Ok(match found {
        Type::Int | Type::Decimal | Type::Float => diagnostic
            .note("A condition is a comparison, or something else that is true or false.")
            .offer(format!("ask whether there is any: `{text} > 0`"), after(at), " > 0"),
        Type::String | Type::List(_) | Type::Map(_) => diagnostic
            .note("A condition is a comparison, or something else that is true or false.")
            .fix_all(
                format!("ask whether there is any: `not {text}.is_empty()`"),
                [(before(at), "not "), (after(at), ".is_empty()")],
            ),
        _ => return Err(Box::new(diagnostic)),
    })
}

/// `"1200"` as `1200`.
fn unquoted(diagnostic: Diagnostic, at: Location, text: &str) -> Diagnostic {
    let number = text.trim_matches('"');
    diagnostic.note("A number has no quotes around it.").fix(
        format!("write `{number}`"),
        at,
        number.to_owned(),
    )
}

/// Whether a text literal holds a number.
fn is_digits(text: &str, point: bool) -> bool {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.is_some_and(|inner| is_number(inner) && (point || !inner.contains('.')))
}

/// Whether code is a plain number.
pub(super) fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && text.len() <= 15
}

/// Whether code is short and has no operators: a name, a literal, a call.
fn is_simple(text: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '(' | ')' | '-' | ':');
    !text.is_empty() && text.len() <= 60 && text.chars().all(plain)
}

fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Int | Type::Decimal | Type::Float | Type::Bool | Type::Phone)
}
