//! The parts of a canonical call, and how they are read from what platforms write.

use callflow_artifact::phone::is_phone;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::end::EndReason;
use super::{AdaptError, Platform};

/// A canonical call in the making. Fields that are none are left out.
pub(super) struct Call<'a> {
    pub(super) platform: Platform,
    pub(super) id: &'a str,
    pub(super) agent_id: Option<&'a str>,
    /// `inbound`, `outbound`, `web`
    pub(super) direction: &'static str,
    /// The person's number.
    pub(super) customer: Option<&'a str>,
    /// Our number.
    pub(super) line: Option<&'a str>,
    pub(super) contact_id: Option<&'a str>,
    pub(super) carrier_call_id: Option<&'a str>,
    pub(super) variables: Option<&'a Json>,
    pub(super) metadata: Option<&'a Json>,
    /// Where it is not what the end reason says.
    pub(super) status: Option<&'static str>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// In milliseconds.
    pub(super) duration: i64,
    pub(super) end_reason: EndReason,
    pub(super) end_reason_raw: &'a str,
    pub(super) transferred_to: Option<&'a str>,
    /// Where there is none it is made of the messages.
    pub(super) transcript: Option<&'a str>,
    pub(super) messages: Vec<Message>,
    pub(super) recording_url: Option<&'a str>,
    pub(super) collected: Map<String, Json>,
    pub(super) summary: Option<&'a str>,
    pub(super) successful: Option<bool>,
    pub(super) sentiment: Option<String>,
    /// Amount and currency.
    pub(super) cost: Option<(Json, &'static str)>,
    pub(super) raw: &'a Json,
}

/// A turn of the conversation.
pub(super) struct Message {
    /// `agent`, `customer`, `system`, `tool`
    pub(super) role: &'static str,
    pub(super) text: String,
    /// In seconds since the start of the call.
    pub(super) at: Option<Json>,
    pub(super) interrupted: bool,
    pub(super) tool: Option<ToolUse>,
}

/// A tool that the agent called.
pub(super) struct ToolUse {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) arguments: Json,
    pub(super) result: Option<Json>,
}

impl Call<'_> {
    /// The call as JSON of the prelude's `Call`.
    pub(super) fn into_json(self) -> Json {
        let customer = phone(self.customer);
        let line = phone(self.line);
        let (from, to) = match self.direction {
            "outbound" => (line.clone(), customer.clone()),
            _ => (customer.clone(), line.clone()),
        };
        let status = self.status.unwrap_or_else(|| self.end_reason.status(self.duration));
        let transcript = match self.transcript {
            Some(text) => text.to_owned(),
            None => joined(&self.messages),
        };
        let analysis = {
            let mut analysis = Map::new();
            put(&mut analysis, "summary", self.summary);
            put(&mut analysis, "successful", self.successful);
            put(&mut analysis, "sentiment", self.sentiment);
            if analysis.is_empty() { None } else { Some(analysis) }
        };
        let cost =
            self.cost.map(|(amount, currency)| json!({ "amount": amount, "currency": currency }));
        let messages: Vec<Json> = self.messages.into_iter().map(Message::into_json).collect();

        let mut call = Map::new();
        put(&mut call, "id", Some(self.id));
        put(&mut call, "key", Some(format!("{}:{}", self.platform, self.id)));
        put(&mut call, "platform", Some(self.platform.as_str()));
        put(&mut call, "agent_id", self.agent_id);
        put(&mut call, "direction", Some(self.direction));
        put(&mut call, "customer", customer);
        put(&mut call, "line", line);
        put(&mut call, "from", from);
        put(&mut call, "to", to);
        put(&mut call, "contact_id", self.contact_id);
        put(&mut call, "carrier_call_id", self.carrier_call_id);
        put(&mut call, "variables", Some(texts(self.variables)));
        put(&mut call, "metadata", Some(entries(self.metadata)));
        put(&mut call, "status", Some(status));
        put(&mut call, "started_at", self.started_at.map(|it| it.to_string()));
        put(&mut call, "ended_at", self.ended_at.map(|it| it.to_string()));
        put(&mut call, "duration", Some(seconds(self.duration)));
        put(&mut call, "end_reason", Some(self.end_reason.as_str()));
        put(&mut call, "end_reason_raw", Some(self.end_reason_raw));
        put(&mut call, "transferred_to", phone(self.transferred_to));
        put(&mut call, "transcript", Some(transcript));
        put(&mut call, "messages", Some(messages));
        put(&mut call, "recording_url", self.recording_url);
        put(&mut call, "collected", Some(self.collected));
        put(&mut call, "analysis", analysis);
        put(&mut call, "cost", cost);
        put(&mut call, "raw", Some(self.raw.clone()));
        Json::Object(call)
    }
}

