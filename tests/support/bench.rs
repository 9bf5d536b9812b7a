//! Runs flows that call a piece: compiled, on the engine, over the real network, at a server on this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use callflow_runtime::Error;
use callflow_runtime::connect::Connections;
use callflow_runtime::engine::Status;
use callflow_runtime::engine::local::LocalHost;
use callflow_runtime::engine::memory::{self, Options};
use callflow_runtime::execute::Program;
use callflow_runtime::pieces::network::Network;
use callflow_runtime::pieces::{
    ActionHost, BoxFuture, HttpRequest, HttpResponse, Transport, TransportError,
};
use callflow_runtime::value::{Value, encode};
use serde_json::Value as Json;

use super::compile;
use super::recorder::{Answer, Recorded, Recorder};

/// A way to connect a piece.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// The piece.
    pub piece: &'static str,
    /// Which of its connections.
    pub connection: &'static str,
    /// What the server stands in for: `https://slack.com`.
    pub origin: &'static str,
}

/// Who knows what the server answers.
pub trait Teller: Send + Sync {
    /// The answer to a request.
    fn answer<'a>(&'a self, request: &'a HttpRequest) -> BoxFuture<'a, Answer>;
}

/// Answers in order; past the last one, an error of the server.
pub struct Script(Mutex<VecDeque<Answer>>);

impl Script {
    /// These answers.
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Script> {
        Arc::new(Script(Mutex::new(answers.into_iter().collect())))
    }
}

impl Teller for Script {
    fn answer<'a>(&'a self, _: &'a HttpRequest) -> BoxFuture<'a, Answer> {
        let next = self.0.lock().expect("no panic elsewhere").pop_front();
        Box::pin(std::future::ready(next.unwrap_or((400, "nothing more is to be said".into()))))
    }
}

/// What came of a flow.
pub struct Outcome {
    /// The flow's result.
    pub result: Result<Json, Error>,
    /// What reached the server.
    pub requests: Vec<Recorded>,
}

/// Flows without parameters, ready to run.
pub struct Bench {
    program: Arc<Program>,
    service: Service,
    network: Arc<Network>,
}

impl Bench {
    /// Compiles a file of flows.
    pub fn new(service: Service, text: &str) -> Bench {
        let program = compile::program(text);
        let allow = "127.0.0.1".parse().expect("an address");
        let network = Arc::new(Network::new(vec![allow]));
        Bench { program: Arc::new(program), service, network }
    }

    /// The compiled flows.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Runs the flow of a name to its end.
    pub fn run(&self, flow: &str, teller: Arc<dyn Teller>) -> Outcome {
        let recorder = Recorder::start();
        let transport = Loopback {
            network: Arc::clone(&self.network),
            recorder: recorder.clone(),
            origin: self.service.origin,
            teller,
        };
        let host = LocalHost::new(ActionHost::new(
            Arc::clone(&self.program),
            self.connections(),
            Arc::new(transport),
        ));
        let flows = &self.program.artifact().flows;
        let flow = flows.iter().find(|known| known.name == flow).expect("a flow of that name");
        let event = Value::record(Vec::new());
        let mut nobody = ();
        let running =
            memory::run(&self.program, &host, &mut nobody, flow, event, Options::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let ended = runtime.expect("a runtime").block_on(running);
        let result = match ended.status() {
            Status::Succeeded(value) => Ok(encode(self.program.types(), flow.result, value)),
            Status::Failed(failure) => Err(failure.error.clone()),
            status => panic!("the run ended as {}", status.as_str()),
        };
        Outcome { result, requests: recorder.take() }
    }

    fn connections(&self) -> Connections {
        let settings = [("kind", self.service.connection), ("token", "token-of-the-test")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Connections::from_settings([(self.service.piece.to_owned(), settings)], &|_| None)
    }
}

/// The network, with the server in the vendor's place.
struct Loopback {
    network: Arc<Network>,
    recorder: Recorder,
    origin: &'static str,
    teller: Arc<dyn Teller>,
}

impl Transport for Loopback {
    fn send<'a>(
        &'a self,
        mut request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            self.recorder.answer(self.teller.answer(&request).await);
            request.url = request.url.replacen(self.origin, &self.recorder.origin(), 1);
            self.network.send(request).await
        })
    }
}
