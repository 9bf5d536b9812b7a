//! What is old is forgotten, a little in each transaction.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::history::Purge;

/// What is kept of a run, and the column that says of which.
const OF_A_RUN: [&str; 6] = [
    "DELETE FROM events WHERE run = ?1",
    "DELETE FROM frames WHERE run = ?1",
    "DELETE FROM journal WHERE run = ?1",
    "DELETE FROM messages WHERE run = ?1",
    "DELETE FROM files WHERE run = ?1",
    "DELETE FROM runs WHERE number = ?1",
];

/// How many free pages go back to the disk at a time.
const PAGES: usize = 500;

/// See [`Store::forget`](crate::store::Store::forget).
pub(super) fn forget(
    connection: &mut Connection,
    which: &Purge,
    limit: usize,
) -> rusqlite::Result<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let forgotten = match which {
        Purge::Run(run) => {
            let ended = "SELECT number FROM runs
                         WHERE number = ?1 AND ended_at IS NOT NULL LIMIT ?2";
            forget_runs(&transaction, ended, [run.0, limit])?
        }
        Purge::EndedBefore(time) => {
            let ended = "SELECT number FROM runs WHERE ended_at IS NOT NULL AND ended_at < ?1
                         ORDER BY ended_at, number LIMIT ?2";
            forget_runs(&transaction, ended, [*time, limit])?
        }
    };
    transaction.commit()?;
    Ok(forgotten)
}

/// Forgets those runs whose numbers a question gives.
fn forget_runs(
    connection: &Connection,
    ended: &str,
    parameters: [i64; 2],
) -> rusqlite::Result<usize> {
    let mut ended = connection.prepare_cached(ended)?;
    let ended = ended.query_map(parameters, |row| row.get(0))?;
    let ended: Vec<i64> = ended.collect::<Result<_, _>>()?;
    for statement in OF_A_RUN {
        let mut statement = connection.prepare_cached(statement)?;
        for run in &ended {
            statement.execute([run])?;
        }
    }
    if let Some(last) = ended.iter().max() {
        // So that the numbers of runs go on after it.
        let last_purged = "INSERT INTO meta (name, value) VALUES ('last_purged', ?1)
                           ON CONFLICT DO UPDATE SET value =
                           max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))";
        connection.execute(last_purged, [last.to_string()])?;
    }
    Ok(ended.len())
}

/// See [`Store::expire`](crate::store::Store::expire).
pub(super) fn expire(connection: &Connection, now: i64, limit: usize) -> rusqlite::Result<usize> {
    let keys = "DELETE FROM dedupe WHERE key IN (SELECT key FROM dedupe
                WHERE until IS NOT NULL AND until <= ?1 ORDER BY until, key LIMIT ?2)";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection.prepare_cached(keys)?.execute([now, limit])
}

/// See [`Store::compact`](crate::store::Store::compact).
pub(super) fn compact(connection: &Connection) -> rusqlite::Result<()> {
    let vacuum = format!("PRAGMA incremental_vacuum({PAGES})");
    let mut vacuum = connection.prepare(&vacuum)?;
    let mut pages = vacuum.query([])?;
    while pages.next()?.is_some() {}
    // Somebody who reads may keep a part of the log in use: it is for the next time.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