impl Message {
    /// A turn of a person, the agent or the system.
    pub(super) fn said(role: &'static str, text: &str, at: Option<Json>) -> Message {
        Message { role, text: text.to_owned(), at, interrupted: false, tool: None }
    }

    /// A tool that the agent called.
    pub(super) fn used(tool: ToolUse, at: Option<Json>) -> Message {
        Message { role: "tool", text: String::new(), at, interrupted: false, tool: Some(tool) }
    }

    fn into_json(self) -> Json {
        let mut message = Map::new();
        put(&mut message, "role", Some(self.role));
        put(&mut message, "text", Some(self.text));
        put(&mut message, "at", self.at);
        put(&mut message, "interrupted", Some(self.interrupted));
        put(&mut message, "tool", self.tool.map(ToolUse::into_json));
        Json::Object(message)
    }
}

impl ToolUse {
    fn into_json(self) -> Json {
        let mut tool = Map::new();
        put(&mut tool, "id", self.id);
        put(&mut tool, "name", Some(self.name));
        put(&mut tool, "arguments", Some(self.arguments));
        put(&mut tool, "result", self.result);
        Json::Object(tool)
    }
}

/// Adds what a tool gave to the call of the tool; as a call of its own where that is not known.
pub(super) fn add_result(
    messages: &mut Vec<Message>,
    id: Option<&str>,
    name: Option<&str>,
    result: Json,
    at: Option<Json>,
) {
    let called = messages
        .iter_mut()
        .rev()
        .filter_map(|it| it.tool.as_mut())
        .find(|tool| tool.result.is_none() && id.is_some() && tool.id.as_deref() == id);
    match called {
        Some(tool) => tool.result = Some(result),
        None => {
            let tool = ToolUse {
                id: id.map(str::to_owned),
                name: name.unwrap_or("unknown").to_owned(),
                arguments: json!({}),
                result: Some(result),
            };
            messages.push(Message::used(tool, at));
        }
    }
}

/// The text at a JSON pointer; none where it is empty.
pub(super) fn text<'a>(json: &'a Json, pointer: &str) -> Option<&'a str> {
    json.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// The first of several texts that is there.
pub(super) fn any_text<'a>(json: &'a Json, pointers: &[&str]) -> Option<&'a str> {
    pointers.iter().find_map(|pointer| text(json, pointer))
}

/// The items of the list at a JSON pointer.
pub(super) fn items<'a>(json: &'a Json, pointer: &str) -> &'a [Json] {
    json.pointer(pointer).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The number at a JSON pointer, rounded down.
pub(super) fn whole(json: &Json, pointer: &str) -> Option<i64> {
    let number = json.pointer(pointer)?;
    number.as_i64().or_else(|| number.as_f64().map(|float| float as i64))
}

/// The number at a JSON pointer, as it is written.
pub(super) fn number(json: &Json, pointer: &str) -> Option<Json> {
    json.pointer(pointer).filter(|it| it.is_number()).cloned()
}

/// JSON that may come as its text; a text that is no JSON stands for itself.
pub(super) fn parsed(json: Option<&Json>) -> Json {
    match json {
        Some(Json::String(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone()))
        }
        Some(json) => json.clone(),
        None => Json::Null,
    }
}

/// The text that must be at a JSON pointer.
pub(super) fn required<'a>(
    platform: Platform,
    json: &'a Json,
    pointer: &str,
) -> Result<&'a str, AdaptError> {
    text(json, pointer).ok_or_else(|| {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        AdaptError::NoEvent { platform, reason: format!("`{path}` is missing") }
    })
}

fn put(object: &mut Map<String, Json>, name: &str, value: Option<impl Into<Json>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

/// A number as a `phone`; none for what is no address (`anonymous`, an empty text).
fn phone(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    is_phone(text).then(|| text.to_owned())
}

/// Milliseconds as seconds.
pub(super) fn seconds(milliseconds: i64) -> Json {
    let milliseconds = milliseconds.max(0);
    if milliseconds % 1000 == 0 {
        json!(milliseconds / 1000)
    } else {
        json!(milliseconds as f64 / 1000.0)
    }
}

/// An object with every value as text. Null is left out.
fn texts(json: Option<&Json>) -> Map<String, Json> {
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    entries(json)
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, Json::String(text(&value))))
        .collect()
}

/// The entries of an object; none of anything else.
pub(super) fn entries(json: Option<&Json>) -> Map<String, Json> {
    json.and_then(Json::as_object).cloned().unwrap_or_default()
}

/// The conversation as text, one line a turn.
fn joined(messages: &[Message]) -> String {
    let mut text = String::new();
    for message in messages {
        let who = match message.role {
            "agent" => "Agent",
            "customer" => "Customer",
            _ => continue,
        };
        text.push_str(&format!("{who}: {}\n", message.text));
    }
    text
}
