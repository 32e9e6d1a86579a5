//! The proof that the two readings of a workflow agree.
//!
//! A native execution leaves behind what every task was asked and what it answered. [`replay`] runs the
//! emitted state machine in the interpreter on the same input, has its Task states answered alike, and
//! compares: status, output, error and cause, the calls with their arguments, and the time that it took.
//! [`Executor::agreeing`](crate::Executor::agreeing) does so after every execution of a test. [`agree`] makes up
//! inputs, answers and faults, and looks for an execution in which they differ.
//!
//! Where the environment variable `WORKFLOW_RECORD` names a folder, what was compared is written there for engines
//! that others wrote.

mod agreement;
mod arbitrary;
mod compare;
mod coverage;
mod faults;
mod record;
mod script;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::Value;

pub use self::{
    agreement::{Agreement, WorkflowFn, agree},
    coverage::Coverage,
    record::{RECORD, recorded},
};
use self::{
    record::{Evaluations, Recording},
    script::Script,
};
use crate::{
    Definition, Position,
    child::STATES,
    history::{Detail, History},
    interpreter::{self, DefinitionError, Interpreter, StateMachine, deployed_here},
    native::{Execution, Report},
    workflow::Workflow,
};

/// Runs the state machine of a workflow as an execution of the workflow itself went, and compares.
///
/// ```
/// use workflow_core::{prelude::*, testing};
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// #[workflow]
/// async fn quadruple(number: u32) -> Result<u32, PlatformError> {
///     let twice = double(number).await?;
///     double(twice).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let execution = Executor::test().run(quadruple(5)).await;
/// testing::replay(&execution).unwrap();
/// # }
/// ```
///
/// # Errors
///
/// Every difference there is, with both histories.
pub fn replay<W: Workflow>(execution: &Execution<W>) -> Result<(), Box<Disagreement>> {
    let prepared = Prepared::of_workflow(W::definition());
    compared(execution.report(), W::META.name, &prepared, Nulls::Count).map(drop)
}

/// A state machine as it is run for comparison.
struct Prepared {
    machine: Result<StateMachine, String>,
    jitters: bool,
    /// Its text, where it is recorded.
    text: String,
    /// Where its states come from, if it is that of the workflow.
    positions: BTreeMap<String, Position>,
}

impl Prepared {
    /// A state machine that somebody has the JSON of.
    fn of(machine: &impl serde::Serialize) -> Self {
        match serde_json::to_string(machine) {
            Ok(json) => {
                let text = deployed_here(&json, std::iter::empty());
                Self::new(StateMachine::parse(&text), text)
            }
            Err(error) => Self {
                machine: Err(error.to_string()),
                jitters: false,
                text: String::new(),
                positions: BTreeMap::new(),
            },
        }
    }

    /// The state machine of a workflow; an error where the workflow says what no state machine can.
    fn of_workflow(definition: &Definition) -> Self {
        let text = serde_json::to_string(&definition.machine).unwrap_or_default();
        let prepared = Self::new(StateMachine::of(definition), deployed_here(&text, std::iter::empty()));
        Self { positions: positions_of(definition), ..prepared }
    }

    fn new(machine: Result<StateMachine, DefinitionError>, text: String) -> Self {
        let jitters = text.contains("\"JitterStrategy\"");
        let machine = machine.map_err(|error| error.to_string());
        Self { machine, jitters, text, positions: BTreeMap::new() }
    }
}

fn positions_of(definition: &Definition) -> BTreeMap<String, Position> {
    definition.positions().map(|(state, position)| (state.to_owned(), position)).collect()
}

/// What a key that holds `null` is, compared with no such key. `None` is read from both, and written by Rust as
/// one of them; a state machine passes on what it was given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Count,
    AreNothing,
}

