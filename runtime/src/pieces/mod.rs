//! Carrying out actions.
//!
//! An action's body is bytecode that asks only for `http`; native actions are functions here. Both go through
//! a [`Transport`]: the network or the sandbox.

pub mod encode;
pub mod host;
mod http;
mod limits;
pub mod native;
#[cfg(feature = "http")]
pub mod network;
pub mod sandbox;
mod secrets;
#[cfg(test)]
#[cfg(feature = "http")]
pub(crate) mod test_server;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::host::ActionHost;
use crate::error::Error;

/// What is sent to a service.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// Absolute, query included.
    pub url: String,
    /// In order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Encoded as `content-type` says.
    pub body: Vec<u8>,
    /// How long to wait for the whole answer.
    pub timeout: Duration,
    /// Whether a connection's secrets are in it, which must not follow a redirect to another host.
    pub credentials: bool,
    /// What the sandbox needs to answer; the network does not look at it.
    pub expects: Expectation,
}

/// Which action asks, and of what type the answer's body must be.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// What the piece's own paths are appended to; none for a piece that has no base.
    pub base: Option<String>,
    /// `hubspot`
    pub piece: String,
    /// `create_deal`
    pub action: String,
    /// The body's type in the artifact's types.
    pub ty: callflow_artifact::TypeId,
}

/// What a service answers.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// In order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came, after content decoding.
    pub body: Vec<u8>,
}

/// A request that has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TransportError {
    /// It may not be sent: no address of a kind that is allowed, or none at all.
    #[error("{0}")]
    Refused(String),
    /// It certainly did not reach the service: no such host, connection refused.
    #[error("{0}")]
    NotSent(String),
    /// It may have reached the service: the connection broke after it was sent.
    #[error("{0}")]
    Broken(String),
    /// No whole answer in time.
    #[error("no answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The answer is larger than the limit, in bytes.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl HttpResponse {
    /// The first header of a name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A future behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The way to services.
pub trait Transport: Send + Sync {
    /// Sends a request and waits for its whole answer.
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>>;

    /// Whether answers are made up, which is said on every step.
    fn is_sandbox(&self) -> bool {
        false
    }
}

/// How an action ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionFailure {
    /// What the flow sees.
    pub error: Error,
    /// Whether the request certainly had no effect, so that even a `write` may be tried again.
    pub certainly_without_effect: bool,
}
