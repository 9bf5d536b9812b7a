//! Events and their runs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Evidence, field, is_doubtful, name, number};
use crate::ledger::Said;
use crate::stored::Run;

/// The flows that clients send events to.
fn is_of_a_client(run: &Run) -> bool {
    run.parent.is_none() && !matches!(run.flow.as_str(), "told" | "tick")
}

pub(super) fn acknowledged_events_have_their_run(evidence: &Evidence, found: &mut Vec<String>) {
    let runs = evidence.by_id();
    for (event, answers) in &evidence.acknowledged {
        for answer in answers {
            match runs.get(answer.run.as_str()) {
                Some(run) if number(run) == event.number.to_string() && run.flow == event.flow => {}
                Some(run) => found.push(format!("event {} got {}", event.number, name(run))),
                None => found.push(format!("event {}: run {} is lost", event.number, answer.run)),
            }
        }
    }
}

pub(super) fn an_event_is_one_run(evidence: &Evidence, found: &mut Vec<String>) {
    let mut seen: HashMap<&str, &Run> = HashMap::new();
    for run in evidence.runs.iter().filter(|run| is_of_a_client(run)) {
        if let Some(other) = seen.insert(number(run), run) {
            found.push(format!("{} and {} are of one event", name(other), name(run)));
        }
    }
}

/// What is answered too late is another answer; its flow says so by a receipt of 0.
pub(super) fn one_event_gets_one_answer(evidence: &Evidence, found: &mut Vec<String>) {
    for (event, answers) in &evidence.acknowledged {
        let in_time = |body: &str| !body.contains("\"receipt\":0");
        let different: BTreeSet<(u16, &str)> = answers
            .iter()
            .filter(|answer| in_time(&answer.body))
            .map(|answer| (answer.status, answer.body.as_str()))
            .collect();
        if different.len() > 1 {
            found.push(format!("event {} got different answers: {different:?}", event.number));
        }
    }
}

/// But for the last tick, which may be under way when the server stops.
pub(super) fn every_run_ends(evidence: &Evidence, found: &mut Vec<String>) {
    let last = evidence.runs.iter().map(|run| run.created).max().unwrap_or_default();
    for run in evidence.runs.iter().filter(|run| run.ended.is_none()) {
        if run.flow != "tick" || run.created < last - 5_000 {
            found.push(format!("{} does not end: it is {}", name(run), run.status));
        }
    }
}

pub(super) fn runs_fail_for_a_reason(evidence: &Evidence, found: &mut Vec<String>) {
    for run in evidence.runs.iter().filter(|run| run.status != "succeeded") {
        let Some(ended) = run.ended else { continue };
        let steps: Vec<_> = run.steps().filter(|step| step.receipt.is_none()).collect();
        let attempts: Vec<_> = steps
            .iter()
            .filter(|step| matches!(step.class.as_str(), "write" | "charge"))
            .flat_map(|step| evidence.attempts_at(&step.class, &step.step, &step.key))
            .collect();
        let shared = run.flow == "shared";
        let begun = match shared {
            // Another run may have had the key.
            true => 0,
            false => run.created,
        };
        let has_a_reason = match run.error_kind() {
            "outcome_unknown" => {
                attempts.iter().any(|it| is_doubtful(it) || shared && it.said == Said::Failed)
                    || evidence.was_killed_between(begun, ended)
            }
            // The service said 500 to what must not be repeated.
            "unavailable" => attempts.iter().any(|it| it.said == Said::Failed),
            // It said 429 to what is never tried again.
            "rate_limited" => attempts.iter().any(|it| it.said == Said::Refused),
            "failed" => run.flow == "doomed",
            _ => false,
        };
        if !has_a_reason {
            found.push(format!("{} ended as {}: {:?}", name(run), run.status, run.error));
        }
    }
    for run in evidence.of_flow("doomed").filter(|run| run.status == "succeeded") {
        found.push(format!("{} succeeded, which it cannot", name(run)));
    }
}

pub(super) fn a_run_sees_one_program(evidence: &Evidence, found: &mut Vec<String>) {
    let mut releases: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for run in &evidence.runs {
        releases.entry(run.version).or_default().extend(run.steps().map(|step| step.release));
    }
    for (version, releases) in releases.iter().filter(|(_, releases)| releases.len() > 1) {
        found.push(format!("runs of version {version} saw the releases {releases:?}"));
    }
}

/// `concurrency 1 per group`
pub(super) fn orders_of_a_customer_wait_for_each_other(
    evidence: &Evidence,
    found: &mut Vec<String>,
) {
    let mut spans: BTreeMap<&str, Vec<(i64, i64, &Run)>> = BTreeMap::new();
    for run in evidence.of_flow("queue") {
        let Some(began) = run.steps().map(|step| step.began).min() else { continue };
        let group = field(run, "group");
        spans.entry(group).or_default().push((began, run.ended.unwrap_or(i64::MAX), run));
    }
    for spans in spans.values_mut() {
        spans.sort_by_key(|(began, ended, _)| (*began, *ended));
        for pair in spans.windows(2) {
            if pair[1].0 < pair[0].1 {
                found.push(format!("{} and {} overlap", name(pair[0].2), name(pair[1].2)));
            }
        }
    }
}

/// In flows that do one thing after the other, what comes after a wait begins after it.
pub(super) fn waits_are_kept(evidence: &Evidence, found: &mut Vec<String>) {
    for run in evidence.runs.iter().filter(|it| matches!(&*it.flow, "steps" | "queue" | "child")) {
        let waits = run.journal.iter().filter(|it| it.entry["kind"] == "wait");
        for wait in waits {
            let until = wait.entry["until"].as_i64().unwrap_or(i64::MAX);
            let early = run.steps().any(|step| step.ended > wait.at && step.began < until);
            if early {
                found.push(format!("{} did not wait until {until}", name(run)));
            }
        }
    }
}

pub(super) fn flows_begin_others_once(evidence: &Evidence, found: &mut Vec<String>) {
    let mut begun: HashMap<(i64, &str), usize> = HashMap::new();
    for run in &evidence.runs {
        if let Some(parent) = run.parent {
            *begun.entry((parent, run.flow.as_str())).or_default() += 1;
        }
    }
    for run in evidence.of_flow("family") {
        let count = |flow| begun.get(&(run.number, flow)).copied().unwrap_or_default();
        let counted = (count("child"), count("orphan"));
        if run.status == "succeeded" && counted != (1, 1) || counted.0 > 1 || counted.1 > 1 {
            found.push(format!("{} began (child, orphan) {counted:?} times", name(run)));
        }
    }
}

pub(super) fn failed_runs_are_told_once(evidence: &Evidence, found: &mut Vec<String>) {
    let mut told: HashMap<&str, usize> = HashMap::new();
    for run in evidence.of_flow("told") {
        *told.entry(run.source.as_str()).or_default() += 1;
    }
    for run in evidence.runs.iter().filter(|run| run.status == "failed") {
        let told = told.get(run.id.as_str()).copied().unwrap_or_default();
        if told != 1 {
            found.push(format!("{} failed, which was told {told} times", name(run)));
        }
    }
}

pub(super) fn no_tick_comes_twice(evidence: &Evidence, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for run in evidence.of_flow("tick") {
        let due = field(run, "due");
        if !seen.insert(due) {
            found.push(format!("the tick of {due} came twice"));
        }
    }
    if seen.is_empty() {
        found.push("no tick came".to_owned());
    }
}
