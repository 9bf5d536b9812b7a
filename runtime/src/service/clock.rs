//! Says when it is time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Shared;
use super::drive::now;
use crate::durable::{Ask, Input};

/// The longest sleep. The wall clock may jump while a sleep is measured by another one.
const LONGEST: Duration = Duration::from_secs(1);

/// How often it is looked which programs are needed no more.
const RELEASE: Duration = Duration::from_secs(60);

/// When the engine must be told the time.
#[derive(Debug)]
pub(super) struct Clock {
    /// In milliseconds since 1970.
    next: AtomicI64,
    earlier: Arc<Notify>,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock { next: AtomicI64::new(i64::MAX), earlier: Arc::default() }
    }
}

impl Clock {
    /// The engine wants to be told at this time, in milliseconds since 1970.
    pub(super) fn wake_at(&self, next: Option<i64>) {
        let next = next.unwrap_or(i64::MAX);
        if next < self.next.swap(next, Ordering::Relaxed) {
            self.earlier.notify_one();
        }
    }
}

/// Begins the task that tells the engine the time, on the current tokio runtime.
pub(super) fn begin(shared: Weak<Shared>) {
    tokio::spawn(async move {
        let mut released = Instant::now();
        loop {
            let Some(strong) = shared.upgrade() else { return };
            if released.elapsed() > RELEASE {
                released = Instant::now();
                // Without a reader the process is about to end.
                let _ = strong.asks.send(Ask::Versions);
            }
            let left = strong.clock.next.load(Ordering::Relaxed).saturating_sub(now());
            if left <= 0 {
                strong.drive(Input::Tick);
                drop(strong);
                tokio::task::yield_now().await;
                continue;
            }
            let earlier = Arc::clone(&strong.clock.earlier);
            drop(strong);
            let sleep = Duration::from_millis(left.unsigned_abs()).min(LONGEST);
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = earlier.notified() => {}
            }
        }
    });
}
