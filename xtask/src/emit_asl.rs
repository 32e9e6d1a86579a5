//! `cargo xtask emit-asl`: writes the state machines of all workflows, or checks that the files
//! are current.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use workflow_core::emit::{self, Emitted};

use crate::{FOUND, workspace};

/// Write the state machine of every workflow to `<workflow>.asl.json`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; exit with 1 when a file is stale, missing, or of no workflow.
    #[arg(long)]
    check: bool,
    /// Only the workflow of this name.
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,
    /// The directory of the files [default: order-workflow/asl in the workspace].
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let default = || workspace::seen_from_here(&workspace::root().join("order-workflow/asl"));
    let dir = arguments.out_dir.clone().unwrap_or_else(default);
    if arguments.check { check(arguments, &dir) } else { write(arguments, &dir) }
}

fn check(arguments: &Arguments, dir: &Path) -> anyhow::Result<ExitCode> {
    let catalogue = order_workflow::workflows::catalogue();
    let report = emit::compare(dir, catalogue.iter().map(Emitted::from), arguments.workflow.as_deref())?;
    if report.is_current() {
        writeln!(io::stdout(), "{} is current", dir.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    eprint!("{report}");
    if !report.stale.is_empty() || !report.missing.is_empty() {
        eprintln!("to refresh: {}", refresh(arguments));
    }
    if !report.orphaned.is_empty() {
        eprintln!("delete the orphaned files, or bring their workflows back");
    }
    Ok(ExitCode::from(FOUND))
}

fn write(arguments: &Arguments, dir: &Path) -> anyhow::Result<ExitCode> {
    let catalogue = order_workflow::workflows::catalogue();
    let written = emit::write(dir, catalogue.iter().map(Emitted::from), arguments.workflow.as_deref())?;
    let mut stdout = io::stdout();
    for (path, change) in written.files {
        writeln!(stdout, "{change}: {}", path.display())?;
    }
    for path in written.orphaned {
        eprintln!("orphaned: {} (no workflow has this name; delete it if nobody needs it)", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The command that writes what this one checked.
fn refresh(arguments: &Arguments) -> String {
    let mut command = "cargo xtask emit-asl".to_owned();
    if let Some(workflow) = &arguments.workflow {
        command.push_str(&format!(" --workflow {workflow}"));
    }
    if let Some(dir) = &arguments.out_dir {
        command.push_str(&format!(" --out-dir {}", dir.display()));
    }
    command
}
