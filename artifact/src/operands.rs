//! What an instruction reads and writes and where it goes: what the verifier, the printer and the executors
//! would otherwise each find out for themselves.

use crate::bytecode::{Effect, FunctionId, Op, Reg, Target, TestEffect};
use crate::types::TypeId;

impl Op {
    /// The register that it gives a new value, if any. [`Op::Append`] and its like change a value in place and
    /// count as reading it.
    pub fn destination(&self) -> Option<Reg> {
        match self {
            Op::Constant { dst, .. }
            | Op::Move { dst, .. }
            | Op::Some { dst, .. }
            | Op::Unwrap { dst, .. }
            | Op::Convert { dst, .. }
            | Op::Arithmetic { dst, .. }
            | Op::Negate { dst, .. }
            | Op::Not { dst, .. }
            | Op::Compare { dst, .. }
            | Op::Equal { dst, .. }
            | Op::Format { dst, .. }
            | Op::Concat { dst, .. }
            | Op::Record { dst, .. }
            | Op::Field { dst, .. }
            | Op::List { dst, .. }
            | Op::ListIndex { dst, .. }
            | Op::Map { dst, .. }
            | Op::MapIndex { dst, .. }
            | Op::JsonIndex { dst, .. }
            | Op::Decode { dst, .. }
            | Op::Schema { dst, .. }
            | Op::Tagged { dst, .. }
            | Op::IsVariant { dst, .. }
            | Op::Payload { dst, .. }
            | Op::Builtin { dst, .. }
            | Op::Call { dst, .. }
            | Op::Effect { dst, .. } => Some(*dst),
            Op::Append { .. }
            | Op::MapInsert { .. }
            | Op::JsonInsert { .. }
            | Op::JsonExtend { .. }
            | Op::Jump { .. }
            | Op::JumpIf { .. }
            | Op::JumpIfNot { .. }
            | Op::JumpIfNone { .. }
            | Op::Return { .. }
            | Op::Fail { .. }
            | Op::Raise { .. }
            | Op::Stop => None,
        }
    }

    /// Calls `visit` for each register that it reads, in the order of its operands.
    pub fn each_source(&self, mut visit: impl FnMut(Reg)) {
        let mut all = |registers: &[Reg]| registers.iter().for_each(|&register| visit(register));
        match self {
            Op::Constant { .. } | Op::Schema { .. } | Op::Jump { .. } | Op::Stop => {}
            Op::Move { src, .. }
            | Op::Some { src, .. }
            | Op::Unwrap { src, .. }
            | Op::Convert { src, .. }
            | Op::Negate { src, .. }
            | Op::Not { src, .. }
            | Op::Format { src, .. }
            | Op::Field { src, .. }
            | Op::Decode { src, .. }
            | Op::IsVariant { src, .. }
            | Op::Payload { src, .. }
            | Op::JumpIfNone { src, .. }
            | Op::Return { src } => all(&[*src]),
            Op::Arithmetic { a, b, .. } | Op::Compare { a, b, .. } | Op::Equal { a, b, .. } => {
                all(&[*a, *b])
            }
            Op::Concat { parts, .. } => all(parts),
            Op::Record { fields, .. } => all(fields),
            Op::List { items, .. } => all(items),
            Op::Append { list, item } => all(&[*list, *item]),
            Op::ListIndex { list, index, .. } => all(&[*list, *index]),
            Op::Map { entries, .. } => entries.iter().for_each(|(key, value)| all(&[*key, *value])),
            Op::MapInsert { map, key, value } => all(&[*map, *key, *value]),
            Op::MapIndex { map, key, .. } => all(&[*map, *key]),
            Op::JsonIndex { json, key, .. } => all(&[*json, *key]),
            Op::JsonInsert { object, key, value } => all(&[*object, *key, *value]),
            Op::JsonExtend { object, from } => all(&[*object, *from]),
            Op::Tagged { record, .. } => all(&[*record]),
            Op::Builtin { arguments, .. }
            | Op::Call { arguments, .. }
            | Op::Effect { arguments, .. } => all(arguments),
            Op::JumpIf { condition, .. } | Op::JumpIfNot { condition, .. } => all(&[*condition]),
            Op::Fail { message, kind } => {
                all(&[*message]);
                all(kind.as_slice());
            }
            Op::Raise { error } => all(&[*error]),
        }
    }

    /// Where it may go instead of to the next instruction.
    pub fn target(&self) -> Option<Target> {
        match self {
            Op::Jump { to }
            | Op::JumpIf { to, .. }
            | Op::JumpIfNot { to, .. }
            | Op::JumpIfNone { to, .. } => Some(*to),
            _ => None,
        }
    }

    /// The same, to be changed: how jumps forward get their target once it is known.
    pub fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Op::Jump { to }
            | Op::JumpIf { to, .. }
            | Op::JumpIfNot { to, .. }
            | Op::JumpIfNone { to, .. } => Some(to),
            _ => None,
        }
    }

    /// Whether the next instruction never follows it.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self,
            Op::Jump { .. } | Op::Return { .. } | Op::Fail { .. } | Op::Raise { .. } | Op::Stop
        )
    }
}

impl Effect {
    /// The functions that it begins as branches.
    pub fn branches(&self) -> &[FunctionId] {
        match self {
            Effect::Parallel { branches, .. } | Effect::First { branches, .. } => branches,
            Effect::ForEach { body, .. } => std::slice::from_ref(body),
            _ => &[],
        }
    }

    /// What it gives for the type parameters of its action or its branches. It may name the type parameters of
    /// the function that it stands in.
    pub fn types(&self) -> &[TypeId] {
        match self {
            Effect::Action { types, .. }
            | Effect::Parallel { types, .. }
            | Effect::First { types, .. }
            | Effect::ForEach { types, .. }
            | Effect::Test(TestEffect::Given { types, .. }) => types,
            _ => &[],
        }
    }

    /// The same, to be changed: how a request gets types without parameters.
    pub fn types_mut(&mut self) -> Option<&mut Box<[TypeId]>> {
        match self {
            Effect::Action { types, .. }
            | Effect::Parallel { types, .. }
            | Effect::First { types, .. }
            | Effect::ForEach { types, .. }
            | Effect::Test(TestEffect::Given { types, .. }) => Some(types),
            _ => None,
        }
    }
}
