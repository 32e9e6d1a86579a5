//! Calls of TestState that AWS recorded: each state is run alone with the recorded mock.

use serde_json::{Map, Value};
use workflow_core::interpreter::{MockValidation, StateTest, StateTestError, StateTestStatus, StateTested};

use super::{Case, Outcome, executions::Masks};

/// Runs the cases of a file.
pub(super) fn run(cases: &[Value]) -> Vec<Case> {
    cases
        .iter()
        .map(|case| Case { id: case["id"].as_str().unwrap_or_default().to_owned(), outcome: outcome(case) })
        .collect()
}

fn outcome(case: &Value) -> Outcome {
    let ours = match test(case).run() {
        Ok(tested) => told(&tested, case["inspectionLevel"].as_str().unwrap_or("INFO")),
        Err(error) => refusal(&error),
    };
    match Masks::of(case).difference(&ours, &case["expect"], "/expect") {
        Some(difference) => Outcome::Different(difference),
        None => Outcome::Same,
    }
}

fn test(case: &Value) -> StateTest {
    let mut test = StateTest::of(case["definition"].clone()).account("us-east-1", "111111111111");
    if let Some(name) = case["stateName"].as_str() {
        test = test.state(name);
    }
    if let Some(input) = case.get("input") {
        test = test.input(input.clone());
    }
    if let Some(context) = case.get("context") {
        test = test.context(context.clone());
    }
    if let Some(variables) = case["variables"].as_object() {
        test = test.variables(variables.clone());
    }
    if let Some(mock) = case["mock"].as_object() {
        // The calls with a mock were made with a role.
        test = test.role("arn:aws:iam::111111111111:role/test");
        if let Some(result) = mock.get("result") {
            // A result that is no JSON was left as text.
            test = match result {
                Value::String(text) => test.mock_text(text),
                other => test.mock_result(other.clone()),
            };
        }
        if let Some(error) = mock.get("errorOutput") {
            let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
            test = test.mock_error(text("error"), text("cause"));
        }
        test = test.mock_validation(match mock.get("fieldValidationMode").and_then(Value::as_str) {
            Some("NONE") => MockValidation::None,
            Some("PRESENT") => MockValidation::Present,
            _ => MockValidation::Strict,
        });
    }
    let configuration = &case["stateConfiguration"];
    let number = |field: &str| configuration[field].as_u64().and_then(|number| u32::try_from(number).ok());
    if let Some(retries) = number("retrierRetryCount") {
        test = test.retries(retries);
    }
    if let Some(failures) = number("mapIterationFailureCount") {
        test = test.map_iteration_failures(failures);
    }
    if let Some(state) = configuration["errorCausedByState"].as_str() {
        test = test.error_caused_by(state);
    }
    match &configuration["mapItemReaderData"] {
        Value::Null => {}
        Value::String(text) => test = test.map_item_reader_data(text.as_str()),
        other => test = test.map_item_reader_data(other.to_string()),
    }
    test
}

fn told(tested: &StateTested, level: &str) -> Value {
    let mut told = Map::new();
    let status = match tested.status {
        StateTestStatus::Succeeded => "SUCCEEDED",
        StateTestStatus::Failed => "FAILED",
        StateTestStatus::Retriable => "RETRIABLE",
        StateTestStatus::CaughtError => "CAUGHT_ERROR",
    };
    told.insert("status".to_owned(), status.into());
    let texts = [("error", &tested.error), ("cause", &tested.cause), ("nextState", &tested.next_state)];
    for (field, text) in texts {
        if let Some(text) = text {
            told.insert(field.to_owned(), text.as_str().into());
        }
    }
    if let Some(output) = &tested.output {
        told.insert("output".to_owned(), output.clone());
    }
    if level != "INFO" {
        told.insert("inspectionData".to_owned(), Value::Object(tested.inspection.clone()));
    }
    Value::Object(told)
}

fn refusal(error: &StateTestError) -> Value {
    let code = match error {
        StateTestError::InvalidDefinition(_) => "InvalidDefinition",
        _ => "ValidationException",
    };
    serde_json::json!({ "exception": { "code": code, "message": error.to_string() } })
}
