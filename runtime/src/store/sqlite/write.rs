//! What a batch does to the tables. All of it is within the transaction of its group.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::durable::{Answered, Claim, Ending, NewRun, Outcome, Question, RunNumber, Write};
use crate::store::journal::{FIRST, LAST};

/// Takes what the question asks for, or says why not.
pub(super) fn ask(
    connection: &Connection,
    question: &Question,
) -> rusqlite::Result<Option<Answered>> {
    match question {
        Question::New { key: None, .. } => Ok(None),
        Question::New { run, key: Some(key), at, until } => {
            let taken = execute(
                connection,
                "INSERT INTO dedupe (key, run, until) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
                 SET run = excluded.run, until = excluded.until WHERE dedupe.until <= ?4",
                params![key.as_str(), run.0, until, at],
            )?;
            if taken > 0 {
                return Ok(None);
            }
            let mut known = connection.prepare_cached("SELECT run FROM dedupe WHERE key = ?1")?;
            let run = known.query_row([key.as_str()], |row| row.get(0))?;
            Ok(Some(Answered::Known(RunNumber(run))))
        }
        Question::Once { claim, .. } => {
            let known = "SELECT owner, state, result FROM once WHERE key = ?1";
            let mut known = connection.prepare_cached(known)?;
            let known = known.query_row([claim.key.as_str()], |row| {
                Ok(match row.get_ref(1)?.as_str()? {
                    "done" => Answered::Done(row.get(2)?),
                    "unknown" => Answered::Unknown,
                    _ => Answered::UnderWay(row.get::<_, String>(0)?.into()),
                })
            });
            if let Some(answer) = known.optional()? {
                return Ok(Some(answer));
            }
            let take = "INSERT INTO once (key, owner, state) VALUES (?1, ?2, 'under_way')";
            execute(connection, take, [claim.key.as_str(), claim.owner.as_str()])?;
            Ok(None)
        }
    }
}

/// Makes one change.
pub(super) fn write(connection: &Connection, write: &Write) -> rusqlite::Result<()> {
    match write {
        Write::Create(new) => create(connection, new),
        Write::Begin(run) => {
            let begin = "UPDATE runs SET status = 'running'
                         WHERE number = ?1 AND status = 'queued'";
            execute(connection, begin, [run.0]).map(drop)
        }
        Write::Suspend { run, state, due, awake } => suspend(connection, *run, state, *due, *awake),
        Write::End { run, ending } => end(connection, *run, ending),
        Write::Reopen(run) => {
            let reopen = "UPDATE runs SET status = 'running', ended_at = NULL, result = NULL,
                          error = NULL, place = NULL WHERE number = ?1 AND ended_at IS NOT NULL";
            execute(connection, reopen, [run.0]).map(drop)
        }
        Write::Late(run) => {
            execute(connection, "UPDATE runs SET late = 1 WHERE number = ?1", [run.0]).map(drop)
        }
        Write::Note { run, number, at, entry } => {
            let note = "INSERT OR REPLACE INTO journal (run, number, at, entry)
                        VALUES (?1, ?2, ?3, ?4)";
            execute(connection, note, params![run.0, number, at, json(entry)?])?;
            if *number > FIRST + LAST {
                let trim = "DELETE FROM journal WHERE run = ?1 AND number > ?2 AND number <= ?3";
                execute(connection, trim, params![run.0, FIRST, number - LAST])?;
            }
            Ok(())
        }
        Write::Send { to, message } => {
            let send = "INSERT INTO messages (run, message) VALUES (?1, ?2)";
            execute(connection, send, params![to.0, message]).map(drop)
        }
        Write::Received(number) => {
            execute(connection, "DELETE FROM messages WHERE number = ?1", [number]).map(drop)
        }
        Write::Done(Claim { key, owner }, result) => {
            let state = if result.is_some() { "done" } else { "unknown" };
            let done = "UPDATE once SET state = ?3, result = ?4 WHERE key = ?1 AND owner = ?2";
            execute(connection, done, params![key.as_str(), owner.as_str(), state, result])
                .map(drop)
        }
        Write::Undone(Claim { key, owner }) => {
            let undone = "DELETE FROM once WHERE key = ?1 AND owner = ?2";
            execute(connection, undone, [key.as_str(), owner.as_str()]).map(drop)
        }
        Write::Cursor { name, value } => {
            let cursor = "INSERT OR REPLACE INTO cursors (name, value) VALUES (?1, ?2)";
            execute(connection, cursor, [name.as_str(), value]).map(drop)
        }
    }
}

fn create(connection: &Connection, new: &NewRun) -> rusqlite::Result<()> {
    let status = if new.queued { "queued" } else { "running" };
    let created = execute(
        connection,
        "INSERT INTO runs (number, id, version, flow, source_kind, source_name, status,
                           created_at, parent, lane)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (number) DO NOTHING",
        params![
            new.number.0,
            new.id.as_str(),
            new.version.0,
            new.flow.as_str(),
            new.source.kind.as_str(),
            new.source.name.as_str(),
            status,
            new.at,
            new.parent.map(|run| run.0),
            new.lane.as_deref(),
        ],
    )?;
    if created > 0 {
        let event = "INSERT OR REPLACE INTO events (run, event) VALUES (?1, ?2)";
        execute(connection, event, params![new.number.0, new.event])?;
    }
    Ok(())
}

fn suspend(
    connection: &Connection,
    run: RunNumber,
    state: &[u8],
    due: Option<i64>,
    awake: bool,
) -> rusqlite::Result<()> {
    // Most steps change only the state, and then no index is touched.
    let same = "UPDATE frames SET state = ?2 WHERE run = ?1 AND due IS ?3 AND awake = ?4";
    let other = "INSERT INTO frames (run, state, due, awake) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE
                 SET state = excluded.state, due = excluded.due, awake = excluded.awake";
    if execute(connection, same, params![run.0, state, due, awake])? == 0 {
        execute(connection, other, params![run.0, state, due, awake])?;
    }
    Ok(())
}

fn end(connection: &Connection, run: RunNumber, ending: &Ending) -> rusqlite::Result<()> {
    let (result, error, place) = match &ending.outcome {
        Outcome::Succeeded(result) => (Some(result), None, None),
        Outcome::Failed { error, place } => (None, Some(json(error)?), Some(place)),
        Outcome::Cancelled => (None, None, None),
    };
    let frame = match ending.outcome {
        Outcome::Failed { .. } => "UPDATE frames SET due = NULL, awake = 0 WHERE run = ?1",
        Outcome::Succeeded(_) | Outcome::Cancelled => "DELETE FROM frames WHERE run = ?1",
    };
    execute(
        connection,
        "UPDATE runs SET status = ?2, ended_at = ?3, result = ?4, error = ?5, place = ?6
         WHERE number = ?1",
        params![run.0, ending.outcome.as_str(), ending.at, result, error, place],
    )?;
    execute(connection, frame, [run.0])?;
    execute(connection, "DELETE FROM messages WHERE run = ?1", [run.0])?;
    Ok(())
}

/// Carries out a statement that is prepared only once, and says how many rows it changed.
fn execute(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(parameters)
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
