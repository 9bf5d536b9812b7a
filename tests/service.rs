//! Runs that survive: flows in a service, with a store that outlives it.

// What tests share may fail as loudly as a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub(crate) mod compile;
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::encode;
use callflow_runtime::connect::{Connections, Environment, Secrets};
use callflow_runtime::durable::{Answer, Entry, Outcome, RunNumber, Source};
use callflow_runtime::pieces::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use callflow_runtime::service::{Deployment, NewEvent, Options, Service, Wait};
use callflow_runtime::store::{MemoryStore, Reader};
use callflow_runtime::value;
use serde_json::{Value as Json, json};

use support::compile::program;

/// A service of ours: how often it was asked for each path, and how often it fails yet.
#[derive(Default)]
struct Services {
    asked: Mutex<Vec<String>>,
    failing: Mutex<HashMap<String, u32>>,
    hanging: Mutex<Vec<String>>,
}

impl Services {
    fn fail(&self, path: &str, times: u32) {
        self.failing.lock().unwrap().insert(path.to_owned(), times);
    }

    fn hang(&self, path: &str) {
        self.hanging.lock().unwrap().push(path.to_owned());
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

impl Transport for Services {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        let path = request.url.strip_prefix("https://example.com/").unwrap().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        let fails = match self.failing.lock().unwrap().get_mut(&path) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        };
        let hangs = self.hanging.lock().unwrap().contains(&path);
        Box::pin(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            let status = if fails { 400 } else { 200 };
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            Ok(HttpResponse { status, headers, body: format!("{{\"text\":\"{path}\"}}").into() })
        })
    }
}

/// A place where a service runs, stops and runs again.
struct Place {
    store: Arc<Mutex<MemoryStore>>,
    services: Arc<Services>,
    service: Service,
    flows: String,
}

impl Place {
    async fn new(flows: &str) -> Place {
        let store = Arc::new(Mutex::new(MemoryStore::new()));
        let services = Arc::new(Services::default());
        let service = open(&store, &services);
        let place = Place { store, services, service, flows: flows.to_owned() };
        place.load(flows).await;
        place
    }

    async fn load(&self, flows: &str) {
        let bytes = encode::to_bytes(program(flows).artifact()).unwrap();
        self.service.load(bytes).await.unwrap();
    }

    /// As after a crash: what was not written is lost, what was under way is not heard of again.
    fn crash(&mut self) {
        let kept = self.store.lock().unwrap().clone();
        self.store = Arc::new(Mutex::new(kept));
        self.service = open(&self.store, &self.services);
    }

    /// The next process begins with the same flows.
    async fn begin_again(&mut self) {
        self.crash();
        self.load(&self.flows).await;
    }

    fn event(&self, flow: &str, event: Json, wait: Wait) -> NewEvent {
        let current = self.service.current().unwrap();
        let flows = &current.program.artifact().flows;
        let index = flows.iter().position(|known| known.name == flow).unwrap();
        let ty = flows[index].trigger.event;
        NewEvent {
            version: current.version,
            flow: FlowId(index as u32),
            event: value::decode(current.program.types(), ty, &event).unwrap(),
            json: event.to_string(),
            source: Source { kind: "manual".into(), name: "".into() },
            delivery: None,
            cursor: None,
            wait,
        }
    }

    async fn run(&self, flow: &str, event: Json) -> Answer {
        let wait = Wait::End { until: None };
        self.service.submit(self.event(flow, event, wait)).await
    }

    async fn start(&self, flow: &str, event: Json) -> RunNumber {
        match self.service.submit(self.event(flow, event, Wait::Stored)).await {
            Answer::Accepted { id, known: false } => self.number(&id),
            other => panic!("{other:?}"),
        }
    }

    fn number(&self, id: &str) -> RunNumber {
        let store = self.store.lock().unwrap();
        store.runs().find(|run| run.id == id).unwrap().number
    }

