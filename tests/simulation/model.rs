//! What the store must hold by now, kept in plain words and outside of the engine: what was committed, and what was
//! promised to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callflow_artifact::FlowSettings;
use callflow_runtime::durable::{
    Batch, Effect, Entry, Held, NewRun, Outcome, Question, RunNumber, Version, Write,
};
use ecow::EcoString;

use crate::disk::Disk;
use crate::expect;
use crate::job::Op;
use crate::network::Network;
use crate::programs;
use crate::verdict::{Promise, Verdict, hold};

/// A run as it must be in the store.
#[derive(Debug, Clone)]
pub(crate) struct ModelRun {
    pub(crate) number: RunNumber,
    pub(crate) id: EcoString,
    pub(crate) version: Version,
    flow: EcoString,
    pub(crate) job: EcoString,
    pub(crate) ops: Arc<Vec<Op>>,
    pub(crate) parent: Option<RunNumber>,
    lane: Option<EcoString>,
    is_queued: bool,
    /// How many were there when it came: what is stored first need not have the first number.
    born: usize,
    /// How it ended, each time.
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) has_ended: bool,
    pub(crate) is_cancelled: bool,
    pub(crate) is_late: bool,
    pub(crate) is_urgent: bool,
    entries: i64,
    /// Whether the run that began it waits for it, once that is known.
    is_followed: Option<bool>,
    /// Steps whose outcome is stored, whether they succeeded, and after how many crashes.
    settled: BTreeMap<u32, (bool, u32)>,
}

impl ModelRun {
    /// The flow's name without its file.
    pub(crate) fn flow_name(&self) -> &str {
        self.flow.rsplit('.').next().unwrap_or_default()
    }
}

/// What makes an event the same as another one, by what the client says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventKey(pub(crate) String);

/// What the client that sent an event expects of the run.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) key: Option<EventKey>,
    pub(crate) is_urgent: bool,
    /// For how long the key is remembered, in milliseconds.
    pub(crate) window: i64,
}

/// What the store must hold.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) runs: BTreeMap<RunNumber, ModelRun>,
    by_job: BTreeMap<EcoString, Vec<RunNumber>>,
    by_id: BTreeMap<EcoString, RunNumber>,
    /// Runs by what made their events the same, and until when that counts.
    events: BTreeMap<EventKey, Vec<(RunNumber, i64)>>,
    /// Ids of runs that somebody was told of.
    pub(crate) acknowledged: BTreeSet<EcoString>,
    /// What clients expect, by job.
    pub(crate) expected: BTreeMap<EcoString, Expected>,
    /// The items of the poll that runs were made of.
    polled: BTreeSet<i64>,
    cursor: i64,
    pub(crate) crashes: u32,
    /// Runs that somebody was answered without, and after how many crashes that was.
    pub(crate) told_late: Vec<(RunNumber, u32)>,
    /// How many runs of `mourn` each failed run has.
    mourners: BTreeMap<EcoString, usize>,
}

impl Model {
    /// The runs of a job: there is another one where a run begins it again after it failed.
    pub(crate) fn by_job(&self, job: &str) -> impl Iterator<Item = &ModelRun> {
        let runs = self.by_job.get(job).map(Vec::as_slice).unwrap_or_default();
        runs.iter().filter_map(|run| self.runs.get(run))
    }

    /// A run by its id.
    pub(crate) fn by_id(&self, id: &str) -> Option<&ModelRun> {
        self.runs.get(self.by_id.get(id)?)
    }

    /// A batch became durable.
    pub(crate) fn apply(&mut self, batch: &Batch, network: &mut Network) -> Verdict {
        for write in &batch.writes {
            self.write(batch, write, network)?;
        }
        Ok(())
    }

