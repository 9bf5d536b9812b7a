//! The methods of built-in types, one file a receiver. What each does is said in
//! [`callflow_artifact::builtin`]; a character is a Unicode scalar value everywhere.

use callflow_artifact::Builtin;
use callflow_artifact::builtin::Receiver;
use callflow_artifact::bytecode::Reg;
use callflow_artifact::types::{Type, TypeId};
use ecow::EcoString;
use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::limits::{check_items, check_text};
use super::machine::{Machine, Trap, broken};
use crate::error::Error;
use crate::value::Value;

mod bytes;
mod json;
mod list;
mod map;
mod number;
#[cfg(test)]
mod tests;
mod text;
mod time;

/// Calls a method.
///
/// # Errors
/// What the method says it fails with, and a result that is too large.
pub(super) fn call(
    machine: &mut Machine<'_>,
    builtin: Builtin,
    arguments: &[Reg],
) -> Result<Value, Trap> {
    if builtin == Builtin::ToJson {
        let receiver = arguments.first().copied().ok_or_else(broken)?;
        return Ok(machine.converted_to_json(receiver)?);
    }
    machine.work += arguments.iter().map(|&argument| size(machine.read(argument))).sum::<u64>();
    let value = dispatch(machine, builtin, arguments)?;
    match &value {
        Value::Text(text) => check_text(text.len())?,
        Value::List(items) => check_items(items.len())?,
        Value::Map(entries) => check_items(entries.len())?,
        _ => {}
    }
    Ok(value)
}

fn dispatch(machine: &mut Machine<'_>, builtin: Builtin, at: &[Reg]) -> Result<Value, Trap> {
    let arguments = Arguments { registers: machine.registers, at };
    Ok(match builtin.signature().receiver {
        Receiver::Text => text::call(builtin, arguments)?,
        Receiver::Int => number::call_int(builtin, arguments)?,
        Receiver::Float => number::call_float(builtin, arguments)?,
        Receiver::Decimal => number::call_decimal(builtin, arguments)?,
        Receiver::Duration => time::call_duration(builtin, arguments)?,
        Receiver::Time => time::call_time(builtin, arguments, machine.program.zone())?,
        Receiver::Date => time::call_date(builtin, arguments)?,
        Receiver::Bytes => bytes::call(builtin, arguments)?,
        Receiver::Json => json::call(builtin, arguments)?,
        Receiver::Map => map::call(builtin, arguments)?,
        Receiver::List(_) => match builtin {
            Builtin::ListContains | Builtin::ListIndexOf | Builtin::ListUnique => {
                let mut comparison = list::Comparison::within(machine.budget.0, machine.work);
                let value = list::search(builtin, arguments, &mut comparison);
                machine.work = comparison.work;
                value?
            }
            Builtin::ListSum => list::sum(arguments.list(0)?, || item_type(machine, at))?,
            _ => list::call(builtin, arguments)?,
        },
        Receiver::Any => return Err(broken().into()),
    })
}

/// What the items of the list that a method is called on are.
fn item_type(machine: &Machine<'_>, at: &[Reg]) -> Type {
    let types = machine.program.types();
    let list = at.first().map_or(TypeId::UNKNOWN, |&list| machine.type_of(list));
    match types.get(list) {
        Type::List(item) => types.get(item),
        _ => Type::Unknown,
    }
}

/// How much a method has to go through in an argument: each item, or each 64 bytes.
fn size(value: &Value) -> u64 {
    let size = match value {
        Value::Text(text) => text.len() / 64,
        Value::Bytes(bytes) => bytes.len() / 64,
        Value::List(items) => items.len(),
        Value::Map(entries) => entries.len(),
        _ => 0,
    };
    size as u64
}

/// The arguments of a method, the receiver first, each as what the method needs it to be.
#[derive(Clone, Copy)]
struct Arguments<'a> {
    registers: &'a [Value],
    at: &'a [Reg],
}

impl<'a> Arguments<'a> {
    fn value(self, index: usize) -> Result<&'a Value, Error> {
        let register = self.at.get(index).ok_or_else(broken)?;
        self.registers.get(usize::from(register.0)).ok_or_else(broken)
    }

    fn text(self, index: usize) -> Result<&'a EcoString, Error> {
        match self.value(index)? {
            Value::Text(text) => Ok(text),
            _ => Err(broken()),
        }
    }

    /// An optional text.
    fn text_or_none(self, index: usize) -> Result<Option<&'a EcoString>, Error> {
        match self.value(index)? {
            Value::Text(text) => Ok(Some(text)),
            Value::None => Ok(None),
            _ => Err(broken()),
        }
    }

    fn int(self, index: usize) -> Result<i64, Error> {
        match self.value(index)? {
            Value::Int(number) => Ok(*number),
            _ => Err(broken()),
        }
    }

    /// An optional whole number.
    fn int_or_none(self, index: usize) -> Result<Option<i64>, Error> {
        match self.value(index)? {
            Value::Int(number) => Ok(Some(*number)),
            Value::None => Ok(None),
            _ => Err(broken()),
        }
    }

    fn float(self, index: usize) -> Result<f64, Error> {
        match self.value(index)? {
            Value::Float(number) => Ok(*number),
            _ => Err(broken()),
        }
    }

    fn decimal(self, index: usize) -> Result<Decimal, Error> {
        match self.value(index)? {
            Value::Decimal(number) => Ok(*number),
            _ => Err(broken()),
        }
    }

    fn duration(self, index: usize) -> Result<i64, Error> {
        match self.value(index)? {
            Value::Duration(milliseconds) => Ok(*milliseconds),
            _ => Err(broken()),
        }
    }

    fn time(self, index: usize) -> Result<jiff::Timestamp, Error> {
        match self.value(index)? {
            Value::Time(time) => Ok(*time),
            _ => Err(broken()),
        }
    }

    fn date(self, index: usize) -> Result<jiff::civil::Date, Error> {
        match self.value(index)? {
            Value::Date(date) => Ok(*date),
            _ => Err(broken()),
        }
    }

    fn bytes(self, index: usize) -> Result<&'a [u8], Error> {
        match self.value(index)? {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(broken()),
        }
    }

    fn json(self, index: usize) -> Result<&'a serde_json::Value, Error> {
        match self.value(index)? {
            Value::Json(json) => Ok(json),
            _ => Err(broken()),
        }
    }

    fn list(self, index: usize) -> Result<&'a [Value], Error> {
        match self.value(index)? {
            Value::List(items) => Ok(items),
            _ => Err(broken()),
        }
    }

    fn map(self, index: usize) -> Result<&'a IndexMap<EcoString, Value>, Error> {
        match self.value(index)? {
            Value::Map(entries) => Ok(entries),
            _ => Err(broken()),
        }
    }
}
