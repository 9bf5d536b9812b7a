//! ElevenLabs Agents: `post_call_transcription`, and `call_initiation_failure` for a call that nobody answered.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::call::{
    Call, Message, ToolUse, add_result, any_text, entries, items, number, parsed, required, text,
    whole,
};
use super::end::EndReason;
use super::{AdaptError, Hook, Platform};

const PLATFORM: Platform = Platform::ElevenLabs;

/// The call of a `post_call_transcription` or a `call_initiation_failure`.
pub(super) fn call_finished(payload: &Json) -> Result<Json, AdaptError> {
    let event = required(PLATFORM, payload, "/type")?;
    let id = required(PLATFORM, payload, "/data/conversation_id");
    match event {
        "post_call_transcription" => Ok(held(payload, id?).into_json()),
        "call_initiation_failure" => Ok(missed(payload, id?).into_json()),
        _ => Err(AdaptError::OtherEvent {
            platform: PLATFORM,
            hook: Hook::CallFinished.as_str(),
            expected: "`post_call_transcription` or `call_initiation_failure`",
            found: event.to_owned(),
        }),
    }
}

/// A call that was held.
fn held<'a>(payload: &'a Json, id: &'a str) -> Call<'a> {
    let data = payload.pointer("/data").unwrap_or(&Json::Null);
    let started_at = time(data, "/metadata/start_time_unix_secs");
    let seconds = whole(data, "/metadata/call_duration_secs").unwrap_or(0).max(0);
    let ended_at = started_at.and_then(|start| {
        start.checked_add(std::time::Duration::from_secs(seconds.unsigned_abs())).ok()
    });
    let reason = any_text(
        data,
        &["/metadata/termination_reason", "/metadata/error/reason", "/metadata/error"],
    );
    let messages = messages(data);
    let end_reason = end_reason(data, reason.unwrap_or_default(), &messages);
    Call {
        platform: PLATFORM,
        id,
        agent_id: text(data, "/agent_id"),
        direction: match text(data, "/metadata/phone_call/direction") {
            Some("inbound") => "inbound",
            Some("outbound") => "outbound",
            _ => "web",
        },
        customer: text(data, "/metadata/phone_call/external_number"),
        line: text(data, "/metadata/phone_call/agent_number"),
        contact_id: text(data, "/user_id"),
        carrier_call_id: text(data, "/metadata/phone_call/call_sid"),
        variables: data.pointer("/conversation_initiation_client_data/dynamic_variables"),
        metadata: None,
        status: None,
        started_at,
        ended_at,
        duration: seconds.saturating_mul(1000),
        end_reason,
        end_reason_raw: reason.unwrap_or_default(),
        transferred_to: transferred_to(data),
        transcript: None,
        messages,
        recording_url: None,
        collected: collected(data),
        summary: text(data, "/analysis/transcript_summary"),
        successful: match text(data, "/analysis/call_successful") {
            Some("success") => Some(true),
            Some("failure") => Some(false),
            _ => None,
        },
        sentiment: None,
        cost: number(data, "/metadata/cost").map(|amount| (amount, "credits")),
        raw: payload,
    }
}

/// A call of ours that did not come about. Nothing else is sent of it.
fn missed<'a>(payload: &'a Json, id: &'a str) -> Call<'a> {
    let data = payload.pointer("/data").unwrap_or(&Json::Null);
    let body = data.pointer("/metadata/body").unwrap_or(&Json::Null);
    let reason = text(data, "/failure_reason").unwrap_or_default();
    Call {
        platform: PLATFORM,
        id,
        agent_id: text(data, "/agent_id"),
        direction: "outbound",
        customer: any_text(body, &["/to_number", "/To", "/Called"]),
        line: any_text(body, &["/from_number", "/From", "/Caller"]),
        contact_id: text(data, "/user_id"),
        carrier_call_id: any_text(body, &["/call_sid", "/CallSid"]),
        variables: data.pointer("/conversation_initiation_client_data/dynamic_variables"),
        metadata: None,
        status: None,
        started_at: None,
        ended_at: time(payload, "/event_timestamp"),
        duration: 0,
        end_reason: match reason {
            "busy" => EndReason::Busy,
            "no-answer" => EndReason::NoAnswer,
            _ => EndReason::CarrierError,
        },
        end_reason_raw: reason,
        transferred_to: None,
        transcript: None,
        messages: Vec::new(),
        recording_url: None,
        collected: Map::new(),
        summary: None,
        successful: None,
        sentiment: None,
        cost: None,
        raw: payload,
    }
}

