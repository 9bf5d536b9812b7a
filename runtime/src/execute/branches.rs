//! Branches: fibers of their own, begun by what another fiber asks for.
//!
//! The host that is asked for branches begins each with [`Request::branch`], drives them as it drives any fiber,
//! and resumes the one that asked with [`Request::joined`]. What was asked need not be kept: it can be read from
//! the suspended fiber again with [`pending`].

use callflow_artifact::bytecode::{Effect, FunctionId, Op, Reg};
use callflow_artifact::types::TypeId;

use super::{Fiber, Program, Request, interpret, segment};
use crate::value::Value;

/// What a suspended fiber has asked for, as it was first asked. None for a fiber that does not stand at an
/// effect.
pub fn pending(program: &Program, fiber: &Fiber) -> Option<Request> {
    let frame = fiber.frames.last()?;
    let Some(Op::Effect { effect, arguments, .. }) = program.op(frame.function, frame.at) else {
        return None;
    };
    let read =
        |register: &Reg| frame.registers.get(usize::from(register.0)).cloned().unwrap_or_default();
    Some(Request {
        effect: segment::resolved(program, &frame.types, effect),
        arguments: arguments.iter().map(read).collect(),
        function: frame.function,
        origin: program.origin(frame.function, frame.at),
    })
}

/// The types of the arguments of what a suspended fiber has asked for.
pub fn argument_types(program: &Program, fiber: &Fiber) -> Vec<TypeId> {
    let Some(frame) = fiber.frames.last() else { return Vec::new() };
    let Some(Op::Effect { arguments, .. }) = program.op(frame.function, frame.at) else {
        return Vec::new();
    };
    let registers = program.function(frame.function).map(|function| function.registers.as_slice());
    let registers = registers.unwrap_or_default();
    let ty = |register: &Reg| registers.get(usize::from(register.0)).copied();
    let resolved = |ty| program.resolve(ty, &frame.types);
    arguments.iter().map(|it| ty(it).map_or(TypeId::UNKNOWN, resolved)).collect()
}

impl Request {
    /// How many branches it asks for.
    pub fn branches(&self) -> usize {
        match &self.effect {
            Effect::ForEach { .. } => self.items().len(),
            effect => effect.branches().len(),
        }
    }

    /// How many of its branches may go on at a time: at least one.
    pub fn branches_at_a_time(&self) -> usize {
        match (&self.effect, self.arguments.get(1)) {
            (Effect::ForEach { .. }, Some(&Value::Int(most))) => {
                usize::try_from(most.max(1)).unwrap_or(usize::MAX)
            }
            _ => usize::MAX,
        }
    }

    /// A branch by its number, at its beginning. None where it asks for no such branch.
    pub fn branch(&self, program: &Program, index: usize) -> Option<Fiber> {
        let begin = |function: FunctionId, arguments| {
            let types: Vec<TypeId> = self.effect.types().to_vec();
            interpret::start(program, function, types, arguments)
        };
        match &self.effect {
            Effect::ForEach { body, .. } => {
                let item = self.items().get(index)?.clone();
                let captured = self.arguments.get(2..).unwrap_or_default().iter().cloned();
                Some(begin(*body, std::iter::once(item).chain(captured).collect()))
            }
            effect => {
                let &function = effect.branches().get(index)?;
                Some(begin(function, self.arguments.clone()))
            }
        }
    }

    /// What the fiber that asked is resumed with: the branches' results by their number, none for each that did
    /// not end.
    pub fn joined(&self, program: &Program, results: Vec<Value>) -> Value {
        match &self.effect {
            Effect::ForEach { body, .. } => {
                let gives_none =
                    program.function(*body).is_none_or(|body| body.result == TypeId::NONE);
                if gives_none { Value::None } else { Value::list(results) }
            }
            _ => Value::record(results),
        }
    }

    fn items(&self) -> &[Value] {
        match self.arguments.first() {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }
}
