//! From a service's answer to a value or an error.

use callflow_artifact::piece::{Piece, default_error_kind};
use callflow_artifact::{Type, TypeId, Types};
use ecow::EcoString;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value as Json, json};

use super::url::without_query;
use crate::error::{Error, ErrorKind};
use crate::pieces::{HttpRequest, HttpResponse};
use crate::value::brief::brief_json;
use crate::value::{Value, decode, json};

/// How much of an error's body is kept, in bytes.
const MAX_DETAILS: usize = 16 * 1024;

/// How much of a text a message quotes, in characters.
const QUOTED: usize = 120;

/// The error that an answer is by its status; none for success.
pub(super) fn error(
    piece: &Piece,
    request: &HttpRequest,
    response: &HttpResponse,
    now: Timestamp,
) -> Option<Error> {
    let status = response.status;
    let ruled = piece.errors.iter().find(|rule| rule.statuses.contains(&status));
    let kind = match ruled {
        Some(rule) => ErrorKind::parse(&rule.kind).unwrap_or(ErrorKind::Failed),
        None if (300..400).contains(&status) => ErrorKind::Rejected,
        None => ErrorKind::parse(default_error_kind(status)?).unwrap_or(ErrorKind::Failed),
    };
    let said = match response.header("location") {
        Some(location) if (300..400).contains(&status) => {
            format!("a redirect to {}, which is not followed", without_query(location))
        }
        _ => reason(&response.body),
    };
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let mut error = Error::new(kind, format!("{} answered {status}{said}", place(request)));
    error.status = Some(status);
    error.retry_after = response.header("retry-after").and_then(|text| retry_after(text, now));
    error.details = details(&response.body);
    Some(error)
}

/// The body of a good answer as a value of a type.
pub(super) fn body(
    types: &Types,
    ty: TypeId,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Result<Value, Error> {
    let fault = |what: String| {
        let mut error = Error::invalid(format!("the answer of {}: {what}", place(request)));
        error.status = Some(response.status);
        error.details = details(&response.body);
        error
    };
    match types.get(types.without_optional(ty)) {
        Type::Bytes => return Ok(Value::Bytes(response.body.as_slice().into())),
        Type::String => {
            return match std::str::from_utf8(&response.body) {
                Ok(text) => Ok(Value::text(text)),
                Err(_) => Err(fault("it is not UTF-8 text".into())),
            };
        }
        _ => {}
    }
    let json = match parse(&response.body) {
        Ok(json) => json,
        // Many services answer a plain `ok`; who expects any JSON gets it as a text.
        Err(_) if ty == TypeId::JSON && is_plain_text(response) => {
            Json::String(String::from_utf8_lossy(&response.body).into_owned())
        }
        Err(error) => {
            let text = String::from_utf8_lossy(&response.body);
            return Err(fault(format!("{error}; it begins with {:?}", cut(&text, 60))));
        }
    };
    decode(types, ty, &json).map_err(|mismatch| fault(mismatch.to_string()))
}

/// Any answer as the `http` piece's `Response`: status, headers, body.
pub(super) fn whole(response: &HttpResponse) -> Json {
    let headers: serde_json::Map<String, Json> = response
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), Json::String(value.clone())))
        .collect();
    let body = parse(&response.body)
        .unwrap_or_else(|_| Json::String(String::from_utf8_lossy(&response.body).into_owned()));
    json!({ "status": response.status, "headers": headers, "body": body })
}

/// `POST https://api.example.com/deals`; without the query, where secrets may stand.
pub(super) fn place(request: &HttpRequest) -> String {
    format!("{} {}", request.method, without_query(&request.url))
}

/// An empty body is null.
fn parse(body: &[u8]) -> Result<Json, json::JsonError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Json::Null);
    }
    json::parse(body, usize::MAX)
}

fn is_plain_text(response: &HttpResponse) -> bool {
    response.header("content-type").is_some_and(|it| it.starts_with("text/plain"))
}

/// Milliseconds from a `Retry-After`: seconds or an HTTP date.
fn retry_after(text: &str, now: Timestamp) -> Option<i64> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    let date = rfc2822::parse(text.trim()).ok()?;
    let span = now.duration_until(date.timestamp());
    Some(i64::try_from(span.as_millis()).unwrap_or(i64::MAX).max(0))
}

/// The compact JSON text of an error's body; a JSON string of its begin where it is too long or no JSON.
fn details(body: &[u8]) -> EcoString {
    match parse(body) {
        Ok(json) if body.len() <= MAX_DETAILS => json.to_string().into(),
        _ => {
            let text = String::from_utf8_lossy(body.get(..MAX_DETAILS).unwrap_or(body));
            Json::String(text.into_owned()).to_string().into()
        }
    }
}

/// What a service says about an error, from the places where services say it.
fn reason(body: &[u8]) -> String {
    let Ok(json) = parse(body) else {
        let text = String::from_utf8_lossy(body);
        return if text.trim_start().starts_with('<') { String::new() } else { cut(&text, QUOTED) };
    };
    const PLACES: [&str; 10] = [
        "/message",
        "/error/message",
        "/error_description",
        "/errors/0/message",
        "/errors/0/detail",
        "/errors/0",
        "/detail",
        "/title",
        "/error",
        "/msg",
    ];
    let said = PLACES.iter().find_map(|place| json.pointer(place)?.as_str());
    match (said, &json) {
        (Some(text), _) => cut(text, QUOTED),
        (None, Json::String(text)) => cut(text, QUOTED),
        (None, Json::Null) => String::new(),
        (None, other) => brief_json(other, QUOTED),
    }
}

/// The text on one line, shortened.
fn cut(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    line.chars().take(max).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        assert_eq!(retry_after("120", now), Some(120_000));
        assert_eq!(retry_after(" 0 ", now), Some(0));
        assert_eq!(retry_after("Mon, 02 Mar 2026 09:00:30 GMT", now), Some(30_000));
        assert_eq!(retry_after("Mon, 02 Mar 2026 08:00:00 GMT", now), Some(0));
        for nonsense in ["", "soon", "-1", "1e9", "2026-03-02"] {
            assert_eq!(retry_after(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn what_services_say_is_found() {
        let said: Vec<String> = [
            r#"{"message":"Property values were not valid"}"#,
            r#"{"error":{"message":"Invalid API key","type":"auth"}}"#,
            r#"{"error":"invalid_grant","error_description":"Bad token"}"#,
            r#"{"error":"not_authed","ok":false}"#,
            r#"{"errors":[{"detail":"no such field"}]}"#,
            r#"{"errors":["one","two"]}"#,
            r#"{"code":7}"#,
            "upstream   timed\nout",
            "<html><body>Bad gateway</body></html>",
            "",
        ]
        .iter()
        .map(|body| reason(body.as_bytes()))
        .collect();
        insta::assert_debug_snapshot!(said);
    }

    #[test]
    fn details_are_json_whatever_came() {
        for body in [&b"{\"a\": 1}"[..], b"", b"\xff\xfe", &b"x".repeat(MAX_DETAILS * 2)] {
            let details = details(body);
            assert!(serde_json::from_str::<Json>(&details).is_ok(), "{details}");
            assert!(details.len() <= MAX_DETAILS * 4);
        }
    }
}
