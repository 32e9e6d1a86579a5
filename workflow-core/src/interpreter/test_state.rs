//! TestState: one state run alone, with what its work comes to given beforehand.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html>)

use serde_json::{Map, Value, json};

use super::{
    data::Data,
    engine::Engine,
    handler::{Answer, Handlers, TaskCall, TaskResult},
    inspection::{Inspection, Notes},
    machine::StateMachine,
    mock_schema,
    parse::DefinitionError,
    settings::Settings,
    variables::Variables,
};
use crate::{
    clock::Clock,
    history::{Status, Text},
};

/// The name that the API gives a state which it runs alone.
const NAME: &str = "StateName";
/// The types of states that the API runs without a mock.
const ALONE: [&str; 6] = ["Task", "Wait", "Pass", "Succeed", "Fail", "Choice"];

/// A test of one state, as the API `TestState` runs it.
///
/// ```
/// use serde_json::json;
/// use workflow_core::interpreter::{StateTest, StateTestStatus};
///
/// let state = json!({
///     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
///     "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}]
/// });
/// let tested = StateTest::of(state).input(json!({})).mock_error("Busy", "try again").run().unwrap();
/// assert_eq!(tested.status, StateTestStatus::Retriable);
/// assert_eq!(tested.inspection["errorDetails"]["retryBackoffIntervalSeconds"], 3);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StateTest {
    definition: Value,
    state: Option<String>,
    input: Value,
    context: Option<Value>,
    variables: Map<String, Value>,
    result: Option<Result<Value, ()>>,
    error: Option<(String, String)>,
    validation: MockValidation,
    retries: u32,
    failures: Option<u32>,
    caused_by: Option<String>,
    reader_data: Option<String>,
    role: Option<String>,
    account: Option<(String, String)>,
}

/// How strictly a mocked result has to fit what the service answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MockValidation {
    /// Every field is checked, and those that are required have to be there.
    #[default]
    Strict,
    /// The fields that are there are checked.
    Present,
    /// Nothing is checked.
    None,
}

/// How a state came out that was tested.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StateTested {
    /// How it came out.
    pub status: StateTestStatus,
    /// What it hands on.
    pub output: Option<Value>,
    /// The error name.
    pub error: Option<String>,
    /// What a person reads of the error.
    pub cause: Option<String>,
    /// The name of the state that comes next.
    pub next_state: Option<String>,
    /// The data after each step: `afterInputPath`, `afterParameters`, `result`, ...
    pub inspection: Map<String, Value>,
}

/// How a state came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateTestStatus {
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// It failed, and a retrier would try it again.
    Retriable,
    /// It failed, and a catcher took the error.
    CaughtError,
}

/// Why a state was not tested.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StateTestError {
    /// The definition is none, or the state is of a type that needs a mock.
    #[error("{0}")]
    InvalidDefinition(String),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Validation(String),
}

impl From<DefinitionError> for StateTestError {
    fn from(error: DefinitionError) -> Self {
        Self::InvalidDefinition(error.to_string())
    }
}

impl StateTest {
    /// A test of a state, or of a state machine of which [`StateTest::state`] names one.
    pub fn of(definition: Value) -> Self {
        Self {
            definition,
            state: None,
            input: json!({}),
            context: None,
            variables: Map::new(),
            result: None,
            error: None,
            validation: MockValidation::Strict,
            retries: 0,
            failures: None,
            caused_by: None,
            reader_data: None,
            role: None,
            account: None,
        }
    }

    /// The name of the state, which may be inside a Map or Parallel state.
    pub fn state(mut self, name: impl Into<String>) -> Self {
        self.state = Some(name.into());
        self
    }

    /// The state's input; an empty object where none is given.
    pub fn input(mut self, input: Value) -> Self {
        self.input = input;
        self
    }

    /// The context object, in place of the one that the API makes up.
    pub fn context(mut self, context: Value) -> Self {
        self.context = Some(context);
        self
    }

    /// The variables that are set.
    pub fn variables(mut self, variables: Map<String, Value>) -> Self {
        self.variables = variables;
        self
    }

    /// What the state's work comes to.
    pub fn mock_result(mut self, result: Value) -> Self {
        self.result = Some(Ok(result));
        self
    }

    /// The same as JSON text, as the API takes it.
    pub fn mock_text(mut self, result: &str) -> Self {
        self.result = Some(serde_json::from_str(result).map_err(drop));
        self
    }

