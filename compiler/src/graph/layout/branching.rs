//! Where the way parts: decisions and branches.

use crate::graph::drawing::{Line, Point, Shape};
use crate::graph::model::{Arm, Item, Node};

use super::block::Block;
use super::{APART, PADDING, STEP, leaf, sequence};

/// From where the way parts to a label.
const LEAD: i32 = 10;
/// From where the way parts to an arm with a label.
const LABELLED: i32 = LEAD + leaf::CHIP + 18;
/// How far a bar reaches beyond the outer branches.
const BEYOND: i32 = 24;

/// A decision with its arms.
pub(super) fn decision<'p>(node: &'p Node, arms: &'p [Arm]) -> Block<'p> {
    let mut block = leaf::leaf(node);
    if let [first, second] = arms {
        let goes_on = (first.body.falls_through(), second.body.falls_through());
        let empty = (first.body.items.is_empty(), second.body.items.is_empty());
        match (goes_on, empty) {
            ((true, false), _) | ((true, true), (false, true)) => {
                aside(&mut block, first, second);
                return block;
            }
            ((false, true), _) | ((true, true), (true, false)) => {
                aside(&mut block, second, first);
                return block;
            }
            _ => {}
        }
    }
    columns(&mut block, arms, false);
    block
}

/// Two arms: the main one on the axis; to the right the one that ends, or that does nothing.
fn aside<'p>(block: &mut Block<'p>, main: &'p Arm, side: &'p Arm) {
    if let [Item::Node(end)] = side.body.items.as_slice() {
        return beside(block, main, side, leaf::leaf(end));
    }
    let (head, port, top) = (block.right, block.port, block.height + LABELLED);
    let chips = block.height + LEAD;
    let body = sequence(&main.body);
    let other = sequence(&side.body);
    let (main_chip, side_chip) = (leaf::chip(&main.label), leaf::chip(&side.label));
    let right = head.max(body.right).max(main_chip.right);
    let x = right + APART + other.left.max(side_chip.left);
    let (main_bottom, side_bottom) = (top + body.height, top + other.height);
    let (bypass, main_empty) = (side.body.items.is_empty(), main.body.items.is_empty());

    if bypass {
        let join = main_bottom + PADDING;
        block.line(&[(head, port), (x, port), (x, join), (0, join)], Line::Plain);
        block.line(&[(0, main_bottom), (0, join)], Line::Plain);
        block.line(&[(0, block.height), (0, top)], Line::Arrow);
        block.place(0, top, body);
        block.height = join;
    } else {
        block.line(&[(head, port), (x, port), (x, top)], Line::Arrow);
        block.place(x, top, other);
        let bottom = main_bottom.max(side_bottom);
        if main_empty {
            block.line(&[(0, chips - LEAD), (0, bottom)], Line::Plain);
        } else {
            block.line(&[(0, chips - LEAD), (0, top)], Line::Arrow);
            block.place(0, top, body);
            block.line(&[(0, main_bottom), (0, bottom)], Line::Plain);
        }
        block.height = bottom;
    }
    block.place(0, chips, main_chip);
    block.place(x, chips, side_chip);
    block.through = true;
}

/// The same where all that the other arm does is to end: it stands right beside the decision.
fn beside<'p>(block: &mut Block<'p>, main: &'p Arm, side: &'p Arm, end: Block<'p>) {
    let (head, port, bottom) = (block.right, block.port, block.height);
    let chip = leaf::chip(&side.label);
    let chip_at = head + LEAD + chip.left;
    let x = chip_at + chip.right + 18 + end.left;
    block.line(&[(head, port), (x - end.left, port)], Line::Arrow);
    block.place(chip_at, port - leaf::CHIP / 2, chip);
    block.place(x, port - end.port, end);

    let body = sequence(&main.body);
    let top = (bottom + LABELLED).max(block.height + PADDING);
    block.height = block.height.max(bottom + LEAD);
    if main.body.items.is_empty() {
        block.height = block.height.max(bottom + LEAD + leaf::CHIP);
        block.line(&[(0, bottom), (0, block.height)], Line::Plain);
    } else {
        block.line(&[(0, bottom), (0, top)], Line::Arrow);
        block.place(0, top, body);
    }
    block.place(0, bottom + LEAD, leaf::chip(&main.label));
    block.through = true;
}

/// Arms side by side below what is in the block already. Branches begin and meet at a bar.
pub(super) fn columns<'p>(block: &mut Block<'p>, arms: &'p [Arm], bars: bool) {
    let bodies: Vec<(&Arm, Block<'p>, Block<'p>)> =
        arms.iter().map(|arm| (arm, sequence(&arm.body), leaf::chip(&arm.label))).collect();
    let mut places = Vec::new();
    let mut edge = 0;
    for (_, body, chip) in &bodies {
        let x = edge + body.left.max(chip.left);
        places.push(x);
        edge = x + body.right.max(chip.right) + APART;
    }
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return };
    let middle = axis(&bodies, &places).unwrap_or((first + last) / 2);

    let parts = block.height + if bars { STEP } else { PADDING };
    let labelled = arms.iter().any(|arm| !arm.label.is_empty());
    let top = parts + if labelled { LABELLED } else { STEP };
    let bottom = top + bodies.iter().map(|(_, body, _)| body.height).max().unwrap_or_default();
    let join = bottom + if bars { STEP } else { PADDING };
    block.line(&[(0, block.height), (0, parts)], if bars { Line::Arrow } else { Line::Plain });

    let mut through = false;
    for ((arm, body, chip), place) in bodies.into_iter().zip(places) {
        let x = place - middle;
        let begin = if bars { x } else { 0 };
        let end = top + body.height;
        let into = if arm.body.items.is_empty() { Line::Plain } else { Line::Arrow };
        block.line(&[(begin, parts), (x, parts), (x, top)], into);
        if body.through {
            through = true;
            block.line(&[(x, end), (x, join), (begin, join)], Line::Plain);
        }
        block.place(x, top, body);
        block.place(x, parts + LEAD, chip);
    }
    if bars {
        let (from, to) = (first - middle - BEYOND, last - middle + BEYOND);
        block.shape(Shape::Bar(Point { x: from, y: parts }, to - from));
        block.left = block.left.max(-from);
        block.right = block.right.max(to);
        if through {
            block.shape(Shape::Bar(Point { x: from, y: join }, to - from));
        }
    }
    block.height = if through { join } else { bottom };
    block.through = through;
}

/// The arm that stands on the axis: the only one that goes on, else the middle one where there is one.
fn axis(arms: &[(&Arm, Block<'_>, Block<'_>)], places: &[i32]) -> Option<i32> {
    let mut going = arms.iter().zip(places).filter(|((_, body, _), _)| body.through);
    match (going.next(), going.next()) {
        (Some((_, only)), None) => Some(*only),
        _ if places.len() % 2 == 1 => places.get(places.len() / 2).copied(),
        _ => None,
    }
}
