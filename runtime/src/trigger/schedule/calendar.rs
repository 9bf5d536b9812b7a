//! The times of a cron expression in a time zone.
//!
//! A zone's time falls into stretches in which its clock is the same distance from UTC: between two changes of
//! daylight saving. In a stretch, finding the next time is arithmetic on the calendar. Where one begins, the clock
//! may have skipped times or shows some again:
//!
//! * A time that the clock skips comes when the stretch begins, which is the first instant after it. Only what is due
//!   in every hour leaves it out, since its next time is near.
//! * A time that the clock shows again does not come again. Only what runs through all minutes (`*`, `*/15`) or all
//!   hours goes on in both, because there the time that passes is meant and not the clock.

use callflow_artifact::cron::Cron;
use jiff::civil::{DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// How long one looks for the next time, in days. The rarest date that can be said is a 29 February over a century
/// without one, and a first of a month on a weekday: these take twelve years at most.
const HORIZON: i64 = 30 * 366;

/// A cron expression in a time zone.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    pub(super) cron: Cron,
    pub(super) zone: TimeZone,
}

/// A time without changes of the clock.
struct Stretch {
    /// Since when, and the distance from UTC before; none where it was ever so.
    start: Option<(Timestamp, Offset)>,
    offset: Offset,
    /// Until when; none where it will ever be so.
    end: Option<Timestamp>,
}

impl Calendar {
    /// The first time after an instant; none where there is none in the years that one can look ahead.
    pub(super) fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let horizon = after.saturating_add(SignedDuration::from_hours(HORIZON * 24)).ok()?;
        let mut from = after.checked_add(SignedDuration::from_nanos(1)).ok()?;
        while from < horizon {
            let stretch = self.stretch(from);
            if let Some(found) = self.next_in(&stretch, from, horizon) {
                return Some(found);
            }
            from = stretch.end?;
        }
        None
    }

    /// The stretch that an instant is in.
    fn stretch(&self, at: Timestamp) -> Stretch {
        let just_after = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
        let start = self.zone.preceding(just_after).next().and_then(|change| {
            let before = change.timestamp().checked_sub(SignedDuration::from_nanos(1)).ok()?;
            Some((change.timestamp(), self.zone.to_offset(before)))
        });
        let end = self.zone.following(at).next().map(|change| change.timestamp());
        Stretch { start, offset: self.zone.to_offset(at), end }
    }

    /// The first time in a stretch that is neither before `from`, which is in it, nor past the horizon.
    fn next_in(&self, stretch: &Stretch, from: Timestamp, horizon: Timestamp) -> Option<Timestamp> {
        let offset = stretch.offset;
        let mut clock = offset.to_datetime(from);
        if let Some((start, before)) = stretch.start {
            let (left, reached) = (before.to_datetime(start), offset.to_datetime(start));
            let skips = from == start && !self.cron.is_due_each_hour();
            if skips && self.next_on_clock(left, reached).is_some() {
                return Some(start);
            }
            if !self.runs_through() {
                clock = clock.max(left);
            }
        }
        let end = stretch.end.map_or(horizon, |end| end.min(horizon));
        let found = self.next_on_clock(clock, offset.to_datetime(end))?;
        offset.to_timestamp(found).ok()
    }

    /// Whether it is the time that passes which is meant, and not the clock.
    fn runs_through(&self) -> bool {
        !self.cron.minute.is_said() || self.cron.is_due_each_hour()
    }

    /// The first time on the calendar and the clock from one on and before another.
    fn next_on_clock(&self, from: DateTime, until: DateTime) -> Option<DateTime> {
        let from = whole_minute(from)?;
        let (mut date, mut time) = (from.date(), from.time());
        while date <= until.date() {
            let (month, day) = (date.month() as u32, date.day() as u32);
            if !self.cron.month.holds(month) {
                (date, time) = (date.last_of_month().tomorrow().ok()?, Time::midnight());
                continue;
            }
            let weekday = date.weekday().to_sunday_zero_offset() as u32;
            if self.cron.is_due_on(month, day, weekday)
                && let Some(time) = self.next_of_day(time)
            {
                return Some(date.to_datetime(time)).filter(|found| *found < until);
            }
            (date, time) = (date.tomorrow().ok()?, Time::midnight());
        }
        None
    }

    /// The first time of a day from one on.
    fn next_of_day(&self, from: Time) -> Option<Time> {
        let Cron { minute, hour, .. } = &self.cron;
        let first = hour.next(from.hour() as u32)?;
        let same_hour = first == from.hour() as u32;
        let (hour, minute) = match minute.next(from.minute() as u32).filter(|_| same_hour) {
            Some(minute) => (first, minute),
            None if same_hour => (hour.next(first + 1)?, minute.next(0)?),
            None => (first, minute.next(0)?),
        };
        Time::new(hour as i8, minute as i8, 0, 0).ok()
    }
}

