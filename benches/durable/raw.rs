//! What the disk and SQLite do without an engine: the limit to approach.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::Failure;

/// How many bytes a step writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// The run's state, in the place of the one before.
    pub(crate) state: usize,
    /// Its entry in the journal.
    pub(crate) entry: usize,
}

/// A step that is to be written.
struct Step {
    run: i64,
    number: i64,
    durable: oneshot::Sender<()>,
}

/// Hand-written group commit: so many writers at a time, each of which has a state overwritten and an entry added and
/// waits until both are on disk. Returns steps a second and the processor time of one in seconds.
pub(crate) fn group_commit(
    store: &Path,
    sizes: Sizes,
    writers: i64,
    steps: i64,
) -> Result<(f64, f64), Failure> {
    let connection = Connection::open(store)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE frames (run INTEGER PRIMARY KEY, state BLOB);
         CREATE TABLE journal (run INTEGER, number INTEGER, entry TEXT, PRIMARY KEY (run, number)) WITHOUT ROWID;",
    )?;
    let (sender, receiver) = mpsc::channel();
    let writer = std::thread::spawn(move || write(&connection, &receiver, sizes));
    let runtime = super::place::runtime()?;
    let (begun, processor) = (Instant::now(), super::place::processor()?);
    let each = steps / writers;
    runtime.block_on(async {
        let tasks: Vec<_> = (0..writers)
            .map(|run| {
                let sender = sender.clone();
                tokio::spawn(async move {
                    for number in 0..each {
                        let (durable, done) = oneshot::channel();
                        let _ = sender.send(Step { run, number, durable });
                        let _ = done.await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await?;
        }
        Ok::<(), Failure>(())
    })?;
    let took = begun.elapsed().as_secs_f64();
    let used = super::place::processor()? - processor;
    drop(sender);
    writer.join().map_err(|_| "the writer panicked")??;
    let done = (each * writers) as f64;
    Ok((done / took, used / done))
}

fn write(
    connection: &Connection,
    steps: &mpsc::Receiver<Step>,
    sizes: Sizes,
) -> Result<(), rusqlite::Error> {
    let state = vec![7_u8; sizes.state];
    let entry = "x".repeat(sizes.entry);
    while let Ok(first) = steps.recv() {
        let group: Vec<Step> = std::iter::once(first).chain(steps.try_iter().take(1023)).collect();
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for step in &group {
            connection
                .prepare_cached("INSERT INTO frames VALUES (?1, ?2) ON CONFLICT DO UPDATE SET state = excluded.state")?
                .execute(params![step.run, state])?;
            connection
                .prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3)")?
                .execute(params![step.run, step.number, entry])?;
        }
        connection.execute_batch("COMMIT")?;
        for step in group {
            let _ = step.durable.send(());
        }
    }
    Ok(())
}

/// A file to which so many bytes are added and brought to disk, one time after another.
pub(crate) struct Log {
    file: File,
    bytes: Vec<u8>,
}

impl Log {
    /// An empty one.
    pub(crate) fn create(path: &Path, bytes: usize) -> Result<Log, Failure> {
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
        Ok(Log { file, bytes: vec![7; bytes] })
    }

    /// How long it takes to have them on disk.
    pub(crate) fn add(&mut self) -> Result<Duration, Failure> {
        let begun = Instant::now();
        self.file.write_all(&self.bytes)?;
        self.file.sync_data()?;
        Ok(begun.elapsed())
    }
}
