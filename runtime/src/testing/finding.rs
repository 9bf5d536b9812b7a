//! What a test found.

use callflow_artifact::bytecode::{FunctionId, Origin};
use ecow::EcoString;

/// How a test ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The test's name.
    pub name: EcoString,
    /// Where its name stands.
    pub place: Place,
    /// What is not as it should be; nothing if the test has passed.
    pub findings: Vec<Finding>,
    /// How many expectations were looked at.
    pub expectations: usize,
}

impl Report {
    /// Whether all was as it should be.
    pub fn has_passed(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Where it was expected, or where it happened.
    pub at: Place,
    /// One sentence: what is wrong.
    pub message: String,
    /// What to say at the place.
    pub label: String,
    /// Another place that has to do with it, and what happened there.
    pub other: Option<(Place, String)>,
    /// What happened instead, one a line.
    pub notes: Vec<String>,
}

impl Finding {
    /// A finding without further places and notes.
    pub(super) fn new(at: Place, message: impl Into<String>, label: impl Into<String>) -> Finding {
        let (message, label) = (message.into(), label.into());
        Finding { at, message, label, other: None, notes: Vec::new() }
    }
}

/// A part of a function's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Whose file it is in.
    pub function: FunctionId,
    /// Where in the file.
    pub origin: Origin,
}
