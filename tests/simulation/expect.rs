//! What a run's result may be: what its job says, with the answers that the world gave.

use callflow_runtime::durable::Outcome;

use crate::job::Op;
use crate::model::{Model, ModelRun};
use crate::network::Network;

/// Why an outcome cannot be; none where it can.
pub(crate) fn objection(
    model: &Model,
    network: &Network,
    run: &ModelRun,
    outcome: &Outcome,
) -> Option<String> {
    let expect = Expect { model, network };
    match outcome {
        Outcome::Succeeded(json) => expect.success(run, json).err(),
        Outcome::Failed { error, .. } => {
            let kind = error.kind.as_str();
            let timed_out = run.flow_name() == "orders" && kind == "timeout";
            let may = timed_out || run.ops.iter().any(|op| expect.may_fail(&run.job, op, kind));
            (!may).then(|| format!("it failed with {error}, and nothing in it can"))
        }
        Outcome::Cancelled if run.parent.is_none() && !run.is_cancelled => {
            Some("nobody cancelled it".to_owned())
        }
        Outcome::Cancelled => None,
    }
}

struct Expect<'a> {
    model: &'a Model,
    network: &'a Network,
}

type Matched = Result<(), String>;

impl Expect<'_> {
    fn success(&self, run: &ModelRun, json: &str) -> Matched {
        let json: serde_json::Value = serde_json::from_str(json).map_err(|it| it.to_string())?;
        let version = run.version.0;
        let results = match run.flow_name() {
            "poll" | "mourn" => return Ok(()),
            "hook" => {
                if json["version"] != version {
                    return Err(format!("{json} is not of version {version}"));
                }
                &json["results"]
            }
            _ => &json,
        };
        let Some(results) = results.as_array() else { return Err(format!("{json} is no list")) };
        let mut texts: Vec<&str> = results.iter().filter_map(|it| it.as_str()).collect();
        if run.flow_name() != "hook" {
            let first = format!("v{version}");
            if texts.first() != Some(&first.as_str()) {
                return Err(format!("{json} is not of version {version}"));
            }
            texts.remove(0);
        }
        self.all(&run.job, &run.ops, &texts)
    }

    fn all(&self, job: &str, ops: &[Op], texts: &[&str]) -> Matched {
        if ops.len() != texts.len() {
            return Err(format!(
                "{} things were to be done, and there are results {texts:?}",
                ops.len()
            ));
        }
        ops.iter().zip(texts).try_for_each(|(op, text)| self.one(job, op, text))
    }

    fn list(&self, job: &str, ops: &[Op], text: &str) -> Matched {
        let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        let Some(inner) = inner else { return Err(format!("`{text}` is no list")) };
        self.all(job, ops, &split(inner, ','))
    }

    fn one(&self, job: &str, op: &Op, text: &str) -> Matched {
        let exactly = |expected: &str| match text == expected {
            true => Ok(()),
            false => Err(format!("{} gave `{text}` instead of `{expected}`", op.act)),
        };
        match op.act.as_str() {
            "wait" | "until" => exactly("waited"),
            "log" => exactly("logged"),
            "ask" => exactly("asked"),
            "start" => exactly("started"),
            "hot" => exactly(&(op.n * (op.n + 1) / 2).to_string()),
            "run" | "run_lane" => self.child(&format!("{job}/{}", op.tag), text),
            "all" | "pairs" => self.list(job, &op.ops, text),
            "try" if text.starts_with('!') => {
                let kind = &text[1..];
                let may = op.ops.iter().any(|op| self.may_fail(job, op, kind));
                may.then_some(())
                    .ok_or_else(|| format!("`{text}` was caught, and nothing raised it"))
            }
            "try" => self.list(job, &op.ops, text),
            "race" => {
                let inner = text.trim_start_matches('(').trim_end_matches(')');
                match split(inner, '|')[..] {
                    [one, "none"] if one != "none" => self.list(job, &op.ops[..1], one),
                    ["none", other] => self.list(job, &op.ops[1..], other),
                    _ => Err(format!("`{text}` is no result of a race")),
                }
            }
            "deadline" if text == "(none)" => Ok(()),
            "deadline" => {
                self.list(job, &op.ops, text.trim_start_matches('(').trim_end_matches(')'))
            }
            _ => self.leaf(job, op, text),
        }
    }

    fn leaf(&self, job: &str, op: &Op, text: &str) -> Matched {
        let tag = op.tag.as_str();
        let is_shared = matches!(op.act.as_str(), "shared" | "shared_insist");
        let once = format!("k{}", op.n);
        let fits = match text.strip_prefix('!') {
            None if is_shared => {
                let first = self.network.first_under(&once);
                first.is_some_and(|(job, tag)| text == format!("ok:{job}:{tag}"))
            }
            None => text == format!("ok:{job}:{tag}") && self.network.was_done(job, tag),
            Some(kind) => {
                self.network.failed_so(job, tag, kind)
                    || match (op.act.as_str(), kind) {
                        ("patient" | "insist", "timeout") => true,
                        ("add" | "insist" | "charge", "outcome_unknown") => self.model.crashes > 0,
                        ("shared" | "shared_insist", "outcome_unknown") => {
                            self.network.is_unknown(&once) || self.model.crashes > 0
                        }
                        _ => false,
                    }
            }
        };
        fits.then_some(())
            .ok_or_else(|| format!("{} {tag} gave `{text}`, which nobody answered", op.act))
    }

    fn child(&self, job: &str, text: &str) -> Matched {
        let mut outcomes = self.model.by_job(job).flat_map(|child| &child.outcomes);
        let fits = outcomes.any(|outcome| match outcome {
            Outcome::Succeeded(json) => {
                let texts: Vec<String> = serde_json::from_str(json).unwrap_or_default();
                text == format!("[{}]", texts.join(","))
            }
            Outcome::Failed { error, .. } => text == format!("[!{}]", error.kind),
            Outcome::Cancelled => text == "[!cancelled]",
        });
        fits.then_some(()).ok_or_else(|| format!("`{text}` is not what a run of {job} gave"))
    }

    /// Whether something may raise an error of a kind.
    fn may_fail(&self, job: &str, op: &Op, kind: &str) -> bool {
        match op.act.as_str() {
            "fail" => kind == "conflict",
            "strict" => self.network.failed_so(job, &op.tag, kind),
            "all" | "pairs" | "race" | "deadline" => {
                op.ops.iter().any(|op| self.may_fail(job, op, kind))
            }
            _ => false,
        }
    }
}

/// The parts of a text between separators that stand in no brackets.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (index, letter) in text.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ if letter == at && depth == 0 => {
                parts.push(&text[from..index]);
                from = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}
