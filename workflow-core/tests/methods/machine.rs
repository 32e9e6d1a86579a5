//! Runs a state machine without tasks, its expressions through `jsonata-core`.

use jsonata_core::{
    evaluator::{Context, Evaluator, EvaluatorOptions},
    parser,
    value::JValue,
};
use serde_json::{Map, Value};

/// What JSONata fails with.
const FAILED: &str = "States.QueryEvaluationError";

/// How an execution of a state machine ends.
pub(crate) fn run(machine: &Value, input: &str) -> Result<Value, String> {
    let input: Value = serde_json::from_str(input).unwrap();
    let mut variables = Map::new();
    let mut state_input = input;
    let mut at = machine["StartAt"].as_str().unwrap().to_owned();
    for _ in 0..10_000 {
        let state = &machine["States"][&at];
        let mut scope = variables.clone();
        scope.insert("states".to_owned(), serde_json::json!({"input": state_input}));
        let eval = |template: &Value| template_value(template, &scope);
        if state["Type"] == "Choice" {
            let mut taken = None;
            for rule in state["Choices"].as_array().unwrap() {
                if eval(&rule["Condition"])? == Value::Bool(true) {
                    taken = Some(rule);
                    break;
                }
            }
            let (assign, next) = match taken {
                Some(rule) => (&rule["Assign"], &rule["Next"]),
                None => (&state["Assign"], &state["Default"]),
            };
            assigned(assign, &eval, &mut variables)?;
            at = next.as_str().ok_or("States.NoChoiceMatched")?.to_owned();
            continue;
        }
        if state["Type"] == "Fail" {
            return Err(eval(&state["Error"])?.as_str().unwrap_or_default().to_owned());
        }
        let output = match state.get("Output") {
            Some(output) => eval(output)?,
            None => state_input.clone(),
        };
        assigned(&state["Assign"], &eval, &mut variables)?;
        match state["Next"].as_str() {
            Some(next) => at = next.to_owned(),
            None => return Ok(output),
        }
        state_input = output;
    }
    panic!("the state machine does not end");
}

fn assigned(
    assign: &Value,
    eval: &dyn Fn(&Value) -> Result<Value, String>,
    variables: &mut Map<String, Value>,
) -> Result<(), String> {
    let Value::Object(assign) = assign else { return Ok(()) };
    let computed: Vec<(String, Value)> =
        assign.iter().map(|(name, value)| Ok((name.clone(), eval(value)?))).collect::<Result<_, String>>()?;
    variables.extend(computed);
    Ok(())
}

/// JSON with its expressions evaluated.
fn template_value(template: &Value, scope: &Map<String, Value>) -> Result<Value, String> {
    match template {
        Value::String(text) => match text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}")) {
            Some(expression) => evaluate(expression.trim(), scope),
            None => Ok(template.clone()),
        },
        Value::Array(elements) => elements.iter().map(|element| template_value(element, scope)).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| Ok((key.clone(), template_value(value, scope)?)))
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object),
        other => Ok(other.clone()),
    }
}

fn evaluate(expression: &str, scope: &Map<String, Value>) -> Result<Value, String> {
    let parsed = parser::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let mut context = Context::new();
    for (name, value) in scope {
        context.bind(name.clone(), JValue::from(value.clone()));
    }
    let options = EvaluatorOptions { timeout_ms: Some(10_000), ..EvaluatorOptions::default() };
    let result = Evaluator::with_options(context, options).evaluate(&parsed, &JValue::Null);
    match result {
        Ok(JValue::Undefined) => Err(FAILED.to_owned()),
        Ok(value) => Ok(serde_json::to_value(&value).unwrap()),
        Err(error) => {
            // Nothing here is to fail but where Rust panics: those the author of a method reads.
            if std::env::var_os("JSONATA_ERRORS").is_some() {
                eprintln!("{expression}: {error}");
            }
            Err(FAILED.to_owned())
        }
    }
}
