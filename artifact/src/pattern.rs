//! Regular expressions: which there are, and how large one may be.
//!
//! They are searched in time linear in the text, whatever they say; there are no back references and no looking
//! around.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// The sizes that a pattern may have, in bytes of its program, and what a text that is searched for one of that
/// size costs.
const SIZES: [(usize, u64); 3] = [(1 << 16, 1), (1 << 18, 4), (1 << 20, 16)];

/// How deep groups stand inside each other.
const DEEPEST: u32 = 50;

/// A regular expression that can be searched for.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    weight: u64,
}

/// Why a text is no regular expression, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError(String);

impl Pattern {
    /// Reads a regular expression.
    ///
    /// # Errors
    /// It is malformed, or too large to be searched for.
    pub fn new(text: &str) -> Result<Pattern, PatternError> {
        for (size, weight) in SIZES {
            let built = RegexBuilder::new(text).size_limit(size).nest_limit(DEEPEST).build();
            match built {
                Ok(regex) => return Ok(Pattern { regex, weight }),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => return Err(PatternError(first_reason(&error.to_string()))),
            }
        }
        Err(PatternError("it is too large; repeat smaller parts, or fewer times".into()))
    }

    /// What searches.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }

    /// How many times as long as for a small pattern a search may take.
    pub fn weight(&self) -> u64 {
        self.weight
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}

/// The reason alone: the library draws the pattern above it.
fn first_reason(drawn: &str) -> String {
    let reason = drawn.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
    reason.unwrap_or(drawn).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_patterns_weigh_more() {
        let weight = |text: &str| Pattern::new(text).unwrap().weight();
        assert_eq!(weight(r"^[a-z]+@[a-z]+\.com$"), 1);
        assert!(weight(r"\w{10}") > 1);
    }

    #[test]
    fn what_is_no_pattern_says_why_on_one_line() {
        let why = |text: &str| Pattern::new(text).unwrap_err().to_string();
        assert_eq!(why("a(b"), "unclosed group");
        assert_eq!(why(r"(a)\1"), "backreferences are not supported");
        assert!(why(r"\w{1000}{1000}").contains("too large"));
        assert!(!why(&"(".repeat(100_000)).contains('\n'));
        assert!(!why(&format!("{}a{}", "(".repeat(500), ")".repeat(500))).contains('\n'));
    }
}
