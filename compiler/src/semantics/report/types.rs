//! Types that do not fit, and types that cannot be told.

use callflow_artifact::types::{Type, TypeId, Types, Variants};

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::{a, also, the};

/// A value of one type where another is expected.
pub(in crate::semantics) fn mismatch(
    at: Location,
    found: &str,
    expected: &str,
    hint: Option<&'static str>,
) -> Diagnostic {
    let the_expected = the(expected);
    let a_found = a(found);
    let message = if found == "none" {
        format!("{the_expected} is needed here, and `none` is no value")
    } else {
        format!("{the_expected} is needed here, and this is {a_found}")
    };
    let diagnostic = Diagnostic::error(Code::E0201, at, message).label(format!("`{found}`"));
    match hint {
        Some(hint) => diagnostic.note(hint),
        None => diagnostic,
    }
}

/// A value that is neither true nor false where that is asked.
pub(in crate::semantics) fn no_condition(at: Location, found: &str) -> Diagnostic {
    let a_found = a(found);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("A condition is true or false, and this is {a_found}"),
    )
    .label(format!("`{found}`"))
}

/// What to do about a value of one type where another is expected.
pub(in crate::semantics) fn hint(types: &Types, from: TypeId, to: TypeId) -> Option<&'static str> {
    let tagged = |ty: TypeId| match types.get(ty) {
        Type::Choice(choice) => types.choice(choice).is_some_and(|choice| {
            matches!(choice.variants, Variants::Tagged(_) | Variants::Untagged(_))
        }),
        _ => false,
    };
    let to = types.without_optional(to);
    Some(match (types.get(from), types.get(to)) {
        (Type::Secret, _) => "A secret goes nowhere but into a connection",
        (_, Type::Secret) => {
            "A secret is one of the project's: `secret(\"NAME\")`, and never a flow's text"
        }
        (Type::Json, _) => "Say what is in it: `… as T` checks it when the flow runs",
        (Type::Optional(TypeId::JSON), Type::Json) => return None,
        (Type::String, Type::Int) => "`.to_int()` reads a number from a text, or gives none",
        (Type::String, Type::Decimal) => {
            "`.to_decimal()` reads a number from a text, or gives none"
        }
        (Type::String, Type::Float) => "`.to_float()` reads a number from a text, or gives none",
        (Type::String, Type::Time) => "`.to_time()` reads a time from a text, or gives none",
        (Type::String, Type::Date) => "`.to_date()` reads a date from a text, or gives none",
        (Type::String, Type::Phone) => "`.to_phone()` reads a number from a text, or gives none",
        (Type::String, Type::Bool) => "`.to_bool()` reads yes or no from a text, or gives none",
        (Type::String, Type::Choice(_)) if !tagged(to) => {
            "Any text could be in it; `match` it, or compare it with the texts that are possible"
        }
        (
            Type::Int | Type::Decimal | Type::Float | Type::Bool | Type::Date | Type::Time,
            Type::String,
        ) => "Write it into a text: `\"{value}\"`",
        (Type::Record(_) | Type::List(_) | Type::Map(_), Type::String) => {
            "As JSON text: `\"{value.to_json()}\"`; a list of texts has `.join(\", \")`"
        }
        (Type::Decimal | Type::Float, Type::Int) => {
            "`.floor()` and `.ceil()` make a whole number of it"
        }
        (Type::Float, Type::Decimal) => "`.to_decimal()` makes it exact",
        (Type::Decimal, Type::Float) => "`.to_float()` makes a float of it",
        (Type::Int, Type::Duration) => "A duration has a unit: `30s`, `5m`, `2h`",
        (Type::Time, Type::Date) => "`.date()` gives the day",
        (_, Type::List(item)) if item == from => "A list of one item is written `[value]`",
        _ => return None,
    })
}

/// A type parameter that nothing says.
pub(in crate::semantics) fn cannot_tell(at: Location, callee: &str, parameter: &str) -> Diagnostic {
    Diagnostic::error(Code::E0206, at, format!("`{callee}` needs to know what type to give"))
        .label("nothing says it here")
        .note(format!("Say it where the result is bound: `result: Lead = {callee}(…)`"))
        .note(format!("Or behind the call: `{callee}(…) as Lead`"))
        .note(format!("Or as an argument: `{callee}(…, {parameter}: Lead)`"))
}

