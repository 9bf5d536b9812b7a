//! Stored runs: looked at, ended, taken up again, forgotten.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::unreadable;
use crate::serve::body::capital;
use crate::serve::problem::Problem;
use crate::serve::reply::reply;
use crate::serve::state::Server;
use crate::serve::view::RunFilter;

type Shared = State<Arc<Server>>;

pub(super) async fn list(
    State(server): Shared,
    filter: Result<Query<RunFilter>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(filter) = filter.map_err(|wrong| odd_query(&wrong))?;
    if !(1..=RunFilter::MOST).contains(&filter.limit) {
        return Err(Problem::bad(format!("`limit` is a number from 1 to {}.", RunFilter::MOST)));
    }
    let limit = filter.limit;
    let runs = server.runs.list(filter).await.map_err(unreadable)?;
    let next = runs.get(limit.saturating_sub(1)).map(|run| run.id.clone());
    Ok(Json(json!({ "runs": runs, "next": next })))
}

pub(super) async fn show(
    State(server): Shared,
    Path(run): Path<String>,
) -> Result<Response, Problem> {
    let detail = server.runs.show(&run).await.map_err(unreadable)?.ok_or_else(no_run)?;
    Ok(Json(detail).into_response())
}

pub(super) async fn journal(
    State(server): Shared,
    Path(run): Path<String>,
) -> Result<Json<Value>, Problem> {
    let entries = server.runs.journal(&run).await.map_err(unreadable)?.ok_or_else(no_run)?;
    let entries = entries.into_iter().map(|noted| {
        let entry = serde_json::to_value(&noted.entry).unwrap_or_default();
        json!({ "number": noted.number, "at": noted.at, "entry": entry })
    });
    Ok(Json(json!({ "entries": entries.collect::<Vec<_>>() })))
}

pub(super) async fn cancel(State(server): Shared, Path(run): Path<String>) -> Response {
    reply(server.runs.cancel(&run).await)
}

pub(super) async fn retry(State(server): Shared, Path(run): Path<String>) -> Response {
    reply(server.runs.retry(&run).await)
}

pub(super) async fn forget(
    State(server): Shared,
    Path(run): Path<String>,
) -> Result<Response, Problem> {
    let detail = server.runs.show(&run).await.map_err(unreadable)?.ok_or_else(no_run)?;
    if detail.run.ended_at.is_none() {
        let detail = "The run has not ended. Cancel it first.";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    server.runs.forget(&run).await.map_err(unreadable)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a purge is of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ended {
    /// A time, in milliseconds since 1970 or as RFC 3339 text.
    ended_before: String,
}

pub(super) async fn purge(
    State(server): Shared,
    which: Result<Query<Ended>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(which) = which.map_err(|wrong| odd_query(&wrong))?;
    let text = which.ended_before;
    let read = || text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    let before = text.parse::<i64>().ok().or_else(read);
    let before = before
        .ok_or_else(|| Problem::bad("`ended_before` is a time, as in 2026-03-02T09:00:00Z."))?;
    let purged = server.runs.purge(before).await.map_err(unreadable)?;
    Ok(Json(json!({ "purged": purged })))
}

fn no_run() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is no such run.")
}

fn odd_query(wrong: &QueryRejection) -> Problem {
    let text = wrong.body_text();
    let reason = text.rsplit_once("query string: ").map_or(text.as_str(), |(_, reason)| reason);
    Problem::bad(capital(reason))
}
