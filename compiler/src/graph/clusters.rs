//! A flattened picture as text: what the languages of pictures have in common.

use std::fmt::{Result, Write};

use super::flatten::{Flat, Members};
use super::model::{FrameKind, Node};

/// A language that pictures can be written in.
pub(super) trait Language {
    /// What stands behind a node's name.
    fn node(&self, node: &Node) -> String;

    /// The lines that begin a cluster.
    fn open(&self, prefix: &str, id: usize, kind: FrameKind) -> Vec<String>;

    /// The line that ends one.
    fn close(&self) -> &'static str;
}

/// Writes the nodes of a cluster, and the clusters in it. A node's name is the prefix and its number.
pub(super) fn write_members(
    out: &mut String,
    language: &impl Language,
    prefix: &str,
    flat: &Flat<'_>,
    members: &Members,
    depth: usize,
) -> Result {
    let indent = "  ".repeat(depth);
    for id in &members.nodes {
        let Some(node) = flat.nodes.get(*id) else { continue };
        writeln!(out, "{indent}{prefix}_{id}{}", language.node(node))?;
    }
    for id in &members.clusters {
        let Some(inner) = flat.clusters.get(*id) else { continue };
        for line in language.open(prefix, *id, inner.kind) {
            writeln!(out, "{indent}{line}")?;
        }
        write_members(out, language, prefix, flat, &inner.members, depth + 1)?;
        writeln!(out, "{indent}{}", language.close())?;
    }
    Ok(())
}