/// Something else where a type's name must stand.
pub(in crate::semantics) fn no_type(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0103, at, "The name of a type is needed here")
        .label("not a type")
        .note("Such as `Lead`, `hubspot.Deal` or `[Lead]`")
}

/// An empty list that nothing says the type of.
pub(in crate::semantics) fn empty_list(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0206, at, "What is in this list cannot be told")
        .label("a list of what?")
        .note("Say it where the list is bound: `names: [string] = []`")
}

/// A name for nothing.
pub(in crate::semantics) fn binds_nothing(at: Location, literal: bool) -> Diagnostic {
    if literal {
        return Diagnostic::error(Code::E0206, at, "Of what type `none` is cannot be told")
            .label("none of what?")
            .note("Say it where it is bound: `found: Lead? = none`");
    }
    Diagnostic::error(Code::E0201, at, "This gives no value")
        .label("gives nothing")
        .note("Write it as a statement of its own")
}

/// A number with more digits than are kept.
pub(in crate::semantics) fn too_many_digits(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0003, at, "This number has more digits than a `decimal` keeps")
        .label("28 significant digits at most")
}

/// A text that is no phone number.
pub(in crate::semantics) fn no_phone(at: Location, text: &str) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, format!("{text:?} is no phone number"))
        .label("a `phone` is needed here")
        .note("A number begins with `+` and the country's code, without spaces: `\"+14155550111\"`")
        .note("Addresses such as `\"sip:desk@example.com\"` and `\"client:anna\"` are possible too")
}

/// A value in a text that has no text form.
pub(in crate::semantics) fn no_text_form(
    at: Location,
    text: &str,
    found: &str,
    ty: Type,
) -> Diagnostic {
    let the_found = the(found);
    let diagnostic = Diagnostic::error(Code::E0207, at, format!("{the_found} has no text form"))
        .label(format!("`{found}`"));
    match ty {
        Type::None => diagnostic.note("This gives no value at all"),
        Type::Json => diagnostic
            .note(format!(
                "As JSON text: `{text}.to_text()`; or say what it is: `{text} as string`"
            ))
            .offer("write it as JSON text", super::after(at), ".to_text()"),
        Type::List(_) => diagnostic
            .note(format!(
                "Put its items together: `{text}.join(\", \")`, or as JSON: `{text}.to_json()`"
            ))
            .offer("write it as JSON", super::after(at), ".to_json()"),
        Type::Record(_) => diagnostic
            .note(format!(
                "Name the field that is meant: `{text}.…`, or all as JSON: `{text}.to_json()`"
            ))
            .offer("write it as JSON", super::after(at), ".to_json()"),
        _ => diagnostic.note(format!("As JSON: `{text}.to_json()`")).offer(
            "write it as JSON",
            super::after(at),
            ".to_json()",
        ),
    }
}

/// A value that has no JSON form.
pub(in crate::semantics) fn no_json(at: Location, found: &str) -> Diagnostic {
    let the_found = the(found);
    Diagnostic::error(
        Code::E0201,
        at,
        format!("{the_found} cannot be JSON, for there is a secret in it"),
    )
    .label("holds a secret")
}

/// A value returned where none is wanted.
pub(in crate::semantics) fn returns_too_much(at: Location, found: &str, flow: bool) -> Diagnostic {
    let a_found = a(found);
    let what = if flow { "flow" } else { "function" };
    Diagnostic::error(Code::E0201, at, format!("This {what} returns nothing, and here {a_found}"))
        .label(format!("`{found}`"))
        .note(if flow {
            "Say in the header what it returns (`-> T`), or leave the value out"
        } else {
            "Say what it returns behind its parameters (`-> T`), or leave the value out"
        })
}

/// Nothing returned where a value is wanted.
pub(in crate::semantics) fn returns_nothing(
    at: Location,
    expected: &str,
    declared: Option<Location>,
) -> Diagnostic {
    let the_expected = the(expected);
    let diagnostic =
        Diagnostic::error(Code::E0201, at, format!("{the_expected} must be returned here"))
            .label("returns nothing");
    also(diagnostic, declared, "because of this")
}

/// `null` where it means nothing.
pub(in crate::semantics) fn no_null(at: Location, expected: &str, optional: bool) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::E0222, at, format!("`null` is no `{expected}`"))
        .label("only JSON has `null`")
        .note("A field of type `T? nullable` takes `null`, which clears it at the service");
    match optional {
        true => diagnostic.note("`none` leaves it out").fix("change to `none`", at, "none"),
        false => diagnostic.note("A value is needed here"),
    }
}
