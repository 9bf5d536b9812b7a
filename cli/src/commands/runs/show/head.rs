//! How a run stands.

use super::View;
use crate::commands::runs::list::short;
use crate::commands::runs::times::span;
use callflow_runtime::store::history::{RunStatus, Story, Summary};

/// Which run, how it stands, when, where from and with what.
pub(super) fn text(story: &Story, view: &View<'_>) -> String {
    let (run, clock) = (&story.run, view.clock);
    let mut out = format!("{}  {}\n", view.style.bold(&run.flow), status(run, view));
    let mut row = |name: &str, text: &str| out.push_str(&format!("  {name:8} {text}\n"));
    row("run", &run.id);
    row("began", &format!("{}, {}", clock.moment(run.created), clock.zone_name()));
    if let Some(ended) = run.ended {
        let at = match clock.day(ended) == clock.day(run.created) {
            true => clock.time(ended),
            false => clock.moment(ended),
        };
        row("ended", &format!("{at}, after {}", span(ended - run.created)));
    }
    row("from", &source(run));
    if let Some(parent) = &story.parent {
        row("begun by", &format!("{} {}", parent.flow, short(&parent.id)));
    }
    out.push_str(&view.value("  ", &format!("{:8} ", "event"), &story.event));
    out
}

/// How it stands, in words.
fn status(run: &Summary, view: &View<'_>) -> String {
    let (clock, style) = (view.clock, view.style);
    let ended = run.ended.map(|ended| clock.relative(ended)).unwrap_or_default();
    let late = if run.late { ", too late for who waited for the answer" } else { "" };
    let words = match run.status {
        RunStatus::Queued => "waits for its turn".to_owned(),
        RunStatus::Running => "is running".to_owned(),
        RunStatus::Waiting => match run.due {
            Some(due) => format!("waits until {}, {}", clock.until(due), clock.relative(due)),
            None => "waits".to_owned(),
        },
        RunStatus::Succeeded => style.green(&format!("succeeded, {ended}")),
        RunStatus::Failed => style.red(&format!("failed, {ended}")),
        RunStatus::Cancelled => style.yellow(&format!("was cancelled, {ended}")),
    };
    format!("{words}{late}")
}

/// `webhook POST /orders`
fn source(run: &Summary) -> String {
    format!("{} {}", run.source.kind, run.source.name).trim_end().to_owned()
}
