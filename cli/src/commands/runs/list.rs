//! `callflow runs list`: many runs, a line each.

use super::times::{Clock, span};
use crate::terminal::Style;
use callflow_runtime::store::history::{RunStatus, Summary};

/// How much of a run's id is shown: enough to tell it from others.
pub(super) const ID: usize = 16;

/// The widest that a flow's address is shown.
const FLOW: usize = 24;

/// The widest that is shown of where a run came from.
const SOURCE: usize = 15;

/// The table, the latest run first.
pub(super) fn table(runs: &[Summary], clock: &Clock, style: Style) -> String {
    let header = row(["RUN", "STATUS", "FLOW", "BEGAN", "TOOK", "FROM"], |it| it);
    let mut out = format!("{}\n", style.bold(&header));
    for run in runs {
        let took = match (run.ended, run.status, run.due) {
            (Some(ended), ..) => span(ended - run.created),
            (None, RunStatus::Waiting, Some(due)) => clock.relative(due),
            _ => "…".to_owned(),
        };
        let colour = |status: String| match run.status {
            RunStatus::Failed => style.red(&status),
            RunStatus::Succeeded => style.green(&status),
            RunStatus::Cancelled => style.yellow(&status),
            _ => status,
        };
        let cells = [
            short(&run.id),
            run.status.as_str(),
            &cut(&run.flow, FLOW),
            &clock.short(run.created),
            &took,
            &cut(&from(run), SOURCE),
        ];
        out.push_str(&format!("{}\n", row(cells, colour)));
    }
    out
}

/// Where a run came from, or how it failed.
fn from(run: &Summary) -> String {
    match &run.failure {
        Some((kind, _)) => kind.to_string(),
        None if run.late => format!("{}, late", run.source.kind),
        None if run.source.name.is_empty() => run.source.kind.to_string(),
        None => run.source.name.to_string(),
    }
}

fn row(cells: [&str; 6], colour: impl FnOnce(String) -> String) -> String {
    let [id, status, flow, began, took, from] = cells;
    let status = colour(format!("{status:9}"));
    format!("{id:ID$}  {status}  {flow:FLOW$}  {began:16}  {took:10}  {from}").trim_end().to_owned()
}

/// The beginning of an id, which is enough for the commands.
pub(super) fn short(id: &str) -> &str {
    id.get(..ID).unwrap_or(id)
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}
