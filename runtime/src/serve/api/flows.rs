//! The flows of the current program, and runs that somebody begins by hand.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use callflow_artifact::Flow;
use callflow_artifact::bytecode::FlowId;
use callflow_artifact::types::TypeId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::durable::Source;
use crate::serve::body::{bytes, of_json};
use crate::serve::event::{Making, delivery};
use crate::serve::problem::Problem;
use crate::serve::reply::{refused, reply};
use crate::serve::routes::argument;
use crate::serve::state::Server;
use crate::service::Wait;
use crate::trigger::event::read;
use crate::value::{sample, schema};

/// The longest that a request may wait for a run's end, in seconds.
const LONGEST_WAIT: u64 = 600;

pub(super) async fn list(State(server): State<Arc<Server>>) -> Result<Json<Value>, Problem> {
    let current = server.runs.current().ok_or_else(refused)?;
    let flows: Vec<Value> = current.program.artifact().flows.iter().map(view).collect();
    Ok(Json(json!({ "version": current.version.0, "flows": flows })))
}

pub(super) async fn show(
    State(server): State<Arc<Server>>,
    Path(address): Path<String>,
) -> Result<Json<Value>, Problem> {
    let making = find(&server, &address)?;
    let (flow, types) = (making.flow()?, making.types());
    let mut view = view(flow);
    if let Some(view) = view.as_object_mut() {
        view.insert("event".into(), schema(types, flow.trigger.event));
        view.insert("sample".into(), sample(types, flow.trigger.event));
        if flow.result != TypeId::NONE {
            view.insert("result".into(), schema(types, flow.result));
        }
    }
    Ok(Json(view))
}

/// Whether the end is waited for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    /// In seconds; not at all where it is missing.
    wait: Option<u64>,
}

/// Begins a run of any flow with an event in our canonical JSON.
pub(super) async fn start(
    State(server): State<Arc<Server>>,
    Path(address): Path<String>,
    Query(waiting): Query<Waiting>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let making = find(&server, &address)?;
    let bytes = bytes(&head.headers, body, &server.options).await?;
    let json = match of_json(true, &bytes)? {
        Value::Null => json!({}),
        json => json,
    };
    let read = read(making.types(), making.flow()?, &json);
    let (value, _) = read.map_err(|mismatch| Problem::mismatch(&mismatch))?;
    let wait = match waiting.wait {
        None => Wait::Stored,
        Some(seconds) => {
            let span = Duration::from_secs(seconds.min(LONGEST_WAIT)).as_millis() as i64;
            Wait::End { until: Some(Timestamp::now().as_millisecond() + span) }
        }
    };
    let source = Source { kind: "manual".into(), name: "api".into() };
    let event = making.event(value, source, delivery(&head.headers)?, wait)?;
    Ok(reply(server.runs.submit(event).await))
}

fn find(server: &Server, address: &str) -> Result<Making, Problem> {
    let current = server.runs.current().ok_or_else(refused)?;
    let flows = &current.program.artifact().flows;
    let found = flows.iter().position(|flow| flow.address == address);
    let index = found.and_then(|index| u32::try_from(index).ok()).ok_or_else(Problem::not_found)?;
    Ok(Making { current, flow: FlowId(index) })
}

fn view(flow: &Flow) -> Value {
    let method = argument(&flow.trigger, "method").unwrap_or("POST");
    json!({
        "address": flow.address.as_str(),
        "name": flow.name.as_str(),
        "doc": flow.doc.as_str(),
        "trigger": flow.trigger.name.as_str(),
        "path": argument(&flow.trigger, "path"),
        "method": (flow.trigger.name == "webhook").then_some(method),
    })
}
