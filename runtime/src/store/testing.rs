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
