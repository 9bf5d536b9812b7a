//! Schedules: which flows are due when.
//!
//! [`Schedules`] knows of each flow with a schedule up to which time it has come, and is driven by a shell that has
//! a clock: it sleeps until [`Schedules::next`] and then asks for what is [`due`](Schedules::due). How far a flow
//! has come is stored as a cursor together with the run that it begins, so no tick is lost and none comes twice.
//!
//! A time that passed while nothing ran was missed. Whatever the number of those, a flow that makes up for them runs
//! once, with the last of them, and one that skips them not at all. A clock that jumps ahead has missed what it
//! jumped over; one that jumps back repeats nothing, since a flow only ever goes on from where it has come to.
//!
//! [`calendar`] finds the times of cron in a zone, [`times`] reads a flow's header.

mod calendar;
#[cfg(test)]
mod tests;
mod times;

use std::collections::BTreeMap;
use std::sync::Arc;

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::{Constant, Flow};
use ecow::{EcoString, eco_format};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::event;
use crate::durable::{Source, Write};
use crate::execute::Program;
use crate::value::Value;

pub use self::times::{ScheduleError, Times};

/// The trigger's name.
const SCHEDULE: &str = "schedule";

/// How late a process that is up may be for a tick before the tick counts as missed: longer than any load delays it,
/// shorter than any sleep of a machine that matters.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// The schedules of a program, and how far each has come.
#[derive(Debug, Clone)]
pub struct Schedules {
    program: Arc<Program>,
    flows: Vec<Scheduled>,
}

/// A flow with a schedule.
#[derive(Debug, Clone)]
struct Scheduled {
    id: FlowId,
    /// The cursor's name.
    name: EcoString,
    times: Times,
    makes_up: bool,
    /// What `every` counts from.
    origin: Timestamp,
    /// All times up to this one are done with.
    seen: Timestamp,
    /// The first time after `seen`.
    next: Option<Timestamp>,
    /// Whether nothing was stored of it.
    is_new: bool,
}

/// A flow is due: the parts of its event.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Which flow.
    pub flow: FlowId,
    /// When it was due, in milliseconds since 1970.
    pub due: i64,
    /// The event.
    pub event: Value,
    /// The same as compact JSON, for those who look.
    pub json: String,
    /// The schedule as its author wrote it.
    pub source: Source,
    /// What makes the same tick the same event: when it was due.
    pub delivery: EcoString,
    /// How far the schedule has come with it: the cursor's name and value.
    pub cursor: (EcoString, String),
}

/// A time to come.
#[derive(Debug, Clone, PartialEq)]
pub struct Upcoming {
    /// Which flow is due.
    pub flow: FlowId,
    /// When, in the schedule's zone.
    pub at: Zoned,
}

impl Schedules {
    /// The names of the cursors that a program's schedules are restored from.
    pub fn names(program: &Program) -> impl Iterator<Item = EcoString> {
        scheduled(program).map(|(_, flow)| cursor_name(flow))
    }

    /// A program's schedules, from the cursors that are stored. A flow without one, or with one of another schedule
    /// than it has now, begins to count at `now`, in milliseconds since 1970.
    ///
    /// Where another program takes the place of one, its schedules go on from the other's
    /// [`cursors`](Schedules::cursors).
    ///
    /// # Errors
    /// A flow's header does not say its times as the compiler checks them.
    pub fn new(
        program: Arc<Program>,
        now: i64,
        cursors: &BTreeMap<EcoString, String>,
    ) -> Result<Schedules, ScheduleError> {
        let now = timestamp(now);
        let flows = scheduled(&program).map(|(id, flow)| {
            let times = Times::of(flow, program.zone())?;
            let name = cursor_name(flow);
            let stored = cursors.get(&name).and_then(|cursor| read_cursor(&times, cursor));
            let origin = stored.unwrap_or_else(|| whole_second(now));
            let makes_up = !skips(flow);
            let missed = if makes_up { None } else { times.latest(origin, origin, now) };
            let seen = missed.unwrap_or(origin);
            let next = times.next_after(origin, seen);
            let is_new = stored.is_none();
            Ok(Scheduled { id, name, times, makes_up, origin, seen, next, is_new })
        });
        let flows = flows.collect::<Result<_, _>>()?;
        Ok(Schedules { program, flows })
    }

    /// What is to be stored at once: when the flows that are new began to count. Otherwise a process that ends before
    /// the first tick would have them begin again, and what is due once a week might never come.
    pub fn begun(&self) -> Vec<Write> {
        let new = self.flows.iter().filter(|flow| flow.is_new);
        new.map(|flow| Write::Cursor { name: flow.name.clone(), value: flow.cursor() }).collect()
    }

