//! The types of an effect's operands and of what it is answered with. Which effects may stand where is another
//! question, which [`reach`](super::reach) answers.

#[cfg(test)]
mod tests;

use super::declarations::type_parameters;
use super::instructions::{Checker, Signature};
use super::types::is_sound;
use super::{Wrong, ensure};
use crate::artifact::Flow;
use crate::bytecode::{
    ActionId, Answer, AnswerKind, Clauses, Effect, FlowId, FunctionId, Reg, TestEffect,
};
use crate::piece::ERROR_KINDS;
use crate::types::{Type, TypeId};

impl Checker<'_, '_> {
    /// The operands of an effect, and where its answer goes.
    pub(super) fn effect(
        &mut self,
        dst: Reg,
        effect: &Effect,
        arguments: &[Reg],
    ) -> Result<(), Wrong> {
        let (parameters, result) = match effect {
            Effect::Action { action, types, clauses, .. } => {
                let mut signature = self.action_of(*action, types)?;
                signature.parameters.extend(operands(*clauses)?);
                return self.passes(dst, &signature, arguments);
            }
            Effect::Parallel { branches, types } => {
                return self
                    .branches(dst, branches, types, arguments, |_, found, given| found == given);
            }
            Effect::First { branches, types } => {
                return self.branches(dst, branches, types, arguments, Self::holds_optional);
            }
            Effect::ForEach { body, types } => {
                return self.for_each(dst, *body, types, arguments);
            }
            Effect::Launch { flow, waits } => {
                let flow = self.flow_of(*flow)?;
                let result = if *waits { flow.result } else { TypeId::NONE };
                (vec![flow.trigger.event], result)
            }
            Effect::Environment { name } => {
                let known = self.context.artifact.environment.binary_search(name).is_ok();
                ensure(known, || "the name of a setting".into(), || format!("{name:?}"))?;
                (vec![], TypeId::STRING)
            }
            Effect::Test(test) => self.test(test, arguments)?,
            Effect::Setting => {
                let optional = self.context.types.optional(TypeId::STRING);
                (vec![TypeId::STRING], optional)
            }
            Effect::Wait => (vec![TypeId::DURATION], TypeId::NONE),
            Effect::WaitUntil => (vec![TypeId::TIME], TypeId::NONE),
            Effect::Now => (vec![], TypeId::TIME),
            Effect::Today => (vec![], TypeId::DATE),
            Effect::Uuid => (vec![], TypeId::STRING),
            Effect::Random => (vec![], TypeId::FLOAT),
            Effect::Log => (vec![TypeId::STRING; 2], TypeId::NONE),
        };
        self.passes(dst, &Signature { parameters, result }, arguments)
    }

    // Branches.

    /// All branches take the arguments, and the record in `dst` has a field that holds what each gives.
    fn branches(
        &mut self,
        dst: Reg,
        branches: &[FunctionId],
        types: &[TypeId],
        arguments: &[Reg],
        holds: impl Fn(&Self, TypeId, TypeId) -> bool,
    ) -> Result<(), Wrong> {
        ensure(!branches.is_empty(), || "a branch".into(), || "none".into())?;
        let fields = self.fields(self.of(dst))?.iter().map(|field| field.ty).collect::<Vec<_>>();
        ensure(
            fields.len() == branches.len(),
            || format!("a record with a field for each of {} branches", branches.len()),
            || self.show_register(dst),
        )?;
        for (&branch, field) in branches.iter().zip(fields) {
            let Signature { parameters, result } = self.function_of(branch, types)?;
            self.takes(arguments, &parameters)?;
            ensure(
                holds(self, field, result),
                || format!("a field for {}", self.show(result)),
                || self.show(field),
            )?;
        }
        Ok(())
    }

    /// The body takes an item of the list and what is captured, and the list in `dst` has what it gives.
    fn for_each(
        &mut self,
        dst: Reg,
        body: FunctionId,
        types: &[TypeId],
        arguments: &[Reg],
    ) -> Result<(), Wrong> {
        let [list, limit, captured @ ..] = arguments else {
            let expected = "a list and how many branches go on at a time";
            return Err(Wrong::new(expected, format!("{} arguments", arguments.len())));
        };
        let item = self.item(*list)?;
        self.is_optional(*limit, TypeId::INT)?;
        let Signature { parameters, result } = self.function_of(body, types)?;
        let Some((&first, rest)) = parameters.split_first() else {
            return Err(Wrong::new("a body that takes an item", "one that takes nothing"));
        };
        ensure(
            first == item,
            || format!("a body that takes {}", self.show(item)),
            || format!("one that takes {}", self.show(first)),
        )?;
        self.takes(captured, rest)?;
        match result {
            TypeId::NONE => self.is(dst, TypeId::NONE),
            result => self.is_type(dst, Type::List(result)),
        }
    }

