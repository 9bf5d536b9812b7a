//! A store in a file of SQLite.
//!
//! One connection writes, and each group of batches is one transaction: it is durable when the log (`-wal`) is on the
//! disk, which costs one `fsync` whether the group has one batch or a thousand. Whoever only reads has a connection
//! of its own ([`SqliteReader`]), which never holds the writer up and sees the file as it is at an instant.
//!
//! What is written often lies close together. A run's state is one row that is overwritten; its journal lies in the
//! order of runs, so that the runs of the moment share few pages; and the indexes about sleeping and waking hold only
//! those rows that they are about.

mod failure;
mod forget;
mod history;
mod lock;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

pub use self::lock::{Holder, holder};

pub(super) use self::failure::explain;
use self::lock::Lock;
use super::history::{Deployed, Filter, History, Purge, Story, Summary};
use super::{Noted, Reader, Store, StoreError};
use crate::durable::{Answered, Batch, RunNumber, Start, Stored, Version};

/// How long another program may have the file locked before that is an error.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many statements are kept ready: all that there are.
const STATEMENTS: usize = 64;

/// The writer's cache, in KiB. Those pages that are written again and again are fewer than this.
const WRITER_CACHE: i64 = 4096;

/// A reader's cache, in KiB.
const READER_CACHE: i64 = 1024;

/// After how many pages in the log they are moved into the file.
const CHECKPOINT: i64 = 4000;

/// How long the shortest file is that has something in it, in bytes.
const HEADER: u64 = 512;

/// Keeps runs in a file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    connection: Connection,
    lock: Lock,
}

impl SqliteStore {
    /// Opens a store, or makes a new one where there is no file. Until it is dropped, no other process can.
    ///
    /// # Errors
    /// Another process has it, it is damaged, another program's or a later version's, or the file cannot be written.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let lock = Lock::take(path)?;
        create(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error| explain(path, error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        let version = schema::recognise(path, &connection)?;
        schema::measure(path, &connection)?;
        let mut set_up = || {
            schema::prepare(&connection)?;
            tune(&connection, WRITER_CACHE)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
            schema::migrate(&mut connection, version)?;
            schema::check(&connection)
        };
        set_up().map_err(failed)?;
        Ok(SqliteStore { path: path.to_owned(), connection, lock })
    }

    /// A connection of its own for those who only read.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn reader(&self) -> Result<SqliteReader, StoreError> {
        SqliteReader::open(&self.path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tells other processes where this one's server can be reached; see [`holder`].
    ///
    /// # Errors
    /// The file beside the store cannot be written.
    pub fn announce(&mut self, address: &str) -> Result<(), StoreError> {
        self.lock.announce(&self.path, address)
    }

    fn read<T>(
        &self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        ask(&self.connection).map_err(|error| explain(&self.path, error))
    }
}

/// What is in the log goes into the file, so that the file alone is the store while no process has it: it can be copied,
/// and looked at. A reader that is at it is not waited for: the log is then read with the file the next time.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        let checkpoint = "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE);";
        // Nothing is lost where it does not work.
        let _ = self.connection.execute_batch(checkpoint);
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, batches: &[Batch]) -> Result<Vec<Option<Answered>>, StoreError> {
        let mut commit = || {
            let behavior = TransactionBehavior::Immediate;
            let transaction = self.connection.transaction_with_behavior(behavior)?;
            let mut answers = Vec::with_capacity(batches.len());
            for batch in batches {
                let answer = match &batch.question {
                    Some(question) => write::ask(&transaction, question)?,
                    None => None,
                };
                if answer.is_none() {
                    for change in &batch.writes {
                        write::write(&transaction, change)?;
                    }
                }
                answers.push(answer);
            }
            transaction.commit()?;
            Ok(answers)
        };
        commit().map_err(|error| explain(&self.path, error))
    }

    fn add_artifact(&mut self, hash: &str, bytes: &[u8], at: i64) -> Result<Version, StoreError> {
        let add = |connection: &Connection| {
            let known = "SELECT version FROM artifacts WHERE hash = ?1";
            let known = connection.query_row(known, [hash], |row| row.get(0)).optional()?;
            if let Some(version) = known {
                return Ok(version);
            }
            let add = "INSERT INTO artifacts (hash, added_at, bytes) VALUES (?1, ?2, ?3)";
            connection.execute(add, params![hash, at, bytes])?;
            Ok(connection.last_insert_rowid())
        };
        self.read(add).map(Version)
    }

    fn keep_file(&mut self, id: &str, content: &[u8], at: i64) -> Result<(), StoreError> {
        let keep = "INSERT OR IGNORE INTO files (id, name, media_type, added_at, bytes)
                    VALUES (?1, '', '', ?2, ?3)";
        self.read(|connection| connection.execute(keep, params![id, at, content])).map(drop)
    }

