//! One step of the engine in a process of its own: the artifact's path is the argument, a run and what happened
//! come on stdin, the run as it is then and its commands go to stdout. Everything travels as postcard.

use std::io::{Error, Read, Write};
use std::process::ExitCode;

use callflow_artifact::encode;
use callflow_runtime::engine::{Completion, Run, core};
use callflow_runtime::execute::Program;

fn main() -> ExitCode {
    match resume() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn resume() -> Result<(), Error> {
    let path = std::env::args_os().nth(1).ok_or_else(|| Error::other("which artifact?"))?;
    let artifact = encode::from_bytes(&std::fs::read(path)?).map_err(Error::other)?;
    let program = Program::load(artifact).map_err(Error::other)?;
    let mut state = Vec::new();
    std::io::stdin().read_to_end(&mut state)?;
    let (mut run, completion): (Run, Completion) =
        postcard::from_bytes(&state).map_err(Error::other)?;
    let commands = core::advance(&program, &mut run, completion);
    let state = postcard::to_stdvec(&(run, commands)).map_err(Error::other)?;
    std::io::stdout().write_all(&state)
}
