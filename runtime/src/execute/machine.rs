//! The registers of the running frame, and what instructions do with them.

use callflow_artifact::bytecode::{Conversion, Function, Op, Order, Reg};
use callflow_artifact::types::TypeId;
use ecow::EcoString;

use super::arithmetic::{arithmetic, convert, negate};
use super::limits::check_text;
use super::{Budget, Program, builtins};
use crate::error::{Error, ErrorKind};
use crate::value::{Value, decode, equal, format, schema};

/// One frame while it runs.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) function: &'a Function,
    pub(super) registers: &'a mut [Value],
    /// What the function's type parameters are.
    pub(super) types: &'a [TypeId],
    /// What the run may still do.
    pub(super) budget: &'a mut Budget,
    /// What was done since the budget was last charged: an instruction counts one, and so does each item or
    /// each 64 bytes of text that an instruction goes through. It does not depend on what values share in
    /// memory, which is another thing after a run was stored; so copying a value before it is changed is free.
    pub(super) work: u64,
}

/// Why an instruction does not end.
#[derive(Debug)]
pub(super) enum Trap {
    /// It fails; the innermost handler gets the error.
    Error(Box<Error>),
    /// The budget is used up, which no handler gets.
    Exhausted,
}

impl From<Error> for Trap {
    fn from(error: Error) -> Trap {
        Trap::Error(Box::new(error))
    }
}

/// What an instruction fails with that meets what no verified program has.
pub(super) fn broken() -> Error {
    Error::new(
        ErrorKind::Failed,
        "the program is damaged: an instruction met a value of another type than its own",
    )
}

