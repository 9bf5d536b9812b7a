//! Methods of numbers.

use callflow_artifact::Builtin;
use ecow::{EcoString, eco_format};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Arguments, duration, time};
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
        Builtin::IntPow => Value::Int(int_power(number, arguments.int(1)?)?),
        Builtin::IntSqrt => finite((number as f64).sqrt(), "the square root", &Value::Int(number))?,
        Builtin::IntMilliseconds => duration::of(number, "milliseconds")?,
        Builtin::IntSeconds => duration::of(number, "seconds")?,
        Builtin::IntMinutes => duration::of(number, "minutes")?,
        Builtin::IntHours => duration::of(number, "hours")?,
        Builtin::IntDays => duration::of(number, "days")?,
        Builtin::IntToTime => time::from_unix(number, arguments.word(1, builtin)?)?,
        Builtin::IntToFloat => Value::Float(number as f64),
        Builtin::IntToDecimal => Value::Decimal(number.into()),
        Builtin::IntFormat => group(&number.to_string(), arguments.text(1)?, ".")?,
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
        Builtin::FloatTrunc => whole(number.trunc())?,
        Builtin::FloatPow => {
            finite(number.powf(arguments.float(1)?), "the power", &Value::Float(number))?
        }
        Builtin::FloatSqrt => finite(number.sqrt(), "the square root", &Value::Float(number))?,
        Builtin::FloatExp => finite(number.exp(), "the exponential", &Value::Float(number))?,
        Builtin::FloatLn => finite(number.ln(), "the logarithm", &Value::Float(number))?,
        Builtin::FloatLog10 => finite(number.log10(), "the logarithm", &Value::Float(number))?,
        Builtin::FloatFormat => {
            let digits = digits(arguments.int(1)?)?;
            let rounded = round_float(number, digits);
            let text = format!("{rounded:.*}", digits as usize);
            // A zero has no sign.
            let zero =
                text.strip_prefix('-').filter(|text| text.bytes().all(|b| b"0.".contains(&b)));
            group(zero.unwrap_or(&text), arguments.text(2)?, arguments.text(3)?)?
        }
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
        Builtin::DecimalTrunc => whole(number.trunc())?,
        Builtin::DecimalPow => Value::Decimal(decimal_power(number, arguments.int(1)?)?),
        Builtin::DecimalSqrt => Value::Decimal(decimal_root(number)?),
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
            let number = eco_format!("{whole}{point}{fraction:0<width$}");
            group(&number, arguments.text(2)?, arguments.text(3)?)?
        }
        _ => return Err(broken()),
    })
}

/// Puts a separator between groups of three digits before the point, and another sign for the point.
fn group(number: &str, separator: &str, point: &str) -> Result<Value, Error> {
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", number),
    };
    let whole = number.find('.').unwrap_or(number.len());
    let separators = separator.len().saturating_mul(whole / 3);
    check_text(number.len().saturating_add(separators).saturating_add(point.len()))?;
    let mut grouped = EcoString::from(sign);
    for (i, c) in number.chars().enumerate() {
        if i > 0 && i < whole && (whole - i) % 3 == 0 {
            grouped.push_str(separator);
        }
        match c {
            '.' => grouped.push_str(point),
            c => grouped.push(c),
        }
    }
    Ok(Value::Text(grouped))
}

fn int_power(number: i64, exponent: i64) -> Result<i64, Error> {
    if exponent < 0 {
        return Err(Error::invalid(eco_format!(
            "{number} to the power of {exponent} is no whole number; a decimal has such powers"
        )));
    }
    // Only these have powers of any size.
    let exponent = match number {
        -1..=1 => exponent.min(2 + exponent % 2),
        _ => exponent,
    };
    let power = u32::try_from(exponent).ok().and_then(|exponent| number.checked_pow(exponent));
    power.ok_or_else(|| {
        Error::invalid(eco_format!("{number} to the power of {exponent} is too large for an int"))
    })
}

/// By squaring: as many multiplications as the exponent has binary digits.
fn decimal_power(number: Decimal, exponent: i64) -> Result<Decimal, Error> {
    let fails = || {
        Error::invalid(eco_format!(
            "{number} to the power of {exponent} is no decimal: too large, or a division by zero"
        ))
    };
    let mut power = Decimal::ONE;
    let mut square = number;
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left % 2 == 1 {
            power = power.checked_mul(square).ok_or_else(fails)?;
        }
        left /= 2;
        if left > 0 {
            square = square.checked_mul(square).ok_or_else(fails)?;
        }
    }
    if exponent < 0 {
        return Decimal::ONE.checked_div(power).ok_or_else(fails);
    }
    Ok(power)
}

/// By Newton's method from the nearest float, which is right in half of the digits already.
fn decimal_root(number: Decimal) -> Result<Decimal, Error> {
    if number.is_sign_negative() && !number.is_zero() {
        return Err(Error::invalid(eco_format!("{number} has no square root")));
    }
    let guess = number.to_f64().map(f64::sqrt).and_then(Decimal::from_f64_retain);
    let Some(mut root) = guess.filter(|guess| !guess.is_zero()) else { return Ok(Decimal::ZERO) };
    for _ in 0..4 {
        let next = number.checked_div(root).and_then(|other| root.checked_add(other));
        let Some(next) = next.and_then(|sum| sum.checked_div(Decimal::TWO)) else { break };
        root = next;
    }
    // The last digit is not to be trusted.
    Ok(round(root, DIGITS - 1).normalize())
}

/// A float that is a number.
fn finite(result: f64, what: &str, of: &Value) -> Result<Value, Error> {
    if result.is_finite() {
        return Ok(Value::Float(result));
    }
    let of = format::format(of).unwrap_or_default();
    Err(Error::invalid(eco_format!("{what} of {of} is no number, or too large for a float")))
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