    /// How far each flow has come, as it is or will be stored.
    pub fn cursors(&self) -> BTreeMap<EcoString, String> {
        self.flows.iter().map(|flow| (flow.name.clone(), flow.cursor())).collect()
    }

    /// When the next tick is due, in milliseconds since 1970.
    pub fn next(&self) -> Option<i64> {
        self.flows.iter().filter_map(|flow| flow.next).min().map(Timestamp::as_millisecond)
    }

    /// The ticks that are due by `now`, in milliseconds since 1970, in the order in which they were: at most one of
    /// each flow. They are not given again; one whose event is refused may be offered again as it is.
    pub fn due(&mut self, now: i64) -> Vec<Tick> {
        let now = timestamp(now);
        let Schedules { program, flows } = self;
        let due = flows.iter_mut().filter_map(|flow| flow.advance(program, now));
        let mut due: Vec<Tick> = due.collect();
        due.sort_by_key(|tick| tick.due);
        due
    }

    /// The next times after `now`, in milliseconds since 1970, at most so many.
    pub fn upcoming(&self, now: i64, count: usize) -> Vec<Upcoming> {
        let now = timestamp(now);
        let mut upcoming: Vec<Upcoming> = Vec::new();
        for flow in &self.flows {
            let next = |after: &Timestamp| flow.times.next_after(flow.origin, *after);
            let times = std::iter::successors(next(&now.max(flow.seen)), next).take(count);
            let zone = &flow.times.zone;
            upcoming
                .extend(times.map(|at| Upcoming { flow: flow.id, at: at.to_zoned(zone.clone()) }));
        }
        upcoming.sort_by(|a, b| a.at.cmp(&b.at));
        upcoming.truncate(count);
        upcoming
    }
}

impl Scheduled {
    /// Its tick, where one is due.
    fn advance(&mut self, program: &Program, now: Timestamp) -> Option<Tick> {
        let first = self.next.filter(|next| *next <= now)?;
        let due = self.times.latest(self.origin, self.seen, now).unwrap_or(first);
        self.seen = due;
        self.next = self.times.next_after(self.origin, due);
        let is_missed = now.duration_since(due) > LATE;
        if is_missed && !self.makes_up {
            return None;
        }
        let flow = program.artifact().flows.get(self.id.0 as usize)?;
        let types = program.types();
        let event = event::made(types, flow.trigger.event, |field| {
            (field == "due").then_some(Value::Time(due))
        });
        Some(Tick {
            flow: self.id,
            due: due.as_millisecond(),
            json: event::shown(types, flow, &event),
            event,
            source: Source { kind: SCHEDULE.into(), name: self.times.text.clone() },
            delivery: eco_format!("{due}"),
            cursor: (self.name.clone(), self.cursor()),
        })
    }

    /// `2026-03-02T08:00:00Z 0 9 * * mon Europe/Madrid`: how far it has come, and of which schedule that is.
    fn cursor(&self) -> String {
        format!("{} {}", self.seen, self.times.fingerprint())
    }
}

/// How far a schedule has come by a cursor of its own; none by that of another one.
fn read_cursor(times: &Times, cursor: &str) -> Option<Timestamp> {
    let (seen, of) = cursor.split_once(' ')?;
    (of == times.fingerprint()).then(|| seen.parse().ok()).flatten()
}

/// A program's flows with schedules.
fn scheduled(program: &Program) -> impl Iterator<Item = (FlowId, &Flow)> {
    let flows = (0..).map(FlowId).zip(&program.artifact().flows);
    flows.filter(|(_, flow)| flow.trigger.name == SCHEDULE)
}

fn cursor_name(flow: &Flow) -> EcoString {
    eco_format!("{SCHEDULE}:{}", flow.address)
}

/// Whether a flow's missed times are left out: `missed: "skip"`.
fn skips(flow: &Flow) -> bool {
    let is_skip = |value: &Constant| matches!(value, Constant::Text(text) if text == "skip");
    flow.trigger.arguments.iter().any(|(name, value)| name == "missed" && is_skip(value))
}

/// The instant at so many milliseconds since 1970; at the ends of time for those beyond.
fn timestamp(milliseconds: i64) -> Timestamp {
    let end = if milliseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(milliseconds).unwrap_or(end)
}

/// The instant without its part of a second, so that what comes `every` so often comes at times that read well.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
