//! Record literals, and literals of choices.

use callflow_artifact::types::{TypeId, Types};
use ecow::EcoString;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::type_name::{placeholder, type_name};
use super::{a, also, before_close, list, meant, meant_text, the};

/// Fields that a literal must have and has not.
pub(in crate::semantics) fn missing_fields(
    at: Location,
    owner: &str,
    missing: &[(EcoString, TypeId)],
    types: &Types,
    place: Option<Location>,
    source: &str,
) -> Diagnostic {
    let names = list(missing.iter().map(|(name, _)| name.as_str()));
    let (word, these) = if missing.len() == 1 { ("field", "is") } else { ("fields", "are") };
    let of = if owner.is_empty() { String::new() } else { format!(" of `{owner}`") };
    let mut diagnostic =
        Diagnostic::error(Code::E0203, at, format!("The {word} {names}{of} {these} missing"))
            .label("not complete");
    for (name, ty) in missing.iter().take(8) {
        diagnostic = diagnostic.note(format!("`{name}: {}`", type_name(types, *ty)));
    }
    diagnostic = also(diagnostic, place, "defined here");
    if !source.ends_with('}') {
        return diagnostic;
    }
    let inner = source.trim_end_matches('}').trim_end();
    let separator = if inner.ends_with(['{', ',']) { " " } else { ", " };
    let given: Vec<String> =
        missing.iter().map(|(name, ty)| format!("{name}: {}", placeholder(types, *ty))).collect();
    // Put right behind what is there, so that the closing brace keeps its place.
    let mut put = before_close(at);
    put.span.start = at.span.start + inner.len() as u32;
    put.span.end = put.span.start;
    diagnostic.offer(format!("add {names}"), put, format!("{separator}{}", given.join(", ")))
}

/// A record where a tagged choice is expected.
pub(in crate::semantics) fn untagged(at: Location, choice: &str, tags: &[EcoString]) -> Diagnostic {
    let the_choice = the(choice);
    Diagnostic::error(Code::E0201, at, format!("{the_choice} says by its tag what it is"))
        .label("a record without a tag")
        .note(format!("Write the tag before the brace: {}", {
            let written: Vec<String> = tags.iter().map(|tag| format!("{tag} {{ … }}")).collect();
            list(written.iter().map(String::as_str))
        }))
}

/// A file that is written down, with no content behind it.
pub(in crate::semantics) fn made_up_file(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, "A `file` is a stored one, and nothing is stored behind this")
        .label("a record that was written down")
        .note("Files come from triggers and actions; `{ ...contract, name: \"signed.pdf\" }` is one under another name")
        .note("In a test it can be written down, to stand in for a stored one")
}

/// A tag that a choice does not have.
pub(in crate::semantics) fn unknown_tag(
    at: Location,
    tag: &str,
    choice: &str,
    tags: &[EcoString],
    candidate: Option<&str>,
    place: Option<Location>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0204, at, format!("`{choice}` has no alternative `{tag}`"))
            .note(format!("It is one of {}", list(tags.iter().map(EcoString::as_str))));
    also(meant(diagnostic, at, candidate), place, "defined here")
}

/// A tag as a pattern where nothing has tags.
pub(in crate::semantics) fn no_tags(at: Location, tag: &str, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(Code::E0201, at, format!("`{tag}` is a tag, and {a_found} has none"))
        .label(format!("does not fit {a_found}"))
}

/// A tag of several choices.
pub(in crate::semantics) fn ambiguous_tag(
    at: Location,
    tag: &str,
    choices: &[EcoString],
) -> Diagnostic {
    let names = list(choices.iter().map(EcoString::as_str));
    Diagnostic::error(Code::E0206, at, format!("`{tag}` is a tag of {names}"))
        .label("which one?")
        .note(format!(
            "Say what is expected: `result: {} = {tag} {{ … }}`",
            choices.first().map_or("T", EcoString::as_str)
        ))
}

/// Something else than a record before a record's brace.
pub(in crate::semantics) fn not_a_record_type(at: Location, name: &str, what: &str) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, format!("`{name}` is no record that could be built so"))
        .label(format!("this is `{what}`"))
}

/// `...` before what has no fields.
pub(in crate::semantics) fn spreads_no_record(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("`...` puts in a record's fields, and this is {a_found}"),
    )
    .label(format!("this is {a_found}"))
}

/// A text that is none of a choice's.
pub(in crate::semantics) fn no_literal(
    at: Location,
    text: &str,
    choice: &str,
    texts: &[EcoString],
    candidate: Option<&str>,
    place: Option<Location>,
) -> Diagnostic {
    let named = !choice.starts_with('"');
    let message = if named {
        format!("{text:?} is none of the texts of `{choice}`")
    } else {
        format!("{text:?} is not possible here")
    };
    let all: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    let diagnostic = Diagnostic::error(Code::E0204, at, message)
        .note(format!("It is one of {}", list(all.iter().map(String::as_str))));
    let diagnostic = meant_text(diagnostic, at, candidate);
    also(diagnostic, place, "defined here")
}
