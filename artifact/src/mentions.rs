//! Where an artifact mentions types: by their own ids, or by those of records and choices.

use crate::artifact::{Artifact, Flow};
use crate::bytecode::{Effect, Function, Op, TestEffect};
use crate::constant::Constant;
use crate::piece::{Action, Parameter};
use crate::types::{Choice, ChoiceId, Record, RecordId, Type, TypeId, Variants};

/// An id that stands somewhere. It may be changed.
#[derive(Debug)]
pub(crate) enum Mention<'a> {
    /// Of a type.
    Type(&'a mut TypeId),
    /// Of a record.
    Record(&'a mut RecordId),
    /// Of a choice.
    Choice(&'a mut ChoiceId),
}

/// Who is told of each mention.
type Visit<'v> = &'v mut dyn FnMut(Mention<'_>);

/// All mentions but those in the table of types itself.
pub(crate) fn outside_the_table(artifact: &mut Artifact, visit: Visit<'_>) {
    let Artifact { error, constants, functions, actions, flows, .. } = artifact;
    visit(Mention::Type(error));
    constants.iter_mut().for_each(|it| in_constant(it, visit));
    functions.iter_mut().for_each(|it| in_function(it, visit));
    actions.iter_mut().for_each(|it| in_action(it, visit));
    flows.iter_mut().for_each(|it| in_flow(it, visit));
}

/// What a type is built of.
pub(crate) fn in_type(ty: &mut Type, visit: Visit<'_>) {
    match ty {
        Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => {
            visit(Mention::Type(inner));
        }
        Type::Record(record) => visit(Mention::Record(record)),
        Type::Choice(choice) => visit(Mention::Choice(choice)),
        _ => {}
    }
}

/// What a record's fields mention.
pub(crate) fn in_record(record: &mut Record, visit: Visit<'_>) {
    for field in &mut record.fields {
        visit(Mention::Type(&mut field.ty));
        let constants = field.default.iter_mut().chain(&mut field.sample);
        constants.for_each(|it| in_constant(it, visit));
    }
}

/// The records of a choice's alternatives.
pub(crate) fn in_choice(choice: &mut Choice, visit: Visit<'_>) {
    match &mut choice.variants {
        Variants::Literals(_) => {}
        Variants::Tagged(variants) | Variants::Untagged(variants) => {
            variants.iter_mut().for_each(|it| visit(Mention::Record(&mut it.record)));
        }
    }
}

fn in_constant(constant: &mut Constant, visit: Visit<'_>) {
    match constant {
        Constant::List(items) => items.iter_mut().for_each(|it| in_constant(it, visit)),
        Constant::Map(entries) => entries.iter_mut().for_each(|(_, it)| in_constant(it, visit)),
        Constant::Record(record, values) => {
            visit(Mention::Record(record));
            values.iter_mut().for_each(|it| in_constant(it, visit));
        }
        Constant::Tagged(choice, _, values) => {
            visit(Mention::Choice(choice));
            values.iter_mut().for_each(|it| in_constant(it, visit));
        }
        _ => {}
    }
}

fn in_function(function: &mut Function, visit: Visit<'_>) {
    visit(Mention::Type(&mut function.result));
    function.registers.iter_mut().for_each(|ty| visit(Mention::Type(ty)));
    for op in &mut function.code {
        match op {
            Op::Record { record, .. } => visit(Mention::Record(record)),
            Op::Tagged { choice, .. } => visit(Mention::Choice(choice)),
            Op::Decode { ty, .. } | Op::Schema { ty, .. } => visit(Mention::Type(ty)),
            Op::Call { types, .. }
            | Op::Effect {
                effect:
                    Effect::Action { types, .. }
                    | Effect::Parallel { types, .. }
                    | Effect::First { types, .. }
                    | Effect::ForEach { types, .. }
                    | Effect::Test(TestEffect::Given { types, .. }),
                ..
            } => types.iter_mut().for_each(|ty| visit(Mention::Type(ty))),
            _ => {}
        }
    }
}

fn in_action(action: &mut Action, visit: Visit<'_>) {
    visit(Mention::Type(&mut action.result));
    in_parameters(&mut action.parameters, visit);
    let defaults = action.type_parameters.iter_mut().filter_map(|it| it.default.as_mut());
    defaults.for_each(|ty| visit(Mention::Type(ty)));
}

fn in_flow(flow: &mut Flow, visit: Visit<'_>) {
    visit(Mention::Type(&mut flow.result));
    visit(Mention::Type(&mut flow.trigger.event));
    flow.trigger.arguments.iter_mut().for_each(|(_, it)| in_constant(it, visit));
    in_parameters(&mut flow.trigger.parameters, visit);
}

fn in_parameters(parameters: &mut [Parameter], visit: Visit<'_>) {
    for parameter in parameters {
        visit(Mention::Type(&mut parameter.ty));
        parameter.default.iter_mut().for_each(|it| in_constant(it, visit));
    }
}
