//! `cargo xtask agree --engine external`: the same executions on engines, evaluators and validators that others wrote.
//!
//! What is compared in process is recorded (see `workflow_core::testing`): state machines, inputs, what tasks were asked
//! and answered, what each expression came to. The scripts in `xtask/engines` run the recordings again and tell where
//! they differ. A difference counts unless it is a fault that the engine is known for.

mod faults;
mod tools;

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, bail};
use order_workflow::workflows::catalogue;
use serde::Deserialize;
use serde_json::{Map, Value};
use workflow_core::testing;

use self::{faults::Faults, tools::Tools};
use super::{Arguments, generate::Features, numbered, workshop::Workshop};
use crate::{FOUND, originals, workspace};

/// How many differences of an engine are printed.
const SHOWN: usize = 5;
/// On how many inputs the workflows here are compared at least: what enters each of their states.
const FEWEST: usize = 50;
/// The tests of the workflows here.
const ORDERS: [&str; 7] = [
    "agreement",
    "order_fulfillment",
    "order_lifecycle",
    "order_processing",
    "order_saga",
    "purchase_refund",
    "transaction",
];
/// How many executions of one state machine MiniStack runs: it is a service, and each takes some milliseconds.
const STARTED: [(&str, usize); 3] = [("orders", 150), ("programs", 24), ("tests", 2)];
/// A definition with a mistake that each validator knows, so that one which finds nothing is not taken for one that
/// looked.
const MISTAKEN: &str =
    r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}"#;

