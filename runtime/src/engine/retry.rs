//! Whether a failed action is tried again, and when.
//!
//! | effect | tried again after |
//! | --- | --- |
//! | `read`, `idempotent` | a timeout, an unavailable service, a rate limit, an unknown outcome |
//! | `write` | the same, where the request certainly had no effect |
//! | `once` | nothing |
//!
//! The pauses double from a second, with a share on top that the step's key decides: many runs that failed
//! together do not come back together, and yet each run is the same wherever it is carried out.

use callflow_artifact::piece::EffectClass;
use sha2::{Digest, Sha256};

use crate::error::ErrorKind;
use crate::pieces::ActionFailure;

/// How often an action is tried at most.
pub const MAX_ATTEMPTS: u32 = 4;

/// The longest pause between attempts that we choose ourselves, in milliseconds.
pub const MAX_BACKOFF: i64 = 60_000;

/// The longest pause that a service may ask for, in milliseconds. A longer one is the flow's to decide about.
pub const MAX_RETRY_AFTER: i64 = 3_600_000;

/// In how many milliseconds a failed attempt is followed by another one; none where it is not.
pub fn pause(effect: EffectClass, failure: &ActionFailure, attempt: u32, key: &str) -> Option<i64> {
    if attempt >= MAX_ATTEMPTS || !may_repeat(effect, failure) {
        return None;
    }
    let backoff = backoff(attempt, key);
    match failure.error.retry_after {
        Some(asked) if asked > MAX_RETRY_AFTER => None,
        Some(asked) => Some(asked.max(backoff)),
        None => Some(backoff),
    }
}

fn may_repeat(effect: EffectClass, failure: &ActionFailure) -> bool {
    let passing = matches!(
        failure.error.kind,
        ErrorKind::Timeout
            | ErrorKind::Unavailable
            | ErrorKind::RateLimited
            | ErrorKind::OutcomeUnknown
    );
    match effect {
        EffectClass::Read | EffectClass::Idempotent => passing,
        EffectClass::Write => passing && failure.certainly_without_effect,
        EffectClass::Once => false,
    }
}

/// 1 s, 2 s, 4 s … up to [`MAX_BACKOFF`], and up to a quarter more.
fn backoff(attempt: u32, key: &str) -> i64 {
    let doublings = attempt.saturating_sub(1).min(16);
    let pause = (1000_i64 << doublings).min(MAX_BACKOFF);
    pause + pause * i64::from(share(attempt, key)) / 1024
}

/// 0..256, from the key and the attempt.
fn share(attempt: u32, key: &str) -> u8 {
    let digest = Sha256::new().chain_update(key).chain_update(attempt.to_be_bytes()).finalize();
    digest.first().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn failure(kind: ErrorKind, certain: bool) -> ActionFailure {
        ActionFailure { error: Error::new(kind, "x"), certainly_without_effect: certain }
    }

    #[test]
    fn the_table() {
        let mut table = String::new();
        for effect in
            [EffectClass::Read, EffectClass::Idempotent, EffectClass::Write, EffectClass::Once]
        {
            for certain in [false, true] {
                let repeated: Vec<&str> = ErrorKind::ALL
                    .into_iter()
                    .filter(|&kind| pause(effect, &failure(kind, certain), 1, "k").is_some())
                    .map(ErrorKind::as_str)
                    .collect();
                let effect = format!("{effect:?}");
                table.push_str(&format!("{effect:10} certain {certain:5} → {repeated:?}\n"));
            }
        }
        insta::assert_snapshot!(table, @r#"
        Read       certain false → ["rate_limited", "timeout", "unavailable", "outcome_unknown"]
        Read       certain true  → ["rate_limited", "timeout", "unavailable", "outcome_unknown"]
        Idempotent certain false → ["rate_limited", "timeout", "unavailable", "outcome_unknown"]
        Idempotent certain true  → ["rate_limited", "timeout", "unavailable", "outcome_unknown"]
        Write      certain false → []
        Write      certain true  → ["rate_limited", "timeout", "unavailable", "outcome_unknown"]
        Once       certain false → []
        Once       certain true  → []
        "#);
    }

    #[test]
    fn pauses_double_and_stop_after_the_last_attempt() {
        let pauses: Vec<Option<i64>> = (1..=5)
            .map(|n| pause(EffectClass::Read, &failure(ErrorKind::Timeout, false), n, "k"))
            .collect();
        for (pause, least) in pauses.iter().zip([1000, 2000, 4000]) {
            let pause = pause.expect("another attempt");
            assert!((least..=least + least / 4).contains(&pause), "{pauses:?}");
        }
        assert_eq!(pauses[3..], [None, None]);
    }

    #[test]
    fn the_key_decides_the_pause() {
        let pause =
            |key: &str| pause(EffectClass::Read, &failure(ErrorKind::Timeout, false), 1, key);
        assert_eq!(pause("a"), pause("a"));
        let distinct: std::collections::HashSet<_> =
            (0..50).map(|n| pause(&n.to_string())).collect();
        assert!(distinct.len() > 30);
    }

    #[test]
    fn what_the_service_asks_for_is_honoured_up_to_an_hour() {
        let mut limited = failure(ErrorKind::RateLimited, true);
        let mut pause_after = |asked| {
            limited.error.retry_after = Some(asked);
            pause(EffectClass::Write, &limited, 1, "k")
        };
        assert_eq!(pause_after(30_000), Some(30_000));
        assert_eq!(pause_after(MAX_RETRY_AFTER), Some(MAX_RETRY_AFTER));
        assert_eq!(pause_after(MAX_RETRY_AFTER + 1), None);
        // Shorter than our own pause: the service does not mind later.
        assert!(pause_after(1) >= Some(1000));
    }
}
