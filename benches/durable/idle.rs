//! What one step adds when nothing else is going on: from the answer of one step to the request of the next one.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use callflow_benches::rows::{Limit, Rows, percentile};
use serde_json::json;

use super::Failure;
use super::place::{Place, runtime};
use super::raw::Log;

/// How many steps are measured.
const STEPS: usize = 3_000;

/// What a step writes into the log of SQLite: two pages and their headers.
const BYTES: usize = 2 * (4096 + 24);

/// What a step may add at the median, in milliseconds.
const LIMIT: f64 = 1.0;

/// Prints the rows and returns those whose limits were not kept.
pub(crate) fn run(folder: &Path) -> Result<Vec<String>, Failure> {
    // In turns, so that both have the same neighbours.
    let (mut steps, mut raw) = (Vec::new(), Vec::new());
    for round in 0..3 {
        let mut log = Log::create(&folder.join(format!("idle-{round}.log")), BYTES)?;
        for _ in 0..STEPS / 3 {
            raw.push(millis(log.add()?));
        }
        steps.extend(measure(&folder.join(format!("idle-{round}.db")))?);
    }
    let mut rows = Rows::begin("One step after another, nothing else going on.");
    let fsync = percentile(&mut raw, 50.0);
    rows.row("write and fsync, median", fsync, "ms", Limit::None);
    rows.row("write and fsync, p99", percentile(&mut raw, 99.0), "ms", Limit::None);
    let step = percentile(&mut steps, 50.0);
    rows.row("a step, p99", percentile(&mut steps, 99.0), "ms", Limit::None);
    rows.row("a step, median", step, "ms", Limit::None);
    rows.row("a step over the fsync, median", step - fsync, "ms", Limit::AtMost(LIMIT));
    Ok(rows.broken())
}

/// The times between the requests of a run, in milliseconds.
fn measure(store: &Path) -> Result<Vec<f64>, Failure> {
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let ear = {
        let sent = Arc::clone(&sent);
        move |_: &_| sent.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now())
    };
    runtime()?.block_on(async {
        let place = Place::open(store, Some(Arc::new(ear)), None).await?;
        place.run("many", &json!({ "steps": STEPS / 3 })).await?;
        place.service.stop(Duration::from_secs(1)).await;
        Ok::<(), Failure>(())
    })?;
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(sent.iter().zip(sent.iter().skip(1)).map(|(one, next)| millis(*next - *one)).collect())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
