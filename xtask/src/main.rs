//! The workspace's own commands, run as `cargo xtask <command>`.
//!
//! This file reads the command line and hands on; each command is a module of its name.

mod agree;
mod bench;
mod conformance;
mod emit_asl;
mod lint;
mod run_asl;
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
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Agree(agree::Arguments),
    Conformance(conformance::Arguments),
    EmitAsl(emit_asl::Arguments),
    RunAsl(run_asl::Arguments),
    Bench(bench::Arguments),
    Lint(lint::Arguments),
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().command {
        Command::Agree(arguments) => agree::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::EmitAsl(arguments) => emit_asl::run(&arguments),
        Command::RunAsl(arguments) => run_asl::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(FAILED)
    })
}
