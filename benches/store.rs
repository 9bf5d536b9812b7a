//! How many steps a second the store makes durable, and how it does with a million sleeping runs:
//! `cargo bench -p callflow-benches --bench store`.
//!
//! A batch is what one step of a run writes: its state, and an entry in its journal. Beside each number stands how
//! many it is for each second that a core works, which tells more on a machine that has other things to do, and how
//! often a second the same disk makes as many bytes durable when they are written at the end of a plain file.
//! Arguments: how many runs sleep (1000000).

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callflow_runtime::durable::{Batch, Entry, NewRun, RunNumber, Source, Version, Write};
use callflow_runtime::store::{Reader, SqliteStore, Store};
use nix::sys::resource::{UsageWho, getrusage};

/// How long each number is measured.
const TIME: Duration = Duration::from_secs(3);

/// How many runs take a step by turns, and how many steps each of them has.
const ACTIVE: i64 = 1000;
const STEPS: i64 = 10;

/// How large a run's state is, in bytes.
const STATE: usize = 400;

/// At least so many batches a second of work in groups of 100, and `start` within so long.
const LEAST: f64 = 25_000.0;
const LONGEST: Duration = Duration::from_secs(2);

const HEAD: &str =
    "group  batches/s  a core second  transactions/s  bytes/transaction  raw fdatasync/s";

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds words of its own.
    let sleeping = std::env::args().skip(1).find_map(|it| it.parse().ok()).unwrap_or(1_000_000);
    let folder = Folder::new()?;
    println!("{HEAD}");
    for group in [1, 10, 100, 1000] {
        let path = folder.0.join(format!("{group}.db"));
        let mut store = SqliteStore::open(&path)?;
        measure(&mut store, &mut Steps::from(1), group, &path)?;
    }
    let path = folder.0.join("sleeping.db");
    let mut store = SqliteStore::open(&path)?;
    let begun = Instant::now();
    fill(&mut store, sleeping)?;
    println!("\n{sleeping} sleeping runs: made in {:.1} s", begun.elapsed().as_secs_f64());
    drop(store);
    println!("file: {} MB", fs::metadata(&path)?.len() / 1_000_000);
    let memory = resident()?;
    let begun = Instant::now();
    let mut store = SqliteStore::open(&path)?;
    let start = store.start()?;
    let took = begun.elapsed();
    println!("open and start: {took:.1?} (limit {LONGEST:.1?}), next is {}", start.next.0);
    let begun = Instant::now();
    let (due, _) = store.due(sleeping / 2, 256)?;
    println!("due: {} of them in {:.1?}", due.len(), begun.elapsed());
    println!("{HEAD}");
    let rate = measure(&mut store, &mut Steps::from(start.next.0), 100, &path)?;
    scattered(&mut store, sleeping)?;
    println!("memory: {} kB more than before it was opened", resident()?.saturating_sub(memory));
    if rate < LEAST || took > LONGEST {
        return Err(
            format!("fewer than {LEAST} batches a second, or slower than {LONGEST:?}").into()
        );
    }
    Ok(())
}

/// Steps of runs by turns.
struct Steps {
    first: i64,
    next: i64,
}

impl Steps {
    fn from(first: i64) -> Steps {
        Steps { first, next: 0 }
    }

    fn batch(&mut self) -> Batch {
        let generation = self.next / (ACTIVE * STEPS);
        let run = self.first + generation * ACTIVE + self.next % ACTIVE;
        let number = self.next / ACTIVE % STEPS + 1;
        self.next += 1;
        step(run, number)
    }
}

