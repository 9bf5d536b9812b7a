//! What a layout is put together from.

use crate::graph::drawing::{Line, Point, Rect, Shape};
use crate::graph::model::FrameKind;

/// A part of a drawing. Its axis is at x = 0: there control enters it at y = 0, and leaves it at its height.
#[derive(Debug)]
pub(super) struct Block<'p> {
    /// How far it reaches to the left of its axis.
    pub(super) left: i32,
    /// How far it reaches to the right of its axis.
    pub(super) right: i32,
    /// From its top to its bottom.
    pub(super) height: i32,
    /// The height at which lines leave it sideways.
    pub(super) port: i32,
    /// Whether control leaves it at its bottom.
    pub(super) through: bool,
    parts: Vec<(Point, Part<'p>)>,
}

#[derive(Debug)]
enum Part<'p> {
    Shape(Shape<'p>),
    Block(Block<'p>),
}

impl Default for Block<'_> {
    fn default() -> Self {
        Block { left: 0, right: 0, height: 0, port: 0, through: true, parts: Vec::new() }
    }
}

impl<'p> Block<'p> {
    /// A block of one shape around its axis.
    pub(super) fn of(shape: Shape<'p>, width: i32, height: i32) -> Block<'p> {
        let mut block = Block {
            left: width / 2,
            right: width / 2,
            height,
            port: height / 2,
            ..Block::default()
        };
        block.shape(shape);
        block
    }

    /// Puts a block at its bottom, on its axis.
    pub(super) fn append(&mut self, below: Block<'p>) {
        self.through = below.through;
        self.place(0, self.height, below);
    }

    /// Puts a block somewhere. Whether control goes through is left as it is.
    pub(super) fn place(&mut self, x: i32, y: i32, other: Block<'p>) {
        self.left = self.left.max(other.left - x);
        self.right = self.right.max(other.right + x);
        self.height = self.height.max(y + other.height);
        self.parts.push((Point { x, y }, Part::Block(other)));
    }

    /// Adds a shape, without more room for it.
    pub(super) fn shape(&mut self, shape: Shape<'p>) {
        self.parts.push((Point { x: 0, y: 0 }, Part::Shape(shape)));
    }

    /// Adds a line, without more room for it.
    pub(super) fn line(&mut self, points: &[(i32, i32)], line: Line) {
        let points = points.iter().map(|&(x, y)| Point { x, y }).collect();
        self.shape(Shape::Line(points, line));
    }

    /// Goes on along the axis, to something.
    pub(super) fn arrow_down(&mut self, by: i32) {
        self.line(&[(0, self.height), (0, self.height + by)], Line::Arrow);
        self.height += by;
    }

    /// Goes on along the axis.
    pub(super) fn line_down(&mut self, by: i32) {
        self.line(&[(0, self.height), (0, self.height + by)], Line::Plain);
        self.height += by;
    }

    /// Puts a frame around all of it but for what is above `top`. It comes before what is in it.
    pub(super) fn frame(&mut self, kind: FrameKind, top: i32) {
        let (width, height) = (self.left + self.right, self.height - top);
        let rect = Rect { x: -self.left, y: top, width, height };
        self.parts.insert(0, (Point { x: 0, y: 0 }, Part::Shape(Shape::Frame(kind, rect))));
    }

    /// Ends the way.
    pub(super) fn end(&mut self) {
        self.shape(Shape::End(Point { x: 0, y: self.height + 7 }));
        self.height += 14;
        self.through = false;
    }

    /// All shapes of it, at their places.
    pub(super) fn flatten(self, at: Point, out: &mut Vec<Shape<'p>>) {
        for (by, part) in self.parts {
            let at = Point { x: at.x + by.x, y: at.y + by.y };
            match part {
                Part::Shape(shape) => out.push(shape.moved(at)),
                Part::Block(block) => block.flatten(at, out),
            }
        }
    }
}
