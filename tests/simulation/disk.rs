//! The disk: what survives a process, and what it refuses.

use callflow_runtime::durable::{Answered, Ask, Batch, RunNumber, Start, Stored};
use callflow_runtime::store::{self, Found, MemoryStore, Reader, Store, StoreError};

use crate::dice::Dice;
use crate::file::File;

/// What survives a process.
pub(crate) struct Disk {
    store: Kept,
    /// How many more transactions fail.
    pub(crate) full_for: usize,
    /// Whether it ever was full.
    pub(crate) was_full: bool,
}

/// Where it is.
enum Kept {
    /// In memory, where a transaction is whole or not there at all by itself.
    Memory(Box<MemoryStore>),
    /// In a file of SQLite, whose log may be cut off in the middle of a transaction.
    File(File),
}

impl Disk {
    /// An empty one.
    pub(crate) fn new(is_file: bool) -> Disk {
        let store = match is_file {
            true => Kept::File(File::new()),
            false => Kept::Memory(Box::default()),
        };
        Disk { store, full_for: 0, was_full: false }
    }

    /// Makes batches durable.
    pub(crate) fn commit(
        &mut self,
        batches: &[Batch],
    ) -> Result<Vec<Option<Answered>>, StoreError> {
        if self.full_for > 0 {
            self.full_for -= 1;
            self.was_full = true;
            return Err(StoreError::Full { path: "sim".to_owned() });
        }
        match &mut self.store {
            Kept::Memory(store) => store.commit(batches),
            Kept::File(file) => file.store().commit(batches),
        }
    }

    /// The process ends in the middle of a transaction. What the store said, if the transaction is on the disk.
    pub(crate) fn crash(
        &mut self,
        dice: &mut Dice,
        batches: &[Batch],
    ) -> Option<Vec<Option<Answered>>> {
        match &mut self.store {
            _ if self.full_for > 0 => None,
            Kept::Memory(store) => dice.chance(500).then(|| store.commit(batches).unwrap()),
            Kept::File(file) => file.crash(dice, batches),
        }
    }

    /// What a process begins with.
    pub(crate) fn start(&self) -> Start {
        self.reader().start().unwrap()
    }

    /// What is stored of a run.
    pub(crate) fn run(&self, run: RunNumber) -> Option<Stored> {
        self.reader().run(run).unwrap()
    }

    /// What is asked of it.
    pub(crate) fn answer(&self, ask: Ask) -> Found {
        store::answer(self.reader(), ask).unwrap()
    }

    /// How far a trigger has come.
    pub(crate) fn cursor(&self, name: &str) -> Option<String> {
        self.reader().cursor(name).unwrap()
    }

    /// The numbers of a run's journal.
    pub(crate) fn journal(&self, run: RunNumber) -> Vec<i64> {
        self.reader().journal(run).unwrap().iter().map(|noted| noted.number).collect()
    }

    fn reader(&self) -> &dyn Reader {
        match &self.store {
            Kept::Memory(store) => store.as_ref(),
            Kept::File(file) => file.reader(),
        }
    }
}
