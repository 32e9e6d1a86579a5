//! The crate that random programs are compiled and run in.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::Value;

use super::program::Program;
use crate::workspace;

/// A program with its number.
pub(super) type Numbered = (usize, Program);

/// What became of a program.
#[derive(Debug, Deserialize)]
pub(super) struct Ran {
    pub(super) program: usize,
    pub(super) inputs: usize,
    pub(super) faults: usize,
    pub(super) beyond: usize,
    pub(super) unfinished: usize,
    pub(super) states: usize,
    pub(super) states_entered: usize,
    pub(super) transitions: usize,
    pub(super) transitions_taken: usize,
    pub(super) problems: Vec<String>,
    pub(super) differs: Option<String>,
}

/// What became of many.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) ran: Vec<Ran>,
    /// Those that do not compile, with the first error of each.
    pub(super) refused: Vec<(usize, String)>,
}

/// Compiles and runs programs.
pub(super) struct Workshop {
    directory: PathBuf,
    /// Where what is compared is recorded.
    recordings: Option<PathBuf>,
}

const MAIN: &str = r#"#![allow(warnings)]

use serde::{Deserialize, Serialize};
use workflow_core::{Workflow, prelude::*, testing};

MODULES

/// Runs a program on a thread of its own, so that a panic ends nothing else.
macro_rules! run {
    ($program:literal, $module:ident, $exactly:literal, $inputs:expr, $seed:expr) => {{
        let (inputs, seed) = ($inputs, $seed);
        let ran = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let problems = <$module::subject as Workflow>::definition().problems.clone();
            if !problems.is_empty() {
                return serde_json::json!({ "problems": problems });
            }
            match runtime.block_on({
                let agreement = testing::agree($module::subject).inputs(inputs).faults().seed(seed);
                // What is left out where it is `None` is the one thing that is not the same to the letter.
                let agreement = if $exactly { agreement.exactly() } else { agreement };
                agreement.check()
            }) {
                Ok(coverage) => serde_json::json!({
                    "inputs": coverage.inputs(),
                    "faults": coverage.faults(),
                    "beyond": coverage.beyond(),
                    "unfinished": coverage.unfinished(),
                    "states": coverage.states(),
                    "states_entered": coverage.states() - coverage.states_never_entered().len(),
                    "transitions": coverage.transitions(),
                    "transitions_taken": coverage.transitions() - coverage.transitions_never_taken().len(),
                }),
                Err(disagreement) => serde_json::json!({ "differs": disagreement.to_string() }),
            }
        }).unwrap().join();
        let mut ran = ran.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
            serde_json::json!({ "differs": format!("panics: {}", text.unwrap_or_default()) })
        });
        ran["program"] = $program.into();
        for count in ["inputs", "faults", "beyond", "unfinished", "states", "states_entered", "transitions", "transitions_taken"] {
            if ran[count].is_null() {
                ran[count] = 0.into();
            }
        }
        if ran["problems"].is_null() {
            ran["problems"] = serde_json::json!([]);
        }
        println!("{ran}");
    }};
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap());
    let (inputs, seed) = (arguments.next().unwrap() as usize, arguments.next().unwrap());
    std::panic::set_hook(Box::new(|_| {}));
RUNS
}
"#;

impl Workshop {
    /// Sets the crate up in `target/agree`.
    pub(super) fn open() -> anyhow::Result<Self> {
        let root = workspace::root();
        let directory = root.join("target/agree");
        fs::create_dir_all(directory.join("src/bin"))?;
        let core = root.join("workflow-core");
        let manifest = format!(
            r#"[package]
name = "agree"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
serde = {{ version = "1", features = ["derive"] }}
serde_json = {{ version = "1", features = ["float_roundtrip", "preserve_order"] }}
thiserror = "2"
tokio = {{ version = "1.54", features = ["rt", "macros", "time", "sync"] }}
workflow-core = {{ path = {core:?} }}

[profile.dev]
debug = false
incremental = false

[profile.dev.package.jsonata-core]
opt-level = 2
"#
        );
        write_changed(&directory.join("Cargo.toml"), &manifest)?;
        fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock"))?;
        Ok(Self { directory, recordings: None })
    }

    /// Has everything that is compared be recorded in a folder.
    pub(super) fn recording(self, folder: PathBuf) -> Self {
        Self { recordings: Some(folder), ..self }
    }

    /// Compiles programs, so many to a binary, and runs each.
    pub(super) fn run(
        &self,
        programs: &[Numbered],
        each: usize,
        inputs: usize,
        seed: u64,
    ) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut programs: Vec<&Numbered> = programs.iter().collect();
        let binaries = loop {
            let binaries = self.write(&programs, each)?;
            let refused = self.compile()?;
            if refused.is_empty() {
                break binaries;
            }
            programs.retain(|(number, _)| !refused.contains_key(number));
            outcome.refused.extend(refused);
        };
        let started: Vec<_> = binaries
            .iter()
            .map(|name| {
                let mut command = Command::new(self.directory.join("target/debug").join(name));
                if let Some(folder) = &self.recordings {
                    command.env(workflow_core::testing::RECORD, folder);
                }
                command.args([inputs.to_string(), seed.to_string()]).stdout(Stdio::piped()).spawn()
            })
            .collect();
        for child in started {
            let output = child?.wait_with_output()?;
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                outcome.ran.push(serde_json::from_str(line).with_context(|| line.to_owned())?);
            }
            if !output.status.success() {
                bail!("the programs end with {}", output.status);
            }
        }
        Ok(outcome)
    }

    fn write(&self, programs: &[&Numbered], each: usize) -> anyhow::Result<Vec<String>> {
        let source = self.directory.join("src/bin");
        fs::remove_dir_all(&source)?;
        let mut binaries = Vec::new();
        for (place, batch) in programs.chunks(each).enumerate() {
            let name = format!("batch{place}");
            let directory = source.join(&name);
            fs::create_dir_all(&directory)?;
            let (mut modules, mut runs) = (String::new(), String::new());
            for (number, program) in batch {
                fs::write(directory.join(format!("p{number}.rs")), program.text())?;
                modules += &format!("mod p{number};\n");
                let exactly = !program.items.contains("skip_serializing_if");
                runs += &format!("    run!({number}, p{number}, {exactly}, inputs, seed);\n");
            }
            let main = MAIN.replace("MODULES", &modules).replace("RUNS", &runs);
            fs::write(directory.join("main.rs"), main)?;
            binaries.push(name);
        }
        Ok(binaries)
    }

    /// Compiles what was written. The programs that do not compile, with the first error of each.
    fn compile(&self) -> anyhow::Result<BTreeMap<usize, String>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--quiet", "--bins", "--keep-going", "--message-format=json"])
            .current_dir(&self.directory)
            .env("CARGO_TARGET_DIR", self.directory.join("target"))
            .stderr(Stdio::piped())
            .output()?;
        let mut refused = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: Value = serde_json::from_str(line)?;
            let message = &message["message"];
            if message["level"] != "error" {
                continue;
            }
            let files = message["spans"].as_array().into_iter().flatten();
            let number = files.filter_map(|span| span["file_name"].as_str()).find_map(|file| {
                Path::new(file).file_stem()?.to_str()?.strip_prefix('p')?.parse::<usize>().ok()
            });
            if let Some(number) = number {
                let text = message["rendered"].as_str().unwrap_or_default().to_owned();
                refused.entry(number).or_insert(text);
            }
        }
        if refused.is_empty() && !output.status.success() {
            bail!("the programs cannot be built: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(refused)
    }
}

fn write_changed(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return Ok(());
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
