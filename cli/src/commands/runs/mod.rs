//! `callflow runs`: stored runs, looked at and acted on.
//!
//! Looking reads the store's file, also while a server has it. Acting ([`act`]) asks that server, and where there is
//! none does it itself.

mod act;
mod list;
mod replay;
mod show;
pub(crate) mod stored;
mod times;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callflow_artifact::encode;
use callflow_runtime::connect::Environment;
use callflow_runtime::durable::RunNumber;
use callflow_runtime::execute::Program;
use callflow_runtime::store::history::{Filter, Purge, RunStatus, Story, Summary};
use clap::Subcommand;
use serde_json::{Value as Json, json};

use self::act::Act;
use self::replay::Replayed;
use self::stored::Stored;
use self::times::Clock;
use crate::exit::Failure;
use crate::load::{Loaded, load};
use crate::project::settings_of;
use crate::terminal::{Style, count, takes_colour};

/// Shows stored runs, and acts on them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A run is named by its id or the beginning of it. The store is the one that is named, else CALLFLOW_STORE, else that of \
callflow.toml, else callflow.db in this folder.

Examples:
  callflow runs list --status failed --since 2h
  callflow runs show 0198f3ab41d27c0e
  callflow runs retry 0198f3ab41d27c0e
  callflow runs purge --before 30d")]
pub(crate) struct Runs {
    #[command(subcommand)]
    command: Command,
    /// The file that keeps runs
    #[arg(long, value_name = "FILE", global = true)]
    store: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    /// Tell times in UTC
    #[arg(long, global = true)]
    utc: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists runs, the latest first
    List {
        /// Only those that stand so
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// Only those of this flow
        #[arg(long)]
        flow: Option<String>,
        /// Only those that began since then: 2h, 3d, 2026-03-02, 2026-03-02T09:00
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Shows what happened in a run, what went wrong, and what to do
    Show {
        /// Its id, or the beginning of it
        #[arg(value_name = "RUN")]
        run: String,
        /// Show values in full
        #[arg(long)]
        full: bool,
    },
    /// Has a failed run go on from where it failed
    Retry {
        /// Its id, or the beginning of it
        #[arg(value_name = "RUN")]
        run: String,
    },
    /// Ends a run; what it has in flight is aborted
    Cancel {
        /// Its id, or the beginning of it
        #[arg(value_name = "RUN")]
        run: String,
    },
    /// Runs it again here, with its recorded results as answers; nothing is sent
    Replay {
        /// Its id, or the beginning of it
        #[arg(value_name = "RUN")]
        run: String,
        /// The project whose flows are tried with --version current
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
        /// What it runs on: what it began with, or the flows as they are now
        #[arg(long, value_enum, default_value = "stored")]
        version: Which,
    },
    /// Forgets runs that have ended
    Purge {
        /// The id of one, or the beginning of it
        #[arg(value_name = "RUN", required_unless_present = "before")]
        run: Option<String>,
        /// Those that ended before then: 30d, 2026-03-02
        #[arg(long, value_name = "TIME", conflicts_with = "run")]
        before: Option<String>,
    },
}

/// What a run is replayed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// What it began with
    Stored,
    /// The flows as they are now
    Current,
}

/// A status as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Status {
    /// It waits for its turn
    Queued,
    /// Something is in flight
    Running,
    /// It sleeps until a time comes or another run ends
    Waiting,
    /// It ended with a result
    Succeeded,
    /// It ended with an error
    Failed,
    /// Somebody ended it
    Cancelled,
}

