//! A store in memory: what the one in SQLite means, in plain maps.
//!
//! It is what tests and the simulator use. A clone of it is what is durable at an instant.

mod history;

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::history::Purge;
use super::journal::{FIRST, LAST, Noted};
use super::{Reader, Store, StoreError};
use crate::durable::mutation::{self, Mutation};
use crate::durable::{
    Answered, Batch, Claim, Ending, Entry, InLane, NewRun, Outcome, Question, RunNumber, Start,
    Stored, Version, Write,
};

/// Keeps runs for as long as it lives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryStore {
    runs: BTreeMap<RunNumber, Row>,
    frames: BTreeMap<RunNumber, Frame>,
    /// When those that have nothing in flight are due.
    sleeping: BTreeSet<(i64, RunNumber)>,
    journal: BTreeMap<RunNumber, BTreeMap<i64, (i64, Entry)>>,
    /// By number: to whom, and what.
    messages: BTreeMap<i64, (RunNumber, Vec<u8>)>,
    last_message: i64,
    events: BTreeMap<EcoString, Seen>,
    /// Who has a `once` key, and what came of it.
    once: BTreeMap<EcoString, (EcoString, Option<Answered>)>,
    cursors: BTreeMap<EcoString, String>,
    /// The first one is version 1.
    artifacts: Vec<Kept>,
    files: BTreeMap<String, Vec<u8>>,
    /// The latest of the runs that were forgotten: no number is given twice.
    last_purged: i64,
}

/// A run, and what became of it.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    new: NewRun,
    queued: bool,
    late: bool,
    ending: Option<Ending>,
}

/// A suspended run.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    state: Vec<u8>,
    due: Option<i64>,
    awake: bool,
}

/// An artifact.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    hash: String,
    bytes: Vec<u8>,
    /// When it was added, in milliseconds since 1970.
    at: i64,
}

/// An event that came.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    run: RunNumber,
    until: Option<i64>,
}

impl MemoryStore {
    /// A store that holds nothing.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Whether whoever waited for a run's answer was given another one; see [`Write::Late`].
    pub fn is_late(&self, run: RunNumber) -> bool {
        self.runs.get(&run).is_some_and(|row| row.late)
    }

    /// All runs, in order.
    pub fn runs(&self) -> impl Iterator<Item = &NewRun> {
        self.runs.values().map(|row| &row.new)
    }

    fn latest_entry(&self, run: RunNumber) -> i64 {
        let entries = self.journal.get(&run);
        entries.and_then(|entries| entries.last_key_value()).map_or(0, |(number, _)| *number)
    }

