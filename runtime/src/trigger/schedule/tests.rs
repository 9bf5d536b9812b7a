use callflow_artifact::{Constant, TypeId};
use proptest::prelude::*;

use super::*;
use crate::engine::testing::{Assembly, give};
use crate::value::testing::{field, record};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A flow with a schedule: its address and the header's arguments.
type Header = (&'static str, Vec<(&'static str, Constant)>);

fn text(text: &str) -> Constant {
    Constant::Text(text.into())
}

fn hourly(missed: &str) -> Header {
    ("hourly", vec![("cron", text("0 * * * *")), ("missed", text(missed))])
}

fn every(period: i64) -> Header {
    ("often", vec![("every", Constant::Duration(period))])
}

fn program(headers: &[Header]) -> Arc<Program> {
    let mut assembly = Assembly::new();
    let tick = record(&mut assembly.artifact.types, "Tick", vec![field("due", TypeId::TIME)]).1;
    for (address, arguments) in headers {
        let nothing = assembly.load(1, Constant::None);
        let id = assembly.add_flow(&[TypeId::NONE], TypeId::NONE, vec![nothing, give(1)], vec![]);
        let flow = &mut assembly.artifact.flows[id.0 as usize];
        assembly.artifact.functions[flow.function.0 as usize].registers[0] = tick;
        flow.address = (*address).into();
        flow.trigger.name = SCHEDULE.into();
        flow.trigger.event = tick;
        let arguments = arguments.iter().map(|(name, value)| ((*name).into(), value.clone()));
        flow.trigger.arguments = arguments.collect();
    }
    assembly.artifact.declared.timezone = "Europe/Madrid".into();
    Arc::new(assembly.finish())
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn begin(headers: &[Header], now: i64) -> Schedules {
    Schedules::new(program(headers), now, &BTreeMap::new()).unwrap()
}

/// What a store holds after these ticks.
fn store(schedules: &Schedules, ticks: &[Tick]) -> BTreeMap<EcoString, String> {
    let begun = schedules.begun().into_iter().map(|write| match write {
        Write::Cursor { name, value } => (name, value),
        other => panic!("{other:?}"),
    });
    begun.chain(ticks.iter().map(|tick| tick.cursor.clone())).collect()
}

fn dues(ticks: &[Tick]) -> Vec<String> {
    ticks.iter().map(|tick| tick.delivery.to_string()).collect()
}

#[test]
fn a_new_flow_begins_to_count_now() {
    let mut schedules = begin(&[hourly("run")], at("2026-03-02T09:20:30.5Z"));
    assert_eq!(schedules.due(at("2026-03-02T09:59:59.999Z")), []);
    assert_eq!(schedules.next(), Some(at("2026-03-02T10:00:00Z")));
    let ticks = schedules.due(at("2026-03-02T10:00:00.004Z"));
    assert_eq!(schedules.next(), Some(at("2026-03-02T11:00:00Z")));
    assert_eq!(schedules.due(at("2026-03-02T10:00:00.004Z")), []);
    insta::assert_debug_snapshot!(ticks);
}

#[test]
fn missed_times_are_made_up_for_once_or_not_at_all() {
    let restart = |missed: &str, now: &str| {
        let before = begin(&[hourly(missed)], at("2026-03-02T09:20:00Z"));
        let program = program(&[hourly(missed)]);
        let mut after = Schedules::new(program, at(now), &store(&before, &[])).unwrap();
        assert_eq!(after.begun(), []);
        let ticks = dues(&after.due(at(now)));
        (ticks, timestamp(after.next().unwrap()).to_string())
    };
    let next = |next: &str| next.to_owned();
    let (ticks, then) = restart("run", "2026-03-05T12:34:00Z");
    assert_eq!((ticks, then), (vec![next("2026-03-05T12:00:00Z")], next("2026-03-05T13:00:00Z")));
    let (ticks, then) = restart("skip", "2026-03-05T12:34:00Z");
    assert_eq!((ticks, then), (vec![], next("2026-03-05T13:00:00Z")));
    // It passed while nothing ran, however short a time ago.
    assert_eq!(restart("skip", "2026-03-02T10:00:01Z").0, [""; 0]);
    assert_eq!(restart("run", "2026-03-02T09:59:59Z").0, [""; 0]);
}

#[test]
fn a_busy_process_is_late_and_misses_nothing() {
    for missed in ["run", "skip"] {
        let mut schedules = begin(&[hourly(missed)], at("2026-03-02T09:20:00Z"));
        let ticks = schedules.due(at("2026-03-02T10:00:59Z"));
        assert_eq!(dues(&ticks), ["2026-03-02T10:00:00Z"]);
    }
}

#[test]
fn a_clock_that_jumps_repeats_nothing_and_misses_what_it_jumps_over() {
    let mut running = begin(&[hourly("run")], at("2026-03-02T09:20:00Z"));
    let mut skipping = begin(&[hourly("skip")], at("2026-03-02T09:20:00Z"));
    let ahead = at("2026-03-02T15:30:00Z");
    assert_eq!(dues(&running.due(ahead)), ["2026-03-02T15:00:00Z"]);
    assert_eq!(dues(&skipping.due(ahead)), [""; 0]);
    for schedules in [&mut running, &mut skipping] {
        assert_eq!(schedules.due(at("2026-03-02T12:00:00Z")), []);
        assert_eq!(schedules.due(at("2026-03-02T15:00:10Z")), []);
        assert_eq!(schedules.next(), Some(at("2026-03-02T16:00:00Z")));
    }
}

#[test]
fn what_comes_again_and_again_does_not_drift() {
    let start = at("2026-03-02T09:20:30.7Z");
    let mut schedules = begin(&[every(90_000)], start);
    let mut found = Vec::new();
    for late in [0, 700, 59_000, 3, 90_000 * 5 + 8] {
        found.extend(schedules.due(schedules.next().unwrap() + late));
    }
    // Each is a multiple of a minute and a half from the first start, also in the next process.
    let restarted = store(&schedules, &found);
    let program = program(&[every(90_000)]);
    let again = Schedules::new(program, start + DAY + 1, &restarted).unwrap();
    let dues = found.iter().map(|tick| tick.due).chain(again.next());
    let since = dues.map(|due| (due - at("2026-03-02T09:20:30Z")) as f64 / 90_000.0);
    assert_eq!(since.collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 10.0, 11.0]);
}

