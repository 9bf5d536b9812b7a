//! Types and durations as other languages write them: `List<string>`, `30 seconds`.

use super::Pass;
use crate::source::Span;
use crate::syntax::token::Kind;

impl Pass<'_> {
    /// `List<T>` is `[T]`, `Map<string, T>` is `[string: T]`, `Optional<T>` is `T?`.
    pub(super) fn generic(&mut self, i: usize) -> Option<usize> {
        if self.kind(i + 1) != Some(Kind::Less) || !self.adjacent(i) {
            return None;
        }
        let written = self.word(i).to_ascii_lowercase();
        let name = |at: usize| self.kind(at).is_some_and(|kind| kind.is_word());
        let span = |last: usize| self.span(i).to(self.span(last));
        let first = self.span(i + 2);
        let whole;
        let tokens: Vec<(Kind, Span)>;
        let why;
        match written.as_str() {
            "list" | "array" | "set" | "vec" | "optional" | "option" | "maybe" | "promise"
                if name(i + 2) && self.kind(i + 3) == Some(Kind::Greater) =>
            {
                whole = span(i + 3);
                (tokens, why) = match written.as_str() {
                    "promise" => {
                        (vec![(Kind::Name, first)], "flows wait for actions by themselves")
                    }
                    "optional" | "option" | "maybe" => (
                        vec![(Kind::Name, first), (Kind::Question, whole)],
                        "what may be missing has a `?` behind its type",
                    ),
                    _ => (
                        vec![
                            (Kind::BracketOpen, whole),
                            (Kind::Name, first),
                            (Kind::BracketClose, whole),
                        ],
                        "a list of texts is `[string]`",
                    ),
                };
            }
            "map" | "dict" | "dictionary" | "hashmap"
                if name(i + 2)
                    && self.kind(i + 3) == Some(Kind::Comma)
                    && name(i + 4)
                    && self.kind(i + 5) == Some(Kind::Greater) =>
            {
                whole = span(i + 5);
                why = "a map from texts to numbers is `[string: int]`";
                tokens = vec![
                    (Kind::BracketOpen, whole),
                    (Kind::Name, first),
                    (Kind::Colon, self.span(i + 3)),
                    (Kind::Name, self.span(i + 4)),
                    (Kind::BracketClose, whole),
                ];
            }
            _ => return None,
        }
        let meant: String = tokens
            .iter()
            .map(|(kind, span)| match kind {
                Kind::Name => self.slice(*span),
                Kind::Colon => ": ",
                kind => kind.text().unwrap_or_default(),
            })
            .collect();
        let diagnostic = self.written(whole, &meant, why).fix(
            format!("change to `{meant}`"),
            self.at(whole),
            meant.clone(),
        );
        self.diagnostics.push(diagnostic);
        let count = if tokens.len() == 5 { 6 } else { 4 };
        for (kind, span) in tokens {
            self.put(i, span, &[kind]);
        }
        Some(i + count)
    }

    /// `30 seconds` is `30s`.
    pub(super) fn unit(&mut self, i: usize) -> Option<usize> {
        if self.kind(i + 1) != Some(Kind::Name) {
            return None;
        }
        let unit = match self.word(i + 1).to_ascii_lowercase().as_str() {
            "ms" | "millisecond" | "milliseconds" | "msec" => "ms",
            "s" | "sec" | "secs" | "second" | "seconds" => "s",
            "m" | "min" | "mins" | "minute" | "minutes" => "m",
            "h" | "hr" | "hrs" | "hour" | "hours" => "h",
            "d" | "day" | "days" => "d",
            "w" | "week" | "weeks" => "w",
            _ => return None,
        };
        let meant = format!("{}{unit}", self.word(i));
        let why = "a duration is a number and its unit: `500ms`, `30s`, `5m`, `2h`, `3d`, `1w`";
        Some(self.exchange_all(i, 2, &meant, &[Kind::Unknown], why))
    }
}
