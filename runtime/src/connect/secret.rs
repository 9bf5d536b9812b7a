//! Credentials, and how they are kept out of what people read.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;

/// A text that is never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes care of a text.
    pub fn new(text: impl AsRef<str>) -> Secret {
        Secret(text.as_ref().into())
    }

    /// The text itself. Whoever asks for it must not print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// A secret shorter than this is not looked for: it would be found in many words.
const SHORTEST: usize = 6;

/// Hides known secrets in texts: the second net under types that keep them out in the first place. A service
/// may send one back in an error.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret within another one leaves no remainder.
    secrets: Vec<String>,
}

impl Redactor {
    /// Hides this secret from now on, in plain, in base64 and as it stands in JSON and URLs.
    pub fn add(&mut self, secret: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        let json = serde_json::Value::from(secret).to_string();
        let variants = [
            secret.to_owned(),
            json.trim_matches('"').to_owned(),
            crate::pieces::encode::percent(secret),
            base64::engine::general_purpose::STANDARD.encode(secret),
        ];
        for variant in variants {
            if !self.secrets.contains(&variant) {
                self.secrets.push(variant);
            }
        }
        self.secrets.sort_by_key(|it| std::cmp::Reverse(it.len()));
    }

    /// The text with `***` in the place of each secret.
    pub fn redact(&self, text: &str) -> String {
        let hide = |text: String, secret: &String| {
            if text.contains(secret) { text.replace(secret, HIDDEN) } else { text }
        };
        self.secrets.iter().fold(text.to_owned(), hide)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} texts)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_every_dress() {
        let mut redactor = Redactor::default();
        redactor.add("pa\"ss/word");
        redactor.add("abc");
        redactor.add("pa\"ss/word-and-more");
        insta::assert_snapshot!(
            redactor.redact(r#"pa"ss/word pa\"ss/word pa%22ss%2Fword cGEic3Mvd29yZA== pa"ss/word-and-more abc"#),
            @"*** *** *** *** *** abc"
        );
        assert!(!format!("{redactor:?} {:?}", Secret::new("hunter22")).contains("hunter"));
    }
}
