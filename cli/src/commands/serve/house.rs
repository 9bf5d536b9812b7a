//! A store, a service on it and a server before it.

use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callflow_runtime::serve::{self, Runs};
use callflow_runtime::service::{Current, Options, Service, Watch};
use callflow_runtime::store::history::History;
use callflow_runtime::store::sqlite::SqliteStore;
use callflow_runtime::store::{MemoryStore, Reader, Store, StoreError};
use tokio::net::TcpListener;

use super::banner;
use super::settings::{ServerSettings, token_of_environment, token_path};
use super::traces::traced;
use crate::exit::{self, Failure};
use crate::outside::Outside;
use crate::terminal::count;

/// How long what is under way may take when the server is to stop.
const GRACE: Duration = Duration::from_secs(20);

/// How often is looked whether changes reach the disk.
const LOOK: Duration = Duration::from_secs(1);

/// A server before it answers.
pub(crate) struct House {
    service: Service,
    runs: Arc<dyn Runs>,
    /// `http://127.0.0.1:7070`
    address: String,
    /// Where people and services reach it.
    public_url: Option<String>,
    store: Option<PathBuf>,
    token: Token,
}

/// What the admin API wants, and where it is said.
struct Token {
    text: String,
    /// The file that has it; none where the environment has.
    file: Option<PathBuf>,
}

impl House {
    /// Listens, opens the store, and has what was under way go on. Nothing is answered yet.
    pub(crate) async fn open(
        settings: &ServerSettings,
        outside: Outside,
        watch: Option<Watch>,
    ) -> Result<(House, TcpListener), Failure> {
        let missing = |error: &dyn ToString| Failure::Missing(error.to_string());
        let listener = listen(&settings.listen).await?;
        let local = listener.local_addr().map_err(|error| missing(&error))?;
        let address = format!("http://{local}");
        // After that: where it cannot listen, no store is left behind.
        let mut opened = match &settings.store {
            Some(path) => Some(SqliteStore::open(path).map_err(|error| missing(&error))?),
            None => None,
        };
        if let Some(store) = &mut opened {
            store
                .announce(&format!("http://{}", reachable(local)))
                .map_err(|error| missing(&error))?;
        }
        let token = Token::of(settings.store.as_deref())?;
        let (store, [reader, told], lookup) = hands(opened).map_err(|error| missing(&error))?;
        let watch = traced(watch, told)?;
        let deployment = outside.into_deployment();
        let service = Service::open(Options { store, reader, deployment, watch })
            .map_err(|error| missing(&error))?;
        let runs: Arc<dyn Runs> = Arc::new(serve::Kept::new(service.clone(), lookup));
        let (public_url, store) = (settings.public_url.clone(), settings.store.clone());
        Ok((House { service, runs, address, public_url, store, token }, listener))
    }

    /// Has new events run on another artifact.
    pub(crate) async fn load(&self, artifact: Vec<u8>) -> Result<Arc<Current>, Failure> {
        let loaded = self.service.load(artifact).await;
        loaded.map_err(|error| Failure::Missing(error.to_string()))
    }

    /// The program that new events run on.
    pub(crate) fn current(&self) -> Option<Arc<Current>> {
        self.service.current()
    }

    /// What starts the flows of a program, a line each.
    pub(crate) fn routes(&self, current: &Current) -> String {
        let base = self.public_url.as_deref().unwrap_or(&self.address).trim_end_matches('/');
        banner::routes(current.program.artifact(), base)
    }

    /// Says on stdout what is served, and where.
    pub(crate) fn tell(&self, current: &Current, sandbox: bool) -> Result<(), Failure> {
        let artifact = current.program.artifact();
        let flows = count(artifact.flows.len(), "flow");
        let hash = current.hash.get(..12).unwrap_or(&current.hash);
        let mut text = format!("{} serves {flows} at {} ({hash})\n", artifact.name, self.address);
        text.push_str(&self.routes(current));
        text.push_str(&match &self.store {
            Some(store) => format!("  store  {}\n", store.display()),
            None => "  store  none: runs are forgotten when it ends\n".to_owned(),
        });
        text.push_str(&match &self.token.file {
            Some(file) => format!("  admin  token in {}\n", file.display()),
            None if token_of_environment().is_some() => {
                "  admin  token in CALLFLOW_ADMIN_TOKEN\n".to_owned()
            }
            None => format!("  admin  token {}\n", self.token.text),
        });
        if sandbox {
            text.push_str("  sandbox: nothing leaves this machine\n");
        }
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
            .map_err(|error| Failure::of_output(&error))
    }

