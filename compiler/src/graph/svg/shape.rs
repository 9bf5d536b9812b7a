//! The shapes of a drawing as elements.

use std::fmt::{Result, Write};

use crate::graph::drawing::{Line, Point, Rect, Shape, Style, Text};
use crate::graph::model::{FrameKind, Node, NodeKind};

use super::{Writer, escape};

/// How round the corners of lines are.
const CORNER: i32 = 8;

impl Writer<'_> {
    /// Writes one shape.
    pub(super) fn shape(&self, out: &mut String, shape: &Shape<'_>) -> Result {
        match shape {
            Shape::Box(node, rect, texts) => self.node(out, node, *rect, texts),
            Shape::Frame(kind, rect) => {
                let class = match kind {
                    FrameKind::Loop => "loop",
                    FrameKind::Each => "each",
                    FrameKind::Parallel => "parallel",
                    FrameKind::First => "first",
                    FrameKind::Try => "try",
                    FrameKind::Function => "function",
                };
                rectangle(out, *rect, 12, &format!("cf-frame cf-{class}"))
            }
            Shape::Chip(rect, label, full) => {
                out.push_str("<g>");
                tooltip(out, full)?;
                rectangle(out, *rect, 9, "cf-chip")?;
                text(out, label, None)?;
                writeln!(out, "</g>")
            }
            Shape::Line(points, kind) => line(out, points, *kind),
            Shape::Bar(at, width) => {
                let rect = Rect { x: at.x, y: at.y - 2, width: *width, height: 4 };
                rectangle(out, rect, 2, "cf-bar")
            }
            Shape::End(at) => {
                let Point { x, y } = at;
                writeln!(out, "<circle class=\"cf-ring\" cx=\"{x}\" cy=\"{y}\" r=\"6\"/>")?;
                writeln!(out, "<circle class=\"cf-dot\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>")
            }
        }
    }

    fn node(&self, out: &mut String, node: &Node, rect: Rect, texts: &[Text]) -> Result {
        let target = match node.kind {
            NodeKind::Call | NodeKind::Launch => node.link.as_deref(),
            _ => None,
        };
        let target = target.and_then(|name| self.graphs.get(name));
        if let Some(index) = target {
            write!(out, "<a href=\"#cf-graph-{index}\">")?;
        }
        let class = class(node.kind);
        let span = node.at.span;
        write!(out, "<g class=\"cf-node cf-{class}\"")?;
        if span.end > span.start {
            let file = self.picture.files.get(node.at.file.0 as usize);
            let file = escape(file.map(|path| path.as_str()).unwrap_or_default());
            let (start, end) = (span.start, span.end);
            write!(out, " data-file=\"{file}\" data-start=\"{start}\" data-end=\"{end}\"")?;
        }
        out.push('>');
        tooltip(out, &node.full_text())?;
        let colour = self.colour(node);
        self.outline(out, node.kind, rect, colour)?;
        for line in texts {
            text(out, line, colour)?;
        }
        out.push_str("</g>");
        out.push_str(if target.is_some() { "</a>\n" } else { "\n" });
        Ok(())
    }

    fn colour(&self, node: &Node) -> Option<usize> {
        let piece = node.link.as_deref().filter(|_| node.kind == NodeKind::Action)?;
        self.colours.get(piece).copied()
    }

    fn outline(
        &self,
        out: &mut String,
        kind: NodeKind,
        rect: Rect,
        colour: Option<usize>,
    ) -> Result {
        let Rect { x, y, width, height } = rect;
        let (right, bottom, middle) = (x + width, y + height, y + height / 2);
        match kind {
            NodeKind::Decision => writeln!(
                out,
                "<path class=\"cf-shape\" d=\"M{} {y}H{}L{right} {middle}L{} {bottom}H{}L{x} {middle}Z\"/>",
                x + 14,
                right - 14,
                right - 14,
                x + 14,
            ),
            NodeKind::Action => {
                rectangle(out, rect, 8, "cf-shape")?;
                let colour = colour.unwrap_or_default();
                writeln!(
                    out,
                    "<path class=\"cf-stripe cf-c{colour}\" d=\"M{} {y}H{}V{bottom}H{}A8 8 0 0 1 {x} {}V{}A8 8 0 0 1 {} {y}Z\"/>",
                    x + 8,
                    x + 7,
                    x + 8,
                    bottom - 8,
                    y + 8,
                    x + 8,
                )
            }
            NodeKind::Call | NodeKind::Launch => {
                rectangle(out, rect, 8, "cf-shape")?;
                let (left, right) = (x + 7, right - 7);
                writeln!(
                    out,
                    "<path class=\"cf-side\" d=\"M{left} {y}V{bottom}M{right} {y}V{bottom}\"/>"
                )
            }
            NodeKind::Trigger => rectangle(out, rect, 8, "cf-shape"),
            NodeKind::Wait => {
                rectangle(out, rect, height.min(26) / 2, "cf-shape")?;
                let clock = x + 20;
                writeln!(
                    out,
                    "<circle class=\"cf-clock\" cx=\"{clock}\" cy=\"{middle}\" r=\"6\"/>"
                )?;
                writeln!(
                    out,
                    "<path class=\"cf-clock\" d=\"M{clock} {}V{middle}H{}\"/>",
                    middle - 4,
                    clock + 3
                )
            }
            _ => rectangle(out, rect, height.min(26) / 2, "cf-shape"),
        }
    }
}

