//! Boxes with text: nodes, and the labels of arms.

use ecow::EcoString;

use crate::graph::drawing::{Point, Rect, Shape, Style, Text};
use crate::graph::measure::{shorten, width, wrap};
use crate::graph::model::{Node, NodeKind};

use super::block::Block;

/// How high the label of an arm is.
pub(super) const CHIP: i32 = 18;
/// How wide a card is.
const CARD: i32 = 272;
/// How wide other nodes are at the most.
const WIDEST: i32 = 296;
/// Between a card's sides and its text; on the left there is its piece's colour.
const CARD_PADDING: (i32, i32) = (18, 14);

/// A node.
pub(super) fn leaf(node: &Node) -> Block<'_> {
    let mut block = match node.kind {
        NodeKind::Trigger | NodeKind::Action | NodeKind::Call | NodeKind::Launch => card(node),
        NodeKind::Decision => pill(node, 26, 9, 2),
        NodeKind::Return | NodeKind::Fail | NodeKind::Log => pill(node, 14, 7, 2),
        _ => pill(node, 14, 7, 1),
    };
    block.through = !node.kind.is_end();
    block
}

/// When an arm is taken; nothing where that need not be said.
pub(super) fn chip(label: &EcoString) -> Block<'_> {
    if label.is_empty() {
        return Block::default();
    }
    let style = Style::Label;
    let text = shorten(label, style.font(), 210);
    let wide = even(width(&text, style.font()) + 14);
    let rect = Rect { x: -wide / 2, y: 0, width: wide, height: CHIP };
    let text = Text { at: Point { x: 0, y: 13 }, centred: true, parts: vec![(style, text)] };
    Block::of(Shape::Chip(rect, text, label), wide, CHIP)
}

/// A box of the one width that all cards have.
fn card(node: &Node) -> Block<'_> {
    let (left, right) = CARD_PADDING;
    let room = CARD - left - right;
    let font = Style::Title.font();
    let mut lines: Vec<Vec<(Style, String)>> = Vec::new();
    let named = format!("{} = ", node.result);
    if node.result.is_empty() {
        let most = if node.kind == NodeKind::Trigger { 3 } else { 2 };
        let titles = wrap(&node.title, font, room, most);
        lines.extend(titles.into_iter().map(|line| vec![(Style::Title, line)]));
    } else if width(&named, font) + width(&node.title, font) <= room {
        lines.push(vec![(Style::Result, named), (Style::Title, node.title.to_string())]);
    } else {
        lines.push(vec![(Style::Result, shorten(named.trim_end(), font, room))]);
        lines.push(vec![(Style::Title, shorten(&node.title, font, room))]);
    }
    for (text, most) in [(&node.detail, 2), (&node.clauses, 2)] {
        let more = wrap(text, Style::Detail.font(), room, most);
        lines.extend(more.into_iter().map(|line| vec![(Style::Detail, line)]));
    }
    let x = -CARD / 2 + left;
    let mut y = 9;
    let mut texts = Vec::new();
    for parts in lines {
        let size = parts.first().map_or(0, |(style, _)| style.font().size);
        texts.push(Text { at: Point { x, y: y + size }, centred: false, parts });
        y += size + 5;
    }
    let height = even(y + 6);
    let rect = Rect { x: -CARD / 2, y: 0, width: CARD, height };
    Block::of(Shape::Box(node, rect, texts), CARD, height)
}

/// A box as wide as its text.
fn pill(node: &Node, padding: i32, above: i32, most: usize) -> Block<'_> {
    let style = match node.kind {
        NodeKind::Head => Style::Title,
        _ => Style::Plain,
    };
    let (font, line) = (style.font(), style.font().size + 4);
    let named = match node.result.is_empty() {
        true => node.title.clone(),
        false => ecow::eco_format!("{} = {}", node.result, node.title),
    };
    // A clock stands before what waits.
    let icon = if node.kind == NodeKind::Wait { 18 } else { 0 };
    let lines = wrap(&named, font, WIDEST - 2 * padding - icon, most);
    let widest = lines.iter().map(|line| width(line, font)).max().unwrap_or_default();
    let wide = even(widest + 2 * padding + icon);
    let height = even(2 * above + line * lines.len().max(1) as i32 - 2);
    let text = |(index, text): (usize, String)| Text {
        at: Point { x: icon / 2, y: above + font.size - 1 + line * index as i32 },
        centred: true,
        parts: vec![(style, text)],
    };
    let texts = lines.into_iter().enumerate().map(text).collect();
    let rect = Rect { x: -wide / 2, y: 0, width: wide, height };
    Block::of(Shape::Box(node, rect, texts), wide, height)
}

/// The next even number, so that the middle is a pixel.
fn even(number: i32) -> i32 {
    number + number % 2
}
