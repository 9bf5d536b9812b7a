//! The reckoning: what clients were told, what the store says and what the service was asked for must fit together.

mod effects;
mod runs;

use std::collections::{BTreeMap, HashMap};

use crate::client::{Acknowledged, Event};
use crate::killer::Life;
use crate::ledger::{Asked, Attempt, Said};
use crate::stored::Run;

/// All that is known when everything is over.
pub(crate) struct Evidence {
    /// What clients were told.
    pub(crate) acknowledged: BTreeMap<Event, Vec<Acknowledged>>,
    /// What the store says.
    pub(crate) runs: Vec<Run>,
    /// What the service was asked for.
    pub(crate) attempts: BTreeMap<Asked, Vec<Attempt>>,
    /// When which process lived.
    pub(crate) lives: Vec<Life>,
}

/// What is wrong, a line each.
pub(crate) fn complaints(evidence: &Evidence) -> Vec<String> {
    let mut found = Vec::new();
    runs::acknowledged_events_have_their_run(evidence, &mut found);
    runs::an_event_is_one_run(evidence, &mut found);
    runs::one_event_gets_one_answer(evidence, &mut found);
    runs::every_run_ends(evidence, &mut found);
    runs::runs_fail_for_a_reason(evidence, &mut found);
    runs::a_run_sees_one_program(evidence, &mut found);
    runs::orders_of_a_customer_wait_for_each_other(evidence, &mut found);
    runs::waits_are_kept(evidence, &mut found);
    runs::flows_begin_others_once(evidence, &mut found);
    runs::failed_runs_are_told_once(evidence, &mut found);
    runs::no_tick_comes_twice(evidence, &mut found);
    effects::results_are_those_that_the_service_gave(evidence, &mut found);
    effects::finished_steps_are_not_repeated(evidence, &mut found);
    effects::writes_are_repeated_only_without_effect(evidence, &mut found);
    effects::runs_did_all_that_their_flow_says(evidence, &mut found);
    effects::a_key_has_one_effect(evidence, &mut found);
    found
}

impl Evidence {
    /// What was there to go wrong.
    pub(crate) fn summary(&self) -> String {
        let of = |status: &str| self.runs.iter().filter(|run| run.status == status).count();
        let of_kind = |kind: &str| self.runs.iter().filter(|it| it.error_kind() == kind).count();
        let entries = |kind: &str| self.runs.iter().map(|run| run.count(kind)).sum::<usize>();
        let attempts: usize = self.attempts.values().map(Vec::len).sum();
        format!(
            "{} events answered {} times, {} runs ({} succeeded, {} failed, of these {} without a known outcome), {} steps, \
             {attempts} requests, {} steps found in flight, {} retries",
            self.acknowledged.len(),
            self.acknowledged.values().map(Vec::len).sum::<usize>(),
            self.runs.len(),
            of("succeeded"),
            of("failed"),
            of_kind("outcome_unknown"),
            entries("step"),
            entries("resumed"),
            entries("retry"),
        )
    }

    /// Runs by their ids.
    fn by_id(&self) -> HashMap<&str, &Run> {
        self.runs.iter().map(|run| (run.id.as_str(), run)).collect()
    }

    /// The runs of a flow.
    fn of_flow<'a>(&'a self, flow: &'a str) -> impl Iterator<Item = &'a Run> {
        self.runs.iter().filter(move |run| run.flow == flow)
    }

    /// The attempts at something.
    fn attempts_at(&self, class: &str, step: &str, key: &str) -> &[Attempt] {
        let asked = Asked { class: class.into(), step: step.into(), key: key.into() };
        self.attempts.get(&asked).map(Vec::as_slice).unwrap_or_default()
    }

    /// Which process lived at a time.
    fn process_at(&self, at: i64) -> Option<u32> {
        let alive = |life: &&Life| life.begun <= at && at <= life.ended;
        self.lives.iter().find(alive).map(|life| life.number)
    }

    /// Whether a process ended in a span of time.
    fn was_killed_between(&self, from: i64, to: i64) -> bool {
        self.lives.iter().any(|life| from <= life.ended && life.begun <= to && life.ended <= to)
    }
}

/// The number of the event that a run is for.
fn number(run: &Run) -> &str {
    field(run, "n")
}

/// A field of a run's event. That of a webhook stands in its body.
fn field<'a>(run: &'a Run, name: &str) -> &'a str {
    run.event["body"][name].as_str().or(run.event[name].as_str()).unwrap_or_default()
}

/// Whether it is not known what became of an attempt.
fn is_doubtful(attempt: &Attempt) -> bool {
    matches!(attempt.said, Said::Lost | Said::DoneAndLost)
}

/// How a run is named in a complaint.
fn name(run: &Run) -> String {
    format!("run {} ({} of event {})", run.id, run.flow, number(run))
}
