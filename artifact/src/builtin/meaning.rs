//! What a text means that a method is given: a pattern, a time zone, a word of a few.
//!
//! A literal is checked when the flow is compiled, and every other text when it is used, both by
//! [`Meaning::check`].

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::pattern::Pattern;

/// What a text means to a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A regular expression.
    Regex,
    /// How a time is written, by strftime's `%` letters.
    TimePattern,
    /// How a date is written; it has no letters for the time of day.
    DatePattern,
    /// A time zone: `Europe/Madrid`.
    Zone,
    /// One of these.
    Word(&'static [&'static str]),
}

impl Meaning {
    /// Whether a text can mean this.
    ///
    /// # Errors
    /// Why it cannot, as the part of a sentence that follows on the text: "is no time zone".
    pub fn check(self, text: &str) -> Result<(), String> {
        match self {
            Meaning::Regex => match Pattern::new(text) {
                Ok(_) => Ok(()),
                Err(error) => Err(format!("is no pattern: {error}")),
            },
            Meaning::TimePattern => {
                let sample = Zoned::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
                told(strtime::format(text, &sample))
            }
            Meaning::DatePattern => {
                told(strtime::format(text, Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC).date()))
            }
            Meaning::Zone if TimeZone::get(text).is_ok() => Ok(()),
            Meaning::Zone => Err("is no time zone; they look like \"Europe/Madrid\"".into()),
            Meaning::Word(words) if words.contains(&text) => Ok(()),
            Meaning::Word(words) => Err(format!("is none of {}", words.join(", "))),
        }
    }

    /// What such a text is called: "a time zone".
    pub fn what(self) -> &'static str {
        match self {
            Meaning::Regex => "a pattern",
            Meaning::TimePattern => "a pattern of times",
            Meaning::DatePattern => "a pattern of dates",
            Meaning::Zone => "a time zone",
            Meaning::Word(_) => "one of a few words",
        }
    }
}

fn told(written: Result<String, jiff::Error>) -> Result<(), String> {
    written.map(|_| ()).map_err(|error| format!("is no pattern of dates and times: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_held_against_what_they_mean() {
        let said: Vec<String> = [
            (Meaning::Regex, "a+b"),
            (Meaning::Regex, "a(b"),
            (Meaning::TimePattern, "%d.%m.%Y %H:%M %Z"),
            (Meaning::TimePattern, "%!"),
            (Meaning::DatePattern, "%d.%m.%Y"),
            (Meaning::DatePattern, "%H:%M"),
            (Meaning::Zone, "Europe/Madrid"),
            (Meaning::Zone, "Mars/Olympus"),
            (Meaning::Word(&["day", "week"]), "week"),
            (Meaning::Word(&["day", "week"]), "weeks"),
        ]
        .map(|(meaning, text)| match meaning.check(text) {
            Ok(()) => format!("{text:?} is {}", meaning.what()),
            Err(why) => format!("{text:?} {why}"),
        })
        .into();
        insta::assert_snapshot!(said.join("\n"));
    }
}
