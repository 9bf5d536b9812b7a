//! A colour for each piece: the same in every picture where it can be, and always another than its neighbours'.

use std::collections::BTreeMap;

use super::model::{Graph, Item, Node, NodeKind, Picture, Sequence};

/// How many colours there are.
pub(super) const COLOURS: usize = 10;

/// For each piece of a picture which colour it has.
pub(super) fn colours(picture: &Picture) -> BTreeMap<&str, usize> {
    let mut colours = BTreeMap::new();
    for graph in &picture.graphs {
        each_node(graph, &mut |node| {
            if let (NodeKind::Action, Some(piece)) = (node.kind, &node.link) {
                colours.insert(piece.as_str(), usize::MAX);
            }
        });
    }
    let mut taken = [false; COLOURS];
    for (index, (piece, colour)) in colours.iter_mut().enumerate() {
        let hash = piece
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let wanted = hash as usize % COLOURS;
        let free = (0..COLOURS)
            .map(|step| (wanted + step) % COLOURS)
            .find(|colour| taken.get(*colour) == Some(&false));
        *colour = free.unwrap_or(index % COLOURS);
        if let Some(taken) = taken.get_mut(*colour) {
            *taken = true;
        }
    }
    colours
}

/// Calls `visit` for each node of a graph, in order.
pub(super) fn each_node<'p>(graph: &'p Graph, visit: &mut dyn FnMut(&'p Node)) {
    visit(&graph.start);
    sequence(&graph.body, visit);
}

fn sequence<'p>(within: &'p Sequence, visit: &mut dyn FnMut(&'p Node)) {
    for part in &within.items {
        item(part, visit);
    }
}

fn item<'p>(within: &'p Item, visit: &mut dyn FnMut(&'p Node)) {
    match within {
        Item::Node(node) => visit(node),
        Item::Decision(node, arms) => {
            visit(node);
            arms.iter().for_each(|arm| sequence(&arm.body, visit));
        }
        Item::Frame(frame) => {
            visit(&frame.head);
            frame.arms.iter().for_each(|arm| sequence(&arm.body, visit));
        }
        Item::Guarded { body, catch, handler } => {
            item(body, visit);
            visit(catch);
            sequence(handler, visit);
        }
    }
}
