//! Calls: arguments that are missing, unknown or too many; callees that cannot be called.

use callflow_artifact::types::{TypeId, Types};
use ecow::EcoString;

use crate::diagnostics::{Code, Diagnostic};
use crate::semantics::constant::Purpose;
use crate::semantics::expression::purpose_words;
use crate::semantics::signature::Signature;
use crate::source::Location;

use super::type_name::{placeholder, type_name};
use super::{a, after, also, before_close, list, meant, meant_text, sentence, the};

/// Arguments that must be given and are not.
pub(in crate::semantics) fn missing(
    at: Location,
    brackets: Location,
    signature: &Signature,
    missing: &[(EcoString, TypeId)],
    types: &Types,
    source: &str,
) -> Diagnostic {
    let names = list(missing.iter().map(|(name, _)| name.as_str()));
    let word = if missing.len() == 1 { "argument" } else { "arguments" };
    let name = &signature.name;
    let mut diagnostic =
        Diagnostic::error(Code::E0301, at, format!("`{name}` needs the {word} {names}"))
            .label(format!("without {names}"));
    for (name, ty) in missing.iter().take(8) {
        let doc = signature.parameters.iter().find(|p| p.name == *name).map(|p| p.doc.as_str());
        let line = doc.and_then(|doc| doc.lines().next()).filter(|line| !line.is_empty());
        diagnostic = diagnostic.note(match line {
            Some(line) => format!("`{name}: {}`: {line}", type_name(types, *ty)),
            None => format!("`{name}: {}`", type_name(types, *ty)),
        });
    }
    diagnostic = also(diagnostic, signature.at, "declared here");
    let given: Vec<String> =
        missing.iter().map(|(name, ty)| format!("{name}: {}", placeholder(types, *ty))).collect();
    let given = given.join(", ");
    let title = format!("add {names}");
    let inner = source.strip_prefix('(').and_then(|source| source.strip_suffix(')'));
    match inner.map(str::trim_end) {
        None => diagnostic.offer(title, after(at), format!("({given})")),
        Some("") => diagnostic.offer(title, before_close(brackets), given),
        Some(inner) => {
            let mut place = before_close(brackets);
            place.span.start = brackets.span.start + 1 + inner.len() as u32;
            place.span.end = place.span.start;
            let separator = if inner.ends_with(',') { " " } else { ", " };
            diagnostic.offer(title, place, format!("{separator}{given}"))
        }
    }
}

/// An argument's name that is no parameter's.
pub(in crate::semantics) fn unknown_argument(
    at: Location,
    written: &str,
    signature: &Signature,
    known: &[&str],
    candidate: Option<&str>,
) -> Diagnostic {
    let name = &signature.name;
    let diagnostic =
        Diagnostic::error(Code::E0302, at, format!("`{name}` has no parameter `{written}`"));
    let diagnostic = if known.is_empty() {
        diagnostic.note("It takes no arguments")
    } else {
        diagnostic.note(format!("It has {}", list(known.iter().copied())))
    };
    also(meant(diagnostic, at, candidate), signature.at, "declared here")
}

/// More arguments than parameters.
pub(in crate::semantics) fn too_many(at: Location, signature: &Signature) -> Diagnostic {
    let count = signature.parameters.len();
    let name = &signature.name;
    let takes = match count {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        _ => format!("{count} arguments"),
    };
    let diagnostic =
        Diagnostic::error(Code::E0303, at, format!("`{name}` takes {takes}")).label("one too many");
    let diagnostic = if count == 0 {
        diagnostic
    } else {
        let names = signature.parameters.iter().map(|parameter| parameter.name.as_str());
        diagnostic.note(format!("They are {}", list(names)))
    };
    let diagnostic = match signature.type_parameters.first() {
        Some(parameter) => {
            diagnostic.note(format!("A type is given by name: `{}: Lead`", parameter.name))
        }
        None => diagnostic,
    };
    also(diagnostic, signature.at, "declared here")
}

/// An argument without a name behind one that has one.
pub(in crate::semantics) fn positional_after_named(
    at: Location,
    signature: &Signature,
) -> Diagnostic {
    let names = signature.parameters.iter().map(|parameter| parameter.name.as_str());
    Diagnostic::error(Code::E0303, at, "Behind an argument with a name, each needs its name")
        .label("for which parameter?")
        .note(format!("The parameters are {}", list(names)))
}

/// One parameter, two arguments.
pub(in crate::semantics) fn given_twice(
    at: Location,
    name: &str,
    first: Option<Location>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::E0305, at, format!("`{name}` is given twice"))
        .label("the second time");
    also(diagnostic, first, "the first time")
}

/// A call of what is a value.
pub(in crate::semantics) fn not_callable(at: Location, found: &str) -> Diagnostic {
    let the_found = the(found);
    Diagnostic::error(Code::E0304, at, format!("{the_found} cannot be called"))
        .label("not a function")
}

/// A call of a name that is no function's.
pub(in crate::semantics) fn not_a_function(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(Code::E0304, at, format!("`{name}` is a value and cannot be called"))
        .label("not a function")
}