    /// Whether a type is the optional of another one.
    pub(super) fn holds_optional(&self, found: TypeId, ty: TypeId) -> bool {
        let types = &self.context.types;
        match types.get(ty) {
            Type::Optional(_) | Type::None => found == ty,
            _ => types.get(found) == Type::Optional(ty),
        }
    }

    // Tests.

    /// What a test's question takes, and what it is answered with.
    fn test(
        &mut self,
        test: &TestEffect,
        arguments: &[Reg],
    ) -> Result<(Vec<TypeId>, TypeId), Wrong> {
        let taken = match test {
            TestEffect::Given { action, types, parameters, answers } => {
                let Signature { parameters: all, result } = self.action_of(*action, types)?;
                let mut taken = chosen(parameters, &all)?;
                ensure(!answers.is_empty(), || "an answer".into(), || "none".into())?;
                for answer in answers {
                    taken.extend(answered(answer, result)?);
                }
                taken
            }
            TestEffect::Run(flow) => vec![self.flow_of(*flow)?.trigger.event],
            TestEffect::Advance => vec![TypeId::DURATION],
            TestEffect::Crash | TestEffect::Succeeded | TestEffect::Waiting => vec![],
            TestEffect::Result(flow) => return Ok((vec![], self.flow_of(*flow)?.result)),
            TestEffect::Called { action, exactly, parameters } => {
                let all = self.known_action(*action)?.parameters.iter().map(|it| it.ty);
                let all: Vec<TypeId> = all.collect();
                let counted = chosen(parameters, &all)?;
                let types = &self.context.types;
                ensure(
                    counted.iter().all(|&ty| is_sound(types, ty, 0)),
                    || "parameters without type parameters".into(),
                    || format!("{parameters:?}"),
                )?;
                times(*exactly).chain(counted).collect()
            }
            TestEffect::Started { flow, exactly, fields } => {
                let event = self.flow_of(*flow)?.trigger.event;
                let all: Vec<TypeId> = self.fields(event)?.iter().map(|field| field.ty).collect();
                times(*exactly).chain(chosen(fields, &all)?).collect()
            }
            TestEffect::Failed { message } => {
                message.then_some(TypeId::STRING).into_iter().collect()
            }
            TestEffect::Logged => vec![TypeId::STRING],
            TestEffect::Holds { compared: None } => vec![TypeId::BOOL],
            // Both sides are shown, of whatever type they are.
            TestEffect::Holds { compared: Some(_) } => {
                let side = |at| arguments.get(at).map_or(TypeId::UNKNOWN, |&side| self.of(side));
                vec![TypeId::BOOL, side(1), side(2)]
            }
        };
        Ok((taken, TypeId::NONE))
    }

    // What is named.

    fn action_of(&mut self, id: ActionId, types: &[TypeId]) -> Result<Signature, Wrong> {
        let action = self.known_action(id)?;
        let parameters = action.parameters.iter().map(|parameter| parameter.ty);
        self.instantiate(type_parameters(action)?, parameters, action.result, types)
    }

    fn flow_of(&self, FlowId(id): FlowId) -> Result<&'_ Flow, Wrong> {
        let flows = &self.context.artifact.flows;
        let flow = flows.get(id as usize);
        flow.ok_or_else(|| {
            Wrong::new(format!("one of {} flows", flows.len()), format!("flow {id}"))
        })
    }
}

/// The operands of clauses that can stand together.
fn operands(clauses: Clauses) -> Result<impl Iterator<Item = TypeId>, Wrong> {
    let sound = clauses.retry || !clauses.pauses;
    ensure(sound, || "pauses between attempts".into(), || format!("{clauses:?}"))?;
    Ok(clauses.operands())
}

/// The types at some positions.
fn chosen(positions: &[u16], all: &[TypeId]) -> Result<Vec<TypeId>, Wrong> {
    let at = |&position: &u16| {
        let ty = all.get(usize::from(position)).copied();
        ty.ok_or_else(|| Wrong::new(format!("one of {}", all.len()), format!("number {position}")))
    };
    positions.iter().map(at).collect()
}

/// The operands of an answer to a call with a result.
fn answered(answer: &Answer, result: TypeId) -> Result<impl Iterator<Item = TypeId>, Wrong> {
    let value = match &answer.kind {
        AnswerKind::Returns => Some(result),
        AnswerKind::Fails { kind, message } => {
            let known = ERROR_KINDS.contains(&kind.as_str());
            ensure(known, || "a kind of error".into(), || format!("{kind:?}"))?;
            message.then_some(TypeId::STRING)
        }
    };
    Ok(value.into_iter().chain(answer.after.then_some(TypeId::DURATION)))
}

/// How often something is expected.
fn times(exactly: bool) -> impl Iterator<Item = TypeId> {
    exactly.then_some(TypeId::INT).into_iter()
}
