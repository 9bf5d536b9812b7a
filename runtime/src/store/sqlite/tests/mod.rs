//! What holds of a store in a file.

mod damage;
mod equivalence;

use std::process::Command;

use rusqlite::Connection;

use super::lock::holder;
use super::*;
use crate::durable::{Ask, Ending, Entry, Outcome, Write};
use crate::error::{Error, ErrorKind};
use crate::store::history::{History, Purge, RunStatus};
use crate::store::testing::{Folder, batch, created, new_run, note, suspend};
use crate::store::{Found, answer};

#[test]
fn what_was_committed_is_there_again() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    let version = store.add_artifact("abc", b"program", 1).unwrap();
    store.commit(&[batch(vec![created(1), suspend(1, Some(5), false), note(1, 1)])]).unwrap();
    drop(store);
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    assert_eq!(store.start().unwrap().due, Some(5));
    assert_eq!(store.journal(RunNumber(1)).unwrap().len(), 1);
    assert_eq!(store.artifact(version).unwrap().as_deref(), Some(b"program".as_slice()));
    assert_eq!(store.add_artifact("abc", b"program", 2).unwrap(), version);
    assert_ne!(store.add_artifact("def", b"another", 3).unwrap(), version);
    assert_eq!(store.artifact(Version(77)).unwrap(), None);
}

#[test]
fn any_tool_can_read_it() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    store.commit(&[batch(vec![created(1), note(1, 1)])]).unwrap();
    let tool = Connection::open(folder.store()).unwrap();
    let row = "SELECT id, status, event, kind FROM runs
               JOIN events ON events.run = runs.number JOIN journal ON journal.run = runs.number";
    let row: (String, String, String, String) = tool
        .query_row(row, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap();
    let expected = ("run-1", "running", r#"{"lead":1}"#, "log");
    assert_eq!((&*row.0, &*row.1, &*row.2, &*row.3), expected);
}

#[test]
fn who_reads_sees_what_is_committed_and_holds_nobody_up() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    let reader = store.reader().unwrap();
    store.commit(&[batch(vec![created(1), suspend(1, Some(5), false)])]).unwrap();
    let due = answer(&reader, Ask::Due { by: 9, limit: 9 }).unwrap();
    assert_eq!(due, Found::Due(vec![RunNumber(1)], None));
    drop(store);
    assert_eq!(reader.journal(RunNumber(1)).unwrap(), []);
    let again = SqliteReader::open(&folder.store()).unwrap();
    let Found::Run(_, Some(run)) = answer(&again, Ask::Run(RunNumber(1))).unwrap() else {
        panic!()
    };
    assert_eq!(run.id, "run-1");
}

#[test]
fn one_process_has_it() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    store.announce("http://127.0.0.1:8080").unwrap();
    let me = std::process::id();
    let expected = Holder { pid: me, address: Some("http://127.0.0.1:8080".to_owned()) };
    assert_eq!(holder(&folder.store()), Some(expected));
    let error = SqliteStore::open(&folder.store()).unwrap_err();
    let path = folder.store().display().to_string();
    assert_eq!(error, StoreError::InUse { path, by: format!(" (process {me})") });
    drop(store);
    // A process that another test begins has our files for an instant.
    while holder(&folder.store()).is_some() {
        std::thread::yield_now();
    }
    assert!(SqliteStore::open(&folder.store()).is_ok());
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    store.commit(&[batch(vec![created(1)])]).unwrap();
    for ending in ["", "-wal", "-shm", ".lock"] {
        let file = std::fs::metadata(beside(&folder.store(), ending)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "callflow.db{ending}");
    }
}

