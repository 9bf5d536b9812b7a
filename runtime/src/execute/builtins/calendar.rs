//! Methods of dates.

use std::fmt;

use callflow_artifact::Builtin;
use ecow::eco_format;
use jiff::civil::{Date, Time, Weekday, date};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Span, Unit};

use super::{Arguments, time};
use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::Value;

/// A Monday that days are counted from.
const MONDAY: Date = date(1970, 1, 5);

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Calls a method of a `date`; `zone` is the project's.
pub(super) fn call(
    builtin: Builtin,
    arguments: Arguments<'_>,
    zone: &TimeZone,
) -> Result<Value, Error> {
    let date = arguments.date(0)?;
    Ok(match builtin {
        Builtin::DateAdd => Value::Date(add(date, arguments)?),
        Builtin::DateDiff => {
            Value::Int(diff(date, arguments.date(1)?, arguments.word(2, builtin)?)?)
        }
        Builtin::DateIsBefore => Value::Bool(date < arguments.date(1)?),
        Builtin::DateIsAfter => Value::Bool(date > arguments.date(1)?),
        Builtin::DateIsBetween => {
            Value::Bool(arguments.date(1)? <= date && date <= arguments.date(2)?)
        }
        Builtin::DateTruncate => Value::Date(truncate(date, arguments.word(1, builtin)?)?),
        Builtin::DateEndOf => Value::Date(end_of(date, arguments.word(1, builtin)?)?),
        Builtin::DateNext => {
            let name = arguments.word(1, builtin)?;
            let weekday = WEEKDAYS.iter().find(|(known, _)| *known == name);
            let (_, weekday) = weekday.ok_or_else(broken)?;
            Value::Date(date.nth_weekday(1, *weekday).map_err(|_| no_date())?)
        }
        Builtin::DateYear => Value::Int(date.year().into()),
        Builtin::DateMonth => Value::Int(date.month().into()),
        Builtin::DateDay => Value::Int(date.day().into()),
        Builtin::DateWeek => Value::Int(date.iso_week_date().week().into()),
        Builtin::DateWeekday => Value::text(name(date.weekday())),
        Builtin::DateIsBusinessDay => {
            let holidays = Holidays::of(arguments.list(1)?)?;
            let day = day_number(date)?;
            Value::Bool(business_days(day, day + 1, &holidays) == 1)
        }
        Builtin::DateAddBusinessDays => {
            let holidays = Holidays::of(arguments.list(2)?)?;
            Value::Date(add_business_days(date, arguments.int(1)?, &holidays)?)
        }
        Builtin::DateBusinessDaysSince => {
            let holidays = Holidays::of(arguments.list(2)?)?;
            let (from, to) = (day_number(arguments.date(1)?)?, day_number(date)?);
            Value::Int(match from <= to {
                true => business_days(from + 1, to + 1, &holidays),
                false => -business_days(to + 1, from + 1, &holidays),
            })
        }
        Builtin::DateAt => at(date, arguments, zone)?,
        Builtin::DateFormat => {
            let pattern = arguments.text(1)?;
            time::written(pattern, strtime::format(pattern.as_bytes(), date))?
        }
        _ => return Err(broken()),
    })
}

/// `mon` to `sun`.
pub(super) fn name(weekday: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == weekday).map_or("", |(name, _)| *name)
}

/// The first day of the `week`, `month`, `quarter` or `year` that a date lies in.
pub(super) fn truncate(date: Date, unit: &str) -> Result<Date, Error> {
    match unit {
        "week" => {
            let days = date.weekday().to_monday_zero_offset();
            date.checked_sub(Span::new().days(days)).map_err(|_| no_date())
        }
        "month" => Ok(date.first_of_month()),
        "quarter" => {
            let first = (date.month() - 1) / 3 * 3 + 1;
            Date::new(date.year(), first, 1).map_err(|_| no_date())
        }
        _ => Ok(date.first_of_year()),
    }
}

/// The last day of the `week`, `month`, `quarter` or `year` that a date lies in.
pub(super) fn end_of(date: Date, unit: &str) -> Result<Date, Error> {
    let first = truncate(date, unit)?;
    let last = match unit {
        "week" => first.checked_add(Span::new().days(6)),
        "quarter" => first.checked_add(Span::new().months(2)).map(Date::last_of_month),
        "month" => Ok(first.last_of_month()),
        _ => Ok(first.last_of_year()),
    };
    last.map_err(|_| no_date())
}

/// How many whole units of the calendar there are in a span of which this is the largest.
pub(super) fn whole(span: &Span, unit: Unit) -> i64 {
    match unit {
        Unit::Day => span.get_days().into(),
        Unit::Week => span.get_weeks().into(),
        Unit::Month => span.get_months().into(),
        _ => span.get_years().into(),
    }
}

/// So many units of the calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    pub(super) days: i64,
    pub(super) weeks: i64,
    pub(super) months: i64,
    pub(super) years: i64,
}

impl Units {
    /// What is added at once.
    pub(super) fn span(self) -> Result<Span, jiff::Error> {
        let span = Span::new().try_years(self.years)?.try_months(self.months)?;
        span.try_weeks(self.weeks)?.try_days(self.days)
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            (self.years, "years"),
            (self.months, "months"),
            (self.weeks, "weeks"),
            (self.days, "days"),
        ];
        let parts: Vec<String> = units
            .iter()
            .filter(|(count, _)| *count != 0)
            .map(|(count, unit)| format!("{count} {unit}"))
            .collect();
        f.write_str(&parts.join(" "))
    }
}

