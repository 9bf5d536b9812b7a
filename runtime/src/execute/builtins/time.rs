//! Methods of times. What depends on a zone takes the one that is given, else the project's.

use callflow_artifact::Builtin;
use callflow_artifact::builtin::Meaning;
use ecow::{EcoString, eco_format};
use jiff::civil::Date;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{RoundMode, SignedDuration, Timestamp, Unit, Zoned, ZonedRound};

use super::{Arguments, calendar};
use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::{Value, decode, duration};

/// Calls a method of a `time`; `zone` is the project's.
pub(super) fn call(
    builtin: Builtin,
    arguments: Arguments<'_>,
    zone: &TimeZone,
) -> Result<Value, Error> {
    let time = arguments.time(0)?;
    let local = |argument: usize| Ok::<_, Error>(time.to_zoned(arguments.zone(argument, zone)?));
    Ok(match builtin {
        Builtin::TimeAdd => add(time, arguments, zone)?,
        Builtin::TimeSince => Value::Duration(milliseconds_between(arguments.time(1)?, time)),
        Builtin::TimeDiff => {
            let other = arguments.time(1)?.to_zoned(arguments.zone(3, zone)?);
            Value::Int(diff(&local(3)?, &other, arguments.word(2, builtin)?)?)
        }
        Builtin::TimeIsBefore => Value::Bool(time < arguments.time(1)?),
        Builtin::TimeIsAfter => Value::Bool(time > arguments.time(1)?),
        Builtin::TimeIsBetween => {
            Value::Bool(arguments.time(1)? <= time && time <= arguments.time(2)?)
        }
        Builtin::TimeTruncate => {
            Value::Time(truncate(&local(2)?, arguments.word(1, builtin)?)?.timestamp())
        }
        Builtin::TimeEndOf => Value::Time(end_of(&local(2)?, arguments.word(1, builtin)?)?),
        Builtin::TimeDate => Value::Date(local(1)?.date()),
        Builtin::TimeHour => Value::Int(local(1)?.hour().into()),
        Builtin::TimeMinute => Value::Int(local(1)?.minute().into()),
        Builtin::TimeWeekday => Value::text(calendar::name(local(1)?.weekday())),
        Builtin::TimeInZone => {
            let pattern = if time.subsec_nanosecond() == 0 { "%FT%T%:z" } else { "%FT%T%.f%:z" };
            written(pattern, strtime::format(pattern, &local(1)?))?
        }
        Builtin::TimeFormat => {
            let pattern = arguments.text(1)?;
            written(pattern, strtime::format(pattern.as_bytes(), &local(2)?))?
        }
        Builtin::TimeToUnix => Value::Int(match arguments.word(1, builtin)? {
            "milliseconds" => time.as_millisecond(),
            _ => time.as_second(),
        }),
        _ => return Err(broken()),
    })
}

/// The instant that a text spells, or none; by a pattern in a zone where there is one.
pub(super) fn parse(text: &str, pattern: Option<&str>, zone: TimeZone) -> Result<Value, Error> {
    let Some(pattern) = pattern else {
        return Ok(decode::time(text).map_or(Value::None, Value::Time));
    };
    check(Meaning::TimePattern, pattern)?;
    let Ok(parts) = BrokenDownTime::parse(pattern, text) else { return Ok(Value::None) };
    if let Ok(time) = parts.to_timestamp() {
        return Ok(Value::Time(time));
    }
    let local = parts.to_datetime().or_else(|_| parts.to_date().map(Date::into));
    let time = local.and_then(|local| local.to_zoned(zone));
    Ok(time.map_or(Value::None, |time| Value::Time(time.timestamp())))
}

/// The date that a text spells, or none.
pub(super) fn parse_date(text: &str, pattern: Option<&str>) -> Result<Value, Error> {
    let Some(pattern) = pattern else {
        return Ok(decode::date(text).map_or(Value::None, Value::Date));
    };
    check(Meaning::DatePattern, pattern)?;
    let date = BrokenDownTime::parse(pattern, text).and_then(|parts| parts.to_date());
    Ok(date.map_or(Value::None, Value::Date))
}

/// So many seconds or milliseconds after 1970 began.
pub(super) fn from_unix(number: i64, unit: &str) -> Result<Value, Error> {
    let time = match unit {
        "milliseconds" => Timestamp::from_millisecond(number),
        _ => Timestamp::from_second(number),
    };
    time.map(Value::Time)
        .map_err(|_| Error::invalid(eco_format!("{number} {unit} are no time any more")))
}

/// Fails for a text that does not mean what it must.
pub(super) fn check(meaning: Meaning, text: &str) -> Result<(), Error> {
    meaning.check(text).map_err(|why| Error::invalid(eco_format!("{:?} {why}", shown(text))))
}

/// What a pattern made of a time or date.
pub(super) fn written(pattern: &str, text: Result<String, jiff::Error>) -> Result<Value, Error> {
    text.map(Value::text).map_err(|error| {
        Error::invalid(eco_format!("the pattern {:?} does not suit: {error}", shown(pattern)))
    })
}

