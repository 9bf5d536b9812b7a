//! What a step or an expression fails with: the language's `Error`.

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// The kind of an [`Error`], in the order of the language's `ErrorKind` and of
/// [`callflow_artifact::piece::ERROR_KINDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The service does not know us, or does not allow it.
    Auth,
    /// A value that does not fit: of an argument, an answer, an index, a number's range.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// It clashes with what is there.
    Conflict,
    /// Too many requests.
    RateLimited,
    /// No answer in time.
    Timeout,
    /// The service is down or cannot be reached; the request had no effect.
    Unavailable,
    /// The request may or may not have had its effect.
    OutcomeUnknown,
    /// The service refuses for a reason of its own.
    Rejected,
    /// The run was cancelled.
    Cancelled,
    /// `fail("…")`, and everything else.
    Failed,
}

impl ErrorKind {
    /// Every kind, in the language's order.
    pub const ALL: [ErrorKind; 11] = [
        ErrorKind::Auth,
        ErrorKind::Invalid,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
        ErrorKind::RateLimited,
        ErrorKind::Timeout,
        ErrorKind::Unavailable,
        ErrorKind::OutcomeUnknown,
        ErrorKind::Rejected,
        ErrorKind::Cancelled,
        ErrorKind::Failed,
    ];

    /// The language's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::Auth => "auth",
            ErrorKind::Invalid => "invalid",
            ErrorKind::NotFound => "not_found",
            ErrorKind::Conflict => "conflict",
            ErrorKind::RateLimited => "rate_limited",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::OutcomeUnknown => "outcome_unknown",
            ErrorKind::Rejected => "rejected",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Failed => "failed",
        }
    }

    /// The kind that a word of the language names.
    pub fn parse(word: &str) -> Option<ErrorKind> {
        ErrorKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a step or an expression fails with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Error {
    /// What sort of failure, which decides about retries.
    pub kind: ErrorKind,
    /// One sentence for a person: what was expected, what came, where.
    pub message: EcoString,
    /// The piece whose action failed.
    pub piece: Option<EcoString>,
    /// The action that failed.
    pub action: Option<EcoString>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// How long the service asks to wait, in milliseconds.
    pub retry_after: Option<i64>,
    /// Compact JSON text of what the service said; `null` where it said nothing.
    pub details: EcoString,
}

impl Error {
    /// An error without a service behind it.
    pub fn new(kind: ErrorKind, message: impl Into<EcoString>) -> Error {
        Error {
            kind,
            message: message.into(),
            piece: None,
            action: None,
            status: None,
            retry_after: None,
            details: "null".into(),
        }
    }

    /// A value that does not fit.
    pub fn invalid(message: impl Into<EcoString>) -> Error {
        Error::new(ErrorKind::Invalid, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Error {}
