//! Hundreds of kills, and then the reckoning.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::chance::Chance;
use crate::client::{Fired, fire};
use crate::killer::{Toll, kill};
use crate::ledger::Ledger;
use crate::process::STORE;
use crate::project::{Folder, free_address};
use crate::stored;
use crate::verdict::{Evidence, complaints};

/// How many servers are killed side by side, and how often in all.
const SERVERS: u32 = 3;
const KILLS: u32 = 330;

/// How many clients fire at each.
const CLIENTS: u64 = 3;

/// How long what is left may take when nothing is killed any more.
const DRAIN: Duration = Duration::from_secs(120);

/// Kills servers and reckons up. `CRASH_SEED` and `CRASH_KILLS` in the environment say another seed and another number
/// of kills.
#[test]
fn nothing_is_lost_and_nothing_is_done_twice() {
    let seed = number("CRASH_SEED").unwrap_or(0x0ca1_1f10);
    let kills = number("CRASH_KILLS").map_or(KILLS, |it| it as u32);
    let begun = Instant::now();
    println!("seed {seed}");
    let totals = Arc::new(Mutex::new([0; 4]));
    thread::scope(|scope| {
        for server in 0..SERVERS {
            let totals = Arc::clone(&totals);
            scope.spawn(move || {
                let counted = one_server(server, seed, kills.div_ceil(SERVERS));
                let mut totals = totals.lock().unwrap();
                totals.iter_mut().zip(counted).for_each(|(total, it)| *total += it);
            });
        }
    });
    let [killed, events, runs, effects] = *totals.lock().unwrap();
    let time = begun.elapsed().as_secs();
    println!("{killed} kills, {events} events, {runs} runs, {effects} effects in {time} s");
    assert!(events > u64::from(kills), "too little happened");
}

/// The life of one store: its kills, events, runs and effects.
fn one_server(server: u32, seed: u64, kills: u32) -> [u64; 4] {
    let chance = Chance::new(seed).of(u64::from(server));
    let ledger = Ledger::start(chance.of(1).next());
    let folder = Folder::with_project(&format!("kills-{server}"), ledger.address);
    let address = free_address();
    let fired = Arc::new(Fired::default());
    let stop = Arc::new(AtomicBool::new(false));
    let (toll, last) = thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (fired, stop, chance) = (&fired, &stop, chance.of(100 + client));
            scope.spawn(move || fire(address, fired, chance, stop));
        }
        let _end = EndOfClients { stop: &stop, fired: &fired };
        let (toll, last) = kill(&folder, address, chance.of(2), kills);
        ledger.behave();
        (toll, last)
    });
    let store = folder.file(STORE);
    let begun = Instant::now();
    while stored::open_runs(&store) > 0 {
        if begun.elapsed() > DRAIN {
            println!("some runs do not end:\n{}", last.said());
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    last.terminate();
    assert!(last.wait().success());
    reckon(server, seed, &folder, &fired, &ledger, &toll)
}

fn reckon(
    server: u32,
    seed: u64,
    folder: &Folder,
    fired: &Fired,
    ledger: &Ledger,
    toll: &Toll,
) -> [u64; 4] {
    let store = folder.file(STORE);
    let evidence = Evidence {
        acknowledged: fired.acknowledged(),
        runs: stored::runs(&store),
        attempts: ledger.attempts(),
        lives: toll.lives.clone(),
    };
    let mut found = fired.strange.lock().unwrap().clone();
    found.extend(complaints(&evidence));
    let integrity = stored::integrity(&store);
    if integrity != "ok" {
        found.push(format!("the file: {integrity}"));
    }
    let Toll { kills, at_the_start, while_stopping, stops, upgrades, .. } = toll;
    println!(
        "server {server}: {kills} kills ({at_the_start} at the start, {while_stopping} while it stopped), {stops} stops, \
         {upgrades} upgrades; {}",
        evidence.summary()
    );
    assert!(
        found.is_empty(),
        "{} things are wrong with seed {seed}:\n{}\n\nto look at a run: callflow runs show ID --store {}",
        found.len(),
        found.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n"),
        store.display()
    );
    let (events, runs) = (evidence.acknowledged.len() as u64, evidence.runs.len() as u64);
    [u64::from(*kills), events, runs, ledger.effects()]
}

/// Has clients end, however the killing ends.
struct EndOfClients<'a> {
    stop: &'a AtomicBool,
    fired: &'a Fired,
}

impl Drop for EndOfClients<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.fired.is_hopeless.store(thread::panicking(), Ordering::Relaxed);
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}
