//! What went wrong, what it leaves behind, and what to do.

use callflow_artifact::piece::EffectClass;
use callflow_runtime::durable::{Entry, Outcome};
use callflow_runtime::engine::core::step_key;
use callflow_runtime::{Error, ErrorKind, value};

use super::{View, line};
use crate::commands::runs::list::short;
use callflow_runtime::store::history::{RunStatus, Story};

/// How many of the steps that took effect are named.
const NAMED: usize = 20;

/// How much of what a service said is shown, in characters.
const SAID: usize = 400;

/// How much of a step's result is shown, in characters.
const GAVE: usize = 60;

/// Nothing for a run that went well.
pub(super) fn text(story: &Story, view: &View<'_>) -> String {
    match (&story.outcome, story.run.status) {
        (Some(Outcome::Failed { error, place }), _) => {
            let mut out = failure(error, place, view);
            out.push_str(&unknown(story, view));
            out.push_str(&left_behind(story, view));
            out.push_str(&commands(story, error, view));
            out
        }
        (_, RunStatus::Cancelled) => left_behind(story, view),
        (_, RunStatus::Running | RunStatus::Waiting | RunStatus::Queued) => {
            let cancel = command(story, view, "cancel");
            format!("\n{}\n{cancel}ends it\n", view.style.bold("What you can do"))
        }
        _ => String::new(),
    }
}

fn failure(error: &Error, place: &str, view: &View<'_>) -> String {
    let style = view.style;
    let mut out = format!("\n{}\n", style.bold("What went wrong"));
    out.push_str(&format!("  {}\n", style.red(&line(&error.message))));
    let action = error.piece.iter().zip(&error.action).map(|(piece, action)| {
        let status = error.status.map(|it| format!(", HTTP {it}")).unwrap_or_default();
        format!(", said by {piece}.{action}{status}")
    });
    let action: String = action.collect();
    out.push_str(&format!("  {:8} {}{action}\n", "kind", error.kind));
    if !place.is_empty() {
        out.push_str(&format!("  {:8} {place}\n", "at"));
    }
    if error.details != "null" && !error.details.is_empty() {
        let said = match serde_json::from_str(&error.details) {
            Ok(json) if !view.full => value::brief_json(&json, SAID),
            _ => error.details.to_string(),
        };
        out.push_str(&format!("  {:8} {said}\n", "answer"));
    }
    out
}

/// The steps of which nobody knows whether they took effect, and how to find out.
fn unknown(story: &Story, view: &View<'_>) -> String {
    let mut out = String::new();
    for noted in &story.journal {
        let Entry::Step { step, action, began, input, error: Some(error), .. } = &noted.entry
        else {
            continue;
        };
        if error.kind != ErrorKind::OutcomeUnknown {
            continue;
        }
        let service = action.split('.').next().unwrap_or_default();
        let (at, key) = (view.clock.moment(*began), step_key(&story.run.id, *step));
        out.push_str(&format!("  {step:>2}  {}\n", view.style.bold(action)));
        out.push_str(&view.value("      ", "sent ", input));
        out.push_str(&format!(
            "      Look at {service} for what was sent, from {at} on.\n      \
             Where it was given a key for the request, this step's is {key}.\n"
        ));
    }
    match out.is_empty() {
        true => out,
        false => {
            let title = "Nobody knows whether this took effect";
            format!("\n{}\n{out}", view.style.bold(title))
        }
    }
}

/// The steps that changed something.
fn left_behind(story: &Story, view: &View<'_>) -> String {
    let mut lines = Vec::new();
    for noted in &story.journal {
        let Entry::Step { step, action, output: Some(output), .. } = &noted.entry else { continue };
        // What is not known to change nothing may have changed something.
        if view.effect(action) == Some(EffectClass::Read) {
            continue;
        }
        let gave = match serde_json::from_str(output) {
            Ok(serde_json::Value::Null) | Err(_) => String::new(),
            Ok(json) => format!("  {}", value::brief_json(&json, GAVE)),
        };
        lines.push(format!("  {step:>2}  {action}{gave}\n"));
    }
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    if more > 0 {
        lines.push(format!("  … and {more} more\n"));
    }
    match lines.is_empty() {
        true => {
            let is_unknown = story.journal.iter().any(|noted| is_unknown(&noted.entry));
            let what = if is_unknown { "nothing else" } else { "nothing" };
            format!("\n{}\n", view.style.bold(&format!("It has changed {what} outside.")))
        }
        false => {
            let title = "Done by then, and not undone by itself";
            format!("\n{}\n{}", view.style.bold(title), lines.concat())
        }
    }
}

fn commands(story: &Story, error: &Error, view: &View<'_>) -> String {
    let mut out = format!("\n{}\n", view.style.bold("What you can do"));
    if let Some(first) = remedy(error) {
        out.push_str(&format!("  {first}\n"));
    }
    let retry = match story.journal.iter().any(|noted| is_unknown(&noted.entry)) {
        true => "goes on and sends that step again: only if it had no effect",
        false => "goes on from where it failed, with the results it has",
    };
    out.push_str(&format!("{}{retry}\n", command(story, view, "retry")));
    out.push_str(&format!(
        "{}runs it again here with the recorded results; nothing is sent\n",
        command(story, view, "replay")
    ));
    if error.kind == ErrorKind::Failed || error.kind == ErrorKind::Invalid {
        out.push_str(
            "  A retry stays on the version of the flow that it began with; `replay --version current`\n  tries the flow as it is now.\n",
        );
    }
    out
}

/// What helps before the run is retried.
fn remedy(error: &Error) -> Option<String> {
    let service = error.piece.as_deref();
    let name = service.unwrap_or("the service");
    Some(match error.kind {
        ErrorKind::Auth => match service {
            Some(piece) => format!(
                "Set [connections.{piece}] in callflow.toml anew, start the server again, and then retry."
            ),
            None => "See that the connection may do this, and then retry.".to_owned(),
        },
        ErrorKind::RateLimited => {
            format!("Wait until {name} takes requests again, and then retry.")
        }
        ErrorKind::Unavailable | ErrorKind::Timeout => {
            format!("Wait until {name} answers again, and then retry.")
        }
        ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::Rejected => {
            format!("Mend at {name} what it complains of, and then retry; or mend the flow.")
        }
        ErrorKind::OutcomeUnknown => "First find out whether it took effect, as above.".to_owned(),
        ErrorKind::Invalid | ErrorKind::Failed | ErrorKind::Cancelled => return None,
    })
}

fn is_unknown(entry: &Entry) -> bool {
    matches!(entry, Entry::Step { error: Some(error), .. } if error.kind == ErrorKind::OutcomeUnknown)
}

/// `  callflow runs retry 0198…  ` with room for what it does.
fn command(story: &Story, view: &View<'_>, what: &str) -> String {
    let command =
        |what: &str| format!("callflow runs {what} {}{}", short(&story.run.id), view.store);
    let width = command("cancel").chars().count();
    format!("  {}  ", view.style.bold(&format!("{:width$}", command(what))))
}
