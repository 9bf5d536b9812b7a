//! A million sleeping runs: what a process that begins on them takes, and when those that are due wake.
//!
//! The store is prepared by the engine itself, without a clock and with many batches in one transaction.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use callflow_artifact::encode;
use callflow_benches::rows::{Limit, Rows, percentile};
use callflow_runtime::connect::Environment;
use callflow_runtime::durable::turn::Ambience;
use callflow_runtime::durable::{
    Batch, Effect, Engine, Event, Input, Outbox, Program, RunNumber, Source, Start,
};
use callflow_runtime::execute;
use callflow_runtime::store::{SqliteStore, Store as _};
use callflow_runtime::value::decode;
use ecow::{EcoString, eco_format};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Failure;
use super::place::{Place, artifact, flows, runtime};

/// Makes this program a process that begins on a store and prints what it sees.
pub(crate) const WAKE: &str = "--wake-on";

/// How many runs sleep for a long time.
const RUNS: i64 = 1_000_000;

/// How many wake soon, one after another.
const SOON: i64 = 100;

/// How long after the process began the first of them is due, and how long after it the next one.
const FIRST: Duration = Duration::from_secs(10);
const BETWEEN: Duration = Duration::from_millis(50);

/// How many batches one transaction has.
const GROUP: usize = 20_000;

/// What a process may take: memory in megabytes, its start in seconds, a waking in milliseconds.
const MEMORY: f64 = 150.0;
const BEGIN: f64 = 5.0;
const LATE: f64 = 50.0;

/// Prints the rows and returns those whose limits were not kept.
pub(crate) fn run(folder: &Path) -> Result<Vec<String>, Failure> {
    let store = folder.join("sleeping.db");
    let prepared = Instant::now();
    let mut prepare = Prepare::begin(&store)?;
    let long = Timestamp::now() + SignedDuration::from_hours(24 * 30);
    for number in 0..RUNS {
        prepare.sleep(long + SignedDuration::from_millis(number), &eco_format!("long-{number}"))?;
    }
    let soon = Timestamp::now() + SignedDuration::try_from(FIRST)?;
    for number in 0..SOON {
        let at = soon + SignedDuration::try_from(BETWEEN)? * number as i32;
        prepare.sleep(at, &eco_format!("{}", at.as_millisecond()))?;
    }
    prepare.end()?;
    let prepared = prepared.elapsed().as_secs_f64();
    let bytes = std::fs::metadata(&store)?.len() as f64;
    let seen = watch(&store)?;
    let mut rows = Rows::begin(format!(
        "{RUNS} sleeping runs, made in {prepared:.0} s; {:.0} bytes each in the store.",
        bytes / RUNS as f64
    ));
    rows.row("resident memory", seen.memory, "MB", Limit::AtMost(MEMORY));
    rows.row("resident memory, at most", seen.most, "MB", Limit::None);
    rows.row("start", seen.start, "s", Limit::AtMost(BEGIN));
    let mut late = seen.late;
    rows.row("a due one wakes, median", percentile(&mut late, 50.0), "ms", Limit::None);
    rows.row(
        "a due one wakes, the latest",
        percentile(&mut late, 100.0),
        "ms",
        Limit::AtMost(LATE),
    );
    Ok(rows.broken())
}

/// What a process told.
struct Seen {
    /// In megabytes.
    memory: f64,
    /// See `memory`; at any time.
    most: f64,
    /// In seconds.
    start: f64,
    /// In milliseconds.
    late: Vec<f64>,
}

/// Begins a process on the store and reads what it says.
fn watch(store: &Path) -> Result<Seen, Failure> {
    let begun = Instant::now();
    let mut process = Command::new(std::env::current_exe()?)
        .arg(WAKE)
        .arg(store)
        .stdout(Stdio::piped())
        .spawn()?;
    let output = process.stdout.take().ok_or("the process has no output")?;
    let mut seen = Seen { memory: 0.0, most: 0.0, start: 0.0, late: Vec::new() };
    for line in BufReader::new(output).lines() {
        let line = line?;
        let (word, number) = line.split_once(' ').ok_or("the process says something else")?;
        let number: f64 = number.parse()?;
        match word {
            "ready" => seen.start = begun.elapsed().as_secs_f64(),
            "late" => seen.late.push(number),
            "memory" => seen.memory = number,
            _ => seen.most = number,
        }
    }
    match process.wait()?.success() && seen.late.len() as i64 == SOON {
        true => Ok(seen),
        false => Err(format!("{} of {SOON} due runs woke", seen.late.len()).into()),
    }
}

