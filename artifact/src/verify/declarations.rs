//! Flows, tests, actions and functions: whether they name what exists and agree with each other.

use ecow::EcoString;

use super::instructions::Context;
use super::types::is_sound;
use super::{Place, Wrong, ensure};
use crate::artifact::{Artifact, Flow};
use crate::bytecode::{Function, FunctionId, Handler};
use crate::piece::{Action, ActionBody, Parameter};
use crate::types::{Type, TypeId};

use super::VerifyError;

pub(super) fn check(context: &mut Context<'_>) -> Result<(), VerifyError> {
    let artifact = context.artifact;
    for function in &artifact.functions {
        self::function(artifact, function)
            .map_err(|wrong| wrong.at(Place::Function(function.name.clone())))?;
    }
    for action in &artifact.actions {
        self::action(context, action)
            .map_err(|wrong| wrong.at(Place::Action(action.name.clone())))?;
    }
    for flow in &artifact.flows {
        self::flow(context, flow).map_err(|wrong| wrong.at(Place::Flow(flow.address.clone())))?;
    }
    for test in &artifact.tests {
        has_body(artifact, test.function, None, TypeId::NONE)
            .map_err(|wrong| wrong.at(Place::Test(test.name.clone())))?;
    }
    for names in [&artifact.environment, &artifact.secrets] {
        self::names(names).map_err(|wrong| wrong.at(Place::Names))?;
    }
    Ok(())
}

/// Names are looked up by halves, so each stands once and they are in order.
fn names(names: &[EcoString]) -> Result<(), Wrong> {
    let pairs = || names.iter().zip(names.iter().skip(1));
    match pairs().find(|(name, next)| name >= next) {
        None => Ok(()),
        Some((name, next)) => {
            Err(Wrong::new(format!("a name behind {name:?}"), format!("{next:?}")))
        }
    }
}

/// What a function says of its frame and its code, without the code.
fn function(artifact: &Artifact, function: &Function) -> Result<(), Wrong> {
    let (types, _, _) = artifact.types.len();
    let number = |what: &str, number: usize| format!("{number} {what}");
    let parameters = usize::from(function.parameters);
    let registers = function.registers.len();
    ensure(
        parameters <= registers && registers <= usize::from(u16::MAX) + 1,
        || format!("registers for {parameters} parameters, and no more than can be named"),
        || number("registers", registers),
    )?;
    for &ty in function.registers.iter().chain([&function.result]) {
        let known = (ty.0 as usize) < types;
        ensure(known, || format!("one of {types} types"), || format!("{ty:?}"))?;
    }
    ensure(
        function.origins.len() == function.code.len(),
        || number("origins", function.code.len()),
        || number("origins", function.origins.len()),
    )?;
    ensure(
        (function.file as usize) < artifact.files.len(),
        || format!("one of {} files", artifact.files.len()),
        || format!("file {}", function.file),
    )?;
    ensure(
        function.code.last().is_some_and(|op| op.is_terminator()),
        || "code that does not run off its end".into(),
        || format!("{:?} at its end", function.code.last()),
    )?;
    handlers(artifact, function)
}

/// Handlers cover code, lead to code that they do not cover, and nest: an inner one stands before the one
/// around it.
fn handlers(artifact: &Artifact, function: &Function) -> Result<(), Wrong> {
    let length = function.code.len();
    // Ranges so far that no later one has held yet, in the order of the code.
    let mut around: Vec<&Handler> = Vec::new();
    for handler in &function.handlers {
        let found = || format!("{handler:?}");
        let range = handler.from < handler.to && handler.to as usize <= length;
        ensure(range, || format!("a handler of a range within {length} instructions"), found)?;
        let target = handler.target;
        let apart = !(handler.from..handler.to).contains(&target) && (target as usize) < length;
        ensure(apart, || "a handler that leads out of its range".into(), found)?;
        let error = function.registers.get(usize::from(handler.error.0)).copied();
        ensure(
            error == Some(artifact.error),
            || "a handler with a register for an error".into(),
            found,
        )?;
        while let Some(inner) = around.pop_if(|inner| inner.from >= handler.from) {
            ensure(inner.to <= handler.to, || format!("a range around {inner:?}"), found)?;
        }
        let before = around.last().is_none_or(|before| before.to <= handler.from);
        ensure(before, || "inner handlers before outer ones".into(), found)?;
        around.push(handler);
    }
    Ok(())
}