    async fn ending(&self, run: RunNumber) -> Outcome {
        for _ in 0..1000 {
            let stored = self.store.lock().unwrap().run(run).unwrap().unwrap();
            if let Some(ending) = stored.ending {
                return ending.outcome;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("run {} does not end", run.0);
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Place) -> bool) {
        for _ in 0..1000 {
            if is_so(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never was so: {what}");
    }

    fn entries(&self, run: RunNumber) -> Vec<Entry> {
        let noted = self.store.lock().unwrap().journal(run).unwrap();
        noted.into_iter().map(|noted| noted.entry).collect()
    }
}

fn open(store: &Arc<Mutex<MemoryStore>>, services: &Arc<Services>) -> Service {
    let services = Arc::clone(services);
    let deployment = Deployment::new(
        Connections::default(),
        Environment::default(),
        Secrets::default(),
        Arc::new(move |_| Arc::clone(&services) as Arc<dyn Transport>),
    );
    let (store, reader) = (Box::new(Arc::clone(store)), Box::new(Arc::clone(store)));
    Service::open(Options { store, reader, deployment, watch: None }).unwrap()
}

fn result(answer: Answer) -> Json {
    match answer {
        Answer::Ended { outcome: Outcome::Succeeded(json), .. } => {
            serde_json::from_str(&json).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_waits_branches_and_other_runs() {
    let place = Place::new(
        r#"
type Note { text: string }
fn get(path: string) -> string {
  found: Note = http.get("https://example.com/{path}")
  return found.text
}
inner: on manual(path: string) -> string < wait 10ms; return "{get(path)}!" >
main: on manual(name: string) -> [string] <
  a = get("a")
  wait 30ms
  parallel { b = get("b"); c = run inner("c") }
  start inner("d")
  return [name, a, b, c]
>
"#,
    )
    .await;
    let answer = place.run("main", json!({ "name": "x" })).await;
    assert_eq!(result(answer), json!(["x", "a", "b", "c!"]));
    place.until("d was asked for", |place| place.services.asked("d") == 1).await;
    assert_eq!(place.services.asked("a"), 1);
    for run in 1..=3 {
        assert!(matches!(place.ending(RunNumber(run)).await, Outcome::Succeeded(_)));
    }
    place.until("nothing is in memory", |place| place.service.stats().in_memory == 0).await;
    let left = place.store.lock().unwrap().start().unwrap();
    assert!(left.awake.is_empty() && left.due.is_none() && left.versions.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_in_flight_goes_on_in_another_process() {
    let mut place = Place::new(
        r#"
main: on manual() -> string <
  http.get("https://example.com/first")
  http.get("https://example.com/second")
  wait 50ms
  y = try_post()
  return y
>
fn try_post() -> string {
  http.post("https://example.com/third", json: {})
  return "posted"
}
"#,
    )
    .await;
    place.services.hang("second");
    let run = place.start("main", json!({})).await;
    place.until("the second step is under way", |it| it.services.asked("second") == 1).await;
    place.begin_again().await;
    place.until("a read is tried again", |it| it.services.asked("second") == 2).await;
    place.services.hanging.lock().unwrap().clear();
    place.services.hang("third");
    place.begin_again().await;
    place.until("the third step is under way", |it| it.services.asked("third") == 1).await;
    place.begin_again().await;
    let outcome = place.ending(run).await;
    let Outcome::Failed { error, place: at } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind.as_str(), "outcome_unknown");
    assert!(at.contains(":10:"), "{at}");
    assert_eq!((place.services.asked("first"), place.services.asked("third")), (1, 1));
    // Somebody who knows better has it go on.
    place.services.hanging.lock().unwrap().clear();
    assert_eq!(place.service.retry(run).await, Answer::Yes);
    assert_eq!(place.ending(run).await, Outcome::Succeeded("\"posted\"".to_owned()));
    assert_eq!((place.services.asked("first"), place.services.asked("third")), (1, 2));
    assert!(place.entries(run).contains(&Entry::Retried));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_event_is_one_run() {
    let place = Place::new(
        r#"main: on manual(id: string) -> string with dedupe by id for 7d < return id >"#,
    )
    .await;
    let wait = Wait::Stored;
    let first = place.service.submit(place.event("main", json!({ "id": "a" }), wait)).await;
    let Answer::Accepted { id, known: false } = first else { panic!("{first:?}") };
    let again = place.service.submit(place.event("main", json!({ "id": "a" }), wait)).await;
    assert_eq!(again, Answer::Accepted { id, known: true });
    let other = place.run("main", json!({ "id": "b" })).await;
    assert_eq!(result(other), json!("b"));
    let same = place.run("main", json!({ "id": "b" })).await;
    assert_eq!(result(same), json!("b"));
    assert_eq!(place.store.lock().unwrap().runs().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_go_on_at_a_time() {
    let mut place = Place::new(
        r#"
main: on manual(who: string) with concurrency 1 per who <
  http.get("https://example.com/{who}")
>
"#,
    )
    .await;
    place.services.hang("a");
    let runs = [
        place.start("main", json!({ "who": "a" })).await,
        place.start("main", json!({ "who": "a" })).await,
        place.start("main", json!({ "who": "b" })).await,
    ];
    assert_eq!(place.ending(runs[2]).await.as_str(), "succeeded");
    assert_eq!(place.services.asked("a"), 1);
    place.begin_again().await;
    place.until("it is tried again", |it| it.services.asked("a") == 2).await;
    place.services.hanging.lock().unwrap().clear();
    assert_eq!(place.service.cancel(runs[0]).await, Answer::Yes);
    assert_eq!(place.ending(runs[0]).await, Outcome::Cancelled);
    assert_eq!(place.ending(runs[1]).await.as_str(), "succeeded");
    assert_eq!(place.services.asked("a"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_is_once() {
    let place = Place::new(
        r#"
type Note { text: string }
main: on manual(n: int) -> string <
  note: Note = http.post("https://example.com/order", json: { n }) once "order-1"
  return note.text
>
"#,
    )
    .await;
    let answers = futures(&place, 20).await;
    assert!(answers.iter().all(|answer| *answer == json!("order")), "{answers:?}");
    assert_eq!(place.services.asked("order"), 1);
}

async fn futures(place: &Place, count: usize) -> Vec<Json> {
    let mut tasks = Vec::new();
    for n in 0..count {
        let event = place.event("main", json!({ "n": n }), Wait::End { until: None });
        let service = place.service.clone();
        tasks.push(tokio::spawn(async move { service.submit(event).await }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(result(task.await.unwrap()));
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_told_and_begun_anew() {
    let place = Place::new(
        r#"
main: on manual() -> string < return run inner() >
inner: on manual() -> string <
  http.get("https://example.com/a")
  http.get("https://example.com/b")
  return "done"
>
on failed(flow: "main") < http.get("https://example.com/told") >
"#,
    )
    .await;
    place.services.fail("b", 1);
    let run = place.start("main", json!({})).await;
    assert_eq!(place.ending(run).await.as_str(), "failed");
    place.until("somebody was told", |it| it.services.asked("told") == 1).await;
    // The run that it waited for goes on as well, from where it failed.
    assert_eq!(place.service.retry(run).await, Answer::Yes);
    assert_eq!(place.ending(run).await, Outcome::Succeeded("\"done\"".to_owned()));
    assert_eq!((place.services.asked("a"), place.services.asked("b")), (1, 2));
    let no = Answer::No("the run has not failed".to_owned());
    assert_eq!(place.service.retry(run).await, no);
    assert_eq!(
        place.service.cancel(RunNumber(99)).await,
        Answer::No("there is no such run".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_when_the_process_begins_is_told() {
    let mut place = Place::new(
        r#"
main: on manual() < http.post("https://example.com/order", json: {}) >
on failed(flow: "main") < http.get("https://example.com/told") >
"#,
    )
    .await;
    place.services.hang("order");
    let run = place.start("main", json!({})).await;
    place.until("the order is under way", |it| it.services.asked("order") == 1).await;
    place.begin_again().await;
    assert_eq!(place.ending(run).await.as_str(), "failed");
    place.until("somebody was told", |it| it.services.asked("told") == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_on_time() {
    let place = Place::new(
        r#"
main: on webhook("/x", body: In) -> string within 100ms else "later {n}" <
  http.get("https://example.com/slow")
  return "done"
>
type In { n: int }
"#,
    )
    .await;
    place.services.hang("slow");
    let until = jiff::Timestamp::now().as_millisecond() + 100;
    let event = json!({ "body": { "n": 7 }, "n": 7, "headers": {}, "query": {} });
    let event = place.event("main", event, Wait::End { until: Some(until) });
    let answer = place.service.submit(event).await;
    let Answer::Late { id, fallback } = answer else { panic!("{answer:?}") };
    assert_eq!(fallback.as_deref(), Some("\"later 7\""));
    let run = place.number(&id);
    place.until("it is noted", |it| it.store.lock().unwrap().is_late(run)).await;
    assert_eq!(place.service.cancel(run).await, Answer::Yes);
    assert_eq!(place.ending(run).await, Outcome::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_sees_one_program() {
    let mut place = Place::new(
        r#"
main: on manual() -> string <
  http.get("https://example.com/a")
  return "old"
>
"#,
    )
    .await;
    place.services.hang("a");
    let old = place.start("main", json!({})).await;
    place.until("it is under way", |it| it.services.asked("a") == 1).await;
    let new = r#"main: on manual() -> string < fail("new") >"#;
    place.load(new).await;
    let failed = place.start("main", json!({})).await;
    assert_eq!(place.ending(failed).await.as_str(), "failed");
    place.services.hanging.lock().unwrap().clear();
    place.crash();
    place.load(r#"main: on manual() -> string < return "newest" >"#).await;
    assert_eq!(place.ending(old).await, Outcome::Succeeded("\"old\"".to_owned()));
    // The program of a run that failed is loaded when somebody wants it to go on.
    assert_eq!(place.service.retry(failed).await, Answer::Yes);
    let again = place.ending(failed).await;
    assert!(matches!(&again, Outcome::Failed { error, .. } if error.message == "new"), "{again:?}");
    assert_eq!(result(place.run("main", json!({})).await), json!("newest"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_once_however_many_ask_for_it() {
    let place = Place::new(
        r#"
main: on manual(id: string) -> string with dedupe by id < fail("no") >
on failed(flow: "main") < http.get("https://example.com/told") >
"#,
    )
    .await;
    for id in 0..50 {
        let event =
            || place.event("main", json!({ "id": id.to_string() }), Wait::End { until: None });
        let asked: Vec<_> = (0..8)
            .map(|_| {
                let (event, service) = (event(), place.service.clone());
                tokio::spawn(async move { service.submit(event).await })
            })
            .collect();
        for answer in asked {
            assert!(matches!(answer.await.unwrap(), Answer::Ended { .. }));
        }
    }
    place.until("nothing is in memory", |place| place.service.stats().in_memory == 0).await;
    assert_eq!(place.services.asked("told"), 50);
}
