//! How fast the whole server is: `CALLFLOW_PEERS=… cargo bench -p callflow-benches --bench webhook`.
//!
//! A webhook, a condition, a request to another service, an answer; fifty at a time, all of it durable. Beside it, in
//! turns, the same written by hand in Rust with as strict a store: `refsrv` in the folder that `CALLFLOW_PEERS` names,
//! built with `cargo build --release`, which is the other service as well. Without it there is nothing to measure.

mod load;
mod server;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use callflow_benches::binary;
use callflow_benches::rows::{Limit, Rows, percentile};

use self::load::Load;
use self::server::Server;

/// What goes wrong in a benchmark, in words.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where the other service, the reference and Callflow listen.
const STUB: u16 = 25000;
const REFERENCE: u16 = 25100;
const OURS: u16 = 25200;

/// How many requests are under way at a time.
const AT_A_TIME: usize = 50;

/// How often each is measured, and for how long.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);

/// The part of the reference's requests a second that is to be reached, how much longer the slowest hundredth may take,
/// and the memory in megabytes.
const SHARE: f64 = 0.6;
const SLOWEST: f64 = 3.0;
const MEMORY: f64 = 40.0;

const FLOW: &str = r#"on webhook("/lead", body: Lead) -> Reply <
  if duration > 30 and reason.lower().contains("interested") {
    made = http.post("http://127.0.0.1:25000/crm", json: {
      id: callId, score: duration * 2, email: email.lower(), phone: phone, label: "hot",
    }) as Made
    return { ok: made.ok, crmId: made.crmId, score: duration * 2 }
  }
  return { ok: true, skipped: true }
>

type Lead {
  callId: string
  duration: float
  reason: string
  email: string
  phone: string
}

type Made {
  ok: bool
  crmId: string
}

type Reply {
  ok: bool
  crmId: string?
  score: float?
  skipped: bool?
}
"#;

const SETTINGS: &str = "name = \"lead\"\n\n[network]\nallow = [\"127.0.0.1\"]\n";

const BODY: &str = r#"{"callId": "c-10293", "duration": 47, "reason": "Customer is Interested in a product demo next week", "email": "Jane.Doe@Example.com", "phone": "+14155550123"}"#;

/// What several rounds of one server gave.
#[derive(Debug, Default)]
struct Seen {
    rates: Vec<f64>,
    slowest: Vec<f64>,
    processor: Vec<f64>,
    memory: f64,
}

fn main() -> ExitCode {
    match run() {
        Ok(broken) if broken.is_empty() => ExitCode::SUCCESS,
        Ok(broken) => {
            println!("\nnot within the limit: {}", broken.join(", "));
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Vec<String>, Failure> {
    let Some(peers) = env::var_os("CALLFLOW_PEERS").map(PathBuf::from) else {
        println!("CALLFLOW_PEERS names no folder with the reference server: nothing is measured");
        return Ok(Vec::new());
    };
    let reference = peers.join("refsrv/target/release/refsrv");
    let callflow = binary::callflow()?;
    let folder = folder()?;
    let address = format!("http://127.0.0.1:{STUB}/crm");
    let _stub = Server::start(&reference, &["stub", &STUB.to_string()], &folder, STUB)?;
    let arguments = ["ref", &REFERENCE.to_string(), &address, "sqlite-full"];
    let theirs = Server::start(&reference, &arguments, &folder, REFERENCE)?;
    let listen = format!("127.0.0.1:{OURS}");
    let arguments = ["serve", "lead", "--listen", &listen, "--store", "lead.db"];
    let ours = Server::start(&callflow, &arguments, &folder, OURS)?;
    let load = |port, path| Load { port, path, body: BODY, at_a_time: AT_A_TIME };
    let (their_load, our_load) = (load(REFERENCE, "/webhook/lead"), load(OURS, "/lead"));
    let (mut their_seen, mut our_seen) = (Seen::default(), Seen::default());
    their_load.run(ROUND / 4)?;
    our_load.run(ROUND / 4)?;
    for _ in 0..ROUNDS {
        their_seen.measure(&theirs, &their_load)?;
        our_seen.measure(&ours, &our_load)?;
    }
    Ok(show(their_seen, our_seen))
}

impl Seen {
    fn measure(&mut self, server: &Server, load: &Load) -> Result<(), Failure> {
        let before = server.processor()?;
        let mut times = load.run(ROUND)?;
        let used = server.processor()? - before;
        let requests = times.len() as f64;
        self.rates.push(requests / ROUND.as_secs_f64());
        self.processor.push(used / requests.max(1.0) * 1000.0);
        self.slowest.push(percentile(&mut times, 99.0));
        self.memory = server.memory()?;
        Ok(())
    }
}

fn show(mut theirs: Seen, mut ours: Seen) -> Vec<String> {
    let mut rows = Rows::begin(format!(
        "Webhook, condition, request, answer; {AT_A_TIME} at a time; median of {ROUNDS} rounds in turns."
    ));
    let mut middle =
        |what: &str, theirs: &mut [f64], ours: &mut [f64], unit: &str, limit: fn(f64) -> Limit| {
            let reference = percentile(theirs, 50.0);
            rows.row(format!("reference: {what}"), reference, unit, Limit::None);
            rows.row(format!("callflow: {what}"), percentile(ours, 50.0), unit, limit(reference));
        };
    middle("requests", &mut theirs.rates, &mut ours.rates, "/s", |it| Limit::AtLeast(it * SHARE));
    middle("p99", &mut theirs.slowest, &mut ours.slowest, "ms", |it| Limit::AtMost(it * SLOWEST));
    middle("processor, a request", &mut theirs.processor, &mut ours.processor, "ms", |_| {
        Limit::None
    });
    rows.row("reference: resident memory", theirs.memory, "MB", Limit::None);
    rows.row("callflow: resident memory", ours.memory, "MB", Limit::AtMost(MEMORY));
    rows.broken()
}

/// A folder on the disk of the target folder with the flow in it.
fn folder() -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("webhook");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let project = folder.join("lead");
    std::fs::create_dir_all(&project)?;
    std::fs::write(project.join("lead.flow"), FLOW)?;
    std::fs::write(project.join("callflow.toml"), SETTINGS)?;
    Ok(folder)
}
