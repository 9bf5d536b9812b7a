//! Warnings that are no more than the shadow of an error.
//!
//! A name that seems unused may be what a misspelt one means, and code that seems never to run may follow a line
//! that could not be read. So an item with an error has no warnings; and in a file with an error a `use` or a test
//! has none either, for what they are for may stand in what is broken.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostic;
use crate::source::FileId;
use crate::syntax::tree::{Item, ItemKind};

use super::modules::Module;

/// Leaves out the warnings that an error may have caused.
pub(super) fn quieten(modules: &[Module], diagnostics: &mut Vec<Diagnostic>) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let errors: BTreeSet<(FileId, u32)> =
        errors.map(|error| (error.primary.at.file, error.primary.at.span.start)).collect();
    // Where each silent stretch ends, by where it begins.
    let mut silent: BTreeMap<(FileId, u32), u32> = BTreeMap::new();
    for module in modules {
        let file = module.file;
        if errors.range((file, 0)..=(file, u32::MAX)).next().is_none() {
            continue;
        }
        // From the end of the item before: an error may stand where a closing bracket is missing.
        let mut from = 0;
        for item in &module.tree.items {
            let to = item.span.end.max(from);
            if depends(item) || errors.range((file, from)..=(file, to)).next().is_some() {
                silent.insert((file, from), to);
            }
            from = to + 1;
        }
    }
    diagnostics.retain(|diagnostic| {
        let at = (diagnostic.primary.at.file, diagnostic.primary.at.span.start);
        let stretch = silent.range(..=at).next_back();
        let inside = stretch.is_some_and(|((file, _), to)| *file == at.0 && at.1 <= *to);
        diagnostic.is_error() || !inside
    });
}

/// Whether an item is about others of its file.
fn depends(item: &Item) -> bool {
    matches!(item.kind, ItemKind::Use(_) | ItemKind::Test(_))
}
