//! A picture as SVG: one file that needs nothing else. It has no scripts and loads no fonts, and follows the
//! reader's light or dark scheme. Each node has its source's range of bytes in `data-start` and `data-end`, and the file's
//! path in `data-file`, so that an editor can follow the cursor.

mod shape;
mod style;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use super::drawing::{Drawing, Placed, Shape};
use super::layout::layout;
use super::model::Picture;
use super::palette;

/// Draws a picture as SVG.
pub fn svg(picture: &Picture) -> String {
    let drawing = layout(picture);
    let mut out = String::new();
    let writer = Writer {
        picture,
        colours: palette::colours(picture),
        graphs: picture
            .graphs
            .iter()
            .enumerate()
            .map(|(index, graph)| (graph.name.as_str(), index))
            .collect(),
    };
    // A string takes whatever is written into it.
    let _ = writer.whole(&mut out, &drawing);
    out
}

/// What shapes need to know of the picture.
struct Writer<'p> {
    picture: &'p Picture,
    /// The colours of pieces.
    colours: BTreeMap<&'p str, usize>,
    /// Which graph has which name.
    graphs: HashMap<&'p str, usize>,
}

impl Writer<'_> {
    fn whole(&self, out: &mut String, drawing: &Drawing<'_>) -> std::fmt::Result {
        let (width, height) = (drawing.width, drawing.height);
        let names: Vec<&str> = self.picture.graphs.iter().map(|graph| &*graph.name).collect();
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cf\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"cf-title cf-desc\">"
        )?;
        writeln!(out, "<title id=\"cf-title\">{}</title>", escape(&names.join(", ")))?;
        writeln!(out, "<desc id=\"cf-desc\">{}</desc>", escape(&self.description()))?;
        writeln!(out, "<style>{}</style>", style::CSS)?;
        writeln!(out, "<rect class=\"cf-page\" width=\"{width}\" height=\"{height}\"/>")?;
        for (index, placed) in drawing.graphs.iter().enumerate() {
            self.graph(out, index, placed)?;
        }
        writeln!(out, "</svg>")
    }

    /// What the flows are for, for who cannot see them.
    fn description(&self) -> String {
        let line = |graph: &super::model::Graph| match graph.doc.is_empty() {
            true => format!("{}: {}.", graph.name, graph.start.title),
            false => format!("{}: {} {}", graph.name, graph.start.title, graph.doc),
        };
        self.picture.graphs.iter().map(line).collect::<Vec<_>>().join(" ")
    }

    /// Frames first, then lines, then what stands on both.
    fn graph(&self, out: &mut String, index: usize, placed: &Placed<'_>) -> std::fmt::Result {
        writeln!(out, "<g id=\"cf-graph-{index}\">")?;
        for text in &placed.heading {
            shape::text(out, text, None)?;
        }
        for layer in 0..3 {
            for shape in placed.shapes.iter().filter(|shape| self::layer(shape) == layer) {
                self.shape(out, shape)?;
            }
        }
        writeln!(out, "</g>")
    }
}

fn layer(shape: &Shape<'_>) -> u8 {
    match shape {
        Shape::Frame(..) => 0,
        Shape::Line(..) => 1,
        Shape::Box(..) | Shape::Chip(..) | Shape::Bar(..) | Shape::End(_) => 2,
    }
}

/// Text for XML. Characters that XML has no place for are replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
