//! Acting on stored runs: ending them, having them go on, forgetting them.
//!
//! One process has a store. Where that is a server, it is asked over its admin API; where there is none, this process
//! does it, and only it: what else waits in the store is left for the next server.

use std::fs;
use std::path::Path;
use std::time::Duration;

use callflow_artifact::{Artifact, encode};
use callflow_runtime::durable::{Answer, RunNumber, Start, Stored as StoredRun, Version};
use callflow_runtime::pieces::network::Network;
use callflow_runtime::pieces::{Expectation, HttpRequest, Transport};
use callflow_runtime::service::{Options, Service};
use callflow_runtime::store::history::{Purge, RunStatus, Summary};
use callflow_runtime::store::sqlite::{SqliteReader, SqliteStore, holder};
use callflow_runtime::store::{Noted, Reader, Store, StoreError};
use serde_json::Value as Json;

use super::stored::Stored;
use crate::commands::serve::event_loop;
use crate::commands::serve::settings::{token_of_environment, token_path};
use crate::exit::Failure;
use crate::outside::Outside;
use crate::project::settings_of;

/// How long a server may take for its answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often is looked whether a run still goes on.
const LOOK: Duration = Duration::from_millis(20);

/// How long what is under way may take when a run is ended.
const GRACE: Duration = Duration::from_secs(5);

/// What is done to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// It is ended.
    Cancel,
    /// It goes on from where it failed.
    Retry,
}

/// Does it, and says where the run stands then; none where a server goes on with it.
pub(super) fn act(stored: &Stored, what: Act, run: &Summary) -> Result<Option<Summary>, Failure> {
    if let Some(server) = Server::of(&stored.path)? {
        let word = match what {
            Act::Cancel => "cancel",
            Act::Retry => "retry",
        };
        server.ask("POST", &format!("/runs/{}/{word}", run.id))?;
        return Ok(None);
    }
    event_loop()?.block_on(here(stored, what, run)).map(Some)
}

/// Forgets runs that have ended, and says how many.
pub(super) fn purge(stored: &Stored, which: &Purge) -> Result<u64, Failure> {
    let Some(server) = Server::of(&stored.path)? else {
        let store = SqliteStore::open(&stored.path);
        let purged = store.and_then(|mut store| store.purge(which));
        return purged.map_err(|error| Failure::Missing(error.to_string()));
    };
    match which {
        Purge::Run(run) => {
            let run = stored.summary(*run)?;
            server.ask("DELETE", &format!("/runs/{}", run.id)).map(|_| 1)
        }
        Purge::EndedBefore(time) => {
            let answer = server.ask("DELETE", &format!("/runs?ended_before={time}"))?;
            Ok(answer.get("purged").and_then(Json::as_u64).unwrap_or_default())
        }
    }
}

/// A server that has the store.
struct Server {
    address: String,
    token: String,
}

impl Server {
    /// The server that has a store; none where no process has it.
    fn of(store: &Path) -> Result<Option<Server>, Failure> {
        let Some(holder) = holder(store) else { return Ok(None) };
        let Some(address) = holder.address else {
            return Err(Failure::Missing(format!(
                "`{}` is in use by process {}, which is no server; try again when that one has ended",
                store.display(),
                holder.pid
            )));
        };
        let path = token_path(store);
        let token = token_of_environment().or_else(|| fs::read_to_string(&path).ok());
        let token = token.ok_or_else(|| {
            Failure::Missing(format!(
                "the server at {address} wants its admin token, which is not in `{}`; set CALLFLOW_ADMIN_TOKEN",
                path.display()
            ))
        })?;
        Ok(Some(Server { address, token: token.trim().to_owned() }))
    }

