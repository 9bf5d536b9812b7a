//! The `http` piece: any request, and what every other piece is made of.
//!
//! In a flow a URL is absolute and goes out as it stands. In a piece's action the piece gives the base, the
//! credentials and the meaning of errors ([`request`], [`answer`]).

mod answer;
mod request;
mod url;

use callflow_artifact::TypeId;
use callflow_artifact::piece::EffectClass;
use jiff::Timestamp;

use super::host::Call;
use super::{ActionFailure, HttpRequest, HttpResponse, Transport, TransportError};
use crate::error::{Error, ErrorKind};
use crate::execute::Program;
use crate::value::{Value, decode};

/// The names of the actions that [`carry_out`] knows.
pub(super) const ACTIONS: [&str; 6] = ["get", "post", "put", "patch", "delete", "request"];

/// Sends the request that the call describes and reads its answer.
pub(super) async fn carry_out(
    program: &Program,
    transport: &dyn Transport,
    call: &Call<'_>,
) -> Result<Value, ActionFailure> {
    let types = &program.artifact().types;
    let is_whole = call.action.name == "request";
    let ty =
        if is_whole { TypeId::JSON } else { call.types.first().copied().unwrap_or(TypeId::JSON) };
    let unsent = |error| ActionFailure { error, certainly_without_effect: true };
    let request = request::build(call, ty).map_err(unsent)?;
    let effect = effect(call);
    let response =
        transport.send(request.clone()).await.map_err(|error| lost(&request, error, effect))?;

    let is_read = effect == EffectClass::Read;
    let fault = |error| ActionFailure { error, certainly_without_effect: is_read };
    if is_whole {
        let json = answer::whole(&response);
        return decode(types, call.action.result, &json)
            .map_err(|mismatch| fault(Error::invalid(mismatch.to_string())));
    }
    match answer::error(call.owner.piece, &request, &response, Timestamp::now()) {
        Some(error) => {
            let certain = is_read || is_refusal(&response);
            Err(ActionFailure { error, certainly_without_effect: certain })
        }
        None => answer::body(types, ty, &request, &response).map_err(fault),
    }
}

/// How the request may be repeated: as the action declares, unless its method says that it is harmless.
pub(super) fn effect(call: &Call<'_>) -> EffectClass {
    let by_method = match request::method(call).as_deref() {
        Ok("GET" | "HEAD" | "OPTIONS") => EffectClass::Read,
        Ok("PUT" | "DELETE") => EffectClass::Idempotent,
        _ => EffectClass::Once,
    };
    let rank = |effect: &EffectClass| match effect {
        EffectClass::Read => 0,
        EffectClass::Idempotent => 1,
        EffectClass::Write => 2,
        EffectClass::Once => 3,
    };
    let declared = [call.action.effect, call.owner.action.effect, by_method];
    declared.into_iter().min_by_key(rank).unwrap_or(EffectClass::Once)
}

/// An answer by which the service says that it did nothing.
fn is_refusal(response: &HttpResponse) -> bool {
    matches!(response.status, 400..=407 | 409..=499)
}

/// What no answer means: whether the request may have had its effect decides.
fn lost(request: &HttpRequest, error: TransportError, effect: EffectClass) -> ActionFailure {
    let repeatable = matches!(effect, EffectClass::Read | EffectClass::Idempotent);
    let (kind, certain) = match &error {
        TransportError::Refused(_) => (ErrorKind::Invalid, true),
        TransportError::NotSent(_) => (ErrorKind::Unavailable, true),
        TransportError::TooLarge(_) => (ErrorKind::Invalid, false),
        TransportError::Broken(_) if repeatable => (ErrorKind::Unavailable, false),
        TransportError::Timeout(_) if repeatable => (ErrorKind::Timeout, false),
        TransportError::Broken(_) | TransportError::Timeout(_) => {
            (ErrorKind::OutcomeUnknown, false)
        }
    };
    let doubt = if kind == ErrorKind::OutcomeUnknown {
        "; whether the request had its effect is not known"
    } else {
        ""
    };
    let message = format!("{}: {error}{doubt}", answer::place(request));
    ActionFailure {
        error: Error::new(kind, message),
        certainly_without_effect: certain || effect == EffectClass::Read,
    }
}