    /// Takes what the question asks for, or says why not.
    fn ask(&mut self, question: &Question) -> Option<Answered> {
        match question {
            Question::New { key: None, .. } => None,
            Question::New { run, key: Some(key), at, until } => {
                if let Some(seen) = self.events.get(key)
                    && seen.until.is_none_or(|until| until > *at)
                {
                    return Some(Answered::Known(seen.run));
                }
                self.events.insert(key.clone(), Seen { run: *run, until: *until });
                None
            }
            Question::Once { claim, .. } => match self.once.get(&claim.key) {
                None => {
                    self.once.insert(claim.key.clone(), (claim.owner.clone(), None));
                    None
                }
                Some((_, Some(outcome))) => Some(outcome.clone()),
                Some((owner, None)) => Some(Answered::UnderWay(owner.clone())),
            },
        }
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::Create(new) => {
                let row =
                    Row { new: (**new).clone(), queued: new.queued, late: false, ending: None };
                self.runs.entry(new.number).or_insert(row);
            }
            Write::Begin(run) => self.change(*run, |row| row.queued = false),
            Write::Suspend { run, state, due, awake } => {
                let frame = Frame { state: state.clone(), due: *due, awake: *awake };
                self.keep(*run, Some(frame));
            }
            Write::End { run, ending } => self.end(*run, ending),
            Write::Reopen(run) => self.change(*run, |row| row.ending = None),
            Write::Late(run) => self.change(*run, |row| row.late = true),
            Write::Note { run, number, at, entry } => {
                let entries = self.journal.entry(*run).or_default();
                entries.insert(*number, (*at, entry.clone()));
                if *number > FIRST + LAST {
                    let old: Vec<i64> =
                        entries.range(FIRST + 1..=number - LAST).map(|(it, _)| *it).collect();
                    old.iter().for_each(|it| drop(entries.remove(it)));
                }
            }
            Write::Send { to, message } => {
                self.last_message += 1;
                self.messages.insert(self.last_message, (*to, message.clone()));
            }
            Write::Received(number) => {
                self.messages.remove(number);
            }
            Write::Done(claim, result) => {
                let outcome = Some(result.clone().map_or(Answered::Unknown, Answered::Done));
                if self.has(claim) {
                    self.once.insert(claim.key.clone(), (claim.owner.clone(), outcome));
                }
            }
            Write::Undone(claim) => {
                if self.has(claim) {
                    self.once.remove(&claim.key);
                }
            }
            Write::Cursor { name, value } => {
                self.cursors.insert(name.clone(), value.clone());
            }
        }
    }

    /// Whether a step has a `once` key.
    fn has(&self, claim: &Claim) -> bool {
        self.once.get(&claim.key).is_some_and(|(owner, _)| *owner == claim.owner)
    }

    fn change(&mut self, run: RunNumber, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.runs.get_mut(&run) {
            change(row);
        }
    }

    fn end(&mut self, run: RunNumber, ending: &Ending) {
        self.change(run, |row| {
            row.ending = Some(ending.clone());
            row.queued = false;
        });
        self.messages.retain(|_, (to, _)| *to != run);
        let frame = match &ending.outcome {
            Outcome::Failed { .. } => self.frames.get(&run).cloned(),
            Outcome::Succeeded(_) | Outcome::Cancelled => None,
        };
        self.keep(run, frame.map(|frame| Frame { due: None, awake: false, ..frame }));
    }

    /// Puts a frame in the place of the one before.
    fn keep(&mut self, run: RunNumber, frame: Option<Frame>) {
        let due = |frame: &Frame| frame.due.filter(|_| !frame.awake);
        if let Some(at) = self.frames.get(&run).and_then(due) {
            self.sleeping.remove(&(at, run));
        }
        if let Some(at) = frame.as_ref().and_then(due) {
            self.sleeping.insert((at, run));
        }
        match frame {
            Some(frame) => drop(self.frames.insert(run, frame)),
            None => drop(self.frames.remove(&run)),
        }
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, batches: &[Batch]) -> Result<Vec<Option<Answered>>, StoreError> {
        let answers = batches.iter().map(|batch| {
            let answer = batch.question.as_ref().and_then(|question| self.ask(question));
            if answer.is_none() || mutation::is(Mutation::WriteLeftOut) {
                batch.writes.iter().for_each(|write| self.write(write));
            }
            answer
        });
        Ok(answers.collect())
    }

    fn add_artifact(&mut self, hash: &str, bytes: &[u8], at: i64) -> Result<Version, StoreError> {
        let known = self.artifacts.iter().position(|kept| kept.hash == hash);
        let index = known.unwrap_or_else(|| {
            let (hash, bytes) = (hash.to_owned(), bytes.to_owned());
            self.artifacts.push(Kept { hash, bytes, at });
            self.artifacts.len() - 1
        });
        Ok(Version(i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1)))
    }

    fn keep_file(&mut self, id: &str, content: &[u8], _at: i64) -> Result<(), StoreError> {
        self.files.entry(id.to_owned()).or_insert_with(|| content.to_vec());
        Ok(())
    }

    fn forget(&mut self, which: &Purge, limit: usize) -> Result<usize, StoreError> {
        let is_meant = |run: RunNumber, ending: &Ending| match which {
            Purge::Run(number) => run == *number,
            Purge::EndedBefore(time) => ending.at < *time,
        };
        let ended = self.runs.iter().filter_map(|(run, row)| {
            let ending = row.ending.as_ref().filter(|ending| is_meant(*run, ending))?;
            Some((ending.at, *run))
        });
        let mut ended: Vec<(i64, RunNumber)> = ended.collect();
        ended.sort();
        ended.truncate(limit);
        for (_, run) in &ended {
            self.last_purged = self.last_purged.max(run.0);
            self.keep(*run, None);
            self.runs.remove(run);
            self.journal.remove(run);
            self.messages.retain(|_, (to, _)| to != run);
        }
        Ok(ended.len())
    }

    fn expire(&mut self, now: i64, limit: usize) -> Result<usize, StoreError> {
        let over = self.events.iter().filter_map(|(key, seen)| {
            Some((seen.until.filter(|until| *until <= now)?, key.clone()))
        });
        let mut over: Vec<(i64, EcoString)> = over.collect();
        over.sort();
        over.truncate(limit);
        for (_, key) in &over {
            self.events.remove(key);
        }
        Ok(over.len())
    }
}

impl Reader for MemoryStore {
    fn start(&self) -> Result<Start, StoreError> {
        let last = self.runs.last_key_value().map_or(0, |(number, _)| number.0);
        let last = last.max(self.last_purged);
        let awake = self.frames.iter().filter(|(_, frame)| frame.awake).map(|(run, _)| *run);
        let awake: BTreeSet<RunNumber> =
            awake.chain(self.messages.values().map(|(to, _)| *to)).collect();
        let open = self.runs.values().filter(|row| row.ending.is_none());
        let lanes = open.filter_map(|row| {
            Some(InLane {
                run: row.new.number,
                lane: row.new.lane.clone()?,
                queued: row.queued,
                version: row.new.version,
                flow: row.new.flow.clone(),
            })
        });
        Ok(Start {
            next: RunNumber(last.saturating_add(1)),
            versions: self.versions()?,
            awake: awake.into_iter().collect(),
            due: self.sleeping.first().map(|(due, _)| *due),
            lanes: lanes.collect(),
        })
    }

    fn number_of(&self, id: &str) -> Result<Option<RunNumber>, StoreError> {
        Ok(self.runs().find(|run| run.id == id).map(|run| run.number))
    }

