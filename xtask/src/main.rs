//! The workspace's own commands, run as `cargo xtask <command>`.
//!
//! This file reads the command line and hands on; each command is a module of its name.

mod agree;
#[cfg(feature = "aws")]
mod aws;
mod bench;
mod conformance;
mod emit_asl;
mod emit_deploy;
mod graph;
mod install;
mod lint;
mod originals;
mod run_asl;
mod schemas;
mod system;
mod verify_deploy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The exit code of a command that found what it looks for: a stale file, a difference.
const FOUND: u8 = 1;
/// The exit code of a command that could not do its work: a wrong name, an unwritable directory.
const FAILED: u8 = 2;

/// The workspace's own commands.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
#[cfg_attr(
    not(feature = "aws"),
    command(
        after_help = "`deploy`, `start`, `history` and `diff`, for what runs on AWS: see `cargo xaws --help`."
    )
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Agree(agree::Arguments),
    Conformance(conformance::Arguments),
    EmitAsl(emit_asl::Arguments),
    EmitDeploy(emit_deploy::Arguments),
    VerifyDeploy(verify_deploy::Arguments),
    #[cfg(feature = "aws")]
    #[command(flatten)]
    Aws(aws::Command),
    RunAsl(run_asl::Arguments),
    Graph(graph::Arguments),
    Bench(bench::Arguments),
    Lint(lint::Arguments),
    Originals(originals::Arguments),
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().command {
        Command::Agree(arguments) => agree::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::EmitAsl(arguments) => emit_asl::run(&arguments),
        Command::EmitDeploy(arguments) => emit_deploy::run(&arguments),
        Command::VerifyDeploy(arguments) => verify_deploy::run(&arguments),
        #[cfg(feature = "aws")]
        Command::Aws(command) => command.run(),
        Command::RunAsl(arguments) => run_asl::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Originals(arguments) => originals::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(FAILED)
    })
}
