//! `crash`: every run is written down, forgotten, and goes on from what was written.
//!
//! What was in flight follows the contract of the runtime: what may be repeated is, and of anything else nobody
//! knows whether it had its effect.

use callflow_artifact::piece::EffectClass;

use super::scene::{Late, Scene};
use super::show::action_name;
use super::stand_in::failure;
use crate::engine::Run;
use crate::engine::fleet::{Fleet, World};
use crate::error::{Error, ErrorKind};

/// Stops and resumes all runs.
///
/// # Errors
/// A run could not be written down or read back, which is a mistake of ours.
pub(super) fn crash(fleet: &mut Fleet<'_>, scene: &mut Scene<'_>) -> Result<(), postcard::Error> {
    fleet.replace(again)?;
    for (_, Late { at, step, .. }) in std::mem::take(&mut scene.late) {
        match scene.effect(&step) {
            EffectClass::Read | EffectClass::Idempotent => scene.attempt(at, step),
            EffectClass::Write | EffectClass::Once => {
                let artifact = scene.program.artifact();
                let name = action_name(artifact, step.action);
                let message = format!(
                    "{name}: the process ended while it was under way; whether it had its effect is not known"
                );
                let error = Error::new(ErrorKind::OutcomeUnknown, message);
                scene.answers.push_back((at, Err(failure(artifact, step.action, error))));
            }
        }
    }
    Ok(())
}

fn again(run: &Run) -> Result<Run, postcard::Error> {
    postcard::from_bytes(&postcard::to_stdvec(run)?)
}
