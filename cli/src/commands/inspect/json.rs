//! An artifact for a program: one JSON object.

use callflow_artifact::constant::Constant;
use callflow_artifact::encode::{self, FORMAT};
use callflow_artifact::needs::{self, Need};
use callflow_artifact::piece::Parameter;
use callflow_artifact::{Artifact, Flow, TypeId, print};
use serde_json::{Map, Value, json};

use crate::artifact_file::Packed;
use crate::declaration;

/// Everything that the page tells, and hashes in full.
pub(super) fn object(packed: &Packed) -> Value {
    let Packed { artifact, bytes } = packed;
    let declared = &artifact.declared;
    let agents = declared.agents.iter();
    let files = artifact.files.iter();
    let sizes = encode::sizes(artifact).into_iter().map(|(name, it)| (name.to_owned(), it.into()));
    json!({
        "name": artifact.name.as_str(),
        "sha256": encode::fingerprint(bytes),
        "format": FORMAT,
        "bytes": bytes.len(),
        "flows": artifact.flows.iter().map(|it| flow(artifact, it)).collect::<Vec<_>>(),
        "timezone": declared.timezone.as_str(),
        "platforms": texts(&declared.platforms),
        "agents": agents.map(|it| json!({
            "name": it.name.as_str(),
            "platform": it.platform.as_deref(),
        })).collect::<Vec<_>>(),
        "connections": needs::of_all(artifact).iter().map(connection).collect::<Vec<_>>(),
        "environment": texts(&artifact.environment),
        "secrets": texts(&artifact.secrets),
        "pieces": pieces(artifact),
        "files": files.map(|it| json!({
            "path": it.path.as_str(),
            "sha256": it.hash.as_str(),
            "lines": it.lines.len(),
        })).collect::<Vec<_>>(),
        "sizes": sizes.collect::<Map<_, _>>(),
    })
}

fn texts(texts: &[ecow::EcoString]) -> Vec<&str> {
    texts.iter().map(|text| text.as_str()).collect()
}

fn flow(artifact: &Artifact, flow: &Flow) -> Value {
    let ty = |ty: TypeId| artifact.types.display(ty);
    let result = (flow.result != TypeId::NONE).then(|| ty(flow.result));
    let trigger = &flow.trigger;
    let arguments = trigger.arguments.iter().map(|(name, it)| (name.to_string(), constant(it)));
    let parameter = |it: &Parameter| json!({ "name": it.name.as_str(), "type": ty(it.ty) });
    let settings = &flow.settings;
    json!({
        "flow": flow.address.as_str(),
        "doc": flow.doc.as_str(),
        "trigger": trigger.name.as_str(),
        "arguments": arguments.collect::<Map<_, _>>(),
        "parameters": trigger.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "result": result,
        "within_ms": settings.deadline,
        "fallback": settings.fallback.is_some(),
        "concurrency": settings.concurrency,
        "concurrency_per_key": settings.concurrency_key.is_some(),
        "dedupe": settings.dedupe_key.is_some(),
        "dedupe_for_ms": settings.dedupe_window,
        "timeout_ms": settings.timeout,
    })
}

fn connection(need: &Need<'_>) -> Value {
    let kinds: Vec<&str> = need.piece.connections.iter().map(|it| it.name.as_str()).collect();
    json!({
        "name": need.name,
        "piece": need.piece.name.as_str(),
        "kinds": kinds,
        "optional": need.is_optional(),
        "actions": need.actions,
        "scopes": need.scopes,
    })
}

fn pieces(artifact: &Artifact) -> Vec<Value> {
    let piece = |(index, piece): (usize, &callflow_artifact::piece::Piece)| {
        let actions = artifact.actions.iter().filter(|it| it.piece.0 as usize == index);
        let action = |it: &callflow_artifact::piece::Action| json!({ "name": it.name.as_str(), "effect": declaration::effect(it.effect) });
        json!({
            "name": piece.name.as_str(),
            "sha256": piece.hash.as_str(),
            "actions": actions.map(action).collect::<Vec<_>>(),
        })
    };
    artifact.pieces.iter().enumerate().map(piece).collect()
}

/// What a header says: texts, numbers and truths as such, all else as it is written.
fn constant(constant: &Constant) -> Value {
    match constant {
        Constant::None | Constant::Null => Value::Null,
        Constant::Bool(it) => (*it).into(),
        Constant::Int(it) => (*it).into(),
        Constant::Text(it) => it.as_str().into(),
        other => print::constant(other).into(),
    }
}