    fn write(&mut self, batch: &Batch, write: &Write, network: &mut Network) -> Verdict {
        match write {
            Write::Create(new) => self.create(batch, new),
            Write::Begin(run) => {
                let Some(begun) = self.runs.get_mut(run) else { return unheard_of(*run) };
                begun.is_queued = false;
                self.is_in_turn(*run)
            }
            Write::Suspend { run, state, .. } => {
                let Some(known) = self.runs.get_mut(run) else { return unheard_of(*run) };
                if known.is_followed.is_none() {
                    known.is_followed = Some(Held::read(state).unwrap().follower.is_some());
                }
                hold(Promise::Waits, !known.has_ended, || {
                    format!("run {} is suspended after its end", run.0)
                })?;
                self.is_urgent(batch, *run)
            }
            Write::End { run, ending } => {
                self.is_urgent(batch, *run)?;
                self.end(*run, &ending.outcome, network)
            }
            Write::Reopen(run) => {
                network.forgive(*run);
                let Some(known) = self.runs.get_mut(run) else { return unheard_of(*run) };
                hold(Promise::Waits, known.has_ended, || format!("run {} goes on twice", run.0))?;
                known.has_ended = false;
                known.is_queued = false;
                // Whoever waited has been told of the failure.
                known.is_urgent = false;
                known.is_followed = Some(false);
                known.settled.retain(|_, (done, _)| *done);
                Ok(())
            }
            Write::Late(run) => {
                let Some(known) = self.runs.get_mut(run) else { return unheard_of(*run) };
                known.is_late = true;
                Ok(())
            }
            Write::Note { run, number, entry, .. } => self.note(*run, *number, entry),
            Write::Cursor { value, .. } => {
                let item: i64 = value.parse().unwrap_or_default();
                hold(Promise::Cursors, item == self.cursor + 1, || {
                    format!("the cursor goes from {} to {item}", self.cursor)
                })?;
                self.cursor = item;
                Ok(())
            }
            Write::Send { to, .. } => {
                if self.runs.contains_key(to) {
                    Ok(())
                } else {
                    unheard_of(*to)
                }
            }
            Write::Received(_) | Write::Done(..) | Write::Undone(_) => Ok(()),
        }
    }

    /// Whether a run that begins takes no place that an earlier one waits for. Several may begin at a time, in any
    /// order; what is urgent is written first, though it was decided later; and runs of runs queue when the one that
    /// began them does so.
    fn is_in_turn(&self, run: RunNumber) -> Verdict {
        let Some((lane, places)) = self.lane_of(run) else { return Ok(()) };
        let begun = &self.runs[&run];
        if begun.parent.is_some() || begun.is_urgent {
            return Ok(());
        }
        let mut in_lane =
            self.runs.values().filter(|it| it.lane.as_ref() == Some(lane) && !it.has_ended);
        let going = in_lane.clone().filter(|it| !it.is_queued).count();
        let overtaken = in_lane.find(|it| {
            it.is_queued && it.parent.is_none() && it.number < run && it.born < begun.born
        });
        hold(Promise::Lanes, going < places || overtaken.is_none(), || {
            format!("run {} begins before {:?}", run.0, overtaken.map(|it| it.number))
        })
    }

    fn is_urgent(&self, batch: &Batch, run: RunNumber) -> Verdict {
        let is_urgent = self.runs.get(&run).is_some_and(|it| it.is_urgent);
        // Its first state may stand in the batch of the run that begins it.
        let own =
            batch.writes.iter().all(|it| !matches!(it, Write::Create(new) if new.number == run));
        hold(Promise::Urgent, !is_urgent || batch.urgent || !own, || {
            format!("somebody waits for run {}, and its batch is not urgent", run.0)
        })
    }

    fn create(&mut self, batch: &Batch, new: &NewRun) -> Verdict {
        hold(Promise::OneRun, !self.runs.contains_key(&new.number), || {
            format!("there are two runs {}", new.number.0)
        })?;
        hold(Promise::OneRun, !self.by_id.contains_key(&new.id), || {
            format!("there are two runs with the id {}", new.id)
        })?;
        let json: serde_json::Value = serde_json::from_str(&new.event).unwrap_or_default();
        let body = if json["body"].is_object() { &json["body"] } else { &json };
        let ops: Vec<Op> = serde_json::from_value(body["ops"].clone()).unwrap_or_default();
        let job: EcoString = body["job"].as_str().unwrap_or_default().into();
        let expected = self.expected.get(&job).filter(|_| new.parent.is_none()).cloned();
        let parent = new.parent.and_then(|it| self.runs.get(&it));
        if let Some(parent) = parent {
            hold(Promise::OneProgram, parent.version == new.version, || {
                format!(
                    "run {} of {:?} begins one of {:?}",
                    parent.number.0, parent.version, new.version
                )
            })?;
        }
        if new.source.kind == "failed" {
            *self.mourners.entry(new.source.name.clone()).or_default() += 1;
        }
        if new.source.kind == "schedule" {
            let item: i64 = new.source.name.parse().unwrap_or_default();
            hold(Promise::Cursors, self.polled.insert(item), || format!("item {item} came twice"))?;
            let moves = batch
                .writes
                .iter()
                .any(|it| matches!(it, Write::Cursor { value, .. } if *value == item.to_string()));
            hold(Promise::Cursors, moves, || format!("item {item} is a run without its cursor"))?;
        }
        if let Some(expected) = &expected
            && let Some(key) = &expected.key
        {
            let Some(Question::New { at, .. }) = batch.question else {
                return hold(Promise::OneRun, false, || {
                    format!("run {} asks nothing", new.number.0)
                });
            };
            let known = self.events.entry(key.clone()).or_default();
            let twice = known.iter().find(|(_, until)| *until > at).copied();
            known.push((new.number, at.saturating_add(expected.window)));
            hold(Promise::OneRun, twice.is_none(), || {
                format!("run {} is of the event that made run {:?}", new.number.0, twice)
            })?;
        }
        let run = ModelRun {
            number: new.number,
            id: new.id.clone(),
            version: new.version,
            flow: new.flow.clone(),
            job: job.clone(),
            ops: Arc::new(ops),
            parent: new.parent,
            lane: new.lane.clone(),
            is_queued: new.queued,
            born: self.runs.len(),
            outcomes: Vec::new(),
            has_ended: false,
            is_cancelled: false,
            is_late: false,
            is_urgent: expected.is_some_and(|it| it.is_urgent),
            entries: 0,
            is_followed: new.parent.is_none().then_some(false),
            settled: BTreeMap::new(),
        };
        hold(Promise::Urgent, !run.is_urgent || batch.urgent, || {
            format!("somebody waits for run {}, and its beginning is not urgent", run.number.0)
        })?;
        self.by_job.entry(job).or_default().push(new.number);
        self.by_id.insert(new.id.clone(), new.number);
        self.runs.insert(new.number, run);
        Ok(())
    }

