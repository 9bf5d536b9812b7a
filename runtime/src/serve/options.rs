//! What the server allows.

use std::time::Duration;

/// What the server allows, and what it knows of itself.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who has it may look at runs and change them; nobody may where there is none.
    pub admin_token: Option<String>,
    /// Where people and services reach the server, as in `https://flows.example.com`. Where that is `https`, cookies go
    /// only there.
    pub public_url: Option<String>,
    /// The largest body of a request, its files included, in bytes.
    pub body_limit: usize,
    /// How many connections there may be at a time. Others wait.
    pub connections: usize,
    /// How many events that nobody waits for may be on their way to the store at a time.
    pub arriving: usize,
    /// How many runs may be in memory when an event comes that nobody waits for.
    pub active: usize,
    /// How long the head of a request may take to arrive.
    pub head_time: Duration,
    /// How long the body of a request may take to arrive.
    pub body_time: Duration,
    /// How long a flow whose header says no time may take for its answer.
    pub answer_time: Duration,
    /// How long requests under way may take when the server stops.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            admin_token: None,
            public_url: None,
            body_limit: 16 << 20,
            connections: 4096,
            arriving: 4096,
            active: 50_000,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(60),
            answer_time: Duration::from_secs(60),
            grace: Duration::from_secs(20),
        }
    }
}

/// The largest head of a request, in bytes.
pub(super) const HEAD_LIMIT: usize = 32 << 10;

/// The most headers of a request.
pub(super) const HEADERS: usize = 100;

/// The most fields of a form or query string, and parts of a body of several.
pub(super) const FIELDS: usize = 1000;

/// The longest id of a delivery, in bytes.
pub(super) const LONGEST_DELIVERY: usize = 255;
