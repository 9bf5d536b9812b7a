//! What flows may use outside of themselves, as the place where they run says it: connections, secrets, settings
//! and the network.

use std::sync::Arc;

use callflow_artifact::Artifact;
use callflow_artifact::needs;
use callflow_runtime::connect::{Connections, Environment, Secrets};
use callflow_runtime::execute::Program;
use callflow_runtime::pieces::Transport;
use callflow_runtime::pieces::network::Network;
use callflow_runtime::pieces::sandbox::Sandbox;
use callflow_runtime::service::{Deployment, MakeTransport};

use crate::exit::Failure;
use crate::settings::Settings;

/// What flows may use.
pub(crate) struct Outside {
    connections: Connections,
    environment: Environment,
    secrets: Secrets,
    transport: MakeTransport,
    sandbox: bool,
}

impl Outside {
    /// What a `callflow.toml` and the environment say; in the sandbox, what stands in for it.
    pub(crate) fn new(settings: &Settings, sandbox: bool) -> Result<Outside, Failure> {
        let variable = |name: &str| std::env::var(name).ok();
        let connections = Connections::from_settings(settings.connections.clone(), &variable);
        let environment = Environment::from_settings(settings.environment.clone(), &variable);
        let secrets = Secrets::from_settings(settings.secrets.clone(), &variable);
        if sandbox {
            let transport: MakeTransport =
                Arc::new(|program: &Arc<Program>| Arc::new(Sandbox::new(Arc::clone(program))));
            return Ok(Outside {
                connections: connections.for_sandbox(),
                environment: environment.for_sandbox(),
                secrets: secrets.for_sandbox(),
                transport,
                sandbox,
            });
        }
        let network: Arc<dyn Transport> = Arc::new(network(settings)?);
        let transport: MakeTransport = Arc::new(move |_| Arc::clone(&network));
        Ok(Outside { connections, environment, secrets, transport, sandbox })
    }

    /// What the flows of an artifact need and this place does not have, each with what to do.
    pub(crate) fn missing(&self, artifact: &Artifact) -> Vec<String> {
        if self.sandbox {
            return Vec::new();
        }
        let connections = self.connections.check(&needs::of_all(artifact));
        let connections =
            connections.iter().map(|error| format!("{}; {}", error.message, error.help));
        let settings = artifact.environment.iter();
        let settings = settings.filter_map(|name| self.environment.get(name).err());
        let secrets = artifact.secrets.iter().filter_map(|name| self.secrets.get(name).err());
        let named = settings.chain(secrets).map(|error| error.message.to_string());
        connections.chain(named).collect()
    }

    /// The same for a service.
    pub(crate) fn into_deployment(self) -> Deployment {
        Deployment::new(self.connections, self.environment, self.secrets, self.transport)
    }
}

/// The network, with the private addresses that a project allows.
pub(crate) fn network(settings: &Settings) -> Result<Network, Failure> {
    let allow: Result<Vec<_>, _> = settings.allow.iter().map(|entry| entry.parse()).collect();
    let allow = allow.map_err(|error| {
        Failure::Usage(format!("`allow` under [network] in callflow.toml: {error}"))
    })?;
    Ok(Network::new(allow))
}
