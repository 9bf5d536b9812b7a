//! What people ask of a store: which runs there are, and what happened in one.

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter, types::Value};

use super::read;
use crate::durable::{RunNumber, Source, Version};
use crate::error::Error;
use crate::store::history::{Deployed, Filter, RunStatus, Story, Summary};

/// The columns of a [`Summary`].
const COLUMNS: &str =
    "number, id, version, flow, source_kind, source_name, status, created_at, ended_at, late, due,
                       awake, error FROM runs LEFT JOIN frames ON frames.run = number";

/// The runs that are meant, the latest first.
pub(super) fn list(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Summary>> {
    let mut conditions = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    match filter.status {
        Some(RunStatus::Running) => {
            conditions.push("status = 'running' AND (awake IS NULL OR awake = 1)");
        }
        Some(RunStatus::Waiting) => {
            conditions.push("status = 'running' AND awake = 0");
        }
        Some(status) => {
            conditions.push("status = ?");
            values.push(status.as_str().to_owned().into());
        }
        None => {}
    }
    if let Some(flow) = &filter.flow {
        // A flow's name has no character that a pattern would read as another.
        conditions.push("(flow = ? OR flow GLOB ? OR flow GLOB ?)");
        let flow: String = flow.chars().filter(|c| !"*?[".contains(*c)).collect();
        values.extend([
            flow.clone().into(),
            format!("{flow}.*").into(),
            format!("*.{flow}").into(),
        ]);
    }
    if let Some(since) = filter.since {
        conditions.push("created_at >= ?");
        values.push(since.into());
    }
    if let Some(before) = filter.before {
        conditions.push("number < ?");
        values.push(before.0.into());
    }
    let conditions = match conditions.is_empty() {
        true => String::new(),
        false => format!("WHERE {}", conditions.join(" AND ")),
    };
    values.push(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
    let query = format!("SELECT {COLUMNS} {conditions} ORDER BY number DESC LIMIT ?");
    let mut runs = connection.prepare(&query)?;
    let runs = runs.query_map(params_from_iter(values), summary)?;
    runs.collect()
}

/// The runs whose ids begin like this, at most so many.
pub(super) fn find(
    connection: &Connection,
    prefix: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Summary>> {
    let end = format!("{prefix}\u{10ffff}");
    let query = format!("SELECT {COLUMNS} WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3");
    let mut runs = connection.prepare_cached(&query)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let runs = runs.query_map(params![prefix, end, limit], summary)?;
    runs.collect()
}

/// One run.
pub(super) fn one(connection: &Connection, run: RunNumber) -> rusqlite::Result<Option<Summary>> {
    let query = format!("SELECT {COLUMNS} WHERE number = ?1");
    connection.prepare_cached(&query)?.query_row([run.0], summary).optional()
}

/// All that is told of a run, as it is at one instant.
pub(super) fn story(connection: &Connection, run: RunNumber) -> rusqlite::Result<Option<Story>> {
    let instant = connection.unchecked_transaction()?;
    let of_number = format!("SELECT {COLUMNS} WHERE number = ?1");
    let summary_of = |run: i64| instant.query_row(&of_number, [run], summary).optional();
    let Some(summary) = summary_of(run.0)? else { return Ok(None) };
    let rest = "SELECT event, parent, status, ended_at, result, error, place
                FROM runs LEFT JOIN events ON events.run = number WHERE number = ?1";
    let (event, parent, ending) = instant.query_row(rest, [run.0], |row| {
        let event: Option<String> = row.get(0)?;
        Ok((event.unwrap_or_default(), row.get::<_, Option<i64>>(1)?, read::ending(row)?))
    })?;
    let journal = read::journal(&instant, run)?;
    Ok(Some(Story {
        children: children(&instant, &journal)?,
        parent: parent.map(summary_of).transpose()?.flatten(),
        run: summary,
        event,
        outcome: ending.map(|ending| ending.outcome),
        journal,
    }))
}

/// The artifacts that are kept, the latest first.
pub(super) fn deployed(connection: &Connection) -> rusqlite::Result<Vec<Deployed>> {
    let query = "SELECT version, hash, added_at,
                        (SELECT count(*) FROM runs WHERE runs.version = artifacts.version AND ended_at IS NULL)
                 FROM artifacts ORDER BY version DESC";
    let mut artifacts = connection.prepare(query)?;
    let artifacts = artifacts.query_map([], |row| {
        Ok(Deployed {
            version: Version(row.get(0)?),
            hash: row.get(1)?,
            added: row.get(2)?,
            open: row.get::<_, i64>(3)?.unsigned_abs(),
        })
    })?;
    artifacts.collect()
}

/// The runs that a journal says were begun.
fn children(
    connection: &Connection,
    journal: &[crate::store::Noted],
) -> rusqlite::Result<Vec<Summary>> {
    let of_id = format!("SELECT {COLUMNS} WHERE id = ?1");
    let mut of_id = connection.prepare_cached(&of_id)?;
    let mut children = Vec::new();
    for noted in journal {
        if let crate::durable::Entry::Started { run, .. } = &noted.entry
            && children.len() < Story::CHILDREN
        {
            children.extend(of_id.query_row([run.as_str()], summary).optional()?);
        }
    }
    Ok(children)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    let status: String = row.get("status")?;
    let awake: Option<bool> = row.get("awake")?;
    let status = match (status.as_str(), awake) {
        ("queued", _) => RunStatus::Queued,
        ("succeeded", _) => RunStatus::Succeeded,
        ("failed", _) => RunStatus::Failed,
        ("cancelled", _) => RunStatus::Cancelled,
        (_, Some(true) | None) => RunStatus::Running,
        (_, Some(false)) => RunStatus::Waiting,
    };
    let error: Option<String> = row.get("error")?;
    let error = error.map(|error| read::parsed::<Error>(&error)).transpose()?;
    let action = |error: &Error| {
        Some(ecow::eco_format!("{}.{}", error.piece.as_ref()?, error.action.as_ref()?))
    };
    Ok(Summary {
        number: RunNumber(row.get("number")?),
        id: row.get::<_, String>("id")?.into(),
        version: Version(row.get("version")?),
        flow: row.get::<_, String>("flow")?.into(),
        source: Source {
            kind: row.get::<_, String>("source_kind")?.into(),
            name: row.get::<_, String>("source_name")?.into(),
        },
        status,
        created: row.get("created_at")?,
        ended: row.get("ended_at")?,
        late: row.get("late")?,
        due: row.get("due")?,
        failure: error.map(|error| (error.kind, action(&error))),
    })
}
