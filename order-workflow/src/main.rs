//! The `order-workflow` program: lists the workflows, and runs one of them in this process.
//!
//! Standard output is for programs, standard error for people. The exit code tells whether the
//! execution succeeded (0), ended otherwise (1), or was never started (2).

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cli::main(cli::Arguments::parse())
}
