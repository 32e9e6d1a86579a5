//! A state machine as it is run: read and checked once, with states by number, expressions parsed
//! and retriers prepared. Executions only borrow it.

use std::time::Duration;

use super::{
    choice::Rule,
    data::Data,
    expression::{Jsonata, Path, ReferencePath},
    template::Template,
};
use crate::history::{StateKind, Text};

/// A state machine, ready to be run: any that is written in the Amazon States Language.
///
/// ```
/// use workflow_core::interpreter::StateMachine;
///
/// let machine: StateMachine = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#.parse().unwrap();
/// let error = r#"{"StartAt": "Done", "States": {}}"#.parse::<StateMachine>().unwrap_err();
/// assert_eq!(error.to_string(), "/StartAt: there is no state `Done`");
/// ```
#[derive(Debug)]
pub struct StateMachine {
    pub(super) root: Machine,
    pub(super) timeout: Option<Duration>,
}

/// The states of a machine, or of the part of one inside a Map or Parallel state.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) start: usize,
    pub(super) states: Vec<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

/// A state.
#[derive(Debug)]
pub(super) struct State {
    pub(super) name: Text,
    pub(super) language: Language,
    pub(super) input_path: Selection,
    pub(super) output_path: Selection,
    /// `Parameters` or `Arguments`; of a Map, its `ItemSelector`.
    pub(super) parameters: Option<Template>,
    pub(super) result_selector: Option<Template>,
    pub(super) result_path: ResultPath,
    pub(super) assign: Assign,
    /// `Output`, in JSONata.
    pub(super) output: Option<Template>,
    pub(super) retry: Vec<Retrier>,
    pub(super) catch: Vec<Catcher>,
    pub(super) next: Transition,
    pub(super) kind: Kind,
}

impl State {
    pub(super) fn kind(&self) -> StateKind {
        match &self.kind {
            Kind::Task(_) => StateKind::Task,
            Kind::Choice(_) => StateKind::Choice,
            Kind::Pass(_) => StateKind::Pass,
            Kind::Wait(_) => StateKind::Wait,
            Kind::Succeed => StateKind::Succeed,
            Kind::Fail(_) => StateKind::Fail,
            Kind::Parallel(_) => StateKind::Parallel,
            Kind::Map(_) => StateKind::Map,
        }
    }
}

/// `InputPath` and `OutputPath`.
#[derive(Debug)]
pub(super) enum Selection {
    /// `$`: all of it.
    Whole,
    /// `null`: an empty object.
    Nothing,
    At(Path),
}

/// `ResultPath`.
#[derive(Debug)]
pub(super) enum ResultPath {
    /// `$`: the result replaces the input.
    Whole,
    /// `null`: the result is dropped.
    Discard,
    At(ReferencePath),
}

/// `Assign`: names and what each is set to.
pub(super) type Assign = Vec<(Text, Template)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transition {
    Next(usize),
    End,
}

#[derive(Debug)]
pub(super) enum Kind {
    Task(Box<Task>),
    Choice(Choice),
    Pass(Option<Data>),
    Wait(Wait),
    Succeed,
    Fail(Fail),
    Parallel(Vec<Machine>),
    Map(Box<Map>),
}

/// A whole number or how to find it.
#[derive(Debug)]
pub(super) enum Number {
    Literal(f64),
    /// A field whose name ends in `Path`.
    Path {
        field: &'static str,
        path: Path,
    },
    Jsonata {
        field: &'static str,
        expression: Jsonata,
    },
}

#[derive(Debug)]
pub(super) struct Task {
    pub(super) resource: TaskResource,
    pub(super) timeout: Option<Number>,
    pub(super) heartbeat: Option<Number>,
    pub(super) credentials: Option<Template>,
}

/// What does the work of a Task state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TaskResource {
    pub(super) arn: Text,
    pub(super) kind: ResourceKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ResourceKind {
    /// The ARN of a Lambda function.
    Lambda,
    /// The ARN of an activity.
    Activity,
    /// `arn:aws:states:::SERVICE:ACTION`.
    Service { service: Text, action: Text, pattern: Pattern },
}

