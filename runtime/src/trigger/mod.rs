//! Events from what voice platforms send, from the time, and from runs that failed.
//!
//! Each platform has an adapter that turns its payload into our canonical JSON, which is then read against the
//! trigger's type like any other: `call_finished` as the prelude's `Call`. What a platform says and we have no
//! field for is in the call's `raw`. [`choose`] says which flows take it.
//!
//! [`schedule`] makes events of the time, and [`mod@failed`] of runs that failed. [`event`] has what all of them need.

mod call;
mod canonical;
pub mod choose;
mod elevenlabs;
mod end;
pub mod event;
pub mod failed;
mod retell;
pub mod schedule;
mod vapi;

use std::fmt;

use serde_json::Value as Json;

pub use self::failed::{FailedRun, failed};

/// A voice platform that we understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Our canonical JSON.
    Http,
    /// Vapi.
    Vapi,
    /// Retell.
    Retell,
    /// ElevenLabs Agents.
    ElevenLabs,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Platform; 4] =
        [Platform::Http, Platform::Vapi, Platform::Retell, Platform::ElevenLabs];

    /// The word for it in the language and in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Platform::Http => "http",
            Platform::Vapi => "vapi",
            Platform::Retell => "retell",
            Platform::ElevenLabs => "elevenlabs",
        }
    }

    /// The platform that a word names.
    pub fn parse(word: &str) -> Option<Platform> {
        Platform::ALL.into_iter().find(|platform| platform.as_str() == word)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a platform tells us of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hook {
    /// A call has ended.
    CallFinished,
}

impl Hook {
    /// The word for it in the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Hook::CallFinished => "call_finished",
        }
    }
}

/// A payload that is not what the hook takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdaptError {
    /// It is another event of the platform.
    #[error("this is {platform}'s `{found}`; {hook} takes {expected}")]
    OtherEvent {
        /// Whose.
        platform: Platform,
        /// What should be started.
        hook: &'static str,
        /// The events that it takes.
        expected: &'static str,
        /// The event that came.
        found: String,
    },
    /// It is no event of the platform.
    #[error("this is no event of {platform}: {reason}")]
    NoEvent {
        /// Whose it was said to be.
        platform: Platform,
        /// What is missing.
        reason: String,
    },
}

/// The canonical JSON of a platform's payload.
///
/// # Errors
/// A payload that is another event, or none of the platform's.
pub fn adapt(platform: Platform, hook: Hook, payload: &Json) -> Result<Json, AdaptError> {
    match (hook, platform) {
        (Hook::CallFinished, Platform::Http) => canonical::call_finished(payload),
        (Hook::CallFinished, Platform::Vapi) => vapi::call_finished(payload),
        (Hook::CallFinished, Platform::Retell) => retell::call_finished(payload),
        (Hook::CallFinished, Platform::ElevenLabs) => elevenlabs::call_finished(payload),
    }
}

#[cfg(test)]
mod tests;