impl Runs {
    /// Prints on stdout.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let clock = Clock::local(self.utc);
        let stdout = io::stdout();
        let style = Style { colour: takes_colour(&stdout) };
        let stored = Stored::open(self.store.as_deref())?;
        let text = match &self.command {
            Command::List { status, flow, since, limit } => {
                let filter = Filter {
                    status: status.map(Status::of_run),
                    flow: flow.clone(),
                    since: since.as_deref().map(|text| clock.since(text)).transpose()?,
                    before: None,
                    limit: *limit,
                };
                self.list(&stored.list(&filter)?, &clock, style)
            }
            Command::Show { run, full } => {
                let story = stored.story(run)?;
                match self.json {
                    true => format!("{:#}\n", story_json(&story)),
                    false => self.show(&stored, &story, &clock, *full, style),
                }
            }
            Command::Retry { run } => self.act(&stored, Act::Retry, run, &clock)?,
            Command::Cancel { run } => self.act(&stored, Act::Cancel, run, &clock)?,
            Command::Replay { run, path, version } => {
                let replayed = replay_of(&stored, run, path, *version)?;
                let text = match self.json {
                    true => {
                        let (differs, lines) = (replayed.differs, &replayed.lines);
                        format!("{}\n", json!({ "differs": differs, "lines": lines }))
                    }
                    false => replayed.page(style),
                };
                write(&text)?;
                return match replayed.differs {
                    true => Err(Failure::Shown),
                    false => Ok(()),
                };
            }
            Command::Purge { run, before } => {
                let which = match (run, before) {
                    (Some(run), _) => Purge::Run(ended(stored.find(run)?)?),
                    (None, before) => {
                        Purge::EndedBefore(clock.since(before.as_deref().unwrap_or_default())?)
                    }
                };
                let purged = act::purge(&stored, &which)?;
                match self.json {
                    true => format!("{}\n", json!({ "purged": purged })),
                    false => {
                        let runs = count(usize::try_from(purged).unwrap_or(usize::MAX), "run");
                        format!("{runs} forgotten\n")
                    }
                }
            }
        };
        write(&text)
    }

    /// Acts on a run and says how it stands then. A run that fails again is a failure.
    fn act(&self, stored: &Stored, what: Act, run: &str, clock: &Clock) -> Result<String, Failure> {
        let run = stored.find(run)?;
        let name = format!("{} {}", run.flow, list::short(&run.id));
        let now = act::act(stored, what, &run)?;
        if self.json {
            let now = now.map_or_else(|| stored.summary(run.number), Ok)?;
            return Ok(format!("{}\n", summary_json(&now)));
        }
        let Some(now) = now else {
            return Ok(match what {
                Act::Cancel => format!("{name} is cancelled\n"),
                Act::Retry => format!("{name} goes on at the server\n"),
            });
        };
        match (now.status, now.due) {
            (RunStatus::Failed, _) => Err(Failure::Failed(format!(
                "{name} failed again; `callflow runs show {}` tells why",
                list::short(&run.id)
            ))),
            (RunStatus::Waiting, Some(due)) => Ok(format!(
                "{name} waits until {}; it goes on then if a server runs\n",
                clock.until(due)
            )),
            (RunStatus::Waiting | RunStatus::Queued | RunStatus::Running, _) => {
                Ok(format!("{name} goes on with the next server\n"))
            }
            (status, _) => Ok(format!("{name}: {}\n", status.as_str())),
        }
    }

    fn list(&self, runs: &[Summary], clock: &Clock, style: Style) -> String {
        match (self.json, runs.is_empty()) {
            (true, _) => runs.iter().map(|run| format!("{}\n", summary_json(run))).collect(),
            (false, true) => "no such runs\n".to_owned(),
            (false, false) => list::table(runs, clock, style),
        }
    }

    fn show(
        &self,
        stored: &Stored,
        story: &Story,
        clock: &Clock,
        full: bool,
        style: Style,
    ) -> String {
        let artifact =
            stored.artifact(story.run.version).and_then(|it| encode::from_bytes(&it).ok());
        let store = match &self.store {
            Some(path) => format!(" --store {}", path.display()),
            None => String::new(),
        };
        let view = show::View { clock, full, artifact: artifact.as_ref(), store: &store, style };
        show::page(story, &view)
    }
}

