//! Names: unknown ones, those that are there twice, and those that are no values.

use callflow_artifact::types::Type;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;
use crate::syntax::tree::Name;

use super::{after, also, list, meant, the};

/// A name that stands for nothing.
pub(in crate::semantics) fn unknown_name(
    name: &str,
    at: Location,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0101, at, format!("There is no `{name}` here")).label("unknown");
    let diagnostic = match (name, candidate) {
        ("Promise", _) => diagnostic.note(
            "Several things at a time are done by `parallel { a = first(); b = second() }`: behind it, `a` and `b` \
             are there.",
        ),
        ("parallel" | "first", _) => {
            diagnostic.note(format!("As a word of the language, `{name}` has a block behind it: `{name} {{ … }}`."))
        }
        (_, None) => diagnostic.note(format!(
            "A name is there from the line on that binds it, `{name} = …`, to the end of its block; a trigger's \
             fields are there by their own names."
        )),
        _ => diagnostic,
    };
    meant(diagnostic, at, candidate)
}

/// A field that a record does not have.
pub(in crate::semantics) fn unknown_field(
    name: &Name,
    at: Location,
    owner: &str,
    fields: &[&str],
    candidate: Option<&str>,
    place: Option<Location>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0102, at, format!("`{owner}` has no field `{}`", name.text))
            .label("unknown");
    let diagnostic = if fields.is_empty() {
        diagnostic.note("It has no fields")
    } else {
        diagnostic.note(format!("It has {}", list(fields.iter().copied())))
    };
    also(meant(diagnostic, at, candidate), place, "defined here")
}

/// A field in a literal that its record does not have.
pub(in crate::semantics) fn unknown_entry(
    name: &Name,
    at: Location,
    owner: &str,
    fields: &[&str],
    candidate: Option<&str>,
    place: Option<Location>,
    shorthand: bool,
) -> Diagnostic {
    let owner = if owner.is_empty() { "the record that is needed here" } else { owner };
    let mut diagnostic = unknown_field(name, at, owner, fields, candidate, place);
    if shorthand {
        // The name is the value too, so that changing it alone would change that.
        diagnostic.fixes.clear();
        if let Some(candidate) = candidate {
            let text = format!("{candidate}: {}", name.text);
            diagnostic = diagnostic.fix(format!("write `{text}`"), at, text.clone());
        }
    }
    diagnostic
}

/// A field of what has no fields.
pub(in crate::semantics) fn no_fields(
    name: &Name,
    at: Location,
    found: &str,
    ty: Type,
    base: (Location, &str),
    is_method: bool,
) -> Diagnostic {
    let the_found = the(found);
    let diagnostic =
        Diagnostic::error(Code::E0102, at, format!("{the_found} has no field `{}`", name.text))
            .label("unknown");
    if is_method {
        return diagnostic
            .note(format!("`{}` is a method: it is called with brackets", name.text))
            .fix("call it", after(at), "()");
    }
    match ty {
        Type::Json | Type::Map(_) => {
            let (place, text) = base;
            let text = if text.len() > 40 || text.contains('\n') { "value" } else { text };
            let key = format!("[\"{}\"]", name.text);
            let cut = Location { file: at.file, span: place.span.after().to(at.span) };
            let diagnostic = diagnostic.note(match ty {
                Type::Map(_) => format!("A map is read by key, and gives none where it has none: `{text}{key}`."),
                _ => format!(
                    "`json` is read by key, `{text}{key}`, or as a type that says what is in it, `{text} as Lead`."
                ),
            });
            diagnostic.fix(format!("read it by key: `{text}{key}`"), cut, key)
        }
        Type::List(_) => diagnostic
            .note("A list has items: take one (`.first()`, `[0]`) or go through all with `for`"),
        Type::Choice(_) => diagnostic.note("`match` it, and each alternative gives its fields"),
        Type::None => diagnostic.note("This gives no value at all"),
        _ => diagnostic,
    }
}

/// A method that a type does not have.
pub(in crate::semantics) fn unknown_method(
    name: &Name,
    at: Location,
    found: &str,
    methods: &[&str],
    candidate: Option<&str>,
    elsewhere: Option<&str>,
) -> Diagnostic {
    let the_found = the(found);
    let diagnostic =
        Diagnostic::error(Code::E0105, at, format!("{the_found} has no method `{}`", name.text))
            .label("unknown");
    let diagnostic = match elsewhere {
        Some(elsewhere) => diagnostic.note(format!("`{}` is for {elsewhere}", name.text)),
        None => listed(diagnostic, "It has", methods),
    };
    meant(diagnostic, at, candidate)
}