    /// What the state's work fails with.
    pub fn mock_error(mut self, error: impl Into<String>, cause: impl Into<String>) -> Self {
        self.error = Some((error.into(), cause.into()));
        self
    }

    /// How strictly the mocked result has to fit what the service answers.
    pub fn mock_validation(mut self, validation: MockValidation) -> Self {
        self.validation = validation;
        self
    }

    /// How often the state was retried before.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// How many iterations of a Map state failed.
    pub fn map_iteration_failures(mut self, failures: u32) -> Self {
        self.failures = Some(failures);
        self
    }

    /// The state inside a Map or Parallel state that the mocked error is from.
    pub fn error_caused_by(mut self, state: impl Into<String>) -> Self {
        self.caused_by = Some(state.into());
        self
    }

    /// What the ItemReader of a Map state reads: the text of an object.
    pub fn map_item_reader_data(mut self, text: impl Into<String>) -> Self {
        self.reader_data = Some(text.into());
        self
    }

    /// The region and the account of ARNs.
    pub fn account(mut self, region: impl Into<String>, account: impl Into<String>) -> Self {
        self.account = Some((region.into(), account.into()));
        self
    }

    /// The ARN of the role that the test runs with.
    pub fn role(mut self, arn: impl Into<String>) -> Self {
        self.role = Some(arn.into());
        self
    }

    /// Runs the state.
    ///
    /// # Errors
    ///
    /// What the API refuses: a definition that is none, a mock that makes no sense or does not fit
    /// what the service answers.
    pub fn run(self) -> Result<StateTested, StateTestError> {
        let state = self.alone()?;
        let kind = state.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mock = self.mock(&state, &kind)?;
        let machine = StateMachine::from_value(&machine_around(state))?;
        let mut settings = Settings {
            express: true,
            max_events: None,
            clock: Clock::virtual_time(),
            seed: Some(0),
            role_arn: self.role.clone(),
            context: self.context.clone(),
            ..Settings::default()
        };
        if let Some((region, account)) = &self.account {
            (settings.region, settings.account) = (region.clone(), account.clone());
        }
        let mut handlers = Handlers::default();
        if let Some(result) = mock.clone() {
            let answer = move |_: &TaskCall<'_>| match result.clone() {
                Ok(value) => Answer::value(value),
                Err((error, cause)) => {
                    let owned = |text: Option<Text>| text.map(|text| text.to_string());
                    Answer::failure_of(owned(error), owned(cause))
                }
            };
            handlers.set_fallback(std::sync::Arc::new(answer));
        }
        let mut variables = Variables::default();
        for (name, value) in &self.variables {
            variables.set(&Text::from(name.clone()), Data::new(value.clone()));
        }
        let input = Data::new(self.input.clone());
        let mut engine = Engine::new(&machine, &settings, &handlers, input);
        engine
            .inspect(variables, Inspection::new(self.retries, mock, self.failures, self.reader_data.clone()));
        super::block_on(&mut engine);
        let notes = engine.take_inspection().map(|inspection| inspection.into_notes()).unwrap_or_default();
        let execution = engine.into_execution();
        if let Some(error) = execution.aborted() {
            return Err(StateTestError::Validation(error.to_string()));
        }
        Ok(tested(self.input, &execution, notes))
    }

    /// The state itself, with the query language that it has where it stands.
    fn alone(&self) -> Result<Value, StateTestError> {
        let Some(name) = &self.state else { return Ok(self.definition.clone()) };
        find(&self.definition, name, None)
            .ok_or_else(|| StateTestError::Validation(format!("State not found in definition: {name}")))
    }

    fn mock(&self, state: &Value, kind: &str) -> Result<Option<TaskResult>, StateTestError> {
        let configured = [
            ("RetrierRetryCount", self.retries > 0),
            ("ErrorCausedByState", self.caused_by.is_some()),
            ("MapIterationFailureCount", self.failures.is_some()),
            ("MapItemReaderData", self.reader_data.is_some()),
        ];
        if let (None, None, Some((name, _))) =
            (&self.result, &self.error, configured.iter().find(|(_, given)| *given))
        {
            return Err(StateTestError::Validation(format!(
                "TestState does not support {name} when a mock is not specified."
            )));
        }
        let mock = match (&self.result, &self.error) {
            (Some(_), Some(_)) => {
                return Err(StateTestError::Validation(
                    "A test mock should have only one of the following fields: [result, errorOutput]."
                        .to_owned(),
                ));
            }
            (Some(Err(())), None) => {
                return Err(StateTestError::Validation("Mocked result must be valid JSON".to_owned()));
            }
            (Some(Ok(result)), None) => Some(Ok(Data::new(result.clone()))),
            (None, Some((error, cause))) => {
                Some(Err((Some(error.clone().into()), Some(cause.clone().into()))))
            }
            (None, None) => None,
        };
        match (kind, &mock) {
            ("Map" | "Parallel", None) => {
                return Err(StateTestError::InvalidDefinition(format!(
                    "TestState API does not support Map or Parallel states. Supported state types include: [{}]",
                    ALONE.join(", ")
                )));
            }
            ("Pass" | "Succeed" | "Fail" | "Choice" | "Wait", Some(_)) => {
                return Err(StateTestError::Validation(format!(
                    "State type '{kind}' is not supported when a mock is specified"
                )));
            }
            _ => {}
        }
        if let (Some(Ok(result)), Some(resource)) =
            (&self.result, state.get("Resource").and_then(Value::as_str))
            && let Err(message) = mock_schema::check(resource, result, self.validation)
        {
            let message = format!("Mock result schema validation error: {message}");
            return Err(StateTestError::Validation(message));
        }
        Ok(mock)
    }
}

