//! Operators, indices and lists on types that they do not take; branches that do not agree.

use callflow_artifact::types::Type;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{Location, Sources};

use super::{a, the};

/// `-` before what is no number.
pub(in crate::semantics) fn operand(
    at: Location,
    op_at: Location,
    op: &str,
    found: &str,
) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(Code::E0205, op_at, format!("`{op}` takes a number, and this is {a_found}"))
        .label("this operator")
        .also(at, format!("this is {a_found}"))
}

/// `+ - * / %` on types that it does not take.
pub(in crate::semantics) fn no_arithmetic(
    at: Location,
    sources: &Sources,
    op: &str,
    left: &str,
    right: &str,
    sides: (Location, Location),
    texts: bool,
) -> Diagnostic {
    let a_left = a(left);
    let a_right = a(right);
    let diagnostic = Diagnostic::error(
        Code::E0205,
        at,
        format!("`{op}` does not work on {a_left} and {a_right}"),
    )
    .also(sides.0, format!("`{left}`"))
    .also(sides.1, format!("`{right}`"));
    if texts {
        let (one, other) = (sources.slice(sides.0), sources.slice(sides.1));
        let joined = format!("\"{}{}\"", part(one), part(other));
        let whole = Location { file: at.file, span: sides.0.span.to(sides.1.span) };
        if at.span == whole.span {
            // `text += …` is no expression that could be replaced.
            return diagnostic.note(format!("Write a new text: `{one} = {joined}`"));
        }
        return diagnostic
            .note(format!("Texts are put together by writing one into the other: `{joined}`"))
            .fix("write it as one text", whole, joined);
    }
    match (left, right) {
        ("float", "decimal") | ("decimal", "float") => diagnostic.note(
            "A `decimal` is exact and a `float` is not: say which it is to be with `.to_float()` or \
             `.to_decimal()`",
        ),
        ("duration" | "time", "int") => {
            let text = sources.slice(sides.1);
            let diagnostic = diagnostic
                .note("A duration is a number and its unit: `500ms`, `30s`, `5m`, `2h`, `3d`, `1w`.");
            match super::mend::is_number(text) {
                true => diagnostic.offer(
                    format!("write `{text}s`, if seconds are meant"),
                    super::after(sides.1),
                    "s",
                ),
                false => diagnostic,
            }
        }
        ("date", _) | (_, "date") => {
            diagnostic.note("Dates have methods: `.add(days: 3)`, `.diff(other)`")
        }
        _ if left.starts_with('[') && right.starts_with('[') => {
            diagnostic.note("Lists are put together with `.concat(…)`, or `[...a, ...b]`")
        }
        _ => diagnostic,
    }
}

/// `a .. b` of texts.
pub(in crate::semantics) fn joined_by_dots(
    at: Location,
    sources: &Sources,
    sides: (Location, Location),
) -> Diagnostic {
    let joined = format!("\"{}{}\"", part(sources.slice(sides.0)), part(sources.slice(sides.1)));
    Diagnostic::error(Code::E0205, at, "Texts are not put together by `..`")
        .label("`..` makes a range of numbers")
        .note(format!("Texts are put together by writing one into the other: `{joined}`"))
        .fix("write it as one text", at, joined)
}

/// An expression as a part of a text: a literal's own characters, all else in braces.
fn part(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('"') => inner.to_owned(),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.to_owned(),
        _ => format!("{{{text}}}"),
    }
}

/// A comparison of what cannot be compared.
pub(in crate::semantics) fn uncomparable(
    at: Location,
    sources: &Sources,
    op: &str,
    left: &str,
    right: &str,
    sides: (Location, Location),
) -> Diagnostic {
    let a_left = a(left);
    let a_right = a(right);
    let message = if left == right {
        format!("`{op}` does not compare values of `{left}`")
    } else {
        format!("`{op}` cannot compare {a_left} with {a_right}")
    };
    let mut diagnostic = Diagnostic::error(Code::E0205, at, message)
        .also(sides.0, format!("`{left}`"))
        .also(sides.1, format!("`{right}`"));
    for (other, place, number) in [(left, sides.1, right), (right, sides.0, left)] {
        let text = sources.slice(place);
        if !super::mend::is_number(text) {
            continue;
        }
        if other == "string" {
            diagnostic = diagnostic
                .note(format!(
                    "A text is compared with a text, which stands between quotes; `{text}` is {}.",
                    a(number)
                ))
                .fix(format!("write `\"{text}\"`"), place, format!("\"{text}\""));
        } else if other == "duration" {
            diagnostic = diagnostic
                .note(
                    "A duration is a number and its unit: `500ms`, `30s`, `5m`, `2h`, `3d`, `1w`.",
                )
                .offer(format!("write `{text}s`, if seconds are meant"), super::after(place), "s");
        }
    }
    diagnostic
}

/// A key that cannot be ordered.
pub(in crate::semantics) fn no_order(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(Code::E0205, at, format!("Values of `{found}` have no order"))
        .label(format!("this is {a_found}"))
        .note("Numbers, texts, durations, times and dates have one")
}

