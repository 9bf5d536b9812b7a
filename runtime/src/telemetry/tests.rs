use insta::assert_snapshot;

use super::*;
use crate::durable::{Batch, Ending, Entry, NewRun, Outcome, Source, Version};
use crate::error::{Error, ErrorKind};
use crate::pieces::network::Network;
use crate::pieces::test_server::{Answer, TestServer};
use crate::store::{MemoryStore, Store};

/// One run that failed in its second step.
fn failed(event: &str) -> MemoryStore {
    let run = RunNumber(1);
    let created = NewRun {
        number: run,
        id: "0195ced93f547000800000000000abcd".into(),
        version: Version(2),
        flow: "sales.lead".into(),
        source: Source::default(),
        at: 1_742_932_099_000,
        event: event.into(),
        parent: None,
        lane: None,
        queued: false,
    };
    let error = || Error::new(ErrorKind::RateLimited, "slow down");
    let action = || "hubspot.create_deal".into();
    let step = |step, error, attempts| Entry::Step {
        step,
        action: action(),
        attempts,
        began: 1_742_932_099_000,
        input: "{}".into(),
        output: None,
        error,
        place: "sales.flow:2:5".into(),
    };
    let retry = Entry::Retry { step: 1, action: action(), attempt: 1, error: error(), next: 0 };
    let entries = [(retry, 500), (step(1, None, 2), 800), (step(2, Some(error()), 1), 900)];
    let notes = entries.into_iter().zip(1..).map(|((entry, after), number)| Write::Note {
        run,
        number,
        at: 1_742_932_099_000 + after,
        entry,
    });
    let outcome = Outcome::Failed { error: error(), place: "sales.flow:3:5".into() };
    let end = Write::End { run, ending: Ending { at: 1_742_932_100_000, outcome } };
    let writes = [Write::Create(Box::new(created))].into_iter().chain(notes).chain([end]);
    let mut store = MemoryStore::new();
    store.commit(&[Batch { writes: writes.collect(), ..Batch::default() }]).unwrap();
    store
}

async fn sent(event: &str) -> (String, Json) {
    let server = TestServer::start(vec![Answer::json("{}")]).await;
    let settings = Settings::of(|name| match name {
        "OTEL_EXPORTER_OTLP_ENDPOINT" => Some(server.url("/")),
        "OTEL_EXPORTER_OTLP_HEADERS" => Some("X-Key=a%20b".into()),
        _ => None,
    });
    let settings = settings.unwrap();
    let network = Network::new(vec![settings.host().parse().unwrap()]);
    let reader = Box::new(failed(event));
    let watch = begin(settings, reader, Arc::new(network));
    let outcome = Outcome::Cancelled;
    watch(&[
        Write::Begin(RunNumber(1)),
        Write::End { run: RunNumber(1), ending: Ending { at: 0, outcome } },
    ]);
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn a_run_that_ended_is_sent_to_the_collector() {
    let (head, body) = sent("{}").await;
    assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
    assert!(head.contains("x-key: a b"), "{head}");
    let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_snapshot!(serde_json::to_string_pretty(spans).unwrap());
}

#[tokio::test]
async fn a_run_is_in_the_trace_of_who_sent_its_event() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let event = format!("{{\"headers\": {{\"traceparent\": \"00-{trace}-00f067aa0ba902b7-01\"}}}}");
    let (_, body) = sent(&event).await;
    let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!((&spans[0]["traceId"], &spans[2]["traceId"]), (&json!(trace), &json!(trace)));
    assert_eq!(spans[0]["parentSpanId"], "00f067aa0ba902b7");
    assert_eq!(spans[1]["parentSpanId"], spans[0]["spanId"]);
    let (_, body) = sent(&event.replace(trace, &"0".repeat(32))).await;
    let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(spans[0].get("parentSpanId"), None);
}

#[test]
fn where_traces_go_is_told_by_the_environment() {
    let of = |name: &'static str, value: &'static str| {
        Settings::of(move |asked| (asked == name).then(|| value.to_owned()))
    };
    assert!(of("PATH", "/bin").is_none() && of("OTEL_EXPORTER_OTLP_ENDPOINT", " ").is_none());
    let own = of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://u:p@otel.example:4318/x").unwrap();
    assert_eq!((own.url.as_str(), own.host()), ("https://u:p@otel.example:4318/x", "otel.example"));
    assert_eq!(of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1]:4318/").unwrap().host(), "::1");
}
