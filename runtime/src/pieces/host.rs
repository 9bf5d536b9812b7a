//! Carrying out a step: its action's body, on its piece's connection, over the transport.
//!
//! A body is bytecode that may ask for two things only: a request by one of the `http` actions, and a setting of
//! the connection. Everything that leaves here has been through the redactor.

use std::sync::Arc;
use std::time::Duration;

use callflow_artifact::TypeId;
use callflow_artifact::bytecode::{ActionId, Effect, FunctionId};
use callflow_artifact::needs;
use callflow_artifact::piece::{Action, ActionBody, EffectClass, Piece};

use super::limits::Limiter;
use super::{ActionFailure, Transport, native, secrets};
use crate::connect::{Connection, Connections, Redactor, Secrets};
use crate::engine::Step;
use crate::error::{Error, ErrorKind};
use crate::execute::limits::{MEMORY_LIMIT, check_memory};
use crate::execute::{Budget, Outcome, Program, Request, Resume, Slice, interpret};
use crate::value::Value;

/// How long one attempt of an action may take.
const DEADLINE: Duration = Duration::from_secs(900);

/// How many instructions an action's body may execute in one attempt.
const BUDGET: Budget = Budget(50_000_000);

/// What carries out the actions of one program.
pub struct ActionHost {
    program: Arc<Program>,
    connections: Connections,
    transport: Arc<dyn Transport>,
    secrets: Secrets,
    limiter: Limiter,
    redactor: Redactor,
}

/// The action that a step calls, and its piece.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) piece: &'a Piece,
    pub(super) action: &'a Action,
}

/// A call of a native action: by a flow, or by the body of the action that owns it.
pub(super) struct Call<'a> {
    pub(super) owner: Owner<'a>,
    pub(super) connection: Option<&'a Connection>,
    pub(super) action: &'a Action,
    pub(super) types: &'a [TypeId],
    pub(super) arguments: &'a [Value],
}

impl Call<'_> {
    /// The argument for a parameter, by name; none too where the action has no such parameter.
    pub(super) fn argument(&self, name: &str) -> Option<&Value> {
        let index = self.action.parameters.iter().position(|it| it.name == name)?;
        self.arguments.get(index)
    }
}

impl ActionHost {
    /// A host for a program's actions.
    pub fn new(
        program: Arc<Program>,
        connections: Connections,
        transport: Arc<dyn Transport>,
    ) -> ActionHost {
        let connections =
            if transport.is_sandbox() { connections.for_sandbox() } else { connections };
        let redactor = connections.redactor(&needs::of_any(program.artifact()));
        let (secrets, limiter) = (Secrets::default(), Limiter::default());
        ActionHost { program, connections, transport, secrets, limiter, redactor }
    }

    /// The same host with the project's own secrets.
    pub fn with_secrets(mut self, secrets: Secrets) -> ActionHost {
        self.secrets = if self.is_sandbox() { secrets.for_sandbox() } else { secrets };
        self.secrets.hide(&mut self.redactor);
        self
    }

    /// Whether answers are made up.
    pub fn is_sandbox(&self) -> bool {
        self.transport.is_sandbox()
    }

    /// What hides the secrets of this host's connections in a text.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Makes one attempt of a step.
    ///
    /// # Errors
    /// What the flow sees, with the piece and action named, and whether it may be tried again.
    pub async fn act(&self, step: &Step) -> Result<Value, ActionFailure> {
        let owner = self.owner(step.action)?;
        let attempt = self.attempt(owner, step);
        let outcome = match tokio::time::timeout(DEADLINE, attempt).await {
            Ok(outcome) => outcome,
            Err(_) => Err(overdue(owner.action.effect)),
        };
        outcome.map_err(|failure| self.finish(owner, failure))
    }

