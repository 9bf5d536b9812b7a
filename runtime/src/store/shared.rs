//! A store that several hands have.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::history::{Deployed, Filter, History, Purge, Story, Summary};
use super::{Noted, Reader, Store, StoreError};
use crate::durable::{Answered, Batch, RunNumber, Start, Stored, Version};

impl<S: Store> Store for Arc<Mutex<S>> {
    fn commit(&mut self, batches: &[Batch]) -> Result<Vec<Option<Answered>>, StoreError> {
        locked(self).commit(batches)
    }

    fn add_artifact(&mut self, hash: &str, bytes: &[u8], at: i64) -> Result<Version, StoreError> {
        locked(self).add_artifact(hash, bytes, at)
    }

    fn keep_file(&mut self, id: &str, content: &[u8], at: i64) -> Result<(), StoreError> {
        locked(self).keep_file(id, content, at)
    }

    fn forget(&mut self, which: &Purge, limit: usize) -> Result<usize, StoreError> {
        locked(self).forget(which, limit)
    }

    fn expire(&mut self, now: i64, limit: usize) -> Result<usize, StoreError> {
        locked(self).expire(now, limit)
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        locked(self).compact()
    }
}

impl<S: Reader> Reader for Arc<Mutex<S>> {
    fn start(&self) -> Result<Start, StoreError> {
        locked(self).start()
    }

    fn number_of(&self, id: &str) -> Result<Option<RunNumber>, StoreError> {
        locked(self).number_of(id)
    }

    fn versions(&self) -> Result<Vec<Version>, StoreError> {
        locked(self).versions()
    }

    fn run(&self, run: RunNumber) -> Result<Option<Stored>, StoreError> {
        locked(self).run(run)
    }

    fn due(&self, by: i64, limit: usize) -> Result<(Vec<RunNumber>, Option<i64>), StoreError> {
        locked(self).due(by, limit)
    }

    fn journal(&self, run: RunNumber) -> Result<Vec<Noted>, StoreError> {
        locked(self).journal(run)
    }

    fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        locked(self).cursor(name)
    }

    fn artifact(&self, version: Version) -> Result<Option<Vec<u8>>, StoreError> {
        locked(self).artifact(version)
    }
}

impl<S: History> History for Arc<Mutex<S>> {
    fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError> {
        locked(self).list(filter)
    }

    fn story(&self, run: RunNumber) -> Result<Option<Story>, StoreError> {
        locked(self).story(run)
    }

    fn deployed(&self) -> Result<Vec<Deployed>, StoreError> {
        locked(self).deployed()
    }
}

fn locked<S>(store: &Arc<Mutex<S>>) -> MutexGuard<'_, S> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
