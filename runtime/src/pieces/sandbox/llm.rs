//! Language models in the sandbox: OpenAI's chat completions, which most services speak, and Anthropic's
//! messages.
//!
//! Who asks for structured output gets an instance of the schema, wherever that service puts it; who asks for
//! text gets a sentence that quotes the prompt, so that it can be seen what went where.

use serde_json::{Value as Json, json};

use super::check::Checked;
use super::schema::instance;

/// How much of a prompt is quoted, in characters.
const QUOTED: usize = 60;

/// The answer of a language model; none to a request that asks none.
pub(super) fn answer(request: &Checked) -> Option<Json> {
    let body = &request.body;
    let model = body.get("model")?.as_str()?;
    let messages = body.get("messages")?.as_array()?;
    if request.method != "POST" {
        return None;
    }
    let prompt = messages.iter().rev().find_map(|it| text(it.get("content")?)).unwrap_or_default();
    Some(if request.last() == "messages" {
        anthropic(body, model, &prompt)
    } else {
        openai(body, model, &prompt)
    })
}

fn openai(body: &Json, model: &str, prompt: &str) -> Json {
    let schema = body.pointer("/response_format/json_schema/schema");
    let forced = body.pointer("/tool_choice/function/name");
    let (message, finish) = match (schema, forced) {
        (None, Some(name)) => {
            let arguments = instance(tool(body, name, "/function/name", "/function/parameters"));
            let call = json!({
                "id": "call_sandbox",
                "type": "function",
                "function": { "name": name, "arguments": arguments.to_string() },
            });
            (json!({ "role": "assistant", "content": null, "tool_calls": [call] }), "tool_calls")
        }
        (schema, _) => {
            let content = content(schema, prompt);
            (json!({ "role": "assistant", "content": content }), "stop")
        }
    };
    json!({
        "id": "chatcmpl-sandbox",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0 },
    })
}

fn anthropic(body: &Json, model: &str, prompt: &str) -> Json {
    let schema = body
        .pointer("/output_config/format/schema")
        .or_else(|| body.pointer("/output_format/schema"));
    let forced = body.pointer("/tool_choice/name");
    let (block, stop) = match (schema, forced) {
        (None, Some(name)) => {
            let input = instance(tool(body, name, "/name", "/input_schema"));
            let id = "toolu_sandbox";
            (json!({ "type": "tool_use", "id": id, "name": name, "input": input }), "tool_use")
        }
        (schema, _) => (json!({ "type": "text", "text": content(schema, prompt) }), "end_turn"),
    };
    json!({
        "id": "msg_sandbox",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": stop,
        "usage": { "input_tokens": 0, "output_tokens": 0 },
    })
}

/// The schema of the tool that the model is made to call.
fn tool<'a>(body: &'a Json, name: &Json, at_name: &str, at_schema: &str) -> &'a Json {
    let tools = body.get("tools").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let called = tools.iter().find(|tool| tool.pointer(at_name) == Some(name));
    called.and_then(|tool| tool.pointer(at_schema)).unwrap_or(&Json::Null)
}

fn content(schema: Option<&Json>, prompt: &str) -> String {
    match schema {
        Some(schema) => instance(schema).to_string(),
        None => format!("Sandbox answer to “{}”", begin(prompt)),
    }
}

/// The text of a message's content: a string, or a list of parts.
fn text(content: &Json) -> Option<String> {
    match content {
        Json::String(text) => Some(text.clone()),
        Json::Array(parts) => {
            let texts: Vec<&str> =
                parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            Some(texts.join("\n"))
        }
        _ => None,
    }
}

/// The begin of a text on one line, up to the end of a word.
fn begin(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > QUOTED {
            if line.is_empty() {
                line = word.chars().take(QUOTED).collect();
            }
            return line + " …";
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
