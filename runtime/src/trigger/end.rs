//! Why calls end, in our words.

/// The prelude's `EndReason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndReason {
    CustomerHangup,
    AgentHangup,
    Transferred,
    Voicemail,
    NoAnswer,
    Busy,
    Declined,
    Canceled,
    Silence,
    MaxDuration,
    InvalidNumber,
    Blocked,
    PlatformError,
    CarrierError,
    Unknown,
}

impl EndReason {
    /// The language's word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            EndReason::CustomerHangup => "customer_hangup",
            EndReason::AgentHangup => "agent_hangup",
            EndReason::Transferred => "transferred",
            EndReason::Voicemail => "voicemail",
            EndReason::NoAnswer => "no_answer",
            EndReason::Busy => "busy",
            EndReason::Declined => "declined",
            EndReason::Canceled => "canceled",
            EndReason::Silence => "silence",
            EndReason::MaxDuration => "max_duration",
            EndReason::InvalidNumber => "invalid_number",
            EndReason::Blocked => "blocked",
            EndReason::PlatformError => "platform_error",
            EndReason::CarrierError => "carrier_error",
            EndReason::Unknown => "unknown",
        }
    }

    /// The prelude's `CallStatus` of a call that ended so, after so many milliseconds of conversation.
    pub(super) fn status(self, duration: i64) -> &'static str {
        match self {
            EndReason::CustomerHangup
            | EndReason::AgentHangup
            | EndReason::Silence
            | EndReason::MaxDuration => "completed",
            EndReason::Transferred => "transferred",
            EndReason::Voicemail => "voicemail",
            EndReason::NoAnswer | EndReason::Declined => "no_answer",
            EndReason::Busy => "busy",
            EndReason::Canceled => "canceled",
            EndReason::InvalidNumber
            | EndReason::Blocked
            | EndReason::PlatformError
            | EndReason::CarrierError => "failed",
            EndReason::Unknown if duration > 0 => "completed",
            EndReason::Unknown => "failed",
        }
    }
}
