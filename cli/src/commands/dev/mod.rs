//! `callflow dev`: a server that takes up each change of the flows, and says what happens.
//!
//! The project is [watched](watch); what has changed is compiled, told like `check` tells it, and loaded where it is
//! right. Runs that have begun stay on the version that they began with. [`live`] prints their steps.

mod live;
mod watch;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callflow_artifact::encode;

use super::LIBRARY;
use super::serve::house::House;
use super::serve::settings::ServerSettings;
use super::serve::{event_loop, stop};
use crate::artifact_file::{Packed, is_artifact};
use crate::exit::{self, Failure};
use crate::outside::Outside;
use crate::project::Project;
use crate::render;
use crate::settings::Settings;
use crate::terminal::{Style, count, takes_colour};

/// Serves flows while they are written, and takes up each change
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing leaves this machine unless --live is given: requests are answered as `callflow run --sandbox` answers them. Runs \
are kept in memory unless --store is given.

Examples:
  callflow dev
  callflow dev flows --live --store dev.db")]
pub(crate) struct Dev {
    /// A file or folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Make real requests, over the connections of callflow.toml
    #[arg(long)]
    live: bool,
    /// Where to listen; 127.0.0.1:7070 unless something says another
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The file that keeps runs
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Dev {
    /// Serves until a signal comes.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        if is_artifact(&self.path) {
            let path = self.path.display();
            return Err(Failure::Usage(format!(
                "`{path}` is an artifact, which does not change; serve it with `callflow serve {path}`"
            )));
        }
        let project = Project::load(&self.path)?;
        let server = ServerSettings::new(
            &project.settings,
            self.listen.as_deref(),
            self.store.as_deref(),
            !self.live,
        )?;
        let first = compile(&project)?;
        if let Some(packed) = &first {
            self.is_complete(&project.settings, packed)?;
        }
        let outside = Outside::new(&project.settings, !self.live)?;
        let style = Style { colour: takes_colour(&io::stdout()) };
        event_loop()?.block_on(async {
            let (house, listener) = House::open(&server, outside, Some(live::watch(style))).await?;
            match first {
                Some(packed) => {
                    let current = house.load(packed.bytes).await?;
                    house.tell(&current, !self.live)?;
                }
                None => exit::say("nothing is served until the flows are right\n"),
            }
            let house = Arc::new(house);
            let changes = watch::begin(&project.folder)?;
            let following =
                tokio::spawn(follow(Arc::clone(&house), self.path.clone(), changes, self.live));
            house.serve(listener, stop::asked()).await;
            following.abort();
            Ok(())
        })
    }

    /// Told before it listens, as `serve` does.
    fn is_complete(&self, settings: &Settings, packed: &Packed) -> Result<(), Failure> {
        let missing = Outside::new(settings, !self.live)?.missing(&packed.artifact);
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Failure::Missing(missing.join("\n\nerror: "))),
        }
    }
}

/// Takes up each change, for as long as it serves.
async fn follow(house: Arc<House>, path: PathBuf, mut changes: watch::Changes, live: bool) {
    while changes.next().await {
        let path = path.clone();
        let compiled = tokio::task::spawn_blocking(move || reload(&path, live)).await;
        let said = match compiled {
            Ok(Ok(Some(packed))) => take_up(&house, packed).await,
            // What is wrong was shown.
            Ok(Ok(None)) => {
                Some("the flows have errors; what is served stays as it was".to_owned())
            }
            Ok(Err(failure)) => Some(format!("error: {failure}; what is served stays as it was")),
            Err(error) => Some(format!("error: {error}")),
        };
        if let Some(said) = said {
            exit::say(&format!("{said}\n"));
        }
    }
}

/// The changed project; none where it has errors, which are shown.
fn reload(path: &Path, live: bool) -> Result<Option<Packed>, Failure> {
    let project = Project::load(path)?;
    let Some(packed) = compile(&project)? else { return Ok(None) };
    let missing = Outside::new(&project.settings, !live)?.missing(&packed.artifact);
    match missing.is_empty() {
        true => Ok(Some(packed)),
        false => Err(Failure::Missing(missing.join("\n\nerror: "))),
    }
}

/// Loads what has changed; nothing is said where nothing has.
async fn take_up(house: &House, packed: Packed) -> Option<String> {
    let before = house.current();
    let flows = count(packed.artifact.flows.len(), "flow");
    match house.load(packed.bytes).await {
        Ok(current) if before.is_some_and(|before| before.hash == current.hash) => None,
        Ok(current) => {
            let routes = house.routes(&current);
            Some(format!(
                "{flows} loaded; runs that have begun stay on what they began with\n{routes}"
            ))
        }
        Err(failure) => Some(format!("error: {failure}; what is served stays as it was")),
    }
}

/// Compiles a project. What is wrong is shown on stderr; none where that are errors.
fn compile(project: &Project) -> Result<Option<Packed>, Failure> {
    let compiled = callflow_compiler::compile(project.to_compile(), &LIBRARY);
    let stderr = io::stderr();
    let colour = takes_colour(&stderr);
    render::render(&mut stderr.lock(), project, &compiled.sources, &compiled.diagnostics, colour)
        .map_err(|error| Failure::of_output(&error))?;
    let Some(artifact) = compiled.artifact else { return Ok(None) };
    let bytes = encode::to_bytes(&artifact).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(Some(Packed { artifact, bytes }))
}
