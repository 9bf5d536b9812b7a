//! What happened, for whoever looks into a failing seed.

use std::collections::VecDeque;

/// The last lines, and a digest of all that happened.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// How many lines are kept. A seed that fails is run again for them.
    most: usize,
    lines: VecDeque<String>,
    digest: u64,
}

impl Trace {
    /// Keeps so many lines.
    pub(crate) fn new(most: usize) -> Trace {
        Trace { most, ..Trace::default() }
    }

    /// Notes something.
    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        if self.most > 0 {
            if self.lines.len() == self.most {
                self.lines.pop_front();
            }
            self.lines.push_back(line());
        }
    }

    /// Makes the digest another one.
    pub(crate) fn mix(&mut self, what: u64) {
        self.digest = (self.digest ^ what).wrapping_mul(0x0100_0000_01b3).rotate_left(17);
    }

    /// The same for the same course of things.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// What was kept.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}
