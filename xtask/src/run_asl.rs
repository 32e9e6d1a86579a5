//! `cargo xtask run-asl`: runs a state machine in this process.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::Value;
use workflow_core::{
    Status,
    interpreter::{Interpreter, StateMachine, TaskMock},
};

use crate::FOUND;

/// Run a state machine in this process, with waits that take no time.
///
/// Prints the outcome as JSON and exits with 1 when the execution did not succeed.
///
/// The file of mocks says what tasks answer. Its keys are names of states, `Resource`s (or their ends, such as
/// `sqs:sendMessage`), or names of Lambda functions; `*` stands for every other task. Each value is a list of
/// answers, one for each attempt; a single answer that is no list serves every attempt:
///
///     {
///       "Charge": [{"error": "Busy", "cause": "try again"}, {"output": {"Payload": {"paid": true}}}],
///       "sqs:sendMessage": {"output": {}, "after": 5},
///       "*": {"output": null}
///     }
///
/// An answer has an `output`, an `error` (and `cause`), or `"hang": true`. `after` is how many seconds it takes,
/// `submitted` what a service answers at once that is waited for.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The definition, in JSON.
    #[arg(value_name = "FILE")]
    definition: PathBuf,
    /// A file with the input, in JSON [default: {}].
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// A file that says what tasks answer.
    #[arg(long, value_name = "FILE")]
    mocks: Option<PathBuf>,
    /// Where to write the history.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Run it as an Express workflow.
    #[arg(long)]
    express: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answers {
    Each(Vec<Mocked>),
    Every(Mocked),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mocked {
    // `null` is an output as well.
    #[serde(default, deserialize_with = "given")]
    output: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
    #[serde(default)]
    hang: bool,
    #[serde(default)]
    after: f64,
    #[serde(default, deserialize_with = "given")]
    submitted: Option<Value>,
}

fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let machine = StateMachine::parse(&read(&arguments.definition)?)
        .with_context(|| arguments.definition.display().to_string())?;
    let input = match &arguments.input {
        Some(path) => read(path)?,
        None => "{}".to_owned(),
    };
    let mut interpreter = Interpreter::test();
    if arguments.express {
        interpreter = interpreter.express();
    }
    if let Some(path) = &arguments.mocks {
        let mocks: BTreeMap<String, Answers> =
            serde_json::from_str(&read(path)?).with_context(|| path.display().to_string())?;
        for (name, answers) in mocks {
            let mock = mock(&answers).with_context(|| format!("{}: `{name}`", path.display()))?;
            interpreter = if name == "*" { interpreter.fallback(mock) } else { interpreter.mock(name, mock) };
        }
    }
    let execution = interpreter.run_text(&machine, &input);
    if let Some(path) = &arguments.history {
        let history = serde_json::to_string_pretty(execution.history())?;
        fs::write(path, history + "\n").with_context(|| format!("could not write {}", path.display()))?;
    }
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&execution.outcome())?)?;
    Ok(if execution.status() == Status::Succeeded { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn mock(answers: &Answers) -> anyhow::Result<TaskMock> {
    match answers {
        Answers::Every(answer) => answer.mock(),
        Answers::Each(answers) => {
            let answers: Vec<TaskMock> = answers.iter().map(Mocked::mock).collect::<anyhow::Result<_>>()?;
            Ok(TaskMock::sequence(answers))
        }
    }
}

impl Mocked {
    fn mock(&self) -> anyhow::Result<TaskMock> {
        let mock = match (&self.output, &self.error, self.hang) {
            (Some(output), None, false) => TaskMock::value(output.clone()),
            (None, Some(error), false) => {
                TaskMock::failure(error.as_str(), self.cause.as_deref().unwrap_or_default())
            }
            (None, None, true) => TaskMock::hangs(),
            _ => bail!("an answer has either `output`, or `error`, or `\"hang\": true`"),
        };
        let after = Duration::try_from_secs_f64(self.after).context("`after` is a number of seconds")?;
        let mock = mock.after(after);
        Ok(match &self.submitted {
            Some(submitted) => mock.submitted(submitted.clone()),
            None => mock,
        })
    }
}
