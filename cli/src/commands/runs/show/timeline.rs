//! What happened in a run, in the order in which it began.
//!
//! The journal has steps where they ended. Here each stands where it began, with its failed attempts below it, so
//! that what overlapped can be seen.

use std::collections::BTreeMap;

use callflow_runtime::Error;
use callflow_runtime::durable::{Entry, Outcome};
use callflow_runtime::store::Noted;

use super::{View, WIDTH, line};
use crate::commands::runs::list::{cut, short};
use crate::commands::runs::times::span;
use callflow_runtime::store::history::{RunStatus, Story};

/// Where texts begin that belong to a line above.
const MARGIN: &str = "                            ";

/// Something that happened.
struct Item<'a> {
    /// When it began.
    at: i64,
    what: What<'a>,
}

enum What<'a> {
    /// An entry, and where it is a step, the attempts of it that failed before.
    Entry(&'a Entry, i64, Vec<&'a Entry>),
    /// Attempts of a step that has not ended.
    Open(Vec<&'a Entry>),
    /// So many entries of a long journal were not kept.
    LeftOut(i64),
}

/// A line or more for each thing that happened.
pub(super) fn text(story: &Story, view: &View<'_>) -> String {
    let items = items(&story.journal);
    let mut out = String::new();
    let mut day = view.clock.day(story.run.created);
    for item in &items {
        let today = view.clock.day(item.at);
        if today != day {
            out.push_str(&format!("  {}\n", view.style.dim(&format!("── {today} ──"))));
            day = today;
        }
        out.push_str(&shown(item, story, view));
    }
    if items.is_empty() {
        let nothing = match story.run.ended {
            Some(_) => "it called nothing, waited for nothing and said nothing",
            None => "nothing yet",
        };
        out.push_str(&format!("  {nothing}\n"));
    }
    out.push_str(&end(story, view));
    out
}

/// The journal in the order in which things began.
fn items(journal: &[Noted]) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut open: BTreeMap<u32, (i64, Vec<&Entry>)> = BTreeMap::new();
    let mut last = 0;
    for noted in journal {
        if noted.number > last + 1 && last > 0 {
            items.push(Item { at: noted.at, what: What::LeftOut(noted.number - last - 1) });
        }
        last = noted.number;
        match &noted.entry {
            Entry::Retry { step, .. } => {
                open.entry(*step).or_insert((noted.at, Vec::new())).1.push(&noted.entry);
            }
            Entry::Step { step, began, .. } => {
                let attempts = open.remove(step).map(|(_, attempts)| attempts).unwrap_or_default();
                let what = What::Entry(&noted.entry, noted.at, attempts);
                items.push(Item { at: *began, what });
            }
            entry => items.push(Item { at: noted.at, what: What::Entry(entry, noted.at, vec![]) }),
        }
    }
    let open = open.into_values();
    items.extend(open.map(|(at, attempts)| Item { at, what: What::Open(attempts) }));
    items.sort_by_key(|item| item.at);
    items
}

fn shown(item: &Item<'_>, story: &Story, view: &View<'_>) -> String {
    let (clock, style) = (view.clock, view.style);
    let since = format!("+{}", span(item.at - story.run.created));
    let since = style.dim(&format!("{since:13}"));
    let begin = format!("  {}  {since} ", clock.time(item.at));
    let text = match &item.what {
        What::Entry(Entry::Step { .. }, at, attempts) => {
            let What::Entry(entry, ..) = &item.what else { return String::new() };
            return format!("{begin}{}", step(entry, *at, attempts, view));
        }
        What::Entry(entry, ..) => other(entry, story, view),
        What::Open(attempts) => {
            let (name, number) = attempts.first().map_or(("", 0), |entry| named(entry));
            let head =
                format!("{number:>2}  {}  {}\n", style.bold(name), style.yellow("under way"));
            return format!("{begin}{head}{}", failed_attempts(attempts, view));
        }
        What::LeftOut(count) => style.dim(&format!("… {count} entries were not kept")),
    };
    format!("{begin}    {text}\n")
}

