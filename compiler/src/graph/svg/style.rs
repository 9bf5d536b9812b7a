//! How shapes look, in the light and in the dark.

/// The style sheet. Every class begins with `cf`, so that several pictures and a page live together. It has
/// no variables, which not every program that reads SVG knows.
pub(super) const CSS: &str = include_str!("style.css");
