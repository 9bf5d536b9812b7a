//! What is asked of a store.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;

use crate::durable::{Ending, InLane, Outcome, RunNumber, Start, Stored, Version};
use crate::store::journal::Noted;

/// Runs that something is in flight for, and those that something was sent to.
const AWAKE: &str = "SELECT run FROM frames WHERE awake = 1
                     UNION SELECT run FROM messages ORDER BY run";

/// When the first sleeping run is due.
const FIRST_DUE: &str = "SELECT min(due) FROM frames WHERE due IS NOT NULL AND awake = 0";

/// The sleeping runs in the order in which they are due.
const SLEEPING: &str = "SELECT run, due FROM frames WHERE due IS NOT NULL AND awake = 0
                        ORDER BY due, run LIMIT ?1";

const IN_LANES: &str = "SELECT number, lane, status = 'queued', version, flow FROM runs
                        WHERE lane IS NOT NULL AND ended_at IS NULL ORDER BY number";

/// The versions of runs that have not ended. From one to the next, so that it does not matter how many runs there
/// are.
const VERSIONS: &str = "WITH RECURSIVE open (version) AS (
                            SELECT min(version) FROM runs WHERE ended_at IS NULL
                            UNION ALL
                            SELECT (SELECT min(version) FROM runs
                                    WHERE ended_at IS NULL AND version > open.version)
                            FROM open WHERE version IS NOT NULL
                        ) SELECT version FROM open WHERE version IS NOT NULL";

/// What is asked about all runs, and the index that each of them must be answered from.
#[cfg(test)]
pub(super) const OF_ALL_RUNS: [(&str, &str); 5] = [
    (AWAKE, "frames_awake"),
    (FIRST_DUE, "frames_due"),
    (SLEEPING, "frames_due"),
    (IN_LANES, "runs_in_lanes"),
    (VERSIONS, "runs_open"),
];

/// See [`Reader::start`](crate::store::Reader::start).
pub(super) fn start(connection: &Connection) -> rusqlite::Result<Start> {
    let last = "SELECT max(coalesce((SELECT max(number) FROM runs), 0),
                coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'last_purged'), 0))";
    let last: i64 = connection.query_row(last, [], |row| row.get(0))?;
    let mut awake = connection.prepare(AWAKE)?;
    let awake = awake.query_map([], |row| Ok(RunNumber(row.get(0)?)))?;
    let mut lanes = connection.prepare(IN_LANES)?;
    let lanes = lanes.query_map([], |row| {
        Ok(InLane {
            run: RunNumber(row.get(0)?),
            lane: row.get::<_, String>(1)?.into(),
            queued: row.get(2)?,
            version: Version(row.get(3)?),
            flow: row.get::<_, String>(4)?.into(),
        })
    })?;
    Ok(Start {
        next: RunNumber(last.saturating_add(1)),
        versions: versions(connection)?,
        awake: awake.collect::<Result<_, _>>()?,
        due: connection.query_row(FIRST_DUE, [], |row| row.get(0))?,
        lanes: lanes.collect::<Result<_, _>>()?,
    })
}

/// See [`Reader::number_of`](crate::store::Reader::number_of).
pub(super) fn number_of(connection: &Connection, id: &str) -> rusqlite::Result<Option<RunNumber>> {
    let mut number = connection.prepare_cached("SELECT number FROM runs WHERE id = ?1")?;
    number.query_row([id], |row| Ok(RunNumber(row.get(0)?))).optional()
}

/// See [`Reader::versions`](crate::store::Reader::versions).
pub(super) fn versions(connection: &Connection) -> rusqlite::Result<Vec<Version>> {
    let mut versions = connection.prepare_cached(VERSIONS)?;
    versions.query_map([], |row| Ok(Version(row.get(0)?)))?.collect()
}

