use serde_json::json;

use super::*;

fn fixture(name: &str) -> Json {
    let text = match name {
        "vapi.end-of-call-report" => include_str!("fixtures/vapi.end-of-call-report.json"),
        "vapi.tool-calls" => include_str!("fixtures/vapi.tool-calls.json"),
        "retell.call_ended" => include_str!("fixtures/retell.call_ended.json"),
        "retell.call_analyzed" => include_str!("fixtures/retell.call_analyzed.json"),
        "elevenlabs.post_call_transcription" => {
            include_str!("fixtures/elevenlabs.post_call_transcription.json")
        }
        "elevenlabs.call_initiation_failure" => {
            include_str!("fixtures/elevenlabs.call_initiation_failure.json")
        }
        other => panic!("there is no fixture {other}"),
    };
    serde_json::from_str(text).unwrap()
}

/// The canonical call of a fixture, without the payload in it.
fn call(platform: Platform, payload: &Json) -> Json {
    let mut call = adapt(platform, Hook::CallFinished, payload).unwrap();
    let raw = call.as_object_mut().unwrap().remove("raw");
    assert_eq!(raw.as_ref(), Some(payload));
    call
}

fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap()
}

#[test]
fn vapi_end_of_call_report() {
    insta::assert_snapshot!(pretty(&call(Platform::Vapi, &fixture("vapi.end-of-call-report"))));
}

#[test]
fn retell_call_analyzed() {
    insta::assert_snapshot!(pretty(&call(Platform::Retell, &fixture("retell.call_analyzed"))));
}

#[test]
fn retell_call_ended_lacks_only_the_analysis() {
    let ended = call(Platform::Retell, &fixture("retell.call_ended"));
    let mut analyzed = call(Platform::Retell, &fixture("retell.call_analyzed"));
    assert_eq!(ended.get("analysis"), None);
    analyzed.as_object_mut().unwrap().remove("analysis").unwrap();
    analyzed["collected"] = json!({});
    assert_eq!(ended, analyzed);
}

