//! The disk: what survives a process, and what it refuses.

use callflow_runtime::durable::{Answered, Ask, Batch, RunNumber, Start, Stored};
use callflow_runtime::store::{self, Found, MemoryStore, Reader, Store, StoreError};

/// What survives a process.
pub(crate) struct Disk {
    store: MemoryStore,
    /// How many more transactions fail.
    pub(crate) full_for: usize,
    /// Whether it ever was full.
    pub(crate) was_full: bool,
}

impl Disk {
    /// An empty one.
    pub(crate) fn new() -> Disk {
        Disk { store: MemoryStore::new(), full_for: 0, was_full: false }
    }

    /// Makes batches durable; the outer result is that of the disk.
    pub(crate) fn commit(
        &mut self,
        batches: &[Batch],
    ) -> Result<Vec<Option<Answered>>, StoreError> {
        if self.full_for > 0 {
            self.full_for -= 1;
            self.was_full = true;
            return Err(StoreError::Full { path: "sim".to_owned() });
        }
        self.store.commit(batches)
    }

    /// What a process begins with.
    pub(crate) fn start(&self) -> Start {
        self.store.start().unwrap()
    }

    /// What is stored of a run.
    pub(crate) fn run(&self, run: RunNumber) -> Option<Stored> {
        self.store.run(run).unwrap()
    }

    /// What is asked of it.
    pub(crate) fn answer(&self, ask: Ask) -> Found {
        store::answer(&self.store, ask).unwrap()
    }

    /// How far a trigger has come.
    pub(crate) fn cursor(&self, name: &str) -> Option<String> {
        self.store.cursor(name).unwrap()
    }

    /// The numbers of a run's journal.
    pub(crate) fn journal(&self, run: RunNumber) -> Vec<i64> {
        self.store.journal(run).unwrap().iter().map(|noted| noted.number).collect()
    }
}
