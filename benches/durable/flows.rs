//! Flows of five steps, one and a hundred at a time, beside hand-written group commit with rows of the same sizes.
//!
//! A flow is six transactions of its own: one that takes the event in, and one after each step.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use callflow_benches::rows::{Limit, Rows};
use callflow_runtime::durable::Write;
use serde_json::json;

use super::Failure;
use super::place::{Place, processor, runtime};
use super::raw::{Sizes, group_commit};

/// How many flows run, by how many at a time.
const FLOWS: [(usize, usize); 2] = [(1, 1_000), (100, 20_000)];

/// How often each is measured; the best counts, since others use the machine as well.
const ROUNDS: usize = 3;

/// How many steps of a flow there are.
const STEPS: f64 = 5.0;

/// The part of hand-written group commit that is to be reached.
const SHARE: f64 = 0.5;

/// Flows a second and the processor time of one in seconds.
struct Speed {
    rate: f64,
    processor: f64,
}

/// Prints the rows and returns those whose limits were not kept.
pub(crate) fn run(folder: &Path) -> Result<Vec<String>, Failure> {
    let sizes = sizes(&folder.join("sizes.db"))?;
    let Sizes { state, entry } = sizes;
    let mut rows = Rows::begin(format!(
        "Flows of five steps; a step writes a state of {state} bytes and an entry of {entry}. Best of {ROUNDS}."
    ));
    for (at_a_time, flows) in FLOWS {
        let (mut best, mut raw) = (Speed { rate: 0.0, processor: f64::MAX }, (0.0, f64::MAX));
        for round in 0..ROUNDS {
            let name = |kind: &str| folder.join(format!("{kind}-{at_a_time}-{round}.db"));
            let speed = measure(&name("flows"), at_a_time, flows)?;
            best.rate = speed.rate.max(best.rate);
            best.processor = speed.processor.min(best.processor);
            let steps = (flows * 5) as i64;
            let (rate, used) = group_commit(&name("raw"), sizes, at_a_time as i64, steps)?;
            raw = (rate.max(raw.0), used.min(raw.1));
        }
        let title = |what: &str| format!("{at_a_time} at a time: {what}");
        rows.row(title("flows"), best.rate, "/s", Limit::None);
        rows.row(title("hand-written group commit, steps"), raw.0, "/s", Limit::None);
        rows.row(title("steps"), best.rate * STEPS, "/s", Limit::AtLeast(raw.0 * SHARE));
        rows.row(title("processor, hand-written step"), raw.1 * 1e6, "µs", Limit::None);
        rows.row(title("processor, step"), best.processor * 1e6 / STEPS, "µs", Limit::None);
    }
    Ok(rows.broken())
}

fn measure(store: &Path, at_a_time: usize, flows: usize) -> Result<Speed, Failure> {
    runtime()?.block_on(async {
        let place = Arc::new(Place::open(store, None, None).await?);
        place.run("five", &json!({ "n": 0 })).await?;
        let next = Arc::new(AtomicUsize::new(0));
        let (begun, used) = (Instant::now(), processor()?);
        let tasks: Vec<_> = (0..at_a_time)
            .map(|_| {
                let (place, next) = (Arc::clone(&place), Arc::clone(&next));
                tokio::spawn(async move {
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= flows {
                            return Ok(());
                        }
                        place.run("five", &json!({ "n": n })).await?;
                    }
                })
            })
            .collect();
        for task in tasks {
            let ended: Result<(), Failure> = task.await?;
            ended?;
        }
        let (took, used) = (begun.elapsed().as_secs_f64(), processor()? - used);
        place.service.stop(std::time::Duration::from_secs(1)).await;
        Ok(Speed { rate: flows as f64 / took, processor: used / flows as f64 })
    })
}

/// What one step writes, as a run shows it.
fn sizes(store: &Path) -> Result<Sizes, Failure> {
    let seen: Arc<Mutex<Vec<Sizes>>> = Arc::default();
    let watch = {
        let seen = Arc::clone(&seen);
        move |writes: &[Write]| {
            let state = writes.iter().find_map(|write| match write {
                Write::Suspend { state, .. } => Some(state.len()),
                _ => None,
            });
            let entry = writes.iter().find_map(|write| match write {
                Write::Note { entry, .. } => serde_json::to_string(entry).ok().map(|it| it.len()),
                _ => None,
            });
            if let (Some(state), Some(entry)) = (state, entry) {
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(Sizes { state, entry });
            }
        }
    };
    runtime()?.block_on(async {
        let place = Place::open(store, None, Some(Arc::new(watch))).await?;
        place.run("five", &json!({ "n": 1 })).await?;
        place.service.stop(std::time::Duration::from_secs(1)).await;
        Ok::<(), Failure>(())
    })?;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let largest = seen.iter().max_by_key(|sizes| sizes.state + sizes.entry);
    largest.copied().ok_or_else(|| "no step was seen".into())
}
