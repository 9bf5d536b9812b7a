//! Who waits for an answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::durable::{Answer, Token};

/// Who waits for an answer.
#[derive(Debug, Default)]
pub(super) struct Replies {
    latest: AtomicU64,
    waiting: Mutex<HashMap<Token, oneshot::Sender<Answer>>>,
}

impl Replies {
    /// Somebody waits from now on.
    pub(super) fn expect(&self) -> (Token, oneshot::Receiver<Answer>) {
        let token = Token(self.latest.fetch_add(1, Ordering::Relaxed) + 1);
        let (sender, receiver) = oneshot::channel();
        self.waiting().insert(token, sender);
        (token, receiver)
    }

    /// Somebody is told. Who went away, or was told already, is not.
    pub(super) fn answer(&self, token: Token, answer: Answer) {
        let sender = self.waiting().remove(&token);
        if let Some(sender) = sender {
            let _ = sender.send(answer);
        }
    }

    /// Somebody went away.
    pub(super) fn forget(&self, token: Token) {
        self.waiting().remove(&token);
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Token, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
