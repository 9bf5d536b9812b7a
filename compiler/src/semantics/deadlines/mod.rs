//! Whether a flow answers in time: the worst case of its paths against the deadline of its hook.
//!
//! What is known of a path are its constant waits, the calls that `within` bounds, and the pauses between the
//! attempts of a call. A call without a bound counts nothing, for the runtime cuts it off at the deadline. A
//! function counts what its worst path does, and so does a flow whose result is waited for. [`clock`] goes through
//! the typed program, and [`paths`] sums up.

mod clock;
mod paths;

use std::collections::HashMap;

use callflow_artifact::types::TypeId;

use crate::diagnostics::Diagnostic;
use crate::source::Location;

use super::checker::Checker;
use super::flow::FlowItem;
use super::platforms::{LONGEST_FUNCTION_CALL, LONGEST_PRE_CALL, LONGEST_WEBHOOK, Platform, Wait};
use super::report;

use clock::Clock;
pub(super) use paths::Step;

/// When an answer is due, and who says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// In milliseconds.
    pub(super) time: i64,
    pub(super) by: DueBy,
}

/// Who says when an answer is due.
#[derive(Debug, Clone, Copy)]
pub(super) enum DueBy {
    /// `within D` of the header.
    Header(Location),
    /// The platform.
    Platform(&'static Platform),
    /// Nobody in particular; nobody waits longer.
    Anybody,
}

impl<'t> Checker<'t> {
    /// Holds each flow that somebody waits for against its deadline.
    pub(super) fn check_deadlines(&mut self) {
        let mut told = Vec::new();
        let mut known = HashMap::new();
        for (index, item) in self.flow_items.iter().enumerate() {
            let Some(flow) = self.flows.get(index) else { continue };
            let waited_for =
                matches!(item.header.trigger.name.as_str(), "pre_call" | "function_call")
                    || item.header.trigger.name == "webhook" && flow.result != TypeId::NONE;
            if !waited_for {
                continue;
            }
            let due = self.due(item, flow.settings.deadline, &mut told);
            let mut clock = Clock::new(self, known);
            let worst = clock.worst_of(flow.function);
            known = clock.into_known();
            let trigger = item.header.trigger.name.as_str();
            if let Some(until) = worst.until {
                told.push(report::hooks::waits_until(until, trigger, &due));
            } else if let Some((longest, rest)) = worst.steps.split_first()
                && worst.time > due.time
            {
                told.push(report::hooks::too_late(*longest, rest, worst.time, trigger, &due));
            }
        }
        for diagnostic in told {
            self.report(diagnostic);
        }
    }

    /// When a flow's answer is due. A deadline that is longer than a platform waits is told.
    fn due(&self, item: &FlowItem<'t>, deadline: Option<i64>, told: &mut Vec<Diagnostic>) -> Due {
        let trigger = item.header.trigger.name.as_str();
        let waits = |platform: &'static Platform| match platform.wait(trigger) {
            Wait::For(time) => Some((time, platform)),
            Wait::Never | Wait::Unsaid => None,
        };
        let shortest = self.platforms_of(item).into_iter().filter_map(waits).min_by_key(|w| w.0);
        let written = item.tree.deadline.as_ref().map(|deadline| deadline.duration.span);
        if let (Some(time), Some(span)) = (deadline, written) {
            let at = Location { file: item.file, span };
            if let Some((most, platform)) = shortest.filter(|(most, _)| *most < time) {
                told.push(report::hooks::deadline_too_long(at, time, trigger, platform, most));
            }
            return Due { time, by: DueBy::Header(at) };
        }
        match shortest {
            Some((time, platform)) => Due { time, by: DueBy::Platform(platform) },
            None => {
                let time = match trigger {
                    "pre_call" => LONGEST_PRE_CALL,
                    "function_call" => LONGEST_FUNCTION_CALL,
                    _ => LONGEST_WEBHOOK,
                };
                Due { time, by: DueBy::Anybody }
            }
        }
    }
}
