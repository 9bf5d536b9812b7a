//! Keeping to the rate limits that pieces declare, so that services need not remind us.
//!
//! Each limit is a leaky bucket, kept as the one instant up to which it is booked (the generic cell rate
//! algorithm): a burst of as many requests as the limit says goes out at once, and then one at a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use callflow_artifact::piece::{Limit, Piece};
use ecow::EcoString;
use tokio::time::Instant;

/// How far each limit of each piece is booked.
#[derive(Default)]
pub(super) struct Limiter {
    booked: Mutex<HashMap<EcoString, Vec<Instant>>>,
}

impl Limiter {
    /// Ends when the piece may send another request.
    pub(super) async fn admit(&self, piece: &Piece) {
        let pause = self.book(piece, Instant::now());
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// Books a request, and says how long it has to wait for its turn.
    fn book(&self, piece: &Piece, now: Instant) -> Duration {
        if piece.limits.is_empty() {
            return Duration::ZERO;
        }
        let mut all = self.booked.lock().unwrap_or_else(PoisonError::into_inner);
        let booked = all.entry(piece.name.clone()).or_insert_with(|| vec![now; piece.limits.len()]);
        let pauses = booked.iter_mut().zip(&piece.limits).map(|(until, limit)| {
            let Some((interval, window)) = spacing(limit) else { return Duration::ZERO };
            *until = (*until).max(now) + interval;
            until.duration_since(now).saturating_sub(window)
        });
        pauses.max().unwrap_or_default()
    }
}

/// The time that each request takes of the limit's window, and the window; none for a limit that is none.
fn spacing(limit: &Limit) -> Option<(Duration, Duration)> {
    let window = Duration::from_millis(u64::try_from(limit.per).ok()?);
    Some((window.checked_div(limit.requests)?, window))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(name: &str, limits: &[(u32, i64)]) -> Piece {
        Piece {
            name: name.into(),
            doc: EcoString::new(),
            base: None,
            docs: None,
            connections: Vec::new(),
            errors: Vec::new(),
            limits: limits.iter().map(|&(requests, per)| Limit { requests, per }).collect(),
            default_action: None,
            hash: EcoString::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_out_at_once_and_then_one_at_a_time() {
        let limiter = Limiter::default();
        let piece = piece("slow", &[(3, 300)]);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..6 {
            limiter.admit(&piece).await;
            times.push(start.elapsed().as_millis());
        }
        assert_eq!(times, [0, 0, 0, 100, 200, 300]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let start = Instant::now();
        limiter.admit(&piece).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[test]
    fn the_tightest_limit_counts_and_pieces_do_not_share() {
        let limiter = Limiter::default();
        let now = Instant::now();
        let two = piece("two", &[(100, 1000), (1, 60_000)]);
        assert_eq!(limiter.book(&two, now), Duration::ZERO);
        assert_eq!(limiter.book(&two, now), Duration::from_secs(60));
        assert_eq!(limiter.book(&piece("other", &[(1, 60_000)]), now), Duration::ZERO);
        for nonsense in [[(0, 1000)], [(5, -1)], [(5, 0)]] {
            assert_eq!(limiter.book(&piece("none", &nonsense), now), Duration::ZERO);
        }
    }
}
