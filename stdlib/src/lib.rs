//! The standard library: flow files, embedded. It is data: the compiler reads it like any source.

/// The files that every compilation sees, as name and text: types, triggers and functions that need no piece's
/// name before them.
pub const PRELUDE: &[(&str, &str)] = &[
    ("call.flow", include_str!("../prelude/call.flow")),
    ("error.flow", include_str!("../prelude/error.flow")),
    ("triggers.flow", include_str!("../prelude/triggers.flow")),
];

/// The pieces, as name and text, in alphabetical order.
pub const PIECES: &[(&str, &str)] = &[
    ("http", include_str!("../pieces/http.flow")),
    ("hubspot", include_str!("../pieces/hubspot.flow")),
    ("llm", include_str!("../pieces/llm.flow")),
    ("slack", include_str!("../pieces/slack.flow")),
];
