//! This machine as a run's host: its clock, its dice, and the action host's way to services.

use std::sync::Arc;
use std::time::Duration;

use ecow::EcoString;
use jiff::Timestamp;
use uuid::Uuid;

use super::Step;
use super::memory::Host;
use crate::connect::Environment;
use crate::error::Error;
use crate::pieces::{ActionFailure, ActionHost, BoxFuture};
use crate::value::Value;

/// This machine.
pub struct LocalHost {
    actions: ActionHost,
    environment: Environment,
}

impl LocalHost {
    /// This machine, with what carries out actions.
    pub fn new(actions: ActionHost) -> LocalHost {
        LocalHost { actions, environment: Environment::default() }
    }

    /// The same with the project's settings for `env("NAME")`.
    pub fn with_environment(self, environment: Environment) -> LocalHost {
        let sandbox = self.actions.is_sandbox();
        let environment = if sandbox { environment.for_sandbox() } else { environment };
        LocalHost { environment, ..self }
    }
}

impl Host for LocalHost {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn uuid(&self) -> EcoString {
        Uuid::new_v4().to_string().into()
    }

    fn random(&self) -> f64 {
        // A version 4 UUID has 62 random bits at its end; a double holds 53 of them.
        let bits = Uuid::new_v4().as_u128() as u64 & ((1 << 53) - 1);
        bits as f64 / (1_u64 << 53) as f64
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(span))
    }

    fn act(&self, step: Arc<Step>) -> BoxFuture<'_, Result<Value, ActionFailure>> {
        Box::pin(async move { self.actions.act(&step).await })
    }

    fn environment(&self, name: &str) -> Result<EcoString, Error> {
        self.environment.get(name)
    }

    fn is_sandbox(&self) -> bool {
        self.actions.is_sandbox()
    }
}
