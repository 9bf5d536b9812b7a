//! The programs of a service, each with what its runs may know and use.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use callflow_artifact::{Artifact, encode};

use super::Shared;
use super::drive::now;
use crate::connect::{Connections, Environment, Secrets};
use crate::durable::{self, Input, Version};
use crate::execute::Program;
use crate::pieces::{ActionHost, Transport};
use crate::store::StoreError;

/// Makes the way to services for a program: the network, or the sandbox.
pub type MakeTransport = Arc<dyn Fn(&Arc<Program>) -> Arc<dyn Transport> + Send + Sync>;

/// What the place where a service runs says, beside the programs: the same for all of them.
pub struct Deployment {
    /// The settings of connections.
    pub connections: Connections,
    /// What `env("…")` reads.
    pub environment: Environment,
    /// What `secret("…")` names.
    pub secrets: Secrets,
    /// The way to services.
    pub transport: MakeTransport,
    hosts: RwLock<HashMap<Version, Arc<ActionHost>>>,
}

/// The program that new events run on.
pub struct Current {
    /// Its version in the store.
    pub version: Version,
    /// What runs.
    pub program: Arc<Program>,
    /// The SHA-256 of its artifact, in hex.
    pub hash: String,
}

/// Why a program is not loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadFailure {
    /// The artifact is damaged, or of another version of this program.
    #[error("{0}")]
    Unsound(String),
    /// The store cannot keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A program that is ready.
pub(super) struct Ready {
    program: Arc<Program>,
    host: Arc<ActionHost>,
}

impl Deployment {
    /// What a place says.
    pub fn new(
        connections: Connections,
        environment: Environment,
        secrets: Secrets,
        transport: MakeTransport,
    ) -> Deployment {
        let hosts = RwLock::default();
        Deployment { connections, environment, secrets, transport, hosts }
    }

    /// Who carries out the actions of a program.
    pub(super) fn host(&self, version: Version) -> Option<Arc<ActionHost>> {
        self.hosts.read().unwrap_or_else(PoisonError::into_inner).get(&version).cloned()
    }

    /// Makes an artifact ready.
    pub(super) fn ready(&self, bytes: &[u8]) -> Result<Ready, LoadFailure> {
        let unsound = |error: String| LoadFailure::Unsound(error);
        let artifact: Artifact =
            encode::from_bytes(bytes).map_err(|error| unsound(error.to_string()))?;
        let program = Program::load(artifact).map_err(|error| unsound(error.to_string()))?;
        let program = Arc::new(program);
        let transport = (self.transport)(&program);
        let host = ActionHost::new(Arc::clone(&program), self.connections.clone(), transport)
            .with_secrets(self.secrets.clone());
        Ok(Ready { program, host: Arc::new(host) })
    }
}

impl Shared {
    /// Keeps an artifact and has new events run on it.
    pub(super) fn load(self: &Arc<Shared>, bytes: &[u8]) -> Result<Arc<Current>, LoadFailure> {
        let ready = self.deployment.ready(bytes)?;
        let program = Arc::clone(&ready.program);
        let hash = encode::fingerprint(bytes);
        let version = self.writer.add_artifact(&hash, bytes, now())?;
        self.add(version, ready, true);
        // Before anybody can bring an event, for only now the engine knows which number its run gets.
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(start) = left {
            self.drive(Input::Start(start));
        }
        let current = Arc::new(Current { version, program, hash });
        let mut slot = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Arc::clone(&current));
        Ok(current)
    }

    /// Loads a program of the store that a run needs.
    pub(super) fn restore(self: &Arc<Shared>, version: Version, bytes: Option<Vec<u8>>) {
        if self.deployment.host(version).is_some() {
            return;
        }
        match self.deployment.ready(&bytes.unwrap_or_default()) {
            Ok(ready) => self.add(version, ready, false),
            // Its runs stay where they are; another version of this program may know it.
            Err(error) => self.trouble(&format!("version {} is not loaded: {error}", version.0)),
        }
    }

    /// Forgets the programs that no run needs any more.
    pub(super) fn release(self: &Arc<Shared>, needed: Vec<Version>) {
        self.drive(Input::Needed(needed));
        let left = self.engine.lock().unwrap_or_else(PoisonError::into_inner).versions();
        let mut hosts = self.deployment.hosts.write().unwrap_or_else(PoisonError::into_inner);
        hosts.retain(|version, _| left.contains(version));
    }

    pub(super) fn add(self: &Arc<Shared>, version: Version, ready: Ready, is_current: bool) {
        let environment = self.deployment.environment.clone();
        let program = Arc::new(durable::Program { program: ready.program, environment });
        let mut hosts = self.deployment.hosts.write().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(version, ready.host);
        drop(hosts);
        self.drive(Input::Load { version, program, is_current });
    }
}
