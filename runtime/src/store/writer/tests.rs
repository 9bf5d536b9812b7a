use std::sync::mpsc::Receiver;

use super::*;
use crate::durable::{Question, RunNumber, Start, Stored};
use crate::store::history::Purge;
use crate::store::testing::{batch, created, note, suspend};
use crate::store::{MemoryStore, Noted, Reader};

/// A store in memory that fails for as long as it is told to, and that tells what it was given.
struct Moody {
    store: Arc<Mutex<MemoryStore>>,
    mood: Arc<Mutex<Option<StoreError>>>,
    /// A transaction begins when something can be taken from here.
    gate: Receiver<()>,
    groups: mpsc::Sender<usize>,
}

impl Store for Moody {
    fn commit(&mut self, batches: &[Batch]) -> Result<Vec<Option<Answered>>, StoreError> {
        self.gate.recv().unwrap();
        self.groups.send(batches.len()).unwrap();
        match self.mood.lock().unwrap().clone() {
            Some(error) => Err(error),
            None => self.store.commit(batches),
        }
    }

    fn add_artifact(&mut self, hash: &str, bytes: &[u8], at: i64) -> Result<Version, StoreError> {
        self.store.add_artifact(hash, bytes, at)
    }

    fn keep_file(&mut self, id: &str, content: &[u8], at: i64) -> Result<(), StoreError> {
        self.store.keep_file(id, content, at)
    }

    fn forget(&mut self, which: &Purge, limit: usize) -> Result<usize, StoreError> {
        self.store.forget(which, limit)
    }

    fn expire(&mut self, now: i64, limit: usize) -> Result<usize, StoreError> {
        self.store.expire(now, limit)
    }
}

impl Reader for Moody {
    fn start(&self) -> Result<Start, StoreError> {
        self.store.start()
    }

    fn versions(&self) -> Result<Vec<Version>, StoreError> {
        self.store.versions()
    }

    fn number_of(&self, id: &str) -> Result<Option<RunNumber>, StoreError> {
        self.store.number_of(id)
    }

    fn run(&self, run: RunNumber) -> Result<Option<Stored>, StoreError> {
        self.store.run(run)
    }

    fn due(&self, by: i64, limit: usize) -> Result<(Vec<RunNumber>, Option<i64>), StoreError> {
        self.store.due(by, limit)
    }

    fn journal(&self, run: RunNumber) -> Result<Vec<Noted>, StoreError> {
        self.store.journal(run)
    }

    fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.store.cursor(name)
    }

    fn artifact(&self, version: Version) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.artifact(version)
    }
}

/// A writer with its store, and what it says.
struct Scene {
    writer: Writer,
    store: Arc<Mutex<MemoryStore>>,
    mood: Arc<Mutex<Option<StoreError>>>,
    gate: mpsc::Sender<()>,
    groups: Receiver<usize>,
    done: Receiver<Vec<Written>>,
}

fn scene() -> Scene {
    let store = Arc::new(Mutex::new(MemoryStore::new()));
    let mood = Arc::new(Mutex::new(None));
    let (gate, gated) = mpsc::channel();
    let (groups, grouped) = mpsc::channel();
    let (done, written) = mpsc::channel();
    let (shared, moods) = (Arc::clone(&store), Arc::clone(&mood));
    let moody = Moody { store: shared, mood: moods, gate: gated, groups };
    let writer = Writer::begin(Box::new(moody), move |batches| drop(done.send(batches)));
    Scene { writer, store, mood, gate, groups: grouped, done: written }
}

impl Scene {
    /// Lets so many transactions begin.
    fn let_through(&self, transactions: usize) {
        (0..transactions).for_each(|_| self.gate.send(()).unwrap());
    }

    /// The entries' numbers of the batches that are told next.
    fn told(&self) -> Vec<i64> {
        let batches = self.done.recv().unwrap();
        let writes = batches.iter().flat_map(|(batch, _)| &batch.writes);
        writes
            .filter_map(|write| match write {
                Write::Note { number, .. } => Some(*number),
                _ => None,
            })
            .collect()
    }
}

fn event(run: i64) -> Batch {
    let question = Question::New { run: RunNumber(run), key: None, at: 0, until: None };
    Batch { question: Some(question), ..batch(vec![created(run)]) }
}

fn urgent(number: i64) -> Batch {
    Batch { urgent: true, ..batch(vec![note(9, number)]) }
}

fn full() -> StoreError {
    StoreError::Full { path: "callflow.db".to_owned() }
}

#[test]
fn what_waits_is_one_transaction_and_told_in_order() {
    let scene = scene();
    // The first one is on its way while the others come.
    (1..=4).for_each(|number| scene.writer.submit(batch(vec![note(1, number)])));
    scene.let_through(9);
    let mut told = Vec::new();
    while told.len() < 4 {
        told.extend(scene.told());
    }
    assert_eq!(told, [1, 2, 3, 4]);
    assert!(scene.groups.try_iter().count() <= 2);
    assert_eq!(scene.writer.queued(), 0);
}

#[test]
fn who_waits_on_the_line_goes_first() {
    let scene = scene();
    scene.writer.submit(batch(vec![note(1, 1)]));
    while scene.writer.queued() > 0 {
        thread::yield_now();
    }
    // One is on its way; these wait.
    for number in 2..=4 {
        scene.writer.submit(batch(vec![note(1, number)]));
    }
    scene.writer.submit(urgent(100));
    scene.writer.submit(urgent(101));
    assert_eq!(scene.writer.queued(), 5);
    scene.let_through(2);
    assert_eq!(scene.told(), [1]);
    assert_eq!(scene.told(), [100, 101, 2, 3, 4]);
}

