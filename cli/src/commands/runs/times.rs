//! Times as a person reads them.

use callflow_runtime::value::duration;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::exit::Failure;

/// What times are told by.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Now, in milliseconds since 1970.
    pub(super) now: i64,
    /// The reader's zone.
    pub(super) zone: TimeZone,
}

impl Clock {
    /// This machine's clock and zone, or UTC.
    pub(super) fn local(utc: bool) -> Clock {
        let zone = if utc { TimeZone::UTC } else { TimeZone::system() };
        Clock { now: Timestamp::now().as_millisecond(), zone }
    }

    /// `Europe/Madrid`, or the zone's offset where it has no name.
    pub(super) fn zone_name(&self) -> String {
        match self.zone.iana_name() {
            Some(name) => name.to_owned(),
            None => self.format(self.now, "%:z"),
        }
    }

    /// `Mon 2 Mar 2026 09:14:07`
    pub(super) fn moment(&self, at: i64) -> String {
        self.format(at, "%a %-d %b %Y %H:%M:%S")
    }

    /// `2 Mar 09:14:07`, and with the year where it is not this one.
    pub(super) fn short(&self, at: i64) -> String {
        let is_this_year = self.format(at, "%Y") == self.format(self.now, "%Y");
        self.format(at, if is_this_year { "%-d %b %H:%M:%S" } else { "%-d %b %Y %H:%M" })
    }

    /// `09:14:07`
    pub(super) fn time(&self, at: i64) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `Mon 2 Mar 2026`
    pub(super) fn day(&self, at: i64) -> String {
        self.format(at, "%a %-d %b %Y")
    }

    /// `14:00:00`, `Tue 14:00` within a week, else with the date: as near as it takes to know which one it is.
    pub(super) fn until(&self, at: i64) -> String {
        let (from, to) = (self.day(self.now), self.day(at));
        match (at - self.now).abs() {
            _ if from == to => self.time(at),
            ..518_400_000 => self.format(at, "%a %H:%M"),
            _ => self.format(at, "%a %-d %b %Y %H:%M"),
        }
    }

    /// `3 h ago`, `in 2 d`, `now`.
    pub(super) fn relative(&self, at: i64) -> String {
        match at - self.now {
            -999..=999 => "now".to_owned(),
            past @ ..0 => format!("{} ago", coarse(-past)),
            ahead => format!("in {}", coarse(ahead)),
        }
    }

    /// What `--since` says: a span before now, a date, or a date with a time, of the reader's zone.
    pub(super) fn since(&self, text: &str) -> Result<i64, Failure> {
        if let Some(span) = duration::parse(text) {
            return Ok(self.now.saturating_sub(span));
        }
        let zoned = |at: DateTime| at.to_zoned(self.zone.clone()).map(|it| it.timestamp());
        let moment = text.parse::<Timestamp>().ok();
        let moment = moment.or_else(|| zoned(text.parse().ok()?).ok());
        moment.map(Timestamp::as_millisecond).ok_or_else(|| {
            Failure::Usage(format!(
                "`{text}` is no time; write a span such as 2h or 3d, or a date such as 2026-03-02 or 2026-03-02T09:00"
            ))
        })
    }

    fn format(&self, at: i64, format: &str) -> String {
        // What a store says may be no time that there is.
        let at = Timestamp::from_millisecond(at).unwrap_or_default();
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }
}

/// A span in its largest unit and the one below it: `38 ms`, `1.2 s`, `4 min 10 s`, `3 h`, `2 d 4 h`.
pub(super) fn span(millis: i64) -> String {
    let both = |large: i64, unit: &str, small: i64, below: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {below}"),
    };
    let millis = millis.max(0);
    let seconds = millis / 1000;
    match seconds {
        ..=0 => format!("{millis} ms"),
        1..60 => format!("{}.{} s", seconds, millis % 1000 / 100),
        60..3600 => both(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => both(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => both(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

/// A span in its largest unit.
fn coarse(millis: i64) -> String {
    let seconds = millis / 1000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_at_a_glance() {
        let shown = [-5, 0, 38, 1240, 61_000, 600_000, 3_660_000, 183_600_000].map(span);
        let all = ["0 ms", "0 ms", "38 ms", "1.2 s", "1 min 1 s", "10 min", "1 h 1 min", "2 d 3 h"];
        assert_eq!(shown, all);
    }

    #[test]
    fn times_are_as_near_as_it_takes() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let clock = Clock { now: at("2026-03-28T12:00:00Z"), zone };
        let until = ["2026-03-28T15:00:00Z", "2026-03-29T01:30:00Z", "2026-04-09T08:00:00Z"];
        let until = until.map(|it| clock.until(at(it)));
        assert_eq!(until, ["16:00:00", "Sun 03:30", "Thu 9 Apr 2026 10:00"]);
        let near = ["2026-03-28T11:57:00Z", "2026-03-30T15:00:00Z", "2026-03-28T12:00:00.5Z"];
        assert_eq!(near.map(|it| clock.relative(at(it))), ["3 min ago", "in 2 d", "now"]);
        assert_eq!(clock.short(at("2025-12-31T23:30:00Z")), "1 Jan 00:30:00");
        assert_eq!(clock.moment(i64::MAX), "Thu 1 Jan 1970 01:00:00");
    }
}
