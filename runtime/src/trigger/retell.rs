//! Retell: `call_ended` and `call_analyzed`, which follows it and has the analysis as well.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value as Json};

use super::call::{
    Call, Message, ToolUse, add_result, entries, items, number, parsed, required, text, whole,
};
use super::end::EndReason;
use super::{AdaptError, Hook, Platform};

const PLATFORM: Platform = Platform::Retell;

/// The call of a `call_ended` or `call_analyzed`.
pub(super) fn call_finished(payload: &Json) -> Result<Json, AdaptError> {
    let event = required(PLATFORM, payload, "/event")?;
    if !matches!(event, "call_ended" | "call_analyzed") {
        return Err(AdaptError::OtherEvent {
            platform: PLATFORM,
            hook: Hook::CallFinished.as_str(),
            expected: "`call_analyzed` or `call_ended`",
            found: event.to_owned(),
        });
    }
    let id = required(PLATFORM, payload, "/call/call_id")?;
    let call = payload.pointer("/call").unwrap_or(&Json::Null);
    let direction = match (text(call, "/call_type"), text(call, "/direction")) {
        (Some("web_call"), _) => "web",
        (_, Some("outbound")) => "outbound",
        (_, Some("inbound")) => "inbound",
        _ => "web",
    };
    let (from, to) = (text(call, "/from_number"), text(call, "/to_number"));
    let (customer, line) = if direction == "outbound" { (to, from) } else { (from, to) };
    let reason = text(call, "/disconnection_reason").unwrap_or_default();
    let end_reason = end_reason(reason);
    let duration = whole(call, "/duration_ms").unwrap_or(0);
    let call = Call {
        platform: PLATFORM,
        id,
        agent_id: text(call, "/agent_id"),
        direction,
        customer,
        line,
        contact_id: None,
        carrier_call_id: text(call, "/telephony_identifier/twilio_call_sid"),
        variables: call.get("retell_llm_dynamic_variables"),
        metadata: call.get("metadata"),
        status: status(call, end_reason, duration),
        started_at: time(call, "/start_timestamp"),
        ended_at: time(call, "/end_timestamp"),
        duration,
        end_reason,
        end_reason_raw: reason,
        transferred_to: text(call, "/transfer_destination"),
        transcript: text(call, "/transcript"),
        messages: messages(call),
        recording_url: text(call, "/recording_url"),
        collected: collected(call),
        summary: text(call, "/call_analysis/call_summary"),
        successful: call.pointer("/call_analysis/call_successful").and_then(Json::as_bool),
        sentiment: text(call, "/call_analysis/user_sentiment")
            .map(str::to_lowercase)
            .filter(|sentiment| sentiment != "unknown"),
        cost: call.pointer("/call_cost/combined_cost").and_then(dollars).map(|it| (it, "USD")),
        raw: payload,
    };
    Ok(call.into_json())
}

fn time(call: &Json, pointer: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(whole(call, pointer)?).ok()
}

/// Retell's own word for a call that did not come about, or that a machine answered, before the end reason's.
fn status(call: &Json, reason: EndReason, duration: i64) -> Option<&'static str> {
    let said = reason.status(duration);
    let in_voicemail = call.pointer("/call_analysis/in_voicemail").and_then(Json::as_bool);
    match text(call, "/call_status") {
        Some("error" | "not_connected") if said == "completed" => Some("failed"),
        _ if in_voicemail == Some(true) && said == "completed" => Some("voicemail"),
        _ => None,
    }
}

fn messages(call: &Json) -> Vec<Message> {
    let list = match items(call, "/transcript_with_tool_calls") {
        [] => items(call, "/transcript_object"),
        list => list,
    };
    let mut messages = Vec::new();
    for item in list {
        let at = number(item, "/words/0/start");
        let said = text(item, "/content").unwrap_or_default();
        match text(item, "/role") {
            Some("user") => messages.push(Message::said("customer", said, at)),
            Some("agent" | "transfer_target") => messages.push(Message::said("agent", said, at)),
            Some("tool_call_invocation") => {
                let tool = ToolUse {
                    id: text(item, "/tool_call_id").map(str::to_owned),
                    name: text(item, "/name").unwrap_or("unknown").to_owned(),
                    arguments: parsed(item.get("arguments")),
                    result: None,
                };
                messages.push(Message::used(tool, at));
            }
            Some("tool_call_result") => add_result(
                &mut messages,
                text(item, "/tool_call_id"),
                None,
                parsed(item.get("content")),
                at,
            ),
            _ => {}
        }
    }
    messages
}

fn collected(call: &Json) -> Map<String, Json> {
    let mut collected = entries(call.get("collected_dynamic_variables"));
    collected.extend(entries(call.pointer("/call_analysis/custom_analysis_data")));
    collected
}

/// Retell counts in cents.
fn dollars(cents: &Json) -> Option<Json> {
    let text = cents.as_number()?.to_string();
    let cents = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text)).ok()?;
    let dollars = cents.checked_div(Decimal::ONE_HUNDRED)?.normalize().to_string();
    dollars.parse::<Number>().ok().map(Json::Number)
}

fn end_reason(reason: &str) -> EndReason {
    match reason {
        "user_hangup" => EndReason::CustomerHangup,
        "agent_hangup" | "manual_stopped" => EndReason::AgentHangup,
        "call_transfer" | "transfer_bridged" => EndReason::Transferred,
        "voicemail_reached" | "ivr_reached" => EndReason::Voicemail,
        "dial_no_answer" | "registered_call_timeout" | "error_user_not_joined" => {
            EndReason::NoAnswer
        }
        "dial_busy" => EndReason::Busy,
        "user_declined" => EndReason::Declined,
        "transfer_cancelled" => EndReason::Canceled,
        "inactivity" => EndReason::Silence,
        "max_duration_reached" => EndReason::MaxDuration,
        "invalid_destination" => EndReason::InvalidNumber,
        "scam_detected" | "marked_as_spam" | "telephony_provider_permission_denied" => {
            EndReason::Blocked
        }
        "concurrency_limit_reached" | "no_valid_payment" => EndReason::PlatformError,
        "dial_failed" | "sip_routing_error" | "telephony_provider_unavailable" => {
            EndReason::CarrierError
        }
        _ if reason.starts_with("error_") => EndReason::PlatformError,
        _ => EndReason::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_become_dollars_exactly() {
        let dollars =
            |text: &str| dollars(&serde_json::from_str(text).unwrap()).map(|it| it.to_string());
        assert_eq!(dollars("9.4").as_deref(), Some("0.094"));
        assert_eq!(dollars("1200").as_deref(), Some("12"));
        assert_eq!(dollars("0").as_deref(), Some("0"));
        assert_eq!(dollars("1.5e1").as_deref(), Some("0.15"));
        assert_eq!(dollars("\"9.4\""), None);
    }
}
