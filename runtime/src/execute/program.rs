//! An artifact that is ready to run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use callflow_artifact::bytecode::{ConstantId, Function, FunctionId, Origin};
use callflow_artifact::pattern::Pattern;
use callflow_artifact::types::{TypeId, Types};
use callflow_artifact::verify::{VerifyError, verify};
use callflow_artifact::{Artifact, Op};
use ecow::{EcoString, eco_format};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::instances;
use super::nesting::Nesting;
use crate::error::Error;
use crate::value::{Value, from_constant};

/// How many regular expressions are kept read.
const PATTERNS: usize = 64;

/// An artifact that is ready to run. It does not change while it runs, so runs on many threads can share it.
#[derive(Debug)]
pub struct Program {
    artifact: Artifact,
    constants: Vec<Value>,
    nesting: Nesting,
    zone: TimeZone,
    /// Regular expressions that were read, so that a loop reads its own once.
    patterns: Mutex<HashMap<EcoString, Arc<Pattern>>>,
}

/// Why an artifact cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadError {
    /// It could read what is not there.
    #[error("the artifact is damaged or not of this version: {0}")]
    Unsound(#[from] VerifyError),
    /// A generic function is used with ever larger types.
    #[error("its generic functions are used with too many different types")]
    TooManyInstances,
    /// Types inside types without end.
    #[error("its types are nested too deeply")]
    TooDeep,
    /// Its time zone is none that this program knows.
    #[error("its time zone is `{0}`, which is none that is known here")]
    UnknownZone(EcoString),
}

impl Program {
    /// Makes an artifact ready to run, in the project's time zone.
    ///
    /// # Errors
    /// The artifact does not pass the verifier or is too complex, or there is no such zone.
    pub fn load(mut artifact: Artifact) -> Result<Program, LoadError> {
        verify(&artifact)?;
        instances::add(&mut artifact).map_err(|_| LoadError::TooManyInstances)?;
        let nesting = Nesting::of(&artifact.types).map_err(|_| LoadError::TooDeep)?;
        let constants = artifact.constants.iter().map(from_constant).collect();
        let name = &artifact.declared.timezone;
        let zone = TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| LoadError::UnknownZone(name.clone()))?;
        Ok(Program { artifact, constants, nesting, zone, patterns: Mutex::default() })
    }

    /// What it was loaded from. Its types also have those that generic functions are used with.
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// All types that occur while it runs.
    pub fn types(&self) -> &Types {
        &self.artifact.types
    }

    /// The project's time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The function behind an id.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.artifact.functions.get(id.0 as usize)
    }

    /// Where in its file an instruction came from.
    pub fn origin(&self, function: FunctionId, at: u32) -> Origin {
        let origins = self.function(function).map(|function| function.origins.as_slice());
        let origin = origins.and_then(|origins| origins.get(at as usize).copied());
        origin.unwrap_or(Origin { start: 0, end: 0 })
    }

    /// A type with its parameters replaced by what a call gave for them. [`TypeId::UNKNOWN`] for types that no
    /// call in the program gives.
    pub fn resolve(&self, ty: TypeId, arguments: &[TypeId]) -> TypeId {
        if arguments.is_empty() {
            return ty;
        }
        self.types().resolve(ty, arguments).unwrap_or(TypeId::UNKNOWN)
    }

    /// A constant's value.
    pub(super) fn constant(&self, id: ConstantId) -> Option<&Value> {
        self.constants.get(id.0 as usize)
    }

    /// A regular expression.
    ///
    /// # Errors
    /// The text is none.
    pub(super) fn pattern(&self, text: &EcoString) -> Result<Arc<Pattern>, Error> {
        let mut known = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = known.get(text) {
            return Ok(pattern.clone());
        }
        let pattern = Pattern::new(text).map(Arc::new).map_err(|error| {
            let shown: EcoString = text.chars().take(60).collect();
            Error::invalid(eco_format!("{shown:?} is no pattern: {error}"))
        })?;
        if known.len() >= PATTERNS {
            known.clear();
        }
        known.insert(text.clone(), pattern.clone());
        Ok(pattern)
    }

    /// Which types must be measured.
    pub(super) fn nesting(&self) -> &Nesting {
        &self.nesting
    }

    /// A function's instruction.
    pub(super) fn op(&self, function: FunctionId, at: u32) -> Option<&Op> {
        self.function(function)?.code.get(at as usize)
    }
}
