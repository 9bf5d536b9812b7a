//! What is compiled: the files of a project and what it says of itself.

pub use callflow_artifact::artifact::Agent;
use callflow_artifact::artifact::Declared;
use ecow::EcoString;

use crate::source::Source;

/// A project to check or compile.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// Its name.
    pub name: EcoString,
    /// Its files.
    pub files: Vec<Source>,
    /// What its `callflow.toml` declares.
    pub settings: Settings,
    /// Whether its tests are compiled too. They are checked in any case.
    pub tests: bool,
}

/// What a project declares outside of its flows. What is none is not known, and nothing is held against it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The time zone of schedules and of dates without one; UTC where it is none.
    pub timezone: Option<EcoString>,
    /// The voice platforms in use. An empty list means our canonical JSON over `http` only.
    pub platforms: Option<Vec<EcoString>>,
    /// The names of `[env]`, which `env("…")` may read.
    pub environment: Option<Vec<EcoString>>,
    /// The names of `[secrets]`, which `secret("…")` may name.
    pub secrets: Option<Vec<EcoString>>,
    /// The agents of `[agents]`.
    pub agents: Option<Vec<Agent>>,
    /// The connections of `[connections]` and of the connection store.
    pub connections: Option<Vec<Connection>>,
}

/// A connection that the project has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The piece's name, or another that `use … with connection` names.
    pub name: EcoString,
    /// Which of the piece's ways to connect it is; the first where it is missing.
    pub kind: Option<EcoString>,
    /// The scopes that were granted, where that is known.
    pub scopes: Option<Vec<EcoString>>,
}

impl Settings {
    /// What of it goes into the artifact.
    pub(crate) fn declared(&self) -> Declared {
        let default = Declared::default();
        Declared {
            timezone: self.timezone.clone().unwrap_or(default.timezone),
            platforms: self.platforms.clone().unwrap_or_default(),
            agents: self.agents.clone().unwrap_or_default(),
        }
    }
}

impl Project {
    /// A project of which nothing is known but its files.
    pub fn new(name: impl Into<EcoString>, files: Vec<Source>) -> Project {
        Project { name: name.into(), files, ..Project::default() }
    }

    /// The same, with its tests.
    pub fn with_tests(self) -> Project {
        Project { tests: true, ..self }
    }
}
