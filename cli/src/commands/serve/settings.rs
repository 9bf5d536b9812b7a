//! Where a server's settings come from: `callflow.toml`, then the environment, then options.

use std::env;
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::settings::Settings;

/// Where it listens unless something else is said: only for this machine.
const LISTEN: &str = "127.0.0.1:7070";

/// Where runs are kept unless something else is said.
const STORE: &str = "callflow.db";

/// What a server is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServerSettings {
    /// `127.0.0.1:7070`
    pub(crate) listen: String,
    /// The file that runs are kept in; none where they are kept in memory.
    pub(crate) store: Option<PathBuf>,
    /// Where people and services reach it.
    pub(crate) public_url: Option<String>,
}

impl ServerSettings {
    /// The settings of a project's server. In the sandbox nothing is kept, unless a store is named on purpose.
    pub(crate) fn new(
        settings: &Settings,
        listen: Option<&str>,
        store: Option<&Path>,
        sandbox: bool,
    ) -> Result<ServerSettings, Failure> {
        let listen = listen.map(str::to_owned).or_else(|| variable("CALLFLOW_LISTEN"));
        let listen = listen.or_else(|| settings.server.listen.clone());
        let listen = listen.unwrap_or_else(|| LISTEN.to_owned());
        let on_purpose = store.map(Path::to_owned).or_else(|| variable_path("CALLFLOW_STORE"));
        let public_url = variable("CALLFLOW_PUBLIC_URL").or_else(|| settings.public_url.clone());
        if let Some(url) = &public_url
            && !url.starts_with("https://")
            && !url.starts_with("http://")
        {
            return Err(Failure::Usage(format!(
                "`public_url` is `{url}`; write it with its scheme, as in `https://flows.example.com`"
            )));
        }
        let store = match (on_purpose, sandbox) {
            (Some(path), _) => Some(path),
            (None, true) => None,
            (None, false) => Some(store_of(settings)),
        };
        Ok(ServerSettings { listen, store, public_url })
    }
}

/// The store that a command on stored runs is about: the one of the server here.
pub(crate) fn store_path(settings: &Settings, given: Option<&Path>) -> PathBuf {
    let given = given.map(Path::to_owned).or_else(|| variable_path("CALLFLOW_STORE"));
    given.unwrap_or_else(|| store_of(settings))
}

/// The token that the admin API wants, where the environment says it.
pub(crate) fn token_of_environment() -> Option<String> {
    variable("CALLFLOW_ADMIN_TOKEN")
}

/// The file beside a store that has its admin token.
pub(crate) fn token_path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".token");
    path.into()
}

/// What `callflow.toml` says, from the folder that it is in.
fn store_of(settings: &Settings) -> PathBuf {
    let store = settings.server.store.as_deref().unwrap_or(STORE);
    match settings.file.as_deref().and_then(Path::parent) {
        Some(folder) if settings.server.store.is_some() => folder.join(store),
        _ => store.into(),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn variable_path(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