/// A method of another language whose work is written in another way here.
pub(in crate::semantics) fn written_otherwise(
    name: &Name,
    at: Location,
    found: &str,
    note: &str,
) -> Diagnostic {
    let message = format!("{} has no method `{}`", the(found), name.text);
    Diagnostic::error(Code::E0105, at, message).label("unknown").note(note)
}

/// A type that does not exist.
pub(in crate::semantics) fn unknown_type(
    name: &str,
    at: Location,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0103, at, format!("There is no type `{name}`")).label("unknown");
    let diagnostic = match candidate {
        Some(_) => diagnostic,
        None => diagnostic.note(format!("Define it: `type {name} {{ … }}`")),
    };
    meant(diagnostic, at, candidate)
}

/// A type that a piece does not have.
pub(in crate::semantics) fn unknown_type_of_piece(
    (is_file, owner): (bool, &str),
    name: &Name,
    at: Location,
    candidate: Option<&str>,
) -> Diagnostic {
    let what = if is_file { "file" } else { "piece" };
    let message = format!("The {what} `{owner}` has no type `{}`", name.text);
    meant(Diagnostic::error(Code::E0103, at, message).label("unknown"), at, candidate)
}

/// A piece that does not exist.
pub(in crate::semantics) fn unknown_piece(
    name: &str,
    at: Location,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::E0101, at, format!("There is no piece `{name}`"))
        .label("unknown")
        .note("`callflow pieces` lists all that there are");
    meant(diagnostic, at, candidate)
}

/// An action that a piece does not have.
pub(in crate::semantics) fn unknown_action(
    piece: &str,
    name: &Name,
    at: Location,
    actions: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let message = format!("The piece `{piece}` has no action `{}`", name.text);
    let diagnostic = Diagnostic::error(Code::E0104, at, message).label("unknown");
    let diagnostic = listed(diagnostic, "It has", actions);
    meant(diagnostic, at, candidate)
}

/// A trigger that does not exist.
pub(in crate::semantics) fn unknown_trigger(
    name: &str,
    at: Location,
    piece: Option<&str>,
    triggers: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let message = match piece {
        Some(piece) => format!("The piece `{piece}` has no trigger `{name}`"),
        None => format!("There is no trigger `{name}`"),
    };
    let diagnostic = Diagnostic::error(Code::E0107, at, message).label("unknown");
    let diagnostic = listed(diagnostic, "There are", triggers);
    meant(diagnostic, at, candidate)
}

/// A setting that no connection of the piece has.
pub(in crate::semantics) fn unknown_setting(
    name: &Name,
    at: Location,
    settings: &[&str],
    candidate: Option<&str>,
    secret: bool,
) -> Diagnostic {
    if secret {
        let message = format!("`{}` is a secret, and no action can read it", name.text);
        return Diagnostic::error(Code::E0102, at, message).label("a secret").note(
            "A connection puts it into requests: `header \"Authorization\" \"Bearer {token}\"`",
        );
    }
    let message = format!("No connection of this piece has a setting `{}`", name.text);
    let diagnostic = Diagnostic::error(Code::E0102, at, message)
        .label("unknown")
        .note(format!("There are {}", list(settings.iter().copied())));
    meant(diagnostic, at, candidate)
}

/// A definition of what is defined already.
pub(in crate::semantics) fn twice(
    what: &str,
    name: &str,
    at: Location,
    first: Location,
) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("There are two definitions of the {what} `{name}`"))
        .label("the second")
        .also(first, "the first")
}

/// A text that stands in a choice twice.
pub(in crate::semantics) fn literal_twice(text: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("{text:?} stands in this choice twice"))
        .label("the second time")
}

/// A second binding of a visible name.
pub(in crate::semantics) fn bound_twice(
    name: &str,
    at: Location,
    first: Location,
    var: bool,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::E0106, at, format!("`{name}` is bound already"))
        .label("bound again")
        .also(first, "bound here");
    if var {
        return diagnostic.note(format!("To give it a new value, write `{name} = …` alone"));
    }
    diagnostic.note(format!(
        "Choose another name, or bind the first with `var {name} = …` if it is to change"
    ))
}

