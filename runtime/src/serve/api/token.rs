//! Who may use the admin API: whoever has the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::serve::problem::Problem;
use crate::serve::state::Server;

/// Lets a request on that has the token.
pub(super) async fn checked(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(token) = &server.options.admin_token else {
        let detail = "This server has no admin token, so that nobody may do this.";
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    };
    if !has(request.headers(), token) {
        let detail = "This needs the admin token: `Authorization: Bearer …`.";
        return Problem::new(StatusCode::UNAUTHORIZED, detail)
            .header(WWW_AUTHENTICATE, "Bearer")
            .into_response();
    }
    next.run(request).await
}

/// Whether a request has a token. How long that takes says nothing of the token, not even its length.
fn has(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.split_once(' '));
    let Some((scheme, given)) = given else { return false };
    let (given, token) = (Sha256::digest(given.trim()), Sha256::digest(token));
    scheme.eq_ignore_ascii_case("bearer") && bool::from(given.as_slice().ct_eq(token.as_slice()))
}