#[test]
fn a_start_is_remembered_before_the_first_tick() {
    // A process that ends every twelve hours still gets to what comes once a day.
    let mut now = at("2026-03-02T09:00:00Z");
    let mut stored = BTreeMap::new();
    let mut ticks = Vec::new();
    for _ in 0..6 {
        let mut schedules = Schedules::new(program(&[every(DAY)]), now, &stored).unwrap();
        let due = schedules.due(now);
        stored.extend(store(&schedules, &due));
        ticks.extend(due);
        now += DAY / 2;
    }
    assert_eq!(dues(&ticks), ["2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"]);
}

#[test]
fn another_schedule_begins_to_count_now() {
    let weekly = ("hourly", vec![("cron", text("0 9 * * mon"))]);
    let before = begin(std::slice::from_ref(&weekly), at("2026-03-02T07:00:00Z"));
    let stored = store(&before, &[]);
    let now = at("2026-03-04T12:30:00Z");
    let mut same = Schedules::new(program(&[weekly]), now, &stored).unwrap();
    assert_eq!(dues(&same.due(now)), ["2026-03-02T08:00:00Z"]);
    let mut other = Schedules::new(program(&[hourly("run")]), now, &stored).unwrap();
    assert_eq!(other.due(now), []);
    assert_eq!(other.begun().len(), 1);
    let mut garbled = stored;
    garbled.values_mut().for_each(|cursor| cursor.insert(0, 'x'));
    let mut garbled = Schedules::new(program(&[hourly("run")]), now, &garbled).unwrap();
    assert_eq!(garbled.due(now), []);
}

