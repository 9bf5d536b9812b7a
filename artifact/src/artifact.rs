//! A compiled project: all that a runtime needs, and nothing of the source but names and positions.
//!
//! An artifact means the same wherever it runs. So it has what a project says of itself that changes what flows
//! mean ([`Declared`]), and only the names of what each place where it runs says for itself: connections, the
//! values of `env` and `secret`, where to listen, where to keep runs.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::bytecode::{Function, FunctionId, Origin};
use crate::constant::Constant;
use crate::piece::{Action, Parameter, Piece};
use crate::types::{TypeId, Types};

/// A compiled project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Artifact {
    /// The project's name.
    pub name: EcoString,
    /// What the project says of itself.
    pub declared: Declared,
    /// All types.
    pub types: Types,
    /// The record type of `error` in `catch error`: the prelude's `Error`.
    pub error: TypeId,
    /// Literals.
    pub constants: Vec<Constant>,
    /// Bodies of flows, functions and actions.
    pub functions: Vec<Function>,
    /// The pieces that are used.
    pub pieces: Vec<Piece>,
    /// The actions that are used.
    pub actions: Vec<Action>,
    /// The flows, in the order of files and lines.
    pub flows: Vec<Flow>,
    /// The tests, in the order of files and lines; none where they were not asked for.
    pub tests: Vec<Test>,
    /// The names of `env("…")` that flows read, in the order of the alphabet.
    pub environment: Vec<EcoString>,
    /// The names of `secret("…")` that flows pass on, in the order of the alphabet. A value of type `secret` is such a name; only the host
    /// that carries out an action knows what it stands for.
    pub secrets: Vec<EcoString>,
    /// The files that the rest was compiled from.
    pub files: Vec<SourceFile>,
}

/// What a project says of itself that is the same wherever it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The name of the time zone of schedules, and of dates that no zone is said for: `Europe/Madrid`.
    pub timezone: EcoString,
    /// The voice platforms in use, in the project's order. Without one, events come as our own JSON only.
    pub platforms: Vec<EcoString>,
    /// The voice agents that flows name, in the project's order.
    pub agents: Vec<Agent>,
}

impl Default for Declared {
    /// A project that says nothing: UTC, no platform, no agent.
    fn default() -> Declared {
        Declared { timezone: "UTC".into(), platforms: Vec::new(), agents: Vec::new() }
    }
}

/// A voice agent that flows name in `agent: "…"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// What flows call it.
    pub name: EcoString,
    /// The platform that it lives on; any of the project's where it is missing.
    pub platform: Option<EcoString>,
}

/// A flow: what starts it and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Its label, else its trigger's name.
    pub name: EcoString,
    /// `file_stem.name`, or `file_stem` alone where the file holds one flow.
    pub address: EcoString,
    /// The `///` text.
    pub doc: EcoString,
    /// What starts it.
    pub trigger: Trigger,
    /// The body. Its one parameter is the event, a record of type `trigger.event`.
    pub function: FunctionId,
    /// What it returns; [`TypeId::NONE`] where it returns nothing.
    pub result: TypeId,
    /// How its runs relate to each other and to time.
    pub settings: FlowSettings,
}

/// What a flow's header says of its runs. The functions take the event; those for keys give a string.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowSettings {
    /// When the event is answered at the latest, in milliseconds.
    pub deadline: Option<i64>,
    /// Gives what is answered at the deadline, of the flow's result type.
    pub fallback: Option<FunctionId>,
    /// How many runs go on at a time.
    pub concurrency: Option<u32>,
    /// Counts only runs with the same key.
    pub concurrency_key: Option<FunctionId>,
    /// Events with the same key are one event.
    pub dedupe_key: Option<FunctionId>,
    /// For how long, in milliseconds; for ever where it is missing.
    pub dedupe_window: Option<i64>,
    /// After how many milliseconds a run fails.
    pub timeout: Option<i64>,
}

impl FlowSettings {
    /// The functions that are called with the event before a run begins.
    pub fn functions(&self) -> impl Iterator<Item = FunctionId> + use<> {
        [self.fallback, self.concurrency_key, self.dedupe_key].into_iter().flatten()
    }
}

/// A test: its function takes nothing and gives nothing, and may have [`Effect::Test`](crate::bytecode::Effect).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// What it is called.
    pub name: EcoString,
    /// Its body.
    pub function: FunctionId,
    /// Its name, in the source of its function.
    pub origin: Origin,
}

/// What starts a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// `call_finished`, `manual`, `webhook` …
    pub name: EcoString,
    /// The record type of the event that a run begins with.
    pub event: TypeId,
    /// The header's arguments by name: `agent: "front desk"`, `path: "/lead"`. The platform that a flow is pinned
    /// to is `platform`, and the tool's name of a `function_call` is `tool`.
    pub arguments: Vec<(EcoString, Constant)>,
    /// For `function_call` and `manual`: the parameters that the header declares, which are the event's fields.
    pub parameters: Vec<Parameter>,
}

/// A file that an artifact was compiled from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Relative to the project; `stdlib:hubspot.flow` for the standard library's.
    pub path: EcoString,
    /// SHA-256 of the text, in hex.
    pub hash: EcoString,
    /// Byte offset of the start of each line, so that positions can be told without the text.
    pub lines: Vec<u32>,
}

impl SourceFile {
    /// Line and column of a byte offset, both counted from 1, the column in bytes.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|&start| start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        (line as u32, offset.saturating_sub(start) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_one() {
        let file = |lines: &[u32]| SourceFile {
            path: "a.flow".into(),
            hash: EcoString::new(),
            lines: lines.to_vec(),
        };
        let three = file(&[0, 10, 20]);
        assert_eq!(three.position(0), (1, 1));
        assert_eq!(three.position(9), (1, 10));
        assert_eq!(three.position(10), (2, 1));
        assert_eq!(three.position(99), (3, 80));
        assert_eq!(file(&[]).position(4), (1, 5));
    }
}
