//! `cargo xtask conformance`: runs recorded cases and says which of them come out otherwise.
//!
//! Each file holds one case a line. What kind of cases they are is read off its first line; each kind
//! is a module that runs one line.

mod exceptions;
mod executions;
mod jsonata;
mod jsonpath;
mod teststate;
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
    /// Exit with 1 when fewer histories in a hundred are as recorded, event by event.
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    min_events: f64,
    /// Exit with 1 when fewer calls of TestState in a hundred are as recorded [default: as
    /// `--min-outcomes`].
    #[arg(long, value_name = "PERCENT")]
    min_teststate: Option<f64>,
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

/// What the cases of a file are.
enum Kind {
    /// Expressions: one outcome each.
    Expressions(Run),
    /// Definitions to validate: one outcome each.
    Validation(Run),
    /// Executions: an outcome each, and most of them a history.
    Executions,
    /// Calls of TestState.
    TestState,
}

/// The last line: how many cases of each kind came out as recorded, of how many.
#[derive(Default)]
struct Totals(Vec<(&'static str, u32, u32)>);

impl Totals {
    fn add(&mut self, name: &'static str, tally: &Tally) {
        match self.0.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, same, compared)) => {
                *same += tally.same;
                *compared += tally.compared();
            }
            None => self.0.push((name, tally.same, tally.compared())),
        }
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, (name, same, compared)) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}{name} {same}/{compared}")?;
        }
        Ok(())
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (mut reached, mut totals) = (true, Totals::default());
    for file in &arguments.files {
        let mut cases = read(file)?;
        let kind =
            kind(&cases).with_context(|| format!("{} holds no cases that are known", file.display()))?;
        let wanted = |id: &str| arguments.only.as_ref().is_none_or(|only| id.contains(only.as_str()));
        match kind {
            Kind::Expressions(run) => {
                let mut cases = run(&cases);
                cases.retain(|case| wanted(&case.id));
                let tally = report(file, "cases", cases.iter().map(|case| (&*case.id, &case.outcome)))?;
                reached &= tally.share() >= arguments.min_outcomes;
            }
            Kind::Validation(run) => {
                let mut cases = run(&cases);
                cases.retain(|case| wanted(&case.id));
                let tally = report(file, "definitions", cases.iter().map(|case| (&*case.id, &case.outcome)))?;
                reached &= tally.share() >= arguments.min_outcomes;
                totals.add("validation", &tally);
            }
            Kind::Executions => {
                cases.retain(|case| wanted(case["id"].as_str().unwrap_or_default()));
                let compared = executions::run(&cases);
                let outcomes =
                    compared.iter().map(|execution| (&*execution.case.id, &execution.case.outcome));
                let tally = report(file, "outcomes", outcomes)?;
                reached &= tally.share() >= arguments.min_outcomes;
                totals.add("outcomes", &tally);
                let events = compared
                    .iter()
                    .filter_map(|execution| Some((&*execution.case.id, execution.events.as_ref()?)));
                let tally = report(file, "histories", events)?;
                reached &= tally.share() >= arguments.min_events;
                totals.add("events", &tally);
            }
            Kind::TestState => {
                cases.retain(|case| wanted(case["id"].as_str().unwrap_or_default()));
                let compared = teststate::run(&cases);
                let tally = report(file, "states", compared.iter().map(|case| (&*case.id, &case.outcome)))?;
                reached &= tally.share() >= arguments.min_teststate.unwrap_or(arguments.min_outcomes);
                totals.add("teststate", &tally);
            }
        }
    }
    if !totals.0.is_empty() {
        writeln!(io::stdout(), "{totals}")?;
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
fn kind(cases: &[Value]) -> Option<Kind> {
    let has = |field: &str| cases.first().is_some_and(|case| case.get(field).is_some());
    if has("expr") && has("want") {
        Some(Kind::Expressions(jsonata::run))
    } else if has("document") {
        Some(Kind::Expressions(jsonpath::run))
    } else if has("definition") && has("tasks") {
        Some(Kind::Executions)
    } else if has("definition") && cases.first().is_some_and(|case| case["kind"] == "test_state") {
        Some(Kind::TestState)
    } else if has("kind") && cases.iter().any(|case| case["kind"] == "validate") {
        Some(Kind::Validation(validation::run))
    } else {
        None
    }
}

/// How many cases came out how.
#[derive(Default)]
struct Tally {
    same: u32,
    different: u32,
    skipped: u32,
}

impl Tally {
    fn compared(&self) -> u32 {
        self.same + self.different
    }

    /// The share of the compared cases that came out as recorded, in percent.
    fn share(&self) -> f64 {
        if self.compared() == 0 { 100.0 } else { f64::from(self.same) / f64::from(self.compared()) * 100.0 }
    }
}

/// Prints what differs and how many cases came out how.
fn report<'a>(
    file: &Path,
    what: &str,
    cases: impl Iterator<Item = (&'a str, &'a Outcome)>,
) -> io::Result<Tally> {
    let mut stdout = io::stdout().lock();
    let mut tally = Tally::default();
    for (id, outcome) in cases {
        match outcome {
            Outcome::Same => tally.same += 1,
            Outcome::Skipped => tally.skipped += 1,
            Outcome::Different(difference) => {
                tally.different += 1;
                match exceptions::reason(id) {
                    Some(reason) => writeln!(stdout, "{id}: {difference} (known: {reason})")?,
                    None => writeln!(stdout, "{id}: {difference}")?,
                }
            }
        }
    }
    let (share, compared) = (tally.share(), tally.compared());
    write!(stdout, "{}: {what}: {} of {compared} as recorded ({share:.2} %)", file.display(), tally.same)?;
    if tally.skipped > 0 {
        write!(stdout, ", {} not compared", tally.skipped)?;
    }
    writeln!(stdout)?;
    Ok(tally)
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
