//! The actions that are written in Rust, by piece.

use callflow_artifact::piece::EffectClass;

use super::host::Call;
use super::{ActionFailure, Transport, http};
use crate::error::Error;
use crate::execute::Program;
use crate::value::Value;

/// All native actions, as `piece.action`. The standard library declares each with `native` for a body.
pub fn actions() -> impl Iterator<Item = String> {
    http::ACTIONS.iter().map(|action| format!("http.{action}"))
}

/// Carries out a native action of a piece.
pub(super) async fn carry_out(
    piece: &str,
    program: &Program,
    transport: &dyn Transport,
    call: &Call<'_>,
) -> Result<Value, ActionFailure> {
    match piece {
        "http" if http::ACTIONS.contains(&call.action.name.as_str()) => {
            http::carry_out(program, transport, call).await
        }
        _ => Err(ActionFailure {
            error: Error::invalid(format!(
                "this runtime has no native action `{piece}.{}`",
                call.action.name
            )),
            certainly_without_effect: true,
        }),
    }
}

/// How a native call may be repeated.
pub(super) fn effect(call: &Call<'_>) -> EffectClass {
    http::effect(call)
}
