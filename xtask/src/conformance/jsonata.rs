//! Cases of the official JSONata suite: an expression, what it reads, and its value or error.

use serde_json::{Map, Value, json};
use workflow_core::{
    FixedScope,
    jsonata::{Environment, Expression},
};

use super::{Case, Outcome, same, short};

/// Runs the cases of a file.
pub(super) fn run(cases: &[Value]) -> Vec<Case> {
    cases.iter().map(|case| Case { id: id(case), outcome: outcome(case) }).collect()
}

fn id(case: &Value) -> String {
    let text = |field: &str| case[field].as_str().unwrap_or_default();
    format!("{}/{}#{}", text("group"), text("file"), case["k"])
}

/// What an expression comes to.
enum Answer {
    Value(Value),
    Undefined,
    Error(Option<String>, String),
}

fn outcome(case: &Value) -> Outcome {
    let Some(source) = case["expr"].as_str() else { return Outcome::Skipped };
    let answer = answer(source, case);
    // Operators of a later JSONata, and a function that Step Functions does not offer.
    if matches!(&answer, Answer::Error(..)) && ["??", "?:", "$eval"].iter().any(|sign| source.contains(sign))
    {
        return Outcome::Skipped;
    }
    let is_same = match (case["want"].as_str(), &answer) {
        (Some("result"), Answer::Value(value)) => same(value, &case["result"]),
        (Some("undef"), Answer::Undefined) => true,
        (Some("code"), Answer::Error(code, _)) => code.as_deref() == case["code"].as_str(),
        _ => false,
    };
    if is_same {
        return Outcome::Same;
    }
    let wanted = match case["want"].as_str() {
        Some("result") => short(&case["result"]),
        Some("code") => format!("error {}", case["code"]),
        _ => "nothing".to_owned(),
    };
    let got = match answer {
        Answer::Value(value) => short(&value),
        Answer::Undefined => "nothing".to_owned(),
        Answer::Error(code, message) => short(&format!("error {}: {message}", code.unwrap_or_default())),
    };
    Outcome::Different(format!("{} gives {got} and not {wanted}", short(&source)))
}

fn answer(source: &str, case: &Value) -> Answer {
    let expression = match Expression::parse(source) {
        Ok(expression) => expression,
        Err(error) => return Answer::Error(error.code, error.message),
    };
    let variables = case["bindings"].as_object().cloned().unwrap_or_else(Map::new);
    let scope = FixedScope::new(variables);
    let states = json!({});
    let environment = Environment::new(&states, &scope);
    let value = match case.get("data") {
        Some(data) => expression.evaluate_on(data, &environment),
        None => expression.evaluate(&environment),
    };
    match value {
        Ok(Some(value)) => Answer::Value(value),
        Ok(None) => Answer::Undefined,
        Err(error) => Answer::Error(error.code, error.message),
    }
}
