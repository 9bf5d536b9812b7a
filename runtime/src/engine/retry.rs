//! Whether a failed action is tried again, and when.
//!
//! | effect | tried again after |
//! | --- | --- |
//! | `read`, `idempotent` | a timeout, an unavailable service, a rate limit, an unknown outcome |
//! | `write` | the same, where the request certainly had no effect |
//! | `once` | nothing; with a `retry` and a `once` key of the call, as a `write` |
//!
//! A call says how often and after which pauses; where it does not, the pauses double from a second, with a share on top that the step's key decides: many runs that failed
//! together do not come back together, and yet each run is the same wherever it is carried out.

use callflow_artifact::piece::EffectClass;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::run::Step;
use crate::error::ErrorKind;
use crate::pieces::ActionFailure;

/// How often an action is tried again that does not say so itself.
pub const RETRIES: u32 = 3;

/// The longest pause between attempts that we choose ourselves, in milliseconds.
pub const MAX_BACKOFF: i64 = 60_000;

/// The longest pause that a service may ask for, in milliseconds. A longer one is the flow's to decide about.
pub const MAX_RETRY_AFTER: i64 = 3_600_000;

/// What a call says of further attempts. What it does not say is ours to choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How many attempts follow the first one at most.
    pub retries: Option<u32>,
    /// The first pause and the longest, in milliseconds; each is twice the one before.
    pub pauses: Option<(i64, i64)>,
}

impl Policy {
    /// In how many milliseconds a failed attempt of a step is followed by another one; none where it is not.
    pub fn pause(self, effect: EffectClass, failure: &ActionFailure, step: &Step) -> Option<i64> {
        let is_last = step.attempt > self.retries.unwrap_or(RETRIES);
        if is_last || !self.may_repeat(effect, failure, step) {
            return None;
        }
        let backoff = match self.pauses {
            Some((first, longest)) => doubled(first, step.attempt).min(longest),
            None => backoff(step.attempt, &step.key),
        };
        match failure.error.retry_after {
            Some(asked) if asked > MAX_RETRY_AFTER => None,
            Some(asked) => Some(asked.max(backoff)),
            None => Some(backoff),
        }
    }

    fn may_repeat(self, effect: EffectClass, failure: &ActionFailure, step: &Step) -> bool {
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
            // Only where the call asks for it, and says by which key it is known.
            EffectClass::Once => {
                let asked_for = self.retries.is_some() && step.once.is_some();
                asked_for && passing && failure.certainly_without_effect
            }
        }
    }
}

/// 1 s, 2 s, 4 s … up to [`MAX_BACKOFF`], and up to a quarter more.
fn backoff(attempt: u32, key: &str) -> i64 {
    let pause = doubled(1000, attempt).min(MAX_BACKOFF);
    pause + pause * i64::from(share(attempt, key)) / 1024
}

/// A pause that doubles with each attempt.
fn doubled(first: i64, attempt: u32) -> i64 {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(32))
}

/// 0..256, from the key and the attempt.
fn share(attempt: u32, key: &str) -> u8 {
    let digest = Sha256::new().chain_update(key).chain_update(attempt.to_be_bytes()).finalize();
    digest.first().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use callflow_artifact::bytecode::{ActionId, FunctionId, Origin};

    use super::*;
    use crate::error::Error;

    fn failure(kind: ErrorKind, certain: bool) -> ActionFailure {
        ActionFailure { error: Error::new(kind, "x"), certainly_without_effect: certain }
    }

    fn step(attempt: u32, key: &str, once: Option<&str>) -> Step {
        Step {
            id: 1,
            attempt,
            key: key.into(),
            action: ActionId(0),
            types: Vec::new(),
            arguments: Vec::new(),
            connection: None,
            once: once.map(Into::into),
            function: FunctionId(0),
            origin: Origin { start: 0, end: 0 },
        }
    }

    const OURS: Policy = Policy { retries: None, pauses: None };

    #[test]
    fn the_table() {
        let mut table = String::new();
        let asked = Policy { retries: Some(1), ..OURS };
        for (effect, policy, once) in [
            (EffectClass::Read, OURS, None),
            (EffectClass::Idempotent, OURS, None),
            (EffectClass::Write, OURS, None),
            (EffectClass::Once, OURS, Some("k")),
            (EffectClass::Once, asked, None),
            (EffectClass::Once, asked, Some("k")),
        ] {
            for certain in [false, true] {
                let step = step(1, "k", once);
                let repeated: Vec<&str> = ErrorKind::ALL
                    .into_iter()
                    .filter(|&kind| policy.pause(effect, &failure(kind, certain), &step).is_some())
                    .map(ErrorKind::as_str)
                    .collect();
                let asked = if policy == OURS { "" } else { " retry 1" };
                let once = if once.is_some() { " once" } else { "" };
                let call = format!("{effect:?}{asked}{once}");
                table.push_str(&format!("{call:17} certain {certain:5} → {repeated:?}\n"));
            }
        }
        insta::assert_snapshot!(table);
    }

    fn pauses(policy: Policy) -> Vec<Option<i64>> {
        let timeout = failure(ErrorKind::Timeout, false);
        (1..=6).map(|n| policy.pause(EffectClass::Read, &timeout, &step(n, "k", None))).collect()
    }

    #[test]
    fn our_own_pauses_double_and_stop_after_the_last_attempt() {
        let pauses = pauses(OURS);
        for (pause, least) in pauses.iter().zip([1000, 2000, 4000]) {
            let pause = pause.expect("another attempt");
            assert!((least..=least + least / 4).contains(&pause), "{pauses:?}");
        }
        assert_eq!(pauses[3..], [None; 3]);
    }

    #[test]
    fn a_call_says_how_often_and_when() {
        let policy = |retries, pauses| Policy { retries: Some(retries), pauses };
        assert_eq!(pauses(policy(0, None)), [None; 6]);
        let every = pauses(policy(2, Some((10_000, 10_000))));
        assert_eq!(every, [Some(10_000), Some(10_000), None, None, None, None]);
        let growing = pauses(policy(9, Some((1000, 5000))));
        assert_eq!(growing, [1000, 2000, 4000, 5000, 5000, 5000].map(Some));
        let far = step(4_000_000_000, "k", None);
        let timeout = failure(ErrorKind::Timeout, false);
        let most = policy(u32::MAX, Some((i64::MAX, i64::MAX)));
        assert_eq!(most.pause(EffectClass::Read, &timeout, &far), Some(i64::MAX));
    }

    #[test]
    fn the_key_decides_the_pause() {
        let timeout = failure(ErrorKind::Timeout, false);
        let pause = |key: &str| OURS.pause(EffectClass::Read, &timeout, &step(1, key, None));
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
            OURS.pause(EffectClass::Write, &limited, &step(1, "k", None))
        };
        assert_eq!(pause_after(30_000), Some(30_000));
        assert_eq!(pause_after(MAX_RETRY_AFTER), Some(MAX_RETRY_AFTER));
        assert_eq!(pause_after(MAX_RETRY_AFTER + 1), None);
        // Shorter than our own pause: the service does not mind later.
        assert!(pause_after(1) >= Some(1000));
    }
}