#[test]
fn a_program_goes_on_where_another_was() {
    let mut old = begin(&[hourly("run")], at("2026-03-02T09:20:00Z"));
    let now = at("2026-03-02T10:00:00Z");
    assert_eq!(old.due(now).len(), 1);
    let mut new =
        Schedules::new(program(&[every(HOUR), hourly("run")]), now, &old.cursors()).unwrap();
    assert_eq!(new.due(now), []);
    assert_eq!(new.begun().len(), 1, "one is new");
    let ticks = new.due(at("2026-03-02T11:00:00Z"));
    assert_eq!(ticks.iter().map(|tick| tick.flow.0).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn what_comes_next_can_be_told() {
    let report =
        ("report", vec![("cron", text("30 9 * * mon")), ("zone", text("America/New_York"))]);
    let never = ("paused", vec![("cron", text("0 0 1 1 *"))]);
    let schedules = begin(&[report, every(8 * HOUR), never], at("2026-03-01T10:00:00Z"));
    let upcoming = schedules.upcoming(at("2026-03-01T20:00:00Z"), 5);
    let lines: Vec<String> =
        upcoming.iter().map(|next| format!("{} {}", next.flow.0, next.at)).collect();
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(schedules.upcoming(at("2026-03-01T20:00:00Z"), 0), []);
}

#[test]
fn what_the_compiler_lets_nobody_write_is_told() {
    let headers: [Header; 4] = [
        ("a", vec![("cron", text("0 25 * * *"))]),
        ("b", vec![("cron", text("0 0 * * *")), ("zone", text("Europe/Madird"))]),
        ("c", vec![("every", Constant::Duration(0))]),
        ("d", vec![]),
    ];
    let told = headers.map(|header| {
        Schedules::new(program(&[header]), 0, &BTreeMap::new()).unwrap_err().to_string()
    });
    insta::assert_snapshot!(told.join("\n"));
}

/// What may happen to a process, in seconds.
#[derive(Debug, Clone)]
enum Happening {
    Pass(i64),
    Jump(i64),
    Restart,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        4 => (0..7_200_i64).prop_map(Happening::Pass),
        1 => (-100_000..400_000_i64).prop_map(Happening::Jump),
        1 => Just(Happening::Restart),
    ];
    proptest::collection::vec(one, 1..40)
}

proptest! {
    #[test]
    fn no_tick_comes_twice_or_early_or_out_of_order(
        happenings in happenings(),
        makes_up: bool,
        start in 1_792_000_000..1_794_000_000_i64,
    ) {
        let missed = if makes_up { "run" } else { "skip" };
        let headers = [hourly(missed), every(5_000_000), ("c", vec![("cron", text("*/40 1-3 * * *"))])];
        let mut now = start * 1000;
        let mut schedules = begin(&headers, now);
        let mut stored = store(&schedules, &[]);
        let mut last = [i64::MIN; 3];
        for happening in happenings {
            match happening {
                Happening::Pass(seconds) | Happening::Jump(seconds) => now += seconds * 1000,
                Happening::Restart => {
                    schedules = Schedules::new(program(&headers), now, &stored).unwrap();
                    prop_assert_eq!(schedules.begun(), vec![]);
                }
            }
            let ticks = schedules.due(now);
            for tick in &ticks {
                let flow = tick.flow.0 as usize;
                prop_assert!(tick.due > last[flow] && tick.due <= now);
                last[flow] = tick.due;
                prop_assert!(makes_up || flow > 0 || now - tick.due <= 60_000);
                stored.extend([tick.cursor.clone()]);
            }
            prop_assert!(schedules.next().is_none_or(|next| next > now));
        }
    }

    #[test]
    fn the_latest_is_the_last_of_all(
        cron in "(\\*|\\*/13|7,30) (\\*|2,3|\\*/5) \\* \\* (\\*|sun)",
        after in 1_792_000_000..1_794_000_000_i64,
        length in 0..400_000_i64,
        every: Option<bool>,
    ) {
        let arguments = match every {
            Some(_) => vec![("every", Constant::Duration(4_321_000))],
            None => vec![("cron", text(&cron))],
        };
        let program = program(&[("a", arguments)]);
        let times = Times::of(&program.artifact().flows[0], program.zone()).unwrap();
        let origin = Timestamp::from_second(1_791_000_000).unwrap();
        let after = Timestamp::from_second(after).unwrap();
        let by = Timestamp::from_second(after.as_second() + length).unwrap();
        let next = |after: &Timestamp| times.next_after(origin, *after).filter(|next| *next <= by);
        let last = std::iter::successors(next(&after), next).last();
        prop_assert_eq!(times.latest(origin, after, by), last);
    }
}
