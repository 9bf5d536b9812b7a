//! How a server is told to stop: SIGTERM or Ctrl-C. A second one ends the process at once.

use crate::exit;

/// What a shell says of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Is done when the process is to stop. From then on, another signal ends it where it stands: what is stored is as
/// after a crash.
pub(crate) async fn asked() {
    signal().await;
    exit::say("stopping: no new events; what is under way may end (once more to stop at once)\n");
    tokio::spawn(async {
        signal().await;
        exit::say("stopped at once; what was under way goes on with the next start\n");
        std::process::exit(INTERRUPTED);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    // Where signals cannot be listened to, they end the process as they always do.
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => {
            if interrupted.is_err() {
                std::future::pending().await
            }
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