fn step(run: i64, number: i64) -> Batch {
    let run = RunNumber(run);
    let state = vec![number as u8; STATE + (number * 7 % 30) as usize];
    let entry = Entry::Step {
        step: number as u32,
        action: "hubspot.create_deal".into(),
        attempts: 1,
        began: 1_700_000_000_000,
        input: r#"{"name":"A deal with ACME","amount":1200.50,"stage":"new"}"#.to_owned(),
        output: Some(r#"{"id":"8472938472","created":"2026-11-23T10:00:00Z"}"#.to_owned()),
        error: None,
        place: "sales.flow:12:3".to_owned(),
    };
    let at = 1_700_000_000_100;
    let writes = vec![
        Write::Suspend { run, state, due: None, awake: true },
        Write::Note { run, number, at, entry },
    ];
    Batch { writes, ..Batch::default() }
}

/// Commits groups for a while and prints what came of it; gives batches a second of work.
fn measure(
    store: &mut SqliteStore,
    steps: &mut Steps,
    group: usize,
    path: &Path,
) -> Result<f64, Box<dyn Error>> {
    let before = written()?;
    let (begun, worked) = (Instant::now(), worked()?);
    let mut transactions = 0;
    while begun.elapsed() < TIME {
        let batches: Vec<Batch> = (0..group).map(|_| steps.batch()).collect();
        store.commit(&batches)?;
        transactions += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let core = transactions as f64 * group as f64 / (self::worked()? - worked).as_secs_f64();
    let bytes = (written()? - before) / transactions;
    let raw = raw(&path.with_extension("raw"), bytes as usize)?;
    let rate = (transactions as f64 * group as f64) / seconds;
    let each = transactions as f64 / seconds;
    println!("{group:5}  {rate:9.0}  {core:13.0}  {each:14.0}  {bytes:17}  {raw:15.0}");
    Ok(core)
}

/// One step of runs that lie far from each other, as they wake up.
fn scattered(store: &mut SqliteStore, sleeping: i64) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < TIME {
        let batches = (0..100).map(|_| {
            count += 1;
            step(1 + count * 7919 % sleeping, 2)
        });
        let batches: Vec<Batch> = batches.collect();
        store.commit(&batches)?;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    println!("  100  {rate:9.0}  of runs that lie far apart");
    Ok(())
}

fn fill(store: &mut SqliteStore, sleeping: i64) -> Result<(), Box<dyn Error>> {
    for first in (0..sleeping).step_by(1000) {
        let batches = (first..(first + 1000).min(sleeping)).map(|it| asleep(it + 1, sleeping));
        store.commit(&batches.collect::<Vec<Batch>>())?;
    }
    Ok(())
}

fn asleep(number: i64, sleeping: i64) -> Batch {
    let run = RunNumber(number);
    let new = NewRun {
        number: run,
        id: format!("{number:032x}").into(),
        version: Version(1),
        flow: "sales.flow:lead".into(),
        source: Source { kind: "webhook".into(), name: "POST /lead".into() },
        at: 1_700_000_000_000,
        event: r#"{"name":"Ada Lovelace","phone":"+4930123456","wants":"a demo on Tuesday"}"#
            .into(),
        parent: None,
        lane: None,
        queued: false,
    };
    let due = Some(number * 31 % sleeping);
    let mut batch = step(number, 1);
    if let Some(Write::Suspend { due: at, awake, .. }) = batch.writes.first_mut() {
        (*at, *awake) = (due, false);
    }
    batch.writes.insert(0, Write::Create(Box::new(new)));
    batch
}

/// How often a second so many bytes are durable at the end of a plain file.
fn raw(path: &Path, bytes: usize) -> std::io::Result<f64> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    let bytes = vec![7; bytes];
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < TIME / 3 {
        file.write_all(&bytes)?;
        file.sync_data()?;
        count += 1;
    }
    fs::remove_file(path)?;
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// How many bytes this process has written.
fn written() -> Result<u64, Box<dyn Error>> {
    number("/proc/self/io", "wchar:")
}

/// How long cores have worked for this process.
fn worked() -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let times = [usage.user_time(), usage.system_time()];
    let micros: i64 = times.iter().map(|time| time.tv_sec() * 1_000_000 + time.tv_usec()).sum();
    Ok(Duration::from_micros(micros.try_into()?))
}

/// How much memory this process has, in kB.
fn resident() -> Result<u64, Box<dyn Error>> {
    number("/proc/self/status", "VmRSS:")
}

fn number(file: &str, name: &str) -> Result<u64, Box<dyn Error>> {
    let text = std::io::read_to_string(File::open(file)?)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

struct Folder(PathBuf);

impl Folder {
    /// In the target folder, which is on a disk, as a temporary folder may not be.
    fn new() -> Result<Folder, Box<dyn Error>> {
        let here = std::env::current_exe()?.with_file_name("store-bench");
        fs::create_dir_all(&here)?;
        Ok(Folder(here))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
