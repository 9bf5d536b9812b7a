//! Methods of lists.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use callflow_artifact::Builtin;
use callflow_artifact::bytecode::{Arithmetic, Number};
use callflow_artifact::types::Type;
use ecow::EcoString;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Arguments;
use crate::error::Error;
use crate::execute::arithmetic::arithmetic;
use crate::execute::collections::position;
use crate::execute::limits::{check_items, check_text};
use crate::execute::machine::{Trap, broken};
use crate::value::{Value, equal};

/// How many parts of an item its hash is made of.
const HASHED: u32 = 32;

/// Calls a method of a list that neither compares items for equality nor needs their type.
pub(super) fn call(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let items = arguments.list(0)?;
    Ok(match builtin {
        Builtin::ListLength => Value::Int(int(items.len())),
        Builtin::ListIsEmpty => Value::Bool(items.is_empty()),
        Builtin::ListGet => {
            let at = position(arguments.int(1)?, items.len());
            at.and_then(|at| items.get(at)).cloned().unwrap_or_default()
        }
        Builtin::ListFirst => items.first().cloned().unwrap_or_default(),
        Builtin::ListLast => items.last().cloned().unwrap_or_default(),
        Builtin::ListTake => {
            let count = count(arguments.int(1)?, items.len());
            Value::list(items.get(..count).unwrap_or_default().to_vec())
        }
        Builtin::ListDrop => {
            let count = count(arguments.int(1)?, items.len());
            Value::list(items.get(count..).unwrap_or_default().to_vec())
        }
        Builtin::ListConcat => {
            let other = arguments.list(1)?;
            check_items(items.len() + other.len())?;
            Value::list([items, other].concat())
        }
        Builtin::ListReverse => Value::list(items.iter().rev().cloned().collect()),
        Builtin::ListChunk => match usize::try_from(arguments.int(1)?) {
            Ok(size) if size > 0 => {
                Value::list(items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect())
            }
            _ => return Err(Error::invalid("a chunk has at least one item")),
        },
        Builtin::ListFlatten => flatten(items)?,
        Builtin::ListSort => {
            let mut sorted = items.to_vec();
            sorted.sort_by(compare);
            Value::list(sorted)
        }
        Builtin::ListMin => items.iter().min_by(|a, b| compare(a, b)).cloned().unwrap_or_default(),
        // The first of equal ones, as for the least.
        Builtin::ListMax => {
            items.iter().rev().max_by(|a, b| compare(a, b)).cloned().unwrap_or_default()
        }
        Builtin::ListAverage => average(items)?,
        Builtin::ListJoin => join(items, arguments.text(1)?)?,
        Builtin::ListOrder => {
            let mut order: Vec<(usize, &Value)> = items.iter().enumerate().collect();
            order.sort_by(|(_, a), (_, b)| compare(a, b));
            Value::list(order.into_iter().map(|(at, _)| Value::Int(int(at))).collect())
        }
        _ => return Err(broken()),
    })
}

/// How much comparing may be done.
pub(super) struct Comparison {
    /// What was done.
    pub(super) work: u64,
    limit: u64,
}

impl Comparison {
    /// Up to a limit of work, some of which is done already.
    pub(super) fn within(limit: u64, work: u64) -> Comparison {
        Comparison { work, limit }
    }

    fn equal(&mut self, a: &Value, b: &Value) -> Result<bool, Trap> {
        equal::equal(a, b, &mut self.work, self.limit).ok_or(Trap::Exhausted)
    }
}

/// Calls a method of a list that compares items for equality.
pub(super) fn search(
    builtin: Builtin,
    arguments: Arguments<'_>,
    comparison: &mut Comparison,
) -> Result<Value, Trap> {
    let items = arguments.list(0)?;
    if builtin == Builtin::ListUnique {
        return unique(items, comparison);
    }
    let item = arguments.value(1)?;
    let mut found = None;
    for (at, candidate) in items.iter().enumerate() {
        if comparison.equal(candidate, item)? {
            found = Some(at);
            break;
        }
    }
    Ok(match builtin {
        Builtin::ListContains => Value::Bool(found.is_some()),
        Builtin::ListIndexOf => found.map_or(Value::None, |at| Value::Int(int(at))),
        _ => return Err(broken().into()),
    })
}