    fn end(&mut self, number: RunNumber, outcome: &Outcome, network: &Network) -> Verdict {
        let Some(run) = self.runs.get(&number) else { return unheard_of(number) };
        hold(Promise::Waits, !run.has_ended, || format!("run {} ended twice", number.0))?;
        let objection = expect::objection(self, network, run, outcome);
        hold(Promise::Results, objection.is_none(), || {
            format!(
                "run {} ({} of {}): {}",
                number.0,
                run.flow,
                run.job,
                objection.unwrap_or_default()
            )
        })?;
        if let Some(run) = self.runs.get_mut(&number) {
            run.outcomes.push(outcome.clone());
            run.has_ended = true;
        }
        Ok(())
    }

    fn note(&mut self, number: RunNumber, entry_number: i64, entry: &Entry) -> Verdict {
        let Some(run) = self.runs.get_mut(&number) else { return unheard_of(number) };
        run.entries += 1;
        let expected = run.entries;
        hold(Promise::Results, entry_number == expected, || {
            format!(
                "the journal of run {} goes on with {entry_number} instead of {expected}",
                number.0
            )
        })?;
        if let Entry::Step { step, error, action, .. } = entry {
            let settled = run.settled.insert(*step, (error.is_none(), self.crashes));
            hold(Promise::Finished, settled.is_none(), || {
                format!("step {step} ({action}) of run {} ended twice", number.0)
            })?;
        }
        Ok(())
    }

    /// An attempt is about to begin: whether the store knows.
    pub(crate) fn may_act(&self, disk: &Disk, effect: &Effect) -> Verdict {
        let Effect::Act { run, ticket, version, step, urgent } = effect else { return Ok(()) };
        let Some(known) = self.runs.get(run) else {
            return hold(Promise::Finished, false, || {
                format!("run {} acts and is not stored", run.0)
            });
        };
        hold(Promise::OneProgram, known.version == *version, || {
            format!("run {} of {:?} acts on {version:?}", run.0, known.version)
        })?;
        hold(Promise::Urgent, *urgent || !known.is_urgent, || {
            format!("somebody waits for run {}, and its step is not urgent", run.0)
        })?;
        // What ended in the transaction that its beginning stands in begins for form's sake, and is aborted at once.
        let settled = known.settled.get(&step.id).is_some_and(|(_, at)| *at < self.crashes);
        hold(Promise::Finished, !settled, || {
            format!("step {} of run {} begins again, and its outcome is stored", step.id, run.0)
        })?;
        if known.has_ended {
            return Ok(());
        }
        let state = disk.run(*run).and_then(|stored| stored.state);
        let held = state.and_then(|state| Held::read(&state).ok());
        let knows = held.is_some_and(|held| held.run.ticket >= *ticket);
        hold(Promise::Finished, knows, || format!("run {} acts before its state is stored", run.0))
    }

    /// What must hold whenever all that has happened has been dealt with: a run that another one waited for, and does
    /// not wait for any more, has ended.
    pub(crate) fn no_orphans(&self, disk: &Disk) -> Verdict {
        for run in self.runs.values().filter(|it| it.is_followed == Some(true) && !it.has_ended) {
            let parent = run.parent.and_then(|it| self.runs.get(&it));
            let Some(parent) = parent else { continue };
            let waits = !parent.has_ended && follows(disk, parent.number, run.number);
            hold(Promise::Cancelled, waits, || {
                format!(
                    "run {} goes on, and run {} does not wait for it",
                    run.number.0, parent.number.0
                )
            })?;
        }
        Ok(())
    }

