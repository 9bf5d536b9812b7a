//! The text form of durations: `1h 30m`, as in a flow but with a space between the units.
//!
//! Written with days of 24 hours as the largest unit and without units that are zero: `14d`, `1m 30s`,
//! `1s 500ms`, `0s`, `-5m`. Read back, a text may also have weeks, leave the spaces out, and have a fraction in
//! any unit: `1m30s`, `90s`, `1.5h`, `2w`.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Units from the largest that is written to the smallest, with their milliseconds.
const WRITTEN: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The text form of so many milliseconds.
pub fn format(milliseconds: i64) -> String {
    if milliseconds == 0 {
        return "0s".to_owned();
    }
    let mut rest = milliseconds.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, length) in WRITTEN {
        if rest >= length {
            parts.push(format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    let sign = if milliseconds < 0 { "-" } else { "" };
    format!("{sign}{}", parts.join(" "))
}

/// The milliseconds that a text spells; none where it is no duration, is finer than a millisecond or does not
/// fit.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut total = Decimal::ZERO;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, after) = rest.split_at_checked(end)?;
        let number = Decimal::from_str_exact(digits).ok()?;
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        total = total.checked_add(number.checked_mul(unit_length(unit)?.into())?)?;
        rest = after.trim_start();
        if rest.is_empty() {
            break;
        }
    }
    whole(total)?.checked_mul(sign)
}

/// The milliseconds of a number of seconds; none where it is finer than a millisecond or does not fit.
pub fn from_seconds(seconds: Decimal) -> Option<i64> {
    whole(seconds.checked_mul(1000.into())?)
}

/// The number of seconds of so many milliseconds.
pub fn to_seconds(milliseconds: i64) -> Decimal {
    Decimal::new(milliseconds, 3).normalize()
}

fn unit_length(unit: &str) -> Option<u64> {
    if unit == "w" {
        return Some(7 * 86_400_000);
    }
    WRITTEN.iter().find(|(name, _)| *name == unit).map(|(_, length)| *length)
}

fn whole(number: Decimal) -> Option<i64> {
    if number.fract().is_zero() { number.to_i64() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_written_with_their_units() {
        let texts: Vec<String> =
            [0, 94_000, 5_400_000, 1_209_600_000, 1_500, -300_000].map(format).into();
        assert_eq!(texts, ["0s", "1m 34s", "1h 30m", "14d", "1s 500ms", "-5m"]);
    }

    #[test]
    fn durations_are_read_with_and_without_spaces() {
        assert_eq!(parse("1m30s"), Some(90_000));
        assert_eq!(parse("90s"), Some(90_000));
        assert_eq!(parse("1.5h"), Some(5_400_000));
        assert_eq!(parse("2w"), Some(1_209_600_000));
        for text in ["", "-", "5", "s", "1.2.3s", "5 s", "5y", "0.0001s", "99999999999999999w"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(milliseconds in (i64::MIN + 1)..) {
            prop_assert_eq!(parse(&format(milliseconds)), Some(milliseconds));
        }
    }
}
