//! The wording of every diagnostic of the checker, by concern. A function makes one diagnostic; what it needs to
//! know it is given.

pub(super) mod branches;
pub(super) mod calls;
pub(super) mod clauses;
pub(super) mod connect;
pub(super) mod control;
pub(super) mod definitions;
pub(super) mod hooks;
pub(super) mod launch;
pub(super) mod mend;
pub(super) mod names;
pub(super) mod operators;
pub(super) mod optionals;
pub(super) mod pieces;
pub(super) mod records;
pub(super) mod secrets;
pub(super) mod settings;
pub(super) mod testing;
pub(super) mod triggers;
pub(super) mod type_name;
pub(super) mod types;
pub(super) mod uses;

use crate::diagnostics::Diagnostic;
use crate::source::{Location, Span};

/// `a`, `b` and `c`, in backticks; so many and no more.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST);
    let shown: Vec<&str> = names.iter().take(MOST).map(String::as_str).collect();
    match (shown.as_slice(), more) {
        ([], _) => String::new(),
        ([only], 0) => (*only).to_owned(),
        ([before @ .., last], 0) => format!("{} and {last}", before.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// "did you mean", where there is a candidate: as a label and as a fix.
fn meant(diagnostic: Diagnostic, at: Location, candidate: Option<&str>) -> Diagnostic {
    match candidate {
        Some(name) => instead(diagnostic, at, &format!("`{name}`"), name),
        None => diagnostic,
    }
}

/// The same of a text in quotes.
fn meant_text(diagnostic: Diagnostic, at: Location, candidate: Option<&str>) -> Diagnostic {
    match candidate {
        Some(text) => {
            let quoted = format!("{text:?}");
            instead(diagnostic, at, &quoted, &quoted)
        }
        None => diagnostic,
    }
}

/// "did you mean" what is shown; the fix writes the text.
fn instead(diagnostic: Diagnostic, at: Location, shown: &str, text: &str) -> Diagnostic {
    diagnostic.label(format!("did you mean {shown}?")).fix(format!("change to {shown}"), at, text)
}

/// A second label, where there is a place for it.
fn also(diagnostic: Diagnostic, at: Option<Location>, text: &str) -> Diagnostic {
    match at {
        Some(at) => diagnostic.also(at, text),
        None => diagnostic,
    }
}

/// The empty place before another.
fn before(at: Location) -> Location {
    Location { file: at.file, span: at.span.before() }
}

/// The empty place after another.
fn after(at: Location) -> Location {
    Location { file: at.file, span: at.span.after() }
}

/// The place inside a closing bracket: before the last byte.
fn before_close(at: Location) -> Location {
    let end = at.span.end.saturating_sub(1).max(at.span.start);
    Location { file: at.file, span: Span::new(end, end) }
}

/// A name in backticks with its article: "an `int`".
fn a(name: &str) -> String {
    let article = match name.chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('a' | 'e' | 'i' | 'o') => "an",
        _ => "a",
    };
    format!("{article} `{name}`")
}

/// The same at the start of a sentence.
fn the(name: &str) -> String {
    sentence(&a(name))
}

/// A text with its first letter as at the start of a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
