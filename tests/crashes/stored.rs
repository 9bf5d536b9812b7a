//! What a store holds, read as anybody can read it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value as Json;

/// A run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) number: i64,
    pub(crate) id: String,
    pub(crate) version: i64,
    /// Without the file that it is in.
    pub(crate) flow: String,
    pub(crate) source: String,
    pub(crate) status: String,
    pub(crate) created: i64,
    pub(crate) ended: Option<i64>,
    pub(crate) parent: Option<i64>,
    pub(crate) error: Option<Json>,
    pub(crate) event: Json,
    pub(crate) journal: Vec<Entry>,
}

/// An entry of a journal.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) entry: Json,
}

/// A step that ended.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// `look`, `keep`, `write` or `charge`
    pub(crate) class: String,
    pub(crate) step: String,
    pub(crate) key: String,
    pub(crate) release: String,
    pub(crate) began: i64,
    pub(crate) ended: i64,
    /// None where it failed.
    pub(crate) receipt: Option<u64>,
}

impl Run {
    /// The steps that ended, in the order in which they did.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step> {
        self.journal.iter().filter(|it| it.entry["kind"] == "step").map(|it| {
            let inner = |name: &str| -> Json {
                it.entry[name]
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok())
                    .unwrap_or_default()
            };
            let (input, output) = (inner("input"), inner("output"));
            let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
            let action = it.entry["action"].as_str().unwrap_or_default();
            Step {
                class: action.trim_start_matches("ledger.").to_owned(),
                step: text("step"),
                key: text("n"),
                release: text("version"),
                began: it.entry["began"].as_i64().unwrap_or_default(),
                ended: it.at,
                receipt: output["receipt"].as_u64(),
            }
        })
    }

    /// How many entries of a kind it has.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.journal.iter().filter(|it| it.entry["kind"] == kind).count()
    }

    /// The kind of the error that it ended with.
    pub(crate) fn error_kind(&self) -> &str {
        self.error.as_ref().and_then(|it| it["kind"].as_str()).unwrap_or_default()
    }
}

/// All runs of a store, in order.
pub(crate) fn runs(store: &Path) -> Vec<Run> {
    let connection = open(store);
    let runs = "SELECT number, id, version, flow, source_name, status, created_at, ended_at, parent, error, event
                FROM runs JOIN events ON run = number ORDER BY number";
    let mut runs = connection.prepare(runs).unwrap();
    let mut journal =
        connection.prepare("SELECT at, entry FROM journal WHERE run = ?1 ORDER BY number").unwrap();
    let json = |text: String| -> Json { serde_json::from_str(&text).unwrap() };
    let runs = runs.query_map([], |row| {
        let number: i64 = row.get(0)?;
        let entries = journal
            .query_map([number], |row| Ok(Entry { at: row.get(0)?, entry: json(row.get(1)?) }))?;
        let flow: String = row.get(3)?;
        Ok(Run {
            number,
            id: row.get(1)?,
            version: row.get(2)?,
            flow: flow.rsplit(['.', ':']).next().unwrap_or_default().to_owned(),
            source: row.get(4)?,
            status: row.get(5)?,
            created: row.get(6)?,
            ended: row.get(7)?,
            parent: row.get(8)?,
            error: row.get::<_, Option<String>>(9)?.map(json),
            event: json(row.get(10)?),
            journal: entries.map(Result::unwrap).collect(),
        })
    });
    runs.unwrap().map(Result::unwrap).collect()
}

/// How many runs have not ended, but for those of schedules, of which there is always one.
pub(crate) fn open_runs(store: &Path) -> i64 {
    let open = "SELECT count(*) FROM runs WHERE ended_at IS NULL AND source_kind <> 'schedule'";
    open_it(store, open)
}

/// What the library says of the file; `ok` where nothing is wrong.
pub(crate) fn integrity(store: &Path) -> String {
    open(store).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

fn open_it(store: &Path, question: &str) -> i64 {
    open(store).query_row(question, [], |row| row.get(0)).unwrap()
}

fn open(store: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(store, flags).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection
}
