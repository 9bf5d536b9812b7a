//! Housekeeping: what need not be remembered any more, and room on the disk that nothing is in.

use std::sync::Weak;
use std::time::Duration;

use super::Shared;
use super::drive::now;

/// How often it is done.
const PAUSE: Duration = Duration::from_secs(10 * 60);

/// Begins the task that keeps house, on the current tokio runtime.
pub(super) fn begin(shared: Weak<Shared>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(PAUSE).await;
            let Some(shared) = shared.upgrade() else { return };
            let kept = tokio::task::spawn_blocking(move || shared.writer.keep_house(now()));
            // Where the disk takes nothing, the writer's health says so, and this is done the next time.
            let _ = kept.await;
        }
    });
}
