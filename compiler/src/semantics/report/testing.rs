//! Tests: what they run, what stands in for actions, what they expect.

use ecow::EcoString;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::{after, list, meant};

fn stand_in(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0602, at, message)
}

/// Two tests of one name.
pub(in crate::semantics) fn test_twice(name: &str, at: Location, first: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("There is a test \"{name}\" in this file already"))
        .label("the second")
        .also(first, "the first")
        .note("A test's name tells which one failed")
}

/// A test without an `expect`.
pub(in crate::semantics) fn expects_nothing(at: Location) -> Diagnostic {
    Diagnostic::warning(Code::W0061, at, "This test expects nothing, so it can hardly fail")
        .label("no `expect` in it")
        .note("Say what must have come of the run: `expect succeeded`, `expect result == 5`, `expect slack.send_message called`")
}

/// What needs a run where there was none.
pub(in crate::semantics) fn nothing_ran(
    at: Location,
    what: &str,
    flow: Option<&EcoString>,
) -> Diagnostic {
    let flow = flow.map_or("call_finished", EcoString::as_str);
    Diagnostic::error(Code::E0601, at, format!("No flow was run before {what}"))
        .label("nothing ran yet")
        .note(format!("Run one first: `run {flow} with {{ … }}`"))
}

/// `result` of a flow that gives nothing.
pub(in crate::semantics) fn gives_nothing(at: Location, flow: &str) -> Diagnostic {
    Diagnostic::error(Code::E0601, at, format!("`{flow}` gives no result"))
        .label("nothing")
        .note("A flow gives what it returns, where its header has `-> T`")
}

/// An action that a test calls itself.
pub(in crate::semantics) fn calls_action(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(Code::E0307, at, format!("A test calls no action, and `{name}` is one"))
        .label("called by the test itself")
        .note(format!(
            "Say what it answers with `given {name} returns …`, and run a flow that calls it"
        ))
}

/// A function that does what only runs do, called by a test itself.
pub(in crate::semantics) fn calls_effectful(at: Location, name: &str, what: &str) -> Diagnostic {
    Diagnostic::error(Code::E0307, at, format!("`{name}` {what}, which a test does not do itself"))
        .label("called by the test itself")
        .note("Run a flow that calls it")
}

/// `wait` in a test.
pub(in crate::semantics) fn waits(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, "A test does not wait: it lets time pass")
        .label("waits")
        .note("`advance 14d` lets so much time pass for the run, at once")
}

/// `stop` in a test.
pub(in crate::semantics) fn stops(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, "A test has no run to stop").label("no run of its own")
}

/// Branches in a test.
pub(in crate::semantics) fn branches(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, "A test does one thing after the other")
        .label("several at a time")
        .note("The flows that it runs may have branches")
}

/// `start` in a test, or `run` where a value is wanted.
pub(in crate::semantics) fn launches(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, "In a test, `run` is a statement, and there is no `start`")
        .label("no value")
        .note("After `run flow`, `result` is what the flow gave")
}

/// What is no action where one must stand.
pub(in crate::semantics) fn no_action(at: Location, word: &str, written: &str) -> Diagnostic {
    stand_in(at, format!("`{written}` is no action")).label("no action").note(format!(
        "After `{word}` stands an action of a piece, such as `{word} hubspot.create_deal`"
    ))
}

/// `expect flow called`
pub(in crate::semantics) fn flow_called(at: Location, name: &str) -> Diagnostic {
    stand_in(at, format!("`{name}` is a flow, and flows are started"))
        .label("a flow")
        .note(format!("Write `expect {name} started`"))
}

/// An action that the flows do not call.
pub(in crate::semantics) fn never_called(
    at: Location,
    name: &str,
    with_other_types: bool,
    error: bool,
) -> Diagnostic {
    let how = if with_other_types { " with this type" } else { "" };
    let message = format!("The flows that this test runs never call `{name}`{how}");
    if error {
        return stand_in(at, message)
            .label("of which type must its answer be?")
            .note("The type comes from the call that the stand-in is for, and there is none");
    }
    Diagnostic::warning(Code::W0062, at, message).label("never called")
}

/// An action whose calls have several types.
pub(in crate::semantics) fn several_types(
    at: Location,
    name: &str,
    parameter: &str,
    types: &[String],
) -> Diagnostic {
    let names = list(types.iter().map(String::as_str));
    let mut diagnostic =
        stand_in(at, format!("The flows that this test runs call `{name}` with several types"))
            .label(format!("for {names}?"))
            .note("Say which calls are meant");
    for ty in types.iter().take(4) {
        let text = format!("({parameter}: {ty})");
        diagnostic = diagnostic.offer(format!("add `{text}`"), after(at), text);
    }
    diagnostic
}

/// An argument of an action in a test that is no type.
pub(in crate::semantics) fn only_types(at: Location) -> Diagnostic {
    stand_in(at, "In brackets stand only types, as in `llm.extract(into: Lead)`")
        .label("no type")
        .note("Arguments that a call must have stand after `with`: `with { channel: \"#sales\" }`")
}

/// An answer of an action that gives nothing.
pub(in crate::semantics) fn answers_nothing(
    at: Location,
    name: &str,
    declared: Option<Location>,
) -> Diagnostic {
    let diagnostic = stand_in(at, format!("`{name}` gives nothing, so it can return `none` only"))
        .label("a value")
        .fix("return `none`", at, "none");
    super::also(diagnostic, declared, "declared here, without `->`")
}

/// `with` and something that is no record literal.
pub(in crate::semantics) fn with_no_record(at: Location) -> Diagnostic {
    stand_in(at, "After `with` stand fields in braces")
        .label("no `{ … }`")
        .note("Such as `with { name: \"Acme\" }`; those that are left out may be anything")
}

/// A spread where some fields are named.
pub(in crate::semantics) fn spread_here(at: Location) -> Diagnostic {
    stand_in(at, "Here each field is named, and none is spread").label("spread").note(
        "Fields that are left out are made up for an event, and may be anything in an expectation",
    )
}

/// An argument without a name for an event that has no parameters.
pub(in crate::semantics) fn event_by_name(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0303, at, "This flow declares no parameter for this value")
        .label("for which field?")
        .note("Name the event's fields: `run flow with { transcript: \"…\" }`")
}

/// A kind of error that there is not.
pub(in crate::semantics) fn no_error_kind(
    at: Location,
    written: &str,
    kinds: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
    let diagnostic = stand_in(at, format!("There is no kind of error `{written}`"))
        .label("unknown")
        .note(format!("An action fails with one of {}", kinds.join(", ")));
    meant(diagnostic, at, candidate)
}

/// A field that a flow's event does not have.
pub(in crate::semantics) fn unknown_event_field(
    at: Location,
    written: &str,
    flow: &str,
    known: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::E0102,
        at,
        format!("The event of `{flow}` has no field `{written}`"),
    )
    .label("unknown");
    let diagnostic = if known.is_empty() {
        diagnostic.note("It has no fields")
    } else {
        diagnostic.note(format!("It has {}", list(known.iter().copied())))
    };
    meant(diagnostic, at, candidate)
}