#[test]
fn retell_calls_that_never_connected() {
    let mut payload = fixture("retell.call_ended");
    let mut status = |call_status: &str, reason: &str| {
        payload["call"]["call_status"] = json!(call_status);
        payload["call"]["disconnection_reason"] = json!(reason);
        let call = call(Platform::Retell, &payload);
        format!("{reason} → {} {}", call["status"], call["end_reason"])
    };
    let outcomes = [
        status("not_connected", "dial_no_answer"),
        status("not_connected", "dial_busy"),
        status("not_connected", "user_declined"),
        status("not_connected", "invalid_destination"),
        status("error", "error_llm_websocket_open"),
        status("ended", "call_transfer"),
        status("ended", "voicemail_reached"),
        status("not_connected", "something_new"),
    ];
    insta::assert_snapshot!(outcomes.join("\n"), @r#"
    dial_no_answer → "no_answer" "no_answer"
    dial_busy → "busy" "busy"
    user_declined → "no_answer" "declined"
    invalid_destination → "failed" "invalid_number"
    error_llm_websocket_open → "failed" "platform_error"
    call_transfer → "transferred" "transferred"
    voicemail_reached → "voicemail" "voicemail"
    something_new → "failed" "unknown"
    "#);
}

#[test]
fn retell_outbound_calls_have_the_customer_at_the_other_end() {
    let mut payload = fixture("retell.call_ended");
    payload["call"]["direction"] = json!("outbound");
    let call = call(Platform::Retell, &payload);
    assert_eq!([&call["customer"], &call["to"]], ["+14155550100", "+14155550100"]);
    assert_eq!([&call["line"], &call["from"]], ["+14155550111", "+14155550111"]);
}

#[test]
fn elevenlabs_post_call_transcription() {
    let payload = fixture("elevenlabs.post_call_transcription");
    insta::assert_snapshot!(pretty(&call(Platform::ElevenLabs, &payload)));
}

#[test]
fn elevenlabs_call_initiation_failure() {
    let payload = fixture("elevenlabs.call_initiation_failure");
    insta::assert_snapshot!(pretty(&call(Platform::ElevenLabs, &payload)));
}

#[test]
fn canonical_calls_have_gaps_filled() {
    let payload = json!({
        "id": "c1", "direction": "outbound", "customer": "+14155550111", "from": "+14155550100",
        "key": null, "variables": { "a": "b" }
    });
    let call = adapt(Platform::Http, Hook::CallFinished, &payload).unwrap();
    insta::assert_snapshot!(pretty(&call), @r#"
    {
      "id": "c1",
      "direction": "outbound",
      "customer": "+14155550111",
      "from": "+14155550100",
      "key": "http:c1",
      "variables": {
        "a": "b"
      },
      "platform": "http",
      "line": "+14155550100",
      "to": "+14155550111"
    }
    "#);
    // What is there stays.
    let payload = json!({ "id": "c1", "key": "k", "platform": "livekit", "direction": "web" });
    assert_eq!(adapt(Platform::Http, Hook::CallFinished, &payload).unwrap(), payload);
}

#[test]
fn a_number_that_is_none_is_left_out() {
    let mut payload = fixture("retell.call_ended");
    payload["call"]["from_number"] = json!("anonymous");
    let call = call(Platform::Retell, &payload);
    assert_eq!([call.get("customer"), call.get("from")], [None, None]);
}

#[test]
fn other_events_are_named() {
    let error = |platform, payload: &Json| {
        adapt(platform, Hook::CallFinished, payload).unwrap_err().to_string()
    };
    let report = fixture("vapi.end-of-call-report");
    let errors = [
        error(Platform::Vapi, &fixture("vapi.tool-calls")),
        error(Platform::Retell, &json!({ "event": "call_started", "call": {} })),
        error(Platform::ElevenLabs, &json!({ "type": "post_call_audio", "data": {} })),
        error(Platform::Retell, &report),
        error(Platform::Vapi, &fixture("retell.call_ended")),
        error(Platform::Vapi, &json!({ "message": { "type": "end-of-call-report" } })),
        error(Platform::ElevenLabs, &json!({ "type": "post_call_transcription" })),
        error(Platform::Http, &json!([1])),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    this is vapi's `tool-calls`; call_finished takes `end-of-call-report`
    this is retell's `call_started`; call_finished takes `call_analyzed` or `call_ended`
    this is elevenlabs's `post_call_audio`; call_finished takes `post_call_transcription` or `call_initiation_failure`
    this is no event of retell: `event` is missing
    this is no event of vapi: `message.type` is missing
    this is no event of vapi: `message.call.id` is missing
    this is no event of elevenlabs: `data.conversation_id` is missing
    this is no event of http: a call is a JSON object
    "#);
}

#[test]
fn no_payload_is_too_strange() {
    let strange = [
        json!({ "message": { "type": "end-of-call-report", "call": { "id": "1" }, "startedAt": 7,
            "artifact": { "messages": [1, { "role": 2 }, { "role": "tool_calls", "toolCalls": 3 }] } } }),
        json!({ "event": "call_ended", "call": { "call_id": "1", "start_timestamp": 1e300,
            "duration_ms": -5, "transcript_with_tool_calls": "x", "call_cost": { "combined_cost": "1" } } }),
        json!({ "type": "post_call_transcription", "data": { "conversation_id": "1",
            "metadata": { "call_duration_secs": 9223372036854775807_i64, "start_time_unix_secs": 1 },
            "transcript": [{ "tool_calls": [{}], "tool_results": [{}] }] } }),
    ];
    for (platform, payload) in
        [Platform::Vapi, Platform::Retell, Platform::ElevenLabs].into_iter().zip(&strange)
    {
        let call = call(platform, payload);
        assert_eq!(call["id"], "1");
        assert!(call["duration"].as_f64().unwrap() >= 0.0, "{call}");
    }
}
