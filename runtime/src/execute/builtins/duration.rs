//! Methods of durations.

use callflow_artifact::Builtin;
use ecow::{EcoString, eco_format};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Arguments;
use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::{Value, duration};

/// Units that are always of one length, with their milliseconds.
const UNITS: [(&str, i64); 6] = [
    ("weeks", 604_800_000),
    ("days", 86_400_000),
    ("hours", 3_600_000),
    ("minutes", 60_000),
    ("seconds", 1_000),
    ("milliseconds", 1),
];

/// The length of a unit that is always of one length, in milliseconds.
pub(super) fn length_of(unit: &str) -> Option<i64> {
    UNITS.iter().find(|(known, _)| *known == unit).map(|(_, length)| *length)
}

/// So many of a unit.
///
/// # Errors
/// They are longer than any duration.
pub(super) fn of(number: i64, unit: &str) -> Result<Value, Error> {
    let length = length_of(unit).ok_or_else(broken)?;
    number
        .checked_mul(length)
        .map(Value::Duration)
        .ok_or_else(|| Error::invalid(eco_format!("{number} {unit} are longer than any duration")))
}

/// Calls a method of a `duration`.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let milliseconds = arguments.duration(0)?;
    let whole = |unit| length_of(unit).map(|length| Value::Int(milliseconds / length));
    match builtin {
        Builtin::DurationMilliseconds => Ok(Value::Int(milliseconds)),
        Builtin::DurationSeconds => whole("seconds").ok_or_else(broken),
        Builtin::DurationMinutes => whole("minutes").ok_or_else(broken),
        Builtin::DurationHours => whole("hours").ok_or_else(broken),
        Builtin::DurationDays => whole("days").ok_or_else(broken),
        Builtin::DurationTotal => {
            let length = length_of(arguments.word(1, builtin)?).ok_or_else(broken)?;
            let total = Decimal::from(milliseconds).checked_div(length.into());
            total.map(|total| Value::Decimal(total.normalize())).ok_or_else(broken)
        }
        Builtin::DurationTimes => {
            scaled(milliseconds, arguments.decimal(1)?, Decimal::checked_mul, "times")
        }
        Builtin::DurationDividedBy => {
            let divisor = arguments.decimal(1)?;
            if divisor.is_zero() {
                return Err(Error::invalid("a duration cannot be divided by zero"));
            }
            scaled(milliseconds, divisor, Decimal::checked_div, "divided by")
        }
        Builtin::DurationRatio => {
            let ratio = Decimal::from(milliseconds).checked_div(arguments.duration(1)?.into());
            ratio
                .map(|ratio| Value::Decimal(ratio.normalize()))
                .ok_or_else(|| Error::invalid("a duration cannot be divided by one of no length"))
        }
        Builtin::DurationAbs => milliseconds
            .checked_abs()
            .map(Value::Duration)
            .ok_or_else(|| Error::invalid("the least duration has no opposite")),
        Builtin::DurationRound | Builtin::DurationFloor | Builtin::DurationCeil => {
            multiple(builtin, milliseconds, arguments.duration(1)?)
        }
        Builtin::DurationFormat => Ok(Value::Text(match arguments.word(1, builtin)? {
            "clock" => clock(milliseconds),
            "words" => words(milliseconds),
            _ => duration::format(milliseconds).into(),
        })),
        _ => Err(broken()),
    }
}

/// A duration by a number, rounded half away from zero to whole milliseconds.
fn scaled(
    milliseconds: i64,
    number: Decimal,
    by: fn(Decimal, Decimal) -> Option<Decimal>,
    word: &str,
) -> Result<Value, Error> {
    let scaled = by(milliseconds.into(), number)
        .map(|it| it.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
    scaled.and_then(|it| it.to_i64()).map(Value::Duration).ok_or_else(|| {
        let text = duration::format(milliseconds);
        Error::invalid(eco_format!("{text} {word} {number} is longer than any duration"))
    })
}

/// The multiple of `to` next to a duration.
fn multiple(builtin: Builtin, milliseconds: i64, to: i64) -> Result<Value, Error> {
    if to <= 0 {
        return Err(Error::invalid("a duration is rounded to one that is longer than none"));
    }
    let (wide, to) = (i128::from(milliseconds), i128::from(to));
    let floor = wide.div_euclid(to) * to;
    let rest = wide - floor;
    let up = match builtin {
        Builtin::DurationFloor => false,
        Builtin::DurationCeil => rest > 0,
        // Half away from zero: up for what is above it, down for what is below.
        _ => rest * 2 > to || rest * 2 == to && milliseconds > 0,
    };
    let rounded = if up { floor + to } else { floor };
    i64::try_from(rounded).map(Value::Duration).map_err(|_| {
        let text = duration::format(milliseconds);
        Error::invalid(eco_format!("{text} rounded is longer than any duration"))
    })
}

/// `1:30:05`, toward zero.
fn clock(milliseconds: i64) -> EcoString {
    let seconds = milliseconds.unsigned_abs() / 1_000;
    let sign = if milliseconds < 0 && seconds > 0 { "-" } else { "" };
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    eco_format!("{sign}{hours}:{minutes:02}:{seconds:02}")
}

/// `1 hour 30 minutes`, with days as the largest unit.
fn words(milliseconds: i64) -> EcoString {
    let mut rest = milliseconds.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, length) in UNITS.iter().filter(|(unit, _)| *unit != "weeks") {
        let count = rest / length.unsigned_abs();
        rest %= length.unsigned_abs();
        match count {
            0 => {}
            1 => parts.push(format!("1 {}", unit.trim_end_matches('s'))),
            count => parts.push(format!("{count} {unit}")),
        }
    }
    if parts.is_empty() {
        return "0 seconds".into();
    }
    let sign = if milliseconds < 0 { "minus " } else { "" };
    eco_format!("{sign}{}", parts.join(" "))
}
