//! When a flow is due, by its header.

use callflow_artifact::cron::{Cron, CronError};
use callflow_artifact::{Constant, Flow};
use ecow::{EcoString, eco_format};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::calendar::Calendar;
use crate::value::duration;

/// No schedule comes more often, in milliseconds.
const SHORTEST_PERIOD: i64 = 1000;

/// A schedule that cannot be read, which the compiler lets nobody write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// What stands there for cron is none.
    #[error("the schedule of `{flow}`, {cron:?}, is none: {why}")]
    Cron {
        /// The flow's address.
        flow: EcoString,
        /// What stands there.
        cron: EcoString,
        /// What is wrong with it.
        why: CronError,
    },
    /// There is no such time zone.
    #[error("the schedule of `{flow}` is in the zone {zone:?}, which is not known")]
    Zone {
        /// The flow's address.
        flow: EcoString,
        /// What stands there.
        zone: EcoString,
    },
    /// It has no times.
    #[error("the schedule of `{flow}` needs cron, or `every` with a second at least")]
    NoTimes {
        /// The flow's address.
        flow: EcoString,
    },
}

/// The times at which a flow is due.
#[derive(Debug, Clone)]
pub struct Times {
    kind: Kind,
    /// As its author wrote it: `0 9 * * mon-fri`, `every 1h`.
    pub(super) text: EcoString,
    /// In which a person reads its times.
    pub(super) zone: TimeZone,
}

#[derive(Debug, Clone)]
enum Kind {
    Cron(Calendar),
    /// In milliseconds.
    Every(i64),
}

impl Times {
    /// Those of a flow with a schedule. Where it names no zone, it is in the project's.
    ///
    /// # Errors
    /// The flow's header does not say its times as the compiler checks them.
    pub fn of(flow: &Flow, project: &TimeZone) -> Result<Times, ScheduleError> {
        let argument = |name: &str| {
            let mut named = flow.trigger.arguments.iter().filter(|(known, _)| known == name);
            named.next().map(|(_, value)| value)
        };
        let zone = match argument("zone") {
            Some(Constant::Text(zone)) => TimeZoneDatabase::bundled().get(zone).map_err(|_| {
                ScheduleError::Zone { flow: flow.address.clone(), zone: zone.clone() }
            })?,
            _ => project.clone(),
        };
        match (argument("cron"), argument("every")) {
            (Some(Constant::Text(text)), _) => {
                let cron = Cron::parse(text).map_err(|why| ScheduleError::Cron {
                    flow: flow.address.clone(),
                    cron: text.clone(),
                    why,
                })?;
                let kind = Kind::Cron(Calendar { cron, zone: zone.clone() });
                Ok(Times { kind, text: text.clone(), zone })
            }
            (_, Some(Constant::Duration(period))) if *period >= SHORTEST_PERIOD => {
                let text = eco_format!("every {}", duration::format(*period));
                Ok(Times { kind: Kind::Every(*period), text, zone })
            }
            _ => Err(ScheduleError::NoTimes { flow: flow.address.clone() }),
        }
    }

    /// The first time after an instant; none where there is none for many years. What comes `every` so often is
    /// counted from `origin`, so that it never drifts.
    pub fn next_after(&self, origin: Timestamp, after: Timestamp) -> Option<Timestamp> {
        match &self.kind {
            Kind::Cron(calendar) => calendar.next_after(after),
            Kind::Every(period) => on_grid(origin, *period, passed(origin, *period, after) + 1),
        }
    }

    /// The last time after one instant that is not after another.
    pub fn latest(&self, origin: Timestamp, after: Timestamp, by: Timestamp) -> Option<Timestamp> {
        match &self.kind {
            Kind::Cron(calendar) => latest(calendar, after, by),
            Kind::Every(period) => {
                let count = passed(origin, *period, by);
                on_grid(origin, *period, count).filter(|found| count > 0 && *found > after)
            }
        }
    }

    /// What tells it from another schedule.
    pub(super) fn fingerprint(&self) -> EcoString {
        match &self.kind {
            Kind::Cron(_) => {
                eco_format!("{} {}", self.text, self.zone.iana_name().unwrap_or("UTC"))
            }
            Kind::Every(_) => self.text.clone(),
        }
    }
}

/// How many periods from an origin are over at an instant.
fn passed(origin: Timestamp, period: i64, at: Timestamp) -> i64 {
    let since = at.as_millisecond().saturating_sub(origin.as_millisecond());
    since.max(0) / period.max(1)
}

/// The instant that is so many periods after an origin.
fn on_grid(origin: Timestamp, period: i64, count: i64) -> Option<Timestamp> {
    let since = period.checked_mul(count)?;
    Timestamp::from_millisecond(origin.as_millisecond().checked_add(since)?).ok()
}

/// The last time of a calendar, whose times are whole seconds, after one instant and not after another: a search by
/// halves, because whether one is left after an instant only ever turns from yes to no.
fn latest(calendar: &Calendar, after: Timestamp, by: Timestamp) -> Option<Timestamp> {
    let next = |after| calendar.next_after(after).filter(|found| *found <= by);
    let mut found = next(after)?;
    let mut none_after = by.as_second();
    while found.as_second() < none_after {
        let middle = found.as_second() + (none_after - found.as_second()) / 2;
        match next(Timestamp::from_second(middle).ok()?) {
            Some(later) => found = later,
            None => none_after = middle,
        }
    }
    Some(found)
}
