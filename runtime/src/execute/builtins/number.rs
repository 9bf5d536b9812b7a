//! Methods of numbers.

use callflow_artifact::Builtin;
use ecow::{EcoString, eco_format};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Arguments;
use crate::error::Error;
use crate::execute::limits::check_text;
use crate::execute::machine::broken;
use crate::value::{Value, decode, format};

/// The most digits after the point that a decimal can have.
const DIGITS: u32 = 28;

/// Calls a method of an `int`.
pub(super) fn call_int(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let number = arguments.int(0)?;
    Ok(match builtin {
        Builtin::IntAbs => match number.checked_abs() {
            Some(number) => Value::Int(number),
            None => return Err(Error::invalid(eco_format!("{number} has no opposite among ints"))),
        },
        Builtin::IntClamp => {
            let (min, max) = (arguments.int(1)?, arguments.int(2)?);
            check_bounds(min <= max)?;
            Value::Int(number.clamp(min, max))
        }
        Builtin::IntToFloat => Value::Float(number as f64),
        Builtin::IntToDecimal => Value::Decimal(number.into()),
        Builtin::IntFormat => group(&number.to_string(), arguments.text(1)?)?,
        _ => return Err(broken()),
    })
}

/// Calls a method of a `float`.
pub(super) fn call_float(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let number = arguments.float(0)?;
    let whole = |rounded: f64| {
        // Past this a float has no fraction, and every float below it is an int.
        let limit = 2_f64.powi(63);
        if (-limit..limit).contains(&rounded) {
            Ok(Value::Int(rounded as i64))
        } else {
            Err(does_not_fit(&Value::Float(number), "an int"))
        }
    };
    Ok(match builtin {
        Builtin::FloatAbs => Value::Float(number.abs()),
        Builtin::FloatRound => Value::Float(round_float(number, digits(arguments.int(1)?)?)),
        Builtin::FloatFloor => whole(number.floor())?,
        Builtin::FloatCeil => whole(number.ceil())?,
        Builtin::FloatClamp => {
            let (min, max) = (arguments.float(1)?, arguments.float(2)?);
            check_bounds(min <= max)?;
            Value::Float(number.clamp(min, max))
        }
        Builtin::FloatToDecimal => match as_written(number) {
            Some(number) => Value::Decimal(number),
            None => return Err(does_not_fit(&Value::Float(number), "a decimal")),
        },
        _ => return Err(broken()),
    })
}

/// Calls a method of a `decimal`.
pub(super) fn call_decimal(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let number = arguments.decimal(0)?;
    let whole = |rounded: Decimal| {
        let int = rounded.to_i64().map(Value::Int);
        int.ok_or_else(|| does_not_fit(&Value::Decimal(number), "an int"))
    };
    Ok(match builtin {
        Builtin::DecimalAbs => Value::Decimal(number.abs()),
        Builtin::DecimalRound => Value::Decimal(round(number, digits(arguments.int(1)?)?)),
        Builtin::DecimalFloor => whole(number.floor())?,
        Builtin::DecimalCeil => whole(number.ceil())?,
        Builtin::DecimalClamp => {
            let (min, max) = (arguments.decimal(1)?, arguments.decimal(2)?);
            check_bounds(min <= max)?;
            Value::Decimal(number.clamp(min, max))
        }
        Builtin::DecimalToFloat => match number.to_f64() {
            Some(number) => Value::Float(number),
            None => return Err(does_not_fit(&Value::Decimal(number), "a float")),
        },
        Builtin::DecimalFormat => {
            let digits = digits(arguments.int(1)?)?;
            let text = format::decimal(round(number, digits));
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let point = if digits == 0 { "" } else { "." };
            let width = digits as usize;
            group(&eco_format!("{whole}{point}{fraction:0<width$}"), arguments.text(2)?)?
        }
        _ => return Err(broken()),
    })
}

/// Puts a separator between groups of three digits before the point.
fn group(number: &str, separator: &str) -> Result<Value, Error> {
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", number),
    };
    let whole = number.find('.').unwrap_or(number.len());
    check_text(number.len().saturating_add(separator.len().saturating_mul(whole / 3)))?;
    let mut grouped = EcoString::from(sign);
    for (i, c) in number.chars().enumerate() {
        if i > 0 && i < whole && (whole - i) % 3 == 0 {
            grouped.push_str(separator);
        }
        grouped.push(c);
    }
    Ok(Value::Text(grouped))
}

fn round(number: Decimal, digits: u32) -> Decimal {
    number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// Rounds what a person sees: the shortest digits that mean the float, so that 2.675 is 2.68.
fn round_float(number: f64, digits: u32) -> f64 {
    match as_written(number) {
        Some(decimal) => round(decimal, digits).to_f64().unwrap_or(number),
        // Too large to have a fraction, or smaller than all digits after the point.
        None if number.abs() < 1.0 => 0.0,
        None => number,
    }
}

/// The decimal with the digits that a float is written with.
fn as_written(number: f64) -> Option<Decimal> {
    decode::decimal_text(&format::format(&Value::Float(number))?)
}

fn digits(digits: i64) -> Result<u32, Error> {
    let known = u32::try_from(digits).ok().filter(|digits| *digits <= DIGITS);
    known.ok_or_else(|| {
        Error::invalid(eco_format!(
            "a number has 0 to {DIGITS} digits after the point, not {digits}"
        ))
    })
}

fn check_bounds(in_order: bool) -> Result<(), Error> {
    if in_order {
        return Ok(());
    }
    Err(Error::invalid("the lower bound is greater than the upper one"))
}

fn does_not_fit(number: &Value, what: &str) -> Error {
    let number = format::format(number).unwrap_or_default();
    Error::invalid(eco_format!("{number} does not fit {what}"))
}
