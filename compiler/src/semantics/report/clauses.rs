//! Call clauses: `retry`, `within`, `once`.

use ecow::EcoString;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::{after, also};

/// What stands before a clause and is no call of an action.
#[derive(Debug)]
pub(in crate::semantics) enum NoAction {
    /// A call of a function.
    Function(EcoString),
    /// `run flow(…)`, `start flow(…)`
    Flow,
    /// Anything else.
    Other,
}

fn clause(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0308, at, message)
}

/// A clause after what is no call of an action.
pub(in crate::semantics) fn not_an_action(
    at: Location,
    called: Location,
    word: &str,
    what: &NoAction,
    cut: Location,
) -> Diagnostic {
    let diagnostic = clause(at, format!("`{word}` can only follow the call of an action"));
    match what {
        NoAction::Function(name) => diagnostic
            .label("not an action")
            .also(called, format!("`{name}` is a function"))
            .note(format!("Write it after the action that `{name}` calls")),
        NoAction::Flow => diagnostic
            .label("not an action")
            .also(called, "this is a flow")
            .note("A flow bounds its runs itself: `on … with timeout 1h <`")
            .note("Its actions have clauses of their own"),
        NoAction::Other => diagnostic
            .label("not an action")
            .also(called, "this asks nobody, and would be the same every time")
            .fix("leave it out", cut, ""),
    }
}

/// A clause that stands twice.
pub(in crate::semantics) fn twice(at: Location, first: Location, word: &str) -> Diagnostic {
    clause(at, format!("A call has one `{word}`")).label("the second").also(first, "the first")
}

/// `retry 0`
pub(in crate::semantics) fn no_attempts(at: Location) -> Diagnostic {
    clause(at, "`retry` says how many further attempts there are: at least one")
        .label("no further attempt")
        .note("`retry 3` makes up to four attempts in all")
}

/// A time that is over before it begins.
pub(in crate::semantics) fn no_time(at: Location, what: &str) -> Diagnostic {
    clause(at, format!("{what} must be longer than nothing")).label("no time at all")
}

/// `backoff 5m..1s`
pub(in crate::semantics) fn shrinking(
    first: Location,
    longest: Location,
    smaller: &str,
    greater: &str,
) -> Diagnostic {
    clause(first, "The first pause is longer than the longest one")
        .label("the first")
        .also(longest, "the longest")
        .note("Pauses double from the first up to the longest")
        .fix_all("exchange them", [(first, smaller), (longest, greater)])
}

/// `once ""`
pub(in crate::semantics) fn empty_key(at: Location) -> Diagnostic {
    clause(at, "The key of `once` tells calls apart, and this one is empty")
        .label("the same for every call")
        .note("Name what must not happen twice: `once \"welcome {customer_id}\"`")
}

/// A retry of a call that must not happen twice.
pub(in crate::semantics) fn blind_retry(
    at: Location,
    end: Location,
    action: &str,
    declared: Option<Location>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::E0309,
        at,
        format!("`{action}` must not happen twice, and a retry could make it"),
    )
    .label("an attempt without an answer may have worked")
    .note("`once \"key\"` remembers the call, so that an attempt which may have worked is not repeated")
    .note("The key names what must happen once, such as `once \"reminder {customer_id}\"`");
    also(diagnostic, declared, "declared with `effect once`").offer(
        "add `once` and write its key",
        after(end),
        " once \"\"",
    )
}
