//! What TestState tells of the way of data through a state.

use std::{cell::RefCell, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    data::Data,
    engine::Engine,
    fault::Failure,
    handler::TaskResult,
    machine::{Kind, Language, Machine, State},
    variables::Variables,
};
use crate::history::Text;

/// The notes of a state that is tested alone.
#[derive(Default)]
pub(super) struct Inspection {
    /// How often the state was retried before.
    pub(super) retries: u32,
    /// What the work of a Map or Parallel state comes to, which is not run.
    pub(super) mock: Option<TaskResult>,
    /// How many iterations of a Map are to have failed.
    pub(super) failures: Option<u32>,
    /// What the ItemReader of a Map reads.
    pub(super) reader_data: Option<String>,
    notes: RefCell<Notes>,
}

#[derive(Default)]
pub(super) struct Notes {
    pub(super) data: Map<String, Value>,
    pub(super) next: Option<Text>,
    pub(super) variables: Vec<(Text, Data)>,
    pub(super) caught: Option<(usize, Failure)>,
    pub(super) retry: Option<(usize, Duration)>,
}

/// What is noted on the way, in the words of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Station {
    InputPath,
    Parameters,
    ItemsPath,
    ItemSelector,
    Result,
    ResultSelector,
    ResultPath,
}

impl Station {
    fn key(self, language: Language) -> &'static str {
        match self {
            Self::InputPath => "afterInputPath",
            Self::Parameters if language == Language::Jsonata => "afterArguments",
            Self::Parameters => "afterParameters",
            Self::ItemsPath => "afterItemsPath",
            Self::ItemSelector => "afterItemSelector",
            Self::Result => "result",
            Self::ResultSelector => "afterResultSelector",
            Self::ResultPath => "afterResultPath",
        }
    }

    /// Whether TestState tells of this in such a state.
    fn is_told(self, state: &State) -> bool {
        let paths = state.language == Language::JsonPath;
        // A Pass with a `Result` looks at nothing of its input.
        let given = matches!(&state.kind, Kind::Pass(Some(_)));
        match self {
            Self::InputPath => paths && !given && !matches!(state.kind, Kind::Parallel(_)),
            Self::Parameters => match &state.kind {
                Kind::Task(_) => true,
                Kind::Pass(_) => paths && !given,
                _ => false,
            },
            Self::ItemsPath => paths,
            Self::ItemSelector => true,
            Self::Result => given || matches!(state.kind, Kind::Task(_)),
            Self::ResultSelector | Self::ResultPath => {
                paths
                    && matches!(state.kind, Kind::Task(_) | Kind::Pass(_) | Kind::Map(_) | Kind::Parallel(_))
            }
        }
    }
}

impl Inspection {
    pub(super) fn new(
        retries: u32,
        mock: Option<TaskResult>,
        failures: Option<u32>,
        reader_data: Option<String>,
    ) -> Self {
        Self { retries, mock, failures, reader_data, notes: RefCell::default() }
    }

    pub(super) fn into_notes(self) -> Notes {
        self.notes.into_inner()
    }
}

impl Engine<'_> {
    /// What the work of a Map or Parallel state comes to that is tested alone.
    pub(super) fn mocked(&self) -> Option<TaskResult> {
        self.inspection()?.mock.clone()
    }

    pub(super) fn note(&self, state: &State, station: Station, value: &Value) {
        self.note_with(|notes| {
            if station.is_told(state) {
                notes.data.insert(station.key(state.language).to_owned(), value.clone());
            }
        });
    }

    pub(super) fn note_next(&self, machine: &Machine, next: usize) {
        self.note_with(|notes| notes.next = machine.states.get(next).map(|state| state.name.clone()));
    }

    pub(super) fn note_variables(&self, variables: &Variables) {
        self.note_with(|notes| notes.variables = variables.all());
    }

    pub(super) fn note_caught(&self, index: usize, failure: &Failure) {
        self.note_with(|notes| notes.caught = Some((index, failure.clone())));
    }

    pub(super) fn note_retry(&self, index: usize, delay: Duration) {
        self.note_with(|notes| notes.retry = Some((index, delay)));
    }

    pub(super) fn note_map(&self, concurrency: usize, count: Option<f64>, percentage: Option<f64>) {
        self.note_with(|notes| {
            notes.data.insert("maxConcurrency".to_owned(), json!(concurrency));
            if let Some(count) = count {
                notes.data.insert("toleratedFailureCount".to_owned(), json!(count));
            }
            if let Some(percentage) = percentage {
                notes.data.insert("toleratedFailurePercentage".to_owned(), json!(percentage));
            }
        });
    }

    fn note_with(&self, change: impl FnOnce(&mut Notes)) {
        if let Some(inspection) = self.inspection() {
            change(&mut inspection.notes.borrow_mut());
        }
    }
}
