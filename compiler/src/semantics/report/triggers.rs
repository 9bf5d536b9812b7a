//! Headers of flows: triggers, their arguments, and what they say of runs.

use callflow_artifact::cron::CronError;
use callflow_artifact::path::PathError;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{Location, Span};

use super::{a, meant_text};

fn header(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0502, at, message)
}

/// A schedule without a time.
pub(in crate::semantics) fn schedule_without_time(at: Location) -> Diagnostic {
    header(at, "A schedule needs its times")
        .note("By cron: `schedule(\"0 9 * * mon-fri\")`")
        .note("Or again and again: `schedule(every: 15m)`")
}

/// A schedule with two times.
pub(in crate::semantics) fn schedule_with_both(at: Location) -> Diagnostic {
    header(at, "A schedule has either cron or `every`").label("the second")
}

/// A text that is no cron.
pub(in crate::semantics) fn cron(
    at: Location,
    text: &str,
    wrong: &CronError,
    source: &str,
) -> Diagnostic {
    let at = match wrong.part.as_deref().and_then(|part| source.find(part).zip(Some(part.len()))) {
        Some((from, length)) => {
            let start = at.span.start + from as u32;
            Location { file: at.file, span: Span::new(start, start + length as u32) }
        }
        None => at,
    };
    header(at, format!("{text:?} is no schedule")).label(wrong.why.as_str()).note(
        "Minute, hour, day, month, weekday: `\"0 9 * * mon-fri\"` is nine o'clock on working days",
    )
}

/// A schedule without a pause.
pub(in crate::semantics) fn too_often(at: Location) -> Diagnostic {
    header(at, "A schedule runs at most once a second").label("too often")
}

/// A text that is no path.
pub(in crate::semantics) fn path(at: Location, text: &str, error: &PathError) -> Diagnostic {
    match error {
        PathError::NoSlash => {
            let fixed = format!("\"/{text}\"");
            header(at, "A path begins with `/`").fix(
                format!("change to {fixed}"),
                at,
                fixed.clone(),
            )
        }
        PathError::Character(odd) => {
            let diagnostic =
                header(at, format!("A path cannot have {odd:?} in it")).label("no path");
            match odd {
                '?' => diagnostic
                    .note("What follows `?` in an address is in `query`: `query[\"key\"]`"),
                _ => diagnostic.note("Letters, digits, `-`, `_`, `.` and `/`"),
            }
        }
        PathError::Empty => header(at, "Nothing stands between two slashes").label("no path"),
        PathError::Mixed(part) => header(at, "A parameter of a path stands alone between slashes")
            .label(format!("not in `{part}`"))
            .note("`/lead/{id}`, and not `/lead-{id}`"),
        PathError::Name(part) => {
            header(at, format!("`{part}` is no parameter")).label("a name in braces: `{id}`")
        }
        PathError::Twice(name) => {
            header(at, format!("The path has two parameters `{name}`")).label("one name each")
        }
    }
}

/// An expression in the braces of a path.
pub(in crate::semantics) fn path_expression(at: Location) -> Diagnostic {
    header(at, "A path has names in its braces")
        .label("no name")
        .note("`/lead/{id}`: the flow then knows that part of the address as `id`")
}

/// A parameter of a path by the name of what an event has anyway.
pub(in crate::semantics) fn path_name(at: Location, name: &str) -> Diagnostic {
    header(at, format!("The event has a `{name}` already"))
        .label("another name for the path's parameter")
}

/// A path that the server needs.
pub(in crate::semantics) fn reserved_path(at: Location, own: &str) -> Diagnostic {
    header(at, format!("What begins with `{own}` is the server's own")).label("another path")
}

/// A result where the trigger says it.
pub(in crate::semantics) fn pre_call_result(at: Location) -> Diagnostic {
    header(at, "A `pre_call` always returns a `PreCallResult`")
        .label("known already")
        .note("Leave it out")
}

/// A tool that answers nothing.
pub(in crate::semantics) fn tool_without_result(at: Location) -> Diagnostic {
    header(at, "The agent waits for what a tool returns")
        .label("returns what?")
        .note("Say it behind the parameters: `-> string`")
}

