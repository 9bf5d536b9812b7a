//! Runs calls of actions as flows: compiled, on the engine, over the real network, at a server on this machine.

use std::sync::Arc;

use callflow_compiler::compile;
use callflow_compiler::diagnostics::Diagnostic;
use callflow_compiler::source::{Embedded, Source};
use callflow_runtime::connect::Connections;
use callflow_runtime::engine::Status;
use callflow_runtime::engine::local::LocalHost;
use callflow_runtime::engine::memory::{self, Options};
use callflow_runtime::execute::Program;
use callflow_runtime::pieces::network::Network;
use callflow_runtime::pieces::sandbox::Sandbox;
use callflow_runtime::pieces::{
    ActionHost, BoxFuture, HttpRequest, HttpResponse, Transport, TransportError,
};
use callflow_runtime::{Error, Value};
use serde_json::Value as Json;

use super::description::Description;
use super::generate::{Extent, generate};
use super::recorder::{Answer, Recorded, Recorder};

/// Where the server's answers come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answers {
    /// From the samples of the piece's own types, as the sandbox answers.
    Samples,
    /// From the vendor's schema, with what is required.
    Required,
    /// From the vendor's schema, with everything, `null` wherever it is allowed.
    Nulls,
}

/// What came of a call.
pub struct Outcome {
    /// The flow's result.
    pub result: Result<Value, Error>,
    /// What reached the server.
    pub requests: Vec<Recorded>,
}

/// Flows of one call each, ready to run.
pub struct Bench {
    program: Arc<Program>,
    piece: &'static str,
    connection: &'static str,
    origin: &'static str,
    network: Arc<Network>,
}

/// Types for the calls' type parameters.
const TYPES: &str = "
type Sample { company: string, budget: decimal?, wanted_by: date? }
type Topic = \"sales\" | \"support\"
";

impl Bench {
    /// Compiles a flow for each call.
    pub fn new(
        piece: &'static str,
        connection: &'static str,
        origin: &'static str,
        calls: &[&str],
    ) -> Bench {
        let flow =
            |(index, call): (usize, &&str)| format!("call_{index}: on manual() <\n  {call}\n>\n");
        let flows: String = calls.iter().enumerate().map(flow).collect();
        let source = Source { path: "calls.flow".into(), text: (flows + TYPES).into() };
        let library =
            Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };
        let compilation = compile("calls", vec![source], &library);
        let errors: Vec<String> = compilation
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error())
            .map(|Diagnostic { code, message, primary, .. }| {
                format!("{code}: {message}: {}", compilation.sources.slice(primary.at))
            })
            .collect();
        assert!(errors.is_empty(), "the calls do not compile:\n{}", errors.join("\n"));
        let artifact = compilation.artifact.expect("an artifact of what has no error");
        let program = Program::load(artifact).expect("an artifact that can be loaded");
        let allow = "127.0.0.1".parse().expect("an address");
        let network = Arc::new(Network::new(vec![allow]));
        Bench { program: Arc::new(program), piece, connection, origin, network }
    }

    /// Runs a call; each request is answered as it comes. `meant` replaces places of answers that are made from
    /// the vendor's schema: a JSON pointer and what stands there.
    pub fn run(
        &self,
        call: usize,
        description: &Arc<Description>,
        answers: Answers,
        meant: &'static [(&'static str, &'static str)],
    ) -> Outcome {
        let extent = match answers {
            Answers::Samples => {
                return self.drive(call, Teller::Sandbox(Sandbox::new(Arc::clone(&self.program))));
            }
            Answers::Required => Extent::Required,
            Answers::Nulls => Extent::Nulls,
        };
        self.drive(call, Teller::Schema { description: Arc::clone(description), extent, meant })
    }

    /// Runs a call whose first request gets an answer.
    pub fn run_with(&self, call: usize, answer: Answer) -> Outcome {
        self.drive(call, Teller::Fixed(answer))
    }

    fn drive(&self, call: usize, teller: Teller) -> Outcome {
        let recorder = Recorder::start();
        let network = Arc::clone(&self.network);
        let transport =
            Loopback { network, recorder: recorder.clone(), origin: self.origin, teller };
        let settings = [("kind", self.connection), ("token", "token-of-the-test")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let connections =
            Connections::from_settings([(self.piece.to_owned(), settings)], &|_| None);
        let actions = ActionHost::new(Arc::clone(&self.program), connections, Arc::new(transport));
        let host = LocalHost::new(actions);
        let name = format!("call_{call}");
        let flows = &self.program.artifact().flows;
        let flow = flows.iter().find(|flow| flow.name == name).expect("a flow of each call");
        let event = Value::record(Vec::new());
        let mut nobody = ();
        let running =
            memory::run(&self.program, &host, &mut nobody, flow, event, Options::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let ended = runtime.expect("a runtime").block_on(running);
        let result = match ended.run.status {
            Status::Succeeded(value) => Ok(value),
            Status::Failed(failure) => Err(failure.error),
            status => panic!("the run ended as {}", status.as_str()),
        };
        Outcome { result, requests: recorder.take() }
    }
}

/// Who knows what the server answers.
enum Teller {
    Sandbox(Sandbox),
    Schema {
        description: Arc<Description>,
        extent: Extent,
        meant: &'static [(&'static str, &'static str)],
    },
    Fixed(Answer),
}

/// The network, with the server in the vendor's place.
struct Loopback {
    network: Arc<Network>,
    recorder: Recorder,
    origin: &'static str,
    teller: Teller,
}

impl Loopback {
    async fn answer(&self, request: &HttpRequest) -> Answer {
        match &self.teller {
            Teller::Sandbox(sandbox) => {
                let response = sandbox.send(request.clone()).await.expect("the sandbox answers");
                let body = serde_json::from_slice(&response.body).unwrap_or(Json::Null);
                (response.status, body)
            }
            Teller::Schema { description, extent, meant } => {
                let target = request.url.strip_prefix(self.origin).unwrap_or(&request.url);
                let path = target.split('?').next().unwrap_or_default();
                let operation = description.operation(&request.method, path);
                let Some((status, schema)) = operation.and_then(|operation| operation.answer())
                else {
                    return (404, Json::Null);
                };
                let mut answer = generate(description, schema, *extent);
                for (place, value) in *meant {
                    if let Some(place) = answer.pointer_mut(place) {
                        *place = serde_json::from_str(value).expect("JSON");
                    }
                }
                (status, answer)
            }
            Teller::Fixed(answer) => answer.clone(),
        }
    }
}

impl Transport for Loopback {
    fn send<'a>(
        &'a self,
        mut request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let answer = self.answer(&request).await;
            self.recorder.answer(answer);
            request.url = request.url.replacen(self.origin, &self.recorder.origin(), 1);
            self.network.send(request).await
        })
    }
}
