//! Which flow runs, and what it needs.

use callflow_artifact::bytecode::{ActionId, FunctionId};
use callflow_artifact::{Artifact, Flow, Op};

use crate::exit::Failure;
use crate::settings::did_you_mean;

/// The index of the flow that was asked for: by its address or its name, or the only one.
pub(super) fn flow(
    artifact: &Artifact,
    target: &str,
    wanted: Option<&str>,
) -> Result<usize, Failure> {
    let flows = &artifact.flows;
    let Some(wanted) = wanted else {
        return match flows.as_slice() {
            [_] => Ok(0),
            [] => Err(Failure::Usage(format!(
                "`{target}` has no flow to run; a flow is written as `on call_finished < … >`"
            ))),
            [first, ..] => Err(Failure::Usage(format!(
                "`{target}` has {} flows; choose one, as in `callflow run {target}:{}`:\n{}",
                flows.len(),
                first.address,
                listed(flows)
            ))),
        };
    };
    let found: Vec<usize> = (0..flows.len())
        .filter(|index| flows.get(*index).is_some_and(|flow| is_called(flow, wanted)))
        .collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let meant = did_you_mean(wanted, flows.iter().map(|flow| flow.address.as_str()));
            Err(Failure::Usage(format!("there is no flow `{wanted}`{meant}\n{}", listed(flows))))
        }
        _ => Err(Failure::Usage(format!(
            "several flows are called `{wanted}`; name its file too:\n{}",
            listed(flows)
        ))),
    }
}

/// Whether a name is a flow's. The only flow of a file has the file's name as its address, and may be called by both
/// names all the same: `crm.follow`.
fn is_called(flow: &Flow, wanted: &str) -> bool {
    let (address, name) = (flow.address.as_str(), flow.name.as_str());
    let own = wanted.strip_prefix(address).and_then(|rest| rest.strip_prefix('.'));
    let is_alone = !address.ends_with(&format!(".{name}"));
    address == wanted || name == wanted || (is_alone && own == Some(name))
}

fn listed(flows: &[Flow]) -> String {
    let width = flows.iter().map(|flow| flow.address.len()).max().unwrap_or_default();
    let line = |flow: &Flow| format!("  {:width$}  on {}", flow.address, flow.trigger.name);
    flows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The name of an action as it is called: `hubspot.create_deal`.
pub(super) fn action_name(artifact: &Artifact, id: ActionId) -> String {
    let action = artifact.actions.get(id.0 as usize);
    let piece = action.and_then(|action| artifact.pieces.get(action.piece.0 as usize));
    match (piece, action) {
        (Some(piece), Some(action)) => format!("{}.{}", piece.name, action.name),
        _ => "?".to_owned(),
    }
}

/// The position of the effect that a call was lowered to.
pub(super) fn effect_at(
    artifact: &Artifact,
    function: FunctionId,
    origin: callflow_artifact::bytecode::Origin,
) -> Option<usize> {
    let function = artifact.functions.get(function.0 as usize)?;
    let mut at = function.code.iter().zip(&function.origins);
    at.position(|(op, from)| matches!(op, Op::Effect { .. }) && *from == origin)
}
