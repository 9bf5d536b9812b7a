//! The reference executor: frames, calls, failures and effects. [`segment`] runs a frame's instructions.

use callflow_artifact::bytecode::{FunctionId, Op, Origin, Reg};
use callflow_artifact::types::TypeId;
use ecow::eco_format;

use super::limits::{FRAME_LIMIT, too_large};
use super::machine::{Trap, broken};
use super::segment::{self, Exit};
use super::{Budget, Fiber, Frame, Outcome, Program, Request, Resume, Slice};
use crate::error::{Error, ErrorKind};
use crate::value::Value;

/// A fiber that stands at the beginning of a function. The types are for its type parameters and must be ones
/// that the program uses it with; the arguments are for its parameters.
pub fn start(
    program: &Program,
    function: FunctionId,
    types: Vec<TypeId>,
    arguments: Vec<Value>,
) -> Fiber {
    let mut registers = arguments;
    let count = program.function(function).map_or(0, |function| function.registers.len());
    registers.resize(count, Value::None);
    Fiber { frames: vec![Frame { function, at: 0, registers, types, result: Reg(0) }] }
}

/// Runs a fiber up to its next effect, its end, or the end of the slice.
///
/// A fiber that is suspended goes on with the effect's value or error; with [`Resume::Begin`] it asks for the
/// same again. An error goes to the innermost handler of the innermost frame that has one. When the budget is
/// used up, the run fails at once and no handler is asked. Slices change nothing but when this returns: what a
/// fiber does, and what it takes of the budget, is the same with any.
pub fn resume(
    program: &Program,
    fiber: &mut Fiber,
    resume: Resume,
    budget: &mut Budget,
    slice: Slice,
) -> Outcome {
    let mut failure = match resume {
        Resume::Begin | Resume::GoOn => None,
        Resume::Value(value) => answer(program, fiber, value).err().map(Trap::from),
        Resume::Error(error) => Some(error.into()),
    };
    loop {
        if let Some(trap) = failure.take()
            && let Err(outcome) = handle(program, fiber, trap)
        {
            return outcome;
        }
        if slice.is_over(*budget) {
            return Outcome::Paused;
        }
        let depth = fiber.frames.len();
        let Some(frame) = fiber.frames.last_mut() else {
            return Outcome::Failed(broken(), FunctionId(0), Origin { start: 0, end: 0 });
        };
        match segment::run(program, frame, budget, slice) {
            Exit::Call(_) if depth >= FRAME_LIMIT => {
                let message = eco_format!("calls go {FRAME_LIMIT} deep and no deeper");
                failure = Some(too_large(message).into());
            }
            Exit::Call(frame) => fiber.frames.push(frame),
            Exit::Return(value) => {
                let result = fiber.frames.pop().map_or(Reg(0), |frame| frame.result);
                let Some(caller) = fiber.frames.last_mut() else {
                    return Outcome::Returned(value);
                };
                go_on(caller, result, value);
            }
            Exit::Suspend(effect, arguments) => {
                let (function, origin) = place(program, fiber);
                return Outcome::Suspended(Request { effect, arguments, function, origin });
            }
            Exit::Pause => return Outcome::Paused,
            Exit::Stop => {
                fiber.frames.clear();
                return Outcome::Stopped;
            }
            Exit::Trap(trap) => failure = Some(trap),
        }
    }
}

/// Gives the effect that a fiber is suspended at its value.
fn answer(program: &Program, fiber: &mut Fiber, value: Value) -> Result<(), Error> {
    let frame = fiber.frames.last_mut().ok_or_else(broken)?;
    match program.op(frame.function, frame.at) {
        Some(Op::Effect { dst, .. }) => {
            go_on(frame, *dst, value);
            Ok(())
        }
        _ => Err(broken()),
    }
}

/// Lets a frame go on behind the instruction at which it stands, with that instruction's result.
fn go_on(frame: &mut Frame, result: Reg, value: Value) {
    if let Some(slot) = frame.registers.get_mut(usize::from(result.0)) {
        *slot = value;
    }
    frame.at += 1;
}

/// Lets the innermost frame that handles a failure go on at its handler.
fn handle(program: &Program, fiber: &mut Fiber, trap: Trap) -> Result<(), Outcome> {
    let (function, origin) = place(program, fiber);
    let error = match trap {
        Trap::Error(error) => *error,
        Trap::Exhausted => {
            fiber.frames.clear();
            return Err(Outcome::Failed(exhausted(), function, origin));
        }
    };
    while let Some(frame) = fiber.frames.last_mut() {
        let handlers = program.function(frame.function).map(|function| &function.handlers);
        let mut covering = handlers.into_iter().flatten();
        if let Some(handler) =
            covering.find(|handler| (handler.from..handler.to).contains(&frame.at))
        {
            let artifact = program.artifact();
            let value = error.to_value(&artifact.types, artifact.error);
            if let Some(slot) = frame.registers.get_mut(usize::from(handler.error.0)) {
                *slot = value;
            }
            frame.at = handler.target;
            return Ok(());
        }
        fiber.frames.pop();
    }
    Err(Outcome::Failed(error, function, origin))
}

/// The function and the source of the instruction at which a fiber stands.
pub(crate) fn place(program: &Program, fiber: &Fiber) -> (FunctionId, Origin) {
    match fiber.frames.last() {
        Some(frame) => (frame.function, program.origin(frame.function, frame.at)),
        None => (FunctionId(0), Origin { start: 0, end: 0 }),
    }
}

fn exhausted() -> Error {
    let message =
        "the run has done as much as its step budget allows; is there a loop without end?";
    Error::new(ErrorKind::Failed, message)
}
