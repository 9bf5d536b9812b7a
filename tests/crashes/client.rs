//! Clients that fire numbered events and do not give up.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::chance::Chance;
use crate::http::{self, Message};

/// The flows that take events, and out of a hundred events so many for each.
const FLOWS: [(&str, u64); 7] = [
    ("steps", 22),
    ("branches", 14),
    ("reply", 20),
    ("shared", 14),
    ("queue", 10),
    ("family", 12),
    ("doomed", 8),
];

/// How many customers there are, whose orders wait for each other.
const CUSTOMERS: u64 = 8;

/// How many events share a `once` key.
const SHARE: u64 = 5;

/// How long a client waits for an answer that it wants.
const PATIENCE: Duration = Duration::from_secs(20);

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    pub(crate) number: u64,
    pub(crate) flow: &'static str,
    body: String,
    /// The header that says which event it is, for flows that do not look at it themselves.
    key: Option<String>,
}

/// An answer that says that an event was taken in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Acknowledged {
    pub(crate) status: u16,
    pub(crate) run: String,
    pub(crate) body: String,
}

/// What clients have fired, and what they were told.
#[derive(Default)]
pub(crate) struct Fired {
    number: AtomicU64,
    acknowledged: Mutex<BTreeMap<Event, Vec<Acknowledged>>>,
    /// Answers that nobody should get.
    pub(crate) strange: Mutex<Vec<String>>,
    /// Whether there will be no server any more.
    pub(crate) is_hopeless: AtomicBool,
}

impl Fired {
    /// What was acknowledged, each answer in the order in which they came.
    pub(crate) fn acknowledged(&self) -> BTreeMap<Event, Vec<Acknowledged>> {
        self.acknowledged.lock().unwrap().clone()
    }
}

/// Fires events until it is told to stop; what it has begun it brings to an end.
pub(crate) fn fire(
    address: SocketAddr,
    fired: &Arc<Fired>,
    mut chance: Chance,
    stop: &Arc<AtomicBool>,
) {
    let mut mine: Vec<Event> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let again = mine.len() as u64;
        let event = match chance.percent(15) && again > 0 {
            true => mine[chance.below(again) as usize].clone(),
            false => event(fired.number.fetch_add(1, Ordering::Relaxed), &mut chance),
        };
        // Some events come from several places at once.
        let copies = if chance.percent(5) { 3 } else { 1 };
        thread::scope(|scope| {
            for copy in 0..copies {
                let (event, chance) = (&event, chance.of(copy));
                scope.spawn(move || bring(address, fired, event, chance));
            }
        });
        mine.push(event);
        thread::sleep(chance.millis(0, 60));
    }
}

fn event(number: u64, chance: &mut Chance) -> Event {
    let mut drawn = chance.below(FLOWS.iter().map(|(_, share)| share).sum());
    let flow = FLOWS.iter().find(|(_, share)| match drawn.checked_sub(*share) {
        Some(left) => {
            drawn = left;
            false
        }
        None => true,
    });
    let flow = flow.expect("one of them").0;
    let group = match flow {
        "queue" => format!("customer-{}", number % CUSTOMERS),
        _ => format!("group-{}", number / SHARE),
    };
    let pause = chance.millis(50, 500).as_secs_f64();
    let body = json!({ "n": number.to_string(), "pause": pause, "group": group }).to_string();
    let key = (flow == "branches").then(|| format!("event-{number}"));
    Event { number, flow, body, key }
}

/// Sends an event until it is acknowledged.
fn bring(address: SocketAddr, fired: &Fired, event: &Event, mut chance: Chance) {
    while !fired.is_hopeless.load(Ordering::Relaxed) {
        // Some clients go away before they are answered.
        let patience = match chance.percent(5) {
            true => chance.millis(1, 50),
            false => PATIENCE,
        };
        let path = format!("/{}", event.flow);
        let answer = http::post(address, &path, event.key.as_deref(), &event.body, patience);
        match answer {
            Ok(answer) if answer.status() == 503 => thread::sleep(chance.millis(20, 100)),
            Ok(answer) => return fired.take_note(event, &answer),
            Err(_) => thread::sleep(chance.millis(5, 50)),
        }
    }
}

impl Fired {
    fn take_note(&self, event: &Event, answer: &Message) {
        let body = answer.text();
        let accepted = serde_json::from_str::<serde_json::Value>(&body).ok();
        let run = answer.header("callflow-run").map(str::to_owned);
        let run = run.or_else(|| Some(accepted?.get("run")?.as_str()?.to_owned()));
        match (run, answer.status()) {
            (Some(run), status @ (200 | 202 | 500)) => {
                let acknowledged = Acknowledged { status, run, body };
                let mut all = self.acknowledged.lock().unwrap();
                all.entry(event.clone()).or_default().push(acknowledged);
            }
            (_, status) => {
                let strange = format!("event {} was answered {status}: {body}", event.number);
                self.strange.lock().unwrap().push(strange);
            }
        }
    }
}