/// The time itself, or the next whole minute.
fn whole_minute(time: DateTime) -> Option<DateTime> {
    let minute = time.date().at(time.hour(), time.minute(), 0, 0);
    if minute == time { Some(time) } else { minute.checked_add(1.minute()).ok() }
}

#[cfg(test)]
mod tests {
    use jiff::tz::AmbiguousOffset;
    use proptest::prelude::*;

    use super::*;

    fn calendar(cron: &str, zone: &str) -> Calendar {
        Calendar { cron: Cron::parse(cron).unwrap(), zone: TimeZone::get(zone).unwrap() }
    }

    /// The next times on the zone's clock, in a line.
    fn times(cron: &str, zone: &str, from: &str, count: usize) -> String {
        let calendar = calendar(cron, zone);
        let from = from.parse::<jiff::civil::DateTime>().unwrap();
        let from = from.to_zoned(calendar.zone.clone()).unwrap().timestamp();
        let next = |after: &Timestamp| calendar.next_after(*after);
        let times = std::iter::successors(next(&from), next).take(count);
        let shown = |at: Timestamp| {
            at.to_zoned(calendar.zone.clone()).strftime("%d %b %H:%M %Z").to_string()
        };
        times.map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_time_that_the_clock_skips_comes_right_after() {
        let times = |cron, zone, from| times(cron, zone, from, 4);
        let found = [
            times("30 2 * * *", "Europe/Madrid", "2026-03-28T00:00"),
            times("10,40 2 * * *", "Europe/Madrid", "2026-03-28T12:00"),
            times("*/30 2 * * *", "Europe/Madrid", "2026-03-28T12:00"),
            times("45 * * * *", "Europe/Madrid", "2026-03-29T00:30"),
            times("*/30 * * * *", "Europe/Madrid", "2026-03-29T01:00"),
            times("0 */2 * * *", "Europe/Madrid", "2026-03-28T23:30"),
            times("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00"),
            times("0 9 * * *", "Pacific/Apia", "2011-12-28T12:00"),
        ];
        insta::assert_snapshot!(found.join("\n"), @r"
        28 Mar 02:30 CET, 29 Mar 03:00 CEST, 30 Mar 02:30 CEST, 31 Mar 02:30 CEST
        29 Mar 03:00 CEST, 30 Mar 02:10 CEST, 30 Mar 02:40 CEST, 31 Mar 02:10 CEST
        29 Mar 03:00 CEST, 30 Mar 02:00 CEST, 30 Mar 02:30 CEST, 31 Mar 02:00 CEST
        29 Mar 00:45 CET, 29 Mar 01:45 CET, 29 Mar 03:45 CEST, 29 Mar 04:45 CEST
        29 Mar 01:30 CET, 29 Mar 03:00 CEST, 29 Mar 03:30 CEST, 29 Mar 04:00 CEST
        29 Mar 00:00 CET, 29 Mar 03:00 CEST, 29 Mar 04:00 CEST, 29 Mar 06:00 CEST
        04 Oct 02:30 +11, 05 Oct 02:15 +11, 06 Oct 02:15 +11, 07 Oct 02:15 +11
        29 Dec 09:00 -10, 31 Dec 00:00 +14, 31 Dec 09:00 +14, 01 Jan 09:00 +14
        ");
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_comes_once() {
        let times = |cron, zone, from| times(cron, zone, from, 4);
        let found = [
            times("30 2 * * *", "Europe/Madrid", "2026-10-24T12:00"),
            times("30 1-3 * * *", "Europe/Madrid", "2026-10-25T00:00"),
            times("0 2 * * *", "Europe/Madrid", "2026-10-24T12:00"),
            times("30 * * * *", "Europe/Madrid", "2026-10-25T00:45"),
            times("*/30 2 * * *", "Europe/Madrid", "2026-10-24T12:00"),
            times("0 */2 * * *", "Europe/Madrid", "2026-10-24T23:30"),
            times("*/30 * * * *", "Europe/Madrid", "2026-10-25T01:30"),
            times("*/20 * * * *", "Australia/Lord_Howe", "2026-04-05T01:10"),
        ];
        insta::assert_snapshot!(found.join("\n"), @r"
        25 Oct 02:30 CEST, 26 Oct 02:30 CET, 27 Oct 02:30 CET, 28 Oct 02:30 CET
        25 Oct 01:30 CEST, 25 Oct 02:30 CEST, 25 Oct 03:30 CET, 26 Oct 01:30 CET
        25 Oct 02:00 CEST, 26 Oct 02:00 CET, 27 Oct 02:00 CET, 28 Oct 02:00 CET
        25 Oct 01:30 CEST, 25 Oct 02:30 CEST, 25 Oct 02:30 CET, 25 Oct 03:30 CET
        25 Oct 02:00 CEST, 25 Oct 02:30 CEST, 25 Oct 02:00 CET, 25 Oct 02:30 CET
        25 Oct 00:00 CEST, 25 Oct 02:00 CEST, 25 Oct 04:00 CET, 25 Oct 06:00 CET
        25 Oct 02:00 CEST, 25 Oct 02:30 CEST, 25 Oct 02:00 CET, 25 Oct 02:30 CET
        05 Apr 01:20 +11, 05 Apr 01:40 +11, 05 Apr 01:40 +1030, 05 Apr 02:00 +1030
        ");
    }

    #[test]
    fn rare_days_are_found_at_once() {
        let times = |cron| {
            let calendar = calendar(cron, "UTC");
            let next = |after: &Timestamp| calendar.next_after(*after);
            let from = "2096-03-01T00:00:00Z".parse().unwrap();
            let times = std::iter::successors(next(&from), next).take(2);
            times.map(|at| at.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(times("0 0 29 2 *"), ["2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"]);
        assert_eq!(times("0 0 31 12 *")[0], "2096-12-31T00:00:00Z");
        // Only a first of a month, and a Monday: in February, every eleven years at times.
        assert_eq!(times("0 0 */31 2 mon"), ["2100-02-01T00:00:00Z", "2106-02-01T00:00:00Z"]);
    }

    #[test]
    fn time_has_an_end() {
        let calendar = calendar("0 0 1 1 *", "Europe/Madrid");
        assert_eq!(calendar.next_after(Timestamp::MAX), None);
        let almost: Timestamp = "9999-06-01T00:00:00Z".parse().unwrap();
        assert_eq!(calendar.next_after(almost), None);
        assert!(calendar.next_after(Timestamp::MIN).is_some());
    }

    /// Whether an instant is due, said as the rules say it. It begins a minute.
    fn is_due(calendar: &Calendar, at: Timestamp) -> bool {
        let Calendar { cron, zone } = calendar;
        let on_clock = |clock: DateTime| {
            let (month, day) = (clock.month() as u32, clock.day() as u32);
            cron.is_due_on(month, day, clock.weekday().to_sunday_zero_offset() as u32)
                && cron.hour.holds(clock.hour() as u32)
                && cron.minute.holds(clock.minute() as u32)
        };
        let clock = zone.to_datetime(at);
        let is_again = match zone.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Fold { after, .. } => zone.to_offset(at) == after,
            _ => false,
        };
        if on_clock(clock) && (!is_again || calendar.runs_through()) {
            return true;
        }
        let mut skipped = zone.to_datetime(at - 1.minute()) + 1.minute();
        while skipped < clock && !cron.is_due_each_hour() {
            if on_clock(skipped) {
                return true;
            }
            skipped += 1.minute();
        }
        false
    }

    fn crons() -> impl Strategy<Value = String> {
        let one_of = |fields: &[&'static str]| proptest::sample::select(fields.to_vec());
        let minute = one_of(&["*", "*/15", "*/7", "0", "30", "59", "5,50", "0-10/3"]);
        let hour = one_of(&["*", "*/2", "1", "2", "1-3", "0", "2,3", "0-23", "22"]);
        let day = one_of(&["*", "*", "*/2", "25-31", "1-8", "29"]);
        let weekday = one_of(&["*", "*", "sun", "mon-fri", "sat,7"]);
        (minute, hour, day, weekday)
            .prop_map(|(minute, hour, day, weekday)| format!("{minute} {hour} {day} * {weekday}"))
    }

    /// Instants near which the clocks of these zones change, and others.
    fn instants() -> impl Strategy<Value = (&'static str, Timestamp)> {
        let near = [
            ("Europe/Madrid", "2026-03-29T01:00:00Z"),
            ("Europe/Madrid", "2026-10-25T01:00:00Z"),
            ("America/New_York", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-11-01T06:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
            ("Asia/Kolkata", "2026-06-30T18:30:00Z"),
            ("UTC", "2026-12-31T23:00:00Z"),
        ];
        let seconds = prop_oneof![-36 * 3600..7200_i64, Just(0), Just(-1), Just(-3600)];
        (proptest::sample::select(near.to_vec()), seconds).prop_map(|((zone, near), seconds)| {
            let near: Timestamp = near.parse().unwrap();
            (zone, near + seconds.seconds())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_finds_what_a_look_at_each_minute_finds(
            cron in crons(),
            (zone, after) in instants(),
        ) {
            let calendar = calendar(&cron, zone);
            let minute = Timestamp::from_second(after.as_second().div_euclid(60) * 60).unwrap();
            let end = minute + 40.hours();
            let minutes = std::iter::successors(Some(minute), |at| Some(*at + 1.minute()));
            let mut minutes = minutes.take_while(|at| *at < end).filter(|at| *at > after);
            let looked_for = minutes.find(|at| is_due(&calendar, *at));
            let found = calendar.next_after(after);
            match looked_for {
                Some(at) => prop_assert_eq!(found, Some(at)),
                None => prop_assert!(found.is_none_or(|found| found >= end), "{found:?}"),
            }
        }
    }
}
