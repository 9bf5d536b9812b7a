//! Control flow: paths, matches, loops, assignments, constants; and warnings.

use ecow::EcoString;

use crate::diagnostics::{Code, Diagnostic};
use crate::semantics::constant::Purpose;
use crate::semantics::expression::purpose_words;
use crate::source::Location;

use super::{a, also, before, list, sentence};

/// A path that ends without what it owes.
pub(in crate::semantics) fn no_return(
    at: Location,
    why: &str,
    value: Option<Location>,
    result: &str,
    declared: Option<Location>,
    flow: bool,
) -> Diagnostic {
    let a_result = a(result);
    let what = if flow { "flow" } else { "function" };
    let diagnostic = Diagnostic::error(
        Code::E0401,
        at,
        format!("Every path of this {what} must return {a_result}, and one does not"),
    )
    .label(why);
    let diagnostic = also(diagnostic, declared, "promised here");
    let diagnostic = if result == "PreCallResult" {
        diagnostic.note("The agent waits for `return allow()`, `return block(\"why\")` or `return transfer(to)`")
    } else {
        diagnostic.note("Return a value there, or `fail(\"why\")`")
    };
    match value {
        Some(value) => diagnostic.fix("return it", before(value), "return "),
        None => diagnostic,
    }
}

/// A `match` that does not take everything.
pub(in crate::semantics) fn not_covered(
    at: Location,
    subject: Location,
    (end, layout): (Location, &str),
    name: &str,
    missing: &[EcoString],
) -> Diagnostic {
    let names = list(missing.iter().map(EcoString::as_str));
    let only_else = matches!(missing, [only] if only == "else");
    let message = if only_else {
        "This `match` must say what happens with all other values".to_owned()
    } else {
        format!("This `match` does not cover {names}")
    };
    let arms: Vec<String> = missing
        .iter()
        .map(|pattern| format!("{layout}{pattern} => fail(\"not expected\")"))
        .collect();
    let title = if only_else { "add `else`".to_owned() } else { format!("add {names}") };
    let diagnostic = Diagnostic::error(Code::E0402, at, message)
        .label("not complete")
        .also(subject, format!("this is `{name}`"));
    let diagnostic = if only_else {
        diagnostic.note("Add `else => …`")
    } else {
        diagnostic.note("Add an arm for each, or `else => …` for all that is left")
    };
    diagnostic.offer(title, end, arms.concat())
}

/// A pattern that takes nothing any more.
pub(in crate::semantics) fn covered_before(at: Location) -> Diagnostic {
    Diagnostic::warning(Code::W0002, at, "The arms before take all of this already")
        .label("never comes to this")
}

/// Bindings in an arm of several patterns.
pub(in crate::semantics) fn binds_in_alternatives(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0404,
        at,
        format!("`{name}` would be bound by one of several patterns only"),
    )
    .label("bound here")
    .note("Give each pattern an arm of its own")
}

/// `won =>` where `"won" =>` was meant.
pub(in crate::semantics) fn unquoted_pattern(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(Code::E0204, at, format!("`{name}` without quotes would take every value"))
        .label("a new name for the value")
        .note(format!("The text is written `\"{name}\"`"))
        .fix("put it in quotes", at, format!("\"{name}\""))
}

/// An assignment to what was bound for good.
pub(in crate::semantics) fn assigns_constant(
    name: &str,
    at: Location,
    bound: Option<Location>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::E0403,
        at,
        format!("`{name}` is bound for good and cannot be assigned"),
    )
    .label("cannot change");
    match bound {
        Some(bound) => diagnostic
            .also(bound, "bound here")
            .note(format!("Bind it with `var {name} = …` if it is to change"))
            .fix("make it a `var`", before(bound), "var "),
        None => diagnostic,
    }
}

/// An assignment to a part of a value.
pub(in crate::semantics) fn assigns_part(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0403, at, "Only a `var` can be assigned, and no part of a value")
        .label("values do not change")
        .note("Make a new one: `lead = { ...lead, name: \"new\" }`, `map.set(key, value)`")
}

