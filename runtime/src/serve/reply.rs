//! What became of an event, as an answer to whoever sent it.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::body::capital;
use super::problem::Problem;
use crate::durable::{Answer, Outcome};

/// The header that has the run's id.
pub(super) const RUN: HeaderName = HeaderName::from_static("callflow-run");

/// The answer to who sent an event.
pub(super) fn reply(answer: Answer) -> Response {
    match answer {
        Answer::Accepted { id, .. } => {
            let body = json!({ "run": id.as_str() }).to_string();
            of_run(StatusCode::ACCEPTED, &id, body)
        }
        Answer::Ended { id, outcome: Outcome::Succeeded(result) } => {
            of_run(StatusCode::OK, &id, result)
        }
        Answer::Ended { id, outcome } => failed(&id, &outcome).into_response(),
        Answer::Late { id, fallback: Some(fallback) } => of_run(StatusCode::OK, &id, fallback),
        Answer::Late { id, fallback: None } => late(&id).into_response(),
        Answer::Unfit(error) => unfit(&error).into_response(),
        Answer::Refused(_) => refused().into_response(),
        Answer::No(reason) => Problem::new(StatusCode::CONFLICT, capital(&reason)).into_response(),
        Answer::Yes => StatusCode::NO_CONTENT.into_response(),
    }
}

/// An event could not be taken in. Why is of no use to whoever sent it.
pub(super) fn refused() -> Problem {
    Problem::later("Nothing can be taken in right now. Send it again later.")
}

/// An event is none that the flow can work with.
pub(super) fn unfit(error: &crate::Error) -> Problem {
    Problem::bad(capital(&error.message)).with("kind", error.kind.as_str())
}

/// What a service said to the flow stays with the flow: who sent the event gets the kind and the run's id.
fn failed(id: &str, outcome: &Outcome) -> Problem {
    let (detail, kind) = match outcome {
        Outcome::Failed { error, .. } => ("The flow has failed.", error.kind.as_str()),
        _ => ("The run was cancelled.", "cancelled"),
    };
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
        .with("run", id)
        .with("kind", kind)
        .header(RUN, id)
}

fn late(id: &str) -> Problem {
    let detail = "The flow is not done yet, and goes on.";
    Problem::new(StatusCode::GATEWAY_TIMEOUT, detail).with("run", id).header(RUN, id)
}

fn of_run(status: StatusCode, id: &str, json: String) -> Response {
    let mut response = (status, json).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend(HeaderValue::from_str(id).ok().map(|id| (RUN, id)));
    response
}
