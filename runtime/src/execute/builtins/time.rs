//! Methods of durations, times and dates.

use callflow_artifact::Builtin;
use ecow::eco_format;
use jiff::civil::{Date, Weekday};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::Arguments;
use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::{Value, duration};

/// Calls a method of a `duration`.
pub(super) fn call_duration(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let milliseconds = arguments.duration(0)?;
    let length = match builtin {
        Builtin::DurationMilliseconds => 1,
        Builtin::DurationSeconds => 1_000,
        Builtin::DurationMinutes => 60_000,
        Builtin::DurationHours => 3_600_000,
        Builtin::DurationDays => 86_400_000,
        _ => return Err(broken()),
    };
    Ok(Value::Int(milliseconds / length))
}

/// Calls a method of a `time`; `zone` is the project's.
pub(super) fn call_time(
    builtin: Builtin,
    arguments: Arguments<'_>,
    zone: &TimeZone,
) -> Result<Value, Error> {
    let time = arguments.time(0)?;
    let local = |zone_argument: usize| -> Result<jiff::Zoned, Error> {
        let given = arguments.text_or_none(zone_argument)?;
        Ok(time.to_zoned(given.map_or_else(|| Ok(zone.clone()), |name| find_zone(name))?))
    };
    Ok(match builtin {
        Builtin::TimeAdd => add(time, arguments.duration(1)?)?,
        Builtin::TimeSince => Value::Duration(milliseconds_between(arguments.time(1)?, time)),
        Builtin::TimeIsBefore => Value::Bool(time < arguments.time(1)?),
        Builtin::TimeIsAfter => Value::Bool(time > arguments.time(1)?),
        Builtin::TimeDate => Value::Date(local(1)?.date()),
        Builtin::TimeFormat => {
            let pattern = arguments.text(1)?;
            formatted(pattern, strtime::format(pattern.as_bytes(), &local(2)?))?
        }
        Builtin::TimeHour => Value::Int(local(1)?.hour().into()),
        Builtin::TimeWeekday => weekday(local(1)?.weekday()),
        _ => return Err(broken()),
    })
}

/// Calls a method of a `date`.
pub(super) fn call_date(builtin: Builtin, arguments: Arguments<'_>) -> Result<Value, Error> {
    let date = arguments.date(0)?;
    Ok(match builtin {
        Builtin::DateAddDays => {
            let days = arguments.int(1)?;
            let later = Span::new().try_days(days).and_then(|span| date.checked_add(span));
            Value::Date(later.map_err(|_| {
                Error::invalid(eco_format!("{days} days after {date} is no date any more"))
            })?)
        }
        Builtin::DateDaysSince => Value::Int(days_between(arguments.date(1)?, date)?),
        Builtin::DateIsBefore => Value::Bool(date < arguments.date(1)?),
        Builtin::DateIsAfter => Value::Bool(date > arguments.date(1)?),
        Builtin::DateWeekday => weekday(date.weekday()),
        Builtin::DateFormat => {
            let pattern = arguments.text(1)?;
            formatted(pattern, strtime::format(pattern.as_bytes(), date))?
        }
        _ => return Err(broken()),
    })
}

fn add(time: Timestamp, milliseconds: i64) -> Result<Value, Error> {
    let later = time.checked_add(SignedDuration::from_millis(milliseconds));
    later.map(Value::Time).map_err(|_| {
        let later = duration::format(milliseconds);
        Error::invalid(eco_format!("{later} after {time} is no time any more"))
    })
}

/// Toward zero; the times that there are lie near enough to each other for any result to fit.
fn milliseconds_between(from: Timestamp, to: Timestamp) -> i64 {
    let nanoseconds = to.as_nanosecond() - from.as_nanosecond();
    i64::try_from(nanoseconds / 1_000_000).unwrap_or(i64::MAX)
}

fn days_between(from: Date, to: Date) -> Result<i64, Error> {
    let span = to.since(from).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(span.get_days().into())
}

fn weekday(weekday: Weekday) -> Value {
    Value::text(match weekday {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    })
}

fn find_zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| {
        Error::invalid(eco_format!(
            "there is no time zone {name:?}; they look like \"Europe/Madrid\""
        ))
    })
}

fn formatted(pattern: &str, text: Result<String, jiff::Error>) -> Result<Value, Error> {
    text.map(Value::text).map_err(|error| {
        let pattern: String = pattern.chars().take(60).collect();
        Error::invalid(eco_format!("the pattern {pattern:?} does not suit: {error}"))
    })
}