    fn versions(&self) -> Result<Vec<Version>, StoreError> {
        let open = self.runs.values().filter(|row| row.ending.is_none());
        let versions: BTreeSet<Version> = open.map(|row| row.new.version).collect();
        Ok(versions.into_iter().collect())
    }

    fn run(&self, run: RunNumber) -> Result<Option<Stored>, StoreError> {
        let Some(row) = self.runs.get(&run) else { return Ok(None) };
        let messages = self.messages.iter().filter(|(_, (to, _))| *to == run);
        Ok(Some(Stored {
            id: row.new.id.clone(),
            version: row.new.version,
            flow: row.new.flow.clone(),
            event: row.new.event.clone(),
            state: self.frames.get(&run).map(|frame| frame.state.clone()),
            ending: row.ending.clone(),
            entries: self.latest_entry(run),
            messages: messages.map(|(number, (_, it))| (*number, it.clone())).collect(),
        }))
    }

    fn due(&self, by: i64, limit: usize) -> Result<(Vec<RunNumber>, Option<i64>), StoreError> {
        let mut due = Vec::new();
        for (at, run) in &self.sleeping {
            if *at > by || due.len() == limit {
                return Ok((due, Some(*at)));
            }
            due.push(*run);
        }
        Ok((due, None))
    }

    fn journal(&self, run: RunNumber) -> Result<Vec<Noted>, StoreError> {
        let entries = self.journal.get(&run).into_iter().flatten();
        let noted = |(number, (at, entry)): (&i64, &(i64, Entry))| Noted {
            number: *number,
            at: *at,
            entry: entry.clone(),
        };
        Ok(entries.map(noted).collect())
    }

    fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.cursors.get(name).cloned())
    }

    fn artifact(&self, version: Version) -> Result<Option<Vec<u8>>, StoreError> {
        let index = usize::try_from(version.0 - 1).ok();
        Ok(index.and_then(|index| self.artifacts.get(index)).map(|kept| kept.bytes.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{batch, created, note, suspend};

    #[test]
    fn the_second_of_two_equal_events_is_known() {
        let mut store = MemoryStore::new();
        let event = |run, at| Batch {
            question: Some(Question::New {
                run: RunNumber(run),
                key: Some("call-1".into()),
                at,
                until: Some(10),
            }),
            ..batch(vec![created(run)])
        };
        let answers = store.commit(&[event(1, 0), event(2, 9), event(3, 10)]).unwrap();
        assert_eq!(answers, [None, Some(Answered::Known(RunNumber(1))), None]);
        assert_eq!(
            store.run(RunNumber(2)).unwrap(),
            None,
            "nothing of a left-out batch is written"
        );
        assert_eq!(store.start().unwrap().next, RunNumber(4));
    }

    #[test]
    fn only_those_asleep_are_due() {
        let mut store = MemoryStore::new();
        let writes = vec![suspend(1, Some(30), false), suspend(2, Some(10), true)];
        store.commit(&[batch(writes), batch(vec![suspend(3, Some(20), false)])]).unwrap();
        assert_eq!(store.due(25, 9).unwrap(), (vec![RunNumber(3)], Some(30)));
        assert_eq!(store.due(35, 1).unwrap(), (vec![RunNumber(3)], Some(30)));
        let start = store.start().unwrap();
        assert_eq!((start.awake, start.due), (vec![RunNumber(2)], Some(20)));
    }

    #[test]
    fn a_failed_run_keeps_its_state_and_forgets_its_messages() {
        let mut store = MemoryStore::new();
        let send = Write::Send { to: RunNumber(1), message: vec![7] };
        let failed =
            Outcome::Failed { error: crate::Error::invalid("no"), place: "a.flow:1:1".into() };
        let end = |outcome| Write::End { run: RunNumber(1), ending: Ending { at: 5, outcome } };
        let writes = vec![created(1), suspend(1, Some(3), true), send];
        store.commit(&[batch(writes), batch(vec![end(failed.clone())])]).unwrap();
        let stored = store.run(RunNumber(1)).unwrap().unwrap();
        assert_eq!(stored.state, Some(vec![1]));
        assert_eq!(stored.ending, Some(Ending { at: 5, outcome: failed }));
        assert_eq!(stored.messages, []);
        assert_eq!(store.start().unwrap(), Start { next: RunNumber(2), ..Start::default() });
        store.commit(&[batch(vec![end(Outcome::Cancelled)])]).unwrap();
        assert_eq!(store.run(RunNumber(1)).unwrap().unwrap().state, None);
    }

    #[test]
    fn a_long_journal_keeps_its_ends() {
        let mut store = MemoryStore::new();
        let notes = (1..=1500).map(|number| note(1, number)).collect();
        store.commit(&[batch(notes)]).unwrap();
        let numbers: Vec<i64> =
            store.journal(RunNumber(1)).unwrap().iter().map(|it| it.number).collect();
        assert_eq!(numbers, (1..=100).chain(601..=1500).collect::<Vec<_>>());
    }
}
