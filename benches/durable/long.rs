//! A run of a million steps: what its last steps cost beside its first ones, and what the store holds of it.
//!
//! Its store is in memory where the system has a place for such files (`/dev/shm`): what a disk takes for each step is
//! the same for all of them, and would hide what the rest takes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use callflow_benches::rows::{Limit, Rows};
use serde_json::json;

use super::Failure;
use super::place::{Place, processor, runtime};

/// How many steps the run has.
const STEPS: usize = 1_000_000;

/// How many of them are measured at the beginning and at the end.
const PART: usize = 10_000;

/// How much more a step may cost at the end.
const GROWTH: f64 = 1.1;

/// How much larger the store may be at the end than after the first part.
const SIZE: f64 = 1.1;

/// What had been used when a part was over.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Instant,
    processor: f64,
    bytes: u64,
}

/// Prints the rows and returns those whose limits were not kept.
pub(crate) fn run(folder: &Path) -> Result<Vec<String>, Failure> {
    let memory = Path::new("/dev/shm");
    let own = memory.join(format!("callflow-bench-{}", std::process::id()));
    let folder = if memory.is_dir() { own.as_path() } else { folder };
    std::fs::create_dir_all(folder)?;
    let broken = measure(&folder.join("long.db"));
    std::fs::remove_dir_all(folder)?;
    broken
}

fn measure(store: &Path) -> Result<Vec<String>, Failure> {
    let marks: Arc<Mutex<Vec<Mark>>> = Arc::default();
    let ear = {
        let (marks, store) = (Arc::clone(&marks), store.to_owned());
        let count = std::sync::atomic::AtomicUsize::new(0);
        move |_: &_| {
            if count.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(PART) {
                let mark = Mark {
                    at: Instant::now(),
                    processor: processor().unwrap_or_default(),
                    bytes: std::fs::metadata(&store).map(|it| it.len()).unwrap_or_default(),
                };
                marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
            }
        }
    };
    runtime()?.block_on(async {
        let place = Place::open(store, Some(Arc::new(ear)), None).await?;
        place.run("many", &json!({ "steps": STEPS + 1 })).await?;
        place.service.stop(Duration::from_secs(1)).await;
        Ok::<(), Failure>(())
    })?;
    let marks = marks.lock().unwrap_or_else(PoisonError::into_inner);
    let parts: Vec<(f64, f64)> = marks
        .iter()
        .zip(marks.iter().skip(1))
        .map(|(one, next)| ((next.at - one.at).as_secs_f64(), next.processor - one.processor))
        .collect();
    // The best of a few neighbours, since others use the machine as well. The very first part warms up.
    let best =
        |some: &mut dyn Iterator<Item = f64>| some.fold(f64::MAX, f64::min) / PART as f64 * 1e6;
    let first = best(&mut parts.iter().take(4).map(|it| it.1));
    let last = best(&mut parts.iter().rev().take(4).map(|it| it.1));
    let first_time = best(&mut parts.iter().take(4).map(|it| it.0));
    let last_time = best(&mut parts.iter().rev().take(4).map(|it| it.0));
    let bytes = |mark: Option<&Mark>| mark.map_or(0.0, |mark| mark.bytes as f64 / 1e6);
    let (small, large) = (bytes(marks.get(1)), bytes(marks.last()));
    let mut rows = Rows::begin(format!("A run of {STEPS} steps, in parts of {PART}."));
    rows.row("a step in the first parts", first_time, "µs", Limit::None);
    rows.row("a step in the last parts", last_time, "µs", Limit::None);
    rows.row("processor, a step in the first parts", first, "µs", Limit::None);
    rows.row("processor, a step in the last parts", last, "µs", Limit::AtMost(first * GROWTH));
    rows.row("the store after the first part", small, "MB", Limit::None);
    rows.row("the store at the end", large, "MB", Limit::AtMost(small * SIZE));
    Ok(rows.broken())
}
