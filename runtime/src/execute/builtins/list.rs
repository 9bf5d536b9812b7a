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
use super::effort::Effort;
use crate::error::Error;
use crate::execute::arithmetic::arithmetic;
use crate::execute::collections::position;
use crate::execute::limits::{check_items, check_text};
use crate::execute::machine::{Trap, broken};
use crate::value::{Value, equal, format};

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
        Builtin::ListSlice => {
            let place = |index: i64| {
                let from_end = i64::try_from(items.len()).unwrap_or(i64::MAX).saturating_add(index);
                count(if index < 0 { from_end } else { index }, items.len())
            };
            let start = place(arguments.int(1)?);
            let end = arguments.int_or_none(2)?.map_or(items.len(), place);
            Value::list(items.get(start..end).unwrap_or_default().to_vec())
        }
        Builtin::ListEnumerate => {
            let numbered = |(at, item): (usize, &Value)| {
                Value::record(vec![Value::Int(int(at)), item.clone()])
            };
            Value::list(items.iter().enumerate().map(numbered).collect())
        }
        Builtin::ListCompact => {
            Value::list(items.iter().filter(|item| !item.is_none()).cloned().collect())
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
        Builtin::ListMedian => median(items)?,
        Builtin::ListJoin => join(items, arguments.text(1)?, arguments.text_or_none(2)?)?,
        Builtin::ListOrder => {
            let mut order: Vec<(usize, &Value)> = items.iter().enumerate().collect();
            order.sort_by(|(_, a), (_, b)| compare(a, b));
            Value::list(order.into_iter().map(|(at, _)| Value::Int(int(at))).collect())
        }
        _ => return Err(broken()),
    })
}

/// Calls a method of a list that compares items for equality.
pub(super) fn search(
    builtin: Builtin,
    arguments: Arguments<'_>,
    effort: &mut Effort,
) -> Result<Value, Trap> {
    let items = arguments.list(0)?;
    match builtin {
        Builtin::ListUnique => return unique(items, effort),
        Builtin::ListWithout => return among(items, arguments.list(1)?, false, effort),
        Builtin::ListIntersect => return among(items, arguments.list(1)?, true, effort),
        _ => {}
    }
    let item = arguments.value(1)?;
    let mut found = None;
    for (at, candidate) in items.iter().enumerate() {
        if effort.equal(candidate, item)? {
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
        sum.and_then(|sum| sum.checked_div(count))
            .map(|mean| mean.normalize())
            .ok_or_else(too_large)
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

/// Items as their text forms, and another separator before the last one where it is given.
fn join(items: &[Value], separator: &str, last: Option<&EcoString>) -> Result<Value, Error> {
    let last = last.map_or(separator, EcoString::as_str);
    let mut joined = EcoString::new();
    for (i, item) in items.iter().enumerate() {
        joined.push_str(match i {
            0 => "",
            i if i + 1 == items.len() => last,
            _ => separator,
        });
        match item {
            Value::Text(text) => joined.push_str(text),
            item => joined.push_str(&format::format(item).ok_or_else(broken)?),
        }
        check_text(joined.len())?;
    }
    Ok(Value::Text(joined))
}

/// The mean of the one or two in the middle.
fn median(items: &[Value]) -> Result<Value, Error> {
    let mut sorted = items.to_vec();
    sorted.sort_by(compare);
    let middle = (sorted.len().saturating_sub(1) / 2)..(sorted.len() / 2 + 1).min(sorted.len());
    average(sorted.get(middle).unwrap_or_default())
}

/// Each item once.
fn unique(items: &[Value], effort: &mut Effort) -> Result<Value, Trap> {
    let mut seen = Seen::default();
    let mut unique = Vec::new();
    for item in items {
        if !seen.has(item, effort)? {
            seen.add(item);
            unique.push(item.clone());
        }
    }
    Ok(Value::list(unique))
}

/// The items that are among others, or those that are not.
fn among(
    items: &[Value],
    others: &[Value],
    wanted: bool,
    effort: &mut Effort,
) -> Result<Value, Trap> {
    let mut seen = Seen::default();
    for other in others {
        if !seen.has(other, effort)? {
            seen.add(other);
        }
    }
    let mut found = Vec::new();
    for item in items {
        if seen.has(item, effort)? == wanted {
            found.push(item.clone());
        }
    }
    Ok(Value::list(found))
}

/// Items by their hashes. Those with one hash are compared with each other, so hashes that say little cost time
/// and nothing else.
#[derive(Default)]
struct Seen<'a> {
    state: RandomState,
    items: HashMap<u64, Vec<&'a Value>>,
}

impl<'a> Seen<'a> {
    fn has(&self, item: &Value, effort: &mut Effort) -> Result<bool, Trap> {
        for other in self.items.get(&self.hash(item)).into_iter().flatten() {
            if effort.equal(other, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn add(&mut self, item: &'a Value) {
        self.items.entry(self.hash(item)).or_default().push(item);
    }

    fn hash(&self, item: &Value) -> u64 {
        let mut hasher = self.state.build_hasher();
        let mut parts = HASHED;
        equal::hash(item, &mut hasher, &mut parts);
        hasher.finish()
    }
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
