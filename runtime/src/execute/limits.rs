//! How much a run may hold and how deep it may go: input never exhausts the host.

use crate::error::{Error, ErrorKind};

/// The longest text, in bytes.
pub const TEXT_LIMIT: usize = 16 << 20;

/// The most items of a list or entries of a map.
pub const ITEM_LIMIT: usize = 1_000_000;

/// The largest JSON that a value is turned into, in bytes of its text (about).
pub const JSON_LIMIT: usize = TEXT_LIMIT;

/// The most calls inside each other.
pub const FRAME_LIMIT: usize = 200;

/// The most things that a run does at a time.
pub const BRANCH_LIMIT: usize = 10_000;

/// The most bytes that the values of a run's branches take together. It is looked at whenever a branch asks for
/// something or pauses.
pub const MEMORY_LIMIT: u64 = 64 << 20;

/// The deepest nesting of records inside each other.
pub const DEPTH_LIMIT: usize = crate::value::json::DEPTH_LIMIT;

/// Fails for a text longer than [`TEXT_LIMIT`].
pub(super) fn check_text(bytes: usize) -> Result<(), Error> {
    if bytes <= TEXT_LIMIT {
        return Ok(());
    }
    Err(too_large(format!("a text may be {} MB long and no longer", TEXT_LIMIT >> 20)))
}

/// Fails for a list or map of more than [`ITEM_LIMIT`] items.
pub(super) fn check_items(items: usize) -> Result<(), Error> {
    if items <= ITEM_LIMIT {
        return Ok(());
    }
    Err(too_large(format!("a list or map may have {ITEM_LIMIT} items and no more")))
}

/// Fails for more bytes of values than [`MEMORY_LIMIT`].
pub(crate) fn check_memory(bytes: u64) -> Result<(), Error> {
    if bytes <= MEMORY_LIMIT {
        return Ok(());
    }
    Err(too_large(format!(
        "the run holds values of more than {} MB, and may not; keep only the fields that are needed, or let a \
         flow of its own do each part with `run`",
        MEMORY_LIMIT >> 20
    )))
}

/// What something that outgrew its limit fails with.
pub(crate) fn too_large(message: impl Into<ecow::EcoString>) -> Error {
    Error::new(ErrorKind::Failed, message)
}
