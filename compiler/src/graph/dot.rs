//! A picture in the language of Graphviz.

use std::fmt::{Result, Write};

use super::clusters::{Language, write_members};
use super::flatten::{Flat, flatten};
use super::model::{FrameKind, Node, NodeKind, Picture};

/// Writes a picture for Graphviz.
pub fn dot(picture: &Picture) -> String {
    let mut out = String::from(
        "digraph flows {\n  \
         graph [fontname=\"Helvetica\", style=rounded, color=\"#8c959f\"];\n  \
         node [fontname=\"Helvetica\", fontsize=11, shape=box, style=rounded];\n  \
         edge [fontname=\"Helvetica\", fontsize=10, color=\"#57606a\"];\n",
    );
    for (index, graph) in picture.graphs.iter().enumerate() {
        // A string takes whatever is written into it.
        let _ = write_graph(&mut out, &format!("g{index}"), &graph.name, &flatten(graph));
    }
    out.push_str("}\n");
    out
}

fn write_graph(out: &mut String, prefix: &str, name: &str, flat: &Flat<'_>) -> Result {
    writeln!(out, "  subgraph cluster_{prefix} {{")?;
    writeln!(out, "    label=\"{}\"; color=none;", escape(name))?;
    write_members(out, &Graphviz, prefix, flat, &flat.outside, 2)?;
    for edge in &flat.edges {
        write!(out, "    {prefix}_{} -> {prefix}_{}", edge.from, edge.to)?;
        let mut settings = Vec::new();
        if !edge.label.is_empty() {
            settings.push(format!("label=\"{}\"", escape(edge.label)));
        }
        if edge.error {
            settings.push("style=dashed, color=\"#cf222e\"".to_owned());
        }
        match settings.is_empty() {
            true => writeln!(out, ";")?,
            false => writeln!(out, " [{}];", settings.join(", "))?,
        }
    }
    writeln!(out, "  }}")
}

struct Graphviz;

impl Language for Graphviz {
    fn node(&self, node: &Node) -> String {
        format!(" [label=\"{}\"{}];", escape(&node.full_text()), look(node))
    }

    fn open(&self, prefix: &str, id: usize, kind: FrameKind) -> Vec<String> {
        let style = match kind {
            FrameKind::Try => "dashed",
            _ => "rounded",
        };
        vec![format!("subgraph cluster_{prefix}_{id} {{"), format!("  label=\"\"; style={style};")]
    }

    fn close(&self) -> &'static str {
        "}"
    }
}

/// How a node differs from a rounded box.
fn look(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Trigger => {
            ", style=\"rounded,filled\", fillcolor=\"#24292f\", fontcolor=\"#ffffff\""
        }
        NodeKind::Action | NodeKind::Log => "",
        NodeKind::Call | NodeKind::Launch => ", shape=box, peripheries=2",
        NodeKind::Wait => ", style=\"rounded,filled\", fillcolor=\"#fbefff\"",
        NodeKind::Decision => ", shape=hexagon, style=filled, fillcolor=\"#fff8c5\"",
        NodeKind::Head => ", style=\"rounded,filled\", fillcolor=\"#f6f8fa\"",
        NodeKind::Catch | NodeKind::Fail => ", style=\"rounded,filled\", fillcolor=\"#ffebe9\"",
        NodeKind::Return => ", style=\"rounded,filled\", fillcolor=\"#dafbe1\"",
        NodeKind::Stop | NodeKind::Break | NodeKind::Continue => {
            ", style=\"rounded,filled\", fillcolor=\"#eff2f5\""
        }
    }
}

/// Text for a string of Graphviz's.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
