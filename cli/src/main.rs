//! `callflow`: the command line. One file a command, in [`commands`].

mod artifact_file;
mod commands;
mod declaration;
mod diagnostics_json;
mod exit;
mod load;
mod place;
mod position;
mod project;
mod render;
mod replace;
mod settings;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Explain(commands::explain::Explain),
    Fix(commands::fix::Fix),
    Fmt(commands::fmt::Fmt),
    Graph(commands::graph::Graph),
    Inspect(commands::inspect::Inspect),
    Pieces(commands::pieces::Pieces),
    Run(commands::run::Run),
    Test(commands::test::TestCommand),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Build(build) => build.execute(),
        Command::Check(check) => check.execute(),
        Command::Explain(explain) => explain.execute(),
        Command::Fix(fix) => fix.execute(),
        Command::Fmt(fmt) => fmt.execute(),
        Command::Graph(graph) => graph.execute(),
        Command::Inspect(inspect) => inspect.execute(),
        Command::Pieces(pieces) => pieces.execute(),
        Command::Run(run) => run.execute(),
        Command::Test(test) => test.execute(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
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
