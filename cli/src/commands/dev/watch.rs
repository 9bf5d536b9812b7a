//! Says when a project's files have changed.

use std::path::Path;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::exit::Failure;

/// Editors write in several steps: a change has come to an end when nothing happened for so long.
const QUIET: Duration = Duration::from_millis(80);

/// The changes of a project's files, for as long as it lives.
pub(super) struct Changes {
    events: UnboundedReceiver<()>,
    /// It watches until it is dropped.
    _watcher: RecommendedWatcher,
}

/// Begins to watch the folder of a project.
pub(super) fn begin(folder: &Path) -> Result<Changes, Failure> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let failed = |error: notify::Error| {
        let folder = folder.display();
        Failure::Missing(format!("`{folder}` cannot be watched for changes: {error}"))
    };
    let (sender, events) = unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| is_of_a_project(&event)) {
            // Who listens may have ended.
            let _ = sender.send(());
        }
    })
    .map_err(failed)?;
    watcher.watch(folder, RecursiveMode::Recursive).map_err(failed)?;
    Ok(Changes { events, _watcher: watcher })
}

impl Changes {
    /// Waits for the next change and for its end. Whether there will be another one.
    pub(super) async fn next(&mut self) -> bool {
        if self.events.recv().await.is_none() {
            return false;
        }
        while let Ok(Some(())) = timeout(QUIET, self.events.recv()).await {}
        true
    }
}

/// Whether it is about a file that a project is made of.
fn is_of_a_project(event: &Event) -> bool {
    let is_change = !matches!(event.kind, EventKind::Access(_));
    let is_source = |path: &Path| {
        path.extension().is_some_and(|it| it == "flow")
            || path.file_name().is_some_and(|it| it == "callflow.toml")
    };
    is_change && event.paths.iter().any(|path| is_source(path))
}
