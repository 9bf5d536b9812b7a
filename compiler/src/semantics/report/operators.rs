//! Operators, indices and lists on types that they do not take; branches that do not agree.

use callflow_artifact::types::Type;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{Location, Sources};

use super::article;

/// `-` before what is no number.
pub(in crate::semantics) fn operand(
    at: Location,
    op_at: Location,
    op: &str,
    found: &str,
) -> Diagnostic {
    Diagnostic::error(Code::E0205, op_at, format!("`{op}` takes a number, and this is a `{found}`"))
        .label("this operator")
        .also(at, format!("this is a `{found}`"))
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
    let diagnostic = Diagnostic::error(
        Code::E0205,
        at,
        format!("`{op}` does not work on a `{left}` and a `{right}`"),
    )
    .also(sides.0, format!("`{left}`"))
    .also(sides.1, format!("`{right}`"));
    if texts {
        let (one, other) = (sources.slice(sides.0), sources.slice(sides.1));
        let joined = format!("\"{}{}\"", part(one), part(other));
        let whole = Location { file: at.file, span: sides.0.span.to(sides.1.span) };
        return diagnostic
            .note(format!("texts are put together by writing one into the other: `{joined}`"))
            .fix("write it as one text", whole, joined);
    }
    match (left, right) {
        ("float", "decimal") | ("decimal", "float") => diagnostic.note(
            "a `decimal` is exact and a `float` is not: say which it is to be with `.to_float()` or \
             `.to_decimal()`",
        ),
        ("date", _) | (_, "date") => {
            diagnostic.note("dates have methods: `.add_days(3)`, `.days_since(other)`")
        }
        _ if left.starts_with('[') && right.starts_with('[') => {
            diagnostic.note("lists are put together with `.concat(…)`, or `[...a, ...b]`")
        }
        _ => diagnostic,
    }
}

/// An expression as a part of a text: a literal's own characters, all else in braces.
fn part(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('"') => inner.to_owned(),
        _ => format!("{{{text}}}"),
    }
}

/// A comparison of what cannot be compared.
pub(in crate::semantics) fn uncomparable(
    at: Location,
    op: &str,
    left: &str,
    right: &str,
    sides: (Location, Location),
) -> Diagnostic {
    let message = if left == right {
        format!("`{op}` does not compare values of `{left}`")
    } else {
        format!("`{op}` cannot compare a `{left}` with a `{right}`")
    };
    Diagnostic::error(Code::E0205, at, message)
        .also(sides.0, format!("`{left}`"))
        .also(sides.1, format!("`{right}`"))
}

/// A key that cannot be ordered.
pub(in crate::semantics) fn no_order(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(Code::E0205, at, format!("values of `{found}` have no order"))
        .label(format!("this is a `{found}`"))
        .note("numbers, texts, durations, times and dates have one")
}

/// A sum of what is no number.
pub(in crate::semantics) fn no_number(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(Code::E0205, at, format!("values of `{found}` cannot be added up"))
        .label(format!("this is a `{found}`"))
}

/// `in` before what holds nothing.
pub(in crate::semantics) fn nothing_in(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(Code::E0205, at, format!("nothing can be `in` a `{found}`"))
        .label("neither a list, a map, a text nor a range")
}

/// An index into what has none.
pub(in crate::semantics) fn cannot_index(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(Code::E0205, at, format!("a `{found}` has no items to index"))
        .label(format!("this is {} `{found}`", article(found)))
        .note("lists, maps and `json` have; a record's field follows a dot")
}

/// An index of the wrong type into `json`.
pub(in crate::semantics) fn json_index(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0201,
        at,
        format!("`json` is indexed by a text or an int, not by a `{found}`"),
    )
    .label(format!("this is a `{found}`"))
}

/// Something else where a list must stand.
pub(in crate::semantics) fn not_a_list(at: Location, found: &str, ty: Type) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::E0201,
        at,
        format!("a list is needed here, and this is a `{found}`"),
    )
    .label(format!("this is a `{found}`"));
    match ty {
        Type::Map(_) => {
            diagnostic.note("a map's `.entries()`, `.keys()` and `.values()` are lists")
        }
        Type::Json => diagnostic.note("say what is in it: `… as [Lead]`, or take its `.items()`"),
        Type::String => {
            diagnostic.note("a text's `.lines()`, `.words()` and `.split(…)` are lists")
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
    Diagnostic::error(
        Code::E0201,
        at,
        format!("both sides of `??` must be of one type, and this is a `{other}`"),
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
    Diagnostic::error(
        Code::E0201,
        at,
        format!("what stands in after `catch` must be a `{one}` too, and this is a `{other}`"),
    )
    .label(format!("`{other}`"))
    .also(left, format!("`{one}`, where it does not fail"))
}

/// Branches that give different types.
pub(in crate::semantics) fn branches_differ(at: Location, one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0201,
        at,
        format!(
            "all branches must give one type: those before give a `{one}`, this one a `{other}`"
        ),
    )
    .label(format!("`{other}`"))
}

/// Items of different types.
pub(in crate::semantics) fn items_differ(at: Location, one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0201,
        at,
        format!(
            "all items of a list are of one type: those before are `{one}`, this one is `{other}`"
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
    let diagnostic =
        Diagnostic::error(Code::E0209, at, format!("`as` reads `json`, and this is a `{found}`"))
            .label(format!("this has the type `{found}` already"));
    if same {
        return diagnostic.note("the type is known: leave the `as` out").fix("remove it", cut, "");
    }
    diagnostic.note(
        "other types are changed by their methods, such as `.to_int()`, or by building what is needed from \
         their parts",
    )
}

/// An `if` for a value, without the `else` that gives it one.
pub(in crate::semantics) fn no_else(at: Location, expected: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0201,
        at,
        format!("this `if` must give a `{expected}`, and has no `else`"),
    )
    .label("when the condition does not hold, there is no value")
    .note("add `else { … }`")
}
