//! Definitions with what Step Functions' validation said of them.

use serde_json::{Value, json};
use workflow_core::{
    WorkflowKind,
    asl::validate::{self, Diagnostic},
};

use super::{Case, Outcome, short};

/// Runs the cases of a file.
pub(super) fn run(cases: &[Value]) -> Vec<Case> {
    cases
        .iter()
        .map(|case| Case { id: case["id"].as_str().unwrap_or_default().to_owned(), outcome: outcome(case) })
        .collect()
}

fn outcome(case: &Value) -> Outcome {
    let kind = if case["type"] == "EXPRESS" { WorkflowKind::Express } else { WorkflowKind::Standard };
    let found = match &case["definition"] {
        Value::String(text) => validate::validate(text, kind),
        definition => validate::validate_value(definition, kind),
    };
    let found: Vec<&Diagnostic> = found.iter().filter(|found| found.is_error()).collect();
    let expected = &case["expect"];
    let (wanted, got) = match expected.get("exception") {
        // Names that are taken are no matter of the definition.
        Some(exception) if exception["code"] != "InvalidDefinition" => (json!(null), json!(message(&found))),
        Some(exception) => (exception["message"].clone(), json!(message(&found))),
        None => (expected.clone(), answer(&found)),
    };
    if wanted == got {
        Outcome::Same
    } else {
        Outcome::Different(format!("{} and not {}", short(&got), short(&wanted)))
    }
}

fn message(found: &[&Diagnostic]) -> Option<String> {
    let found: Vec<Diagnostic> = found.iter().map(|&found| found.clone()).collect();
    validate::invalid_definition(&found)
}

/// The answer of `ValidateStateMachineDefinition`.
fn answer(found: &[&Diagnostic]) -> Value {
    let diagnostics: Vec<Value> = found
        .iter()
        .map(|found| {
            let mut diagnostic =
                json!({"code": found.code.as_str(), "message": found.message, "severity": "ERROR"});
            if let Some(location) = &found.location {
                diagnostic["location"] = json!(location);
            }
            diagnostic
        })
        .collect();
    let result = if found.is_empty() { "OK" } else { "FAIL" };
    json!({"result": result, "diagnostics": diagnostics})
}