/// A binding of the name of a trigger's field.
pub(in crate::semantics) fn binds_trigger_field(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{name}` is a field of the trigger already"))
        .label("bound again")
        .note(format!(
            "Choose another name, or end the header with `as call`: then the field is `call.{name}`"
        ))
}

/// A binding of the name of a function or a constant.
pub(in crate::semantics) fn binds_item(name: &str, at: Location, item: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{name}` is defined in this file already"))
        .label("bound again")
        .also(item, "defined here")
        .note("Choose another name")
}

/// A parameter of the name of a field that the trigger gives.
pub(in crate::semantics) fn parameter_of_trigger(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{name}` is what the trigger gives already"))
        .label("the second")
        .note("Choose another name for the parameter")
}

/// A function that has the name of one of the language's.
pub(in crate::semantics) fn built_in_function(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{name}` is a function of the language"))
        .label("defined again")
        .note("Choose another name")
}

/// A type that has the name of one of the language's.
pub(in crate::semantics) fn built_in_type(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{name}` is a type of the language"))
        .label("defined again")
        .note("Choose another name")
}

/// Two files that define one piece.
pub(in crate::semantics) fn piece_twice(name: &str, at: Location, first: Location) -> Diagnostic {
    twice("piece", name, at, first)
}

/// A piece of the project that the library has too.
pub(in crate::semantics) fn piece_of_library(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("The standard library has a piece `{name}` already"))
        .label("the second")
        .note("Choose another name, so that no reader takes one for the other")
}

/// Two flows of one name.
pub(in crate::semantics) fn flow_twice(
    name: &str,
    at: Location,
    first: Location,
    labelled: bool,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0106, at, format!("Two flows of this file are called `{name}`"))
            .label("the second")
            .also(first, "the first");
    if labelled {
        return diagnostic.note("Give one of them another label");
    }
    diagnostic.note(format!("Give each a label: `first: on {name} < … >`"))
}

/// Two flows that would take the same requests.
pub(in crate::semantics) fn claimed_twice(what: &str, at: Location, first: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("Two flows claim {what}"))
        .label("the second")
        .also(first, "the first")
}

/// Two paths that mean the same address, neither of which says more of it.
pub(in crate::semantics) fn paths_overlap(
    address: &str,
    [path, other]: [&str; 2],
    at: Location,
    first: Location,
) -> Diagnostic {
    claimed_twice(address, at, first)
        .note(format!("`{other}` and `{path}` both mean it, and neither says more of it"))
}

/// A function where a value is wanted.
pub(in crate::semantics) fn function_as_value(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(
        Code::E0108,
        at,
        format!("`{name}` is a function, and its result is wanted here"),
    )
    .label("not called")
    .fix("call it", after(at), "()")
}

/// An action where a value is wanted.
pub(in crate::semantics) fn action_as_value(piece: &str, name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(
        Code::E0108,
        at,
        format!("`{piece}.{name}` is an action, and its result is wanted here"),
    )
    .label("not called")
    .fix("call it", after(at), "()")
}

/// A piece where a value is wanted.
pub(in crate::semantics) fn piece_as_value(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, format!("`{name}` is a piece, and a value is wanted here"))
        .label("not a value")
        .note(format!("Call one of its actions: `{name}.…`"))
}

/// A type where a value is wanted.
pub(in crate::semantics) fn type_as_value(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, format!("`{name}` is a type, and a value is wanted here"))
        .label("not a value")
        .note(format!("A value of it is written `{name} {{ … }}`"))
}

/// `Lead?` or `[string: Lead]` where a value is wanted.
pub(in crate::semantics) fn written_type_as_value(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, "This is a type, and a value is wanted here")
        .label("not a value")
}

/// A tag without its braces.
pub(in crate::semantics) fn tag_as_value(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, format!("`{name}` is a tag, and needs its record"))
        .label("without its fields")
        .note(format!("A value of it is written `{name} {{ … }}`"))
        .fix(format!("write `{name} {{}}`"), after(at), " {}")
}

/// The connection as a whole.
pub(in crate::semantics) fn connection_as_value(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, "A connection is no value, but its settings are")
        .label("not a value")
        .note("Name a setting: `connection.kind`")
}

/// A range where a value is wanted.
pub(in crate::semantics) fn stray_range(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0108, at, "A range stands only after `in`")
        .label("not a value")
        .note("`for i in 1..10 { … }`, or `if age in 18..65 { … }`")
}

/// A note of what there is instead, if there is anything.
fn listed(diagnostic: Diagnostic, introduction: &str, names: &[&str]) -> Diagnostic {
    if names.is_empty() {
        return diagnostic;
    }
    diagnostic.note(format!("{introduction} {}", list(names.iter().copied())))
}
