//! `cargo xtask bench`: how fast the interpreter runs given workloads; with `compile`, what workflows cost a build.

mod compile;
mod generated;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use workflow_core::{
    Status,
    interpreter::{Answer, Data, Interpreter, StateMachine, TaskCall},
};

/// Measure the interpreter: one line of JSON per workload.
///
/// A workload is a file with `name`, `definition`, `input`, `execs` and `states`. Each is run once to
/// warm up and then as often as `--reps` says; the median counts. Tasks answer with their input.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    other: Option<Other>,
    /// Workloads, or directories of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Keep the whole history of each execution.
    #[arg(long)]
    history: bool,
    /// How often each workload is measured.
    #[arg(long, default_value_t = 5)]
    reps: usize,
}

/// What else is measured.
#[derive(clap::Subcommand)]
enum Other {
    Compile(compile::Arguments),
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(Other::Compile(arguments)) = &arguments.other {
        return compile::run(arguments);
    }
    for path in workloads(&arguments.paths)? {
        let text = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
        let workload: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        writeln!(io::stdout(), "{}", measure(&workload, arguments)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn workloads(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut entries: Vec<PathBuf> =
                fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
            entries.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
            entries.sort();
            files.extend(entries);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn measure(workload: &Value, arguments: &Arguments) -> anyhow::Result<Value> {
    let name = workload["name"].as_str().unwrap_or_default();
    let machine = StateMachine::from_value(&workload["definition"]).with_context(|| name.to_owned())?;
    let (execs, states) = (workload["execs"].as_u64().unwrap_or(1), workload["states"].as_u64().unwrap_or(0));
    // The workloads are longer than the history of a Standard workflow may be.
    let mut interpreter = Interpreter::test()
        .max_events(None)
        .max_steps(u64::MAX)
        .fallback(|call: &TaskCall<'_>| Answer::value(call.input.clone()));
    if !arguments.history {
        interpreter = interpreter.without_history();
    }
    let mut times = Vec::new();
    for rep in 0..=arguments.reps.max(1) {
        // What an execution gets is its own.
        let inputs: Vec<Data> = (0..execs).map(|_| Data::new(workload["input"].clone())).collect();
        let start = Instant::now();
        for input in inputs {
            let execution = interpreter.run_blocking(&machine, input);
            if execution.status() != Status::Succeeded || (states > 0 && execution.steps() != states) {
                bail!("{name} ended as {:?} after {} states", execution.outcome(), execution.steps());
            }
        }
        if rep > 0 {
            times.push(start.elapsed().as_secs_f64());
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let round = |number: f64| (number * 10.0).round() / 10.0;
    Ok(json!({
        "engine": if arguments.history { "workflow-core interpreter, with history" } else { "workflow-core interpreter" },
        "workload": name,
        "states_per_s": round((execs * states) as f64 / median),
        "execs_per_s": round(execs as f64 / median),
        "rss_mb": peak_memory(),
        "median_s": median,
        "min_s": times.first(),
        "max_s": times.last(),
        "reps": times.len(),
        "execs": execs,
    }))
}

/// The most memory that this process had so far, in megabytes; null where the system does not tell.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kilobytes / 102.4).round() / 10.0)
}