#[test]
fn a_full_disk_says_so_and_nothing_is_lost() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    store.commit(&[batch(vec![created(1)])]).unwrap();
    let pages: i64 =
        store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    // With an answer, which `pragma_update` does not expect.
    let limit = |store: &SqliteStore, pages: i64| {
        let limit = format!("PRAGMA max_page_count = {pages}");
        store.connection.query_row(&limit, [], |row| row.get::<_, i64>(0)).unwrap();
    };
    limit(&store, pages);
    let large = Write::Send { to: RunNumber(1), message: vec![1; 100_000] };
    let batches = [batch(vec![created(2)]), batch(vec![large])];
    let path = folder.store().display().to_string();
    assert_eq!(store.commit(&batches), Err(StoreError::Full { path }));
    assert_eq!(store.run(RunNumber(2)).unwrap(), None, "all of the group or nothing");
    limit(&store, 1 << 30);
    assert_eq!(store.commit(&batches).unwrap(), [None, None]);
    assert_eq!(store.run(RunNumber(1)).unwrap().unwrap().messages.len(), 1);
}

#[test]
fn words_for_a_person() {
    let folder = Folder::new();
    let store = folder.store();
    let mut said = Vec::new();
    let mut open = || {
        let error = SqliteStore::open(&store).unwrap_err().to_string();
        said.push(error.replace(&*store.display().to_string(), "callflow.db"));
    };
    std::fs::write(&store, "this is the text of a letter, and by no means a database\n".repeat(99))
        .unwrap();
    open();
    std::fs::remove_file(&store).unwrap();
    Connection::open(&store).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    open();
    std::fs::remove_file(&store).unwrap();
    drop(SqliteStore::open(&store).unwrap());
    Connection::open(&store).unwrap().execute_batch("DROP TABLE journal").unwrap();
    open();
    Connection::open(&store).unwrap().pragma_update(None, "user_version", 99).unwrap();
    open();
    let nowhere =
        SqliteStore::open(&folder.store().with_file_name("data/callflow.db")).unwrap_err();
    let missing = SqliteReader::open(&beside(&store, ".old")).unwrap_err();
    let folder = store.with_file_name("").display().to_string();
    said.extend([nowhere, missing].map(|error| error.to_string().replace(&folder, "")));
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_schema_comes_as_a_whole() {
    let mut connection = Connection::open_in_memory().unwrap();
    let steps = ["CREATE TABLE one (a)", "CREATE TABLE two (a); CREATE TABLE one (a)"];
    schema::migrate_by(&steps[..1], &mut connection, 0).unwrap();
    assert!(schema::migrate_by(&steps, &mut connection, 1).is_err());
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!((tables, version), (1, 1));
    let mended = [steps[0], "CREATE TABLE two (a)"];
    schema::migrate_by(&mended, &mut connection, 1).unwrap();
    connection.execute("INSERT INTO two (a) VALUES (1)", []).unwrap();
}

/// What is due is found in an index, and so is what is awake: the file may hold a million runs.
#[test]
fn questions_about_all_runs_are_answered_from_indexes() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.store()).unwrap();
    for (sql, index) in read::OF_ALL_RUNS {
        let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec![9; plan.parameter_count()];
        let parameters = rusqlite::params_from_iter(parameters);
        let lines = plan.query_map(parameters, |row| row.get::<_, String>(3)).unwrap();
        let lines: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
        assert!(lines.iter().any(|line| line.contains(index)), "{sql}\n{lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE")), "{sql}\n{lines:#?}");
    }
}

/// The tool that people have understands the file.
#[test]
fn the_command_line_tool_reads_it() {
    let folder = Folder::new();
    drop(SqliteStore::open(&folder.store()).unwrap());
    let told = Command::new("sqlite3").arg(folder.store()).arg("PRAGMA integrity_check").output();
    // Not everybody has it.
    let Ok(told) = told else { return };
    assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), "ok");
}

