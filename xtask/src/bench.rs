//! `cargo xtask bench`: how fast the interpreter runs given workloads; with `compile`, what workflows cost a build.

mod compile;
mod generated;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use workflow_core::{
    Status,
    interpreter::{Answer, Data, Interpreter, StateMachine, TaskCall},
};

/// Measure the interpreter: one line of JSON per workload.
///
/// A workload is a file with `name`, `definition`, `input`, `execs` and `states`. Each is measured in a process of
/// its own, whose peak memory is `rss_mb`: run to warm up, and then `--reps` times for at least a tenth of a second;
/// the median counts. Tasks answer with their input.
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
    /// Another engine's command, which is run in turn with the interpreter: it is given the name of a workload, and
    /// prints a line of the same form, or none where it cannot run the workload.
    #[arg(long, value_name = "COMMAND")]
    beside: Vec<String>,
}

/// How long a measurement takes at least: a busy machine takes a process away for some milliseconds.
const SAMPLE: Duration = Duration::from_millis(100);

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
    let files = workloads(&arguments.paths)?;
    let alone = files.len() == 1 && arguments.beside.is_empty();
    for path in files {
        if alone {
            let workload = read(&path)?;
            writeln!(io::stdout(), "{}", measure(&workload, arguments)?)?;
            continue;
        }
        let mut own = Command::new(std::env::current_exe()?);
        own.args(["bench", "--reps", &arguments.reps.to_string()]).arg(&path);
        if arguments.history {
            own.arg("--history");
        }
        let Some(ours) = measured(&mut own)? else { bail!("{} could not be measured", path.display()) };
        let name = read(&path)?["name"].as_str().unwrap_or_default().to_owned();
        for command in &arguments.beside {
            let mut other = Command::new("sh");
            other.args(["-c", &format!("{command} \"$0\""), &name]).env("REPS", arguments.reps.to_string());
            match measured(&mut other)? {
                Some(theirs) => {
                    let times = ours / theirs;
                    eprintln!("{name}: {times:.1} times as many states a second as `{command}`");
                }
                None => eprintln!("{name}: `{command}` measured nothing"),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

/// Runs a command that measures one workload, prints its line, and gives its states per second.
fn measured(command: &mut Command) -> anyhow::Result<Option<f64>> {
    let output =
        command.stderr(Stdio::null()).output().with_context(|| format!("could not run {command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let Some(line) = text.lines().find(|line| line.starts_with('{')) else { return Ok(None) };
    writeln!(io::stdout(), "{line}")?;
    let line: Value = serde_json::from_str(line)?;
    Ok(line["states_per_s"].as_f64())
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
    // What an execution gets is its own.
    let inputs = || -> Vec<Data> { (0..execs).map(|_| Data::new(workload["input"].clone())).collect() };
    let once = |inputs: Vec<Data>| {
        let start = Instant::now();
        for input in inputs {
            let execution = interpreter.run_blocking(&machine, input);
            if execution.status() != Status::Succeeded || (states > 0 && execution.steps() != states) {
                bail!("{name} ended as {:?} after {} states", execution.outcome(), execution.steps());
            }
        }
        Ok(start.elapsed())
    };
    let several = |rounds: u32| -> anyhow::Result<Duration> { (0..rounds).map(|_| once(inputs())).sum() };
    let mut rounds = 1;
    loop {
        let time = several(rounds)?;
        if time >= SAMPLE {
            break;
        }
        let needed = (SAMPLE.as_secs_f64() / time.as_secs_f64().max(1e-6)).ceil().clamp(1.0, 1e6);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let needed = needed as u32;
        rounds = rounds.saturating_mul(needed.max(2)).min(1_000_000);
    }
    let (mut times, before) = (Vec::new(), time_on_processor());
    for _ in 0..arguments.reps.max(1) {
        times.push(several(rounds)?.as_secs_f64() / f64::from(rounds));
    }
    let busy = match (before, time_on_processor()) {
        (Some(before), Some(after)) if after > before => Some(after - before),
        _ => None,
    };
    let measured = f64::from(rounds) * times.len() as f64;
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let round = |number: f64| (number * 10.0).round() / 10.0;
    let (execs_run, entered) = (execs as f64, (execs * states) as f64);
    Ok(json!({
        "engine": if arguments.history { "workflow-core interpreter, with history" } else { "workflow-core interpreter" },
        "workload": name,
        "states_per_s": round(entered / median),
        "execs_per_s": round(execs_run / median),
        "rss_mb": peak_memory(),
        "states_per_cpu_s": busy.map(|busy| round(entered * measured / busy)),
        "median_s": median,
        "min_s": times.first(),
        "max_s": times.last(),
        "reps": times.len(),
        "execs": execs,
    }))
}

/// For how many seconds this process has had a processor, which its neighbours do not shake; none where the system
/// does not tell.
fn time_on_processor() -> Option<f64> {
    // Linux counts in hundredths of a second.
    let told = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = told.rsplit_once(')')?;
    let ticks = |place| fields.split_whitespace().nth(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// The most memory that this process had so far, in megabytes; null where the system does not tell.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kilobytes / 102.4).round() / 10.0)
}