    /// What must hold whenever a process begins: the disk has what was promised.
    pub(crate) fn is_kept(&self, disk: &Disk) -> Verdict {
        for id in &self.acknowledged {
            let stored = self.by_id.get(id).and_then(|number| disk.run(*number));
            hold(Promise::Acknowledged, stored.is_some_and(|it| it.id == *id), || {
                format!("run {id} was acknowledged and is not there")
            })?;
        }
        for run in self.runs.values() {
            let stored = disk.run(run.number);
            let ended = stored.map(|it| it.ending.is_some());
            hold(Promise::Acknowledged, ended == Some(run.has_ended), || {
                format!("run {} was committed, and the disk says {ended:?}", run.number.0)
            })?;
        }
        let cursor = disk.cursor("poll").and_then(|it| it.parse().ok()).unwrap_or(0);
        let last = self.polled.last().copied().unwrap_or(0);
        hold(Promise::Cursors, cursor == last && self.polled.len() as i64 == last, || {
            format!("the cursor stands at {cursor}, and there are runs of {:?}", self.polled)
        })
    }

    /// How many of a lane's runs may go on, and the lane; none where its flow does not say.
    fn lane_of(&self, run: RunNumber) -> Option<(&EcoString, usize)> {
        let run = self.runs.get(&run)?;
        let program = &programs::version(run.version).program.program;
        let flow = program.artifact().flows.iter().find(|flow| flow.address == run.flow)?;
        let settings: &FlowSettings = &flow.settings;
        Some((run.lane.as_ref()?, settings.concurrency? as usize))
    }

    /// Whether a run may act beside those that have something under way.
    pub(crate) fn has_place(&self, run: RunNumber, acting: &[RunNumber]) -> Verdict {
        let Some((lane, places)) = self.lane_of(run) else { return Ok(()) };
        let mut others: BTreeSet<RunNumber> = acting.iter().copied().collect();
        others.insert(run);
        others.retain(|it| self.lane_of(*it).is_some_and(|(other, _)| other == lane));
        hold(Promise::Lanes, others.len() <= places, || {
            format!("of lane {lane:?} {places} may go on, and {others:?} act")
        })?;
        let queued = self.runs.get(&run).is_some_and(|it| it.is_queued);
        hold(Promise::Lanes, !queued, || format!("run {} acts while it is queued", run.0))
    }

    /// What must hold once nothing is left to do: every run has ended, and nothing is left over.
    pub(crate) fn is_over(&self, disk: &Disk) -> Verdict {
        for (run, crashes) in &self.told_late {
            // The mark may be lost with the process that gave the answer.
            let marked = *crashes < self.crashes || self.runs.get(run).is_some_and(|it| it.is_late);
            hold(Promise::OnTime, marked, || format!("run {} was late, and is not marked", run.0))?;
        }
        for run in self.runs.values() {
            hold(Promise::Waits, run.has_ended, || {
                format!("run {} ({} of {}) is stuck", run.number.0, run.flow, run.job)
            })?;
            let journal = disk.journal(run.number);
            hold(Promise::Results, journal.iter().copied().eq(1..=run.entries), || {
                format!("the journal of run {} has {journal:?} of {}", run.number.0, run.entries)
            })?;
            let failures =
                run.outcomes.iter().filter(|it| matches!(it, Outcome::Failed { .. })).count();
            let wanted = if run.flow_name() == "plain" { failures } else { 0 };
            let mourners = self.mourners.get(&run.id).copied().unwrap_or(0);
            hold(Promise::Mourned, mourners == wanted, || {
                format!("run {} failed {wanted} times, and {mourners} runs mourn it", run.number.0)
            })?;
        }
        let start = disk.start();
        hold(Promise::Waits, start.awake.is_empty() && start.due.is_none(), || {
            format!("something is left over: {start:?}")
        })?;
        hold(Promise::Lanes, start.lanes.is_empty(), || {
            format!("places in lanes are left over: {start:?}")
        })
    }
}

/// Whether a run waits for another one, by its stored state.
fn follows(disk: &Disk, run: RunNumber, other: RunNumber) -> bool {
    let state = disk.run(run).and_then(|stored| stored.state);
    let held = state.and_then(|state| Held::read(&state).ok());
    held.is_some_and(|held| held.followed.values().any(|it| *it == other))
}

fn unheard_of(run: RunNumber) -> Verdict {
    hold(Promise::Waits, false, || {
        format!("something is written of run {}, which there is not", run.0)
    })
}
