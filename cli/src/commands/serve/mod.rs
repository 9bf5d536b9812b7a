//! `callflow serve`: flows that wait for what starts them.
//!
//! The [`house`] is the store, the service and the server together; [`settings`] are what it is told, the [`banner`]
//! is what it says when it listens, [`traces`] are what it tells a collector, and [`stop`] is how it ends.

pub(crate) mod banner;
pub(crate) mod house;
pub(crate) mod settings;
pub(crate) mod stop;
mod traces;

use std::path::{Path, PathBuf};

use callflow_artifact::encode;

use self::house::House;
use self::settings::ServerSettings;
use crate::artifact_file::Packed;
use crate::exit::Failure;
use crate::load::load;
use crate::outside::Outside;
use crate::project::Project;
use crate::settings::Settings;

/// Serves flows until it is stopped: webhooks, forms, calls, schedules
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Settings come from callflow.toml ([server] listen, store), then from the environment (CALLFLOW_LISTEN, CALLFLOW_STORE, \
CALLFLOW_PUBLIC_URL, CALLFLOW_ADMIN_TOKEN), then from options. What was under way when it ended goes on when it \
starts again.

Examples:
  callflow serve                                  the project in this folder
  callflow serve sales.callflow --listen 0.0.0.0:80 --store /var/lib/callflow/sales.db
  callflow serve --sandbox                        nothing leaves this machine, and nothing is kept")]
pub(crate) struct Serve {
    /// A file, folder or artifact
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    options: ServeOptions,
}

/// What `serve` takes beside the flows.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeOptions {
    /// Where to listen; 127.0.0.1:7070 unless something says another
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The file that keeps runs; callflow.db unless something says another
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Answer every request on this machine, and keep runs in memory unless --store is given
    #[arg(long)]
    sandbox: bool,
}

impl Serve {
    /// Serves until a signal comes.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let loaded = load(&self.path, "nothing is served")?;
        let bytes = encode::to_bytes(&loaded.artifact)
            .map_err(|error| Failure::Failed(error.to_string()))?;
        let packed = Packed { artifact: loaded.artifact, bytes };
        self.options.serve(&loaded.project.settings, packed)
    }
}

impl ServeOptions {
    /// Serves the artifact that this program carries, with the settings of the folder it was called in.
    pub(crate) fn serve_own(&self, packed: Packed) -> Result<(), Failure> {
        let project = Project::of_artifact(&packed.artifact.name, Some(Path::new("")))?;
        self.serve(&project.settings, packed)
    }

    fn serve(&self, settings: &Settings, packed: Packed) -> Result<(), Failure> {
        let server = ServerSettings::new(
            settings,
            self.listen.as_deref(),
            self.store.as_deref(),
            self.sandbox,
        )?;
        let outside = Outside::new(settings, self.sandbox)?;
        let missing = outside.missing(&packed.artifact);
        if !missing.is_empty() {
            let told = missing.join("\n\nerror: ");
            return Err(Failure::Missing(format!(
                "{told}\n\nor try the flows without accounts: add --sandbox"
            )));
        }
        event_loop()?.block_on(async {
            let (house, listener) = House::open(&server, outside, None).await?;
            let current = house.load(packed.bytes).await?;
            house.tell(&current, self.sandbox)?;
            house.serve(listener, stop::asked()).await;
            Ok(())
        })
    }
}

/// What a server runs on.
pub(crate) fn event_loop() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Missing(format!("the system gives no event loop: {error}")))
}
