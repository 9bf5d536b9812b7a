//! What may be asked of the host, and from where: an action's body asks for requests of `http` on its own
//! connection and for that connection's settings, what a flow's header computes asks for settings of the
//! project, a flow asks for anything but what is for actions and tests, and a test for anything but what is for
//! actions.

use super::{Place, VerifyError, Wrong};
use crate::artifact::Artifact;
use crate::bytecode::{Clauses, Effect, FunctionId, Op};
use crate::piece::ActionBody;

/// The piece whose actions are requests.
const REQUESTS: &str = "http";

pub(super) fn check(artifact: &Artifact) -> Result<(), VerifyError> {
    let bodies = artifact.actions.iter().filter_map(|action| match action.body {
        ActionBody::Function(function) => Some(function),
        ActionBody::Native => None,
    });
    let allowed = "a request of `http` or a setting, in an action";
    check_reached(artifact, bodies, allowed, |effect| match effect {
        Effect::Setting => true,
        Effect::Action { action, connection: None, clauses, .. } => {
            is_request(artifact, action.0) && *clauses == Clauses::default()
        }
        _ => false,
    })?;
    let flows = artifact.flows.iter().map(|flow| flow.function);
    let allowed = "an effect that a flow can have";
    check_reached(artifact, flows, allowed, |effect| {
        !matches!(effect, Effect::Setting | Effect::Test(_))
    })?;
    let settings = artifact.flows.iter().flat_map(|flow| flow.settings.functions());
    let allowed = "an effect that a flow's header can have";
    check_reached(artifact, settings, allowed, |effect| {
        matches!(effect, Effect::Environment { .. })
    })?;
    let tests = artifact.tests.iter().map(|test| test.function);
    let allowed = "an effect that a test can have";
    check_reached(artifact, tests, allowed, |effect| !matches!(effect, Effect::Setting))
}

fn is_request(artifact: &Artifact, action: u32) -> bool {
    let piece = artifact.actions.get(action as usize).map(|action| action.piece);
    piece
        .and_then(|piece| artifact.pieces.get(piece.0 as usize))
        .is_some_and(|piece| piece.name == REQUESTS)
}

/// Looks at all effects of the functions that are reached from some of them by calls and branches.
fn check_reached(
    artifact: &Artifact,
    from: impl Iterator<Item = FunctionId>,
    expected: &str,
    allowed: impl Fn(&Effect) -> bool,
) -> Result<(), VerifyError> {
    let mut seen = vec![false; artifact.functions.len()];
    let mut waiting: Vec<FunctionId> = from.collect();
    while let Some(id) = waiting.pop() {
        let index = id.0 as usize;
        let (Some(function), Some(seen)) = (artifact.functions.get(index), seen.get_mut(index))
        else {
            continue;
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        for (index, op) in function.code.iter().enumerate() {
            match op {
                Op::Call { function, .. } => waiting.push(*function),
                Op::Effect { effect, .. } if !allowed(effect) => {
                    let place = Place::Instruction(function.name.clone(), index);
                    return Err(Wrong::new(expected, format!("{effect:?}")).at(place));
                }
                Op::Effect { effect, .. } => waiting.extend_from_slice(effect.branches()),
                _ => {}
            }
        }
    }
    Ok(())
}
