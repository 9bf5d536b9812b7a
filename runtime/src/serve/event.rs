//! Events, from what came to what is handed to those who run flows.

use std::sync::Arc;

use axum::http::HeaderMap;
use callflow_artifact::Flow;
use callflow_artifact::bytecode::FlowId;
use callflow_artifact::types::{TypeId, Types};
use ecow::EcoString;
use jiff::Timestamp;

use super::options::{LONGEST_DELIVERY, Options};
use super::problem::Problem;
use crate::durable::Source;
use crate::service::{Current, NewEvent, Wait};
use crate::trigger::event::{made, shown};
use crate::value::Value;

/// The headers that may say which delivery this is, in the order in which they are asked.
const DELIVERY: [&str; 2] = ["idempotency-key", "webhook-id"];

/// An event in the making.
pub(super) struct Making {
    pub(super) current: Arc<Current>,
    pub(super) flow: FlowId,
}

impl Making {
    /// The flow.
    ///
    /// # Errors
    /// The program has no such flow.
    pub(super) fn flow(&self) -> Result<&Flow, Problem> {
        let flows = &self.current.program.artifact().flows;
        flows.get(self.flow.0 as usize).ok_or_else(Problem::not_found)
    }

    /// The program's types.
    pub(super) fn types(&self) -> &Types {
        self.current.program.types()
    }

    /// The event of a value.
    pub(super) fn event(
        &self,
        value: Value,
        source: Source,
        delivery: Option<EcoString>,
        wait: Wait,
    ) -> Result<NewEvent, Problem> {
        Ok(NewEvent {
            version: self.current.version,
            flow: self.flow,
            json: shown(self.types(), self.flow()?, &value),
            event: value,
            source,
            delivery,
            cursor: None,
            wait,
        })
    }

    /// What the sender of an event waits for: a flow that returns something is waited for.
    pub(super) fn wait(&self, options: &Options) -> Result<Wait, Problem> {
        let flow = self.flow()?;
        if flow.result == TypeId::NONE {
            return Ok(Wait::Stored);
        }
        let unsaid = i64::try_from(options.answer_time.as_millis()).unwrap_or(i64::MAX);
        let span = flow.settings.deadline.unwrap_or(unsaid);
        let until = Timestamp::now().as_millisecond().saturating_add(span);
        Ok(Wait::End { until: Some(until) })
    }
}

/// An event of named values: those that are not given are their defaults, else none.
pub(super) fn of_values(types: &Types, ty: TypeId, given: &[(&str, Value)]) -> Value {
    let value = |name: &str| given.iter().find(|(known, _)| *known == name);
    made(types, ty, |name| value(name).map(|(_, value)| value.clone()))
}

/// What the sender says makes a request the same as another one.
///
/// # Errors
/// It is too long, or no text.
pub(super) fn delivery(headers: &HeaderMap) -> Result<Option<EcoString>, Problem> {
    let Some((name, value)) = DELIVERY.iter().find_map(|name| Some((name, headers.get(*name)?)))
    else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) if (1..=LONGEST_DELIVERY).contains(&text.len()) => Ok(Some(text.into())),
        _ => Err(Problem::bad(format!(
            "`{name}` must be a text of 1 to {LONGEST_DELIVERY} letters, digits and signs."
        ))),
    }
}