/// How a service is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    RequestResponse,
    /// `.sync` and `.sync:2`.
    Sync,
    /// `.waitForTaskToken`.
    Callback,
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) rules: Vec<ChoiceRule>,
    pub(super) default: Option<usize>,
}

#[derive(Debug)]
pub(super) struct ChoiceRule {
    pub(super) condition: Condition,
    pub(super) assign: Assign,
    pub(super) output: Option<Template>,
    pub(super) next: usize,
}

#[derive(Debug)]
pub(super) enum Condition {
    Rule(Rule),
    Literal(bool),
    Jsonata(Jsonata),
}

#[derive(Debug)]
pub(super) enum Wait {
    Seconds(Number),
    Until(Timestamp),
}

#[derive(Debug)]
pub(super) enum Timestamp {
    Literal(String),
    Path(Path),
    Jsonata(Jsonata),
}

/// A text or how to find it: `Error` and `Cause` of a Fail state.
#[derive(Debug)]
pub(super) enum Words {
    Literal(Text),
    Path { field: &'static str, path: Path },
    Jsonata(Jsonata),
}

#[derive(Debug)]
pub(super) struct Fail {
    pub(super) error: Option<Words>,
    pub(super) cause: Option<Words>,
}

#[derive(Debug)]
pub(super) struct Map {
    pub(super) processor: Machine,
    pub(super) items: Items,
    pub(super) max_concurrency: Option<Number>,
    /// What only a distributed Map has.
    pub(super) distributed: Option<Distributed>,
    pub(super) tolerated_count: Option<Number>,
    pub(super) tolerated_percentage: Option<Number>,
}

#[derive(Debug)]
pub(super) enum Items {
    /// The state's input itself.
    Input,
    Path(Path),
    /// `Items` in JSONata: a value or an expression.
    Template(Template),
}

#[derive(Debug)]
pub(super) struct Distributed {
    pub(super) label: Option<String>,
    pub(super) reader: Option<Reader>,
    pub(super) batcher: Option<Batcher>,
    pub(super) writer: Option<Writer>,
}

#[derive(Debug)]
pub(super) struct Reader {
    pub(super) resource: ReaderResource,
    pub(super) parameters: Option<Template>,
    pub(super) format: Format,
    pub(super) max_items: Option<Number>,
    pub(super) items_pointer: Option<Path>,
    /// Whether what is found is a list of objects (`LOAD_AND_FLATTEN`, `ATHENA_DATA`) whose items are read.
    pub(super) loads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReaderResource {
    GetObject,
    ListObjects,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Format {
    Json,
    JsonLines,
    /// With the names of its columns, unless the first row has them.
    Csv {
        headers: Option<Vec<String>>,
        delimiter: char,
    },
    /// An inventory of S3 objects.
    Manifest,
    /// A format that only Step Functions reads.
    Parquet,
}

#[derive(Debug)]
pub(super) struct Batcher {
    pub(super) max_items: Option<Number>,
    pub(super) max_bytes: Option<Number>,
    pub(super) input: Option<Template>,
}

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) parameters: Option<Template>,
    pub(super) json_lines: bool,
    /// `WriterConfig.Transformation`: `NONE`, `COMPACT` or `FLATTEN`.
    pub(super) transformation: Transformation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transformation {
    None,
    Compact,
    Flatten,
}

#[derive(Debug)]
pub(super) struct Retrier {
    pub(super) errors: Vec<String>,
    pub(super) max_attempts: u32,
    pub(super) backoff: crate::retry::Backoff,
    pub(super) full_jitter: bool,
}

#[derive(Debug)]
pub(super) struct Catcher {
    pub(super) errors: Vec<String>,
    pub(super) result_path: ResultPath,
    pub(super) assign: Assign,
    pub(super) output: Option<Template>,
    pub(super) next: usize,
}
