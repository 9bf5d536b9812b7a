//! What a hook cannot have: an answer that comes too late, and what its platform does not do.

use crate::diagnostics::{Code, Diagnostic};
use crate::semantics::deadlines::{Due, DueBy, Step};
use crate::semantics::platforms::Platform;
use crate::source::Location;

use super::a;

/// A result or a part of one that is asked of a platform.
#[derive(Debug, Clone, Copy)]
pub(in crate::semantics) enum Asked<'a> {
    /// `Block`
    Result(&'a str),
    /// `say` of `Block`
    Field(&'a str, &'a str),
}

fn late(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0503, at, message)
}

/// A path that takes longer than there is time.
pub(in crate::semantics) fn too_late(
    longest: Step,
    rest: &[Step],
    total: i64,
    trigger: &str,
    due: &Due,
) -> Diagnostic {
    let taken = written(total);
    let together = if rest.is_empty() { "this takes" } else { "one path takes" };
    let limit = limit(trigger, due);
    let mut diagnostic = late(longest.at, format!("{limit}, and {together} up to {taken}"))
        .label(format!("up to {}", written(longest.time)));
    if let Some(cause) = longest.cause {
        diagnostic = diagnostic.also(cause, "here");
    }
    for step in rest {
        diagnostic = diagnostic.also(step.at, format!("up to {}", written(step.time)));
    }
    with_way_out(diagnostic, due)
}

/// A wait up to a time that may be far away.
pub(in crate::semantics) fn waits_until(until: Step, trigger: &str, due: &Due) -> Diagnostic {
    let limit = limit(trigger, due);
    let diagnostic = late(until.at, format!("{limit}, and `wait until` may wait for any time"))
        .label("nobody knows how long");
    let diagnostic = match until.cause {
        Some(cause) => diagnostic.also(cause, "here"),
        None => diagnostic,
    };
    with_way_out(diagnostic, due)
}

fn with_way_out(diagnostic: Diagnostic, due: &Due) -> Diagnostic {
    let diagnostic = match due.by {
        DueBy::Header(at) => diagnostic.also(at, "the answer is due after this"),
        DueBy::Platform(_) | DueBy::Anybody => diagnostic,
    };
    diagnostic.note(
        "Answer first, and leave the rest to a flow of its own: `start follow_up(…)` waits for nothing",
    )
}

fn limit(trigger: &str, due: &Due) -> String {
    let (time, a_trigger) = (written(due.time), a(trigger));
    match due.by {
        DueBy::Header(_) => format!("The answer is due after {time}"),
        DueBy::Platform(platform) => {
            format!("{} waits {time} for the answer of {a_trigger}", platform.title)
        }
        DueBy::Anybody => format!("Nobody waits longer than {time} for the answer of {a_trigger}"),
    }
}

/// A header's deadline that the platform does not wait for.
pub(in crate::semantics) fn deadline_too_long(
    at: Location,
    time: i64,
    trigger: &str,
    platform: &Platform,
    most: i64,
) -> Diagnostic {
    let (a_trigger, fixed) = (a(trigger), literal(most));
    let message = format!(
        "{} waits {} for the answer of {a_trigger}, and not {}",
        platform.title,
        written(most),
        written(time)
    );
    late(at, message)
        .label("too late by then")
        .note("The deadline is when the fallback is answered: leave some time for the way")
        .fix(format!("change to `{fixed}`"), at, fixed.clone())
}

/// A time as a literal: `7500ms`, `10s`.
fn literal(milliseconds: i64) -> String {
    if milliseconds % 1000 == 0 {
        format!("{}s", milliseconds / 1000)
    } else {
        format!("{milliseconds}ms")
    }
}

fn cannot_do(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0504, at, message)
}

/// A hook that the platforms do not have.
pub(in crate::semantics) fn no_hook(
    at: Location,
    trigger: &str,
    platforms: &[&Platform],
) -> Diagnostic {
    let who = titles(platforms);
    let has = if platforms.len() == 1 { "has" } else { "have" };
    cannot_do(at, format!("{who} {has} no `{trigger}`"))
        .label("never starts")
        .note("Agents whose code is your own call `function_call` through the platform `http`")
}

/// A result that platforms do not carry out.
pub(in crate::semantics) fn cannot(
    at: Location,
    asked: Asked<'_>,
    platforms: &[&Platform],
    all: bool,
) -> Diagnostic {
    let who = titles(platforms);
    let (message, label, way_out) = match asked {
        Asked::Result("Block") => (
            format!("{who} cannot refuse a call"),
            "cannot be carried out",
            "Let the agent say why and end the call: `allow(first_message: \"…\")`, or `allow(prompt: \"…\")`",
        ),
        Asked::Result(_) => (
            format!("{who} cannot transfer a call before the agent has answered it"),
            "cannot be carried out",
            "Give the agent a tool that transfers, and tell it to: `allow(prompt: \"Transfer this caller\")`",
        ),
        Asked::Field("Allow", field) => (
            format!("{who} takes no `{field}` from a `pre_call`"),
            "would be ignored",
            "Set it in the agent; a variable can stand there: `allow(variables: { … })`",
        ),
        Asked::Field(_, field) => (
            format!("{who} cannot say anything before that: `{field}` would not be heard"),
            "would be ignored",
            "Leave it out",
        ),
    };
    let diagnostic = cannot_do(at, message).label(label).note(way_out);
    if all {
        return diagnostic;
    }
    diagnostic
        .note("Or pin this flow to a platform that can, and give the others a flow of their own")
}

/// A field that is never there.
pub(in crate::semantics) fn never_sent(
    at: Location,
    field: &str,
    trigger: &str,
    platforms: &[&Platform],
) -> Diagnostic {
    let who = titles(platforms);
    let sends = if platforms.len() == 1 { "never sends" } else { "never send" };
    let a_trigger = a(trigger);
    let diagnostic = cannot_do(at, format!("{who} {sends} `{field}` in {a_trigger}"))
        .label(if matches!(field, "transcript") { "always empty" } else { "never there" });
    match field {
        "id" => {
            diagnostic.note("The call has no id yet. `key` tells calls apart on every platform")
        }
        "agent_id" => {
            diagnostic.note("Which agent it will be is for this flow to say: `allow(agent: \"…\")`")
        }
        "line" => {
            diagnostic.note("`agent_id` says which agent it is, and so the number that it answers")
        }
        "carrier_call_id" | "contact_id" => {
            diagnostic.note("`customer` is the person's number, and `key` tells calls apart")
        }
        "recording_url" => diagnostic.note("It is fetched from the platform by the call's `id`"),
        _ => diagnostic.note("`raw` is all that the platform sends"),
    }
}

/// `Vapi`, `Vapi and Retell`
fn titles(platforms: &[&Platform]) -> String {
    let mut titles: Vec<&str> = platforms.iter().map(|platform| platform.title).collect();
    titles.dedup();
    match titles.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// A time as people write it: `7.5s`, `14d`, `2m 30s`.
fn written(milliseconds: i64) -> String {
    const UNITS: [(i64, &str); 3] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m")];
    let mut left = milliseconds;
    let mut parts = Vec::new();
    for (unit, name) in UNITS {
        if left >= unit {
            parts.push(format!("{}{name}", left / unit));
            left %= unit;
        }
    }
    match (left, left % 1000) {
        (0, _) if !parts.is_empty() => {}
        (_, 0) => parts.push(format!("{}s", left / 1000)),
        _ => {
            let seconds = format!("{:.3}", left as f64 / 1000.0);
            parts.push(format!("{}s", seconds.trim_end_matches('0')));
        }
    }
    parts.join(" ")
}
