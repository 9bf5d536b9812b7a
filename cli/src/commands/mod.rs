//! The commands, one a file.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod dev;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod inspect;
pub(crate) mod pieces;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod serve;
pub(crate) mod test;

use callflow_compiler::source::Embedded;

/// The standard library, which is built into the binary.
pub(crate) const LIBRARY: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };
