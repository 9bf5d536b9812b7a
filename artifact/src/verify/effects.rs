//! What may be asked of the host: an action's body asks for requests of `http` and for settings of its
//! connection, and nothing else; a flow asks for anything but settings.

use super::{Place, VerifyError, Wrong};
use crate::artifact::Artifact;
use crate::bytecode::{Effect, FunctionId, Op};
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
        Effect::Action { action, .. } => is_request(artifact, action.0),
        _ => false,
    })?;
    let flows = artifact.flows.iter().map(|flow| flow.function);
    let allowed = "an effect that a flow can have";
    check_reached(artifact, flows, allowed, |effect| !matches!(effect, Effect::Setting))
}

fn is_request(artifact: &Artifact, action: u32) -> bool {
    let piece = artifact.actions.get(action as usize).map(|action| action.piece);
    piece
        .and_then(|piece| artifact.pieces.get(piece.0 as usize))
        .is_some_and(|piece| piece.name == REQUESTS)
}

/// Looks at all effects of the functions that are reached from some of them by calls.
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
                _ => {}
            }
        }
    }
    Ok(())
}
