//! A service that writes down what it is asked for, and misbehaves.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::chance::Chance;
use crate::http::Message;
use crate::process::number_in;

/// After so many attempts of a step the service behaves.
const PATIENT: usize = 6;

/// What is asked for: `look`, `keep`, `write` or `charge`, the step, and the number of its event or its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) class: String,
    pub(crate) step: String,
    pub(crate) key: String,
}

/// A request for it.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// Which process asked.
    pub(crate) process: u32,
    /// What was sent along.
    pub(crate) value: String,
    /// What the service did.
    pub(crate) said: Said,
    /// The number of the effect, if it had one.
    pub(crate) receipt: Option<u64>,
}

/// What the service does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Said {
    /// It does what is asked and says so.
    Done,
    /// It does nothing and says so: 429.
    Refused,
    /// It does nothing, and says 500, which may mean anything.
    Failed,
    /// It does nothing and closes the connection.
    Lost,
    /// It does what is asked and closes the connection.
    DoneAndLost,
}

/// The service; it runs until the test's process ends.
#[derive(Clone)]
pub(crate) struct Ledger {
    /// Where it is.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    seed: u64,
    attempts: Mutex<HashMap<Asked, Vec<Attempt>>>,
    receipts: AtomicU64,
    behaves: AtomicBool,
}

impl Ledger {
    /// Starts the service on a free port.
    pub(crate) fn start(seed: u64) -> Ledger {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            seed,
            attempts: Mutex::default(),
            receipts: AtomicU64::new(1),
            behaves: AtomicBool::new(false),
        });
        let ledger = Ledger { address: listener.local_addr().unwrap(), shared };
        let server = ledger.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&server.shared);
                // Whoever asks may be killed in the middle of it.
                thread::spawn(move || drop(shared.serve(stream)));
            }
        });
        ledger
    }

    /// From now on it does what it is asked.
    pub(crate) fn behave(&self) {
        self.shared.behaves.store(true, Ordering::Relaxed);
    }

    /// What it was asked for, each attempt in the order in which they came.
    pub(crate) fn attempts(&self) -> BTreeMap<Asked, Vec<Attempt>> {
        self.shared.attempts.lock().unwrap().clone().into_iter().collect()
    }

    /// How many effects there were.
    pub(crate) fn effects(&self) -> u64 {
        self.shared.receipts.load(Ordering::Relaxed) - 1
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let request = Message::read(&mut stream)?;
        let target = request.line.split(' ').nth(1).unwrap_or_default();
        let parts: Vec<&str> = target.trim_start_matches('/').split('/').collect();
        let [class, step, key, _release] = parts[..] else { panic!("{target}") };
        let asked = Asked { class: class.into(), step: step.into(), key: key.replace("%3A", ":") };
        let value = serde_json::from_slice::<serde_json::Value>(&request.body);
        let value = value.ok().and_then(|it| Some(it.get("value")?.as_str()?.to_owned()));
        let (said, receipt, pause) = {
            let mut attempts = self.attempts.lock().unwrap();
            let attempts = attempts.entry(asked.clone()).or_default();
            let (said, pause) = self.decide(&asked, attempts.len());
            let is_done = matches!(said, Said::Done | Said::DoneAndLost);
            let receipt = is_done.then(|| self.receipts.fetch_add(1, Ordering::Relaxed));
            attempts.push(Attempt {
                process: number_in(request.header("x-process").expect("the process's number")),
                value: value.unwrap_or_default(),
                said,
                receipt,
            });
            (said, receipt, pause)
        };
        thread::sleep(pause);
        let (status, body) = match said {
            Said::Done => (200, format!("{{\"receipt\":{}}}", receipt.unwrap_or_default())),
            Said::Refused => (429, "{}".to_owned()),
            Said::Failed => (500, "{}".to_owned()),
            Said::Lost | Said::DoneAndLost => return Ok(()),
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\n");
        write!(stream, "{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
    }

    /// What becomes of an attempt, and after how long. It depends on the seed and on what is asked for alone.
    fn decide(&self, asked: &Asked, attempt: usize) -> (Said, Duration) {
        if self.behaves.load(Ordering::Relaxed) {
            return (Said::Done, Duration::ZERO);
        }
        let mut hasher = DefaultHasher::new();
        (asked, attempt).hash(&mut hasher);
        let mut chance = Chance::new(self.seed).of(hasher.finish());
        let pause = match chance.below(100) {
            0..70 => chance.millis(0, 5),
            70..98 => chance.millis(5, 150),
            _ => chance.millis(150, 1200),
        };
        let said = match chance.below(100) {
            _ if attempt >= PATIENT => Said::Done,
            0..4 => Said::Refused,
            4..6 => Said::Failed,
            6..8 => Said::Lost,
            8..10 => Said::DoneAndLost,
            _ => Said::Done,
        };
        (said, pause)
    }
}
