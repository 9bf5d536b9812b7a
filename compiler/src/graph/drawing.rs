//! A picture with places: boxes, frames, lines and text in pixels, from the top left.

#[cfg(test)]
use super::measure::width;
use super::measure::{Face, Font};
use super::model::{FrameKind, Node};

/// All graphs of a picture, placed.
#[derive(Debug)]
pub(super) struct Drawing<'p> {
    /// In pixels.
    pub(super) width: i32,
    /// In pixels.
    pub(super) height: i32,
    /// One below another.
    pub(super) graphs: Vec<Placed<'p>>,
}

/// One graph, placed.
#[derive(Debug)]
pub(super) struct Placed<'p> {
    /// Its name and what it says of itself.
    pub(super) heading: Vec<Text>,
    /// The rest.
    pub(super) shapes: Vec<Shape<'p>>,
}

/// A part of a drawing.
#[derive(Debug)]
pub(super) enum Shape<'p> {
    /// A node.
    Box(&'p Node, Rect, Vec<Text>),
    /// What stands around others.
    Frame(FrameKind, Rect),
    /// When an arm is taken: what is shown, and all of it.
    Chip(Rect, Text, &'p str),
    /// From one to another, along points.
    Line(Vec<Point>, Line),
    /// Where branches begin or meet: its left end, and how long it is.
    Bar(Point, i32),
    /// The end of a flow; its middle.
    End(Point),
}

/// What a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Control goes to what it points at.
    Arrow,
    /// Control goes on.
    Plain,
    /// Control goes there on failure.
    Error,
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// From the left.
    pub(super) x: i32,
    /// From the top.
    pub(super) y: i32,
}

/// A place with a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    /// Its left side.
    pub(super) x: i32,
    /// Its upper side.
    pub(super) y: i32,
    /// From left to right.
    pub(super) width: i32,
    /// From top to bottom.
    pub(super) height: i32,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// Where it begins, or its middle.
    pub(super) at: Point,
    /// Whether `at` is its middle.
    pub(super) centred: bool,
    /// Its parts, each with its style.
    pub(super) parts: Vec<(Style, String)>,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A graph's name.
    Name,
    /// What a graph says of itself.
    Doc,
    /// What a node is.
    Title,
    /// More of it.
    Detail,
    /// What a result is called.
    Result,
    /// All other text of nodes.
    Plain,
    /// When an arm is taken.
    Label,
}

impl Style {
    /// Its typeface.
    pub(super) fn font(self) -> Font {
        let (face, size) = match self {
            Style::Name => (Face::Bold, 15),
            Style::Doc => (Face::Text, 12),
            Style::Title | Style::Result => (Face::Code, 12),
            Style::Detail | Style::Plain | Style::Label => (Face::Code, 11),
        };
        Font { face, size }
    }
}

impl Text {
    /// How wide it is at the most.
    #[cfg(test)]
    pub(super) fn width(&self) -> i32 {
        self.parts.iter().map(|(style, text)| width(text, style.font())).sum()
    }
}

impl Point {
    fn moved(self, by: Point) -> Point {
        Point { x: self.x + by.x, y: self.y + by.y }
    }
}

impl Shape<'_> {
    /// The same somewhere else.
    pub(super) fn moved(mut self, by: Point) -> Self {
        let move_rect = |rect: &mut Rect| {
            rect.x += by.x;
            rect.y += by.y;
        };
        match &mut self {
            Shape::Box(_, rect, texts) => {
                move_rect(rect);
                texts.iter_mut().for_each(|text| text.at = text.at.moved(by));
            }
            Shape::Frame(_, rect) => move_rect(rect),
            Shape::Chip(rect, text, _) => {
                move_rect(rect);
                text.at = text.at.moved(by);
            }
            Shape::Line(points, _) => points.iter_mut().for_each(|point| *point = point.moved(by)),
            Shape::Bar(point, _) | Shape::End(point) => *point = point.moved(by),
        }
        self
    }
}
