//! How fast runs are that survive: `cargo bench -p callflow-benches --bench durable`.
//!
//! In this process, on a real store in the target folder, with a transport that answers at once. Names of parts
//! after `--` choose some of them: `flows`, `idle`, `sleeping`, `long`.

mod flows;
mod idle;
mod long;
mod place;
mod raw;
mod sleeping;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What goes wrong in a benchmark, in words.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [flag, store, rest @ ..] if flag == sleeping::WAKE => {
            sleeping::wake(Path::new(store), rest).map(|()| Vec::new())
        }
        chosen => parts(chosen),
    };
    match outcome {
        Ok(broken) if broken.is_empty() => ExitCode::SUCCESS,
        Ok(broken) => {
            println!("\nnot within the limit: {}", broken.join(", "));
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn parts(chosen: &[String]) -> Result<Vec<String>, Failure> {
    let chosen: Vec<&str> =
        chosen.iter().map(String::as_str).filter(|it| !it.starts_with('-')).collect();
    let is_chosen = |name| chosen.is_empty() || chosen.contains(&name);
    let folder = folder()?;
    let mut broken = Vec::new();
    if is_chosen("flows") {
        broken.extend(flows::run(&folder)?);
    }
    if is_chosen("idle") {
        broken.extend(idle::run(&folder)?);
    }
    if is_chosen("sleeping") {
        broken.extend(sleeping::run(&folder)?);
    }
    if is_chosen("long") {
        broken.extend(long::run(&folder)?);
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(broken)
}

/// An empty folder on the disk of the target folder.
fn folder() -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("durable");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
