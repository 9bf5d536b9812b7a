//! Answers for conformance: from the samples of our types, and from the vendor's description.

use std::sync::Arc;

use callflow_runtime::execute::Program;
use callflow_runtime::pieces::sandbox::Sandbox;
use callflow_runtime::pieces::{BoxFuture, HttpRequest, Transport};
use serde_json::Value as Json;

use super::bench::Teller;
use super::description::Description;
use super::generate::{Extent, generate};
use super::recorder::Answer;

/// Answers as the sandbox does, from the samples of the piece's own types.
pub struct Samples(Sandbox);

impl Samples {
    /// For a program's types.
    pub fn new(program: &Arc<Program>) -> Samples {
        Samples(Sandbox::new(Arc::clone(program)))
    }
}

impl Teller for Samples {
    fn answer<'a>(&'a self, request: &'a HttpRequest) -> BoxFuture<'a, Answer> {
        Box::pin(async {
            let response = self.0.send(request.clone()).await.expect("the sandbox answers");
            let body = serde_json::from_slice(&response.body).unwrap_or(Json::Null);
            (response.status, body)
        })
    }
}

/// Answers with whatever the vendor's description lets come back.
pub struct FromSchema {
    /// The vendor's.
    pub description: Arc<Description>,
    /// How much of it.
    pub extent: Extent,
    /// What the server stands in for.
    pub origin: &'static str,
    /// What answers have at a place (a JSON pointer), where the vendor means more than the schema says.
    pub meant: &'static [(&'static str, &'static str)],
}

impl Teller for FromSchema {
    fn answer<'a>(&'a self, request: &'a HttpRequest) -> BoxFuture<'a, Answer> {
        Box::pin(std::future::ready(self.generate(request)))
    }
}

impl FromSchema {
    fn generate(&self, request: &HttpRequest) -> Answer {
        let target = request.url.strip_prefix(self.origin).unwrap_or(&request.url);
        let path = target.split('?').next().unwrap_or_default();
        let operation = self.description.operation(&request.method, path);
        let Some((status, schema)) = operation.and_then(|operation| operation.answer()) else {
            return (404, Json::Null);
        };
        let mut answer = generate(&self.description, schema, self.extent);
        for (place, value) in self.meant {
            if let Some(place) = answer.pointer_mut(place) {
                *place = serde_json::from_str(value).expect("JSON");
            }
        }
        (status, answer)
    }
}
