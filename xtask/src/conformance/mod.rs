//! `cargo xtask conformance`: runs recorded cases and says which of them come out otherwise.
//!
//! Each file holds one case a line. What kind of cases they are is read off its first line; each kind
//! is a module that runs one line.

mod jsonata;
mod jsonpath;
mod validation;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::FOUND;

/// Run recorded cases and show those that come out otherwise.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files with one case a line.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Exit with 1 when fewer cases in a hundred come out as recorded.
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0)]
    min_outcomes: f64,
    /// Only the cases whose id contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// How one case came out.
pub(crate) enum Outcome {
    /// As recorded.
    Same,
    /// Otherwise: what differs, in a few words.
    Different(String),
    /// Not to be compared.
    Skipped,
}

/// One case, and how it came out.
pub(crate) struct Case {
    /// The name of the case in its file.
    pub(crate) id: String,
    /// How it came out.
    pub(crate) outcome: Outcome,
}

/// Runs the cases of a file.
type Run = fn(&[Value]) -> Vec<Case>;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut reached = true;
    for file in &arguments.files {
        let cases = read(file)?;
        let run =
            kind(&cases).with_context(|| format!("{} holds no cases that are known", file.display()))?;
        let mut cases = run(&cases);
        if let Some(only) = &arguments.only {
            cases.retain(|case| case.id.contains(only.as_str()));
        }
        reached &= report(file, &cases)? >= arguments.min_outcomes;
    }
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn read(file: &Path) -> anyhow::Result<Vec<Value>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut cases = Vec::new();
    for (place, line) in lines {
        match serde_json::from_str(line) {
            Ok(case) => cases.push(case),
            // Half of a character that needs two is JSON, but no text that Rust can hold.
            Err(error)
                if error.to_string().contains("surrogate") || error.to_string().contains("hex escape") =>
            {
                eprintln!("{}:{}: not read: {error}", file.display(), place + 1);
            }
            Err(error) => bail!("{}:{}: {error}", file.display(), place + 1),
        }
    }
    if cases.is_empty() {
        bail!("{} holds no cases", file.display());
    }
    Ok(cases)
}

/// What runs the cases of a file, by the fields of its first line.
fn kind(cases: &[Value]) -> Option<Run> {
    let has = |field: &str| cases.first().is_some_and(|case| case.get(field).is_some());
    if has("expr") && has("want") {
        Some(jsonata::run)
    } else if has("document") {
        Some(jsonpath::run)
    } else if has("kind") && cases.iter().any(|case| case["kind"] == "validate") {
        Some(validation::run)
    } else {
        None
    }
}

/// Prints what differs and the totals, and gives the share of the cases that came out as recorded.
fn report(file: &Path, cases: &[Case]) -> io::Result<f64> {
    let mut stdout = io::stdout().lock();
    let (mut same, mut different, mut skipped) = (0_u32, 0_u32, 0_u32);
    for case in cases {
        match &case.outcome {
            Outcome::Same => same += 1,
            Outcome::Skipped => skipped += 1,
            Outcome::Different(difference) => {
                different += 1;
                writeln!(stdout, "{}: {difference}", case.id)?;
            }
        }
    }
    let compared = same + different;
    let share = if compared == 0 { 100.0 } else { f64::from(same) / f64::from(compared) * 100.0 };
    write!(stdout, "{}: {same} of {compared} as recorded ({share:.2} %)", file.display())?;
    if skipped > 0 {
        write!(stdout, ", {skipped} not compared")?;
    }
    writeln!(stdout)?;
    Ok(share)
}

/// A value in a line of a report, cut where it is long.
pub(crate) fn short(value: &impl ToString) -> String {
    const LENGTH: usize = 160;
    let text = value.to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

/// Whether two values are the same; numbers count by value.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}
