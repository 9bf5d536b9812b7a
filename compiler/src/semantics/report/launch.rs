//! `start` and `run`: flows that are begun by others.

use crate::diagnostics::{Code, Diagnostic};
use crate::semantics::constant::Purpose;
use crate::semantics::expression::purpose_words;
use crate::source::Location;

use super::{a, meant, sentence};

/// What stands where a flow is named.
#[derive(Debug)]
pub(in crate::semantics) enum NoFlow<'a> {
    /// No name at all.
    Expression,
    /// A name that no flow has.
    Unknown(&'a str),
    /// A function's name, and the place of the word before it.
    Function(&'a str, Location),
}

/// A flow that is not there.
pub(in crate::semantics) fn no_flow(
    at: Location,
    what: NoFlow<'_>,
    word: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let no_flow = |message: String| Diagnostic::error(Code::E0109, at, message);
    match what {
        NoFlow::Expression => no_flow(format!("`{word}` names a flow, and this is no name"))
            .label("no flow")
            .note("Give the flow a label, `follow_up: on manual(…) < … >`, and name that"),
        NoFlow::Function(name, before) => {
            no_flow(format!("`{name}` is a function, which is called without `{word}`"))
                .label("no flow")
                .fix("call it", before, "")
        }
        NoFlow::Unknown(name) => {
            let diagnostic = no_flow(format!("There is no flow `{name}` in this file"))
                .label("unknown")
                .note("A flow is named by its label: `follow_up: on manual(…) < … >`")
                .note(
                    "One of another file is used first: `use \"./crm.flow\"`, then `crm.follow_up`",
                );
            meant(diagnostic, at, candidate)
        }
    }
}

/// An argument without a name for an event that has no order.
pub(in crate::semantics) fn unnamed_field(at: Location, trigger: &str) -> Diagnostic {
    let a_trigger = a(trigger);
    Diagnostic::error(Code::E0303, at, format!("The event of {a_trigger} is given field by field"))
        .label("for which field?")
        .note("Write each field's name: `start follow_up(transcript: text, …)`")
        .note("Only the parameters of `manual(…)` have an order")
}

/// A run where nothing can run yet.
pub(in crate::semantics) fn in_constant(at: Location, word: &str, purpose: Purpose) -> Diagnostic {
    let what = purpose_words(purpose);
    Diagnostic::error(Code::E0307, at, format!("{} cannot {word} a flow", sentence(what)))
        .label("known before anything runs")
}

/// `run flow with { … }` in a flow.
pub(in crate::semantics) fn event_outside_test(at: Location, word: &str) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, "`with { … }` makes up an event, which only tests do")
        .label("not in a test")
        .note(format!("Give the event's fields as arguments: `{word} follow_up(name: \"x\")`"))
}
