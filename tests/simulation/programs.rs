//! The flows that are run, in two versions, compiled once in a process.

use std::sync::{Arc, LazyLock};

use callflow_artifact::bytecode::{ActionId, FlowId};
use callflow_artifact::encode;
use callflow_artifact::piece::EffectClass;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};
use callflow_runtime::Value;
use callflow_runtime::connect::Environment;
use callflow_runtime::durable::{Program, Version};
use callflow_runtime::execute;
use callflow_runtime::value;

const LIBRARY: Embedded = Embedded {
    prelude: callflow_stdlib::PRELUDE,
    pieces: &[("http", HTTP), ("sim", include_str!("flows/sim.flow"))],
};

const HTTP: &str = callflow_stdlib::PIECES[0].1;

const JOBS: &str = include_str!("flows/jobs.flow");

/// How many versions there are.
pub(crate) const VERSIONS: i64 = 2;

static ALL: LazyLock<Vec<Compiled>> =
    LazyLock::new(|| (1..=VERSIONS).map(|version| compile(Version(version))).collect());

/// A version of the flows.
pub(crate) struct Compiled {
    /// What runs.
    pub(crate) program: Arc<Program>,
    /// The artifact's bytes.
    pub(crate) bytes: Vec<u8>,
}

/// A version of the flows.
pub(crate) fn version(version: Version) -> &'static Compiled {
    &ALL[version.0 as usize - 1]
}

impl Compiled {
    /// A flow by its name.
    pub(crate) fn flow(&self, name: &str) -> FlowId {
        let flows = &self.program.program.artifact().flows;
        let flow = flows.iter().position(|flow| flow.name == name);
        FlowId(flow.unwrap_or_else(|| panic!("no flow `{name}`")) as u32)
    }

    /// The event of a flow, from JSON.
    pub(crate) fn event(&self, flow: FlowId, json: &serde_json::Value) -> Value {
        let program = &self.program.program;
        let ty = program.artifact().flows[flow.0 as usize].trigger.event;
        value::decode(program.types(), ty, json).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    /// What an action is called, and what it does to the world.
    pub(crate) fn action(&self, action: ActionId) -> (&'static str, EffectClass) {
        let action = &self.program.program.artifact().actions[action.0 as usize];
        let name = ACTIONS.iter().find(|name| action.name == **name);
        (name.unwrap_or_else(|| panic!("`{}` is not played", action.name)), action.effect)
    }
}

/// What the simulator plays.
const ACTIONS: [&str; 5] = ["read", "waited", "set", "add", "charge"];

fn compile(version: Version) -> Compiled {
    let text = JOBS.replace("const VERSION = 1", &format!("const VERSION = {}", version.0));
    assert_eq!(text == JOBS, version.0 == 1, "where is the version?");
    let source = Source { path: "jobs.flow".into(), text: text.into() };
    let compiled = callflow_compiler::compile(Project::new("jobs", vec![source]), &LIBRARY);
    let artifact = compiled.artifact.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let bytes = encode::to_bytes(&artifact).unwrap();
    let program = Arc::new(execute::Program::load(artifact).unwrap());
    let environment = Environment::default();
    Compiled { program: Arc::new(Program { program, environment }), bytes }
}