/// Runs a state machine as an execution of its workflow went, and compares. The history of the state
/// machine's execution; None where the executor gave up, which says nothing of the workflow.
fn compared(
    report: &Report,
    workflow: &'static str,
    prepared: &Prepared,
    nulls: Nulls,
) -> Result<Option<History>, Box<Disagreement>> {
    if report.aborted.is_some() {
        return Ok(None);
    }
    let Some(input) = input_of(report.history()) else { return Ok(None) };
    let differ = |differences, interpreted| {
        Box::new(Disagreement {
            workflow,
            input: input.clone(),
            faults: Vec::new(),
            differences,
            positions: positions_in(&prepared.positions, [report.history(), &interpreted]),
            native: report.history().clone(),
            interpreted,
        })
    };
    let machine = match &prepared.machine {
        Ok(machine) => machine,
        Err(message) => {
            let message = format!("the state machine cannot be read: {message}");
            return Err(differ(vec![message], History::default()));
        }
    };
    let script = Arc::new(Script::of(report, workflow, nulls));
    let mut interpreter = Interpreter::test()
        .names(workflow, report.name.as_deref().unwrap_or("execution"))
        .fallback(Arc::clone(&script));
    if let Some(seed) = report.seed {
        interpreter = interpreter.seed(seed);
    }
    for run in &report.map_runs {
        for (bucket, key, text) in &run.readings.objects {
            interpreter = interpreter.object(bucket, key, text.to_string());
        }
        for (bucket, prefix, items) in &run.readings.listings {
            interpreter = interpreter.listing(bucket, prefix, items.clone());
        }
    }
    let evaluations = Evaluations::default();
    if record::is_on() {
        let evaluations = evaluations.clone();
        interpreter = interpreter.observing(move |evaluation| evaluations.note(evaluation));
    }
    let interpreted = interpreter.run_text(machine, &input);
    let differences = compare::differences(report, &interpreted, &script, prepared.jitters);
    if !differences.is_empty() {
        return Err(differ(differences, interpreted.history().clone()));
    }
    // What the readings differ in is told here, and not a second time by an engine that agrees with one of them.
    if record::is_on() {
        let (definition, interpreted) = (&*prepared.text, interpreted.history());
        let evaluations = &evaluations;
        Recording { workflow, definition, input: &input, report, interpreted, evaluations }.write();
    }
    Ok(Some(interpreted.history().clone()))
}

/// How the two readings of a workflow differ.
#[derive(Clone, Debug)]
pub struct Disagreement {
    workflow: &'static str,
    input: String,
    /// The faults of the execution, in words.
    faults: Vec<String>,
    differences: Vec<String>,
    /// Where the states come from that were entered, in order of entry.
    positions: Vec<(String, Position)>,
    native: History,
    interpreted: History,
}

impl Disagreement {
    /// The input on which they differ, as JSON text.
    pub fn input(&self) -> &str {
        &self.input
    }

    /// The faults with which they differ, in words; empty where no task had to fail for it.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// What differs, in one line each.
    pub fn differences(&self) -> &[String] {
        &self.differences
    }
}

impl std::error::Error for Disagreement {}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the readings of `{}` differ on the input {}", self.workflow, self.input)?;
        for fault in &self.faults {
            writeln!(f, "with this fault: {fault}")?;
        }
        for difference in &self.differences {
            writeln!(f, "  - {difference}")?;
        }
        let (native, interpreted) = (lines(&self.native), lines(&self.interpreted));
        let width = native.iter().map(|line| line.chars().count()).max().unwrap_or_default().max(12);
        writeln!(f, "\n  {:width$}  | state machine", "in process")?;
        for place in 0..native.len().max(interpreted.len()) {
            let line = |lines: &[String]| lines.get(place).cloned().unwrap_or_default();
            writeln!(f, "  {:width$}  | {}", line(&native), line(&interpreted))?;
        }
        if !self.positions.is_empty() {
            writeln!(f)?;
        }
        for (state, position) in &self.positions {
            writeln!(f, "  {state}: {position}")?;
        }
        Ok(())
    }
}

/// Where the states come from that were entered.
fn positions_in(positions: &BTreeMap<String, Position>, histories: [&History; 2]) -> Vec<(String, Position)> {
    let mut found: Vec<(String, Position)> = Vec::new();
    for event in histories.into_iter().flat_map(|history| &history.events) {
        if let Detail::StateEntered { name, .. } = &event.detail
            && let Some(position) = positions.get(&**name)
            && !found.iter().any(|(known, _)| **known == **name)
        {
            found.push((name.to_string(), *position));
        }
    }
    found
}

