//! Our own JSON, which home-grown agents send: LiveKit, Pipecat, OpenAI's realtime API.
//!
//! It is the prelude's `Call` already. What follows from the rest may be left out: `key` from platform and id,
//! `platform` (then `http`), `from` and `to` from customer, line and direction, or the other way round.

use serde_json::{Map, Value as Json};

use super::{AdaptError, Platform};

/// The call with what follows from the rest filled in.
pub(super) fn call_finished(payload: &Json) -> Result<Json, AdaptError> {
    let Json::Object(call) = payload else {
        let reason = "a call is a JSON object".to_owned();
        return Err(AdaptError::NoEvent { platform: Platform::Http, reason });
    };
    let mut call = call.clone();
    let platform = text(&call, "platform").unwrap_or("http").to_owned();
    if let Some(id) = text(&call, "id") {
        let key = format!("{platform}:{id}");
        fill(&mut call, "key", Some(key));
    }
    fill(&mut call, "platform", Some(platform));
    let is_outbound = text(&call, "direction") == Some("outbound");
    let pairs = if is_outbound {
        [("from", "line"), ("to", "customer")]
    } else {
        [("from", "customer"), ("to", "line")]
    };
    for (position, party) in pairs {
        let (a, b) = (owned(&call, position), owned(&call, party));
        fill(&mut call, position, b);
        fill(&mut call, party, a);
    }
    Ok(Json::Object(call))
}

fn text<'a>(call: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    call.get(name).and_then(Json::as_str)
}

fn owned(call: &Map<String, Json>, name: &str) -> Option<String> {
    text(call, name).map(str::to_owned)
}

fn fill(call: &mut Map<String, Json>, name: &str, value: Option<String>) {
    if let (None | Some(Json::Null), Some(value)) = (call.get(name), value) {
        call.insert(name.to_owned(), Json::String(value));
    }
}
