//! What happens in runs, as it happens.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use callflow_runtime::durable::{Entry, Outcome, RunNumber, Write};
use callflow_runtime::service::Watch;
use callflow_runtime::{Error, value};

use crate::terminal::Style;

/// How much of a result is shown on a line, in characters.
const RESULT: usize = 60;

/// How much of a run's id tells it from others: its end, for the beginning is the time.
const ID: usize = 4;

/// Prints each change of a run on stdout once it is stored.
pub(super) fn watch(style: Style) -> Watch {
    let known = Mutex::new(HashMap::new());
    Arc::new(move |writes: &[Write]| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let text: String = writes.iter().map(|write| told(write, &mut known, style)).collect();
        // A line that cannot be written must not stop a run.
        let _ = io::stdout().lock().write_all(text.as_bytes());
    })
}

/// What runs are called: `orders.place 3f2a`.
type Known = HashMap<RunNumber, String>;

/// What there is to say of a change.
fn told(write: &Write, known: &mut Known, style: Style) -> String {
    match write {
        Write::Create(new) => {
            let end = new.id.len().saturating_sub(ID);
            let name = format!("{} {}", new.flow, new.id.get(end..).unwrap_or(&new.id));
            let source = format!("{} {}", new.source.kind, new.source.name);
            let line = format!("{} from {}\n", style.bold(&name), source.trim_end());
            known.insert(new.number, name);
            line
        }
        Write::Note { run, entry, .. } => match noted(entry, style) {
            Some(text) => format!("{} {text}\n", called(known, *run, style)),
            None => String::new(),
        },
        Write::End { run, ending } => {
            let how = match &ending.outcome {
                Outcome::Succeeded(result) if result == "null" => style.green("succeeded"),
                Outcome::Succeeded(result) => {
                    format!("{}: {}", style.green("succeeded"), brief(result))
                }
                Outcome::Failed { error, place } => {
                    format!("{}: {} at {place}", style.red("failed"), sentence(error))
                }
                Outcome::Cancelled => style.yellow("was cancelled"),
            };
            let line = format!("{} {how}\n", called(known, *run, style));
            known.remove(run);
            line
        }
        _ => String::new(),
    }
}

fn called(known: &Known, run: RunNumber, style: Style) -> String {
    let name = known.get(&run).cloned().unwrap_or_else(|| format!("run {}", run.0));
    style.dim(&format!("{name} ›"))
}

fn noted(entry: &Entry, style: Style) -> Option<String> {
    Some(match entry {
        Entry::Step { step, action, output: Some(output), .. } => {
            format!("{step:>2}  {action}  → {}", brief(output))
        }
        Entry::Step { step, action, error, .. } => {
            let error = error.as_ref().map(sentence).unwrap_or_default();
            format!("{step:>2}  {action}  {}", style.red(&format!("✗ {error}")))
        }
        Entry::Retry { step, action, error, .. } => {
            let again = format!("{}; it is tried again", sentence(error));
            format!("{step:>2}  {action}  {}", style.yellow(&again))
        }
        Entry::Wait { until } => {
            let until = jiff::Timestamp::from_millisecond(*until).unwrap_or_default();
            format!("    waits until {until}")
        }
        Entry::Log { level, message } => format!("    {level}: {message}"),
        Entry::Late => "    it was time: who waits is given another answer".to_owned(),
        Entry::Started { flow, .. } => format!("    begins {flow}"),
        Entry::Begun | Entry::Resumed { .. } | Entry::Retried => return None,
    })
}

fn brief(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(json) => value::brief_json(&json, RESULT),
        Err(_) => json.to_owned(),
    }
}

/// `rate_limited: …` on one line.
fn sentence(error: &Error) -> String {
    format!("{}: {}", error.kind, error.message.lines().collect::<Vec<_>>().join(" "))
}
