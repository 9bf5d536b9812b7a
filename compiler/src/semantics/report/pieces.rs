//! Declarations of pieces.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::{a, list, meant};

fn wrong(at: Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::E0501, at, message)
}

/// A word that is none of those that are possible.
pub(in crate::semantics) fn unknown_word(
    what: &str,
    word: &str,
    at: Location,
    words: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic = wrong(at, format!("There is no {what} `{word}`"))
        .label("unknown")
        .note(format!("There are {}", list(words.iter().copied())));
    meant(diagnostic, at, candidate)
}

/// `piece x` further down.
pub(in crate::semantics) fn piece_not_first(at: Location) -> Diagnostic {
    wrong(at, "`piece` is the first item of its file").label("not the first item")
}

/// Two default actions.
pub(in crate::semantics) fn two_defaults(at: Location, piece: &str) -> Diagnostic {
    wrong(at, format!("`{piece}` has a default action already")).label("the second")
}

/// A declaration that stands twice.
pub(in crate::semantics) fn twice(what: &str, at: Location, first: Location) -> Diagnostic {
    wrong(at, format!("A piece has one `{what}`")).label("the second").also(first, "the first")
}

/// A limit of nothing.
pub(in crate::semantics) fn limit(at: Location) -> Diagnostic {
    wrong(at, "A limit is so many requests in so much time, both more than zero")
        .note("Such as `limits 100 per 10s`")
}

/// A number that is no HTTP status.
pub(in crate::semantics) fn status(at: Location) -> Diagnostic {
    wrong(at, "An HTTP status is a number from 100 to 599").label("no status")
}

/// Two connections of one name.
pub(in crate::semantics) fn connection_twice(at: Location, name: &str) -> Diagnostic {
    wrong(at, format!("There are two connections `{name}`"))
        .label("the second")
        .note(format!("Give it a name of its own: `connection {name} other {{ … }}`"))
}

/// Two settings of one name.
pub(in crate::semantics) fn setting_twice(at: Location, name: &str) -> Diagnostic {
    wrong(at, format!("There are two settings `{name}`")).label("the second")
}

/// A setting of another type.
pub(in crate::semantics) fn setting_type(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    wrong(at, format!("A setting is a `string` or a `secret`, not {a_found}"))
        .label(format!("`{found}`"))
}

/// OAuth 2 without its addresses.
pub(in crate::semantics) fn oauth2_incomplete(at: Location) -> Diagnostic {
    wrong(at, "`oauth2` needs to know where a person consents and where tokens come from")
        .note("`authorize \"https://…\"` and `token \"https://…\"`")
}

/// A line that only OAuth 2 has.
pub(in crate::semantics) fn only_oauth2(at: Location, word: &str) -> Diagnostic {
    wrong(at, format!("`{word}` is for connections of kind `oauth2`")).label("not here")
}

/// A line of the wrong form.
pub(in crate::semantics) fn directive_form(at: Location, word: &str) -> Diagnostic {
    let form = match word {
        "authorize" | "token" => "\"https://…\"",
        "refresh" => "rotating",
        "header" => "\"Authorization\" \"Bearer {token}\"",
        "query" => "\"key\" \"{key}\"",
        "base" => "\"https://{host}/api\"",
        _ => "get \"/path\"",
    };
    wrong(at, format!("`{word}` has another form")).note(format!("Write `{word} {form}`"))
}

/// A template that names no setting.
pub(in crate::semantics) fn no_such_setting(
    at: Location,
    name: &str,
    settings: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic = wrong(at, format!("There is no setting `{name}` here")).label("unknown");
    let diagnostic = if settings.is_empty() {
        diagnostic.note(format!("Declare it in the connection: `{name}: string`"))
    } else {
        diagnostic.note(format!("There are {}", list(settings.iter().copied())))
    };
    meant(diagnostic, at, candidate)
}

/// A template with more than names in it.
pub(in crate::semantics) fn template_part(at: Location) -> Diagnostic {
    wrong(at, "Only the names of settings can stand in this text").label("more than a name")
}
