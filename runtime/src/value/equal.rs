//! The language's `==` and `<`, and a hash that agrees with `==`.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde_json::{Number, Value as Json};

use super::Value;
use super::decode::decimal_text;

/// Whether two values of one type are equal: by value and depth. The order of a map's entries does not count;
/// JSON numbers are compared as numbers, so `1` equals `1.0`.
///
/// `work` counts what was compared, for two values can share parts and so be larger than memory; past `limit`
/// the answer is none. It counts the same whether the two share parts or not, which is another thing after a run
/// was stored.
pub fn equal(a: &Value, b: &Value, work: &mut u64, limit: u64) -> Option<bool> {
    *work += 1;
    if *work > limit {
        return None;
    }
    Some(match (a, b) {
        (Value::None | Value::Null, Value::None | Value::Null) => true,
        (Value::Text(a), Value::Text(b)) => {
            *work += shorter(a.len(), b.len()) / 64;
            a == b
        }
        (Value::Bytes(a), Value::Bytes(b)) => {
            *work += shorter(a.len(), b.len()) / 64;
            a == b
        }
        (Value::List(a), Value::List(b)) | (Value::Record(a), Value::Record(b)) => {
            equal_all(a, b, work, limit)?
        }
        (Value::Tagged(x, a), Value::Tagged(y, b)) => x == y && equal_all(a, b, work, limit)?,
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            for (key, a) in a.iter() {
                let Some(b) = b.get(key) else { return Some(false) };
                if !equal(a, b, work, limit)? {
                    return Some(false);
                }
            }
            true
        }
        (Value::Json(a), Value::Json(b)) => equal_json(a, b, work),
        (a, b) => a == b,
    })
}

/// The order of two values of one ordered type: numbers, durations, times, dates, and texts by code point. None
/// for all others.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        // Sorting needs an order of all floats, even of those that no calculation gives.
        (Value::Float(a), Value::Float(b)) if a == b => Some(Ordering::Equal),
        (Value::Float(a), Value::Float(b)) => Some(a.total_cmp(b)),
        (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.as_str().cmp(b.as_str())),
        _ => None,
    }
}

/// Puts a value into a hash such that equal values of one type have equal hashes. It looks at most at so many
/// parts as `budget` says, so that it takes bounded time.
pub(crate) fn hash(value: &Value, state: &mut impl Hasher, budget: &mut u32) {
    let Some(left) = budget.checked_sub(1) else { return };
    *budget = left;
    match value {
        Value::None | Value::Null => 0.hash(state),
        Value::Bool(b) => b.hash(state),
        Value::Int(number) | Value::Duration(number) => number.hash(state),
        Value::Float(number) => hash_float(*number, state),
        Value::Decimal(number) => number.hash(state),
        Value::Text(text) => text.hash(state),
        Value::Time(time) => time.hash(state),
        Value::Date(date) => date.hash(state),
        Value::Bytes(bytes) => bytes.hash(state),
        Value::List(items) | Value::Record(items) => {
            items.iter().for_each(|item| hash(item, state, budget));
        }
        Value::Tagged(variant, items) => {
            variant.hash(state);
            items.iter().for_each(|item| hash(item, state, budget));
        }
        // Entries have no order, and sorting them is not worth it.
        Value::Map(entries) => entries.len().hash(state),
        Value::Json(json) => match json.as_ref() {
            Json::String(text) => text.hash(state),
            Json::Number(number) => hash_float(number.as_f64().unwrap_or_default(), state),
            Json::Array(items) => items.len().hash(state),
            Json::Object(entries) => entries.len().hash(state),
            Json::Null | Json::Bool(_) => {}
        },
    }
}

fn equal_all(a: &[Value], b: &[Value], work: &mut u64, limit: u64) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    for (a, b) in a.iter().zip(b) {
        if !equal(a, b, work, limit)? {
            return Some(false);
        }
    }
    Some(true)
}

/// JSON shares nothing, so it is never larger than memory and needs no limit.
fn equal_json(a: &Json, b: &Json, work: &mut u64) -> bool {
    *work += 1;
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => equal_numbers(a, b),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal_json(a, b, work))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal_json(a, b, work)))
        }
        (a, b) => a == b,
    }
}

fn equal_numbers(a: &Number, b: &Number) -> bool {
    if a == b {
        return true;
    }
    match (decimal_text(a.as_str()), decimal_text(b.as_str())) {
        (Some(a), Some(b)) => a == b,
        _ => a.as_f64().is_some() && a.as_f64() == b.as_f64(),
    }
}

fn hash_float(number: f64, state: &mut impl Hasher) {
    // Zero has two signs that are equal.
    (if number == 0.0 { 0 } else { number.to_bits() }).hash(state);
}

fn shorter(a: usize, b: usize) -> u64 {
    a.min(b) as u64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn are_equal(a: Value, b: Value) -> bool {
        equal(&a, &b, &mut 0, 1000).unwrap()
    }

    #[test]
    fn json_numbers_are_equal_as_numbers() {
        let number = |text: &str| Value::json(serde_json::from_str(text).unwrap());
        assert!(are_equal(number("[1]"), number("[1.0]")));
        assert!(are_equal(number("1e2"), number("100")));
        assert!(!are_equal(number("9007199254740993"), number("9007199254740992")));
    }

    #[test]
    fn decimals_are_equal_whatever_their_zeros() {
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        assert!(are_equal(decimal("1.50"), decimal("1.5")));
    }

    #[test]
    fn the_order_of_entries_does_not_count() {
        assert!(are_equal(
            Value::json(json!({ "a": 1, "b": 2 })),
            Value::json(json!({ "b": 2, "a": 1 }))
        ));
    }

    #[test]
    fn comparing_what_is_larger_than_memory_gives_up() {
        let build = || {
            let mut value = Value::Int(1);
            for _ in 0..60 {
                value = Value::list(vec![value.clone(), value]);
            }
            value
        };
        assert_eq!(equal(&build(), &build(), &mut 0, 10_000), None);
    }
}
