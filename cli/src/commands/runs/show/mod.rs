//! `callflow runs show`: all that is known of a run, for somebody who wants to know at night what went wrong.
//!
//! The [`head`] says how it stands, the [`timeline`] what happened, and [`advice`] what to do.

mod advice;
mod head;
mod timeline;

#[cfg(test)]
mod tests;

use callflow_artifact::Artifact;
use callflow_artifact::piece::EffectClass;
use callflow_runtime::value;
use serde_json::Value as Json;

use super::times::Clock;
use crate::terminal::Style;
use callflow_runtime::store::history::Story;

/// How wide the page is, in characters.
const WIDTH: usize = 100;

/// How the page is made.
pub(super) struct View<'a> {
    /// The clock that it tells times by.
    pub(super) clock: &'a Clock,
    /// Whether values are shown in full.
    pub(super) full: bool,
    /// The run's program; none where this version of callflow cannot read it.
    pub(super) artifact: Option<&'a Artifact>,
    /// What the store is called on the command line: ` --store x.db`, or nothing where it need not be said.
    pub(super) store: &'a str,
    /// Colours.
    pub(super) style: Style,
}

/// The whole page.
pub(super) fn page(story: &Story, view: &View<'_>) -> String {
    let mut out = head::text(story, view);
    out.push_str(&format!("\n{}\n", view.style.bold("What happened")));
    out.push_str(&timeline::text(story, view));
    out.push_str(&advice::text(story, view));
    out
}

impl View<'_> {
    /// A JSON text behind a margin: on one line and cut, or in full.
    fn value(&self, margin: &str, name: &str, json: &str) -> String {
        let parsed = serde_json::from_str::<Json>(json);
        let begin = format!("{margin}{name}");
        match parsed {
            Ok(value) if self.full => {
                let text = format!("{value:#}");
                let indent = " ".repeat(begin.chars().count());
                format!("{begin}{}\n", text.replace('\n', &format!("\n{indent}")))
            }
            Ok(value) => {
                let left = WIDTH.saturating_sub(begin.chars().count()).max(20);
                format!("{begin}{}\n", value::brief_json(&value, left))
            }
            Err(_) => format!("{begin}{json}\n"),
        }
    }

    /// What may become of an action that is tried again; none where the program is not known.
    fn effect(&self, action: &str) -> Option<EffectClass> {
        let (piece, name) = action.split_once('.')?;
        let artifact = self.artifact?;
        let of_piece = |index: u32| {
            artifact.pieces.get(index as usize).is_some_and(|known| known.name == piece)
        };
        let mut actions = artifact.actions.iter();
        let action = actions.find(|action| action.name == name && of_piece(action.piece.0));
        action.map(|action| action.effect)
    }
}

/// A text on one line.
fn line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}
