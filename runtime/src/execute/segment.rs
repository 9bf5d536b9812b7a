//! One frame from where it stands to where it leaves: a call, a return, an effect or a failure.

use callflow_artifact::bytecode::{Effect, Op, Reg};
use callflow_artifact::types::TypeId;

use super::machine::{Machine, Trap, broken};
use super::{Budget, Frame, Program, Slice};
use crate::error::{Error, ErrorKind};
use crate::value::Value;

/// Why a frame does not go on by itself. It stands at the instruction that says so, or where it pauses at the
/// next one.
pub(super) enum Exit {
    /// It calls a function, whose frame this is.
    Call(Frame),
    /// Its function is at its end.
    Return(Value),
    /// It asks something of the host, with these arguments.
    Suspend(Effect, Vec<Value>),
    /// The slice is over.
    Pause,
    /// The run is at its end.
    Stop,
    /// An instruction does not end.
    Trap(Trap),
}

/// Runs a frame until it leaves.
pub(super) fn run(program: &Program, frame: &mut Frame, budget: &mut Budget, slice: Slice) -> Exit {
    let Some(function) = program.function(frame.function) else {
        return Exit::Trap(broken().into());
    };
    let mut machine = Machine {
        program,
        function,
        registers: &mut frame.registers,
        types: &frame.types,
        budget,
        work: 0,
    };
    let exit = machine.run(&mut frame.at, slice);
    // What was done counts, however the frame leaves: a handler could lead back to what failed.
    match machine.charge() {
        Ok(()) => exit,
        Err(trap) => Exit::Trap(trap),
    }
}

impl Machine<'_> {
    fn run(&mut self, at: &mut u32, slice: Slice) -> Exit {
        let code = self.function.code.as_slice();
        loop {
            let Some(op) = code.get(*at as usize) else { return Exit::Trap(broken().into()) };
            self.work += 1;
            let next = *at + 1;
            let next = match op {
                Op::Jump { to } => *to,
                Op::JumpIf { condition, to } => match self.read(*condition) {
                    Value::Bool(true) => *to,
                    _ => next,
                },
                Op::JumpIfNot { condition, to } => match self.read(*condition) {
                    Value::Bool(false) => *to,
                    _ => next,
                },
                Op::JumpIfNone { src, to } => match self.read(*src) {
                    Value::None | Value::Null => *to,
                    _ => next,
                },
                Op::Call { .. } | Op::Effect { .. } => return self.leave(op),
                Op::Return { src } => return Exit::Return(self.take(*src)),
                Op::Fail { message, kind } => return Exit::Trap(self.fail(*message, *kind).into()),
                Op::Raise { error } => {
                    let artifact = self.program.artifact();
                    let value = self.read(*error);
                    let error = Error::from_value(&artifact.types, artifact.error, value);
                    return Exit::Trap(error.into());
                }
                Op::Stop => return Exit::Stop,
                op => match self.execute(op) {
                    Ok(()) => next,
                    Err(trap) => return Exit::Trap(trap),
                },
            };
            let is_back = next <= *at;
            if is_back && let Err(trap) = self.charge() {
                return Exit::Trap(trap);
            }
            *at = next;
            if is_back && slice.is_over(*self.budget) {
                return Exit::Pause;
            }
        }
    }

    fn leave(&self, op: &Op) -> Exit {
        let values = |registers: &[Reg]| -> Vec<Value> {
            registers.iter().map(|&register| self.read(register).clone()).collect()
        };
        match op {
            Op::Call { dst, function, types, arguments } => {
                let Some(callee) = self.program.function(*function) else {
                    return Exit::Trap(broken().into());
                };
                let mut registers = Vec::with_capacity(callee.registers.len());
                registers.extend(arguments.iter().map(|&register| self.read(register).clone()));
                registers.resize(callee.registers.len(), Value::None);
                let resolve = |&ty| self.program.resolve(ty, self.types);
                let types = types.iter().map(resolve).collect();
                Exit::Call(Frame { function: *function, at: 0, registers, types, result: *dst })
            }
            Op::Effect { effect, arguments, .. } => {
                Exit::Suspend(resolved(self.program, self.types, effect), values(arguments))
            }
            _ => Exit::Trap(broken().into()),
        }
    }

    fn fail(&self, message: Reg, kind: Option<Reg>) -> Error {
        let message = self.read(message).as_text().unwrap_or_default();
        let kind = kind.and_then(|kind| self.read(kind).as_text());
        let kind = kind.and_then(ErrorKind::parse).unwrap_or(ErrorKind::Failed);
        Error::new(kind, message)
    }
}

/// An effect without type parameters, which are put in from those of the frame that it stands in.
pub(super) fn resolved(program: &Program, types: &[TypeId], effect: &Effect) -> Effect {
    let mut effect = effect.clone();
    for ty in effect.types_mut().into_iter().flat_map(|given| given.iter_mut()) {
        *ty = program.resolve(*ty, types);
    }
    effect
}
