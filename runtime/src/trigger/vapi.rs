//! Vapi: `end-of-call-report`.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::call::{
    Call, Message, ToolUse, add_result, any_text, entries, items, number, parsed, required, text,
};
use super::end::EndReason;
use super::{AdaptError, Hook, Platform};

const PLATFORM: Platform = Platform::Vapi;

/// The call of an `end-of-call-report`.
pub(super) fn call_finished(payload: &Json) -> Result<Json, AdaptError> {
    let event = required(PLATFORM, payload, "/message/type")?;
    if event != "end-of-call-report" {
        return Err(AdaptError::OtherEvent {
            platform: PLATFORM,
            hook: Hook::CallFinished.as_str(),
            expected: "`end-of-call-report`",
            found: event.to_owned(),
        });
    }
    let id = required(PLATFORM, payload, "/message/call/id")?;
    let message = payload.pointer("/message").unwrap_or(&Json::Null);
    let started_at = time(message, &["/startedAt", "/call/startedAt"]);
    let ended_at = time(message, &["/endedAt", "/call/endedAt"]);
    let duration = match (started_at, ended_at) {
        (Some(start), Some(end)) => end.as_millisecond() - start.as_millisecond(),
        _ => 0,
    };
    let reason = any_text(message, &["/endedReason", "/call/endedReason"]).unwrap_or_default();
    let call = Call {
        platform: PLATFORM,
        id,
        agent_id: any_text(message, &["/call/assistantId", "/assistant/id", "/call/assistant/id"]),
        direction: match text(message, "/call/type") {
            Some("inboundPhoneCall") => "inbound",
            Some("outboundPhoneCall") => "outbound",
            _ => "web",
        },
        customer: any_text(
            message,
            &[
                "/customer/number",
                "/call/customer/number",
                "/customer/sipUri",
                "/call/customer/sipUri",
            ],
        ),
        line: any_text(message, &["/phoneNumber/number", "/call/phoneNumber/number"]),
        contact_id: any_text(message, &["/customer/externalId", "/call/customer/externalId"]),
        carrier_call_id: text(message, "/call/phoneCallProviderId"),
        variables: message.pointer("/call/assistantOverrides/variableValues"),
        metadata: message.pointer("/call/assistantOverrides/metadata"),
        status: None,
        started_at,
        ended_at,
        duration,
        end_reason: end_reason(reason),
        end_reason_raw: reason,
        transferred_to: any_text(message, &["/destination/number", "/destination/sipUri"]),
        transcript: any_text(message, &["/artifact/transcript", "/transcript"]),
        messages: messages(message),
        recording_url: any_text(
            message,
            &[
                "/artifact/presignedMonoUrl",
                "/artifact/recordingUrl",
                "/artifact/recording/mono/combinedUrl",
            ],
        ),
        collected: collected(message),
        summary: text(message, "/analysis/summary"),
        successful: message.pointer("/analysis/successEvaluation").and_then(successful),
        sentiment: None,
        cost: number(message, "/cost").or(number(message, "/call/cost")).map(|it| (it, "USD")),
        raw: payload,
    };
    Ok(call.into_json())
}

fn time(message: &Json, pointers: &[&str]) -> Option<Timestamp> {
    any_text(message, pointers)?.parse().ok()
}

fn messages(message: &Json) -> Vec<Message> {
    let list = match items(message, "/artifact/messages") {
        [] => items(message, "/messages"),
        list => list,
    };
    let mut messages = Vec::new();
    for item in list {
        // `duration` is documented in seconds and comes in milliseconds; this is in seconds always.
        let at = number(item, "/secondsFromStart");
        let said = any_text(item, &["/message", "/content"]).unwrap_or_default();
        match text(item, "/role") {
            Some("user") => messages.push(Message::said("customer", said, at)),
            Some("bot" | "assistant") => messages.push(Message::said("agent", said, at)),
            Some("system") => messages.push(Message::said("system", said, at)),
            Some("tool_calls") => {
                for call in items(item, "/toolCalls") {
                    messages.push(Message::used(tool(call), at.clone()));
                }
            }
            Some("tool_call_result") => add_result(
                &mut messages,
                text(item, "/toolCallId"),
                text(item, "/name"),
                parsed(item.get("result")),
                at,
            ),
            _ => {}
        }
    }
    messages
}

