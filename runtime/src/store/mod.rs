//! Where runs are kept.
//!
//! A [`Store`] makes batches durable, in order, many in one transaction, and a [`Reader`] tells what it holds. There is
//! one in SQLite and one in memory; they mean the same, and a test holds them together. The [`writer`] is the thread
//! that makes groups of what waits.

pub mod history;
pub mod journal;
pub mod memory;
#[cfg(feature = "store")]
pub mod secrets;
mod shared;
#[cfg(feature = "store")]
pub mod sqlite;
pub mod writer;

#[cfg(test)]
mod testing;

use self::history::Purge;
pub use self::journal::Noted;
pub use self::memory::MemoryStore;
#[cfg(feature = "store")]
pub use self::sqlite::{SqliteReader, SqliteStore};

use crate::durable::{Answered, Ask, Batch, RunNumber, Start, Stored, Version};

/// Tells what a store holds.
pub trait Reader: Send {
    /// What there is to go on with when a process begins.
    ///
    /// # Errors
    /// The store cannot be read.
    fn start(&self) -> Result<Start, StoreError>;

    /// The run that people and services know by this id.
    ///
    /// # Errors
    /// The store cannot be read.
    fn number_of(&self, id: &str) -> Result<Option<RunNumber>, StoreError>;

    /// The programs of runs that have not ended, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    fn versions(&self) -> Result<Vec<Version>, StoreError>;

    /// What is stored of a run; see [`Ask::Run`].
    ///
    /// # Errors
    /// The store cannot be read.
    fn run(&self, run: RunNumber) -> Result<Option<Stored>, StoreError>;

    /// The sleeping runs that are due by a time, in the order in which they are due, and when the next one after
    /// these is; see [`Ask::Due`]. A run that has something in flight is not among them: whoever looks after it
    /// knows its timers.
    ///
    /// # Errors
    /// The store cannot be read.
    fn due(&self, by: i64, limit: usize) -> Result<(Vec<RunNumber>, Option<i64>), StoreError>;

    /// What happened in a run, in order: the first [`journal::FIRST`] entries and, of those after them, at least
    /// the last [`journal::LAST`].
    ///
    /// # Errors
    /// The store cannot be read.
    fn journal(&self, run: RunNumber) -> Result<Vec<Noted>, StoreError>;

    /// How far a trigger has come.
    ///
    /// # Errors
    /// The store cannot be read.
    fn cursor(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// An artifact's bytes.
    ///
    /// # Errors
    /// The store cannot be read.
    fn artifact(&self, version: Version) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Keeps runs.
pub trait Store: Reader {
    /// Makes batches durable, in order and in one transaction. For each batch: none where it was written, else what
    /// the store says to its question; nothing of such a batch is written, whatever came before or after it is.
    ///
    /// # Errors
    /// Nothing is written: the disk is full, the file is damaged, the store is read-only.
    fn commit(&mut self, batches: &[Batch]) -> Result<Vec<Option<Answered>>, StoreError>;

    /// Keeps an artifact by the SHA-256 of its file, and gives its version: the same for the same bytes.
    ///
    /// # Errors
    /// The store cannot be written.
    fn add_artifact(&mut self, hash: &str, bytes: &[u8], at: i64) -> Result<Version, StoreError>;

    /// Keeps a file's content under an id that says what it is: where there is one with this id, it is the same.
    ///
    /// # Errors
    /// The store cannot be written.
    fn keep_file(&mut self, id: &str, content: &[u8], at: i64) -> Result<(), StoreError>;

    /// Forgets runs that have ended, with all that is kept of them, the oldest first and at most so many, and says how
    /// many. What keeps an event from being taken in twice stays, and no number of a run is given twice.
    ///
    /// # Errors
    /// The store cannot be written.
    fn forget(&mut self, which: &Purge, limit: usize) -> Result<usize, StoreError>;

    /// Forgets all of these, a little in each transaction, and says how many there were.
    ///
    /// # Errors
    /// The store cannot be written. What was forgotten before that is gone.
    fn purge(&mut self, which: &Purge) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let forgotten = self.forget(which, Purge::GROUP)?;
            count += forgotten as u64;
            if forgotten < Purge::GROUP {
                return Ok(count);
            }
        }
    }

    /// Forgets what makes events the same as others where that is to be remembered no longer than until this time,
    /// at most so many, and says how many.
    ///
    /// # Errors
    /// The store cannot be written.
    fn expire(&mut self, now: i64, limit: usize) -> Result<usize, StoreError>;

    /// Gives room back to the disk that nothing is in any more. It need not be done, and it may take a while.
    ///
    /// # Errors
    /// The store cannot be written.
    fn compact(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Why a store does not do what it is asked to. In words for a person, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room on the disk. It may be tried again.
    #[error("the disk of `{path}` is full; free some space, nothing is lost meanwhile")]
    Full {
        /// The store's file.
        path: String,
    },
    /// It may not be written.
    #[error("`{path}` may not be written: {reason}; check its permissions and those of its folder")]
    ReadOnly {
        /// The store's file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// Another process has it.
    #[error("`{path}` is in use by another process{by}; stop that one first, or use another store")]
    InUse {
        /// The store's file.
        path: String,
        /// ` (process 4242)` where it is known.
        by: String,
    },
    /// It is not what it should be.
    #[error(
        "`{path}` is damaged: {reason}; restore it from a backup, or move it away to begin anew"
    )]
    Damaged {
        /// The store's file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// It was written by a later version of this program.
    #[error(
        "`{path}` was written by a later version of callflow ({found}, this one knows {known}); use that one"
    )]
    Newer {
        /// The store's file.
        path: String,
        /// The schema's version in the file.
        found: i64,
        /// The schema's version here.
        known: i64,
    },
    /// The disk does not do what it is asked to. It may be tried again.
    #[error("`{path}` could not be read or written: {reason}; see whether its disk is in order")]
    Disk {
        /// The store's file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// Something else.
    #[error("`{path}` cannot be used: {reason}")]
    Other {
        /// The store's file.
        path: String,
        /// The library's words.
        reason: String,
    },
}

/// What an [`Ask`] is answered with.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// For [`Ask::Run`].
    Run(RunNumber, Option<Box<Stored>>),
    /// For [`Ask::Due`].
    Due(Vec<RunNumber>, Option<i64>),
    /// For [`Ask::Program`]: the artifact.
    Program(Version, Option<Vec<u8>>),
    /// For [`Ask::Versions`].
    Versions(Vec<Version>),
}

/// Answers what the engine asks.
///
/// # Errors
/// The store cannot be read.
pub fn answer(store: &dyn Reader, ask: Ask) -> Result<Found, StoreError> {
    Ok(match ask {
        Ask::Run(run) => Found::Run(run, store.run(run)?.map(Box::new)),
        Ask::Due { by, limit } => {
            let (runs, next) = store.due(by, limit)?;
            Found::Due(runs, next)
        }
        Ask::Program(version) => Found::Program(version, store.artifact(version)?),
        Ask::Versions => Found::Versions(store.versions()?),
    })
}
