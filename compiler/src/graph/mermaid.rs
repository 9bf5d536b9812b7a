//! A picture as a Mermaid flowchart, for pages that draw such.

use std::fmt::{Result, Write};

use super::clusters::{Language, write_members};
use super::flatten::{Flat, flatten};
use super::model::{FrameKind, Node, NodeKind, Picture};

/// Writes a picture as a Mermaid flowchart.
pub fn mermaid(picture: &Picture) -> String {
    let mut out = String::from("flowchart TD\n");
    for (index, graph) in picture.graphs.iter().enumerate() {
        // A string takes whatever is written into it.
        let _ = write_graph(&mut out, &format!("g{index}"), &graph.name, &flatten(graph));
    }
    out.push_str(STYLE);
    out
}

/// Colours that can be read in the light and in the dark.
const STYLE: &str = "  \
    classDef trigger fill:#24292f,stroke:#24292f,color:#fff\n  \
    classDef decision fill:#fff8c5,stroke:#d4a72c,color:#1f2328\n  \
    classDef wait fill:#fbefff,stroke:#c297ff,color:#1f2328\n  \
    classDef good fill:#dafbe1,stroke:#4ac26b,color:#1f2328\n  \
    classDef bad fill:#ffebe9,stroke:#ff8182,color:#1f2328\n";

fn write_graph(out: &mut String, prefix: &str, name: &str, flat: &Flat<'_>) -> Result {
    writeln!(out, "  subgraph {prefix}[\"{}\"]", escape(name))?;
    write_members(out, &Mermaid, prefix, flat, &flat.outside, 2)?;
    for edge in &flat.edges {
        let arrow = if edge.error { "-.->" } else { "-->" };
        let label = match edge.label.is_empty() {
            true => String::new(),
            false => format!("|\"{}\"|", escape(edge.label)),
        };
        writeln!(out, "    {prefix}_{} {arrow}{label} {prefix}_{}", edge.from, edge.to)?;
    }
    writeln!(out, "  end")
}

struct Mermaid;

impl Language for Mermaid {
    fn node(&self, node: &Node) -> String {
        shape(node)
    }

    fn open(&self, prefix: &str, id: usize, kind: FrameKind) -> Vec<String> {
        let title = match kind {
            FrameKind::Loop | FrameKind::Each => "loop",
            FrameKind::Parallel => "parallel",
            FrameKind::First => "first",
            FrameKind::Try => "try",
            FrameKind::Function => "function",
        };
        vec![format!("subgraph {prefix}_c{id}[\"{title}\"]")]
    }

    fn close(&self) -> &'static str {
        "end"
    }
}

fn shape(node: &Node) -> String {
    let text = escape(&node.full_text());
    match node.kind {
        NodeKind::Trigger => format!("[\"{text}\"]:::trigger"),
        NodeKind::Action | NodeKind::Log => format!("[\"{text}\"]"),
        NodeKind::Call | NodeKind::Launch => format!("[[\"{text}\"]]"),
        NodeKind::Wait => format!("([\"{text}\"]):::wait"),
        NodeKind::Decision => format!("{{{{\"{text}\"}}}}:::decision"),
        NodeKind::Head => format!("([\"{text}\"])"),
        NodeKind::Catch | NodeKind::Fail => format!("([\"{text}\"]):::bad"),
        NodeKind::Return => format!("([\"{text}\"]):::good"),
        NodeKind::Stop | NodeKind::Break | NodeKind::Continue => format!("([\"{text}\"])"),
    }
}

/// Text for a label in quotes, which Mermaid reads as HTML with entities.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            // It would be read as Markdown.
            '`' => out.push_str("#96;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
