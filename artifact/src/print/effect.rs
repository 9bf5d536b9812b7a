//! An effect as text: `effect llm.extract<Lead>(r10) retry r3 within r4`.
//!
//! Operands stand where they mean something. What an artifact from anywhere lacks is shown as `?`, and what it
//! has too much of at the end.

use std::fmt::{self, Write};

use super::instruction::{Shown, quoted};
use crate::artifact::Flow;
use crate::bytecode::{
    ActionId, Answer, AnswerKind, Clauses, Effect, FlowId, FunctionId, Reg, TestEffect,
};
use crate::piece::Action;
use crate::types::{Type, TypeId};

/// The operands that were not shown yet.
struct Operands<'a>(std::slice::Iter<'a, Reg>);

impl Operands<'_> {
    fn one(&mut self) -> String {
        self.0.next().map_or_else(|| "?".into(), |register| format!("r{}", register.0))
    }

    fn some(&mut self, count: usize) -> String {
        let all: Vec<String> = (0..count).map(|_| self.one()).collect();
        all.join(", ")
    }

    fn rest(&mut self) -> String {
        self.some(self.0.len())
    }
}

impl Shown<'_> {
    pub(super) fn effect(
        &self,
        out: &mut String,
        effect: &Effect,
        arguments: &[Reg],
    ) -> fmt::Result {
        let mut operands = Operands(arguments.iter());
        out.push_str(if let Effect::Test(_) = effect { "test " } else { "effect " });
        match effect {
            Effect::Action { action, types, connection, clauses } => {
                let count = self.action(*action).map_or(0, |action| action.parameters.len());
                write!(out, "{}{}", self.action_name(*action), self.types(types))?;
                if let Some(connection) = connection {
                    write!(out, " on {}", quoted(connection))?;
                }
                write!(out, "({})", operands.some(count.min(arguments.len())))?;
                self.clauses(out, *clauses, &mut operands)?;
            }
            Effect::Parallel { branches, types } => {
                self.branches(out, "parallel", branches, types, &mut operands)?;
            }
            Effect::First { branches, types } => {
                self.branches(out, "first", branches, types, &mut operands)?;
            }
            Effect::ForEach { body, types } => {
                let (list, most) = (operands.one(), operands.one());
                let body = format!("{}{}", self.function_name(*body), self.types(types));
                write!(out, "for each of {list}, {most} at a time: {body}({})", operands.rest())?;
            }
            Effect::Launch { flow, waits } => {
                let word = if *waits { "run" } else { "start" };
                write!(out, "{word} {}({})", self.flow_name(*flow), operands.rest())?;
            }
            Effect::Environment { name } => write!(out, "env {}", quoted(name))?,
            Effect::Test(test) => self.test(out, test, &mut operands)?,
            simple => write!(out, "{}({})", name_of(simple), operands.rest())?,
        }
        match operands.0.len() {
            0 => Ok(()),
            _ => write!(out, " and {}", operands.rest()),
        }
    }

    fn branches(
        &self,
        out: &mut String,
        word: &str,
        branches: &[FunctionId],
        types: &[TypeId],
        operands: &mut Operands<'_>,
    ) -> fmt::Result {
        let names: Vec<String> = branches.iter().map(|&id| self.function_name(id)).collect();
        write!(out, "{word}{} {}({})", self.types(types), names.join(" | "), operands.rest())
    }

    fn clauses(
        &self,
        out: &mut String,
        clauses: Clauses,
        operands: &mut Operands<'_>,
    ) -> fmt::Result {
        if clauses.retry {
            write!(out, " retry {}", operands.one())?;
        }
        if clauses.retry && clauses.pauses {
            write!(out, " backoff {}..{}", operands.one(), operands.one())?;
        }
        if clauses.within {
            write!(out, " within {}", operands.one())?;
        }
        if clauses.once {
            write!(out, " once {}", operands.one())?;
        }
        Ok(())
    }

    fn test(
        &self,
        out: &mut String,
        test: &TestEffect,
        operands: &mut Operands<'_>,
    ) -> fmt::Result {
        match test {
            TestEffect::Given { action, types, parameters, answers } => {
                write!(out, "given {}{}", self.action_name(*action), self.types(types))?;
                let name = |position| self.parameter(*action, position);
                out.push_str(&named(parameters, name, operands));
                answers.iter().try_for_each(|answer| self.answer(out, answer, operands))
            }
            TestEffect::Run(flow) => {
                write!(out, "run {}({})", self.flow_name(*flow), operands.one())
            }
            TestEffect::Advance => write!(out, "advance {}", operands.one()),
            TestEffect::Crash => write!(out, "crash"),
            TestEffect::Result(flow) => write!(out, "result of {}", self.flow_name(*flow)),
            TestEffect::Called { action, exactly, parameters } => {
                write!(out, "called {}{}", self.action_name(*action), times(*exactly, operands))?;
                let name = |position| self.parameter(*action, position);
                write!(out, "{}", named(parameters, name, operands))
            }
            TestEffect::Started { flow, exactly, fields } => {
                write!(out, "started {}{}", self.flow_name(*flow), times(*exactly, operands))?;
                let name = |position| self.event_field(*flow, position);
                write!(out, "{}", named(fields, name, operands))
            }
            TestEffect::Succeeded => write!(out, "succeeded"),
            TestEffect::Failed { message: false } => write!(out, "failed"),
            TestEffect::Failed { message: true } => write!(out, "failed with {}", operands.one()),
            TestEffect::Waiting => write!(out, "waiting"),
            TestEffect::Logged => write!(out, "logged {}", operands.one()),
            TestEffect::Holds { compared: None } => write!(out, "holds {}", operands.one()),
            TestEffect::Holds { compared: Some(symbol) } => {
                let [holds, left, right] = [(); 3].map(|()| operands.one());
                write!(out, "holds {holds}: {left} {symbol} {right}")
            }
        }
    }

    fn answer(
        &self,
        out: &mut String,
        answer: &Answer,
        operands: &mut Operands<'_>,
    ) -> fmt::Result {
        match &answer.kind {
            AnswerKind::Returns => write!(out, " returns {}", operands.one())?,
            AnswerKind::Fails { kind, message: false } => write!(out, " fails {kind}")?,
            AnswerKind::Fails { kind, message: true } => {
                write!(out, " fails {kind} {}", operands.one())?;
            }
        }
        if answer.after { write!(out, " after {}", operands.one()) } else { Ok(()) }
    }

    // Names.

    fn action(&self, id: ActionId) -> Option<&Action> {
        self.artifact.actions.get(id.0 as usize)
    }

    fn action_name(&self, id: ActionId) -> String {
        let action = self.action(id);
        let piece = action.and_then(|action| self.artifact.pieces.get(action.piece.0 as usize));
        let piece = piece.map_or("?", |piece| piece.name.as_str());
        format!("{piece}.{}", action.map_or("?", |action| action.name.as_str()))
    }

    fn parameter(&self, action: ActionId, position: usize) -> Option<&str> {
        self.action(action)?.parameters.get(position).map(|parameter| parameter.name.as_str())
    }

    fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.artifact.flows.get(id.0 as usize)
    }

    fn flow_name(&self, id: FlowId) -> &str {
        self.flow(id).map_or("?", |flow| flow.address.as_str())
    }

    fn event_field(&self, id: FlowId, position: usize) -> Option<&str> {
        let types = &self.artifact.types;
        let Type::Record(record) = types.get(self.flow(id)?.trigger.event) else { return None };
        types.record(record)?.fields.get(position).map(|field| field.name.as_str())
    }
}

/// ` with (text: r1, channel: r2)`, and nothing where no values are asked for.
fn named<'a>(
    positions: &[u16],
    name: impl Fn(usize) -> Option<&'a str>,
    operands: &mut Operands<'_>,
) -> String {
    if positions.is_empty() {
        return String::new();
    }
    let one = |&position: &u16| {
        let name = name(usize::from(position)).unwrap_or("?");
        format!("{name}: {}", operands.one())
    };
    let all: Vec<String> = positions.iter().map(one).collect();
    format!(" with ({})", all.join(", "))
}

fn times(exactly: bool, operands: &mut Operands<'_>) -> String {
    if exactly { format!(" {} times", operands.one()) } else { String::new() }
}

/// The word for an effect that is nothing but its operands.
fn name_of(effect: &Effect) -> String {
    match effect {
        Effect::Wait => "wait".into(),
        Effect::WaitUntil => "wait until".into(),
        other => format!("{other:?}").to_lowercase(),
    }
}
