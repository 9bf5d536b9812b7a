//! `callflow`: the command line. One file a command, in [`commands`].

mod artifact_file;
mod commands;
mod declaration;
mod diagnostics_json;
mod exit;
mod load;
mod outside;
mod place;
mod position;
mod project;
mod render;
mod replace;
mod settings;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::artifact_file::Packed;
use crate::exit::Failure;

/// Workflows around voice calls: written as text, checked before they run.
#[derive(Debug, Parser)]
#[command(name = "callflow", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(commands::build::Build),
    Check(commands::check::Check),
    Dev(commands::dev::Dev),
    Explain(commands::explain::Explain),
    Fix(commands::fix::Fix),
    Fmt(commands::fmt::Fmt),
    Graph(commands::graph::Graph),
    Inspect(commands::inspect::Inspect),
    Pieces(commands::pieces::Pieces),
    Run(commands::run::Run),
    Runs(commands::runs::Runs),
    Serve(commands::serve::Serve),
    Test(commands::test::TestCommand),
}

/// What an executable takes that carries an artifact: it serves that one, and shows its runs.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Standalone {
    #[command(flatten)]
    serve: commands::serve::ServeOptions,
    #[command(subcommand)]
    command: Option<StandaloneCommand>,
}

#[derive(Debug, Subcommand)]
enum StandaloneCommand {
    Runs(commands::runs::Runs),
}

fn main() -> ExitCode {
    let done = match artifact_file::own() {
        Ok(None) => execute(),
        Ok(Some(packed)) => execute_standalone(packed),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn execute_standalone(packed: Packed) -> Result<(), Failure> {
    let Standalone { serve, command } = Standalone::parse();
    match command {
        Some(StandaloneCommand::Runs(runs)) => runs.execute(),
        None => serve.serve_own(packed),
    }
}

fn execute() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Build(build) => build.execute(),
        Command::Check(check) => check.execute(),
        Command::Dev(dev) => dev.execute(),
        Command::Explain(explain) => explain.execute(),
        Command::Fix(fix) => fix.execute(),
        Command::Fmt(fmt) => fmt.execute(),
        Command::Graph(graph) => graph.execute(),
        Command::Inspect(inspect) => inspect.execute(),
        Command::Pieces(pieces) => pieces.execute(),
        Command::Run(run) => run.execute(),
        Command::Runs(runs) => runs.execute(),
        Command::Serve(serve) => serve.execute(),
        Command::Test(test) => test.execute(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Arguments::command().get_subcommands_mut() {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{} has no example", command.get_name());
        }
    }
}
