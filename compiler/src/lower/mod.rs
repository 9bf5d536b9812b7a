//! From the typed program to bytecode.
//!
//! The typed program is a forest of expressions; the bytecode is a list of instructions over registers for each
//! function. The way from one to the other, in order:
//!
//! 1. [`program`] begins with the flows and keeps what they reach: a function, an action, a piece or a constant
//!    gets its new id when it is first met, and functions are lowered in the order of their ids. What nothing
//!    reaches is not in the artifact.
//! 2. [`function`] builds one body. Each local has a register for the whole function, because all locals have
//!    one type for their whole life. Values between have temporary registers, which are given back after their
//!    last use and used again for values of the same type.
//! 3. [`expression`] turns an expression into instructions that leave its value where the one who asks
//!    [`Want`](function::Want)s it. Operands are evaluated from left to right, and a variable that a later
//!    operand assigns is copied first ([`assign`] tells).
//! 4. [`control`] makes jumps of `if`, `and`, `or`, `??`, `?.` and `catch`, [`matching`] of `match`,
//!    [`loops`] of `for`, `while` and the list methods that take a lambda; a lambda's body stands in the loop.
//! 5. [`effects`] asks what is to be asked of the host. A branch is a function of its own, which takes the locals
//!    that it reads of the body around it ([`branches`], [`captured`]).
//! 6. A jump forward names a label, and gets its target when the label is placed. After an instruction that
//!    control never leaves, nothing is emitted until a label is placed that a jump or a handler leads to; so
//!    an artifact holds no code that cannot run, and what never gives a value needs no register.
//! 7. `try` and `catch` cost nothing where nothing fails: the range of the instructions of their body goes into
//!    the function's table of handlers, inner ranges first, for they are complete first.
//! 8. Types that nothing in the artifact mentions are [left out](callflow_artifact::prune).
//!
//! Lowering decides nothing about the language: each conversion and each default stands in the typed program.

mod assign;
mod branches;
mod captured;
mod control;
mod effects;
mod expression;
mod function;
mod json;
mod loops;
#[cfg(test)]
mod maker;
mod matching;
mod program;
#[cfg(test)]
mod random;
mod statement;
mod test_statement;
#[cfg(test)]
mod tests;

use callflow_artifact::Artifact;
use callflow_artifact::prune::prune;

use crate::diagnostics::{Code, Diagnostic};
use crate::semantics::typed::Program;
use crate::source::Location;

/// Turns a program without errors into an artifact with what its flows, and if asked for its tests, reach.
///
/// # Errors
///
/// A body that holds more values than an instruction can name, or so many between so many jumps that nobody
/// could check it.
pub fn lower(name: &str, program: Program, tests: bool) -> Result<Artifact, Box<Diagnostic>> {
    let mut artifact = program::lower(name, program, tests).map_err(|TooLarge(name, at)| {
        let message = format!("`{name}` holds more values than a flow can");
        let diagnostic = Diagnostic::error(Code::E0012, at, message).note(
            "a body can hold about 65,000 values, fewer where it has thousands of conditions and \
             loops: move parts of it to functions of their own",
        );
        Box::new(diagnostic)
    })?;
    prune(&mut artifact);
    Ok(artifact)
}

/// A body that cannot be an artifact's function: its name, and where it stands.
#[derive(Debug)]
struct TooLarge(String, Location);