/// The other process: begins on the store, and tells when those that are due have woken.
pub(crate) fn wake(store: &Path, _: &[String]) -> Result<(), Failure> {
    let late: Arc<Mutex<Vec<i64>>> = Arc::default();
    let ear = {
        let late = Arc::clone(&late);
        move |request: &callflow_runtime::pieces::HttpRequest| {
            let due = request.url.rsplit('/').next().and_then(|it| it.parse::<i64>().ok());
            let by = due.map(|due| Timestamp::now().as_millisecond() - due);
            late.lock().unwrap_or_else(PoisonError::into_inner).extend(by);
        }
    };
    runtime()?.block_on(async {
        let place = Place::open(store, Some(Arc::new(ear)), None).await?;
        println!("ready 0");
        let begun = Instant::now();
        let count = || late.lock().unwrap_or_else(PoisonError::into_inner).len() as i64;
        while count() < SOON && begun.elapsed() < FIRST + BETWEEN * 2 * SOON as u32 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        place.service.stop(Duration::from_secs(1)).await;
        for by in late.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            println!("late {by}");
        }
        println!("memory {}", status("VmRSS:")?);
        println!("most {}", status("VmHWM:")?);
        Ok(())
    })
}

/// A line of this process's status, in megabytes.
fn status(name: &str) -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}

/// An engine whose batches are written many at a time.
struct Prepare {
    store: SqliteStore,
    engine: Engine,
    program: Arc<Program>,
    version: callflow_runtime::durable::Version,
    flow: callflow_artifact::bytecode::FlowId,
    group: Vec<Batch>,
}

/// The time at which the store is prepared.
struct Now(Timestamp);

impl Ambience for Now {
    fn now(&mut self) -> Timestamp {
        self.0
    }

    fn uuid(&mut self) -> EcoString {
        EcoString::new()
    }

    fn random(&mut self) -> f64 {
        0.0
    }
}

impl Prepare {
    fn begin(path: &Path) -> Result<Prepare, Failure> {
        let mut store = SqliteStore::open(path)?;
        let artifact = artifact()?;
        let version = store.add_artifact("bench", &encode::to_bytes(&artifact)?, 0)?;
        let program = Arc::new(execute::Program::load(artifact)?);
        let flow = *flows(&program).get("sleep").ok_or("no such flow")?;
        let program = Arc::new(Program { program, environment: Environment::default() });
        let mut engine = Engine::new();
        let loaded = Arc::clone(&program);
        engine.handle(
            0,
            Input::Load { version, program: loaded, is_current: true },
            &mut Outbox::default(),
        );
        let start = Start { next: RunNumber(1), ..Start::default() };
        engine.handle(0, Input::Start(start), &mut Outbox::default());
        Ok(Prepare { store, engine, program, version, flow, group: Vec::new() })
    }

    /// Begins a run that sleeps until a time.
    fn sleep(&mut self, at: Timestamp, name: &str) -> Result<(), Failure> {
        let program = &self.program.program;
        let flow = program.artifact().flows.get(self.flow.0 as usize).ok_or("no such flow")?;
        let json = json!({ "at": at.to_string(), "name": name });
        let event = decode(program.types(), flow.trigger.event, &json)
            .map_err(|mismatch| mismatch.to_string())?;
        let event = Event {
            version: self.version,
            flow: self.flow,
            event,
            json: json.to_string(),
            source: Source { kind: "manual".into(), name: "bench".into() },
            id: eco_format!("run-{name}"),
            delivery: None,
            cursor: None,
            waiter: None,
        };
        self.drive(Input::Event(Box::new(event)));
        match self.group.len() >= GROUP {
            true => self.commit(),
            false => Ok(()),
        }
    }

    /// Does what follows from an input, as if each batch were on disk at once: nobody looks before all of them are.
    fn drive(&mut self, input: Input) {
        let mut now = Now(Timestamp::now());
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let mut out = Outbox::default();
            self.engine.handle(now.0.as_millisecond(), input, &mut out);
            for turn in out.turns {
                inputs.push(Input::Turned(Box::new(turn.carry_out(&mut now))));
            }
            for mut batch in out.batches {
                for effect in std::mem::take(&mut batch.effects) {
                    if let Effect::Rest(run, mark) = effect {
                        inputs.push(Input::Rest(run, mark));
                    }
                }
                self.group.push(batch);
            }
        }
    }

    fn commit(&mut self) -> Result<(), Failure> {
        self.store.commit(&self.group)?;
        self.group.clear();
        Ok(())
    }

    fn end(mut self) -> Result<(), Failure> {
        self.commit()
    }
}
