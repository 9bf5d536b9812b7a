//! The one text form of each scalar, which is what `"{…}"` puts into a text.

use ecow::{EcoString, eco_format};
use rust_decimal::Decimal;

use super::{Value, duration};

/// The text form of a scalar: `true`, `42`, `0.5`, `1200.50` (a decimal keeps its digits), the text itself,
/// `1h 30m`, `2026-11-22T09:30:00Z` (always UTC), `2026-11-22`. None for what is no scalar.
pub fn format(value: &Value) -> Option<EcoString> {
    Some(match value {
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Int(number) => eco_format!("{number}"),
        Value::Float(number) => float(*number),
        Value::Decimal(number) => decimal(*number),
        Value::Text(text) => text.clone(),
        Value::Duration(milliseconds) => duration::format(*milliseconds).into(),
        Value::Time(time) => eco_format!("{time}"),
        Value::Date(date) => eco_format!("{date}"),
        _ => return None,
    })
}

/// The shortest digits that mean this float: `1`, `0.5`, and with an exponent where there would be many zeros.
fn float(number: f64) -> EcoString {
    let size = number.abs();
    if size == 0.0 {
        "0".into()
    } else if (1e-7..1e21).contains(&size) {
        eco_format!("{number}")
    } else {
        eco_format!("{number:e}")
    }
}

/// A decimal's digits as they are, without a sign before zero.
pub(crate) fn decimal(number: Decimal) -> EcoString {
    if number.is_zero() { eco_format!("{}", number.abs()) } else { eco_format!("{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: Value) -> String {
        format(&value).unwrap().into()
    }

    #[test]
    fn scalars_have_one_form() {
        assert_eq!(text(Value::Bool(true)), "true");
        assert_eq!(text(Value::Int(-42)), "-42");
        assert_eq!(text(Value::Float(1.0)), "1");
        assert_eq!(text(Value::Float(-0.0)), "0");
        assert_eq!(text(Value::Float(1.5e300)), "1.5e300");
        assert_eq!(text(Value::Decimal("1200.50".parse().unwrap())), "1200.50");
        assert_eq!(text(Value::Decimal("-0.00".parse().unwrap())), "0.00");
        assert_eq!(text(Value::Duration(5_400_000)), "1h 30m");
        assert_eq!(
            text(Value::Time("2026-11-22T09:30:00+01:00".parse().unwrap())),
            "2026-11-22T08:30:00Z"
        );
        assert_eq!(text(Value::Date("2026-11-22".parse().unwrap())), "2026-11-22");
    }

    #[test]
    fn a_record_has_none() {
        assert_eq!(format(&Value::record(vec![])), None);
    }
}