fn time(json: &Json, pointer: &str) -> Option<Timestamp> {
    Timestamp::from_second(whole(json, pointer)?).ok()
}

/// A turn may have a text, tools that it called and results that came back, or only some of these.
fn messages(data: &Json) -> Vec<Message> {
    let mut messages = Vec::new();
    for turn in items(data, "/transcript") {
        let at = number(turn, "/time_in_call_secs");
        let role = if text(turn, "/role") == Some("user") { "customer" } else { "agent" };
        if let Some(said) = text(turn, "/message") {
            let mut message = Message::said(role, said, at.clone());
            message.interrupted =
                turn.get("interrupted").and_then(Json::as_bool).unwrap_or_default();
            messages.push(message);
        }
        for call in items(turn, "/tool_calls") {
            let tool = ToolUse {
                id: text(call, "/request_id").map(str::to_owned),
                name: text(call, "/tool_name").unwrap_or("unknown").to_owned(),
                arguments: parsed(call.get("params_as_json")),
                result: None,
            };
            messages.push(Message::used(tool, at.clone()));
        }
        for result in items(turn, "/tool_results") {
            add_result(
                &mut messages,
                text(result, "/request_id"),
                text(result, "/tool_name"),
                parsed(result.get("result_value")),
                at.clone(),
            );
        }
    }
    messages
}

fn collected(data: &Json) -> Map<String, Json> {
    entries(data.pointer("/analysis/data_collection_results"))
        .into_iter()
        .filter_map(|(id, result)| Some((id, result.get("value")?.clone())))
        .collect()
}

/// The number that the agent's own transfer tool was given.
fn transferred_to(data: &Json) -> Option<&str> {
    let calls = items(data, "/transcript").iter().flat_map(|turn| items(turn, "/tool_results"));
    calls
        .filter(|result| text(result, "/tool_name") == Some("transfer_to_number"))
        .find_map(|result| any_text(result, &["/result/transfer_number", "/transfer_number"]))
}

/// Its own tools say it best; else it is told in words.
fn end_reason(data: &Json, reason: &str, messages: &[Message]) -> EndReason {
    if text(data, "/status") == Some("failed") {
        return EndReason::PlatformError;
    }
    let last_tool = messages.iter().rev().find_map(|message| message.tool.as_ref());
    match last_tool.map(|tool| tool.name.as_str()) {
        Some("end_call") => return EndReason::AgentHangup,
        Some("transfer_to_number") => return EndReason::Transferred,
        Some("voicemail_detection") => return EndReason::Voicemail,
        _ => {}
    }
    let reason = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if says(&["max duration", "maximum duration", "max_duration", "duration limit"]) {
        EndReason::MaxDuration
    } else if says(&["transfer"]) {
        EndReason::Transferred
    } else if says(&["voicemail"]) {
        EndReason::Voicemail
    } else if says(&["silence", "inactivity"]) {
        EndReason::Silence
    } else if says(&["end_call", "ended by agent", "agent ended"]) {
        EndReason::AgentHangup
    } else if says(&[
        "remote party",
        "client disconnected",
        "client ended",
        "user ended",
        "hung up",
    ]) {
        EndReason::CustomerHangup
    } else {
        EndReason::Unknown
    }
}
