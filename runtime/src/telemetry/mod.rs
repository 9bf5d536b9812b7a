//! Traces of runs for OpenTelemetry: a span a run and a span a step, sent as OTLP in JSON over HTTP.
//!
//! A run may outlive many processes, so that no span is held while it goes on: when it has ended, its spans are made
//! of what is stored of it. Their ids come from the run's, so that what is sent twice is one span. A run whose event
//! came with a `traceparent` is in that trace; any other begins one.
//!
//! Nothing waits for the collector. What it does not take is dropped.

mod settings;
mod span;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use callflow_artifact::TypeId;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

pub use self::settings::Settings;
use self::span::spans;
use crate::durable::{RunNumber, Write};
use crate::pieces::{Expectation, HttpRequest, Transport};
use crate::service::Watch;
use crate::store::Reader;

/// How many ended runs may wait to be sent. More are dropped.
const WAITING: usize = 10_000;

/// How many runs are sent at a time.
const TOGETHER: usize = 100;

/// How long the collector may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends the spans of each run that ends, for as long as what is given back is held by a service. Must be called
/// within a tokio runtime.
pub fn begin(settings: Settings, reader: Box<dyn Reader>, transport: Arc<dyn Transport>) -> Watch {
    let (ended, runs) = mpsc::channel(WAITING);
    tokio::spawn(send_all(settings, reader, transport, runs));
    Arc::new(move |writes: &[Write]| {
        for write in writes {
            if let Write::End { run, .. } = write {
                let _ = ended.try_send(*run);
            }
        }
    })
}

async fn send_all(
    settings: Settings,
    mut reader: Box<dyn Reader>,
    transport: Arc<dyn Transport>,
    mut runs: mpsc::Receiver<RunNumber>,
) {
    let mut ended = Vec::new();
    while runs.recv_many(&mut ended, TOGETHER).await > 0 {
        let numbers = std::mem::take(&mut ended);
        let read = tokio::task::spawn_blocking(move || {
            let spans = numbers.iter().flat_map(|run| of_run(reader.as_ref(), *run)).collect();
            (reader, spans)
        });
        let spans: Vec<Json>;
        (reader, spans) = match read.await {
            Ok(read) => read,
            Err(_) => return,
        };
        if !spans.is_empty() {
            // Traces are for looking at: nobody is told of those that are lost.
            let _ = transport.send(request(&settings, spans)).await;
        }
    }
}

/// The spans of a run; none where it cannot be read, or is gone already.
fn of_run(reader: &dyn Reader, run: RunNumber) -> Vec<Json> {
    let (Ok(Some(stored)), Ok(journal)) = (reader.run(run), reader.journal(run)) else {
        return Vec::new();
    };
    spans(&stored, &journal)
}

/// What the collector is sent: an `ExportTraceServiceRequest`.
fn request(settings: &Settings, spans: Vec<Json>) -> HttpRequest {
    let service = span::attributes(&[("service.name", settings.service.as_str().into())]);
    let version = env!("CARGO_PKG_VERSION");
    let body = json!({ "resourceSpans": [{
        "resource": { "attributes": service },
        "scopeSpans": [{
            "scope": { "name": "callflow", "version": version },
            "spans": spans,
        }],
    }] });
    let own = [("content-type".to_owned(), "application/json".to_owned())];
    let headers: HashMap<String, String> =
        own.into_iter().chain(settings.headers.iter().cloned()).collect();
    HttpRequest {
        method: "POST".into(),
        url: settings.url.clone(),
        headers: headers.into_iter().collect(),
        body: body.to_string().into_bytes(),
        timeout: TIMEOUT,
        credentials: !settings.headers.is_empty(),
        expects: Expectation {
            base: None,
            piece: "telemetry".into(),
            action: "send".into(),
            ty: TypeId::JSON,
        },
    }
}

#[cfg(test)]
mod tests;