/// `break` or `continue` without a loop.
pub(in crate::semantics) fn outside_loop(at: Location, word: &str) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, format!("`{word}` stands in no loop"))
        .label("no loop around it")
}

/// `return` in a lambda.
pub(in crate::semantics) fn return_in_lambda(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, "A lambda gives its last expression, and has no `return`")
        .label("not in a lambda")
        .note("Write the value alone, or use `for`")
}

/// `wait` or `stop` in a piece.
pub(in crate::semantics) fn not_in_piece(at: Location, word: &str) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, format!("`{word}` is for flows, and this is a piece"))
        .label("not in a piece")
        .note("An action is one step of a flow: it answers or fails")
}

/// `stop` where an answer is owed.
pub(in crate::semantics) fn stop_without_answer(
    at: Location,
    result: &str,
    declared: Option<Location>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::E0401,
        at,
        format!("`stop` would leave without the `{result}` that is waited for"),
    )
    .label("ends without an answer")
    .note("Return a value, or `fail(\"why\")`");
    also(diagnostic, declared, "promised here")
}

/// An item in a file that is not for it.
pub(in crate::semantics) fn misplaced_item(at: Location, what: &str, belongs: &str) -> Diagnostic {
    Diagnostic::error(Code::E0404, at, format!("{} belongs into {belongs}", sentence(what)))
        .label("not in this file")
        .note("A piece's file begins with `piece name`; flows stand in files of their own")
}

/// More branches than are taken.
pub(in crate::semantics) fn too_many_branches(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0008, at, "This `if` has too many branches")
        .label("more than 200")
        .note("A `match` takes any number of arms")
}

/// A constant that needs itself.
pub(in crate::semantics) fn constant_cycle(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0405, at, "This value needs itself")
        .label("leads back to where it begins")
}

/// A chain of constants that is too long.
pub(in crate::semantics) fn constant_chain(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0405, at, "This value hangs on too long a chain of other constants")
        .label("more than 32")
}

/// A value that is not known before a flow runs.
pub(in crate::semantics) fn not_constant(at: Location, purpose: Purpose) -> Diagnostic {
    let what = purpose_words(purpose);
    Diagnostic::error(
        Code::E0405,
        at,
        format!("{} must be known before any flow runs", sentence(what)),
    )
    .label("only known when a flow runs")
    .note("Write a literal, or the name of a constant")
}

/// Functions that call each other for ever.
pub(in crate::semantics) fn endless(at: Location, name: &str, through: &str) -> Diagnostic {
    let message = if name == through {
        format!("`{name}` calls itself on every path and never ends")
    } else {
        format!("`{name}` calls `{through}`, which leads back to it on every path: neither ends")
    };
    Diagnostic::error(Code::E0406, at, message)
        .label("called here, whatever happens")
        .note("Let a condition decide whether it is called again")
}

/// A name that nothing reads.
pub(in crate::semantics) fn unused(name: &str, at: Location) -> Diagnostic {
    Diagnostic::warning(Code::W0001, at, format!("`{name}` is never used"))
        .label("bound here")
        .note(format!("Remove it, or call it `_{name}` if that is as it should be"))
        .offer(format!("change to `_{name}`"), before(at), "_")
}

/// A statement that nothing reaches.
pub(in crate::semantics) fn unreachable(at: Location) -> Diagnostic {
    Diagnostic::warning(Code::W0002, at, "Nothing comes to this statement")
        .label("all paths end before")
}

/// A value that nothing takes.
pub(in crate::semantics) fn dropped(at: Location, ty: &str) -> Diagnostic {
    Diagnostic::warning(Code::W0003, at, format!("This `{ty}` is thrown away"))
        .label("nothing uses it")
        .note("It changes nothing by itself: bind it to a name, return it, or remove it")
}
