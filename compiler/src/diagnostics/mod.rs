//! What the compiler says to an author: codes, places, and how to mend it.
//!
//! A pass builds a [`Diagnostic`] and goes on; nothing here prints. The command line renders them for a
//! terminal, the language server for an editor. Each [`Code`] has a page in `explain/`, whose examples are
//! tests.

pub mod code;
pub mod suggest;

use crate::source::Location;
pub use code::Code;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The flow cannot run.
    Error,
    /// The flow runs, though likely not as meant.
    Warning,
}

/// One thing to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// One sentence without a full stop: what is wrong.
    pub message: String,
    /// The exact place, and what stands there.
    pub primary: Label,
    /// Where the cause stands.
    pub secondary: Vec<Label>,
    /// Why, and what to do.
    pub notes: Vec<String>,
    /// Edits that mend it, best first.
    pub fixes: Vec<Fix>,
}

/// A place and a few words on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Where.
    pub at: Location,
    /// May be empty.
    pub text: String,
}

/// A change of the text that mends the mistake.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// As a menu would name it: `change to \`company\``.
    pub title: String,
    /// Replacements, in order of position and without overlap.
    pub edits: Vec<Edit>,
    /// Whether this is what was meant, as far as can be told: `callflow fix` makes only such changes. A guess, or
    /// a text with a place that is left to fill, is not.
    pub sure: bool,
}

/// A replacement of a range; an insertion where the range is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What is replaced.
    pub at: Location,
    /// By what.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place. The label is often shorter than the message, and may be empty.
    pub fn error(code: Code, at: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, at, message)
    }

    /// A warning at a place.
    pub fn warning(code: Code, at: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, at, message)
    }

    fn new(code: Code, severity: Severity, at: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary: Label { at, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// The words on the exact place.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// A second place.
    pub fn also(mut self, at: Location, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { at, text: text.into() });
        self
    }

    /// Why, or what to do.
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// An edit that mends it.
    pub fn fix(
        self,
        title: impl Into<String>,
        at: Location,
        text: impl Into<String>,
    ) -> Diagnostic {
        self.mended_by(title, [(at, text)], true)
    }

    /// An edit that may mend it, where only the author can tell.
    pub fn offer(
        self,
        title: impl Into<String>,
        at: Location,
        text: impl Into<String>,
    ) -> Diagnostic {
        self.mended_by(title, [(at, text)], false)
    }

    /// Edits that mend it together, in order of position.
    pub fn fix_all<const N: usize, T: Into<String>>(
        self,
        title: impl Into<String>,
        edits: [(Location, T); N],
    ) -> Diagnostic {
        self.mended_by(title, edits, true)
    }

    /// Whether it keeps the flow from running.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn mended_by<const N: usize, T: Into<String>>(
        mut self,
        title: impl Into<String>,
        edits: [(Location, T); N],
        sure: bool,
    ) -> Diagnostic {
        let edits = edits.map(|(at, text)| Edit { at, text: text.into() }).to_vec();
        self.fixes.push(Fix { title: title.into(), edits, sure });
        self
    }
}

/// Sorts by place and keeps one diagnostic for each start: a mistake is often met by several rules, and the
/// first that was reported there knows best.
pub fn settle(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|d| (d.primary.at.file, d.primary.at.span.start, d.severity));
    diagnostics.dedup_by(|later, first| {
        later.primary.at.file == first.primary.at.file
            && later.primary.at.span.start == first.primary.at.span.start
            && later.severity == first.severity
    });
    diagnostics
}