#[test]
fn runs_are_listed_found_and_told() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    let mut child = new_run(3);
    child.parent = Some(RunNumber(1));
    child.flow = "ship".into();
    let error = Error::new(ErrorKind::Auth, "no");
    let ended = Ending { at: 5000, outcome: Outcome::Failed { error, place: "a.flow:1:2".into() } };
    let started = Entry::Started { run: "run-3".into(), flow: "ship".into() };
    let writes = vec![
        created(1),
        suspend(1, Some(9), false),
        Write::Note { run: RunNumber(1), number: 1, at: 2, entry: started },
        created(2),
        Write::Create(Box::new(child)),
        suspend(3, None, true),
        Write::End { run: RunNumber(2), ending: ended.clone() },
    ];
    store.commit(&[batch(writes)]).unwrap();
    let reader = store.reader().unwrap();
    let all = Filter { status: None, flow: None, since: None, before: None, limit: 10 };
    let listed = |filter: Filter| -> Vec<i64> {
        reader.list(&filter).unwrap().iter().map(|run| run.number.0).collect()
    };
    let of = |status| Filter { status: Some(status), ..all.clone() };
    let named = |flow: &str| Filter { flow: Some(flow.to_owned()), ..all.clone() };
    assert_eq!(listed(all.clone()), [3, 2, 1]);
    assert_eq!(listed(Filter { limit: 1, before: Some(RunNumber(3)), ..all.clone() }), [2]);
    assert_eq!(listed(Filter { since: Some(2000), ..all.clone() }), [3, 2]);
    let statuses = RunStatus::ALL.map(|status| listed(of(status)));
    assert_eq!(statuses, [vec![], vec![3], vec![1], vec![], vec![2], vec![]]);
    assert_eq!(listed(named("ship")), [3]);
    assert!(listed(named("sh")).is_empty());
    assert!(listed(named("*")).is_empty());
    assert_eq!(reader.find("run-", 2).unwrap().len(), 2);
    assert_eq!(reader.find("run-3", 9).unwrap()[0].number, RunNumber(3));
    assert_eq!(reader.find("ru%", 9).unwrap(), []);
    let story = reader.story(RunNumber(1)).unwrap().unwrap();
    assert_eq!((story.event.as_str(), story.run.due), (r#"{"lead":1}"#, Some(9)));
    assert_eq!(story.children.iter().map(|run| run.number.0).collect::<Vec<_>>(), [3]);
    let failed = reader.story(RunNumber(2)).unwrap().unwrap();
    assert_eq!(failed.outcome, Some(ended.outcome));
    assert_eq!(failed.run.failure, Some((ErrorKind::Auth, None)));
    let child = reader.story(RunNumber(3)).unwrap().unwrap();
    assert_eq!(child.parent.map(|run| run.number), Some(RunNumber(1)));
    assert_eq!(reader.story(RunNumber(4)).unwrap(), None);
}

#[test]
fn runs_that_have_ended_are_forgotten_and_their_numbers_are_not_given_again() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.store()).unwrap();
    let ended = |run: i64, at: i64| Write::End {
        run: RunNumber(run),
        ending: Ending { at, outcome: Outcome::Cancelled },
    };
    let mut memory = crate::store::MemoryStore::new();
    let writes = vec![
        created(1),
        suspend(1, Some(9), false),
        created(2),
        note(2, 1),
        ended(2, 5000),
        created(3),
        ended(3, 9000),
    ];
    let batches = [batch(writes)];
    store.commit(&batches).unwrap();
    memory.commit(&batches).unwrap();
    let stores: [&mut dyn Store; 2] = [&mut store, &mut memory];
    for store in stores {
        assert_eq!(store.purge(&Purge::EndedBefore(5000)).unwrap(), 0);
        assert_eq!(store.purge(&Purge::EndedBefore(5001)).unwrap(), 1);
        assert_eq!(store.purge(&Purge::Run(RunNumber(1))).unwrap(), 0);
        assert_eq!(store.purge(&Purge::Run(RunNumber(3))).unwrap(), 1);
        assert_eq!(store.start().unwrap().next, RunNumber(4));
        assert_eq!(store.journal(RunNumber(2)).unwrap(), []);
        assert!(store.run(RunNumber(2)).unwrap().is_none());
        assert!(store.run(RunNumber(1)).unwrap().is_some());
    }
}
