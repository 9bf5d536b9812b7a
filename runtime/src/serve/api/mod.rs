//! The admin API at `/api/v1`: stored runs, flows, programs. Everything but its own description needs the token.

mod flows;
mod runs;
mod token;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::problem::Problem;
use super::state::Server;
use crate::store::StoreError;

/// The description of the API, in OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("openapi.json");

/// The routes below `/api/v1`.
pub(super) fn routes(server: Arc<Server>) -> Router<Arc<Server>> {
    Router::new()
        .route("/flows", get(flows::list))
        .route("/flows/{flow}", get(flows::show))
        .route("/flows/{flow}/runs", post(flows::start))
        .route("/runs", get(runs::list).delete(runs::purge))
        .route("/runs/{run}", get(runs::show).delete(runs::forget))
        .route("/runs/{run}/journal", get(runs::journal))
        .route("/runs/{run}/cancel", post(runs::cancel))
        .route("/runs/{run}/retry", post(runs::retry))
        .route("/versions", get(versions))
        .route("/stats", get(stats))
        .fallback(async || Problem::not_found())
        .layer(from_fn_with_state(server, token::checked))
        .route("/openapi.json", get(description))
}

async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn versions(State(server): State<Arc<Server>>) -> Result<Json<Value>, Problem> {
    let versions = server.runs.versions().await.map_err(unreadable)?;
    let current = server.runs.current().map(|current| current.version.0);
    Ok(Json(json!({ "current": current, "versions": versions })))
}

async fn stats(State(server): State<Arc<Server>>) -> Json<Value> {
    let stats = server.runs.stats();
    Json(json!({
        "created": stats.created,
        "known": stats.known,
        "refused": stats.refused,
        "succeeded": stats.succeeded,
        "failed": stats.failed,
        "cancelled": stats.cancelled,
        "late": stats.late,
        "attempts": stats.attempts,
        "failed_attempts": stats.failed_attempts,
        "under_way": stats.under_way,
        "in_memory": stats.in_memory,
        "queued": stats.queued,
        "healthy": server.runs.health().is_ok(),
        "troubles": stats.troubles,
    }))
}

/// The store cannot be read. Who has the token may know why.
fn unreadable(error: StoreError) -> Problem {
    Problem::later(super::body::capital(&error.to_string()))
}
