//! Paths that Jayway's json-path was asked for, with its answers: the first line holds the document.

use serde_json::Value;
use workflow_core::jsonpath::Path;

use super::{Case, Outcome, same, short};

/// Runs the cases of a file.
pub(super) fn run(cases: &[Value]) -> Vec<Case> {
    let [document, cases @ ..] = cases else { return Vec::new() };
    let document = &document["document"];
    cases
        .iter()
        .map(|case| Case {
            id: case["path"].as_str().unwrap_or_default().to_owned(),
            outcome: outcome(case, document),
        })
        .collect()
}

fn outcome(case: &Value, document: &Value) -> Outcome {
    let wanted = case.get("result").ok_or_else(|| case["error"].as_str().unwrap_or_default());
    let path = match Path::parse(case["path"].as_str().unwrap_or_default()) {
        Ok(path) => path,
        Err(_) if wanted == Err("InvalidPathException") => return Outcome::Same,
        Err(error) => return Outcome::Different(format!("is refused: {error}")),
    };
    if case["definite"].as_bool().is_some_and(|definite| definite != path.is_definite()) {
        return Outcome::Different(format!("definite: {}", path.is_definite()));
    }
    match (path.apply(document), wanted) {
        (Ok(value), Ok(wanted)) if same(&value, wanted) => Outcome::Same,
        (Err(_), Err("PathNotFoundException")) => Outcome::Same,
        (Ok(value), Ok(wanted)) => {
            Outcome::Different(format!("gives {} and not {}", short(&*value), short(wanted)))
        }
        (Ok(value), Err(error)) => Outcome::Different(format!("gives {} and not {error}", short(&*value))),
        (Err(error), _) => Outcome::Different(format!("gives an error: {error}")),
    }
}
