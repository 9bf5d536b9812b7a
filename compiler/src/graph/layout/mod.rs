//! Where everything goes. A flow is structured, and so is its layout: each part becomes a [`Block`] with an axis
//! on which control enters at the top and leaves at the bottom, and larger blocks are put together from smaller
//! ones. Nothing is searched or optimised, so nothing overlaps and no lines cross:
//!
//! * A sequence puts its blocks one below another, on one axis.
//! * Arms stand side by side below the decision, and those that go on meet below. Where only one of two goes on,
//!   that one stays on the axis and the other stands to the right: the main way is a straight line.
//! * A frame has its head on its upper side. A loop's way back runs along its left.
//! * What is done on failure stands to the right of what may fail.

mod block;
mod branching;
mod leaf;

use block::Block;

use super::drawing::{Drawing, Line, Placed, Point, Style, Text};
use super::measure;
use super::model::{Frame, FrameKind, Graph, Item, Node, Picture, Sequence};

/// Around everything.
const MARGIN: i32 = 24;
/// Between a block and the next below it.
const STEP: i32 = 26;
/// Between what stands side by side.
const APART: i32 = 28;
/// Between a frame and what is in it.
const PADDING: i32 = 16;
/// How far a loop's way back is from what is repeated.
const LANE: i32 = 18;
/// Between one graph and the next.
const SECTION: i32 = 44;
/// The least room that a heading may take, however narrow its graph is.
const HEADING: i32 = 400;
/// How far a frame's head stands out of it.
const OUT: i32 = 8;
/// Where a loop comes back to its head, from the head's top.
const BACK: i32 = 18;

/// Places all graphs of a picture.
pub(super) fn layout(picture: &Picture) -> Drawing<'_> {
    let mut drawing = Drawing { width: 0, height: MARGIN, graphs: Vec::new() };
    for (index, graph) in picture.graphs.iter().enumerate() {
        drawing.height += if index == 0 { 0 } else { SECTION };
        let block = whole(graph);
        let room = (block.left + block.right).max(HEADING);
        let (heading, used) = heading(graph, drawing.height, room);
        drawing.height += used;
        let at = Point { x: MARGIN + block.left, y: drawing.height };
        drawing.height += block.height;
        drawing.width = drawing.width.max(room + 2 * MARGIN);
        let mut shapes = Vec::new();
        block.flatten(at, &mut shapes);
        drawing.graphs.push(Placed { heading, shapes });
    }
    drawing.height += MARGIN;
    drawing
}

/// A graph's name and what it says of itself, and how much height they take.
fn heading(graph: &Graph, top: i32, room: i32) -> (Vec<Text>, i32) {
    let mut y = top;
    let mut texts = Vec::new();
    for (style, text, most, line) in
        [(Style::Name, &graph.name, 1, 20), (Style::Doc, &graph.doc, 3, 17)]
    {
        for part in measure::wrap(text, style.font(), room, most) {
            let at = Point { x: MARGIN, y: y + style.font().size };
            texts.push(Text { at, centred: false, parts: vec![(style, part)] });
            y += line;
        }
    }
    (texts, y - top + 12)
}

/// What starts it, what it does, and its end.
fn whole(graph: &Graph) -> Block<'_> {
    let mut block = leaf::leaf(&graph.start);
    let body = sequence(&graph.body);
    if !graph.body.items.is_empty() {
        block.arrow_down(STEP);
        block.append(body);
    }
    if block.through {
        block.arrow_down(STEP);
        block.end();
    }
    block
}

fn sequence(sequence: &Sequence) -> Block<'_> {
    let mut block = Block::default();
    for (index, item) in sequence.items.iter().enumerate() {
        if index > 0 && block.through {
            block.arrow_down(STEP);
        } else if index > 0 {
            block.height += STEP;
        }
        block.append(self::item(item));
    }
    block
}

fn item(item: &Item) -> Block<'_> {
    match item {
        Item::Node(node) => leaf::leaf(node),
        Item::Decision(node, arms) => branching::decision(node, arms),
        Item::Frame(frame) => self::frame(frame),
        Item::Guarded { body, catch, handler } => guarded(body, catch, handler),
    }
}

fn frame(frame: &Frame) -> Block<'_> {
    let mut block = leaf::leaf(&frame.head);
    let head = block.right;
    match (frame.kind, frame.arms.as_slice()) {
        (FrameKind::Parallel | FrameKind::First, arms) => {
            branching::columns(&mut block, arms, true);
        }
        (_, arms) => {
            for arm in arms.iter().filter(|arm| !arm.body.items.is_empty()) {
                block.arrow_down(STEP);
                block.append(sequence(&arm.body));
            }
        }
    }
    if frame.kind == FrameKind::Loop && block.through {
        block.line_down(12);
        let x = -(block.left + LANE);
        let turn = [(0, block.height), (x, block.height), (x, BACK), (2 - head, BACK)];
        block.line(&turn, Line::Arrow);
        block.left += LANE;
        block.height += PADDING;
    } else if block.through {
        block.line_down(PADDING);
    } else {
        block.height += PADDING;
    }
    block.left += PADDING;
    block.right += PADDING;
    block.frame(frame.kind, OUT);
    block.port = OUT + 30;
    block.through = frame.falls_through();
    block
}

fn guarded<'p>(body: &'p Item, catch: &'p Node, handler: &'p Sequence) -> Block<'p> {
    let mut block = item(body);
    let mut aside = leaf::leaf(catch);
    let (catch_left, catch_port) = (aside.left, aside.port);
    if !handler.items.is_empty() {
        aside.arrow_down(STEP);
        aside.append(sequence(handler));
    }
    let (border, port, goes_on) = (block.right, block.port, block.through);
    let x = border + APART + aside.left;
    let y = (port - catch_port).max(0);
    block.line(&[(border, port), (x - catch_left, y + catch_port)], Line::Error);
    let (own, aside_bottom, joins) = (block.height, y + aside.height, aside.through);
    block.place(x, y, aside);
    if joins {
        let join = own.max(aside_bottom) + PADDING;
        block.line(&[(x, aside_bottom), (x, join), (0, join)], Line::Plain);
        block.height = join;
    }
    if goes_on {
        block.line(&[(0, own), (0, block.height)], Line::Plain);
    }
    block.through = goes_on || joins;
    block
}
