//! What is told of the runs in memory.

use super::{MemoryStore, Row};
use crate::durable::{Entry, Outcome, RunNumber, Version};
use crate::store::history::{Deployed, Filter, History, RunStatus, Story, Summary};
use crate::store::{Reader, StoreError};

impl History for MemoryStore {
    fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError> {
        let rows = self.runs.iter().rev().filter(|(run, row)| {
            filter.before.is_none_or(|before| **run < before)
                && filter.since.is_none_or(|since| row.new.at >= since)
                && filter.flow.as_ref().is_none_or(|flow| is_flow(&row.new.flow, flow))
        });
        let runs = rows.map(|(run, row)| self.summary(*run, row));
        let runs = runs.filter(|run| filter.status.is_none_or(|status| run.status == status));
        Ok(runs.take(filter.limit).collect())
    }

    fn story(&self, run: RunNumber) -> Result<Option<Story>, StoreError> {
        let Some(row) = self.runs.get(&run) else { return Ok(None) };
        let told = |run: RunNumber| self.runs.get(&run).map(|row| self.summary(run, row));
        let journal = self.journal(run)?;
        let children = journal.iter().filter_map(|noted| match &noted.entry {
            Entry::Started { run, .. } => {
                let child = self.runs().find(|known| known.id == *run)?;
                told(child.number)
            }
            _ => None,
        });
        Ok(Some(Story {
            children: children.take(Story::CHILDREN).collect(),
            parent: row.new.parent.and_then(told),
            run: self.summary(run, row),
            event: row.new.event.clone(),
            outcome: row.ending.as_ref().map(|ending| ending.outcome.clone()),
            journal,
        }))
    }

    fn deployed(&self) -> Result<Vec<Deployed>, StoreError> {
        let all = (1..).map(Version).zip(&self.artifacts).map(|(version, kept)| {
            let on_it = |row: &&Row| row.new.version == version && row.ending.is_none();
            let open = self.runs.values().filter(on_it).count() as u64;
            Deployed { version, hash: kept.hash.clone(), added: kept.at, open }
        });
        let mut all: Vec<Deployed> = all.collect();
        all.reverse();
        Ok(all)
    }
}

impl MemoryStore {
    fn summary(&self, run: RunNumber, row: &Row) -> Summary {
        let frame = self.frames.get(&run);
        let outcome = row.ending.as_ref().map(|ending| &ending.outcome);
        let status = match outcome {
            Some(Outcome::Succeeded(_)) => RunStatus::Succeeded,
            Some(Outcome::Failed { .. }) => RunStatus::Failed,
            Some(Outcome::Cancelled) => RunStatus::Cancelled,
            None if row.queued => RunStatus::Queued,
            None if frame.is_some_and(|frame| !frame.awake) => RunStatus::Waiting,
            None => RunStatus::Running,
        };
        let failure = match outcome {
            Some(Outcome::Failed { error, .. }) => {
                let action = error.piece.as_ref().zip(error.action.as_ref());
                let action = action.map(|(piece, name)| ecow::eco_format!("{piece}.{name}"));
                Some((error.kind, action))
            }
            _ => None,
        };
        Summary {
            number: run,
            id: row.new.id.clone(),
            version: row.new.version,
            flow: row.new.flow.clone(),
            source: row.new.source.clone(),
            status,
            created: row.new.at,
            ended: row.ending.as_ref().map(|ending| ending.at),
            late: row.late,
            due: frame.and_then(|frame| frame.due),
            failure,
        }
    }
}

/// Whether an address is a flow's, or the part of it before or after the dot.
fn is_flow(address: &str, named: &str) -> bool {
    let around = address.split_once('.');
    address == named || around.is_some_and(|(file, flow)| file == named || flow == named)
}