    fn ask(&self, method: &str, path: &str) -> Result<Json, Failure> {
        let host = self.address.trim_start_matches("http://");
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let allow = host.trim_matches(['[', ']']).parse().map_err(|_| {
            Failure::Missing(format!("`{}` is no address of a server", self.address))
        })?;
        let request = HttpRequest {
            method: method.to_owned(),
            url: format!("{}/api/v1{path}", self.address),
            headers: vec![("authorization".to_owned(), format!("Bearer {}", self.token))],
            body: Vec::new(),
            timeout: PATIENCE,
            credentials: true,
            expects: Expectation {
                base: None,
                piece: String::new(),
                action: String::new(),
                ty: callflow_artifact::TypeId::JSON,
            },
        };
        let network = Network::new(vec![allow]);
        let answer = event_loop()?.block_on(network.send(request)).map_err(|error| {
            Failure::Missing(format!("the server at {} does not answer: {error}", self.address))
        })?;
        let json: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
        match answer.status {
            200..300 => Ok(json),
            401 | 403 => Err(Failure::Missing(format!(
                "the server at {} does not know this admin token; set CALLFLOW_ADMIN_TOKEN to the one that it has",
                self.address
            ))),
            status => {
                let said = json.get("detail").or_else(|| json.get("title")).and_then(Json::as_str);
                let said = said.map_or_else(|| format!("it answers {status}"), str::to_owned);
                Err(Failure::Failed(format!("the server says: {said}")))
            }
        }
    }
}

/// Does it in this process, and waits until the run has ended or sleeps.
async fn here(stored: &Stored, what: Act, run: &Summary) -> Result<Summary, Failure> {
    let missing = |error: &dyn ToString| Failure::Missing(error.to_string());
    let settings = settings_of(Path::new(""))?;
    let outside = Outside::new(&settings, false)?;
    if what == Act::Retry {
        let artifact = artifact(stored, run.version)?;
        let lacking = outside.missing(&artifact);
        if !lacking.is_empty() {
            return Err(Failure::Missing(lacking.join("\n\nerror: ")));
        }
    }
    let store = SqliteStore::open(&stored.path).map_err(|error| missing(&error))?;
    let reader = store.reader().map_err(|error| missing(&error))?;
    let options = Options {
        store: Box::new(store),
        reader: Box::new(Alone { reader, version: run.version }),
        deployment: outside.into_deployment(),
        watch: None,
    };
    let service = Service::open(options).map_err(|error| missing(&error))?;
    let answer = match what {
        Act::Cancel => service.cancel(run.number).await,
        Act::Retry => service.retry(run.number).await,
    };
    match answer {
        Answer::No(why) | Answer::Refused(why) => {
            service.stop(GRACE).await;
            return Err(Failure::Failed(why));
        }
        _ => {}
    }
    let now = settled(stored, run.number).await;
    service.stop(GRACE).await;
    now
}

/// How the run stands when nothing of it is under way, or when Ctrl-C says that nobody waits for it any more.
async fn settled(stored: &Stored, run: RunNumber) -> Result<Summary, Failure> {
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let now = stored.summary(run)?;
        if now.status != RunStatus::Running {
            return Ok(now);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = &mut interrupted => return Ok(now),
        }
    }
}

/// The program that runs of a version are on.
pub(super) fn artifact(stored: &Stored, version: Version) -> Result<Artifact, Failure> {
    let bytes = stored.artifact(version).unwrap_or_default();
    encode::from_bytes(&bytes).map_err(|error| {
        Failure::Failed(format!("the flow that the run began with cannot be read: {error}"))
    })
}

/// A store in which nothing waits but what is asked for by name.
struct Alone {
    reader: SqliteReader,
    version: Version,
}

impl Reader for Alone {
    fn start(&self) -> Result<Start, StoreError> {
        let start = self.reader.start()?;
        Ok(Start { awake: Vec::new(), due: None, versions: vec![self.version], ..start })
    }

    fn number_of(&self, id: &str) -> Result<Option<RunNumber>, StoreError> {
        self.reader.number_of(id)
    }

    fn versions(&self) -> Result<Vec<Version>, StoreError> {
        Ok(vec![self.version])
    }

    fn run(&self, run: RunNumber) -> Result<Option<StoredRun>, StoreError> {
        self.reader.run(run)
    }

    fn due(&self, _by: i64, _limit: usize) -> Result<(Vec<RunNumber>, Option<i64>), StoreError> {
        Ok((Vec::new(), None))
    }

    fn journal(&self, run: RunNumber) -> Result<Vec<Noted>, StoreError> {
        self.reader.journal(run)
    }

    fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.reader.cursor(name)
    }

    fn artifact(&self, version: Version) -> Result<Option<Vec<u8>>, StoreError> {
        self.reader.artifact(version)
    }
}
