//! How fast the whole process is, from its start to its end: `cargo bench -p callflow-benches --bench process`.
//!
//! Prints the median time of a command and the most memory that it took, each with its limit beside it.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use callflow_benches::binary::{callflow, root};
use callflow_benches::median;
use nix::sys::resource::{UsageWho, getrusage};

const RUNS: usize = 20;

/// Makes this program start one command and print the memory that it took. The system tells only the most that
/// any child took, so each command needs a parent of its own.
const MEASURE: &str = "--measure-memory-of";

/// A command and what it may take.
struct Case {
    arguments: &'static [&'static str],
    time: Duration,
    megabytes: f64,
}

const CASES: &[Case] = &[
    Case {
        arguments: &["check", "examples/one_line"],
        time: Duration::from_millis(15),
        megabytes: 40.0,
    },
    Case {
        arguments: &["check", "examples/qualify_lead"],
        time: Duration::from_millis(15),
        megabytes: 40.0,
    },
    Case {
        arguments: &["run", "examples/one_line", "--sandbox"],
        time: Duration::from_millis(30),
        megabytes: 40.0,
    },
];

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, program, rest @ ..] = arguments.as_slice()
        && flag == MEASURE
    {
        quietly(Path::new(program), rest)?;
        println!("{}", getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss());
        return Ok(());
    }
    let binary = callflow()?;
    println!("{}, median of {RUNS}", binary.display());
    println!("{:<40} {:>9} {:>9} {:>8} {:>9}", "", "ms", "at most", "MB", "at most");
    for case in CASES {
        let arguments: Vec<String> = case.arguments.iter().map(|it| (*it).to_owned()).collect();
        quietly(&binary, &arguments)?;
        let time = median(RUNS, || quietly(&binary, &arguments));
        println!(
            "{:<40} {:>9.1} {:>9.1} {:>8.1} {:>9.1}",
            format!("callflow {}", arguments.join(" ")),
            time.as_secs_f64() * 1000.0,
            case.time.as_secs_f64() * 1000.0,
            memory(&binary, &arguments)?,
            case.megabytes
        );
    }
    Ok(())
}

/// Runs a command to its end without showing what it says.
fn quietly(
    program: &Path,
    arguments: &[String],
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let ended = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    match ended.success() {
        true => Ok(()),
        false => Err(format!("{arguments:?} ended with {ended}").into()),
    }
}

/// The most memory that a command takes, in megabytes.
fn memory(
    binary: &Path,
    arguments: &[String],
) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let measured =
        Command::new(env::current_exe()?).arg(MEASURE).arg(binary).args(arguments).output()?;
    let kilobytes: f64 = String::from_utf8(measured.stdout)?.trim().parse()?;
    // Linux counts in kilobytes, macOS in bytes.
    let bytes = if cfg!(target_os = "macos") { kilobytes } else { kilobytes * 1024.0 };
    Ok(bytes / 1e6)
}
