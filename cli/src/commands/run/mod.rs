//! `callflow run`: one flow, once.
//!
//! The project is compiled, a flow [chosen](choose), its [event] read; then the engine drives the run in memory,
//! [`watch`] prints each step as it happens and [`trace`] what is sent. [`report`] is the same for programs.

mod choose;
mod event;
mod report;
mod trace;
mod watch;

use std::io;
use std::path::Path;
use std::sync::Arc;

use callflow_artifact::Flow;
use callflow_artifact::bytecode::FlowId;
use callflow_artifact::needs::{self, Need};
use callflow_runtime::connect::{Connections, Environment, Secrets};
use callflow_runtime::engine::local::LocalHost;
use callflow_runtime::engine::{Status, memory};
use callflow_runtime::execute::Program;
use callflow_runtime::pieces::network::Network;
use callflow_runtime::pieces::sandbox::Sandbox;
use callflow_runtime::pieces::{ActionHost, Transport};
use callflow_runtime::trigger::{self, Hook};
use callflow_runtime::{Value, value};
use serde_json::Value as Json;

use self::event::Platform;
use crate::exit::Failure;
use crate::load::{Loaded, load};
use crate::place::Places;
use crate::project::{Project, Target};
use crate::settings::Settings;
use crate::terminal::{Style, takes_colour};

/// Runs one flow once and waits for it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The event is the one that is given, else the file beside the flow that has its name (`FLOW.event.json`), or \
`event.json` where the project has one flow, else a sample of the trigger's type. A payload as a platform \
sends it has that platform's name before the ending: `event.vapi.json`.

Examples:
  callflow run examples/qualify_lead --sandbox
  callflow run flows:sales.qualify --event call.json
  curl -s https://example.com/call | callflow run flows --event - --platform vapi --json")]
pub(crate) struct Run {
    /// A file, folder or artifact, and which of its flows
    #[arg(value_name = "PATH[:FLOW]", default_value = ".")]
    target: String,
    /// The event's JSON; `-` reads stdin
    #[arg(long, value_name = "FILE|-")]
    event: Option<String>,
    /// Whose JSON the event is
    #[arg(long, value_enum)]
    platform: Option<Platform>,
    /// Answer every request on this machine, with sample data; nothing leaves it
    #[arg(long)]
    sandbox: bool,
    /// Print one JSON object at the end instead of the steps
    #[arg(long)]
    json: bool,
    /// Print arguments in full, requests and answers, and where in the bytecode each step stands
    #[arg(long)]
    trace: bool,
}

