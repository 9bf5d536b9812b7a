//! Numbers: checked, so that no result is silently wrong.

use callflow_artifact::bytecode::{Arithmetic, Conversion, Number};
use ecow::eco_format;
use rust_decimal::Decimal;

use super::machine::broken;
use crate::error::Error;
use crate::value::{Value, format};

/// Up to here every whole number is a float of its own.
const FLOAT_EXACT: u64 = 1 << 53;

/// `a op b`.
///
/// # Errors
/// A result that does not fit, and division by zero, of floats as well: a float is always finite.
pub(super) fn arithmetic(
    op: Arithmetic,
    number: Number,
    a: &Value,
    b: &Value,
) -> Result<Value, Error> {
    let result = match (number, a, b) {
        (Number::Int, Value::Int(a), Value::Int(b)) => int(op, *a, *b).map(Value::Int),
        (Number::Float, Value::Float(a), Value::Float(b)) => float(op, *a, *b).map(Value::Float),
        (Number::Decimal, Value::Decimal(a), Value::Decimal(b)) => {
            decimal(op, *a, *b).map(Value::Decimal)
        }
        (Number::Duration, Value::Duration(a), Value::Duration(b)) => match op {
            Arithmetic::Add => a.checked_add(*b).map(Value::Duration),
            Arithmetic::Subtract => a.checked_sub(*b).map(Value::Duration),
            _ => return Err(broken()),
        },
        _ => return Err(broken()),
    };
    result.ok_or_else(|| arithmetic_error(op, number, a, b))
}

/// `-value`.
///
/// # Errors
/// The least whole number and the least duration have no opposite.
pub(super) fn negate(number: Number, value: &Value) -> Result<Value, Error> {
    let result = match (number, value) {
        (Number::Int, Value::Int(value)) => value.checked_neg().map(Value::Int),
        (Number::Float, Value::Float(value)) => Some(Value::Float(-value)),
        (Number::Decimal, Value::Decimal(value)) => Some(Value::Decimal(-value)),
        (Number::Duration, Value::Duration(value)) => value.checked_neg().map(Value::Duration),
        _ => return Err(broken()),
    };
    result.ok_or_else(|| out_of_range(&eco_format!("-({})", text(value)), number))
}

/// A conversion between number types, or of a text to a text.
///
/// # Errors
/// A whole number that has no float of its own.
pub(super) fn convert(conversion: Conversion, value: &Value) -> Result<Value, Error> {
    match (conversion, value) {
        (Conversion::IntToFloat, Value::Int(int)) if int.unsigned_abs() <= FLOAT_EXACT => {
            Ok(Value::Float(*int as f64))
        }
        (Conversion::IntToFloat, Value::Int(int)) => {
            Err(Error::invalid(eco_format!("{int} has more digits than a float can hold")))
        }
        (Conversion::IntToDecimal, Value::Int(int)) => Ok(Value::Decimal(Decimal::from(*int))),
        (Conversion::ToText, text @ Value::Text(_)) => Ok(text.clone()),
        _ => Err(broken()),
    }
}

fn int(op: Arithmetic, a: i64, b: i64) -> Option<i64> {
    match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        // The least number has no quotient by -1, but it has a remainder.
        Arithmetic::Remainder => {
            if b == -1 {
                Some(0)
            } else {
                a.checked_rem(b)
            }
        }
    }
}

fn float(op: Arithmetic, a: f64, b: f64) -> Option<f64> {
    let result = match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => a % b,
    };
    result.is_finite().then_some(result)
}

fn decimal(op: Arithmetic, a: Decimal, b: Decimal) -> Option<Decimal> {
    match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => a.checked_rem(b),
    }
}

fn arithmetic_error(op: Arithmetic, number: Number, a: &Value, b: &Value) -> Error {
    let is_zero = match b {
        Value::Int(b) => *b == 0,
        Value::Float(b) => *b == 0.0,
        Value::Decimal(b) => b.is_zero(),
        _ => false,
    };
    let sign = match op {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide | Arithmetic::Remainder if is_zero => {
            return Error::invalid(eco_format!("{} is divided by zero", text(a)));
        }
        Arithmetic::Divide => "/",
        Arithmetic::Remainder => "%",
    };
    out_of_range(&eco_format!("{} {sign} {}", text(a), text(b)), number)
}

fn out_of_range(operation: &str, number: Number) -> Error {
    let ty = match number {
        Number::Int => "an int",
        Number::Float => "a float",
        Number::Decimal => "a decimal",
        Number::Duration => "a duration",
    };
    Error::invalid(eco_format!("{operation} does not fit {ty}"))
}

fn text(value: &Value) -> ecow::EcoString {
    format::format(value).unwrap_or_default()
}
