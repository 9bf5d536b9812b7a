//! Optionals that are used as if they were there, and questions about what is always there.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::{a, after, the};

/// An optional where its value is needed.
pub(in crate::semantics) fn optional_used(
    at: Location,
    text: &str,
    found: &str,
    expected: Option<&str>,
    var: bool,
) -> Diagnostic {
    let short = shown(text);
    let message = match expected {
        Some(expected) => {
            let expected = a(expected);
            format!("{short} is `{found}`, which may be none, and {expected} is needed here")
        }
        None => format!("{short} is `{found}`, which may be none, and its value is needed here"),
    };
    let diagnostic = Diagnostic::error(Code::E0202, at, message).label("this may be none");
    let diagnostic = ways_out(diagnostic, at, text, found);
    if var {
        return diagnostic.note(
            "It reads a `var`, which may change between the question and the use: bind its value to a \
             name of its own first.",
        );
    }
    diagnostic
}

/// What can be done about it: the first two as changes of the text, where it is short enough for that.
fn ways_out(diagnostic: Diagnostic, at: Location, text: &str, found: &str) -> Diagnostic {
    if text.is_empty() || text.contains('\n') || text.len() > 60 {
        return diagnostic
            .note("Give a value for that case with `?? …`, fail with `?? fail(\"why\")`, or bind it to a name and ask \
                   `if name != none { … }` first.");
    }
    let place = after(at);
    let diagnostic = match fallback(found) {
        Some(value) => diagnostic.offer(
            format!("give a value for that case: `{text} ?? {value}`"),
            place,
            format!(" ?? {value}"),
        ),
        None => diagnostic,
    };
    let missing = format!("{} is missing", text.replace(['"', '{', '}', '\\'], ""));
    diagnostic
        .offer(
            format!("fail where it is missing: `{text} ?? fail(\"…\")`"),
            place,
            format!(" ?? fail(\"{missing}\")"),
        )
        .note(asked_first(text))
}

fn asked_first(text: &str) -> String {
    format!("Or use it only where it is there: `if {text} != none {{ … }}`.")
}

/// A plain value to fall back to.
fn fallback(found: &str) -> Option<&'static str> {
    Some(match found {
        "string?" => "\"\"",
        "int?" | "decimal?" | "float?" => "0",
        "bool?" => "false",
        _ if found.starts_with('[') && found.ends_with("]?") && !found.contains(':') => "[]",
        _ => return None,
    })
}

/// Adds the way out that a field or method has: `?.`.
pub(in crate::semantics) fn with_question(
    mut diagnostic: Diagnostic,
    dot: Location,
    text: &str,
    name: &str,
) -> Diagnostic {
    diagnostic.notes.clear();
    // Only the dot itself is replaced; a break of the line before it stays.
    let fits = dot.span.end == dot.span.start + 1;
    if fits {
        let title = format!("go on only where it is there: `{}?.{name}`", short(text));
        diagnostic.fixes.clear();
        diagnostic = diagnostic.offer(title, dot, "?.");
    }
    diagnostic.note(asked_first(short(text)))
}

/// The text of an expression in a piece of code, or what stands for it where it is long.
fn short(text: &str) -> &str {
    if text.is_empty() || text.len() > 40 || text.contains('\n') { "value" } else { text }
}

/// An optional as a condition.
pub(in crate::semantics) fn optional_condition(at: Location, text: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0202,
        at,
        "A condition is a `bool`, and this is a value that may be none",
    )
    .label("is it there?")
    .note(format!("Ask whether it is: `{text} != none`"))
    .fix("compare with `none`", after(at), " != none")
}

/// A comparison with `null` of what is not JSON.
pub(in crate::semantics) fn compared_with_null(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0009, at, "`null` is written `none` here")
        .label("write `none`")
        .note(
            "In this language, what is missing is `none`, and `null` is only what is sent to clear a field.",
        )
        .fix("change to `none`", at, "none")
}

/// A comparison with `none` of what is always there.
pub(in crate::semantics) fn never_none(
    at: Location,
    whole: Location,
    text: &str,
    found: &str,
    json: bool,
    negated: bool,
) -> Diagnostic {
    let message = format!("{} is `{found}`, which is never none", shown(text));
    let diagnostic = Diagnostic::error(Code::E0205, at, message).label("always there");
    if json {
        let op = if negated { "!=" } else { "==" };
        return diagnostic
            .note(format!("To ask for the JSON null, compare with that: `{text} {op} null`"))
            .fix("compare with `null`", whole, format!("{text} {op} null"));
    }
    let always = if negated { "true" } else { "false" };
    diagnostic.note(format!("The comparison is always {always}: remove it"))
}

/// `??` after what is always there.
pub(in crate::semantics) fn needless_coalesce(
    op: Location,
    left: Location,
    cut: Location,
    found: &str,
) -> Diagnostic {
    Diagnostic::error(Code::E0205, op, "`??` after a value that is always there")
        .label("its right side is never used")
        .also(left, format!("this is `{found}`, never none"))
        .fix("remove it", cut, "")
}

/// `?.` after what is always there.
pub(in crate::semantics) fn needless_question(
    at: Location,
    dot: Location,
    found: &str,
) -> Diagnostic {
    let a_found = a(found);
    let diagnostic =
        Diagnostic::error(Code::E0205, at, format!("`?.` after {a_found}, which is always there"))
            .label("never none");
    if dot.span.end == dot.span.start + 2 {
        return diagnostic.fix("use `.`", dot, ".");
    }
    diagnostic
}

/// `none =>` of what is always there.
pub(in crate::semantics) fn none_pattern(at: Location, found: &str) -> Diagnostic {
    let the_found = the(found);
    Diagnostic::error(Code::E0201, at, format!("{the_found} is never none"))
        .label("this arm takes nothing")
        .note("Remove the arm, or write `else` for all that is left")
}

/// The text of an expression in a message, or a word for it where it is long.
fn shown(text: &str) -> String {
    if text.is_empty() || text.len() > 40 || text.contains('\n') {
        return "This".into();
    }
    format!("`{text}`")
}