    fn owner(&self, action: ActionId) -> Result<Owner<'_>, ActionFailure> {
        let artifact = self.program.artifact();
        artifact
            .actions
            .get(action.0 as usize)
            .and_then(|action| {
                let piece = artifact.pieces.get(action.piece.0 as usize)?;
                Some(Owner { piece, action })
            })
            .ok_or_else(|| unsent(Error::invalid("the artifact has no such action")))
    }

    async fn attempt(&self, owner: Owner<'_>, step: &Step) -> Result<Value, ActionFailure> {
        let name = step.connection.as_ref().unwrap_or(&owner.piece.name);
        let connection = self.connections.named(owner.piece, name).map_err(|fault| {
            let mut error = Error::new(ErrorKind::Auth, fault.message);
            error.details = serde_json::json!({ "help": fault.help }).to_string().into();
            unsent(error)
        })?;
        let connection = connection.as_ref();
        let types = step.types.as_slice();
        let arguments = self.with_secrets_in(owner.action, step).map_err(unsent)?;
        let arguments = arguments.as_slice();
        match owner.action.body {
            ActionBody::Function(function) => {
                self.interpret(owner, connection, function, types, arguments).await
            }
            ActionBody::Native => {
                let action = owner.action;
                self.native(&Call { owner, connection, action, types, arguments }).await
            }
        }
    }

    /// A step's arguments, with secrets in the place of their names.
    fn with_secrets_in(&self, action: &Action, step: &Step) -> Result<Vec<Value>, Error> {
        let mut arguments = step.arguments.clone();
        for (parameter, argument) in action.parameters.iter().zip(&mut arguments) {
            let ty = self.program.resolve(parameter.ty, &step.types);
            let types = self.program.types();
            if let Some(value) = secrets::put_in(types, &self.secrets, ty, argument)? {
                *argument = value;
            }
        }
        Ok(arguments)
    }

    async fn native(&self, call: &Call<'_>) -> Result<Value, ActionFailure> {
        let Some(piece) = self.program.artifact().pieces.get(call.action.piece.0 as usize) else {
            return Err(unsent(Error::invalid("the artifact has no such piece")));
        };
        if !self.transport.is_sandbox() {
            self.limiter.admit(call.owner.piece).await;
        }
        native::carry_out(&piece.name, &self.program, self.transport.as_ref(), call).await
    }

    async fn interpret(
        &self,
        owner: Owner<'_>,
        connection: Option<&Connection>,
        function: FunctionId,
        types: &[TypeId],
        arguments: &[Value],
    ) -> Result<Value, ActionFailure> {
        let program = &self.program;
        let mut fiber = interpret::start(program, function, types.to_vec(), arguments.to_vec());
        let mut budget = BUDGET;
        let mut resume = Resume::Begin;
        let mut traces = Traces::default();
        loop {
            let slice = Slice::begin(budget);
            let outcome = interpret::resume(program, &mut fiber, resume, &mut budget, slice);
            let too_large = check_memory(fiber.bytes(MEMORY_LIMIT)).err();
            resume = match (outcome, too_large) {
                (Outcome::Returned(value), _) => return Ok(value),
                (Outcome::Stopped, _) => return Ok(Value::None),
                (Outcome::Failed(error, ..), _) => return Err(traces.failure(error)),
                (_, Some(too_large)) => Resume::Error(too_large),
                (Outcome::Suspended(request), None) => {
                    self.answer(owner, connection, request, &mut traces).await
                }
                (Outcome::Paused, None) => {
                    tokio::task::yield_now().await;
                    Resume::GoOn
                }
            };
        }
    }

    /// Answers what an action's body asks for.
    async fn answer(
        &self,
        owner: Owner<'_>,
        connection: Option<&Connection>,
        request: Request,
        traces: &mut Traces,
    ) -> Resume {
        let arguments = request.arguments.as_slice();
        match request.effect {
            Effect::Action { action, types, .. } => {
                let action = match self.owner(action) {
                    Ok(Owner { action, .. }) if action.body == ActionBody::Native => action,
                    Ok(_) => return forbidden("calls another piece's action"),
                    Err(failure) => return Resume::Error(failure.error),
                };
                let call = Call { owner, connection, action, types: &types, arguments };
                let outcome = self.native(&call).await;
                traces.note(native::effect(&call), &outcome);
                match outcome {
                    Ok(value) => Resume::Value(value),
                    Err(failure) => Resume::Error(failure.error),
                }
            }
            Effect::Setting => {
                let name = arguments.first().and_then(Value::as_text).unwrap_or_default();
                let setting = connection.and_then(|connection| connection.readable(name));
                Resume::Value(setting.map_or(Value::None, Value::text))
            }
            Effect::Log => Resume::Value(Value::None),
            Effect::Wait | Effect::WaitUntil => forbidden("waits"),
            Effect::Now | Effect::Today | Effect::Uuid | Effect::Random => {
                forbidden("asks for a time, an id or a random number")
            }
            Effect::Parallel { .. } | Effect::First { .. } | Effect::ForEach { .. } => {
                forbidden("does several things at a time")
            }
            Effect::Launch { .. } => forbidden("begins a run"),
            Effect::Environment { .. } => forbidden("reads a setting of the project"),
            Effect::Test(_) => forbidden("does what only tests do"),
        }
    }

    /// Says whose error it is, and keeps secrets out of it.
    fn finish(&self, owner: Owner<'_>, mut failure: ActionFailure) -> ActionFailure {
        let error = &mut failure.error;
        let name = format!("{}.{}", owner.piece.name, owner.action.name);
        let message = self.redactor.redact(&error.message);
        error.message =
            if message.starts_with(&name) { message } else { format!("{name}: {message}") }.into();
        error.details = self.redactor.redact(&error.details).into();
        error.piece = Some(owner.piece.name.clone());
        error.action = Some(owner.action.name.clone());
        failure
    }
}

/// What an attempt's requests may have left behind at the service.
#[derive(Default)]
struct Traces {
    /// How many requests may have changed something.
    requests: u32,
    /// Whether the last of them failed, and certainly changed nothing.
    last_refused: bool,
}

impl Traces {
    fn note(&mut self, effect: EffectClass, outcome: &Result<Value, ActionFailure>) {
        self.last_refused = matches!(outcome, Err(it) if it.certainly_without_effect);
        if effect != EffectClass::Read && !self.last_refused {
            self.requests += 1;
        }
    }

    /// What the body failed with: an error of a request that it passed on, or its own.
    fn failure(&self, error: Error) -> ActionFailure {
        // Where a body reads a rate limit out of a good answer, the request it answers had no effect.
        let own_limit = error.kind == ErrorKind::RateLimited && !self.last_refused;
        let certainly_without_effect = self.requests == 0 || (own_limit && self.requests == 1);
        ActionFailure { error, certainly_without_effect }
    }
}

fn unsent(error: Error) -> ActionFailure {
    ActionFailure { error, certainly_without_effect: true }
}

fn forbidden(what: &str) -> Resume {
    Resume::Error(Error::invalid(format!(
        "the action {what}; an action may only send requests and read its connection's settings"
    )))
}

fn overdue(effect: EffectClass) -> ActionFailure {
    let kind = match effect {
        EffectClass::Read | EffectClass::Idempotent => ErrorKind::Timeout,
        EffectClass::Write | EffectClass::Once => ErrorKind::OutcomeUnknown,
    };
    let message = format!("not done within {} minutes", DEADLINE.as_secs() / 60);
    ActionFailure { error: Error::new(kind, message), certainly_without_effect: false }
}

#[cfg(test)]
#[cfg(feature = "http")]
mod tests;
