//! What voice platforms tell of calls, at `/hooks/{platform}/…`.
//!
//! One URL serves all flows: which of them a call starts is chosen by their headers. Each becomes a run of its own,
//! once for each call, however often the platform tells of it. Who talks our canonical JSON can ask as well, with
//! `pre_call` and `function_call`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json as Reply;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use callflow_artifact::bytecode::FlowId;
use ecow::EcoString;
use serde_json::{Map, Value as Json, json};

use super::body;
use super::event::{Making, delivery};
use super::problem::Problem;
use super::reply::{refused, reply};
use super::state::Server;
use crate::durable::{Answer, Source};
use crate::service::{Current, NewEvent, Wait};
use crate::trigger::choose::{CallFacts, Happening, takers};
use crate::trigger::event::read;
use crate::trigger::{AdaptError, Hook, Platform, adapt};

/// `POST /hooks/{platform}/call_finished`: a call has ended.
pub(super) async fn call_finished(
    State(server): State<Arc<Server>>,
    Path(platform): Path<String>,
    request: Request,
) -> Response {
    ended(&server, &platform, request).await.unwrap_or_else(Problem::into_response)
}

/// `POST /hooks/http/pre_call`: a call comes in, and somebody waits for what to do.
pub(super) async fn pre_call(State(server): State<Arc<Server>>, request: Request) -> Response {
    asked(&server, None, request).await.unwrap_or_else(Problem::into_response)
}

/// `POST /hooks/http/function_call/{tool}`: an agent uses a tool. The body has its `arguments` and the `call`.
pub(super) async fn function_call(
    State(server): State<Arc<Server>>,
    Path(tool): Path<String>,
    request: Request,
) -> Response {
    asked(&server, Some(&tool), request).await.unwrap_or_else(Problem::into_response)
}

async fn ended(server: &Server, platform: &str, request: Request) -> Result<Response, Problem> {
    let platform = Platform::parse(platform).ok_or_else(Problem::not_found)?;
    let (_, payload) = payload(server, request).await?;
    let call = match adapt(platform, Hook::CallFinished, &payload) {
        Ok(call) => call,
        // Platforms send everything that happens to one address.
        Err(AdaptError::OtherEvent { .. }) => return Ok(unmatched(server)),
        Err(error) => return Err(Problem::bad(body::capital(&error.to_string()))),
    };
    let current = server.runs.current().ok_or_else(refused)?;
    let flows = takers(&current.program, Happening::CallFinished, CallFacts::of(&call));
    if flows.is_empty() {
        return Ok(unmatched(server));
    }
    let _place = server.place(Wait::Stored)?;
    let source = Source { kind: "call_finished".into(), name: platform.as_str().into() };
    let key = call.get("key").and_then(Json::as_str).map(EcoString::from);
    // All are read before the first is stored: a call that one of them cannot work with is nobody's.
    let events = flows.into_iter().map(|flow| {
        event(&current, flow, &call, source.clone(), key.clone(), |_| Ok(Wait::Stored))
    });
    let mut runs = Vec::new();
    for event in events.collect::<Result<Vec<_>, _>>()? {
        match server.runs.submit(event).await {
            Answer::Accepted { id, .. } | Answer::Ended { id, .. } | Answer::Late { id, .. } => {
                runs.push(id.to_string());
            }
            // The platform tells again, and those that are stored are known then.
            other => return Ok(reply(other)),
        }
    }
    Ok(Reply(json!({ "runs": runs })).into_response())
}

async fn asked(server: &Server, tool: Option<&str>, request: Request) -> Result<Response, Problem> {
    let (head, payload) = payload(server, request).await?;
    let what = tool.map_or(Happening::PreCall, Happening::FunctionCall);
    let (call, event_json) = match tool {
        None => (payload.clone(), payload),
        Some(_) => of_tool(payload)?,
    };
    let facts = CallFacts { platform: Platform::Http.as_str(), ..CallFacts::of(&call) };
    let current = server.runs.current().ok_or_else(refused)?;
    let Some(flow) = takers(&current.program, what, facts).first().copied() else {
        server.counters.unmatched.fetch_add(1, Ordering::Relaxed);
        return Err(Problem::new(StatusCode::NOT_FOUND, "No flow takes this."));
    };
    let kind = if tool.is_some() { "function_call" } else { "pre_call" };
    let source = Source { kind: kind.into(), name: tool.unwrap_or("http").into() };
    let delivery = delivery(&head.headers)?;
    let event = event(&current, flow, &event_json, source, delivery, |making| {
        making.wait(&server.options)
    })?;
    Ok(reply(server.runs.submit(event).await))
}

/// The call, and the event of the flow: the tool's arguments by name, and the call.
fn of_tool(payload: Json) -> Result<(Json, Json), Problem> {
    let wrong = || Problem::bad("The body must be an object with `arguments` and `call`.");
    let Json::Object(mut payload) = payload else { return Err(wrong()) };
    let call = payload.remove("call").unwrap_or_default();
    let mut event = match payload.remove("arguments") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(arguments)) => arguments,
        Some(_) => return Err(wrong()),
    };
    event.insert("call".into(), call.clone());
    Ok((call, Json::Object(event)))
}

fn event(
    current: &Arc<Current>,
    flow: FlowId,
    json: &Json,
    source: Source,
    delivery: Option<EcoString>,
    wait: impl FnOnce(&Making) -> Result<Wait, Problem>,
) -> Result<NewEvent, Problem> {
    let making = Making { current: Arc::clone(current), flow };
    let read = read(making.types(), making.flow()?, json);
    let (value, _) = read.map_err(|mismatch| Problem::mismatch(&mismatch))?;
    let wait = wait(&making)?;
    making.event(value, source, delivery, wait)
}

async fn payload(server: &Server, request: Request<Body>) -> Result<(Parts, Json), Problem> {
    server.counters.requests.fetch_add(1, Ordering::Relaxed);
    let (head, body) = request.into_parts();
    let bytes = body::bytes(&head.headers, body, &server.options).await?;
    let json = body::of_json(false, &bytes)?;
    Ok((head, json))
}

/// The platform did well, and no flow takes it.
fn unmatched(server: &Server) -> Response {
    server.counters.unmatched.fetch_add(1, Ordering::Relaxed);
    Reply(json!({ "runs": [] })).into_response()
}