/// A result that nobody waits for.
pub(in crate::semantics) fn no_result_here(at: Location, trigger: &str) -> Diagnostic {
    let a_trigger = a(trigger);
    header(at, format!("Nobody waits for the result of {a_trigger}")).label("leave it out")
}

/// A deadline where nobody waits.
pub(in crate::semantics) fn deadline_here(at: Location, trigger: &str) -> Diagnostic {
    let a_trigger = a(trigger);
    header(at, format!("Nobody waits for {a_trigger}, so it has no deadline")).label("leave it out")
}

/// A time that is over before it begins.
pub(in crate::semantics) fn no_time(at: Location, what: &str) -> Diagnostic {
    header(at, format!("{what} is more than zero")).label("no time at all")
}

/// A zone where nothing is read in it.
pub(in crate::semantics) fn zone_of_every(at: Location) -> Diagnostic {
    header(at, "`every` comes round at the same pace in every zone")
        .label("leave it out")
        .note("A zone is for cron, whose hours and days are of a place")
}

/// A time zone that nobody knows.
pub(in crate::semantics) fn unknown_zone(
    at: Location,
    zone: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic = header(at, format!("There is no time zone {zone:?}"))
        .label("unknown")
        .note("Zones are named by continent and city: `\"Europe/Madrid\"`");
    meant_text(diagnostic, at, candidate)
}

/// A name that no platform takes for a tool.
pub(in crate::semantics) fn tool_name(at: Location, longest: usize) -> Diagnostic {
    header(at, "No platform takes this name for a tool")
        .label(format!("letters, digits and `_`, at most {longest}"))
        .note("A label can be longer: `the_long_name: on function_call short_name(…)`")
}

/// A platform's name before a trigger that is not of calls.
pub(in crate::semantics) fn no_trigger_of_platform(
    at: Location,
    platform: &str,
    trigger: &str,
) -> Diagnostic {
    header(at, format!("`{trigger}` does not come from a voice platform"))
        .label(format!("not of `{platform}`"))
        .note("A platform can stand before `pre_call`, `function_call` and `call_finished`")
        .fix(format!("write `{trigger}` alone"), at, "")
}

/// A form that asks nothing.
pub(in crate::semantics) fn form_without_fields(at: Location) -> Diagnostic {
    header(at, "A form needs to know what it asks for")
        .label("without `fields`")
        .note("Name a record, whose fields are asked for: `form(\"/signup\", fields: Signup)`")
}

/// A form whose fields are no record.
pub(in crate::semantics) fn form_fields(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    header(at, format!("A form asks for the fields of a record, and not for {a_found}"))
        .label("no record")
        .note("Define one: `type Signup { name: string, phone: phone? }`")
}

/// `failed(flow: "…")` of a flow that is not there.
pub(in crate::semantics) fn unknown_failed(
    at: Location,
    name: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic = header(at, format!("There is no flow {name:?} in this project"))
        .label("unknown")
        .note("A flow is named by its label in this file, or as `file.label`");
    meant_text(diagnostic, at, candidate)
}

/// A flow that waits for its own failures.
pub(in crate::semantics) fn fails_itself(at: Location) -> Diagnostic {
    header(at, "A flow cannot take care of its own failures").label("this flow itself")
}

/// A setting that stands twice.
pub(in crate::semantics) fn setting_twice(at: Location, first: Location, word: &str) -> Diagnostic {
    header(at, format!("A flow has one `{word}`")).label("the second").also(first, "the first")
}

/// A number of runs that cannot be.
pub(in crate::semantics) fn run_limit(at: Location, most: i64) -> Diagnostic {
    header(at, format!("From 1 to {most} runs can go on at a time")).label("another number")
}

/// A setting whose value only a service, a clock or the host could tell.
pub(in crate::semantics) fn asking_setting(at: Location) -> Diagnostic {
    header(at, "A header says what is known from the event alone")
        .label("this asks somebody")
        .note("It is worked out before a run begins, or when one has no time left")
        .note("Ask in the flow's body")
}