fn add(date: Date, arguments: Arguments<'_>) -> Result<Date, Error> {
    let units = Units {
        days: arguments.int(1)?,
        weeks: arguments.int(2)?,
        months: arguments.int(3)?,
        years: arguments.int(4)?,
    };
    let later = units.span().and_then(|span| date.checked_add(span));
    later.map_err(|_| Error::invalid(eco_format!("{units} after {date} is no date any more")))
}

fn diff(date: Date, other: Date, unit: &str) -> Result<i64, Error> {
    let unit = match unit {
        "days" => Unit::Day,
        "weeks" => Unit::Week,
        "months" => Unit::Month,
        _ => Unit::Year,
    };
    let span = other.until((unit, date)).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(whole(&span, unit))
}

fn at(date: Date, arguments: Arguments<'_>, zone: &TimeZone) -> Result<Value, Error> {
    let (hour, minute) = (arguments.int(1)?, arguments.int(2)?);
    let part = |number: i64| i8::try_from(number).ok();
    let clock = part(hour).zip(part(minute)).and_then(|(h, m)| Time::new(h, m, 0, 0).ok());
    let Some(clock) = clock else {
        return Err(Error::invalid(eco_format!(
            "no clock shows {hour}:{minute:02}; hours go from 0 to 23 and minutes from 0 to 59"
        )));
    };
    let time = date.to_datetime(clock).to_zoned(arguments.zone(3, zone)?);
    time.map(|time| Value::Time(time.timestamp())).map_err(|_| no_date())
}

/// Holidays that fall on Monday to Friday, as [`day_number`]s in order, each once.
struct Holidays(Vec<i64>);

impl Holidays {
    fn of(dates: &[Value]) -> Result<Holidays, Error> {
        let mut days = Vec::with_capacity(dates.len());
        for date in dates {
            let Value::Date(date) = date else { return Err(broken()) };
            let day = day_number(*date)?;
            if day.rem_euclid(7) < 5 {
                days.push(day);
            }
        }
        days.sort_unstable();
        days.dedup();
        Ok(Holidays(days))
    }

    /// How many there are from a day up to another, that one not included.
    fn between(&self, from: i64, to: i64) -> i64 {
        let before = |day| self.0.partition_point(|holiday| *holiday < day);
        i64::try_from(before(to).saturating_sub(before(from))).unwrap_or(i64::MAX)
    }
}

/// How many days after [`MONDAY`] a date is.
fn day_number(date: Date) -> Result<i64, Error> {
    let span =
        MONDAY.until((Unit::Day, date)).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(span.get_days().into())
}

/// How many of the days before a day, counted from [`MONDAY`], are Monday to Friday.
fn weekdays_before(day: i64) -> i64 {
    day.div_euclid(7) * 5 + day.rem_euclid(7).min(5)
}

/// How many business days there are from a day up to another, that one not included.
fn business_days(from: i64, to: i64, holidays: &Holidays) -> i64 {
    weekdays_before(to) - weekdays_before(from) - holidays.between(from, to)
}

/// Goes so many weekdays, and then as many more as there were holidays on the way, until there are no more.
fn add_business_days(date: Date, days: i64, holidays: &Holidays) -> Result<Date, Error> {
    /// More than there are days in the calendar.
    const MOST: i64 = 10_000_000;
    let past =
        || Error::invalid(eco_format!("{days} business days after {date} is no date any more"));
    if days == 0 {
        return Ok(date);
    }
    if days.unsigned_abs() > MOST.unsigned_abs() {
        return Err(past());
    }
    let start = day_number(date)?;
    let mut skipped = 0;
    loop {
        let weekday = match days > 0 {
            true => weekdays_before(start + 1) + days + skipped - 1,
            false => weekdays_before(start) + days - skipped,
        };
        let day = weekday.div_euclid(5) * 7 + weekday.rem_euclid(5);
        let found = match days > 0 {
            true => holidays.between(start + 1, day + 1),
            false => holidays.between(day, start),
        };
        if found == skipped {
            let span = Span::new().try_days(day).and_then(|span| MONDAY.checked_add(span));
            return span.map_err(|_| past());
        }
        skipped = found;
    }
}

fn no_date() -> Error {
    Error::invalid("the calendar ends before that date")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Counts day by day.
    fn slowly(date: Date, days: i64, holidays: &[Date]) -> Date {
        let mut day = date;
        let mut left = days;
        while left != 0 {
            day = if days > 0 { day.tomorrow().unwrap() } else { day.yesterday().unwrap() };
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            if !weekend && !holidays.contains(&day) {
                left -= days.signum();
            }
        }
        day
    }

    proptest! {
        #[test]
        fn business_days_are_counted_as_on_a_calendar(
            start in -400_i64..400,
            days in -60_i64..60,
            holidays in proptest::collection::vec(-400_i64..400, 0..60),
        ) {
            let day = |number: i64| MONDAY.checked_add(Span::new().days(number)).unwrap();
            let holidays: Vec<Date> = holidays.into_iter().map(day).collect();
            let values: Vec<Value> = holidays.iter().map(|date| Value::Date(*date)).collect();
            let known = Holidays::of(&values).unwrap();
            let found = add_business_days(day(start), days, &known).unwrap();
            prop_assert_eq!(found, slowly(day(start), days, &holidays));
            let (from, to) = (start.min(start + days), start.max(start + days));
            let counted = (from + 1..=to).map(day).filter(|date| {
                slowly(date.yesterday().unwrap(), 1, &holidays) == *date
            });
            prop_assert_eq!(business_days(from + 1, to + 1, &known), counted.count() as i64);
        }
    }
}
