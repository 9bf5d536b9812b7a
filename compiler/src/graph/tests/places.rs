//! Where things are: no box on another, no line through a box, no text beyond its box.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::graph::drawing::{Drawing, Point, Rect, Shape};
use crate::graph::layout::layout;

use super::{box_of, picture, random};

#[test]
fn every_example_can_be_read() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut found = 0;
    for folder in fs::read_dir(examples).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "flow") {
                let picture = picture(&fs::read_to_string(&path).unwrap());
                can_be_read(&layout(&picture)).unwrap_or_else(|why| panic!("{path:?}: {why}"));
                found += 1;
            }
        }
    }
    assert!(found >= 8, "only {found} examples");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_picture_can_be_read(picture in random::picture()) {
        if let Err(why) = can_be_read(&layout(&picture)) {
            prop_assert!(false, "{why}");
        }
    }
}

fn can_be_read(drawing: &Drawing<'_>) -> Result<(), String> {
    let shapes = || drawing.graphs.iter().flat_map(|placed| &placed.shapes);
    let boxes: Vec<(Rect, Vec<_>)> = shapes().filter_map(box_of).collect();
    let frames = shapes().filter_map(|shape| match shape {
        Shape::Frame(_, rect) => Some(*rect),
        _ => None,
    });
    let frames: Vec<Rect> = frames.collect();
    for (index, (rect, texts)) in boxes.iter().enumerate() {
        within(*rect, drawing)?;
        for text in texts {
            let left = if text.centred { text.at.x - text.width() / 2 } else { text.at.x };
            if left < rect.x || left + text.width() > rect.x + rect.width {
                return Err(format!("{text:?} is wider than {rect:?}"));
            }
            if text.at.y > rect.y + rect.height - 3 || text.at.y < rect.y + 8 {
                return Err(format!("{text:?} is not as high as {rect:?}"));
            }
        }
        for (other, _) in boxes.iter().skip(index + 1) {
            if overlap(*rect, *other) {
                return Err(format!("{rect:?} lies on {other:?}"));
            }
        }
    }
    for (index, frame) in frames.iter().enumerate() {
        within(*frame, drawing)?;
        for other in frames.iter().skip(index + 1) {
            if overlap(*frame, *other) && !holds(*frame, *other) && !holds(*other, *frame) {
                return Err(format!("{frame:?} cuts {other:?}"));
            }
        }
    }
    let nodes = shapes().filter_map(|shape| match shape {
        Shape::Box(_, rect, _) => Some(*rect),
        _ => None,
    });
    let nodes: Vec<Rect> = nodes.collect();
    for shape in shapes() {
        let Shape::Line(points, _) = shape else { continue };
        for ends in points.windows(2) {
            let along = line(ends[0], ends[1]).ok_or_else(|| format!("{ends:?} is aslant"))?;
            if let Some(node) = nodes.iter().find(|node| overlap(**node, along)) {
                return Err(format!("{points:?} goes through {node:?}"));
            }
        }
    }
    let headings = drawing.graphs.iter().flat_map(|placed| &placed.heading);
    for text in headings {
        if text.at.x + text.width() > drawing.width {
            return Err(format!("{text:?} leaves the picture"));
        }
    }
    Ok(())
}

fn within(rect: Rect, drawing: &Drawing<'_>) -> Result<(), String> {
    let whole = Rect { x: 0, y: 0, width: drawing.width, height: drawing.height };
    holds(whole, rect).then_some(()).ok_or_else(|| format!("{rect:?} leaves {whole:?}"))
}

fn overlap(a: Rect, b: Rect) -> bool {
    let apart = |at: i32, size: i32, other: i32, other_size: i32| {
        at + size <= other || other + other_size <= at
    };
    !apart(a.x, a.width, b.x, b.width) && !apart(a.y, a.height, b.y, b.height)
}

fn holds(outer: Rect, inner: Rect) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

/// A line as a thin rectangle without its very ends, which touch what it joins.
fn line(a: Point, b: Point) -> Option<Rect> {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let (width, height) = ((a.x - b.x).abs(), (a.y - b.y).abs());
    match (width, height) {
        (0, _) => Some(Rect { x, y: y + 3, width: 1, height: (height - 6).max(0) }),
        (_, 0) => Some(Rect { x: x + 3, y, width: (width - 6).max(0), height: 1 }),
        _ => None,
    }
}
