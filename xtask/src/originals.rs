//! `cargo xtask originals`: runs the definitions that workflows here replace beside the emitted ones.
//!
//! A definition in the folder is `NAME.asl.json`, its inputs are `NAME.input.json` or
//! `NAME.CASE.input.json`. Tasks are answered alike on both sides, for every combination of what they
//! may answer.

mod order_processing;
mod purchase_refund;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use order_workflow::workflows::catalogue;
use serde_json::{Value, json};
use workflow_core::{
    Status,
    interpreter::{Answer, Execution, Interpreter, StateMachine, TaskCall},
    testing,
};

use crate::FOUND;

/// Run the definitions that workflows here replace, and compare the two.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A folder of definitions, `NAME.asl.json`, and their inputs, `NAME.input.json`.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// One combination of inputs and answers: what it is, its input, and an interpreter with the answers.
struct Case {
    what: String,
    input: Value,
    interpreter: Interpreter,
}

/// What two executions of one case are compared by beside their status.
type Compare = fn(&Execution, &Execution) -> Vec<String>;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    let (mut compared, mut different) = (0, 0);
    let definitions = files(&arguments.folder, ".asl.json")?;
    if definitions.is_empty() {
        bail!("there is no definition (`*.asl.json`) in {}", arguments.folder.display());
    }
    for (name, path) in definitions {
        let original = StateMachine::parse(&read(&path)?).with_context(|| path.display().to_string())?;
        let inputs = inputs(&arguments.folder, &name)?;
        let (cases, compare): (Vec<Case>, Compare) = match &*name {
            "order-processing" => (order_processing::cases(&inputs), order_processing::compare),
            "purchase-refund" => (purchase_refund::cases(&inputs), purchase_refund::compare),
            _ => {
                writeln!(stdout, "{name}, which no workflow here replaces:")?;
                for (what, input) in &inputs {
                    let execution = echoing().run_blocking(&original, input.clone());
                    writeln!(stdout, "  {what}: {}", told(&execution))?;
                    different += usize::from(execution.aborted().is_some());
                }
                continue;
            }
        };
        let catalogue = catalogue();
        let ours = StateMachine::of(catalogue.get(&name)?.definition())?;
        writeln!(stdout, "{name}, in {} cases:", cases.len())?;
        for case in &cases {
            let theirs = case.interpreter.run_blocking(&original, case.input.clone());
            let ours = case.interpreter.run_blocking(&ours, case.input.clone());
            let mut differences = compare(&theirs, &ours);
            if theirs.status() != ours.status() || theirs.aborted().is_some() {
                differences
                    .insert(0, format!("the original {}, and the workflow {}", told(&theirs), told(&ours)));
            }
            let (before, now) = (theirs.states().len(), ours.states().len());
            if theirs.status() == Status::Succeeded && now > before {
                differences.push(format!("{now} states are entered, and {before} in the original"));
            }
            compared += 1;
            different += usize::from(!differences.is_empty());
            let mark = if differences.is_empty() { "same" } else { "DIFFERS" };
            writeln!(
                stdout,
                "  {mark}: {}: {}; {now} states, {before} in the original",
                case.what,
                told(&ours)
            )?;
            // What the workflow says and the original leaves open is a gain, not a difference.
            if ours.error() != theirs.error() {
                let error = |execution: &Execution| execution.error().unwrap_or("no error").to_owned();
                writeln!(
                    stdout,
                    "        names {} where the original names {}",
                    error(&ours),
                    error(&theirs)
                )?;
            }
            for difference in differences {
                writeln!(stdout, "        {difference}")?;
            }
        }
    }
    writeln!(stdout, "{compared} cases compared, {different} differ")?;
    Ok(if different == 0 { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Runs the definitions of a folder, and writes their executions for engines that others wrote. How many there were.
pub(crate) fn record(folder: &Path, into: &Path) -> anyhow::Result<usize> {
    fs::create_dir_all(into).with_context(|| format!("could not create {}", into.display()))?;
    let mut written = 0;
    for (name, path) in files(folder, ".asl.json")? {
        let text = read(&path)?;
        let machine = StateMachine::parse(&text).with_context(|| path.display().to_string())?;
        let definition: Value = serde_json::from_str(&text)?;
        let inputs = inputs(folder, &name)?;
        let cases: Vec<(Value, Interpreter)> = match &*name {
            "order-processing" => cases_of(order_processing::cases(&inputs)),
            "purchase-refund" => cases_of(purchase_refund::cases(&inputs)),
            _ => inputs.into_values().map(|input| (input, echoing())).collect(),
        };
        let mut lines = String::new();
        for (number, (input, interpreter)) in cases.iter().enumerate() {
            let execution = interpreter.run_blocking(&machine, input.clone());
            for line in testing::recorded(number, &definition, input, &execution) {
                lines += &format!("{line}\n");
            }
            written += 1;
        }
        let file = into.join(format!("{name}.jsonl"));
        fs::write(&file, lines).with_context(|| format!("could not write {}", file.display()))?;
    }
    Ok(written)
}

fn cases_of(cases: Vec<Case>) -> Vec<(Value, Interpreter)> {
    cases.into_iter().map(|case| (case.input, case.interpreter)).collect()
}

/// The files of a folder whose names end like this, by what stands before.
fn files(folder: &Path, end: &str) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(name) = name.strip_suffix(end) {
            found.insert(name.to_owned(), path.clone());
        }
    }
    Ok(found)
}

/// The inputs of a definition by the names of their cases; an empty object where there is none.
fn inputs(folder: &Path, name: &str) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut inputs = BTreeMap::new();
    for (case, path) in files(folder, ".input.json")? {
        let case = match case.strip_prefix(name) {
            Some("") => "input",
            Some(case) if case.starts_with('.') => &case[1..],
            _ => continue,
        };
        let input = serde_json::from_str(&read(&path)?).with_context(|| path.display().to_string())?;
        inputs.insert(case.to_owned(), input);
    }
    if inputs.is_empty() {
        inputs.insert("an empty input".to_owned(), json!({}));
    }
    Ok(inputs)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// Has every task answer with what it was asked.
fn echoing() -> Interpreter {
    Interpreter::test().fallback(|call: &TaskCall<'_>| lambda(call, call.payload().clone()))
}

/// What a Lambda function answers, through `lambda:invoke` or by its own ARN.
fn lambda(call: &TaskCall<'_>, value: Value) -> Answer {
    let invoked = call.resource.contains(":lambda:invoke");
    Answer::value(if invoked { json!({ "Payload": value, "StatusCode": 200 }) } else { value })
}

/// How a Lambda function fails.
fn lambda_failure(error: &str, message: &str) -> Answer {
    Answer::failure(error, json!({ "errorType": error, "errorMessage": message }).to_string())
}

fn told(execution: &Execution) -> String {
    match (execution.status(), execution.aborted()) {
        (_, Some(aborted)) => format!("could not go on: {aborted}"),
        (Status::Succeeded, _) => "succeeds".to_owned(),
        (Status::Failed, _) => "fails".to_owned(),
        (other, _) => format!("ends as {other:?}"),
    }
}

/// What each task of a service was asked, in order.
fn asked(execution: &Execution, resource: &str) -> Vec<Value> {
    let history = serde_json::to_value(execution.history()).unwrap_or_default();
    let events = history.as_array().map(Vec::as_slice).unwrap_or_default();
    let scheduled = events.iter().map(|event| &event["taskScheduledEventDetails"]);
    let of_resource = scheduled.filter(|details| details["resource"] == resource);
    of_resource.filter_map(|details| serde_json::from_str(details["parameters"].as_str()?).ok()).collect()
}
