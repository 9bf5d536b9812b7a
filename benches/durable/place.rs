//! A service on a store of its own, with services outside that answer at once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use callflow_artifact::Artifact;
use callflow_artifact::bytecode::FlowId;
use callflow_artifact::encode;
use callflow_compiler::compile;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};
use callflow_runtime::connect::{Connections, Environment, Secrets};
use callflow_runtime::durable::{Answer, Outcome, Source as From};
use callflow_runtime::execute::Program;
use callflow_runtime::pieces::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use callflow_runtime::service::{Current, Deployment, NewEvent, Options, Service, Wait, Watch};
use callflow_runtime::store::SqliteStore;
use callflow_runtime::value::decode;
use serde_json::Value as Json;

use super::Failure;

/// The flows of this benchmark. A step is a call of an action that the transport answers at once.
pub(crate) const FLOWS: &str = r##"
five: on manual(n: int) -> int <
  http.get("http://bench.test/1")
  http.get("http://bench.test/2")
  http.get("http://bench.test/3")
  http.get("http://bench.test/4")
  http.get("http://bench.test/5")
  return n
>

many: on manual(steps: int) <
  for n in 1..steps {
    http.get("http://bench.test/{n}")
  }
>

sleep: on manual(at: time, name: string) <
  wait until at
  http.get("http://bench.test/{name}")
>
"##;

/// Hears of each request as it is sent.
pub(crate) type Ear = Arc<dyn Fn(&HttpRequest) + Send + Sync>;

/// Answers each request at once.
struct Echo {
    ear: Option<Ear>,
}

impl Transport for Echo {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        if let Some(ear) = &self.ear {
            ear(&request);
        }
        Box::pin(std::future::ready(Ok(HttpResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: br#"{"ok":true}"#.to_vec(),
        })))
    }
}

/// A service with the flows of this benchmark.
pub(crate) struct Place {
    pub(crate) service: Service,
    current: Arc<Current>,
    flows: HashMap<String, FlowId>,
}

impl Place {
    /// Opens the store, which may be there already.
    pub(crate) async fn open(
        store: &Path,
        ear: Option<Ear>,
        watch: Option<Watch>,
    ) -> Result<Place, Failure> {
        let deployment = Deployment::new(
            Connections::default(),
            Environment::default(),
            Secrets::default(),
            Arc::new(move |_: &Arc<Program>| {
                Arc::new(Echo { ear: ear.clone() }) as Arc<dyn Transport>
            }),
        );
        let store = SqliteStore::open(store)?;
        let reader = store.reader()?;
        let options =
            Options { store: Box::new(store), reader: Box::new(reader), deployment, watch };
        let service = Service::open(options)?;
        let current = service.load(encode::to_bytes(&artifact()?)?).await?;
        let flows = flows(&current.program);
        Ok(Place { service, current, flows })
    }

    /// Brings an event in and waits for its run's end, or for its being stored.
    pub(crate) async fn fire(&self, flow: &str, event: &Json, wait: Wait) -> Result<(), Failure> {
        let program = &self.current.program;
        let flow = *self.flows.get(flow).ok_or("no such flow")?;
        let declared = program.artifact().flows.get(flow.0 as usize).ok_or("no such flow")?;
        let value = decode(program.types(), declared.trigger.event, event)
            .map_err(|mismatch| mismatch.to_string())?;
        let event = NewEvent {
            version: self.current.version,
            flow,
            event: value,
            json: event.to_string(),
            source: From { kind: "manual".into(), name: "bench".into() },
            delivery: None,
            cursor: None,
            wait,
        };
        match self.service.submit(event).await {
            Answer::Ended { outcome: Outcome::Succeeded(_), .. } | Answer::Accepted { .. } => {
                Ok(())
            }
            other => Err(format!("a run went wrong: {other:?}").into()),
        }
    }

    /// The same, and waits for the end.
    pub(crate) async fn run(&self, flow: &str, event: &Json) -> Result<(), Failure> {
        self.fire(flow, event, Wait::End { until: None }).await
    }
}

/// The flows, compiled.
pub(crate) fn artifact() -> Result<Artifact, Failure> {
    let library = Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };
    let file = Source { path: "bench.flow".into(), text: FLOWS.into() };
    let compiled = compile(Project::new("bench", vec![file]), &library);
    let wrong = || format!("the flows are wrong: {:?}", compiled.diagnostics.first());
    compiled.artifact.ok_or_else(wrong).map_err(Failure::from)
}

/// The flows of a program by their labels.
pub(crate) fn flows(program: &Program) -> HashMap<String, FlowId> {
    let flows = program.artifact().flows.iter().zip(0..);
    let label = |address: &str| address.rsplit(['.', ':']).next().unwrap_or_default().to_owned();
    flows.map(|(flow, index)| (label(&flow.address), FlowId(index))).collect()
}

/// A runtime as a server has one.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// The processor time of this process so far, in seconds.
pub(crate) fn processor() -> Result<f64, Failure> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
