//! Plausible JSON for a type: what the sandbox answers, and the event of a run that was given none.

use callflow_artifact::example::{Optionals, example};
use callflow_artifact::types::{TypeId, Types};
use serde_json::Value as Json;

use super::{encode, from_constant};

/// A sample of a type, always the same: from the fields' own samples and defaults, else from their names and
/// types. It fits the type, unless every value of the type is without end or very large.
pub fn sample(types: &Types, ty: TypeId) -> Json {
    encode(types, ty, &from_constant(&example(types, ty, Optionals::Filled)))
}
