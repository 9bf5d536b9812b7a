//! `use`: files, aliases, connections.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::list;

fn wrong(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0110, at, message)
}

/// A file that the project does not have.
pub(in crate::semantics) fn unknown_file(
    path: &str,
    at: Location,
    known: &[String],
    candidate: Option<&str>,
    quoted: bool,
) -> Diagnostic {
    let diagnostic =
        wrong(at, format!("The project has no file \"{path}\"")).label("as seen from this file");
    let diagnostic = if known.is_empty() {
        diagnostic.note("This is its only file with flows")
    } else {
        diagnostic.note(format!("There are {}", list(known.iter().map(String::as_str))))
    };
    match candidate {
        Some(meant) => {
            let shown = format!("\"{meant}\"");
            super::instead(diagnostic, at, &shown, if quoted { &shown } else { meant })
        }
        None => diagnostic,
    }
}

/// A file that uses itself.
pub(in crate::semantics) fn uses_itself(at: Location) -> Diagnostic {
    wrong(at, "This is the file itself")
        .label("uses itself")
        .note("The items of a file are there in it without `use`")
}

/// A file whose name is no name.
pub(in crate::semantics) fn no_name(at: Location) -> Diagnostic {
    wrong(at, "This file's name cannot stand for it in flows")
        .label("no name")
        .note("Give it one: `use \"./my-crm.flow\" as crm`")
}

/// `use "./crm.flow" with connection "x"`
pub(in crate::semantics) fn connection_of_file(at: Location) -> Diagnostic {
    wrong(at, "Pieces run over a connection, and files do not")
        .label("a file is used here")
        .note("In that file, `use PIECE with connection \"…\"` chooses one")
}

/// An alias that is a piece's name.
pub(in crate::semantics) fn hides_piece(alias: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{alias}` is the name of a piece"))
        .label("would hide the piece")
        .note("Give it another name with `as`")
}

/// `use hubspot`
pub(in crate::semantics) fn needless(piece: &str, at: Location, line: Location) -> Diagnostic {
    Diagnostic::warning(Code::W0001, at, format!("`{piece}` is there without `use`"))
        .label("changes nothing")
        .note(format!("`use {piece} as other with connection \"…\"` gives it a second connection"))
        .fix("remove it", line, "")
}

/// A `use` that nothing needs.
pub(in crate::semantics) fn unused(alias: &str, at: Location, line: Location) -> Diagnostic {
    Diagnostic::warning(Code::W0001, at, format!("`{alias}` is used by nothing in this file"))
        .label("never used")
        .fix("remove the `use`", line, "")
}

/// An item that a used file does not have.
pub(in crate::semantics) fn unknown_item(
    file: &str,
    name: &str,
    at: Location,
    known: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0101, at, format!("The file `{file}` has no `{name}`"));
    has(diagnostic, at, known, "functions and no constants", candidate)
}

/// A file as a value.
pub(in crate::semantics) fn file_as_value(alias: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, format!("`{alias}` is a file, which is no value"))
        .label("a file")
        .note(format!("Its items are `{alias}.name`"))
}

/// A file that is not used where one of its flows is named.
pub(in crate::semantics) fn not_used(
    name: &str,
    at: Location,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0109, at, format!("No file is used as `{name}` here"))
            .label("unknown")
            .note(format!("A flow of another file is known after `use \"./{name}.flow\"`"));
    super::meant(diagnostic, at, candidate)
}

/// A flow that a used file does not have.
pub(in crate::semantics) fn no_flow(
    file: &str,
    name: &str,
    at: Location,
    known: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0109, at, format!("The file `{file}` has no flow `{name}`"));
    has(diagnostic, at, known, "flows", candidate)
}

/// What a file has instead of what it was asked for, and which of it was meant. Where it has nothing, `kind` says
/// of what.
fn has(
    diagnostic: Diagnostic,
    at: Location,
    known: &[&str],
    kind: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let note = if known.is_empty() {
        format!("It has no {kind}")
    } else {
        format!("It has {}", list(known.iter().copied()))
    };
    super::meant(diagnostic.label("unknown").note(note), at, candidate)
}
