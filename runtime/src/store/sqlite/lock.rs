//! One process has a store.
//!
//! SQLite would let two processes write by turns. But the engine keeps in memory what it knows to be in the file, so
//! that there may be only one. It holds a lock on a file beside the store for as long as it lives: the system lets
//! go of it however the process ends. What is written in the file says who that is, and where it can be reached.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::store::StoreError;

/// Who looks whether a store is in use has its lock for an instant: so much longer is tried.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// The right to write a store, until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// Who has a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// Where its server can be reached, if it is one: `http://127.0.0.1:8080`.
    pub address: Option<String>,
}

impl Lock {
    /// Takes a store for this process.
    ///
    /// # Errors
    /// Another process has it, or the file beside it cannot be written.
    pub(super) fn take(store: &Path) -> Result<Lock, StoreError> {
        let path = lock_path(store);
        let failed = |error: std::io::Error| cannot_open(store, &error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        super::only_for_us(&mut options);
        let file = options.open(path).map_err(failed)?;
        let mut attempt = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => {
                    attempt += 1;
                    thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Err(in_use(store, &file)),
            }
        }
        let mut lock = Lock { file };
        lock.write(None).map_err(failed)?;
        Ok(lock)
    }

    /// Says where this process can be reached.
    ///
    /// # Errors
    /// The file beside the store cannot be written.
    pub(super) fn announce(&mut self, store: &Path, address: &str) -> Result<(), StoreError> {
        self.write(Some(address.to_owned())).map_err(|error| cannot_open(store, &error))
    }

    fn write(&mut self, address: Option<String>) -> std::io::Result<()> {
        let holder = Holder { pid: std::process::id(), address };
        let text = serde_json::to_string(&holder)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len().try_into().unwrap_or(u64::MAX))
    }
}

/// Who has a store at the moment; none where nobody has it, or where that is not known.
pub fn holder(store: &Path) -> Option<Holder> {
    let file = File::open(lock_path(store)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => read(&file),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn read(mut file: &File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn lock_path(store: &Path) -> PathBuf {
    super::beside(store, ".lock")
}

fn in_use(store: &Path, file: &File) -> StoreError {
    let by = read(file).map_or(String::new(), |holder| format!(" (process {})", holder.pid));
    StoreError::InUse { path: store.display().to_string(), by }
}

/// Why a file of the store cannot be opened.
pub(super) fn cannot_open(store: &Path, error: &std::io::Error) -> StoreError {
    let path = store.display().to_string();
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            let reason = "its folder does not exist; create it first".to_owned();
            StoreError::Other { path, reason }
        }
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path, reason: error.to_string() }
        }
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            StoreError::Full { path }
        }
        _ => StoreError::Disk { path, reason: error.to_string() },
    }
}