#[test]
fn a_transaction_has_a_size() {
    let scene = scene();
    scene.writer.submit(batch(vec![note(1, 1)]));
    while scene.writer.queued() > 0 {
        thread::yield_now();
    }
    (0..GROUP + 5).for_each(|_| scene.writer.submit(batch(vec![suspend(1, None, false)])));
    let large = Write::Send { to: RunNumber(1), message: vec![0; GROUP_BYTES / 2] };
    (0..3).for_each(|_| scene.writer.submit(batch(vec![large.clone()])));
    scene.let_through(5);
    let groups: Vec<usize> = scene.groups.iter().take(4).collect();
    assert_eq!(groups, [1, GROUP, 5 + 2, 1]);
}

#[test]
fn a_full_disk_refuses_events_and_keeps_the_rest_in_order() {
    let scene = scene();
    *scene.mood.lock().unwrap() = Some(full());
    scene.writer.submit(batch(vec![note(1, 1)]));
    scene.writer.submit(event(7));
    scene.writer.submit(batch(vec![note(1, 2)]));
    scene.let_through(1);
    // However they were grouped, the event is told to come again.
    let refused = loop {
        if let Ok(batches) = scene.done.try_recv() {
            break batches;
        }
        scene.gate.send(()).unwrap();
        thread::sleep(Duration::from_millis(5));
    };
    let words = full().to_string();
    assert_eq!(refused, [(event(7), Some(Answered::Refused(words.clone())))]);
    assert_eq!(scene.writer.health(), Err(words));
    scene.writer.submit(urgent(3));
    *scene.mood.lock().unwrap() = None;
    scene.let_through(99);
    let mut told = Vec::new();
    while told.len() < 3 {
        told.extend(scene.told());
    }
    let of_run: Vec<i64> = told.iter().copied().filter(|number| *number < 3).collect();
    assert_eq!(of_run, [1, 2]);
    assert_eq!(scene.writer.health(), Ok(()));
    let store = scene.store.lock().unwrap();
    assert_eq!(store.run(RunNumber(7)).unwrap(), None);
    assert_eq!(store.journal(RunNumber(1)).unwrap().len(), 2);
}

#[test]
fn a_batch_that_was_left_out_comes_back_with_the_answer() {
    let scene = scene();
    let question =
        |run| Question::New { run: RunNumber(run), key: Some("call-1".into()), at: 0, until: None };
    for run in [1, 2] {
        let question = Some(question(run));
        scene.writer.submit(Batch { question, ..batch(vec![created(run)]) });
    }
    scene.let_through(2);
    let mut told = Vec::new();
    while told.len() < 2 {
        told.extend(scene.done.recv().unwrap());
    }
    let answers: Vec<_> = told.into_iter().map(|(_, answer)| answer).collect();
    assert_eq!(answers, [None, Some(Answered::Known(RunNumber(1)))]);
}

#[test]
fn stopping_writes_what_waits() {
    let scene = scene();
    (1..=700).for_each(|number| scene.writer.submit(batch(vec![note(1, number)])));
    scene.let_through(9);
    scene.writer.stop();
    assert_eq!(scene.store.lock().unwrap().journal(RunNumber(1)).unwrap().len(), 700);
    assert!(scene.writer.with(|_| ()).is_err(), "nobody is there any more");
}

#[test]
fn stopping_does_not_wait_for_a_full_disk() {
    let scene = scene();
    *scene.mood.lock().unwrap() = Some(full());
    scene.writer.submit(batch(vec![note(1, 1)]));
    scene.let_through(1);
    scene.writer.stop();
    assert_eq!(scene.store.lock().unwrap().journal(RunNumber(1)).unwrap(), []);
}

#[test]
fn jobs_are_done_between_transactions() {
    let scene = scene();
    let version = scene.writer.add_artifact("abc", b"program", 1).unwrap();
    assert_eq!(scene.store.artifact(version).unwrap().as_deref(), Some(b"program".as_slice()));
    assert_eq!(scene.writer.with(|store| store.start().unwrap().next), Ok(RunNumber(1)));
}

#[test]
fn what_is_old_is_forgotten_a_little_at_a_time() {
    let scene = scene();
    let end = |run| Write::End {
        run: RunNumber(run),
        ending: Ending { at: run, outcome: Outcome::Cancelled },
    };
    for run in 1..=1000 {
        let mut store = scene.store.lock().unwrap();
        store.commit(&[batch(vec![created(run), end(run)])]).unwrap();
    }
    let old = Purge::EndedBefore(901);
    assert_eq!(scene.writer.purge(&old), Ok(900));
    assert_eq!(scene.store.lock().unwrap().runs().count(), 100);
}

#[test]
fn keys_whose_time_is_over_are_forgotten() {
    let scene = scene();
    let event = |run, at| Batch {
        question: Some(Question::New {
            run: RunNumber(run),
            key: Some(ecow::eco_format!("call-{}", run % 500)),
            at,
            until: Some(run),
        }),
        ..batch(vec![created(run)])
    };
    let mut store = scene.store.lock().unwrap().clone();
    store.commit(&(1..=500).map(|run| event(run, 0)).collect::<Vec<_>>()).unwrap();
    *scene.store.lock().unwrap() = store;
    scene.writer.keep_house(400).unwrap();
    let mut store = scene.store.lock().unwrap().clone();
    // The clock that the questions tell is earlier than all of them: what is still known was kept.
    let again: Vec<Batch> = (501..=1000).map(|run| event(run, 0)).collect();
    let answers = store.commit(&again).unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_some()).count(), 100);
}
