//! What each voice platform can do with a flow: how long it waits, which results it can carry out, which fields of
//! an event it never sends.
//!
//! Taken from the platforms' own API descriptions. A platform that talks our canonical JSON, as `http` does, can
//! do everything, for it is whoever runs it that reads the answer.

use callflow_artifact::Constant;
use ecow::EcoString;

use super::checker::Checker;
use super::flow::FlowItem;

/// One platform.
#[derive(Debug, PartialEq)]
pub(super) struct Platform {
    /// As flows and projects name it.
    pub(super) name: &'static str,
    /// As people do.
    pub(super) title: &'static str,
    /// How long it waits for what becomes of a call.
    pub(super) pre_call: Wait,
    /// How long its agent waits for a tool.
    pub(super) function_call: Wait,
    /// The fields of `Allow` that it acts on.
    pub(super) allow: &'static [&'static str],
    /// The fields of `Block` that it acts on; none where it cannot refuse a call. All take the reason, for logs.
    pub(super) block: Option<&'static [&'static str]>,
    /// The fields of `Transfer` beside `to` that it acts on; none where it cannot transfer before the call.
    pub(super) transfer: Option<&'static [&'static str]>,
    /// The fields that are never there when a call comes in.
    pub(super) unsent_before: &'static [&'static str],
    /// The fields that are never there when a call has ended.
    pub(super) unsent_after: &'static [&'static str],
    /// The fields of `Analysis` that are never there.
    pub(super) unsent_analysis: &'static [&'static str],
}

/// How long a platform waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// It has no such hook.
    Never,
    /// So many milliseconds.
    For(i64),
    /// It does not say.
    Unsaid,
}

/// No platform waits longer for what becomes of a call, in milliseconds (Diga, at its highest setting).
pub(super) const LONGEST_PRE_CALL: i64 = 55_000;
/// No platform waits longer for a tool, in milliseconds (Retell, at its highest setting).
pub(super) const LONGEST_FUNCTION_CALL: i64 = 600_000;
/// No client is expected to wait longer for the answer of a webhook, in milliseconds.
pub(super) const LONGEST_WEBHOOK: i64 = 60_000;
/// A tool's name has at most so many characters.
pub(super) const LONGEST_TOOL_NAME: usize = 64;

const ALL_OF_ALLOW: &[&str] =
    &["prompt", "variables", "first_message", "agent", "language", "voice"];

/// A platform that talks our canonical JSON.
const CANONICAL: Platform = Platform {
    name: "http",
    title: "HTTP",
    pre_call: Wait::Unsaid,
    function_call: Wait::Unsaid,
    allow: ALL_OF_ALLOW,
    block: Some(&["say"]),
    transfer: Some(&["say"]),
    unsent_before: &[],
    unsent_after: &[],
    unsent_analysis: &[],
};

/// All platforms.
static PLATFORMS: [Platform; 9] = [
    Platform {
        name: "vapi",
        title: "Vapi",
        pre_call: Wait::For(7_500),
        function_call: Wait::For(20_000),
        unsent_before: &["agent_id"],
        unsent_analysis: &["sentiment"],
        ..CANONICAL
    },
    Platform {
        name: "retell",
        title: "Retell",
        pre_call: Wait::For(10_000),
        function_call: Wait::For(120_000),
        block: Some(&[]),
        transfer: None,
        unsent_before: &["id", "carrier_call_id", "contact_id"],
        ..CANONICAL
    },
    Platform {
        name: "elevenlabs",
        title: "ElevenLabs",
        function_call: Wait::For(20_000),
        allow: &["prompt", "variables", "first_message", "language", "voice"],
        block: None,
        transfer: None,
        unsent_before: &["id", "contact_id"],
        unsent_after: &["recording_url"],
        unsent_analysis: &["sentiment"],
        ..CANONICAL
    },
    Platform {
        name: "twilio",
        title: "Twilio",
        pre_call: Wait::For(15_000),
        function_call: Wait::Never,
        unsent_before: &["contact_id"],
        unsent_after: &[
            "contact_id",
            "started_at",
            "recording_url",
            "transcript",
            "messages",
            "analysis",
            "cost",
        ],
        ..CANONICAL
    },
    Platform {
        name: "bland",
        title: "Bland",
        allow: &["prompt", "variables"],
        block: None,
        transfer: None,
        unsent_after: &["carrier_call_id"],
        unsent_analysis: &["successful"],
        ..CANONICAL
    },
    Platform {
        name: "diga",
        title: "Diga",
        pre_call: Wait::For(LONGEST_PRE_CALL),
        allow: &["prompt", "variables"],
        block: Some(&[]),
        transfer: None,
        unsent_before: &["line", "carrier_call_id"],
        unsent_after: &["line", "carrier_call_id", "analysis", "cost"],
        ..CANONICAL
    },
    Platform { name: "livekit", title: "LiveKit", ..CANONICAL },
    Platform { name: "openai", title: "OpenAI", ..CANONICAL },
    CANONICAL,
];

/// The platform of a name.
pub(super) fn platform(name: &str) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|platform| platform.name == name)
}

impl Platform {
    /// How long it waits for the answer of a trigger.
    pub(super) fn wait(&self, trigger: &str) -> Wait {
        match trigger {
            "pre_call" => self.pre_call,
            "function_call" => self.function_call,
            _ => Wait::Unsaid,
        }
    }
}

impl Checker<'_> {
    /// The platforms that a flow may run on: the one before its trigger, else its agent's, else the project's.
    /// Nothing where that is not known.
    pub(super) fn platforms_of(&self, item: &FlowItem<'_>) -> Vec<&'static Platform> {
        let trigger = &item.header.trigger;
        if !matches!(trigger.name.as_str(), "pre_call" | "function_call" | "call_finished") {
            return Vec::new();
        }
        let text = |name: &str| {
            trigger.arguments.iter().find(|(known, _)| known == name).and_then(|(_, value)| {
                match value {
                    Constant::Text(text) => Some(text.as_str()),
                    _ => None,
                }
            })
        };
        if let Some(pinned) = text("platform") {
            return platform(pinned).into_iter().collect();
        }
        let agents = self.settings.agents.as_deref().unwrap_or_default();
        let agent = text("agent").and_then(|name| agents.iter().find(|agent| agent.name == name));
        if let Some(own) = agent.and_then(|agent| agent.platform.as_deref()) {
            return platform(own).into_iter().collect();
        }
        match self.settings.platforms.as_deref() {
            // Without platforms it is reached over HTTP.
            Some([]) => platform(CANONICAL.name).into_iter().collect(),
            Some(names) => names.iter().filter_map(|name: &EcoString| platform(name)).collect(),
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_of_the_prelude_is_in_the_table() {
        let prelude = callflow_stdlib::PRELUDE;
        let calls = prelude.iter().find(|(path, _)| path.contains("call.flow")).unwrap().1;
        let definition = calls.split("\n\n").find(|item| item.contains("type Platform")).unwrap();
        let named: Vec<&str> = definition.split('"').skip(1).step_by(2).collect();
        assert_eq!(named.len(), PLATFORMS.len());
        for name in named {
            assert!(platform(name).is_some(), "{name}");
        }
    }
}