/// A sum of what is no number.
pub(in crate::semantics) fn no_number(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(Code::E0205, at, format!("Values of `{found}` cannot be added up"))
        .label(format!("this is {a_found}"))
}

/// `in` before what holds nothing.
pub(in crate::semantics) fn nothing_in(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(Code::E0205, at, format!("Nothing can be `in` {a_found}"))
        .label("neither a list, a map, a text nor a range")
}

/// An index into what has none.
pub(in crate::semantics) fn cannot_index(at: Location, found: &str) -> Diagnostic {
    let the_found = the(found);
    let a_found = a(found);
    Diagnostic::error(Code::E0205, at, format!("{the_found} has no items to index"))
        .label(format!("this is {a_found}"))
        .note("Lists, maps and `json` have; a record's field follows a dot")
}

/// A text as an index into a list.
pub(in crate::semantics) fn list_by_text(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, "An item of a list is taken by its number, and this is a `string`")
        .label("not a number")
        .note("The first item is `[0]`; `.first()` and `.last()` give one, or none where the list is empty.")
        .note("One that is told by its fields is found by `.find(item => item.name == \"…\")`.")
}

/// An index of the wrong type into `json`.
pub(in crate::semantics) fn json_index(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("`json` is indexed by a text or an int, not by {a_found}"),
    )
    .label(format!("this is {a_found}"))
}

/// Something else where a list must stand.
pub(in crate::semantics) fn not_a_list(
    at: Location,
    sources: &Sources,
    found: &str,
    ty: Type,
) -> Diagnostic {
    let a_found = a(found);
    let diagnostic =
        Diagnostic::error(Code::E0201, at, format!("A list is needed here, and this is {a_found}"))
            .label(format!("this is {a_found}"));
    match ty {
        Type::Map(_) => {
            diagnostic.note("A map's `.entries()`, `.keys()` and `.values()` are lists")
        }
        Type::Json => diagnostic.note("Say what is in it: `… as [Lead]`, or take its `.items()`"),
        Type::Int => {
            let text = sources.slice(at);
            diagnostic
                .note("A range goes from its first number to its last, both included: `1..10`.")
                .fix(format!("write `1..{text}`"), super::before(at), "1..")
        }
        Type::Record(_) => diagnostic.note(
            "A record has fields, each with a name of its own: `lead.company`. A list of several values is `[a, b]`.",
        ),
        Type::String => {
            diagnostic.note("A text's `.lines()`, `.words()` and `.split(…)` are lists")
        }
        _ => diagnostic,
    }
}

/// The right side of `??` gives something else than the left.
pub(in crate::semantics) fn coalesce_differs(
    at: Location,
    left: Location,
    one: &str,
    other: &str,
) -> Diagnostic {
    let a_other = a(other);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("Both sides of `??` must be of one type, and this is {a_other}"),
    )
    .label(format!("`{other}`"))
    .also(left, format!("`{one}`, where it is there"))
}

/// The right side of `catch` gives something else than the left.
pub(in crate::semantics) fn catch_differs(
    at: Location,
    left: Location,
    one: &str,
    other: &str,
) -> Diagnostic {
    let a_one = a(one);
    let a_other = a(other);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("What stands in after `catch` must be {a_one} too, and this is {a_other}"),
    )
    .label(format!("`{other}`"))
    .also(left, format!("`{one}`, where it does not fail"))
}

/// Branches that give different types.
pub(in crate::semantics) fn branches_differ(at: Location, one: &str, other: &str) -> Diagnostic {
    let a_one = a(one);
    let a_other = a(other);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("All branches must give one type: those before give {a_one}, this one {a_other}"),
    )
    .label(format!("`{other}`"))
}

/// Items of different types.
pub(in crate::semantics) fn items_differ(at: Location, one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0201,
        at,
        format!(
            "All items of a list are of one type: those before are `{one}`, this one is `{other}`"
        ),
    )
    .label(format!("`{other}`"))
}

/// `as` on what has a type already.
pub(in crate::semantics) fn as_on_typed(
    at: Location,
    cut: Location,
    found: &str,
    same: bool,
) -> Diagnostic {
    let a_found = a(found);
    let diagnostic =
        Diagnostic::error(Code::E0209, at, format!("`as` reads `json`, and this is {a_found}"))
            .label(format!("this has the type `{found}` already"));
    if same {
        return diagnostic.note("The type is known: leave the `as` out").fix("remove it", cut, "");
    }
    diagnostic.note(
        "Other types are changed by their methods, such as `.to_int()`, or by building what is needed from \
         their parts",
    )
}

/// An `if` for a value, without the `else` that gives it one.
pub(in crate::semantics) fn no_else(at: Location, expected: &str) -> Diagnostic {
    let a_expected = a(expected);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("This `if` must give {a_expected}, and has no `else`"),
    )
    .label("when the condition does not hold, there is no value")
    .note("Add `else { … }`")
}
