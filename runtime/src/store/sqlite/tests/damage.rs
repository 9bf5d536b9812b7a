//! What becomes of a file that was cut or overwritten.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::super::*;
use crate::store::testing::{Folder, batch, created, note, suspend};

/// How many runs the store was given, one a transaction, with a journal of as many entries as its number says.
const RUNS: i64 = 12;

/// A store whose log holds everything: nothing has been moved into the file.
fn fill(path: &Path) -> SqliteStore {
    let mut store = SqliteStore::open(path).unwrap();
    for run in 1..=RUNS {
        let mut writes = vec![created(run), suspend(run, Some(run), false)];
        writes.extend((1..=run).map(|number| note(run, number)));
        store.commit(&[batch(writes)]).unwrap();
    }
    store
}

/// Which of the transactions of [`fill`] a store holds: the first so many. Panics where it holds something else.
fn prefix(store: &SqliteStore) -> i64 {
    let last = store.start().unwrap().next.0 - 1;
    for run in 1..=RUNS {
        let stored = store.run(RunNumber(run)).unwrap();
        let entries = i64::try_from(store.journal(RunNumber(run)).unwrap().len()).unwrap();
        let due = store.due(run, 99).unwrap().0.len();
        match run <= last {
            true => {
                assert_eq!(stored.and_then(|it| it.state), Some(vec![u8::try_from(run).unwrap()]));
                assert_eq!((entries, due), (run, usize::try_from(run).unwrap()));
            }
            false => assert_eq!((stored, entries), (None, 0)),
        }
    }
    last
}

/// The files of a store as they are while it is open: what a crash leaves.
fn copy(from: &Path, to: &Path) {
    for ending in ["", "-wal"] {
        fs::copy(beside(from, ending), beside(to, ending)).unwrap();
    }
}

#[test]
fn the_log_as_a_crash_leaves_it_holds_everything() {
    let (folder, crashed) = (Folder::new(), Folder::new());
    let store = fill(&folder.store());
    copy(&folder.store(), &crashed.store());
    assert_eq!(prefix(&SqliteStore::open(&crashed.store()).unwrap()), RUNS);
    assert_eq!(prefix(&store), RUNS);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    /// A log that ends anywhere holds some of the first transactions, each as a whole.
    #[test]
    fn a_cut_log_is_a_prefix(cut in 0.0..1.0f64) {
        let (folder, crashed) = (Folder::new(), Folder::new());
        let store = fill(&folder.store());
        copy(&folder.store(), &crashed.store());
        let log = fs::OpenOptions::new().write(true).open(beside(&crashed.store(), "-wal")).unwrap();
        let length = log.metadata().unwrap().len();
        log.set_len((length as f64 * cut) as u64).unwrap();
        match SqliteStore::open(&crashed.store()) {
            Ok(store) => {
                let last = prefix(&store);
                prop_assert!(last < RUNS);
            }
            Err(error) => prop_assert!(matches!(error, StoreError::Damaged { .. }), "{}", error),
        }
        drop(store);
    }

    /// A byte of the log that is another one ends it there.
    #[test]
    fn an_overwritten_log_is_a_prefix(at in 0.0..1.0f64, flip in 1..=255u8) {
        let (folder, crashed) = (Folder::new(), Folder::new());
        let store = fill(&folder.store());
        copy(&folder.store(), &crashed.store());
        let path = beside(&crashed.store(), "-wal");
        let mut log = fs::read(&path).unwrap();
        let index = (log.len() as f64 * at) as usize;
        log[index] ^= flip;
        fs::write(&path, log).unwrap();
        match SqliteStore::open(&crashed.store()) {
            Ok(store) => prop_assert!(prefix(&store) <= RUNS),
            Err(error) => prop_assert!(matches!(error, StoreError::Damaged { .. }), "{}", error),
        }
        drop(store);
    }

    /// A file that lost its end says so.
    #[test]
    fn a_cut_file_is_damaged(cut in 0.0..0.99f64) {
        let folder = Folder::new();
        drop(fill(&folder.store()));
        let file = fs::OpenOptions::new().write(true).open(folder.store()).unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(1 + (length as f64 * cut) as u64).unwrap();
        let error = SqliteStore::open(&folder.store()).map(drop).unwrap_err();
        prop_assert!(matches!(error, StoreError::Damaged { .. }), "{}", error);
    }

    /// Whatever a file holds, opening and reading it gives answers or errors.
    #[test]
    fn a_scribbled_file_never_panics(at in 0.0..1.0f64, scribble in prop::collection::vec(any::<u8>(), 1..200)) {
        let folder = Folder::new();
        drop(fill(&folder.store()));
        let mut file = fs::read(folder.store()).unwrap();
        let begin = (file.len() as f64 * at) as usize;
        for (byte, other) in file[begin..].iter_mut().zip(scribble) {
            *byte = other;
        }
        fs::write(folder.store(), file).unwrap();
        if let Ok(mut store) = SqliteStore::open(&folder.store()) {
            let _ = store.start();
            let _ = store.due(99, 99);
            for run in 1..=RUNS {
                let _ = store.run(RunNumber(run));
                let _ = store.journal(RunNumber(run));
            }
            let _ = store.commit(&[batch(vec![created(99), suspend(99, None, true)])]);
        }
    }
}