impl Machine<'_> {
    /// The value in a register; none for a register that there is not.
    pub(super) fn read(&self, register: Reg) -> &Value {
        self.registers.get(usize::from(register.0)).unwrap_or(&Value::None)
    }

    /// Gives a register a value.
    pub(super) fn write(&mut self, register: Reg, value: Value) {
        if let Some(slot) = self.registers.get_mut(usize::from(register.0)) {
            *slot = value;
        }
    }

    /// Takes the value out of a register, so that it can be changed in place if nothing else shares it.
    pub(super) fn take(&mut self, register: Reg) -> Value {
        self.registers.get_mut(usize::from(register.0)).map(std::mem::take).unwrap_or_default()
    }

    /// The type of a register's value, without parameters.
    pub(super) fn type_of(&self, register: Reg) -> TypeId {
        let ty = self.function.registers.get(usize::from(register.0));
        ty.map_or(TypeId::UNKNOWN, |&ty| self.program.resolve(ty, self.types))
    }

    /// Takes what was done from the budget.
    pub(super) fn charge(&mut self) -> Result<(), Trap> {
        let left = self.budget.0.checked_sub(self.work);
        self.work = 0;
        self.budget.0 = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Trap::Exhausted)
    }

    /// Whether two values are equal.
    pub(super) fn equal(&mut self, a: Reg, b: Reg) -> Result<bool, Trap> {
        let mut work = self.work;
        let equal = equal::equal(self.read(a), self.read(b), &mut work, self.budget.0);
        self.work = work;
        equal.ok_or(Trap::Exhausted)
    }

    /// Carries out an instruction that does not change where control goes.
    #[inline]
    pub(super) fn execute(&mut self, op: &Op) -> Result<(), Trap> {
        let (dst, value) = match op {
            Op::Constant { dst, constant } => {
                (dst, self.program.constant(*constant).cloned().ok_or_else(broken)?)
            }
            Op::Move { dst, src } | Op::Some { dst, src } => (dst, self.read(*src).clone()),
            Op::Unwrap { dst, src } => match self.read(*src) {
                Value::None | Value::Null => {
                    return Err(Error::invalid("a value is needed here, but it is none").into());
                }
                value => (dst, value.clone()),
            },
            Op::Convert { dst, src, conversion: Conversion::ToJson } => {
                (dst, self.converted_to_json(*src)?)
            }
            Op::Convert { dst, src, conversion } => (dst, convert(*conversion, self.read(*src))?),
            Op::Arithmetic { op, number, dst, a, b } => {
                (dst, arithmetic(*op, *number, self.read(*a), self.read(*b))?)
            }
            Op::Negate { number, dst, src } => (dst, negate(*number, self.read(*src))?),
            Op::Not { dst, src } => match self.read(*src) {
                Value::Bool(value) => (dst, Value::Bool(!value)),
                _ => return Err(broken().into()),
            },
            Op::Compare { order, dst, a, b } => (dst, self.compare(*order, *a, *b)?),
            Op::Equal { dst, a, b } => (dst, Value::Bool(self.equal(*a, *b)?)),
            Op::Format { dst, src } => {
                (dst, format::format(self.read(*src)).map(Value::Text).ok_or_else(broken)?)
            }
            Op::Concat { dst, parts } => (dst, self.concat(parts)?),
            Op::Record { dst, record, fields } => (dst, self.record(*record, fields)?),
            Op::Field { dst, src, index } => (dst, self.field(*src, *index)?),
            Op::List { dst, items } => (dst, self.list(items)?),
            Op::Append { list, item } => return Ok(self.append(*list, *item)?),
            Op::ListIndex { dst, list, index } => (dst, self.list_index(*list, *index)?),
            Op::Map { dst, entries } => (dst, self.map(entries)?),
            Op::MapInsert { map, key, value } => return Ok(self.map_insert(*map, *key, *value)?),
            Op::MapIndex { dst, map, key } => (dst, self.map_index(*map, *key)?),
            Op::JsonIndex { dst, json, key } => (dst, self.json_index(*json, *key)?),
            Op::JsonInsert { object, key, value } => {
                return self.json_insert(*object, *key, *value);
            }
            Op::JsonExtend { object, from } => return self.json_extend(*object, *from),
            Op::Decode { dst, src, ty } => (dst, self.decode(*src, *ty)?),
            Op::Schema { dst, ty } => {
                let ty = self.program.resolve(*ty, self.types);
                (dst, Value::json(schema(self.program.types(), ty)))
            }
            Op::Tagged { dst, choice, variant, record } => {
                (dst, self.tagged(*choice, *variant, *record)?)
            }
            Op::IsVariant { dst, src, variant } => {
                let is = matches!(self.read(*src), Value::Tagged(found, _) if found == variant);
                (dst, Value::Bool(is))
            }
            Op::Payload { dst, src, variant } => match self.read(*src) {
                Value::Tagged(found, values) if found == variant => {
                    (dst, Value::Record(values.clone()))
                }
                Value::Tagged(..) => {
                    return Err(Error::invalid("it is another alternative of its choice").into());
                }
                _ => return Err(broken().into()),
            },
            Op::Builtin { dst, builtin, arguments } => {
                (dst, builtins::call(self, *builtin, arguments)?)
            }
            Op::Call { .. }
            | Op::Effect { .. }
            | Op::Jump { .. }
            | Op::JumpIf { .. }
            | Op::JumpIfNot { .. }
            | Op::JumpIfNone { .. }
            | Op::Return { .. }
            | Op::Fail { .. }
            | Op::Raise { .. }
            | Op::Stop => return Err(broken().into()),
        };
        self.write(*dst, value);
        Ok(())
    }

    fn compare(&self, order: Order, a: Reg, b: Reg) -> Result<Value, Error> {
        let ordering = equal::compare(self.read(a), self.read(b)).ok_or_else(broken)?;
        Ok(Value::Bool(match order {
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }))
    }

    fn concat(&mut self, parts: &[Reg]) -> Result<Value, Error> {
        let texts = || parts.iter().map(|&part| self.read(part).as_text().ok_or_else(broken));
        let mut length = 0_usize;
        for text in texts() {
            length = length.saturating_add(text?.len());
        }
        check_text(length)?;
        let mut whole = EcoString::with_capacity(length);
        for text in texts() {
            whole.push_str(text?);
        }
        self.work += length as u64 / 64;
        Ok(Value::Text(whole))
    }

    fn decode(&mut self, src: Reg, ty: TypeId) -> Result<Value, Error> {
        let Value::Json(json) = self.read(src) else { return Err(broken()) };
        let ty = self.program.resolve(ty, self.types);
        Ok(decode(self.program.types(), ty, json)?)
    }
}
