//! `cargo xtask emit-asl`: writes the state machines of all workflows and their schemas, or checks that the
//! files are current and says what a change breaks.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use workflow_core::emit::{self, Emitted};

use crate::{FOUND, schemas, workspace};

/// Write the state machine of every workflow to `<workflow>.asl.json`, and the JSON Schema of what it
/// receives and gives to `<workflow>.schema.json`.
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
    /// The directory of the schemas [default: order-workflow/schemas in the workspace, none with --out-dir].
    #[arg(long, value_name = "DIR")]
    schema_dir: Option<PathBuf>,
    /// Also write where each state comes from, `src/workflows/refund.rs:12`, to `<workflow>.positions.json`.
    #[arg(long)]
    positions: bool,
    /// Say what breaks for callers and for executions in flight since this revision of git.
    #[arg(long, value_name = "REVISION", requires = "check")]
    since: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let default = || workspace::seen_from_here(&workspace::root().join("order-workflow/asl"));
    let dir = arguments.out_dir.clone().unwrap_or_else(default);
    let schemas = match (&arguments.schema_dir, &arguments.out_dir) {
        (Some(dir), _) => Some(dir.clone()),
        (None, None) => Some(workspace::seen_from_here(&workspace::root().join("order-workflow/schemas"))),
        (None, Some(_)) => None,
    };
    let schemas = schemas.map(|dir| schemas::Schemas::new(dir, arguments.workflow.as_deref()));
    let schemas = schemas.as_ref();
    if arguments.check { check(arguments, &dir, schemas) } else { write(arguments, &dir, schemas) }
}

fn check(arguments: &Arguments, dir: &Path, schemas: Option<&schemas::Schemas>) -> anyhow::Result<ExitCode> {
    let catalogue = order_workflow::workflows::catalogue();
    let mut report = emit::compare(dir, catalogue.iter().map(Emitted::from), arguments.workflow.as_deref())?;
    if arguments.positions {
        let found = emit::compare_files(&positions(arguments, dir)?)?;
        report.stale.extend(found.stale);
        report.missing.extend(found.missing);
    }
    let mut broken = Vec::new();
    if let Some(schemas) = schemas {
        let found = emit::compare_files(schemas.files())?;
        report.stale.extend(found.stale);
        report.missing.extend(found.missing);
        broken = match &arguments.since {
            Some(revision) => schemas.broken_since(revision)?,
            None => schemas.broken()?,
        };
    }
    if report.is_current() && broken.is_empty() {
        writeln!(io::stdout(), "{} is current", dir.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    eprint!("{report}");
    broken.iter().for_each(|change| eprintln!("{change}"));
    if !report.stale.is_empty() || !report.missing.is_empty() {
        eprintln!("to refresh: {}", refresh(arguments));
    }
    if !report.orphaned.is_empty() {
        eprintln!("delete the orphaned files, or bring their workflows back");
    }
    Ok(ExitCode::from(FOUND))
}

fn write(arguments: &Arguments, dir: &Path, schemas: Option<&schemas::Schemas>) -> anyhow::Result<ExitCode> {
    let catalogue = order_workflow::workflows::catalogue();
    let mut written = emit::write(dir, catalogue.iter().map(Emitted::from), arguments.workflow.as_deref())?;
    if arguments.positions {
        written.files.extend(emit::write_files(&positions(arguments, dir)?)?);
    }
    let mut stdout = io::stdout();
    if let Some(schemas) = schemas {
        // Before the files that say what was are overwritten.
        schemas.broken()?.iter().for_each(|change| eprintln!("{change}"));
        written.files.extend(emit::write_files(schemas.files())?);
    }
    for (path, change) in written.files {
        writeln!(stdout, "{change}: {}", path.display())?;
    }
    for path in written.orphaned {
        eprintln!("orphaned: {} (no workflow has this name; delete it if nobody needs it)", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The files that say where each state comes from.
fn positions(arguments: &Arguments, dir: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let catalogue = order_workflow::workflows::catalogue();
    Ok(emit::positions(dir, catalogue.iter(), arguments.workflow.as_deref())?)
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
    if arguments.positions {
        command.push_str(" --positions");
    }
    if let Some(dir) = &arguments.schema_dir {
        command.push_str(&format!(" --schema-dir {}", dir.display()));
    }
    command
}
