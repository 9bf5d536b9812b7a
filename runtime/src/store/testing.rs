//! What tests of stores are written with.

use crate::durable::{Batch, Entry, NewRun, RunNumber, Source, Version, Write};

/// A batch without a question.
pub(super) fn batch(writes: Vec<Write>) -> Batch {
    Batch { writes, ..Batch::default() }
}

/// A run that begins at once.
pub(super) fn created(number: i64) -> Write {
    Write::Create(Box::new(new_run(number)))
}

/// See [`created`].
pub(super) fn new_run(number: i64) -> NewRun {
    NewRun {
        number: RunNumber(number),
        id: format!("run-{number}").into(),
        version: Version(1),
        flow: "sales.flow:lead".into(),
        source: Source { kind: "webhook".into(), name: "POST /lead".into() },
        at: number * 1000,
        event: format!(r#"{{"lead":{number}}}"#),
        parent: None,
        lane: None,
        queued: false,
    }
}

/// A run's state, which is its number in a byte.
pub(super) fn suspend(number: i64, due: Option<i64>, awake: bool) -> Write {
    let state = vec![u8::try_from(number).unwrap_or(u8::MAX)];
    Write::Suspend { run: RunNumber(number), state, due, awake }
}

/// An entry of a journal.
pub(super) fn note(run: i64, number: i64) -> Write {
    let entry = Entry::Log { level: "info".into(), message: format!("line {number}").into() };
    Write::Note { run: RunNumber(run), number, at: number, entry }
}

/// A folder of a test's own, which goes with it.
#[cfg(feature = "store")]
pub(super) struct Folder(std::path::PathBuf);

#[cfg(feature = "store")]
impl Folder {
    pub(super) fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("callflow-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Folder(folder)
    }

    /// Where the test's store is.
    pub(super) fn store(&self) -> std::path::PathBuf {
        self.0.join("callflow.db")
    }
}

#[cfg(feature = "store")]
impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