/// So much later: first the calendar's units, from years to days, then the duration.
fn add(time: Timestamp, arguments: Arguments<'_>, zone: &TimeZone) -> Result<Value, Error> {
    let milliseconds = arguments.duration(1)?;
    let calendar = calendar::Units {
        days: arguments.int(2)?,
        weeks: arguments.int(3)?,
        months: arguments.int(4)?,
        years: arguments.int(5)?,
    };
    let zone = arguments.zone(6, zone)?;
    let later = calendar
        .span()
        .and_then(|span| match span.is_zero() {
            true => Ok(time),
            false => time.to_zoned(zone).checked_add(span).map(|later| later.timestamp()),
        })
        .and_then(|later| later.checked_add(SignedDuration::from_millis(milliseconds)));
    later.map(Value::Time).map_err(|_| {
        let mut much = calendar.to_string();
        if milliseconds != 0 || much.is_empty() {
            much = format!("{much} {}", duration::format(milliseconds)).trim().to_owned();
        }
        Error::invalid(eco_format!("{much} after {time} is no time any more"))
    })
}

/// Toward zero; the times that there are lie near enough to each other for any result to fit.
fn milliseconds_between(from: Timestamp, to: Timestamp) -> i64 {
    let nanoseconds = to.as_nanosecond() - from.as_nanosecond();
    i64::try_from(nanoseconds / 1_000_000).unwrap_or(i64::MAX)
}

/// Whole units from another time, days and what is longer by the calendar.
fn diff(time: &Zoned, other: &Zoned, unit: &str) -> Result<i64, Error> {
    let exact = milliseconds_between(other.timestamp(), time.timestamp());
    let largest = match unit {
        "seconds" => return Ok(exact / 1_000),
        "minutes" => return Ok(exact / 60_000),
        "hours" => return Ok(exact / 3_600_000),
        "days" => Unit::Day,
        "weeks" => Unit::Week,
        "months" => Unit::Month,
        _ => Unit::Year,
    };
    let span = other.until((largest, time)).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(calendar::whole(&span, largest))
}

/// The start of the unit that a time lies in.
fn truncate(time: &Zoned, unit: &str) -> Result<Zoned, Error> {
    let smallest = match unit {
        "second" => Unit::Second,
        "minute" => Unit::Minute,
        "hour" => Unit::Hour,
        "day" => return start_of(time.date(), time.time_zone()),
        unit => return start_of(calendar::truncate(time.date(), unit)?, time.time_zone()),
    };
    let whole = ZonedRound::new().smallest(smallest).mode(RoundMode::Trunc);
    time.round(whole).map_err(|error| Error::invalid(error.to_string()))
}

/// The last millisecond of the unit that a time lies in.
fn end_of(time: &Zoned, unit: &str) -> Result<Timestamp, Error> {
    let start = truncate(time, unit)?;
    let next = match unit {
        "second" => start.checked_add(SignedDuration::from_secs(1)),
        "minute" => start.checked_add(SignedDuration::from_mins(1)),
        "hour" => start.checked_add(SignedDuration::from_hours(1)),
        unit => {
            let last = match unit {
                "day" => time.date(),
                unit => calendar::end_of(time.date(), unit)?,
            };
            let next = last.tomorrow().map_err(|_| past_the_end())?;
            start_of(next, time.time_zone()).map(Ok)?
        }
    };
    let end = next.and_then(|next| next.timestamp().checked_sub(SignedDuration::from_millis(1)));
    end.map_err(|_| past_the_end())
}

fn start_of(date: Date, zone: &TimeZone) -> Result<Zoned, Error> {
    date.to_zoned(zone.clone()).map_err(|error| Error::invalid(error.to_string()))
}

fn past_the_end() -> Error {
    Error::invalid("the time after it is no time any more")
}

/// As much of a text as an error shows.
fn shown(text: &str) -> EcoString {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncating_follows_the_clock_of_the_zone() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        // The clock is set from 02:00 to 03:00 on this day.
        let time = |text: &str| text.parse::<Timestamp>().unwrap().to_zoned(madrid.clone());
        let start = truncate(&time("2026-03-29T12:00:00Z"), "day").unwrap();
        assert_eq!(start.timestamp().to_string(), "2026-03-28T23:00:00Z");
        let end = end_of(&time("2026-03-29T12:00:00Z"), "day").unwrap();
        assert_eq!(end.to_string(), "2026-03-29T21:59:59.999Z");
    }

    #[test]
    fn an_instant_before_1970_is_cut_down_too() {
        let time: Timestamp = "1969-12-31T23:59:30Z".parse().unwrap();
        let cut = truncate(&time.to_zoned(TimeZone::UTC), "minute").unwrap();
        assert_eq!(cut.timestamp().to_string(), "1969-12-31T23:59:00Z");
    }
}