fn write(text: &str) -> Result<(), Failure> {
    let written = io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|error| Failure::of_output(&error))
}

/// A stored run again, on what it began with or on the flows as they are now.
fn replay_of(stored: &Stored, run: &str, path: &Path, version: Which) -> Result<Replayed, Failure> {
    let stories = stored.family(run)?;
    let version_of_run = stories.first().map(|story| story.run.version).unwrap_or_default();
    let (artifact, settings) = match version {
        Which::Stored => (act::artifact(stored, version_of_run)?, settings_of(Path::new(""))?),
        Which::Current => {
            let Loaded { artifact, project, .. } = load(path, "the run was not replayed")?;
            (artifact, project.settings)
        }
    };
    let program = Program::load(artifact)
        .map_err(|error| Failure::Failed(format!("the flows cannot be run: {error}")))?;
    let environment =
        Environment::from_settings(settings.environment, &|name| std::env::var(name).ok());
    replay::replay(&program, environment.for_sandbox(), &stories)
}

/// A run that may be forgotten.
fn ended(run: Summary) -> Result<RunNumber, Failure> {
    match run.ended {
        Some(_) => Ok(run.number),
        None => Err(Failure::Usage(format!(
            "the run {} has not ended; `callflow runs cancel` ends it",
            list::short(&run.id)
        ))),
    }
}

impl Status {
    fn of_run(self) -> RunStatus {
        match self {
            Status::Queued => RunStatus::Queued,
            Status::Running => RunStatus::Running,
            Status::Waiting => RunStatus::Waiting,
            Status::Succeeded => RunStatus::Succeeded,
            Status::Failed => RunStatus::Failed,
            Status::Cancelled => RunStatus::Cancelled,
        }
    }
}

/// A run for a program. Times are milliseconds since 1970.
fn summary_json(run: &Summary) -> Json {
    json!({
        "run": run.id.as_str(),
        "status": run.status.as_str(),
        "flow": run.flow.as_str(),
        "source": { "kind": run.source.kind.as_str(), "name": run.source.name.as_str() },
        "version": run.version.0,
        "created": run.created,
        "ended": run.ended,
        "due": run.due,
        "late": run.late,
        "error": run.failure.as_ref().map(|(kind, _)| kind.as_str()),
    })
}

/// The same with the event, the outcome and the journal.
fn story_json(story: &Story) -> Json {
    use callflow_runtime::durable::Outcome;
    let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
    let mut object = summary_json(&story.run);
    let (result, error, place) = match &story.outcome {
        Some(Outcome::Succeeded(result)) => (parsed(result), Json::Null, Json::Null),
        Some(Outcome::Failed { error, place }) => (Json::Null, json!(error), place.as_str().into()),
        Some(Outcome::Cancelled) | None => (Json::Null, Json::Null, Json::Null),
    };
    let journal: Vec<Json> = story
        .journal
        .iter()
        .map(|noted| {
            let mut entry = json!(noted.entry);
            if let Json::Object(fields) = &mut entry {
                fields.insert("at".to_owned(), noted.at.into());
                for name in ["input", "output"] {
                    if let Some(Json::String(text)) = fields.get(name) {
                        let value = parsed(text);
                        fields.insert(name.to_owned(), value);
                    }
                }
            }
            entry
        })
        .collect();
    if let Json::Object(fields) = &mut object {
        fields.insert("event".to_owned(), parsed(&story.event));
        fields.insert("result".to_owned(), result);
        fields.insert("error".to_owned(), error);
        fields.insert("place".to_owned(), place);
        fields.insert("parent".to_owned(), json!(story.parent.as_ref().map(|it| it.id.as_str())));
        let children: Vec<Json> = story.children.iter().map(summary_json).collect();
        fields.insert("runs".to_owned(), children.into());
        fields.insert("journal".to_owned(), journal.into());
    }
    object
}