/// A history in few words: entries and exits of states, and what tasks did.
fn lines(history: &History) -> Vec<String> {
    let mut lines = Vec::new();
    for event in &history.events {
        let kind = event.detail.type_name();
        let more = match &event.detail {
            Detail::StateEntered { name, .. } | Detail::StateExited { name, .. } => name.to_string(),
            Detail::TaskScheduled { parameters, .. } => shortened(&parameters.text()),
            Detail::TaskSucceeded { output, .. } => shortened(&output.text()),
            Detail::TaskFailed { error, .. } => error.as_ref().map(ToString::to_string).unwrap_or_default(),
            Detail::EvaluationFailed { cause, .. } => cause.to_string(),
            _ => String::new(),
        };
        lines.push(format!("{kind} {more}"));
    }
    lines
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 2).chain("..".chars()).collect()
}

fn input_of(history: &History) -> Option<String> {
    match &history.events.first()?.detail {
        Detail::ExecutionStarted { input } => Some(input.to_string()),
        _ => None,
    }
}

/// How often each call was made: the state, and the arguments as JSON text.
type Calls = BTreeMap<(String, String), usize>;

/// Arguments as they are compared: what deployment fills in stands for itself.
fn canonical(arguments: &Value, nulls: Nulls) -> String {
    let payload = match arguments.get("StateMachineArn") {
        Some(_) => arguments.get("Input"),
        None => arguments.get("Payload").filter(|_| arguments.get("FunctionName").is_some()),
    };
    comparable(payload.unwrap_or(arguments), nulls).to_string()
}

/// A number in which `1.0` is `1`.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole and small, as asked before")]
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

/// JSON as it is compared: what an engine makes up is left out.
fn comparable(value: &Value, nulls: Nulls) -> Value {
    match value {
        // A point in time that is passed on whole keeps the text that it came as.
        Value::String(text) if nulls != Nulls::Count && text.len() >= 20 && text.ends_with('Z') => {
            match text.parse::<crate::Timestamp>() {
                Ok(time) => Value::from(time.to_string()),
                Err(_) => Value::from(without_made_up(text)),
            }
        }
        Value::String(text) => Value::from(without_made_up(text)),
        Value::Array(items) => items.iter().map(|item| comparable(item, nulls)).collect(),
        Value::Object(fields) => {
            let counts = |value: &Value| nulls == Nulls::Count || !value.is_null();
            let sorted: BTreeMap<&String, &Value> =
                fields.iter().filter(|(_, value)| counts(value)).collect();
            sorted.into_iter().map(|(key, value)| (key.clone(), comparable(value, nulls))).collect()
        }
        other => by_value(other),
    }
}

/// A text without what an engine made up: task tokens, and what tells one entry of a state from another in a
/// key of idempotency.
fn without_made_up(text: &str) -> String {
    if text.starts_with("task-token-") {
        return "(a task token)".to_owned();
    }
    if text.starts_with(&format!("{STATES}:mapRun:")) {
        return "(a run of a distributed Map)".to_owned();
    }
    if let Some(folder) = text.strip_suffix("/manifest.json") {
        let id = folder.rsplit('/').next().unwrap_or_default();
        if id.len() == 36 && id.split('-').count() == 5 {
            return format!("{}(a run)/manifest.json", &folder[..folder.len() - id.len()]);
        }
    }
    let Some((before, after)) = text.split_once(&format!("{STATES}:execution:")) else {
        return text.to_owned();
    };
    let mut parts = after.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        _ if after.contains('#') => "(a task token)".to_owned(),
        // What follows is the place of an iteration, and the time.
        (Some(execution), Some(state), Some(_)) => format!("{before}{STATES}:execution:{execution}/{state}"),
        _ => text.to_owned(),
    }
}

/// Texts that hold JSON, such as causes, compared as that.
fn parsed(text: &str, nulls: Nulls) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => comparable(&value, nulls),
        _ => Value::from(text),
    }
}

impl interpreter::TaskHandler for Arc<Script> {
    fn handle(&self, call: &interpreter::TaskCall<'_>) -> interpreter::Answer {
        self.answer(call)
    }
}