/// A line that a script prints.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Difference {
        #[serde(rename = "where")]
        place: String,
        workflow: String,
        what: Vec<String>,
        #[serde(default)]
        input: Value,
    },
    Summary {
        counts: Map<String, Value>,
    },
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let tools = Tools::set_up()?;
    let recordings = workspace::root().join("target/engines/recordings");
    if recordings.exists() {
        fs::remove_dir_all(&recordings)?;
    }
    let folder = |name: &str| recordings.join(name);
    let mut report = Report { faults: Faults::read()?, differences: 0 };
    let script = |name: &str| workspace::root().join("xtask/engines").join(name);
    let mut out = io::stdout().lock();
    if let Some(folder) = &arguments.originals {
        let cases = recordings.join("originals");
        let count = originals::record(folder, &cases)?;
        writeln!(out, "originals, in {count} cases:")?;
        let mut moto = tools.moto()?;
        moto.arg(script("run_moto.py")).arg(&cases);
        report.tell("moto", moto, &mut out)?;
    }
    let mut features = Features::new();
    if arguments.programs > 0 {
        let programs = numbered(arguments, &mut features);
        let workshop = Workshop::open()?.recording(folder("programs"));
        for batch in programs.chunks(super::AT_ONCE) {
            let outcome = workshop.run(batch, super::EACH, arguments.inputs, arguments.seed)?;
            if let Some(ran) = outcome.ran.iter().find(|ran| ran.differs.is_some()) {
                bail!("the two readings of program {} differ: see `cargo xtask agree`", ran.program);
            }
            if let Some((number, error)) = outcome.refused.first() {
                bail!("program {number} does not compile:\n{error}");
            }
        }
    }
    let orders: Vec<&str> = ORDERS.iter().flat_map(|test| ["--test", test]).collect();
    tests(&folder("orders"), &orders, arguments.inputs.max(FEWEST))?;
    // Faults that are planted on purpose are left out.
    let own = ["--test", "language", "--test", "corpus", "--test", "methods", "--", "--skip", "planted"];
    tests(&folder("tests"), &own, arguments.inputs)?;

    for group in ["orders", "programs", "tests"].map(folder).iter().filter(|folder| folder.exists()) {
        let name = group.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(out, "{name}:")?;
        let mut sfnx = tools.python();
        sfnx.arg(script("run_sfnx.py")).arg(group);
        report.tell("sfnx", sfnx, &mut out)?;
        let mut ministack = tools.ministack();
        let most = STARTED.iter().find(|(group, _)| *group == name).map_or(1, |(_, most)| *most);
        ministack.arg(script("run_ministack.py")).arg(group).arg(most.to_string()).arg(tools.log());
        report.tell("ministack", ministack, &mut out)?;
        let mut jsonata = tools.node();
        jsonata.arg(script("run_jsonata.mjs")).arg(group).arg(tools.modules());
        report.tell("jsonata", jsonata, &mut out)?;
        let mut definitions = definitions(group)?;
        if name == "orders" {
            definitions.extend(emitted()?);
        }
        for validator in ["statelint", "asl-validator"] {
            let command = |files: &[PathBuf]| {
                let mut command = match validator {
                    "statelint" => tools.python(),
                    _ => tools.node(),
                };
                match validator {
                    "statelint" => command.arg(script("validate_statelint.py")),
                    _ => command.arg(script("validate_asl.mjs")).arg(tools.modules()),
                };
                command.args(files);
                command
            };
            let mistaken = group.join("mistaken.asl.json");
            fs::write(&mistaken, MISTAKEN)?;
            if lines(validator, command(&[mistaken]))?.len() < 2 {
                bail!("{validator} finds no fault in a definition that has one");
            }
            report.tell(validator, command(&definitions), &mut out)?;
        }
    }
    super::tell_features(&features, &mut out)?;
    report.faults.tell(&mut out)?;
    let (programs, seed) = (arguments.programs, arguments.seed);
    writeln!(
        out,
        "{} workflows on {} inputs each, {programs} programs (seed {seed}) on {}: {} differences that are no engine's known fault",
        catalogue().iter().count(),
        arguments.inputs.max(FEWEST),
        arguments.inputs,
        report.differences
    )?;
    Ok(if report.differences == 0 { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Runs tests that compare the two readings, and records what they compare.
fn tests(folder: &Path, which: &[&str], inputs: usize) -> anyhow::Result<()> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(workspace::root())
        // Chosen from the whole workspace, they are what `cargo test --workspace` built.
        .args(["test", "--quiet", "--workspace"])
        .args(which)
        .env(testing::RECORD, folder)
        .env("AGREEMENT_INPUTS", inputs.to_string())
        .stdin(Stdio::null())
        .output()
        .context("could not run the tests")?;
    if !output.status.success() {
        bail!(
            "the tests fail:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// The state machines that are checked in.
fn emitted() -> anyhow::Result<Vec<PathBuf>> {
    let folder = workspace::root().join("order-workflow/asl");
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

/// Every definition that was recorded in a folder, once, as a file.
fn definitions(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut known, mut files) = (BTreeSet::new(), Vec::new());
    let mut recordings: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    recordings.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    recordings.sort();
    for path in recordings {
        for line in fs::read_to_string(&path)?.lines().filter(|line| line.contains("\"definition\":")) {
            let line: Value = serde_json::from_str(line).with_context(|| path.display().to_string())?;
            let (Some(definition), Some(workflow)) = (line.get("definition"), line["workflow"].as_str())
            else {
                continue;
            };
            let text = definition.to_string();
            if known.insert(text.clone()) {
                let file = folder.join(format!("{}-{workflow}.asl.json", files.len()));
                fs::write(&file, text)?;
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// What a script prints.
fn lines(engine: &str, mut command: Command) -> anyhow::Result<Vec<Line>> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("could not run {engine}"))?;
    if !output.status.success() {
        bail!("{engine} ends with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    let lines = String::from_utf8(output.stdout)?;
    let lines: Vec<Line> = lines
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{engine} prints {line}")))
        .collect::<anyhow::Result<_>>()?;
    if !matches!(lines.last(), Some(Line::Summary { .. })) {
        bail!("{engine} does not come to an end");
    }
    Ok(lines)
}

/// What differs, and is nobody's known fault.
struct Report {
    faults: Faults,
    differences: usize,
}

impl Report {
    /// Runs a script, and tells what it found.
    fn tell(&mut self, engine: &str, command: Command, out: &mut impl io::Write) -> anyhow::Result<()> {
        let (mut unknown, mut known) = (0, 0);
        for line in lines(engine, command)? {
            match line {
                Line::Difference { place, workflow, what, input } => {
                    if self.faults.explain(engine, &workflow, &what) {
                        known += 1;
                        continue;
                    }
                    unknown += 1;
                    if unknown <= SHOWN {
                        writeln!(out, "  {engine} differs on {workflow} ({place}), input {input}:")?;
                        for what in what {
                            writeln!(out, "    - {what}")?;
                        }
                    }
                }
                Line::Summary { counts } => {
                    let counts = counts.iter().filter(|(name, _)| *name != "differ");
                    let counts: Vec<String> =
                        counts.map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect();
                    writeln!(
                        out,
                        "  {engine}: {}; {unknown} differ, {known} by known faults",
                        counts.join(", ")
                    )?;
                }
            }
        }
        self.differences += unknown;
        Ok(())
    }
}
