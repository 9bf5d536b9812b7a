//! Cron: five fields that say when something is due.
//!
//! Minute, hour, day of the month, month and weekday, each `*`, a value, a range `a-b`, with a step `/n`, or a list of
//! these. Months and weekdays have names; Sunday is both 0 and 7. Where day and weekday are both said, either
//! will do, as cron has always had it.

use ecow::{EcoString, eco_format};

/// A cron expression that some time satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    /// From 0 to 59.
    pub minute: Field,
    /// From 0 to 23.
    pub hour: Field,
    /// From 1 to 31.
    pub day: Field,
    /// From 1 to 12.
    pub month: Field,
    /// From 0, which is Sunday, to 7, which is Sunday too.
    pub weekday: Field,
}

/// What a field of a [`Cron`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Field {
    /// The values, as bits.
    values: u64,
    /// Whether it is said at all: `*` and `*/5` are not.
    said: bool,
}

/// What is wrong with a cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{why}", part.as_ref().map(|part| format!("`{part}`: ")).unwrap_or_default())]
pub struct CronError {
    /// The part that is wrong, where it is one part.
    pub part: Option<EcoString>,
    /// In a few words, for a label.
    pub why: EcoString,
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
    /// The first field that is wrong, another number of fields, or a date that no year has.
    pub fn parse(text: &str) -> Result<Cron, CronError> {
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
        let [minute, hour, day, month, weekday] = fields;
        let cron = Cron { minute, hour, day, month, weekday };
        if cron.has_a_day() {
            Ok(cron)
        } else {
            Err(CronError { part: None, why: "no year has such a day".into() })
        }
    }

    /// Whether it is due on a day of the month that falls on a weekday, counted from Sunday as 0.
    pub fn is_due_on(&self, month: u32, day: u32, weekday: u32) -> bool {
        let by_day = self.day.holds(day);
        let by_weekday = self.weekday.holds(weekday) || weekday == 0 && self.weekday.holds(7);
        let by_either = if self.day.said && self.weekday.said {
            by_day || by_weekday
        } else {
            by_day && by_weekday
        };
        by_either && self.month.holds(month)
    }

    /// Whether it is due in each of the day's hours.
    pub fn is_due_each_hour(&self) -> bool {
        (0..24).all(|hour| self.hour.holds(hour))
    }

    /// Whether some month that is said has a day that is said.
    fn has_a_day(&self) -> bool {
        if !self.day.said || self.weekday.said {
            return true;
        }
        let months = (1..).zip(DAYS);
        months
            .filter(|(number, _)| self.month.holds(*number))
            .any(|(_, days)| (1..=days).any(|number| self.day.holds(number)))
    }
}

impl Field {
    /// Whether it is said at all: `*` and `*/5` are not.
    pub fn is_said(self) -> bool {
        self.said
    }

    /// Whether a value, which is below 64, is one that the field says.
    pub fn holds(self, value: u32) -> bool {
        self.next(value) == Some(value)
    }

    /// The first value that the field says, from one on.
    pub fn next(self, from: u32) -> Option<u32> {
        let rest = self.values.checked_shr(from)?;
        (rest != 0).then(|| from + rest.trailing_zeros())
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

    fn values(text: &str, field: fn(Cron) -> Field) -> Vec<u32> {
        let field = field(Cron::parse(text).unwrap());
        (0..64).filter(|&value| field.holds(value)).collect()
    }

    fn why(text: &str) -> String {
        Cron::parse(text).unwrap_err().why.into()
    }

    #[test]
    fn fields_hold_what_they_say() {
        assert_eq!(values("0 9 * * mon-fri", |cron| cron.weekday), [1, 2, 3, 4, 5]);
        assert_eq!(values("*/15 * * * *", |cron| cron.minute), [0, 15, 30, 45]);
        assert_eq!(values("5/20 * * * *", |cron| cron.minute), [5, 25, 45]);
        assert_eq!(values("0 8-18/5,23 * * *", |cron| cron.hour), [8, 13, 18, 23]);
        assert_eq!(values("0 0 1 JAN,jul *", |cron| cron.month), [1, 7]);
        assert_eq!(values("0 0 * * fri-sun", |cron| cron.weekday), [5, 6, 7]);
        assert_eq!(values("0 0 * * 0-2", |cron| cron.weekday), [0, 1, 2]);
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
    fn values_follow_each_other() {
        let cron = Cron::parse("5,50 */6 * * *").unwrap();
        assert_eq!(
            [0, 5, 6, 51].map(|from| cron.minute.next(from)),
            [Some(5), Some(5), Some(50), None]
        );
        assert_eq!(cron.hour.next(99), None);
        assert!(!cron.is_due_each_hour() && !cron.hour.is_said() && cron.minute.is_said());
        assert!(Cron::parse("0 0-23 * * *").unwrap().is_due_each_hour());
    }

    #[test]
    fn either_of_day_and_weekday_will_do() {
        assert!(Cron::parse("0 0 29 2 *").is_ok());
        let either = Cron::parse("0 0 31 feb mon").unwrap();
        assert!(either.is_due_on(2, 3, 1) && !either.is_due_on(2, 3, 2));
        assert!(!either.is_due_on(3, 31, 1));
        // What is not said only leaves out.
        let both = Cron::parse("0 0 */2 * sun").unwrap();
        assert!(both.is_due_on(1, 3, 0) && !both.is_due_on(1, 4, 0) && !both.is_due_on(1, 3, 1));
        assert!(Cron::parse("0 0 * * 7").unwrap().is_due_on(5, 1, 0));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9a-z*/, -]{0,30}") {
            let _ = Cron::parse(&text);
        }
    }
}
