//! Branches that run at the same time: what they cannot do.

use crate::diagnostics::{Code, Diagnostic};
use crate::semantics::parallel::ForkKind;
use crate::source::Location;

fn branch(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0407, at, message)
}

/// `return`, `break` or `continue` that would leave a branch.
pub(in crate::semantics) fn leaves(at: Location, word: &str, around: Location) -> Diagnostic {
    let diagnostic = branch(at, format!("`{word}` cannot leave a branch"))
        .label("the other branches are still running")
        .also(around, "the branch belongs to this");
    match word {
        "return" => diagnostic
            .note("Bind the value to a name in the branch, and return it after the block")
            .note("`stop` ends the whole run, and with it all branches"),
        _ => diagnostic.note(format!("Bind to a name what decides, and `{word}` after the block")),
    }
}

/// `return` in the body of a parallel loop.
pub(in crate::semantics) fn returns_from_for(at: Location, around: Location) -> Diagnostic {
    branch(at, "`return` cannot leave a parallel loop")
        .label("the other items are still running")
        .also(around, "all items of this run at the same time")
        .note("The loop gives a list of what its body gives: `found = for … parallel { … }`")
        .note("`continue` ends the work on one item, `stop` the whole run")
}

/// `break` in the body of a parallel loop.
pub(in crate::semantics) fn breaks_parallel_for(at: Location, around: Location) -> Diagnostic {
    branch(at, "`break` cannot leave a parallel loop")
        .label("the other items are still running")
        .also(around, "all items of this run at the same time")
        .note("`continue` ends the work on one item; a `for` without `parallel` can be left")
}

/// An assignment to a name outside of the branch.
pub(in crate::semantics) fn assigns(
    name: &str,
    at: Location,
    bound: Location,
    kind: ForkKind,
) -> Diagnostic {
    let diagnostic =
        branch(at, format!("A branch cannot change `{name}`, which is bound outside of it"))
            .label("other branches may read it at the same time")
            .also(bound, "bound here");
    match kind {
        ForkKind::ForEach => diagnostic.note(
            "Let the body give a value: `found = for … parallel { … }` is the list of all of them",
        ),
        _ => diagnostic.note(format!(
            "Bind a name of its own in the branch, and change `{name}` after the block"
        )),
    }
}

/// A name that a branch beside this one binds.
pub(in crate::semantics) fn sibling(name: &str, at: Location, bound: Location) -> Diagnostic {
    branch(at, format!("`{name}` is bound by another branch, which runs at the same time"))
        .label("not there yet")
        .also(bound, "there after the block")
        .note("Use it after the block, or make one branch of both: `{ first statement; second }`")
}

/// A parallel loop of no items at a time.
pub(in crate::semantics) fn limit(at: Location) -> Diagnostic {
    branch(at, "A parallel loop works on at least one item at a time")
        .label("none at a time")
        .note("Leave the number out to begin with all of them at once")
}

/// Braces around statements that are no branch.
pub(in crate::semantics) fn stray_block(at: Location, braces: Option<[Location; 2]>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::E0404,
        at,
        "Braces make one branch of several statements, and this is not in `parallel` or `first`",
    )
    .label("no branch");
    match braces {
        Some(braces) => diagnostic.fix_all("remove the braces", braces.map(|at| (at, ""))),
        None => diagnostic,
    }
}

/// Branches in a piece.
pub(in crate::semantics) fn not_in_piece(at: Location, kind: ForkKind) -> Diagnostic {
    super::control::not_in_piece(at, kind.word())
}

/// A block with one branch, or none.
pub(in crate::semantics) fn few(
    kind: ForkKind,
    at: Location,
    empty: bool,
    cuts: Option<[Location; 2]>,
) -> Diagnostic {
    let word = kind.word();
    let (message, label) = if empty {
        (format!("This `{word}` has no branches, and does nothing"), "nothing in it")
    } else {
        (format!("This `{word}` has one branch"), "nothing runs beside it")
    };
    let diagnostic = Diagnostic::warning(Code::W0004, at, message).label(label).note(match kind {
        ForkKind::First => "Each statement in it is a branch, such as a `wait` that sets a limit",
        _ => "Each statement in it is a branch, and they run at the same time",
    });
    match cuts {
        Some(cuts) if kind == ForkKind::Parallel => {
            diagnostic.fix_all("keep the branch alone", cuts.map(|at| (at, "")))
        }
        _ => diagnostic,
    }
}
