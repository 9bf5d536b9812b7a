//! The spans of a run, from what is stored of it.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::durable::{Entry, Outcome, Stored};
use crate::engine::StepId;
use crate::error::Error;
use crate::store::Noted;

/// OTLP's words for what a span is.
const SERVER: u8 = 2;
const CLIENT: u8 = 3;
/// OTLP's word for a span that went wrong.
const ERROR: u8 = 2;

/// The span of a run that has ended, and one of each of its steps.
pub(super) fn spans(run: &Stored, journal: &[Noted]) -> Vec<Json> {
    let Some(ending) = &run.ending else { return Vec::new() };
    let place = Place::of(run);
    let began = created(run).or_else(|| journal.first().map(|noted| noted.at));
    let outcome = attributes(&[
        ("callflow.run", run.id.as_str().into()),
        ("callflow.flow", run.flow.as_str().into()),
        ("callflow.version", run.version.0.into()),
        ("callflow.outcome", ending.outcome.as_str().into()),
    ]);
    let mut whole = json!({
        "traceId": place.trace,
        "spanId": place.root,
        "name": run.flow.as_str(),
        "kind": SERVER,
        "startTimeUnixNano": nanoseconds(began.unwrap_or(ending.at).min(ending.at)),
        "endTimeUnixNano": nanoseconds(ending.at),
        "attributes": outcome,
    });
    if let (Some(parent), Some(whole)) = (&place.parent, whole.as_object_mut()) {
        whole.insert("parentSpanId".into(), parent.as_str().into());
    }
    if let Outcome::Failed { error, .. } = &ending.outcome {
        fail(&mut whole, error);
    }
    let mut all = vec![whole];
    all.extend(journal.iter().filter_map(|noted| step(&place, run, noted, journal)));
    all
}

/// Where a run's spans belong.
struct Place {
    trace: String,
    root: String,
    /// The span of who sent the event.
    parent: Option<String>,
}

impl Place {
    fn of(run: &Stored) -> Place {
        let (trace, parent) = match sender(&run.event) {
            Some((trace, parent)) => (trace, Some(parent)),
            None => (hex(&run.id, "trace", 16), None),
        };
        Place { trace, parent, root: hex(&run.id, "run", 8) }
    }
}

/// The span of a step that has ended.
fn step(place: &Place, run: &Stored, noted: &Noted, journal: &[Noted]) -> Option<Json> {
    let Entry::Step { step, action, attempts, began, error, place: source, .. } = &noted.entry
    else {
        return None;
    };
    let mut span = json!({
        "traceId": place.trace,
        "spanId": hex(&run.id, &format!("step {step}"), 8),
        "parentSpanId": place.root,
        "name": action.as_str(),
        "kind": CLIENT,
        "startTimeUnixNano": nanoseconds((*began).min(noted.at)),
        "endTimeUnixNano": nanoseconds(noted.at),
        "attributes": attributes(&[
            ("callflow.run", run.id.as_str().into()),
            ("callflow.action", action.as_str().into()),
            ("callflow.attempts", (*attempts).into()),
            ("callflow.place", source.as_str().into()),
        ]),
        "events": retries(*step, journal),
    });
    if let Some(error) = error {
        fail(&mut span, error);
    }
    Some(span)
}

/// The attempts of a step that failed and were followed by others.
fn retries(wanted: StepId, journal: &[Noted]) -> Vec<Json> {
    let retries = journal.iter().filter_map(|noted| match &noted.entry {
        Entry::Retry { step, attempt, error, .. } if *step == wanted => Some(json!({
            "timeUnixNano": nanoseconds(noted.at),
            "name": "retry",
            "attributes": attributes(&[
                ("callflow.attempt", (*attempt).into()),
                ("error.type", error.kind.as_str().into()),
            ]),
        })),
        _ => None,
    });
    retries.collect()
}

fn fail(span: &mut Json, error: &Error) {
    if let Some(span) = span.as_object_mut() {
        let status = json!({ "code": ERROR, "message": error.to_string() });
        span.insert("status".into(), status);
    }
}

/// Named values as OTLP writes them.
pub(super) fn attributes(values: &[(&str, Json)]) -> Json {
    let value = |value: &Json| match value {
        Json::Number(number) => json!({ "intValue": number.to_string() }),
        other => json!({ "stringValue": other }),
    };
    values.iter().map(|(name, it)| json!({ "key": name, "value": value(it) })).collect()
}

/// The trace and the span that an event's sender was in, as its `traceparent` says.
fn sender(event: &str) -> Option<(String, String)> {
    let event: Json = serde_json::from_str(event).ok()?;
    let header = event.get("headers")?.get("traceparent")?.as_str()?;
    let mut parts = header.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is_id = |text: &str, length: usize| {
        let is_hex = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        text.len() == length && is_hex && text.bytes().any(|b| b != b'0')
    };
    let is_known = version.len() == 2 && version != "ff" && is_id(trace, 32) && is_id(span, 16);
    is_known.then(|| (trace.to_owned(), span.to_owned()))
}

/// When a run was created, which its id says.
fn created(run: &Stored) -> Option<i64> {
    let (seconds, nanoseconds) = Uuid::parse_str(&run.id).ok()?.get_timestamp()?.to_unix();
    i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(i64::from(nanoseconds) / 1_000_000)
}

fn nanoseconds(milliseconds: i64) -> String {
    (i128::from(milliseconds) * 1_000_000).to_string()
}

/// An id of so many bytes, the same for the same run and purpose.
fn hex(run: &str, purpose: &str, bytes: usize) -> String {
    let hash = Sha256::digest(format!("{purpose} of {run}"));
    hash.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}