fn class(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Trigger => "trigger",
        NodeKind::Action => "action",
        NodeKind::Call => "call",
        NodeKind::Launch => "launch",
        NodeKind::Wait => "wait",
        NodeKind::Log => "log",
        NodeKind::Decision => "decision",
        NodeKind::Head => "head",
        NodeKind::Catch => "catch",
        NodeKind::Return => "return",
        NodeKind::Stop | NodeKind::Break | NodeKind::Continue => "stop",
        NodeKind::Fail => "fail",
    }
}

fn tooltip(out: &mut String, full: &str) -> Result {
    write!(out, "<title>{}</title>", escape(full))
}

fn rectangle(out: &mut String, rect: Rect, round: i32, class: &str) -> Result {
    let Rect { x, y, width, height } = rect;
    writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>"
    )
}

/// Writes a line of text, its title in a piece's colour.
pub(super) fn text(out: &mut String, text: &Text, colour: Option<usize>) -> Result {
    let Point { x, y } = text.at;
    let anchor = if text.centred { " text-anchor=\"middle\"" } else { "" };
    write!(out, "<text x=\"{x}\" y=\"{y}\"{anchor} xml:space=\"preserve\">")?;
    for (style, part) in &text.parts {
        let class = match style {
            Style::Name => "name",
            Style::Doc => "doc",
            Style::Title => "name-of",
            Style::Detail => "detail",
            Style::Result => "result",
            Style::Plain => "plain",
            Style::Label => "label",
        };
        let colour = match (style, colour) {
            (Style::Title, Some(colour)) => format!(" cf-t{colour}"),
            _ => String::new(),
        };
        write!(out, "<tspan class=\"cf-{class}{colour}\">{}</tspan>", escape(part))?;
    }
    writeln!(out, "</text>")
}

/// A line along points, its corners rounded.
fn line(out: &mut String, points: &[Point], kind: Line) -> Result {
    let mut points: Vec<Point> = points.to_vec();
    points.dedup();
    let [first, .., last] = points.as_slice() else { return Ok(()) };
    let class = if kind == Line::Error { "cf-line cf-error" } else { "cf-line" };
    write!(out, "<path class=\"{class}\" d=\"M{} {}", first.x, first.y)?;
    for corner in points.windows(3) {
        let [from, at, to] = corner else { continue };
        let before = towards(*at, *from);
        let after = towards(*at, *to);
        write!(out, "L{} {}Q{} {} {} {}", before.x, before.y, at.x, at.y, after.x, after.y)?;
    }
    writeln!(out, "L{} {}\"/>", last.x, last.y)?;
    if kind == Line::Plain {
        return Ok(());
    }
    let Some(before) = points.iter().rev().nth(1) else { return Ok(()) };
    let (dx, dy) = ((last.x - before.x).signum(), (last.y - before.y).signum());
    let (x, y) = (last.x, last.y);
    // From the tip back to both sides.
    let (left, right) =
        ((x - 7 * dx - 4 * dy, y - 7 * dy - 4 * dx), (x - 7 * dx + 4 * dy, y - 7 * dy + 4 * dx));
    let class = if kind == Line::Error { "cf-tip cf-error-tip" } else { "cf-tip" };
    writeln!(
        out,
        "<path class=\"{class}\" d=\"M{x} {y}L{} {}L{} {}Z\"/>",
        left.0, left.1, right.0, right.1
    )
}

/// A point on the way from a corner to the next point, as far as the corner is round.
fn towards(corner: Point, to: Point) -> Point {
    let step = |from: i32, to: i32| (to - from).clamp(-CORNER, CORNER);
    let half = |from: i32, to: i32| (to - from) / 2;
    let limit = |from: i32, to: i32| {
        let (step, half) = (step(from, to), half(from, to));
        if step.abs() < half.abs() { step } else { half }
    };
    Point { x: corner.x + limit(corner.x, to.x), y: corner.y + limit(corner.y, to.y) }
}