impl Run {
    /// Runs a flow and prints its steps and its result on stdout.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let target = Target::parse(&self.target);
        let Loaded { project, sources, artifact } = load(&target.path, "was not run")?;
        let index = choose::flow(&artifact, &self.target, target.flow.as_deref())?;
        let program = Program::load(artifact)
            .map_err(|error| Failure::Failed(format!("the project cannot be run: {error}")))?;
        let program = Arc::new(program);
        let Some(flow) = program.artifact().flows.get(index) else {
            return Err(Failure::Failed("the project has no such flow".to_owned()));
        };
        let needs = needs::of_flow(program.artifact(), FlowId(index as u32));
        let connections = self.connections(&project.settings, &needs)?;
        let transport = self.transport(&program, &project.settings)?;
        let (origin, event) = self.event(&project, &program, flow)?;
        let places = Places { project: &project, sources: &sources, program: &program };
        self.drive(places, flow, connections, transport, &origin, event)
    }

    /// What the run may use: all that the flow needs, or an error before anything has happened.
    fn connections(&self, settings: &Settings, needs: &[Need<'_>]) -> Result<Connections, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let connections = Connections::from_settings(settings.connections.clone(), &environment);
        if self.sandbox {
            return Ok(connections.for_sandbox());
        }
        let missing = connections.check(needs);
        if missing.is_empty() {
            return Ok(connections);
        }
        let told: Vec<String> =
            missing.iter().map(|error| format!("{}; {}", error.message, error.help)).collect();
        let told = told.join("\n\nerror: ");
        Err(Failure::Missing(format!("{told}\n\nor try the flow without accounts: add --sandbox")))
    }

    fn transport(
        &self,
        program: &Arc<Program>,
        settings: &Settings,
    ) -> Result<Arc<dyn Transport>, Failure> {
        if self.sandbox {
            return Ok(Arc::new(Sandbox::new(Arc::clone(program))));
        }
        let allow: Result<Vec<_>, _> = settings.allow.iter().map(|entry| entry.parse()).collect();
        let allow = allow.map_err(|error| {
            Failure::Usage(format!("`allow` under [network] in callflow.toml: {error}"))
        })?;
        Ok(Arc::new(Network::new(allow)))
    }

    /// The event as a value of the trigger's type, and where it came from.
    fn event(
        &self,
        project: &Project,
        program: &Program,
        flow: &Flow,
    ) -> Result<(String, Value), Failure> {
        let types = program.types();
        let ty = flow.trigger.event;
        let function = program.function(flow.function);
        let file = function.and_then(|it| program.artifact().files.get(it.file as usize));
        let file = file.map(|it| project.shown(&it.path)).unwrap_or_default();
        // The files of an artifact are elsewhere.
        let folder = match project.files.is_empty() {
            true => project.folder.as_path(),
            false => event::folder_of(Path::new(&file)),
        };
        let only = program.artifact().flows.len() == 1;
        let places = event::Places {
            given: self.event.as_deref(),
            platform: self.platform,
            folder,
            flow: &flow.address,
            only,
        };
        let Some(found) = places.find()? else {
            let sample = value::sample(types, ty);
            let event = value::decode(types, ty, &sample).map_err(|mismatch| {
                let trigger = &flow.trigger.name;
                Failure::Usage(format!(
                    "`{trigger}` has no sample that fits ({mismatch}); give an event with --event"
                ))
            })?;
            return Ok((format!("a sample of {}", flow.trigger.name), event));
        };
        let (json, origin) = adapt(&flow.trigger.name, found)?;
        let event = value::decode(types, ty, &json).map_err(|mismatch| {
            let ty = types.display(ty);
            Failure::Usage(format!("the event `{origin}` does not fit `{ty}`: {mismatch}"))
        })?;
        Ok((origin, event))
    }

    fn drive(
        &self,
        places: Places<'_>,
        flow: &Flow,
        connections: Connections,
        transport: Arc<dyn Transport>,
        origin: &str,
        event: Value,
    ) -> Result<(), Failure> {
        let stdout = io::stdout();
        let style = Style { colour: takes_colour(&stdout) && !self.json };
        let settings = &places.project.settings;
        let variable = |name: &str| std::env::var(name).ok();
        let secrets = Secrets::from_settings(settings.secrets.clone(), &variable);
        let environment = Environment::from_settings(settings.environment.clone(), &variable);
        let mut redactor = connections.redactor(&needs::of_any(places.program.artifact()));
        if !self.sandbox {
            secrets.hide(&mut redactor);
        }
        let transport: Arc<dyn Transport> = match self.trace {
            true => Arc::new(trace::Traced::new(transport, redactor.clone(), style, self.json)),
            false => transport,
        };
        let program = Arc::clone(places.program);
        let actions = ActionHost::new(program, connections, transport).with_secrets(secrets);
        let host = LocalHost::new(actions).with_environment(environment);
        let mut watcher =
            watch::Watcher::new(places, redactor.clone(), style, self.json, self.trace);
        watcher.begin(flow, origin, self.sandbox);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(
            |error| Failure::Missing(format!("the system gives no event loop: {error}")),
        )?;
        let ended = runtime.block_on(async {
            let cancelled = Box::pin(async {
                // Where Ctrl-C cannot be listened to, it ends the process as it always does.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            });
            let options = memory::Options { cancelled, ..memory::Options::default() };
            memory::run(places.program, &host, &mut watcher, flow, event, options).await
        });
        if self.json {
            let text = format!("{:#}\n", report::object(places, &ended));
            watcher.say(&text);
        }
        watcher.finish()?;
        match ended.status() {
            Status::Succeeded(_) => Ok(()),
            _ => Err(Failure::Shown),
        }
    }
}

/// Our JSON for a platform's, and where it came from.
fn adapt(trigger: &str, event: event::Event) -> Result<(Json, String), Failure> {
    let event::Event { origin, platform, json } = event;
    if trigger != Hook::CallFinished.as_str() {
        return match platform {
            Platform::Canonical => Ok((json, origin)),
            _ => Err(Failure::Usage(format!(
                "`{trigger}` takes our own JSON only; leave --platform {} out",
                platform.name()
            ))),
        };
    }
    let json = trigger::adapt(platform.adapter(), Hook::CallFinished, &json)
        .map_err(|error| Failure::Usage(format!("the event `{origin}` does not fit: {error}")))?;
    match platform {
        Platform::Canonical => Ok((json, origin)),
        _ => Ok((json, format!("{origin} (as {} sends it)", platform.name()))),
    }
}