    /// Answers what comes in until it is to stop, and then lets what is under way end.
    pub(crate) async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let options = serve::Options {
            admin_token: Some(self.token.text.clone()),
            public_url: self.public_url.clone(),
            grace: GRACE,
            ..serve::Options::default()
        };
        let looking = tokio::spawn(look_after(self.service.clone()));
        serve::serve(listener, Arc::clone(&self.runs), options, stop).await;
        self.service.stop(GRACE).await;
        looking.abort();
        exit::say("stopped\n");
    }
}

impl Token {
    /// The environment's, else the one beside the store, which is made where there is none.
    fn of(store: Option<&Path>) -> Result<Token, Failure> {
        if let Some(text) = token_of_environment() {
            return Ok(Token { text, file: None });
        }
        let made = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let Some(store) = store else { return Ok(Token { text: made, file: None }) };
        let path = token_path(store);
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => {
                return Ok(Token { text: text.trim().to_owned(), file: Some(path) });
            }
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written =
            options.open(&path).and_then(|mut file| file.write_all(format!("{made}\n").as_bytes()));
        written.map_err(|error| {
            Failure::Missing(format!(
                "`{}` cannot be written: {error}; check the folder's permissions, or set CALLFLOW_ADMIN_TOKEN",
                path.display()
            ))
        })?;
        Ok(Token { text: made, file: Some(path) })
    }
}

/// A store for who writes, for the engine and for traces that read, and for who looks something up. One in memory where no file is
/// given.
fn hands(store: Option<SqliteStore>) -> Result<Hands, StoreError> {
    Ok(match store {
        Some(store) => {
            let (reader, told, lookup) = (store.reader()?, store.reader()?, store.reader()?);
            (Box::new(store), [Box::new(reader), Box::new(told)], Box::new(lookup))
        }
        None => {
            let store = Arc::new(Mutex::new(MemoryStore::new()));
            let (reader, told) = (Arc::clone(&store), Arc::clone(&store));
            (Box::new(Arc::clone(&store)), [Box::new(reader), Box::new(told)], Box::new(store))
        }
    })
}

type Hands = (Box<dyn Store>, [Box<dyn Reader>; 2], Box<dyn History>);

/// Says on stderr when changes stop to reach the disk, and when they do again.
async fn look_after(service: Service) {
    let mut before: Option<String> = None;
    loop {
        tokio::time::sleep(LOOK).await;
        let now = service.health().err();
        match (&before, &now) {
            (before, Some(words)) if before.as_ref() != Some(words) => {
                exit::say(&format!("error: {words}\n"));
            }
            (Some(_), None) => exit::say("changes reach the disk again\n"),
            _ => {}
        }
        before = now;
    }
}

/// Where this machine itself reaches what listens at an address.
fn reachable(mut local: SocketAddr) -> SocketAddr {
    if local.ip().is_unspecified() {
        local.set_ip(match local.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    local
}

/// Listens at an address, or at a port of this machine.
async fn listen(address: &str) -> Result<TcpListener, Failure> {
    let full = match address.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => address.to_owned(),
    };
    TcpListener::bind(&full).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::Missing(format!(
            "{full} is in use by another program; stop that one, or choose another address with --listen"
        )),
        io::ErrorKind::PermissionDenied => Failure::Missing(format!(
            "{full} may not be listened at; ports below 1024 are the administrator's: choose another one with --listen"
        )),
        io::ErrorKind::AddrNotAvailable => Failure::Missing(format!(
            "this machine has no address {full}; listen at 0.0.0.0 for all that it has"
        )),
        io::ErrorKind::InvalidInput => Failure::Usage(format!(
            "`{address}` is no address to listen at; write one such as 127.0.0.1:7070"
        )),
        _ => Failure::Missing(format!("{full} cannot be listened at: {error}")),
    })
}
