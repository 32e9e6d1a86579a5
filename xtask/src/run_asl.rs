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
    Status, TaskStep,
    asl::substitution::fill,
    interpreter::{Answer, Interpreter, StateMachine, TaskCall, TaskMock},
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
/// With `--echo`, what has no answer answers with its input.
///
/// An answer has an `output`, an `error` (and `cause`), or `"hang": true`. `after` is how many seconds it takes,
/// `submitted` what a service answers at once that is waited for. An `error` with `"at"`: `"schedule"`, `"start"` or
/// `"submit"` is one of an attempt that never ran.
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
    /// Have every other task answer with its input.
    #[arg(long)]
    echo: bool,
    /// Fill in what the definition leaves to its deployment: `${NAME}`.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Give the text of an S3 object that an ItemReader reads.
    #[arg(long, value_name = "BUCKET/KEY=FILE", value_parser = pair)]
    object: Vec<(String, String)>,
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
    at: Option<At>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum At {
    Schedule,
    Start,
    Submit,
}

fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let definition = fill(&read(&arguments.definition)?, &arguments.set.iter().cloned().collect());
    let machine =
        StateMachine::parse(&definition).with_context(|| arguments.definition.display().to_string())?;
    let input = match &arguments.input {
        Some(path) => read(path)?,
        None => "{}".to_owned(),
    };
    let mut interpreter = Interpreter::test();
    if arguments.express {
        interpreter = interpreter.express();
    }
    for (place, path) in &arguments.object {
        let (bucket, key) = place.split_once('/').context("`--object` is BUCKET/KEY=FILE")?;
        interpreter = interpreter.object(bucket, key, read(Path::new(path))?);
    }
    if arguments.echo {
        interpreter = interpreter.fallback(|call: &TaskCall<'_>| Answer::value(call.input.clone()));
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

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
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
        let mut mock = mock.after(after);
        if let Some(at) = self.at {
            mock = mock.fails_to(match at {
                At::Schedule => TaskStep::Schedule,
                At::Start => TaskStep::Start,
                At::Submit => TaskStep::Submit,
            });
        }
        Ok(match &self.submitted {
            Some(submitted) => mock.submitted(submitted.clone()),
            None => mock,
        })
    }
}