/// A state of this name, at any depth, with the query language of what it is in.
fn find(machine: &Value, name: &str, outside: Option<&Value>) -> Option<Value> {
    let language = machine.get("QueryLanguage").or(outside);
    let states = machine.get("States")?.as_object()?;
    if let Some(state) = states.get(name) {
        let mut state = state.clone();
        if let (Some(fields), Some(language)) = (state.as_object_mut(), language) {
            fields.entry("QueryLanguage").or_insert_with(|| language.clone());
        }
        return Some(state);
    }
    states.values().find_map(|state| {
        let language = state.get("QueryLanguage").or(language);
        let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten();
        let inside = branches.chain(state.get("ItemProcessor")).chain(state.get("Iterator"));
        inside.into_iter().find_map(|machine| find(machine, name, language))
    })
}

/// A machine of this one state, with states for all that it names.
fn machine_around(mut state: Value) -> Value {
    let mut names = Vec::new();
    let mut name = |value: Option<&Value>| names.extend(value.and_then(Value::as_str).map(str::to_owned));
    name(state.get("Next"));
    name(state.get("Default"));
    for list in ["Choices", "Catch"] {
        let rules = state.get(list).and_then(Value::as_array).into_iter().flatten();
        rules.for_each(|rule| name(rule.get("Next")));
    }
    let needs_end = state.get("Next").is_none();
    let kind = state.get("Type").and_then(Value::as_str).unwrap_or_default();
    let transits = !matches!(kind, "Choice" | "Succeed" | "Fail");
    if let (true, Some(fields)) = (transits && needs_end, state.as_object_mut()) {
        fields.entry("End").or_insert(Value::Bool(true));
    }
    let mut states = Map::new();
    states.insert(NAME.to_owned(), state);
    for name in names {
        states.entry(name).or_insert_with(|| json!({ "Type": "Succeed" }));
    }
    json!({ "StartAt": NAME, "States": states })
}

fn tested(input: Value, execution: &super::Execution, notes: Notes) -> StateTested {
    let Notes { mut data, next, variables, caught, retry } = notes;
    data.insert("input".to_owned(), input);
    if !variables.is_empty() {
        let variables: Map<String, Value> =
            variables.iter().map(|(name, value)| (name.to_string(), Value::clone(value))).collect();
        data.insert("variables".to_owned(), Value::Object(variables));
    }
    let mut error = execution.error().map(str::to_owned);
    let mut cause = execution.cause().map(str::to_owned);
    let status = if let Some((index, delay)) = retry {
        let details = json!({ "retryIndex": index, "retryBackoffIntervalSeconds": delay.as_secs() });
        data.insert("errorDetails".to_owned(), details);
        StateTestStatus::Retriable
    } else if let Some((index, failure)) = caught {
        data.insert("errorDetails".to_owned(), json!({ "catchIndex": index }));
        error = failure.error.map(|text| text.to_string());
        cause = failure.cause.map(|text| text.to_string());
        StateTestStatus::CaughtError
    } else if execution.status() == Status::Succeeded {
        StateTestStatus::Succeeded
    } else {
        StateTestStatus::Failed
    };
    StateTested {
        status,
        output: execution.output().ok(),
        error,
        cause,
        next_state: next.map(|name| name.to_string()),
        inspection: data,
    }
}