/// See [`Reader::run`](crate::store::Reader::run).
pub(super) fn run(connection: &Connection, run: RunNumber) -> rusqlite::Result<Option<Stored>> {
    let stored = "SELECT id, version, flow, event, state, status, ended_at, result, error, place,
                  (SELECT coalesce(max(journal.number), 0) FROM journal WHERE run = runs.number)
                  FROM runs LEFT JOIN events ON events.run = number
                  LEFT JOIN frames ON frames.run = number WHERE number = ?1";
    let mut stored = connection.prepare_cached(stored)?;
    let stored = stored.query_row([run.0], |row| {
        Ok(Stored {
            id: row.get::<_, String>(0)?.into(),
            version: Version(row.get(1)?),
            flow: row.get::<_, String>(2)?.into(),
            event: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            state: row.get(4)?,
            ending: ending(row)?,
            entries: row.get(10)?,
            messages: Vec::new(),
        })
    });
    let Some(mut stored) = stored.optional()? else { return Ok(None) };
    let messages = "SELECT number, message FROM messages WHERE run = ?1 ORDER BY number";
    let mut messages = connection.prepare_cached(messages)?;
    let messages = messages.query_map([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    stored.messages = messages.collect::<Result<_, _>>()?;
    Ok(Some(stored))
}

/// How a run ended, of a row with these columns.
pub(super) fn ending(row: &Row<'_>) -> rusqlite::Result<Option<Ending>> {
    let Some(at) = row.get("ended_at")? else { return Ok(None) };
    let status = row.get_ref("status")?.as_str()?;
    let outcome = match status {
        "succeeded" => Outcome::Succeeded(row.get("result")?),
        "failed" => {
            let error: String = row.get("error")?;
            Outcome::Failed { error: parsed(&error)?, place: row.get("place")? }
        }
        "cancelled" => Outcome::Cancelled,
        other => return Err(unreadable(format!("`{other}` is no status of a run that ended"))),
    };
    Ok(Some(Ending { at, outcome }))
}

/// See [`Reader::due`](crate::store::Reader::due).
pub(super) fn due(
    connection: &Connection,
    by: i64,
    limit: usize,
) -> rusqlite::Result<(Vec<RunNumber>, Option<i64>)> {
    let mut sleeping = connection.prepare_cached(SLEEPING)?;
    let mut rows = sleeping.query([i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)])?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        let at: i64 = row.get(1)?;
        if at > by || due.len() == limit {
            return Ok((due, Some(at)));
        }
        due.push(RunNumber(row.get(0)?));
    }
    Ok((due, None))
}

/// See [`Reader::journal`](crate::store::Reader::journal).
pub(super) fn journal(connection: &Connection, run: RunNumber) -> rusqlite::Result<Vec<Noted>> {
    let entries = "SELECT number, at, entry FROM journal WHERE run = ?1 ORDER BY number";
    let mut entries = connection.prepare_cached(entries)?;
    let entries = entries.query_map([run.0], |row| {
        let entry: String = row.get(2)?;
        // By way of a value: an enum that names its kind beside its fields cannot be read from numbers of any
        // precision directly.
        let entry: serde_json::Value = parsed(&entry)?;
        let entry = serde_json::from_value(entry).map_err(unreadable)?;
        Ok(Noted { number: row.get(0)?, at: row.get(1)?, entry })
    })?;
    entries.collect()
}

/// See [`Reader::cursor`](crate::store::Reader::cursor).
pub(super) fn cursor(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let cursor = "SELECT value FROM cursors WHERE name = ?1";
    connection.query_row(cursor, [name], |row| row.get(0)).optional()
}

/// See [`Reader::artifact`](crate::store::Reader::artifact).
pub(super) fn artifact(
    connection: &Connection,
    version: Version,
) -> rusqlite::Result<Option<Vec<u8>>> {
    let artifact = "SELECT bytes FROM artifacts WHERE version = ?1";
    connection.query_row(artifact, params![version.0], |row| row.get(0)).optional()
}

pub(super) fn parsed<T: DeserializeOwned>(json: &str) -> rusqlite::Result<T> {
    serde_json::from_str(json).map_err(unreadable)
}

/// A row that nobody has written.
fn unreadable(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, reason.into())
}
