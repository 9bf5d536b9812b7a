//! Flows as pictures: what happens, in which order, and where it may turn.
//!
//! ```text
//! typed program ──build──▶ picture ──layout──▶ drawing ──svg──▶ text
//!                             └──flatten──▶ nodes and edges ──mermaid, dot──▶ text
//! ```
//!
//! A [`Picture`] keeps the structure of the flow: a decision holds its arms, a loop what it repeats. A layout
//! can therefore be exact: sequences go down, arms stand side by side and meet below, and what happens on
//! failure stands to the right. Only what has an effect or turns the flow is a node; computing is not.

mod build;
mod clusters;
mod dot;
mod drawing;
mod flatten;
mod layout;
mod measure;
mod mermaid;
mod model;
mod palette;
mod svg;
mod text;

#[cfg(test)]
mod tests;

pub use build::build;
pub use dot::dot;
pub use mermaid::mermaid;
pub use model::{Arm, Frame, FrameKind, Graph, Item, Node, NodeKind, Picture, Sequence};
pub use svg::svg;