fn action(context: &mut Context<'_>, action: &Action) -> Result<(), Wrong> {
    let artifact = context.artifact;
    let pieces = artifact.pieces.len();
    let known = (action.piece.0 as usize) < pieces;
    ensure(known, || format!("one of {pieces} pieces"), || format!("{:?}", action.piece))?;
    let count = type_parameters(action)?;
    for parameter in &action.type_parameters {
        if let Some(ty) = parameter.default {
            sound(context, ty, 0)?;
        }
    }
    parameters(context, &action.parameters, count)?;
    sound(context, action.result, count)?;
    let ActionBody::Function(id) = action.body else { return Ok(()) };
    let Some(function) = artifact.functions.get(id.0 as usize) else {
        return Err(Wrong::new("a function for its body", format!("{id:?}")));
    };
    let taken = function.registers.iter().take(usize::from(function.parameters));
    let agrees = function.type_parameters == count
        && function.result == action.result
        && taken.copied().eq(action.parameters.iter().map(|parameter| parameter.ty));
    ensure(
        agrees,
        || "a body that takes and gives what the action does".into(),
        || format!("function `{}`", function.name),
    )
}

/// How many type parameters an action has.
pub(super) fn type_parameters(action: &Action) -> Result<u8, Wrong> {
    let count = action.type_parameters.len();
    u8::try_from(count)
        .map_err(|_| Wrong::new("at most 255 type parameters", format!("{count} of them")))
}

fn parameters(context: &mut Context<'_>, parameters: &[Parameter], count: u8) -> Result<(), Wrong> {
    for parameter in parameters {
        sound(context, parameter.ty, count)?;
        if let Some(default) = &parameter.default {
            let types = &context.artifact.types;
            let fits = context.effort.fits(types, default, parameter.ty)?;
            ensure(
                fits,
                || format!("{} for `{}`", types.display(parameter.ty), parameter.name),
                || format!("{default:?}"),
            )?;
        }
    }
    Ok(())
}

fn flow(context: &mut Context<'_>, flow: &Flow) -> Result<(), Wrong> {
    let artifact = context.artifact;
    let types = &artifact.types;
    sound(context, flow.trigger.event, 0)?;
    let event = flow.trigger.event;
    let record = matches!(types.get(event), Type::Record(_));
    ensure(record, || "a record for its event".into(), || types.display(event))?;
    parameters(context, &flow.trigger.parameters, 0)?;
    has_body(artifact, flow.function, Some(event), flow.result)?;
    let settings = &flow.settings;
    let computed = [
        (settings.fallback, flow.result),
        (settings.concurrency_key, TypeId::STRING),
        (settings.dedupe_key, TypeId::STRING),
    ];
    for (function, result) in computed {
        if let Some(function) = function {
            has_body(artifact, function, Some(event), result)?;
        }
    }
    Ok(())
}

/// A function exists, takes just the event if there is one, and gives a result.
fn has_body(
    artifact: &Artifact,
    id: FunctionId,
    event: Option<TypeId>,
    result: TypeId,
) -> Result<(), Wrong> {
    let Some(function) = artifact.functions.get(id.0 as usize) else {
        return Err(Wrong::new("a function for its body", format!("{id:?}")));
    };
    let parameters = function.registers.iter().take(usize::from(function.parameters)).copied();
    let fits = function.type_parameters == 0 && parameters.eq(event) && function.result == result;
    let types = &artifact.types;
    ensure(
        fits,
        || {
            let event = event.map_or("nothing".into(), |event| types.display(event));
            format!("a body that takes {event} and gives {}", types.display(result))
        },
        || format!("function `{}`", function.name),
    )
}

fn sound(context: &Context<'_>, ty: TypeId, parameters: u8) -> Result<(), Wrong> {
    let types = &context.artifact.types;
    let known = (ty.0 as usize) < types.len().0 && is_sound(types, ty, parameters);
    ensure(known, || "a type of values".into(), || types.display(ty))
}