/// The arguments come as text, as an object, or as `parameters`.
fn tool(call: &Json) -> ToolUse {
    let arguments = call.pointer("/function/arguments").or(call.get("parameters"));
    ToolUse {
        id: text(call, "/id").map(str::to_owned),
        name: any_text(call, &["/function/name", "/name"]).unwrap_or("unknown").to_owned(),
        arguments: parsed(arguments),
        result: None,
    }
}

fn collected(message: &Json) -> Map<String, Json> {
    let mut collected = entries(message.pointer("/artifact/variableValues"));
    for (id, output) in entries(message.pointer("/artifact/structuredOutputs")) {
        let name = text(&output, "/name").unwrap_or(&id).to_owned();
        collected.insert(name, output.get("result").unwrap_or(&output).clone());
    }
    collected.extend(entries(message.pointer("/analysis/structuredData")));
    collected
}

/// What the rubric says, where it says yes or no.
fn successful(evaluation: &Json) -> Option<bool> {
    match evaluation {
        Json::Bool(truth) => Some(*truth),
        Json::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "pass" => Some(true),
            "false" | "fail" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Vapi knows more than six hundred reasons; they go by families.
fn end_reason(reason: &str) -> EndReason {
    let begins = |prefix: &str| reason.starts_with(prefix);
    match reason {
        "assistant-said-end-call-phrase" => EndReason::AgentHangup,
        "assistant-forwarded-call" => EndReason::Transferred,
        "voicemail" => EndReason::Voicemail,
        "customer-did-not-answer" => EndReason::NoAnswer,
        "vonage-rejected" => EndReason::Declined,
        "manually-canceled" | "scheduled-call-deleted" | "call-deleted" => EndReason::Canceled,
        "silence-timed-out" => EndReason::Silence,
        "exceeded-max-duration" => EndReason::MaxDuration,
        "twilio-reported-customer-misdialed" => EndReason::InvalidNumber,
        "twilio-failed-to-connect-call" => EndReason::CarrierError,
        "assistant-request-returned-error" => EndReason::Blocked,
        _ if begins("customer-ended-call") => EndReason::CustomerHangup,
        _ if begins("assistant-ended-call") => EndReason::AgentHangup,
        _ if begins("call.") && reason.ends_with("hook-executed-transfer") => {
            EndReason::Transferred
        }
        _ if reason.ends_with("no-answer") => EndReason::NoAnswer,
        _ if reason.ends_with("busy") => EndReason::Busy,
        // The provider at fault is the carrier where SIP is spoken, else a model's or a voice's.
        _ if reason.contains("providerfault") && reason.contains("sip") => EndReason::CarrierError,
        _ if begins("pipeline-")
            || begins("call.in-progress.error-")
            || begins("assistant-request-") =>
        {
            EndReason::PlatformError
        }
        _ if begins("vonage-") || reason.contains("providerfault") => EndReason::CarrierError,
        _ => EndReason::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_by_family() {
        for (reason, expected) in [
            ("customer-ended-call-during-transfer", EndReason::CustomerHangup),
            ("assistant-ended-call-with-hangup-task", EndReason::AgentHangup),
            ("call.in-progress.hook-executed-transfer", EndReason::Transferred),
            ("call.ringing.sip-no-answer", EndReason::NoAnswer),
            ("customer-busy", EndReason::Busy),
            ("pipeline-no-available-llm-model", EndReason::PlatformError),
            ("call.in-progress.error-vapifault-worker-died", EndReason::PlatformError),
            ("call.in-progress.error-providerfault-openai-llm-failed", EndReason::PlatformError),
            ("call.in-progress.error-providerfault-outbound-sip-403", EndReason::CarrierError),
            ("assistant-request-failed", EndReason::PlatformError),
            ("assistant-request-returned-error", EndReason::Blocked),
            ("vonage-failed-to-connect-call", EndReason::CarrierError),
            ("worker-shutdown", EndReason::Unknown),
            ("", EndReason::Unknown),
        ] {
            assert_eq!(end_reason(reason), expected, "{reason}");
        }
    }

    #[test]
    fn a_rubric_that_says_neither_yes_nor_no_is_none() {
        let said =
            ["true", "Pass", "false", "8", "Excellent"].map(|it| successful(&Json::from(it)));
        assert_eq!(said, [Some(true), Some(true), Some(false), None, None]);
    }
}
