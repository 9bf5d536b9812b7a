//! Cron: five fields that say when something is due.
//!
//! Minute, hour, day of the month, month and weekday, each `*`, a value, a range `a-b`, with a step `/n`, or a list of
//! these. Months and weekdays have names; Sunday is both 0 and 7. Where day and weekday are both said, either
//! will do, as cron has always had it.

use ecow::{EcoString, eco_format};

/// A cron expression that some time satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    fields: [Field; 5],
}

/// The values of a field, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Field {
    values: u64,
    /// Whether it is said at all: `*` is not.
    said: bool,
}

/// What is wrong with a cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CronError {
    /// The part that is wrong, where it is one part.
    pub(super) part: Option<EcoString>,
    /// In a few words, for a label.
    pub(super) why: EcoString,
}

/// What a field may hold.
struct Kind {
    name: &'static str,
    least: u32,
    most: u32,
    /// Names of the values from `least` on.
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const KINDS: [Kind; 5] = [
    Kind { name: "minute", least: 0, most: 59, names: &[] },
    Kind { name: "hour", least: 0, most: 23, names: &[] },
    Kind { name: "day", least: 1, most: 31, names: &[] },
    Kind { name: "month", least: 1, most: 12, names: &MONTHS },
    Kind { name: "weekday", least: 0, most: 7, names: &WEEKDAYS },
];
/// The most days that each month has.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Cron {
    /// Reads the five fields.
    ///
    /// # Errors
    ///
    /// The first field that is wrong, another number of fields, or a date that no year has.
    pub(super) fn parse(text: &str) -> Result<Cron, CronError> {
        let parts: Vec<&str> = text.split_ascii_whitespace().collect();
        if parts.len() != KINDS.len() {
            let why = match parts.len() {
                0 => "five fields are needed".into(),
                1 => "five fields are needed, and there is one".into(),
                count => eco_format!("five fields are needed, and there are {count}"),
            };
            return Err(CronError { part: None, why });
        }
        let mut fields = [Field::default(); 5];
        for ((field, kind), part) in fields.iter_mut().zip(&KINDS).zip(&parts) {
            *field =
                kind.field(part).map_err(|why| CronError { part: Some((*part).into()), why })?;
        }
        let cron = Cron { fields };
        if cron.has_a_day() {
            Ok(cron)
        } else {
            Err(CronError { part: None, why: "no year has such a day".into() })
        }
    }

    /// Whether some month that is said has a day that is said.
    fn has_a_day(&self) -> bool {
        let [_, _, day, month, weekday] = &self.fields;
        if !day.said || weekday.said {
            return true;
        }
        let months = (1..).zip(DAYS);
        months
            .filter(|(number, _)| month.holds(*number))
            .any(|(_, days)| (1..=days).any(|number| day.holds(number)))
    }
}

impl Field {
    fn holds(self, value: u32) -> bool {
        self.values >> value & 1 == 1
    }
}

impl Kind {
    fn field(&self, text: &str) -> Result<Field, EcoString> {
        let mut field = Field { values: 0, said: !text.starts_with('*') };
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(self.step(step)?)),
                None => (part, None),
            };
            let (first, last) = self.range(range, step.is_some())?;
            for value in (first..=last).step_by(step.unwrap_or(1)) {
                field.values |= 1 << value;
            }
        }
        Ok(field)
    }

    fn step(&self, text: &str) -> Result<usize, EcoString> {
        match number(text) {
            Some(step) if step > 0 && step <= self.most => Ok(step as usize),
            Some(_) => Err(eco_format!("a step is from 1 to {}", self.most)),
            None => Err("a step is a number".into()),
        }
    }

    /// `*`, `5`, `mon-fri`; `5/10` goes on up to the end.
    fn range(&self, text: &str, stepped: bool) -> Result<(u32, u32), EcoString> {
        if text == "*" {
            return Ok((self.least, self.most));
        }
        let Some((first, last)) = text.split_once('-') else {
            let value = self.value(text)?;
            return Ok((value, if stepped { self.most } else { value }));
        };
        let (first, mut last) = (self.value(first)?, self.value(last)?);
        // `fri-sun`: a week may be seen to end with Sunday.
        if self.name == "weekday" && last == 0 && first > 0 {
            last = 7;
        }
        if first > last {
            return Err("a range begins with the smaller one".into());
        }
        Ok((first, last))
    }

    fn value(&self, text: &str) -> Result<u32, EcoString> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        if let Some(position) = named {
            return Ok(self.least + position as u32);
        }
        let (name, least, most) = (self.name, self.least, self.most);
        match number(text) {
            Some(value) if value >= least && value <= most => Ok(value),
            _ => match self.names {
                [first, .., last] => {
                    Err(eco_format!("a {name} is from {least} to {most}, or `{first}` to `{last}`"))
                }
                _ => Err(eco_format!("{} {name} is from {least} to {most}", article(name))),
            },
        }
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn article(name: &str) -> &'static str {
    if name == "hour" { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, field: usize) -> Vec<u32> {
        let cron = Cron::parse(text).unwrap();
        (0..64).filter(|&value| cron.fields[field].holds(value)).collect()
    }

    fn why(text: &str) -> String {
        Cron::parse(text).unwrap_err().why.into()
    }

    #[test]
    fn fields_hold_what_they_say() {
        assert_eq!(values("0 9 * * mon-fri", 4), [1, 2, 3, 4, 5]);
        assert_eq!(values("*/15 * * * *", 0), [0, 15, 30, 45]);
        assert_eq!(values("5/20 * * * *", 0), [5, 25, 45]);
        assert_eq!(values("0 8-18/5,23 * * *", 1), [8, 13, 18, 23]);
        assert_eq!(values("0 0 1 JAN,jul *", 3), [1, 7]);
        assert_eq!(values("0 0 * * fri-sun", 4), [5, 6, 7]);
        assert_eq!(values("0 0 * * 0-2", 4), [0, 1, 2]);
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        assert_eq!(why(""), "five fields are needed");
        assert_eq!(why("0 9 * *"), "five fields are needed, and there are 4");
        assert_eq!(why("60 9 * * *"), "a minute is from 0 to 59");
        assert_eq!(why("0 24 * * *"), "an hour is from 0 to 23");
        assert_eq!(why("0 9 * * friday"), "a weekday is from 0 to 7, or `sun` to `sat`");
        assert_eq!(why("0 9 * * fri-mon"), "a range begins with the smaller one");
        assert_eq!(why("*/0 * * * *"), "a step is from 1 to 59");
        assert_eq!(why("*/x * * * *"), "a step is a number");
        assert_eq!(why("0 0 31 feb,apr *"), "no year has such a day");
        assert_eq!(why("0 0 , * *"), "a day is from 1 to 31");
    }

    #[test]
    fn either_of_day_and_weekday_will_do() {
        assert!(Cron::parse("0 0 31 feb mon").is_ok());
        assert!(Cron::parse("0 0 29 2 *").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9a-z*/, -]{0,30}") {
            let _ = Cron::parse(&text);
        }
    }
}
