//! Secrets, where they would be seen.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Location;

const WHERE_TO: &str = "A secret goes only to a parameter or field of type `secret`: it is put in where the request is \
     made, and seen nowhere else";

/// A value with a secret in it, where it would be seen.
pub(in crate::semantics) fn seen(at: Location, inside: bool, cannot: &str) -> Diagnostic {
    let what = if inside { "There is a secret in this, which" } else { "This is a secret, which" };
    Diagnostic::error(Code::E0701, at, format!("{what} cannot {cannot}"))
        .label(if inside { "holds a secret" } else { "a secret" })
        .note(WHERE_TO)
}

/// A type with a secret in it, where values come from outside or go there.
pub(in crate::semantics) fn outside(at: Location, what: &str) -> Diagnostic {
    Diagnostic::error(Code::E0701, at, what)
        .label("there is a secret in this type")
        .note("`secret(\"NAME\")` is a secret of the project, whose value stands outside of flows")
}
