//! A store in a file of SQLite whose process can be killed: the file and its log stay as they are at that instant,
//! and of what was written last to the log only a part may be there.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use callflow_runtime::durable::{Answered, Batch, Version};
use callflow_runtime::store::sqlite::SqliteStore;
use callflow_runtime::store::{Reader, Store};

use crate::dice::Dice;
use crate::programs;

/// How much of a log is compared at a time, in bytes.
const PAGE: usize = 512;

/// Folders of one process, each with a number of its own.
static FOLDERS: AtomicU64 = AtomicU64::new(0);

/// A store in a folder of its own.
pub(crate) struct File {
    folder: PathBuf,
    /// None only while one process ends and the next one begins.
    store: Option<SqliteStore>,
}

impl File {
    /// An empty one that knows the programs.
    pub(crate) fn new() -> File {
        let folder = folder();
        let mut store = SqliteStore::open(&main(&folder)).unwrap();
        for version in (1..=programs::VERSIONS).map(Version) {
            let hash = format!("{:064}", version.0);
            let bytes = &programs::version(version).bytes;
            assert_eq!(store.add_artifact(&hash, bytes, 0), Ok(version));
        }
        File { folder, store: Some(store) }
    }

    pub(crate) fn store(&mut self) -> &mut SqliteStore {
        self.store.as_mut().unwrap()
    }

    pub(crate) fn reader(&self) -> &dyn Reader {
        self.store.as_ref().unwrap()
    }

    /// Kills the process in the middle of a transaction. What the store said, if the transaction is on the disk.
    pub(crate) fn crash(
        &mut self,
        dice: &mut Dice,
        batches: &[Batch],
    ) -> Option<Vec<Option<Answered>>> {
        let before = Content::of(&self.folder);
        let answers = self.store().commit(batches).unwrap();
        let after = Content::of(&self.folder);
        // The log goes into the file only when it is whole.
        let is_moved = before.main != after.main;
        let (content, answers) = match is_moved || dice.chance(300) {
            true => (after, Some(answers)),
            false => {
                let log = torn(dice, &before.log, &after.log);
                let is_whole = log == after.log;
                (Content { main: before.main, log }, is_whole.then_some(answers))
            }
        };
        let next = folder();
        content.write(&next);
        // The old process tidies up in its own folder.
        self.store = None;
        let old = std::mem::replace(&mut self.folder, next);
        fs::remove_dir_all(old).unwrap();
        self.store = Some(SqliteStore::open(&main(&self.folder)).unwrap());
        answers
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.store = None;
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The store's file and its log.
struct Content {
    main: Vec<u8>,
    log: Vec<u8>,
}

impl Content {
    fn of(folder: &Path) -> Content {
        let read = |path| fs::read(path).unwrap_or_default();
        Content { main: read(main(folder)), log: read(log(folder)) }
    }

    fn write(&self, folder: &Path) {
        fs::write(main(folder), &self.main).unwrap();
        fs::write(log(folder), &self.log).unwrap();
    }
}

/// A log of which only a part of what was written last is there.
fn torn(dice: &mut Dice, before: &[u8], after: &[u8]) -> Vec<u8> {
    // What was there before is only looked at by the page.
    let pages = before.chunks(PAGE).zip(after.chunks(PAGE));
    let same = (PAGE * pages.take_while(|(old, new)| old == new).count()).min(after.len());
    let cut = same + dice.below(after.len() - same + 1);
    let old = before.get(cut..).unwrap_or_default();
    [&after[..cut], old].concat()
}

fn main(folder: &Path) -> PathBuf {
    folder.join("runs.db")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("runs.db-wal")
}

/// A new folder, in memory where the system has such a place.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let temporary = std::env::temp_dir();
    let place = if memory.is_dir() { memory } else { &temporary };
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = place.join(format!("callflow-simulation-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}
