//! What the program's commands do, and how they answer.

mod history_file;
mod input;
mod timeline;

use std::{
    convert::Infallible,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use order_workflow::{
    approvals::Desk,
    chance::Chance,
    executor,
    ids::Ids,
    store::{Store, StoreUnavailable},
    workflows::{catalogue, refund::Decision},
};
use serde::Serialize;
use serde_json::Value;
use workflow_core::{Catalogue, CatalogueError, InputError, Report, Status, TaskTokens, WorkflowKind};

use self::{
    history_file::{HistoryFile, HistoryFileError},
    input::{Source, SourceError},
    timeline::{Colour, timeline},
};

/// Order and refund workflows.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the workflows.
    List,
    /// Run a workflow in this process. Exits with 0 if it succeeds, 1 if it does not, and 2 if it
    /// cannot be started.
    Run(Run),
}

#[derive(Debug, clap::Args)]
struct Run {
    /// The name of the workflow.
    workflow: String,
    /// A file with its input as JSON, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    input: Source,
    /// The SQLite database that its handlers work on; without it, one in memory.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Makes identifiers and the jitter of retries repeatable, and lets `order-processing` have bad luck:
    /// the same for the same seed.
    #[arg(long)]
    seed: Option<u64>,
    /// What to answer when a workflow asks for an approval; without it, nobody answers.
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    approve: Option<String>,
    /// Writes the execution's events to this file, as `GetExecutionHistory` shows them.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
}

/// Why an execution was not started, or its history not written.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("could not open the database {}: {}", path.display(), source.reason)]
    Database { path: PathBuf, source: StoreUnavailable },
    #[error("`--db` and `--history` are both {}; give each a file of its own", .0.display())]
    SameFile(PathBuf),
    #[error(transparent)]
    History(#[from] HistoryFileError),
    #[error("could not start the runtime: {0}")]
    Runtime(io::Error),
    #[error("could not write to standard output: {0}")]
    Output(io::Error),
}

const NOT_SUCCEEDED: u8 = 1;
const NOT_STARTED: u8 = 2;

pub(crate) fn main(arguments: Arguments) -> ExitCode {
    let catalogue = catalogue();
    let done = match &arguments.command {
        Command::List => list(&catalogue).map(|()| ExitCode::SUCCESS),
        Command::Run(command) => run(&catalogue, command),
    };
    done.unwrap_or_else(|error| {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(NOT_STARTED)
    })
}

fn list(catalogue: &Catalogue) -> Result<(), Error> {
    let width = catalogue.iter().map(|entry| entry.meta().name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for entry in catalogue {
        let meta = entry.meta();
        let kind = match meta.kind {
            WorkflowKind::Standard => "standard",
            WorkflowKind::Express => "express",
        };
        // The first line of a comment says what the workflow is for.
        let comment = meta.comment.lines().next().unwrap_or_default();
        text += format!("{:width$}  {kind:8}  {comment}", meta.name).trim_end();
        text.push('\n');
    }
    print(&text)
}

fn run(catalogue: &Catalogue, command: &Run) -> Result<ExitCode, Error> {
    // Whatever can be refused is refused before anything is touched; what is touched last is the
    // database, which a failed check must not leave behind.
    let workflow = catalogue.get(&command.workflow)?;
    let input = command.input.read()?;
    workflow.check_input(&input)?;
    if let (Some(database), Some(history)) = (&command.db, &command.history) {
        check_different(database, history)?;
    }
    let history_file = command.history.as_deref().map(HistoryFile::reserve).transpose()?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(Error::Runtime)?;
    let store = open(command.db.as_deref())?;
    let desk = Desk::default();
    let executor = match command.seed {
        Some(seed) => executor(store, Ids::seeded(seed), Chance::seeded(seed), desk.clone()).seed(seed),
        None => executor(store, Ids::random(), Chance::none(), desk.clone()),
    };

    let report = runtime.block_on(async {
        let deciding = async {
            match command.approve.as_deref() {
                Some(answer) => decide(&desk, &executor.task_tokens(), answer == "yes").await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            report = workflow.run(&executor, input) => report,
            never = deciding => match never {},
        }
    });

    let mut stderr = io::stderr();
    let colour = Colour::for_terminal(stderr.is_terminal());
    // A closed standard error is no reason to withhold the answer.
    let _ = stderr.write_all(timeline(&command.workflow, &report, colour).as_bytes());
    let answer = Answer::of(&report);
    print(&format!("{}\n", serde_json::to_string(&answer).map_err(|error| Error::Output(error.into()))?))?;
    if let Some(file) = history_file {
        file.write(report.history())?;
    }
    Ok(if report.outcome.status == Status::Succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_SUCCEEDED)
    })
}

/// Answers every request alike.
async fn decide(desk: &Desk, tokens: &TaskTokens, approved: bool) -> Infallible {
    loop {
        let request = desk.next().await;
        let word = if approved { "yes" } else { "no" };
        // Nobody has to read along.
        let _ = writeln!(io::stderr(), "{} {word}", request.subject);
        let decision = Decision { approved, by: "the command line".to_owned() };
        // An execution that waits no longer needs no answer.
        let _ = tokens.complete(&request.token, &decision);
    }
}

fn open(database: Option<&Path>) -> Result<Store, Error> {
    let path = database.unwrap_or(Path::new("in memory"));
    let store = database.map_or_else(Store::in_memory, Store::open);
    store.map_err(|source| Error::Database { path: path.to_owned(), source })
}

/// Refuses one file for two things, under whatever names.
fn check_different(database: &Path, history: &Path) -> Result<(), Error> {
    let same = match (database.canonicalize(), history.canonicalize()) {
        (Ok(database), Ok(history)) => database == history,
        _ => database == history,
    };
    if same { Err(Error::SameFile(database.to_owned())) } else { Ok(()) }
}

/// What standard output says of an execution.
#[derive(Serialize)]
struct Answer<'a> {
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

impl<'a> Answer<'a> {
    fn of(report: &'a Report) -> Self {
        let outcome = &report.outcome;
        Self {
            status: outcome.status,
            // An output is JSON text; were it not, the text itself would be the honest answer.
            output: outcome
                .output
                .as_deref()
                .map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))),
            error: outcome.error.as_deref(),
            cause: outcome.cause.as_deref(),
        }
    }
}

fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Error::Output)
}
