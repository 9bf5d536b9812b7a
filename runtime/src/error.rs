//! What a step or an expression fails with: the language's `Error`.

use std::fmt;

use callflow_artifact::types::{Field, Type, TypeId, Types};
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::value::Value;

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

    /// The error as `catch error` sees it: a record of the prelude's `Error`, which is `ty`. A field that the
    /// runtime does not know is its default, else none.
    pub fn to_value(&self, types: &Types, ty: TypeId) -> Value {
        Value::record(fields(types, ty).iter().map(|field| self.field(field)).collect())
    }

    /// The error that a record of the prelude's `Error` holds.
    pub fn from_value(types: &Types, ty: TypeId, value: &Value) -> Error {
        let mut error = Error::new(ErrorKind::Failed, "");
        let values = value.as_record().unwrap_or_default();
        for (field, value) in fields(types, ty).iter().zip(values) {
            match (field.name.as_str(), value) {
                ("kind", Value::Text(kind)) => {
                    error.kind = ErrorKind::parse(kind).unwrap_or(ErrorKind::Failed);
                }
                ("message", Value::Text(message)) => error.message = message.clone(),
                ("piece", Value::Text(piece)) => error.piece = Some(piece.clone()),
                ("action", Value::Text(action)) => error.action = Some(action.clone()),
                ("status", Value::Int(status)) => error.status = u16::try_from(*status).ok(),
                ("retry_after", Value::Duration(ms)) => error.retry_after = Some(*ms),
                ("details", Value::Json(json)) => error.details = json.to_string().into(),
                _ => {}
            }
        }
        error
    }

    fn field(&self, field: &Field) -> Value {
        let text = |text: &Option<EcoString>| text.clone().map_or(Value::None, Value::Text);
        match field.name.as_str() {
            "kind" => Value::text(self.kind.as_str()),
            "message" => Value::Text(self.message.clone()),
            "piece" => text(&self.piece),
            "action" => text(&self.action),
            "status" => self.status.map_or(Value::None, |status| Value::Int(status.into())),
            "retry_after" => self.retry_after.map_or(Value::None, Value::Duration),
            // Details are cut by nobody, but made by services: what is no JSON is no detail.
            "details" => Value::json(serde_json::from_str(&self.details).unwrap_or_default()),
            _ => field.default.as_ref().map_or(Value::None, crate::value::from_constant),
        }
    }
}

fn fields(types: &Types, ty: TypeId) -> &[Field] {
    match types.get(ty) {
        Type::Record(id) => types.record(id).map(|record| record.fields.as_slice()),
        _ => None,
    }
    .unwrap_or_default()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::error_type;

    #[test]
    fn an_error_survives_being_caught() {
        let mut types = Types::new();
        let ty = error_type(&mut types);
        let error = Error {
            kind: ErrorKind::RateLimited,
            message: "slow down".into(),
            piece: Some("hubspot".into()),
            action: Some("create_deal".into()),
            status: Some(429),
            retry_after: Some(30_000),
            details: r#"{"limit":10}"#.into(),
        };
        assert_eq!(Error::from_value(&types, ty, &error.to_value(&types, ty)), error);
        let bare = Error::invalid("no");
        assert_eq!(Error::from_value(&types, ty, &bare.to_value(&types, ty)), bare);
    }
}
