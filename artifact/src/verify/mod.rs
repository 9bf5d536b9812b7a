//! The verifier: what every artifact passes before it runs.
//!
//! An artifact may come from anywhere, and executors trust it: they look up registers, constants and fields
//! without asking what is there. So nothing runs that could read a value of another type than it takes it for,
//! read a register before it was written, or go where there is no code. In order:
//!
//! 1. [`types`]: the table of types is a table that the compiler could have made.
//! 2. [`declarations`]: flows, tests, actions and functions name what exists, and agree on parameters and results.
//! 3. [`instructions`]: each instruction's registers have the types that it works on; a call's after its type
//!    parameters are put in, and an effect's with those of the functions that it begins ([`effects`]).
//! 4. [`paths`]: on every path, through handlers too, a register is written before it is read.
//! 5. [`reach`]: an action's body asks for nothing but requests on its own connection and its settings, and only
//!    tests ask what tests ask.
//!
//! The time is linear in the artifact's size but for registers times joins, and constants times the types that
//! they are used as; both have a limit, beyond which the artifact is rejected. No artifact can make the
//! verifier panic or overflow its stack.

mod constants;
mod declarations;
mod effects;
mod instructions;
mod paths;
mod reach;
#[cfg(test)]
mod tests;
mod types;

use ecow::EcoString;

use crate::artifact::Artifact;
use crate::bytecode::Function;
use instructions::Context;
pub use paths::is_checkable;

/// Why an artifact cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: expected {expected}, found {found}")]
pub struct VerifyError {
    /// Where it is wrong.
    pub place: Place,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Where an artifact is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a function's instruction.
    Instruction(EcoString, usize),
    /// In what a function says of itself.
    Function(EcoString),
    /// In an action's declaration.
    Action(EcoString),
    /// In a flow's declaration.
    Flow(EcoString),
    /// In a test's declaration.
    Test(EcoString),
    /// In the names of settings or secrets.
    Names,
    /// In the table of types.
    Types,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Instruction(function, index) => {
                write!(f, "function `{function}`, instruction {index}")
            }
            Place::Function(function) => write!(f, "function `{function}`"),
            Place::Action(action) => write!(f, "action `{action}`"),
            Place::Flow(flow) => write!(f, "flow `{flow}`"),
            Place::Test(test) => write!(f, "test `{test}`"),
            Place::Names => f.write_str("the names of settings and secrets"),
            Place::Types => f.write_str("the types"),
        }
    }
}

/// Proves that an artifact is safe to run.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn verify(artifact: &Artifact) -> Result<(), VerifyError> {
    types::check(artifact).map_err(|wrong| wrong.at(Place::Types))?;
    let mut context = Context::new(artifact);
    declarations::check(&mut context)?;
    for function in &artifact.functions {
        instructions::check(&mut context, function)?;
        paths::check(function)?;
    }
    reach::check(artifact)
}

/// What should have been, and what was.
#[derive(Debug)]
struct Wrong {
    expected: String,
    found: String,
}

impl Wrong {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Wrong {
        Wrong { expected: expected.into(), found: found.into() }
    }

    fn at(self, place: Place) -> VerifyError {
        VerifyError { place, expected: self.expected, found: self.found }
    }
}

/// Fails where a condition does not hold.
fn ensure(
    holds: bool,
    expected: impl FnOnce() -> String,
    found: impl FnOnce() -> String,
) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong::new(expected(), found())) }
}

/// The place of a function's instruction.
fn at(function: &Function, index: usize) -> Place {
    Place::Instruction(function.name.clone(), index)
}
