//! Recordings of the executions that were compared, for engines and evaluators that are no part of this crate.
//!
//! Where the environment variable `WORKFLOW_RECORD` names a folder, every comparison leaves its state machine, its
//! input, what its tasks were asked and answered, how it ended, and what its expressions came to, in a file there: one
//! JSON object in each line. `cargo xtask agree --engine external` reads them.

use std::{
    collections::{HashMap, HashSet},
    env,
    fs::{self, File},
    io::Write as _,
    iter,
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::{Map, Value, json};

use super::{Nulls, script};
use crate::{
    history::{Detail, FanStep, History, IterationStep, Outcome},
    interpreter::{self, Evaluation},
    native::Report,
};

/// The environment variable that names a folder for recordings: of every comparison its state machine, its input, what
/// its tasks were asked and answered, how it ended, and what its expressions came to.
pub const RECORD: &str = "WORKFLOW_RECORD";
/// How many evaluations of one expression are kept, each on other values.
const EACH: usize = 24;
/// How many executions of one state machine are kept: the first, and then every so many.
const SPARSE: (usize, usize) = (400, 10);

/// What was written, and where to.
struct Recorder {
    file: File,
    /// The number of each definition, and how many executions it had.
    machines: HashMap<String, (usize, usize)>,
    seen: HashSet<(String, String)>,
    times: HashMap<String, usize>,
}

fn recorder() -> Option<&'static Mutex<Recorder>> {
    static RECORDER: OnceLock<Option<Mutex<Recorder>>> = OnceLock::new();
    let open = || {
        let folder = env::var_os(RECORD)?;
        let program = env::current_exe().ok()?;
        let program = program.file_stem().unwrap_or_default().to_string_lossy();
        fs::create_dir_all(&folder).ok()?;
        let file = Path::new(&folder).join(format!("{program}-{}.jsonl", std::process::id()));
        let file = File::create(file).ok()?;
        let (machines, seen, times) = Default::default();
        Some(Mutex::new(Recorder { file, machines, seen, times }))
    };
    RECORDER.get_or_init(open).as_ref()
}

/// Whether comparisons are recorded.
pub(super) fn is_on() -> bool {
    recorder().is_some()
}

/// What the expressions of an execution came to.
#[derive(Clone, Default)]
pub(super) struct Evaluations(Arc<Mutex<Vec<Evaluated>>>);

struct Evaluated {
    expression: String,
    bindings: Value,
    /// None where it is undefined.
    value: Result<Value, String>,
}

impl Evaluations {
    /// Notes one more.
    pub(super) fn note(&self, evaluation: &Evaluation<'_>) {
        let evaluated = Evaluated {
            expression: evaluation.expression.source().to_owned(),
            bindings: evaluation.bindings(),
            value: evaluation.value.cloned().map_err(Clone::clone),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(evaluated);
    }

    fn take(&self) -> Vec<Evaluated> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An execution of a workflow that its state machine was compared with.
pub(super) struct Recording<'a> {
    pub(super) workflow: &'a str,
    pub(super) definition: &'a str,
    pub(super) input: &'a str,
    pub(super) report: &'a Report,
    pub(super) interpreted: &'a History,
    pub(super) evaluations: &'a Evaluations,
}

impl Recording<'_> {
    /// Writes it down.
    pub(super) fn write(&self) {
        let Some(recorder) = recorder() else { return };
        let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
        let evaluations = self.evaluations.take();
        let drawn: Vec<Value> = evaluations
            .iter()
            .filter(|evaluated| is_drawn(&evaluated.expression))
            .map(|evaluated| json!([evaluated.expression, evaluated.value.as_ref().ok()]))
            .collect();
        for evaluated in evaluations {
            recorder.evaluation(&evaluated);
        }
        let Some(machine) = recorder.machine(self.workflow, self.definition) else { return };
        let children = self.report.map_runs.iter().flat_map(|run| &run.executions);
        let children = children.filter(|child| child.workflow == self.workflow);
        let histories = iter::once(self.report.history()).chain(children.map(|child| child.report.history()));
        let mut line = execution(self.input, histories, &self.report.outcome);
        line.insert("machine".to_owned(), machine.into());
        line.insert("name".to_owned(), self.report.name.clone().into());
        line.insert("drawn".to_owned(), drawn.into());
        line.insert("stopped".to_owned(), has_stopped(self.interpreted).into());
        recorder.line(&Value::Object(line));
    }
}