/// The sum; `item` gives the items' type, which an empty list needs for its zero.
pub(super) fn sum(items: &[Value], item: impl FnOnce() -> Type) -> Result<Value, Error> {
    let Some((first, rest)) = items.split_first() else {
        return match item() {
            Type::Int => Ok(Value::Int(0)),
            Type::Float => Ok(Value::Float(0.0)),
            Type::Decimal => Ok(Value::Decimal(Decimal::ZERO)),
            Type::Duration => Ok(Value::Duration(0)),
            _ => Err(broken()),
        };
    };
    let number = number(first)?;
    rest.iter().try_fold(first.clone(), |sum, item| arithmetic(Arithmetic::Add, number, &sum, item))
}

fn average(items: &[Value]) -> Result<Value, Error> {
    let Some(first) = items.first() else { return Ok(Value::None) };
    let count = Decimal::from(items.len());
    let too_large = || Error::invalid("the sum of the items is too large");
    let of_ints = || {
        let sum: i128 = items
            .iter()
            .map(|item| match item {
                Value::Int(number) | Value::Duration(number) => i128::from(*number),
                _ => 0,
            })
            .sum();
        let sum = Decimal::try_from_i128_with_scale(sum, 0).ok();
        sum.and_then(|sum| sum.checked_div(count)).ok_or_else(too_large)
    };
    match number(first)? {
        Number::Int => Ok(Value::Decimal(of_ints()?)),
        Number::Duration => of_ints()?.trunc().to_i64().map(Value::Duration).ok_or_else(too_large),
        Number::Float => {
            let sum = sum(items, || Type::Float)?;
            arithmetic(Arithmetic::Divide, Number::Float, &sum, &Value::Float(items.len() as f64))
        }
        Number::Decimal => {
            let sum = sum(items, || Type::Decimal)?;
            arithmetic(Arithmetic::Divide, Number::Decimal, &sum, &Value::Decimal(count))
        }
    }
}

fn flatten(items: &[Value]) -> Result<Value, Error> {
    let lists = || {
        items.iter().map(|list| match list {
            Value::List(items) => Ok(items.as_slice()),
            _ => Err(broken()),
        })
    };
    let mut length = 0_usize;
    for list in lists() {
        length = length.saturating_add(list?.len());
    }
    check_items(length)?;
    let mut flat = Vec::with_capacity(length);
    for list in lists() {
        flat.extend_from_slice(list?);
    }
    Ok(Value::list(flat))
}

fn join(items: &[Value], separator: &str) -> Result<Value, Error> {
    let mut length = separator.len().saturating_mul(items.len());
    for item in items {
        length = length.saturating_add(item.as_text().ok_or_else(broken)?.len());
    }
    check_text(length)?;
    let mut joined = EcoString::with_capacity(length);
    for (i, item) in items.iter().enumerate() {
        joined.push_str(if i == 0 { "" } else { separator });
        joined.push_str(item.as_text().unwrap_or_default());
    }
    Ok(Value::Text(joined))
}

/// Items with one hash are compared with each other, so hashes that say little cost time and nothing else.
fn unique(items: &[Value], comparison: &mut Comparison) -> Result<Value, Trap> {
    let state = RandomState::new();
    let mut seen: HashMap<u64, Vec<&Value>> = HashMap::new();
    let mut unique = Vec::new();
    for item in items {
        let mut hasher = state.build_hasher();
        let mut parts = HASHED;
        equal::hash(item, &mut hasher, &mut parts);
        let alike = seen.entry(hasher.finish()).or_default();
        let mut is_new = true;
        for other in alike.iter() {
            if comparison.equal(other, item)? {
                is_new = false;
                break;
            }
        }
        if is_new {
            alike.push(item);
            unique.push(item.clone());
        }
    }
    Ok(Value::list(unique))
}

fn number(value: &Value) -> Result<Number, Error> {
    match value {
        Value::Int(_) => Ok(Number::Int),
        Value::Float(_) => Ok(Number::Float),
        Value::Decimal(_) => Ok(Number::Decimal),
        Value::Duration(_) => Ok(Number::Duration),
        _ => Err(broken()),
    }
}

fn compare(a: &Value, b: &Value) -> std::cmp::Ordering {
    equal::compare(a, b).unwrap_or(std::cmp::Ordering::Equal)
}

fn count(count: i64, length: usize) -> usize {
    usize::try_from(count.max(0)).unwrap_or(usize::MAX).min(length)
}

fn int(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
