//! What answers in the place of services: `given ACTION with { … } returns … then …`.

use callflow_artifact::Artifact;
use callflow_artifact::bytecode::{ActionId, Answer, AnswerKind, TestEffect};
use callflow_artifact::types::TypeId;

use super::show::action_name;
use crate::engine::Step;
use crate::error::{Error, ErrorKind};
use crate::pieces::ActionFailure;
use crate::value::Value;
use crate::value::equal::equal;

/// How much of two values is compared, in parts.
const COMPARED: u64 = 10_000_000;

/// The stand-ins of a test.
#[derive(Debug, Default)]
pub(super) struct StandIns(Vec<StandIn>);

#[derive(Debug)]
struct StandIn {
    action: ActionId,
    types: Vec<TypeId>,
    /// The arguments that it is for, by position.
    arguments: Vec<(u16, Value)>,
    answers: Vec<Reply>,
    used: usize,
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    /// How long it takes, in milliseconds.
    pub(super) after: i64,
    pub(super) outcome: Result<Value, ActionFailure>,
}

impl StandIns {
    /// Takes note of a `given`.
    pub(super) fn give(&mut self, artifact: &Artifact, effect: &TestEffect, values: &[Value]) {
        let TestEffect::Given { action, types, parameters, answers } = effect else { return };
        let mut values = values.iter().cloned();
        let arguments = parameters.iter().copied().zip(values.by_ref()).collect();
        let name = action_name(artifact, *action);
        let answers = answers.iter().map(|it| reply(artifact, *action, &name, it, &mut values));
        self.0.push(StandIn {
            action: *action,
            types: types.to_vec(),
            arguments,
            answers: answers.collect(),
            used: 0,
        });
    }

    /// What a step is answered: by the stand-in that says most of its arguments, and of those by the latest. None
    /// where nothing stands in for it.
    pub(super) fn answer(&mut self, step: &Step) -> Option<Reply> {
        let fitting = self.0.iter_mut().filter(|it| it.fits(step));
        let stand_in = fitting.max_by_key(|it| it.arguments.len())?;
        let last = stand_in.answers.len().saturating_sub(1);
        let reply = stand_in.answers.get(stand_in.used.min(last)).cloned();
        stand_in.used += 1;
        reply
    }
}

impl StandIn {
    fn fits(&self, step: &Step) -> bool {
        self.action == step.action
            && self.types == step.types
            && self.arguments.iter().all(|(position, expected)| {
                step.arguments.get(usize::from(*position)).is_some_and(|it| same(it, expected))
            })
    }
}

/// Whether two values of one type are equal. What is too large to be compared is not.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    equal(a, b, &mut 0, COMPARED).unwrap_or(false)
}

fn reply(
    artifact: &Artifact,
    action: ActionId,
    name: &str,
    answer: &Answer,
    values: &mut impl Iterator<Item = Value>,
) -> Reply {
    let outcome = match &answer.kind {
        AnswerKind::Returns => Ok(values.next().unwrap_or_default()),
        AnswerKind::Fails { kind, message } => {
            let message = if *message { values.next() } else { None };
            let kind = ErrorKind::parse(kind).unwrap_or(ErrorKind::Failed);
            let text = match &message {
                Some(Value::Text(text)) => format!("{name}: {text}"),
                _ => format!("{name}: the test lets it fail"),
            };
            Err(failure(artifact, action, Error::new(kind, text)))
        }
    };
    let after = match answer.after.then(|| values.next()).flatten() {
        Some(Value::Duration(millis)) => millis.max(0),
        _ => 0,
    };
    Reply { after, outcome }
}

/// A failure of an action, as its host would tell it.
pub(super) fn failure(artifact: &Artifact, action: ActionId, mut error: Error) -> ActionFailure {
    let action = artifact.actions.get(action.0 as usize);
    error.piece = action
        .and_then(|action| artifact.pieces.get(action.piece.0 as usize))
        .map(|piece| piece.name.clone());
    error.action = action.map(|action| action.name.clone());
    let certainly_without_effect =
        !matches!(error.kind, ErrorKind::OutcomeUnknown | ErrorKind::Timeout);
    ActionFailure { error, certainly_without_effect }
}
