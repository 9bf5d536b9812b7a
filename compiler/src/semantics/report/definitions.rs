//! Types that are defined wrongly.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

use super::a;

/// A choice of texts and of tags at once.
pub(in crate::semantics) fn mixed_choice(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, "A choice is one of texts, or one of tags, and not of both")
        .label("both are in it")
        .note("Give each text a tag of its own, without fields")
}

/// A tagged choice without a name.
pub(in crate::semantics) fn tagged_in_place(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, "A tagged choice needs a name of its own")
        .label("defined in place")
        .note("Write `type Outcome = Won { … } | Lost { … }` and name it here")
}

/// A field that would stand in the place of the tag.
pub(in crate::semantics) fn tag_field(at: Location) -> Diagnostic {
    Diagnostic::error(
        Code::E0106,
        at,
        "In JSON, `type` is where the tag of this alternative stands",
    )
    .label("taken by the tag")
    .note("Give the field another name, or another one on the wire: `wire \"kind\"`")
}

/// A record that holds itself.
pub(in crate::semantics) fn contains_itself(
    at: Location,
    defined: Location,
    name: &str,
    through: &str,
) -> Diagnostic {
    let a_through = a(through);
    let a_name = a(name);
    let message = if name == through {
        format!("Every `{name}` would contain another `{name}`, without end")
    } else {
        format!("Every `{name}` would contain {a_through}, and that {a_name} again, without end")
    };
    Diagnostic::error(Code::E0208, at, message)
        .label("contained here")
        .also(defined, "defined here")
        .note("Let it end: with an optional (`T?`), a list (`[T]`) or a map")
}

/// An alias that stands for itself.
pub(in crate::semantics) fn alias_cycle(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0208, at, format!("`{name}` stands for itself"))
        .label("what it stands for leads back to it")
        .note("A record with fields may contain itself in a list or an optional; an alias may not")
}

/// A map whose keys are no texts.
pub(in crate::semantics) fn map_key(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(Code::E0201, at, "The keys of a map are texts")
        .label(format!("not `{found}`"))
        .fix("change to `string`", at, "string")
}

/// `nullable` on a field that is always there.
pub(in crate::semantics) fn nullable_not_optional(at: Location, found: &str) -> Diagnostic {
    Diagnostic::error(
        Code::E0201,
        at,
        format!("`nullable` is for optional fields, and this is `{found}`"),
    )
    .label("always there")
    .note(format!("Write `{found}? nullable`"))
}

/// A type that nests without end in sight.
pub(in crate::semantics) fn too_deep(at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0008, at, "This type is nested too deep")
        .note("Give a part of it a name: `type Part { … }`")
}

/// A name in a choice of records that is no record.
pub(in crate::semantics) fn no_member(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0103, at, format!("There is no record `{name}`"))
        .label("no record")
        .note("The other names of this choice are records of their own, so that all must be")
        .note("A tag of a choice has its fields beside it: `Won { amount: decimal } | Lost {}`")
}

/// A record that stands in a choice twice.
pub(in crate::semantics) fn member_twice(name: &str, at: Location) -> Diagnostic {
    Diagnostic::error(Code::E0106, at, format!("`{name}` stands in this choice already"))
        .label("the second")
}

/// Records that cannot be told apart by their fields.
pub(in crate::semantics) fn ambiguous_union(
    at: Location,
    name: &str,
    first: &str,
    later: &str,
) -> Diagnostic {
    let message = format!("A `{later}` could be taken for a `{first}` in `{name}`");
    Diagnostic::error(Code::E0221, at, message)
        .label("cannot be told apart")
        .note(format!(
            "`{first}` is tried first, and a `{later}` may have all that it requires"
        ))
        .note(format!(
            "Let `{later}` stand before `{first}`, give `{first}` a required field that `{later}` does not have, or \
             use tags: `{first} {{ … }} | {later} {{ … }}`"
        ))
}
