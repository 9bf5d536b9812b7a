//! The tables, and how a file of an earlier version gets those of this one.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::failure::explain;
use crate::store::StoreError;

/// `cflw`, in the file's header: what tells a store from other databases.
const APPLICATION: i64 = 0x6366_6c77;

/// What leads from each version of the schema to the next one. The first one makes an empty file a store. What is
/// here has been written into files, so that it never changes: a new version is a new step.
const STEPS: &[&str] = &[include_str!("schema/1.sql")];

/// Every table, for the check at the beginning.
const TABLES: [&str; 13] = [
    "artifacts",
    "runs",
    "events",
    "dedupe",
    "frames",
    "journal",
    "messages",
    "once",
    "cursors",
    "kv",
    "files",
    "secrets",
    "meta",
];

/// The version of the schema that this program knows.
pub(super) fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Sets what must be set before there is anything in the file. On a file that has something in it, it does nothing.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    if pragma(connection, "page_count")? == 0 {
        connection.pragma_update(None, "page_size", 4096)?;
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    Ok(())
}

/// Whether the file is a store, and its schema this program's or an older one. A new one is empty.
///
/// # Errors
/// It is another program's, or a later version's.
pub(super) fn recognise(path: &Path, connection: &Connection) -> Result<i64, StoreError> {
    let failed = |error| explain(path, error);
    let application = pragma(connection, "application_id").map_err(failed)?;
    let version = pragma(connection, "user_version").map_err(failed)?;
    let tables = "SELECT count(*) FROM sqlite_schema";
    let is_empty = connection.query_row(tables, [], |row| row.get::<_, i64>(0)).map_err(failed)?;
    let path = path.display().to_string();
    match () {
        () if is_empty == 0 => Ok(0),
        () if application != APPLICATION => Err(StoreError::Other {
            path,
            reason: "it is the database of another program; name another file".to_owned(),
        }),
        () if version > known() => Err(StoreError::Newer { path, found: version, known: known() }),
        () => Ok(version),
    }
}

/// Brings the file from one version of the schema to the one that is known, as a whole or not at all.
pub(super) fn migrate(connection: &mut Connection, from: i64) -> rusqlite::Result<()> {
    migrate_by(STEPS, connection, from)
}

pub(super) fn migrate_by(
    steps: &[&str],
    connection: &mut Connection,
    from: i64,
) -> rusqlite::Result<()> {
    let done = usize::try_from(from).unwrap_or(0);
    if done >= steps.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(
        None,
        "user_version",
        i64::try_from(steps.len()).unwrap_or(i64::MAX),
    )?;
    transaction.commit()
}

/// Looks at the beginning of every table, which finds a file that was cut or overwritten. It takes as long in a
/// large file as in a small one; whether each row is in order is known when it is read.
pub(super) fn check(connection: &Connection) -> rusqlite::Result<()> {
    for table in TABLES {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} LIMIT 1"))?;
        statement.query([])?.next()?;
    }
    Ok(())
}

/// Whether the file is as long as it says. Where there is a log, the rest may be in there.
///
/// # Errors
/// It was cut off.
pub(super) fn measure(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let failed = |error| explain(path, error);
    let pages = pragma(connection, "page_count").map_err(failed)?;
    let size = pragma(connection, "page_size").map_err(failed)?;
    let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let expected = u64::try_from(pages.saturating_mul(size)).unwrap_or(0);
    let found = length(path);
    if found < expected && length(&super::beside(path, "-wal")) == 0 {
        let reason = format!("it was cut off, {} bytes are missing", expected - found);
        return Err(StoreError::Damaged { path: path.display().to_string(), reason });
    }
    Ok(())
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