    fn forget(&mut self, which: &Purge, limit: usize) -> Result<usize, StoreError> {
        forget::forget(&mut self.connection, which, limit)
            .map_err(|error| explain(&self.path, error))
    }

    fn expire(&mut self, now: i64, limit: usize) -> Result<usize, StoreError> {
        self.read(|connection| forget::expire(connection, now, limit))
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        self.read(forget::compact)
    }
}

/// Reads a store, also while another process writes it. Each question is answered from one instant.
#[derive(Debug)]
pub struct SqliteReader {
    path: PathBuf,
    connection: Connection,
}

impl SqliteReader {
    /// Opens a store for reading.
    ///
    /// # Errors
    /// There is none, it is damaged, another program's, or of another version.
    pub fn open(path: &Path) -> Result<SqliteReader, StoreError> {
        if !path.exists() {
            let reason = "there is no such file; `callflow serve` makes it".to_owned();
            return Err(StoreError::Other { path: path.display().to_string(), reason });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error| explain(path, error);
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        tune(&connection, READER_CACHE).map_err(failed)?;
        let version = schema::recognise(path, &connection)?;
        if version < schema::known() {
            let reason =
                "it is of an earlier version of callflow; `callflow serve` brings it up to date";
            let path = path.display().to_string();
            return Err(StoreError::Other { path, reason: reason.to_owned() });
        }
        Ok(SqliteReader { path: path.to_owned(), connection })
    }

    /// The runs whose ids begin like this, at most so many.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn find(&self, prefix: &str, limit: usize) -> Result<Vec<Summary>, StoreError> {
        self.read(|connection| history::find(connection, prefix, limit))
    }

    /// A run on one line; none where there is no such run.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn summary(&self, run: RunNumber) -> Result<Option<Summary>, StoreError> {
        self.read(|connection| history::one(connection, run))
    }

    fn read<T>(
        &self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        ask(&self.connection).map_err(|error| explain(&self.path, error))
    }
}

/// Asks a file, of whoever has a connection to it.
macro_rules! reads {
    ($reader:ty) => {
        impl Reader for $reader {
            fn start(&self) -> Result<Start, StoreError> {
                self.read(read::start)
            }

            fn number_of(&self, id: &str) -> Result<Option<RunNumber>, StoreError> {
                self.read(|connection| read::number_of(connection, id))
            }

            fn versions(&self) -> Result<Vec<Version>, StoreError> {
                self.read(read::versions)
            }

            fn run(&self, run: RunNumber) -> Result<Option<Stored>, StoreError> {
                self.read(|connection| read::run(connection, run))
            }

            fn due(
                &self,
                by: i64,
                limit: usize,
            ) -> Result<(Vec<RunNumber>, Option<i64>), StoreError> {
                self.read(|connection| read::due(connection, by, limit))
            }

            fn journal(&self, run: RunNumber) -> Result<Vec<Noted>, StoreError> {
                self.read(|connection| read::journal(connection, run))
            }

            fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
                self.read(|connection| read::cursor(connection, name))
            }

            fn artifact(&self, version: Version) -> Result<Option<Vec<u8>>, StoreError> {
                self.read(|connection| read::artifact(connection, version))
            }
        }
    };
}

reads!(SqliteStore);
reads!(SqliteReader);

impl History for SqliteReader {
    fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError> {
        self.read(|connection| history::list(connection, filter))
    }

    fn story(&self, run: RunNumber) -> Result<Option<Story>, StoreError> {
        self.read(|connection| history::story(connection, run))
    }

    fn deployed(&self) -> Result<Vec<Deployed>, StoreError> {
        self.read(history::deployed)
    }
}

/// What both kinds of connections are set to.
fn tune(connection: &Connection, cache: i64) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "cache_size", -cache)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // The file may come from anywhere: nothing in its schema is carried out, and a page that is not in order is
    // found when it is read.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)
}

/// Makes an empty file where there is none, which nobody else may read: it holds what callers said.
fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    only_for_us(&mut options);
    let file = options.open(path).and_then(|file| file.metadata());
    let length = file.map_err(|error| lock::cannot_open(path, &error))?.len();
    // The library takes a file that is shorter than its header for a new one.
    if (1..HEADER).contains(&length) {
        let reason = "it was cut off at its beginning".to_owned();
        return Err(StoreError::Damaged { path: path.display().to_string(), reason });
    }
    Ok(())
}

/// A connection that writes beside the one that has the store, to tables that the engine does not keep in memory.
///
/// # Errors
/// There is no store, it is damaged, another program's, or of another version.
pub(super) fn open_beside(path: &Path) -> Result<Connection, StoreError> {
    drop(SqliteReader::open(path)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        tune(&connection, READER_CACHE)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(connection)
    };
    open().map_err(|error| explain(path, error))
}

/// Keeps other users from a file that is about to be made.
pub(super) fn only_for_us(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// A file of the store that has its name and an ending.
pub(super) fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(store);
    path.push(ending);
    path.into()
}
