//! The server: requests in, events to those who run flows, answers out.
//!
//! ```text
//! connection ──listen──▶ request ──routes──▶ flow ──body──▶ event ──Runs──▶ answer ──reply──▶ response
//! ```
//!
//! Webhooks and forms are looked up in the current program for each request, so that a program can be exchanged
//! under a server that goes on. The server knows no engine: it hands events to [`Runs`].
//!
//! What comes in has limits: of heads, bodies, fields, depth, connections and time ([`Options`]). An event is
//! refused before it is stored or not at all.

mod api;
mod body;
mod event;
mod form;
mod health;
mod hook;
mod kept;
mod listen;
mod options;
mod problem;
mod reply;
mod routes;
mod runs;
mod state;
mod texts;
mod view;
mod webhook;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ecow::{EcoString, eco_format};
use sha2::{Digest, Sha256};

pub use axum::body::Bytes;

pub use self::api::OPENAPI;
pub use self::kept::Kept;
pub use self::listen::serve;
pub use self::options::Options;
pub use self::runs::{NewFile, Runs, Stored};
pub use self::view::{RunDetail, RunFilter, RunView, VersionView};

use self::event::Making;
use self::problem::Problem;
use self::routes::Kind;
use self::state::Server;

/// All that the server answers, for a server of one's own. It has no limits of connections and of heads then.
pub fn router(runs: Arc<dyn Runs>, options: Options) -> Router {
    routes(Arc::new(Server::new(runs, options)))
}

/// The id of a stored file: the same for the same content.
pub fn file_id(content: &[u8]) -> EcoString {
    let mut id = EcoString::from("sha256-");
    for byte in Sha256::digest(content) {
        id.push_str(&eco_format!("{byte:02x}"));
    }
    id
}

fn routes(server: Arc<Server>) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .nest("/api/v1", api::routes(Arc::clone(&server)))
        .route("/hooks/{platform}/call_finished", post(hook::call_finished))
        .route("/hooks/http/pre_call", post(hook::pre_call))
        .route("/hooks/http/function_call/{tool}", post(hook::function_call))
        .fallback(flow)
        .with_state(server)
}

/// What no address of the server's own means: a webhook or a form.
async fn flow(State(server): State<Arc<Server>>, request: Request<Body>) -> Response {
    server.counters.requests.fetch_add(1, Ordering::Relaxed);
    to_flow(&server, request).await.unwrap_or_else(Problem::into_response)
}

async fn to_flow(server: &Server, request: Request<Body>) -> Result<Response, Problem> {
    let current = server.runs.current().ok_or_else(reply::refused)?;
    let found = server.routes.of(&current).find(request.method().as_str(), request.uri().path())?;
    let making = Making { current, flow: found.flow };
    match found.kind {
        Kind::Webhook(_) => webhook::take(server, making, found, request).await,
        Kind::Form => form::take(server, making, found, request).await,
    }
}
