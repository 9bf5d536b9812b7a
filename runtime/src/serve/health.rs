//! What those ask who look after the server: is it alive, is it ready, what does it do.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::state::Server;

/// `GET /healthz`: the process is alive.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: events are taken in. Who asks need not know more of why not than what is wrong.
pub(super) async fn ready(State(server): State<Arc<Server>>) -> Response {
    let why_not = if server.stopping.load(Ordering::Relaxed) {
        "the server is about to stop\n"
    } else if server.runs.current().is_none() {
        "no program is loaded\n"
    } else if server.runs.health().is_err() {
        "the store cannot be written\n"
    } else {
        return "ready\n".into_response();
    };
    (StatusCode::SERVICE_UNAVAILABLE, why_not).into_response()
}

/// `GET /metrics`: numbers in the text format of Prometheus.
pub(super) async fn metrics(State(server): State<Arc<Server>>) -> Response {
    let stats = server.runs.stats();
    let counters = &server.counters;
    let mut page = Page::default();
    let requests = counters.requests.load(Ordering::Relaxed);
    page.counter("requests", "Requests for flows.", &[("", requests)]);
    let turned_away = counters.turned_away.load(Ordering::Relaxed);
    let unmatched = counters.unmatched.load(Ordering::Relaxed);
    page.counter(
        "events",
        "Events, by what became of them.",
        &[
            ("outcome=\"created\"", stats.created),
            ("outcome=\"known\"", stats.known),
            ("outcome=\"refused\"", stats.refused + turned_away),
            ("outcome=\"unmatched\"", unmatched),
        ],
    );
    page.counter(
        "runs_ended",
        "Runs that have ended, by how.",
        &[
            ("status=\"succeeded\"", stats.succeeded),
            ("status=\"failed\"", stats.failed),
            ("status=\"cancelled\"", stats.cancelled),
        ],
    );
    page.counter(
        "attempts",
        "Attempts of steps that have ended, by how.",
        &[("outcome=\"succeeded\"", stats.attempts), ("outcome=\"failed\"", stats.failed_attempts)],
    );
    page.counter("answers_late", "Answers that were not ready in time.", &[("", stats.late)]);
    page.gauge("attempts_under_way", "Attempts under way.", stats.under_way as u64);
    page.gauge("runs_in_memory", "Runs in memory; the others sleep.", stats.in_memory as u64);
    page.gauge("batches_queued", "Changes that wait for the disk.", stats.queued as u64);
    let ready = server.runs.health().is_ok();
    page.gauge("store_healthy", "Whether changes reach the disk.", ready.into());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.text).into_response()
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn counter(&mut self, name: &str, help: &str, values: &[(&str, u64)]) {
        self.head(&format!("{name}_total"), help, "counter");
        for (labels, value) in values {
            let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
            let _ = writeln!(self.text, "callflow_{name}_total{labels} {value}");
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "gauge");
        let _ = writeln!(self.text, "callflow_{name} {value}");
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = writeln!(self.text, "# HELP callflow_{name} {help}\n# TYPE callflow_{name} {kind}");
    }
}
