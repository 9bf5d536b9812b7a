//! Who answers the server in tests: it keeps the events that it is handed and says what the test wants.

use std::collections::VecDeque;
use std::future::ready;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use callflow_runtime::Error;
use callflow_runtime::durable::{Answer, Entry, Outcome, Source, Version};
use callflow_runtime::pieces::BoxFuture;
use callflow_runtime::serve::{
    NewFile, Options, RunDetail, RunFilter, RunView, Runs, Stored, VersionView, serve,
};
use callflow_runtime::service::{Current, NewEvent, Stats};
use callflow_runtime::store::Noted;
use callflow_runtime::store::history::RunStatus;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::compile::program as load;

/// Keeps what it is handed.
pub(crate) struct Desk {
    current: Mutex<Arc<Current>>,
    answers: Mutex<VecDeque<Answer>>,
    events: Mutex<Vec<NewEvent>>,
    files: Mutex<Vec<NewFile>>,
    pub(crate) purged: Mutex<Vec<String>>,
    pub(crate) stats: Mutex<Stats>,
    pub(crate) health: Mutex<Result<(), String>>,
}

/// A server over a [`Desk`], which ends with it.
pub(crate) struct House {
    pub(crate) desk: Arc<Desk>,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) ended: Option<tokio::task::JoinHandle<()>>,
}

impl House {
    /// A server for a file of flows.
    pub(crate) async fn open(text: &str) -> House {
        House::with(text, Options::default()).await
    }

    /// The same with limits of one's own.
    pub(crate) async fn with(text: &str, options: Options) -> House {
        let desk = Arc::new(Desk {
            current: Mutex::new(Arc::new(Current {
                version: Version(1),
                program: Arc::new(load(text)),
                hash: String::new(),
            })),
            answers: Mutex::default(),
            events: Mutex::default(),
            files: Mutex::default(),
            purged: Mutex::default(),
            stats: Mutex::default(),
            health: Mutex::new(Ok(())),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let runs = Arc::clone(&desk) as Arc<dyn Runs>;
        let ended = tokio::spawn(serve(listener, runs, options, async move {
            let _ = stopped.await;
        }));
        House { desk, address, stop: Some(stop), ended: Some(ended) }
    }

    /// Has the server stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
    }

    /// What the next event is answered with; else it is told to be stored.
    pub(crate) fn say(&self, answer: Answer) -> &House {
        self.desk.answers.lock().unwrap().push_back(answer);
        self
    }

    /// Forgets what was to be said.
    pub(crate) fn clear(&self) {
        self.desk.answers.lock().unwrap().clear();
    }

    /// The events so far, as those who look see them.
    pub(crate) fn events(&self) -> Vec<Json> {
        let events = self.desk.events.lock().unwrap();
        events.iter().map(|event| serde_json::from_str(&event.json).unwrap()).collect()
    }

    /// The last event.
    pub(crate) fn last(&self) -> NewEvent {
        self.desk.events.lock().unwrap().last().expect("an event").clone()
    }

    /// The files so far.
    pub(crate) fn files(&self) -> Vec<NewFile> {
        self.desk.files.lock().unwrap().clone()
    }

    /// Exchanges the program.
    pub(crate) fn reload(&self, text: &str) {
        let mut current = self.desk.current.lock().unwrap();
        let version = Version(current.version.0 + 1);
        *current =
            Arc::new(Current { version, program: Arc::new(load(text)), hash: String::new() });
    }
}

/// The answer of a run that gave this.
pub(crate) fn gave(result: Json) -> Answer {
    Answer::Ended { id: "run_7".into(), outcome: Outcome::Succeeded(result.to_string()) }
}

impl Runs for Desk {
    fn current(&self) -> Option<Arc<Current>> {
        Some(Arc::clone(&self.current.lock().unwrap()))
    }

    fn submit(&self, event: NewEvent) -> BoxFuture<'_, Answer> {
        self.events.lock().unwrap().push(event);
        let answer = self.answers.lock().unwrap().pop_front();
        let stored = Answer::Accepted { id: "run_7".into(), known: false };
        Box::pin(ready(answer.unwrap_or(stored)))
    }

    fn keep_file(&self, file: NewFile) -> Stored<'_, ()> {
        self.files.lock().unwrap().push(file);
        Box::pin(ready(Ok(())))
    }

    fn cancel<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Answer> {
        Box::pin(ready(Answer::Yes))
    }

    fn retry<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Answer> {
        Box::pin(ready(Answer::No("the run has not failed".into())))
    }

    fn list(&self, filter: RunFilter) -> Stored<'_, Vec<RunView>> {
        let runs = [RunView { due: Some(9), ..failed() }, failed()];
        let wanted = |run: &RunView| filter.status.is_none_or(|status| status == run.status);
        let runs = runs.into_iter().filter(wanted).take(filter.limit);
        Box::pin(ready(Ok(runs.collect())))
    }

    fn show<'a>(&'a self, run: &'a str) -> Stored<'a, Option<RunDetail>> {
        let (status, ended_at) = match run {
            "run_7" => (RunStatus::Failed, Some(2)),
            "run_8" => (RunStatus::Running, None),
            _ => return Box::pin(ready(Ok(None))),
        };
        let detail = RunDetail {
            run: RunView { id: run.into(), status, ended_at, ..failed() },
            event: json!({ "n": 1 }),
            parent: Some("run_6".into()),
            children: vec![],
            result: None,
            error: Some(Error::invalid("no")),
            place: Some("a.flow:1:2".into()),
        };
        Box::pin(ready(Ok(Some(detail))))
    }

    fn journal<'a>(&'a self, run: &'a str) -> Stored<'a, Option<Vec<Noted>>> {
        let noted = Noted { number: 1, at: 2, entry: Entry::Wait { until: 3 } };
        Box::pin(ready(Ok((run == "run_7").then(|| vec![noted]))))
    }

    fn forget<'a>(&'a self, run: &'a str) -> Stored<'a, bool> {
        self.purged.lock().unwrap().push(run.to_owned());
        Box::pin(ready(Ok(true)))
    }

    fn purge(&self, ended_before: i64) -> Stored<'_, u64> {
        self.purged.lock().unwrap().push(ended_before.to_string());
        Box::pin(ready(Ok(3)))
    }

    fn versions(&self) -> Stored<'_, Vec<VersionView>> {
        let version = VersionView { version: 1, hash: "ab".into(), added_at: 1, runs: 2 };
        Box::pin(ready(Ok(vec![version])))
    }

    fn stats(&self) -> Stats {
        self.stats.lock().unwrap().clone()
    }

    fn health(&self) -> Result<(), String> {
        self.health.lock().unwrap().clone()
    }
}

fn failed() -> RunView {
    RunView {
        id: "run_7".into(),
        flow: "test.lead".into(),
        version: 1,
        source: Source { kind: "webhook".into(), name: "POST /lead".into() },
        status: RunStatus::Failed,
        created_at: 1,
        ended_at: Some(2),
        late: false,
        due: None,
    }
}
