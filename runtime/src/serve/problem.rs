//! What a client is told that cannot be helped: problem details as in RFC 9457.

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};

use crate::value::Mismatch;

/// After how many seconds what was refused may come again.
const AGAIN: &str = "5";

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    /// The status of the answer.
    pub(super) status: StatusCode,
    /// One sentence for a person.
    pub(super) detail: String,
    /// More, for programs.
    more: Vec<(String, Json)>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    /// A problem in a sentence.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into(), more: Vec::new(), header: None }
    }

    /// Something in the request is not as it should be.
    pub(super) fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// There is nothing at the address.
    pub(super) fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address.")
    }

    /// The address takes other methods.
    pub(super) fn method(allowed: &str) -> Problem {
        let detail = format!("This address takes {allowed}.");
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).header(ALLOW, allowed)
    }

    /// The body is of a sort that is not read here.
    pub(super) fn media_type(expected: &str) -> Problem {
        let detail = format!("The body must be {expected}, and say so in `Content-Type`.");
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// The body is larger than allowed.
    pub(super) fn too_large(limit: usize) -> Problem {
        let detail = format!("The body may have {limit} bytes and no more.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).with("limit", limit)
    }

    /// A part of the body does not fit its type.
    pub(super) fn mismatch(mismatch: &Mismatch) -> Problem {
        let place = match mismatch.path.as_str() {
            "" => "The body".to_owned(),
            path => format!("`{path}`"),
        };
        let Mismatch { expected, found, .. } = mismatch;
        Problem::bad(format!("{place} does not fit: expected {expected}, found {found}."))
            .with("path", mismatch.path.as_str())
            .with("expected", expected.as_str())
            .with("found", found.as_str())
    }

    /// It cannot be done now, and may come again.
    pub(super) fn later(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).header(RETRY_AFTER, AGAIN)
    }

    /// The same with something for programs.
    pub(super) fn with(mut self, name: &str, value: impl Into<Json>) -> Problem {
        self.more.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a header.
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Problem {
        self.header = HeaderValue::from_str(value).ok().map(|value| Box::new((name, value)));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("title".into(), self.status.canonical_reason().unwrap_or("Problem").into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.into());
        body.extend(self.more);
        let text = Json::Object(body).to_string();
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.extend(self.header.map(|header| *header));
        response
    }
}
