//! `cargo xtask bench compile`: what workflows cost a build.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::generated::{self, Flavour};
use crate::workspace;

/// Measure what workflows cost a build: one line of JSON.
///
/// A crate of workflows is generated under `target/bench-compile`, and the same functions without the
/// attribute as another. `cargo check` of each is timed with everything else built and nothing incremental; the
/// ratio is that of the processor time, where the system tells it. Then all definitions are emitted, by a release
/// build (the workflows themselves with few optimisations, which take minutes): all together, and one workflow of
/// each of some sizes, which tells whether the time grows with the size alone.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many workflows there are.
    #[arg(long, default_value_t = 100)]
    workflows: usize,
    /// How many steps each has.
    #[arg(long, default_value_t = 20)]
    steps: usize,
    /// How often each crate is checked; the fastest counts.
    #[arg(long, default_value_t = 3)]
    reps: usize,
    /// The sizes of workflows that are emitted one by one.
    #[arg(long, value_delimiter = ',', default_value = "100,200,400")]
    large: Vec<usize>,
    /// Only check; emit nothing.
    #[arg(long)]
    check_only: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (workflows, lines) = checked(Flavour::Workflows, arguments)?;
    let (plain, _) = checked(Flavour::Plain, arguments)?;
    let emitted = if arguments.check_only { Value::Null } else { emitted(arguments)? };
    let ratio = match (workflows.cpu, plain.cpu) {
        (Some(with), Some(without)) if without > 0.0 => with / without,
        _ => workflows.wall / plain.wall,
    };
    let round = |number: f64| (number * 100.0).round() / 100.0;
    let result = json!({
        "workflows": arguments.workflows,
        "steps": arguments.steps,
        "lines": lines,
        "check_s": round(workflows.wall),
        "check_cpu_s": workflows.cpu.map(round),
        "plain_check_s": round(plain.wall),
        "plain_check_cpu_s": plain.cpu.map(round),
        "ratio": round(ratio),
        "ms_per_workflow": round((workflows.cpu.unwrap_or(workflows.wall)) * 1e3 / arguments.workflows.max(1) as f64),
        "emit_ms": emitted["all"],
        "emit_ms_per_workflow": emitted["all"].as_f64().map(|all| round(all / arguments.workflows.max(1) as f64)),
        "emit_bytes": emitted["bytes"],
        "emit_one_ms": emitted["large"],
    });
    writeln!(io::stdout(), "{result}")?;
    Ok(ExitCode::SUCCESS)
}

/// How long something took, in seconds.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    /// The time of all processors together; none where the system does not tell.
    cpu: Option<f64>,
}

/// Checks a crate that has been checked before; and how many lines it has.
fn checked(flavour: Flavour, arguments: &Arguments) -> anyhow::Result<(Took, usize)> {
    let source = generated::library(flavour, arguments.workflows, arguments.steps, &[]);
    let dir = written(flavour, flavour.name(), &source)?;
    cargo(&dir, &["check"])?;
    let mut fastest: Option<Took> = None;
    for _ in 0..arguments.reps.max(1) {
        // cargo goes by the time of the file.
        fs::write(dir.join("src/lib.rs"), &source)?;
        let took = cargo(&dir, &["check"])?;
        if fastest.is_none_or(|fastest| took.cpu.unwrap_or(took.wall) < fastest.cpu.unwrap_or(fastest.wall)) {
            fastest = Some(took);
        }
    }
    Ok((fastest.context("nothing was measured")?, source.lines().count()))
}

/// Emits the definitions of all workflows.
fn emitted(arguments: &Arguments) -> anyhow::Result<Value> {
    let source =
        generated::library(Flavour::Workflows, arguments.workflows, arguments.steps, &arguments.large);
    let dir = written(Flavour::Workflows, "emission", &source)?;
    fs::write(dir.join("src/main.rs"), generated::program(arguments.workflows, &arguments.large))?;
    cargo(&dir, &["build", "--release"])?;
    let mut fastest: Option<Value> = None;
    // It takes milliseconds, of which a busy machine takes as many again.
    for _ in 0..EMISSIONS {
        let output = Command::new(target().join("release/workflows")).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let measured: Value = serde_json::from_slice(&output.stdout)?;
        match &mut fastest {
            Some(fastest) => faster(fastest, &measured),
            none => *none = Some(measured),
        }
    }
    fastest.context("nothing was measured")
}

/// How often all definitions are emitted; the fastest counts for each.
const EMISSIONS: usize = 20;

/// Takes each number that is lower.
fn faster(fastest: &mut Value, other: &Value) {
    match (fastest, other) {
        (Value::Object(fastest), Value::Object(other)) => {
            for (name, value) in fastest.iter_mut() {
                faster(value, &other[name]);
            }
        }
        (fastest, other) if other.as_f64() < fastest.as_f64() => *fastest = other.clone(),
        _ => {}
    }
}

/// Writes a crate under its own name of a directory.
fn written(flavour: Flavour, name: &str, source: &str) -> anyhow::Result<PathBuf> {
    let dir = root().join(name);
    fs::create_dir_all(dir.join("src"))?;
    let core = workspace::root().join("workflow-core");
    let manifest = generated::manifest(flavour, &core.display().to_string());
    // What is as it was is not written, for cargo to see that.
    if fs::read_to_string(dir.join("Cargo.toml")).ok().as_deref() != Some(manifest.as_str()) {
        fs::write(dir.join("Cargo.toml"), manifest)?;
    }
    // The versions that the workspace is built with are at hand.
    fs::copy(workspace::root().join("Cargo.lock"), dir.join("Cargo.lock"))?;
    fs::write(dir.join("src/lib.rs"), source)?;
    Ok(dir)
}

fn root() -> PathBuf {
    workspace::root().join("target/bench-compile")
}

/// Where all of the crates are built, so that what they stand on is built once.
fn target() -> PathBuf {
    root().join("target")
}

/// Runs cargo on a crate.
fn cargo(dir: &Path, command: &[&str]) -> anyhow::Result<Took> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let (cpu, start) = (children_cpu(), Instant::now());
    let output = Command::new(cargo)
        .args(command)
        .args(["--quiet", "--offline", "--manifest-path"])
        .arg(dir.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target())
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("RUSTFLAGS")
        .output()?;
    let wall = start.elapsed().as_secs_f64();
    ensure!(
        output.status.success(),
        "`cargo {}` of {}: {}",
        command.join(" "),
        dir.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(Took { wall, cpu: children_cpu().zip(cpu).map(|(after, before)| after - before) })
}

/// The processor time of all children of this process that have ended, in seconds.
fn children_cpu() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<f64>().ok();
    Some((ticks(13)? + ticks(14)?) / TICKS_PER_SECOND)
}
