//! The methods of built-in types, one file a receiver. What each does is said in
//! [`callflow_artifact::builtin`]; a character is a Unicode scalar value everywhere.

use callflow_artifact::Builtin;
use callflow_artifact::builtin::{Meaning, Receiver};
use callflow_artifact::bytecode::Reg;
use callflow_artifact::types::{Type, TypeId};
use ecow::EcoString;
use indexmap::IndexMap;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use self::effort::Effort;
use super::limits::{JSON_LIMIT, check_items, check_text, too_large};
use super::machine::{Machine, Trap, broken};
use crate::error::Error;
use crate::value::Value;
use crate::value::json::measure;

mod bytes;
mod calendar;
mod csv;
mod duration;
mod effort;
mod extract;
mod json;
mod list;
mod map;
mod markdown;
mod number;
mod plain;
mod search;
mod spelling;
mod table;
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
    let zone = machine.program.zone();
    if takes_effort(builtin) {
        let mut effort = Effort::within(machine.budget.0, machine.work);
        let value = with_effort(machine, builtin, arguments, &mut effort);
        machine.work = effort.work;
        return value;
    }
    Ok(match builtin.signature().receiver {
        Receiver::Text => text::call(builtin, arguments, zone)?,
        Receiver::Int => number::call_int(builtin, arguments)?,
        Receiver::Float => number::call_float(builtin, arguments)?,
        Receiver::Decimal => number::call_decimal(builtin, arguments)?,
        Receiver::Duration => duration::call(builtin, arguments)?,
        Receiver::Time => time::call(builtin, arguments, zone)?,
        Receiver::Date => calendar::call(builtin, arguments, zone)?,
        Receiver::Bytes => bytes::call(builtin, arguments)?,
        Receiver::Json => json::call(builtin, arguments)?,
        Receiver::Map => map::call(builtin, arguments)?,
        Receiver::List(_) => match builtin {
            Builtin::ListSum => list::sum(arguments.list(0)?, || item_type(machine, at))?,
            _ => list::call(builtin, arguments)?,
        },
        Receiver::Any => return Err(broken().into()),
    })
}

/// Whether a method may do more than go through its arguments once.
fn takes_effort(builtin: Builtin) -> bool {
    use Builtin::{
        JsonMerge, ListContains, ListIndexOf, ListIntersect, ListTable, ListToCsv, ListUnique,
        ListWithout,
    };
    let lists =
        matches!(builtin, ListContains | ListIndexOf | ListUnique | ListWithout | ListIntersect);
    lists || matches!(builtin, ListTable | ListToCsv | JsonMerge) || search::is_search(builtin)
}

fn with_effort(
    machine: &Machine<'_>,
    builtin: Builtin,
    arguments: Arguments<'_>,
    effort: &mut Effort,
) -> Result<Value, Trap> {
    match builtin {
        Builtin::ListTable | Builtin::ListToCsv => match item_type(machine, arguments.at) {
            Type::Record(record) => {
                table::call(builtin, arguments, machine.program.types(), record, effort)
            }
            _ => Err(broken().into()),
        },
        Builtin::JsonMerge => {
            let (json, other) = (arguments.json(0)?, arguments.json(1)?);
            let size = measure(json).size.saturating_add(measure(other).size);
            effort.spend(size as u64 / 64)?;
            if size > JSON_LIMIT {
                return Err(too_large("the merged JSON is too large").into());
            }
            let mut merged = json.clone();
            json::merge(&mut merged, other);
            Ok(Value::json(merged))
        }
        builtin if search::is_search(builtin) => {
            search::call(builtin, arguments, machine.program, effort)
        }
        _ => list::search(builtin, arguments, effort),
    }
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
            Value::None | Value::Null => Ok(None),
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
            Value::None | Value::Null => Ok(None),
            _ => Err(broken()),
        }
    }

    fn bool(self, index: usize) -> Result<bool, Error> {
        match self.value(index)? {
            Value::Bool(value) => Ok(*value),
            _ => Err(broken()),
        }
    }

    /// The word that a method takes here, one of those that its table names.
    fn word(self, index: usize, builtin: Builtin) -> Result<&'a str, Error> {
        let word = self.text(index)?;
        let parameter = index.checked_sub(1).and_then(|at| builtin.signature().parameters.get(at));
        let meaning =
            parameter.and_then(|parameter| parameter.shape.meaning()).ok_or_else(broken)?;
        time::check(meaning, word)?;
        Ok(word)
    }

    /// A time zone; where none is given, the project's.
    fn zone(self, index: usize, project: &TimeZone) -> Result<TimeZone, Error> {
        let Some(name) = self.text_or_none(index)? else { return Ok(project.clone()) };
        match TimeZone::get(name) {
            Ok(zone) => Ok(zone),
            Err(_) => Err(time::check(Meaning::Zone, name).err().unwrap_or_else(broken)),
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
