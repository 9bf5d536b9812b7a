//! The sandbox: every service, made up, on this machine.
//!
//! A request is checked ([`check`]) and then answered with sample data of the type that the action expects, in
//! which what the request says stands in its place ([`shape`]). What was created can be found again, changed and
//! deleted ([`rest`] over [`store`]). Language models are asked for content rather than for things, so they have
//! answers of their own ([`llm`], [`schema`]). The same requests in the same order get the same answers.

mod check;
mod llm;
mod rest;
mod schema;
mod shape;
mod store;

use std::sync::{Arc, Mutex, PoisonError};

use callflow_artifact::{Type, TypeId, Types};
use serde_json::{Value as Json, json};

use self::store::Store;
use super::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use crate::execute::Program;

/// A way to services that never leaves the machine.
pub struct Sandbox {
    program: Arc<Program>,
    store: Mutex<Store>,
}

/// What the sandbox says: a status and a body.
#[derive(Debug, PartialEq)]
struct Reply {
    status: u16,
    body: Json,
}

impl Sandbox {
    /// A sandbox in which nothing has been created yet.
    pub fn new(program: Arc<Program>) -> Sandbox {
        Sandbox { program, store: Mutex::default() }
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let types = &self.program.artifact().types;
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        respond(types, &mut store, request)
    }
}

impl Transport for Sandbox {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(std::future::ready(Ok(self.answer(&request))))
    }

    fn is_sandbox(&self) -> bool {
        true
    }
}

fn respond(types: &Types, store: &mut Store, request: &HttpRequest) -> HttpResponse {
    let ty = request.expects.ty;
    let reply = match check::check(request) {
        Err(fault) => Reply {
            status: 400,
            body: json!({ "message": format!("the sandbox refuses the request: {fault}") }),
        },
        Ok(checked) => match llm::answer(&checked) {
            Some(body) => Reply { status: 200, body },
            None => rest::answer(types, ty, store, &checked),
        },
    };
    encode(types, ty, reply)
}

fn encode(types: &Types, ty: TypeId, reply: Reply) -> HttpResponse {
    let (media_type, body) = match (types.get(types.without_optional(ty)), reply.body) {
        (_, Json::Null) => ("application/json", Vec::new()),
        (Type::String | Type::Bytes, Json::String(text)) if reply.status < 300 => {
            ("text/plain", text.into_bytes())
        }
        (_, body) => ("application/json", body.to_string().into_bytes()),
    };
    let headers = vec![("content-type".to_owned(), media_type.to_owned())];
    HttpResponse { status: reply.status, headers, body }
}

#[cfg(test)]
mod tests;