/// A step: its name, how long it took and how often it was tried, what it got and what it gave.
fn step(entry: &Entry, at: i64, tried: &[&Entry], view: &View<'_>) -> String {
    let Entry::Step { step, action, attempts, began, input, output, error, .. } = entry else {
        return String::new();
    };
    let style = view.style;
    let attempts = match attempts {
        0 | 1 => String::new(),
        several => format!(", {several} attempts"),
    };
    let took = style.dim(&format!("{}{attempts}", span(at - began)));
    let mut out = format!("{step:>2}  {}  {took}\n", style.bold(action));
    out.push_str(&failed_attempts(tried, view));
    if input != "{}" {
        out.push_str(&view.value(MARGIN, "got  ", input));
    }
    match (output, error) {
        (Some(output), _) => out.push_str(&view.value(MARGIN, "gave ", output)),
        (None, Some(error)) => {
            let text = fitting(&format!("✗ {}", told(error)), view);
            out.push_str(&format!("{MARGIN}{}\n", style.red(&text)));
        }
        (None, None) => {}
    }
    out
}

fn failed_attempts(attempts: &[&Entry], view: &View<'_>) -> String {
    let one = |entry: &&Entry| {
        let Entry::Retry { attempt, error, next, .. } = entry else { return String::new() };
        let next = view.clock.time(*next);
        let text = format!("attempt {attempt} failed, again at {next}: {}", told(error));
        let text = fitting(&text, view);
        format!("{MARGIN}{}\n", view.style.yellow(&text))
    };
    attempts.iter().map(one).collect()
}

fn named(entry: &Entry) -> (&str, u32) {
    match entry {
        Entry::Retry { step, action, .. } | Entry::Step { step, action, .. } => (action, *step),
        _ => ("", 0),
    }
}

fn other(entry: &Entry, story: &Story, view: &View<'_>) -> String {
    let (clock, style) = (view.clock, view.style);
    match entry {
        Entry::Wait { until } if *until > clock.now && story.run.ended.is_none() => {
            format!("waits until {}, {}", clock.until(*until), clock.relative(*until))
        }
        Entry::Wait { until } => format!("waited until {}", clock.until(*until)),
        Entry::Started { run, flow } => {
            let child = story.children.iter().find(|child| child.id == run.as_str());
            let how = child.map(|child| match child.status {
                RunStatus::Failed => style.red(", which failed"),
                status => format!(", which is {}", status.as_str()),
            });
            let how = how.map(|it| it.replace("is succeeded", "succeeded"));
            let how = how.map(|it| it.replace("is cancelled", "was cancelled"));
            format!("began {flow} {}{}", short(run), how.unwrap_or_default())
        }
        Entry::Log { level, message } => match level.as_str() {
            "error" => format!("{}: {message}", style.red("error")),
            "warn" => format!("{}: {message}", style.yellow("warn")),
            level => format!("{}: {message}", style.dim(level)),
        },
        Entry::Begun => "its turn came".to_owned(),
        Entry::Late => {
            style.yellow("who waited for the answer was given another one, because it was time")
        }
        Entry::Resumed { step, action, again: true } => {
            style.yellow(&format!("the server ended during {step} {action}, which is tried again"))
        }
        Entry::Resumed { step, action, again: false } => {
            style.red(&format!("the server ended during {step} {action}: did it take effect?"))
        }
        Entry::Retried => style.bold("somebody had it go on from where it had failed"),
        Entry::Step { .. } | Entry::Retry { .. } => String::new(),
    }
}

/// How it ended.
fn end(story: &Story, view: &View<'_>) -> String {
    let (Some(ended), Some(outcome)) = (story.run.ended, &story.outcome) else {
        return String::new();
    };
    let since = format!("+{}", span(ended - story.run.created));
    let since = view.style.dim(&format!("{since:13}"));
    let begin = format!("  {}  {since}     ", view.clock.time(ended));
    match outcome {
        Outcome::Succeeded(result) if result == "null" => {
            format!("{begin}{}\n", view.style.green("succeeded"))
        }
        Outcome::Succeeded(result) => {
            let done = format!("{begin}{}\n", view.style.green("succeeded"));
            format!("{done}{}", view.value(MARGIN, "gave ", result))
        }
        Outcome::Failed { .. } => format!("{begin}{}\n", view.style.red("failed")),
        Outcome::Cancelled => format!("{begin}{}\n", view.style.yellow("was cancelled")),
    }
}

/// A text behind the margin, as wide as the page is.
fn fitting(text: &str, view: &View<'_>) -> String {
    match view.full {
        true => text.to_owned(),
        false => cut(text, WIDTH - MARGIN.len()),
    }
}

/// `rate_limited: …` on one line.
fn told(error: &Error) -> String {
    let status = error.status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
    format!("{}: {}{status}", error.kind, line(&error.message))
}
