//! Steps and what they did outside.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, field, name, number};
use crate::ledger::Said;
use crate::stored::{Run, Step};

/// A result in a journal is one that the service gave to that step.
pub(super) fn results_are_those_that_the_service_gave(
    evidence: &Evidence,
    found: &mut Vec<String>,
) {
    for (run, step) in finished(evidence) {
        let attempts = evidence.attempts_at(&step.class, &step.step, &step.key);
        if !attempts.iter().any(|it| it.said == Said::Done && it.receipt == step.receipt) {
            found.push(format!("{}: nobody gave `{}` its result", name(run), step.step));
        }
    }
}

/// When the result of a step is in the journal, no later process asks for it, and no process asks again that has it.
pub(super) fn finished_steps_are_not_repeated(evidence: &Evidence, found: &mut Vec<String>) {
    // What is done under a `once` key is done for others too, and in the journals of all of them.
    for (run, step) in finished(evidence).filter(|(_, step)| step.step != "shared") {
        let Some(process) = evidence.process_at(step.ended) else {
            found.push(format!("{}: no process lived when `{}` ended", name(run), step.step));
            continue;
        };
        let attempts = evidence.attempts_at(&step.class, &step.step, &step.key);
        let given = attempts.iter().position(|it| it.receipt == step.receipt);
        for again in attempts.iter().skip(given.map_or(0, |given| given + 1)) {
            if again.process >= process {
                found.push(format!(
                    "{}: process {process} finished `{}`, and process {} asked for it again",
                    name(run),
                    step.step,
                    again.process
                ));
            }
        }
    }
}

/// All attempts at a write or a charge but the last had no effect, and said so, and who asked knew it.
pub(super) fn writes_are_repeated_only_without_effect(
    evidence: &Evidence,
    found: &mut Vec<String>,
) {
    let mut retries: BTreeMap<String, usize> = BTreeMap::new();
    for run in &evidence.runs {
        for entry in run.journal.iter().filter(|it| it.entry["kind"] == "retry") {
            let action = entry.entry["action"].as_str().unwrap_or_default();
            let class = action.trim_start_matches("ledger.");
            let key = match run.flow.as_str() {
                "shared" if class == "charge" => field(run, "group"),
                _ => number(run),
            };
            *retries.entry(format!("{class} {key}")).or_default() += 1;
        }
    }
    for (asked, attempts) in &evidence.attempts {
        if !matches!(asked.class.as_str(), "write" | "charge") {
            continue;
        }
        let effects = attempts.iter().filter(|it| it.receipt.is_some()).count();
        if effects > 1 {
            found.push(format!("{asked:?} had {effects} effects: {attempts:?}"));
        }
        let (Some(last), before) = (attempts.last(), attempts.len() - 1) else { continue };
        if attempts.iter().take(before).any(|it| it.said != Said::Refused) {
            found.push(format!("{asked:?} was asked for again, up to {last:?}: {attempts:?}"));
        }
        // Without a key and a clause, a charge is never asked for again.
        if asked.step == "d" && attempts.len() > 1 {
            found.push(format!("{asked:?} was asked for again: {attempts:?}"));
        }
        let noted = retries.get(&format!("{} {}", asked.class, asked.key)).copied();
        if noted.unwrap_or_default() < before {
            found.push(format!("{asked:?} was asked for {} times unnoted", before + 1));
        }
    }
}

/// What a run that succeeded has done.
pub(super) fn runs_did_all_that_their_flow_says(evidence: &Evidence, found: &mut Vec<String>) {
    for run in evidence.runs.iter().filter(|run| run.status == "succeeded") {
        let expected: &[&str] = match run.flow.as_str() {
            "steps" => &["look a", "keep b", "write c", "charge d", "keep e"],
            "branches" => &[
                "look a",
                "write b",
                "keep c",
                "keep item1",
                "keep item2",
                "keep item3",
                "keep item4",
                "keep end",
            ],
            "reply" => &["look a", "write b"],
            "shared" => &["look a", "charge shared", "keep got"],
            "queue" => &["keep in", "keep out"],
            "family" => &["keep parent"],
            "child" => &["keep child"],
            "orphan" => &["keep orphan"],
            "told" => &["keep told"],
            "tick" => &["keep tick"],
            _ => &[],
        };
        let done: BTreeSet<String> = run
            .steps()
            .filter(|step| step.receipt.is_some())
            .map(|step| format!("{} {}", step.class, step.step))
            .collect();
        let missing: Vec<&&str> = expected.iter().filter(|it| !done.contains(**it)).collect();
        if expected.is_empty() || !missing.is_empty() {
            found.push(format!("{} succeeded without {missing:?}", name(run)));
        }
    }
}

/// All runs that share a `once` key got the result of the one effect.
pub(super) fn a_key_has_one_effect(evidence: &Evidence, found: &mut Vec<String>) {
    let mut results: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for run in evidence.of_flow("shared") {
        for step in run.steps().filter(|step| step.step == "shared") {
            results.entry(step.key).or_default().extend(step.receipt);
        }
        let got = evidence.attempts_at("keep", "got", number(run));
        let group = field(run, "group");
        let values = got.iter().filter_map(|attempt| attempt.value.parse::<u64>().ok());
        results.entry(group.to_owned()).or_default().extend(values);
    }
    for (group, results) in results.iter().filter(|(_, results)| results.len() > 1) {
        found.push(format!("the key of {group} gave {results:?}"));
    }
}

/// The steps that succeeded, with their runs.
fn finished(evidence: &Evidence) -> impl Iterator<Item = (&Run, Step)> {
    let steps = |run| Run::steps(run).map(move |step| (run, step));
    evidence.runs.iter().flat_map(steps).filter(|(_, step)| step.receipt.is_some())
}