/// A call of a piece that has no default action.
pub(in crate::semantics) fn no_default_action(
    at: Location,
    piece: &str,
    actions: &[&str],
) -> Diagnostic {
    let written: Vec<String> = actions.iter().map(|action| format!("{piece}.{action}")).collect();
    Diagnostic::error(
        Code::E0304,
        at,
        format!("The piece `{piece}` is called by one of its actions"),
    )
    .label("which action?")
    .note(format!("It has {}", list(written.iter().map(String::as_str))))
}

/// A call of a type.
pub(in crate::semantics) fn calls_type(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(Code::E0304, at, format!("`{name}` is a type and cannot be called"))
        .label("not a function")
        .note(format!("A value of it is written `{name} {{ … }}`"))
}

/// An action of the same piece.
pub(in crate::semantics) fn action_of_own_piece(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0307,
        at,
        format!("`{name}` is an action, and a piece does not call those"),
    )
    .label("an action")
    .note("Put what both need into a function: `fn …`")
}

/// A function that does not exist.
pub(in crate::semantics) fn unknown_function(
    at: Location,
    name: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::E0101, at, format!("There is no function or piece `{name}`"))
            .label("unknown");
    let diagnostic = match (name, candidate) {
        ("sleep" | "delay" | "pause", _) => {
            diagnostic.note("A run is suspended by `wait 30s`, for as long as you like: `wait 14d`.")
        }
        (_, None) => diagnostic.note(format!(
            "A function is defined outside of flows: `fn {name}(…) {{ … }}`. `callflow pieces` lists the pieces."
        )),
        _ => diagnostic,
    };
    meant(diagnostic, at, candidate)
}

/// An action where nothing can be called.
pub(in crate::semantics) fn action_in_constant(
    at: Location,
    name: &str,
    purpose: Purpose,
) -> Diagnostic {
    let what = purpose_words(purpose);
    Diagnostic::error(Code::E0307, at, format!("{} cannot call the action `{name}`", sentence(what)))
        .label("an action")
        .note("It is worked out before any flow runs: call the action in the flow and bind its result there")
}

/// A function where nothing can be called.
pub(in crate::semantics) fn function_in_constant(
    at: Location,
    name: &str,
    purpose: Purpose,
) -> Diagnostic {
    let what = purpose_words(purpose);
    Diagnostic::error(Code::E0405, at, format!("{} cannot call `{name}`", sentence(what)))
        .label("only known when a flow runs")
        .note("Write the value as a literal")
}

/// Another piece's action in a piece.
pub(in crate::semantics) fn action_in_piece(at: Location, name: &str) -> Diagnostic {
    Diagnostic::error(Code::E0307, at, format!("A piece cannot call the action `{name}`"))
        .label("of the actions, only those of `http` can be called here")
        .note("A flow brings pieces together; a piece speaks to one service")
}

/// A field that is called like a method.
pub(in crate::semantics) fn field_called(at: Location, name: &str, owner: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0304,
        at,
        format!("`{name}` is a field of `{owner}` and cannot be called"),
    )
    .label("a field")
    .note(format!("Write `.{name}` without brackets"))
}

/// `json_schema` without one type.
pub(in crate::semantics) fn one_type(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0301, at, "`json_schema` takes one type")
        .note("Such as `json_schema(Lead)`")
}

/// A lambda with too many or too few parameters.
pub(in crate::semantics) fn lambda_parameters(
    at: Location,
    method: &str,
    wanted: usize,
    found: usize,
) -> Diagnostic {
    let example = if wanted == 2 { "(sum, item) => …" } else { "item => …" };
    let count = if wanted == 1 { "one parameter".into() } else { format!("{wanted} parameters") };
    Diagnostic::error(
        Code::E0306,
        at,
        format!("`{method}` wants a function of {count}, and this has {found}"),
    )
    .label(format!("has {found}"))
    .note(format!("Write `{example}`"))
}

/// Something else where a lambda must stand.
pub(in crate::semantics) fn no_lambda(
    at: Location,
    method: &str,
    found: &str,
    parameters: usize,
) -> Diagnostic {
    let a_found = a(found);
    let example = if parameters == 2 { "(sum, item) => …" } else { "item => …" };
    Diagnostic::error(
        Code::E0306,
        at,
        format!("`{method}` wants to know what to do with each item"),
    )
    .label(format!("this is {a_found}"))
    .note(format!("Write `{example}`, or the name of a function"))
}

/// A method without its lambda; `form` is what stands between the brackets.
pub(in crate::semantics) fn wants_lambda(at: Location, method: &str, form: &str) -> Diagnostic {
    Diagnostic::error(Code::E0306, at, format!("`{method}` is called as `{method}({form})`"))
        .label("with other arguments")
}

/// A literal that does not mean what a method needs it to.
pub(in crate::semantics) fn means_nothing(
    at: Location,
    text: &str,
    parameter: &str,
    why: &str,
    candidate: Option<&str>,
) -> Diagnostic {
    let shown: String = text.chars().take(60).collect();
    let diagnostic = Diagnostic::error(Code::E0310, at, format!("{shown:?} {why}"))
        .label(format!("not a {parameter}"));
    meant_text(diagnostic, at, candidate)
}

/// A lambda where none can stand.
pub(in crate::semantics) fn stray_lambda(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0306, at, "A lambda stands only as the argument of a list's method")
        .label("not here")
        .note("Define a function for it: `fn name(…) -> T { … }`")
}