/// An execution as other engines read it.
fn execution<'a>(
    input: &str,
    histories: impl Iterator<Item = &'a History>,
    outcome: &Outcome,
) -> Map<String, Value> {
    let mut attempts = Vec::new();
    for history in histories {
        script::attempts(history, Nulls::AreNothing, &mut |state, arguments, recorded| {
            let answer = match recorded.result {
                None => json!({ "hangs": true }),
                Some(Ok(value)) => json!({ "value": value }),
                Some(Err((error, cause))) => json!({ "error": error, "cause": cause }),
            };
            attempts.push(json!([state, arguments, answer]));
        });
    }
    let output = outcome.output.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let (status, error, cause) = (outcome.status, outcome.error.as_deref(), outcome.cause.as_deref());
    let outcome = json!({ "status": status, "output": output, "error": error, "cause": cause });
    let mut line = Map::new();
    line.insert("input".to_owned(), input.into());
    line.insert("attempts".to_owned(), attempts.into());
    line.insert("outcome".to_owned(), outcome);
    line
}

/// An execution of the interpreter as [`RECORD`] leaves it behind, for the engines that run a definition which is no
/// workflow's: two lines of JSON, the definition and the execution.
pub fn recorded(
    machine: usize,
    definition: &Value,
    input: &Value,
    ran: &interpreter::Execution,
) -> [Value; 2] {
    let mut line = execution(&input.to_string(), iter::once(ran.history()), &ran.outcome());
    line.insert("machine".to_owned(), machine.into());
    line.insert("name".to_owned(), Value::Null);
    line.insert("drawn".to_owned(), Value::Array(Vec::new()));
    line.insert("stopped".to_owned(), has_stopped(ran.history()).into());
    [json!({ "machine": machine, "workflow": "", "definition": definition }), line.into()]
}

/// Whether a value is other in each execution.
fn is_drawn(expression: &str) -> bool {
    ["$now(", "$millis(", "$uuid(", "$random("].iter().any(|function| expression.contains(function))
}

/// Whether something was stopped, since something beside it failed: an engine that runs one branch after the other
/// does not do what one does that runs them side by side.
fn has_stopped(history: &History) -> bool {
    history.events.iter().any(|event| {
        matches!(
            event.detail,
            Detail::ParallelEnded { step: FanStep::Failed }
                | Detail::MapEnded { step: FanStep::Failed }
                | Detail::MapRunAborted
                | Detail::StateAborted { .. }
                // The Map may have been tried again.
                | Detail::MapIteration { step: IterationStep::Failed | IterationStep::Aborted, .. }
        )
    })
}

impl Recorder {
    fn line(&mut self, line: &Value) {
        // A recording that cannot be written is found by whoever reads it: it is cut short.
        let _ = writeln!(self.file, "{line}");
    }

    /// The number of a definition, which is written where it is new; none where it has been recorded often enough.
    fn machine(&mut self, workflow: &str, definition: &str) -> Option<usize> {
        let number = self.machines.len();
        if let Some((number, times)) = self.machines.get_mut(definition) {
            *times += 1;
            let (most, every) = SPARSE;
            return (*times < most || times.is_multiple_of(every)).then_some(*number);
        }
        self.machines.insert(definition.to_owned(), (number, 1));
        let definition: Value = serde_json::from_str(definition).ok()?;
        self.line(&json!({ "machine": number, "workflow": workflow, "definition": definition }));
        Some(number)
    }

    fn evaluation(&mut self, Evaluated { expression, bindings, value }: &Evaluated) {
        let times = self.times.entry(expression.clone()).or_default();
        if *times >= EACH || !self.seen.insert((expression.clone(), bindings.to_string())) {
            return;
        }
        *times += 1;
        let mut line =
            json!({ "expression": expression, "bindings": bindings, "drawn": is_drawn(expression) });
        match value {
            Ok(value) => line["value"] = value.clone(),
            Err(cause) => line["cause"] = cause.as_str().into(),
        }
        self.line(&line);
    }
}
