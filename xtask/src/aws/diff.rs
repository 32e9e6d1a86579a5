//! `cargo xtask diff`: what runs, compared with what the code says.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use serde_json::Value;
use similar::TextDiff;

use super::{Service, asked, failed};
use crate::{FOUND, system};

/// Compare the definitions that run with those that the code gives. Exits with 1 when one differs.
///
/// The versions of functions are passed over: they say which code runs, not what the definition says.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    service: Service,
    /// Only the workflows of these names.
    #[arg(long, value_name = "NAME")]
    workflow: Vec<String>,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = system::deployment()?;
    let client = arguments.service.client().await?;
    let mut stdout = io::stdout();
    let mut code = ExitCode::SUCCESS;
    for machine in asked(&deployment, &arguments.workflow)? {
        let name = arguments.service.name(&machine.name);
        let Some(arn) = arguments.service.find(&client, &machine.name).await? else {
            writeln!(stdout, "{name}: not deployed")?;
            code = ExitCode::from(FOUND);
            continue;
        };
        let found = client.describe_state_machine().state_machine_arn(&arn).send().await.map_err(failed)?;
        let place = arguments.service.place_of(&arn)?;
        let checked_in = unversioned(&deployment.console(machine, &place));
        // What is no JSON is shown as it is.
        let running = serde_json::from_str(&found.definition)
            .map_or(found.definition.into(), |json| unversioned(&json));
        if running == checked_in {
            writeln!(stdout, "{name}: the same")?;
            continue;
        }
        code = ExitCode::from(FOUND);
        // CloudFormation sorts keys, which is no difference.
        let running = in_order_of(&checked_in, &running);
        let (running, checked_in) = (format!("{running:#}\n"), format!("{checked_in:#}\n"));
        let diff = TextDiff::from_lines(&running, &checked_in);
        write!(
            stdout,
            "{}",
            diff.unified_diff().header(&format!("{name} (runs)"), &format!("{name} (code)"))
        )?;
    }
    Ok(code)
}

/// The definition with no version in the ARN of a function.
fn unversioned(json: &Value) -> Value {
    match json {
        Value::String(text) if text.starts_with("arn:") && text.contains(":function:") => {
            text.splitn(8, ':').take(7).collect::<Vec<_>>().join(":").into()
        }
        Value::Array(elements) => elements.iter().map(unversioned).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), unversioned(value))).collect())
        }
        other => other.clone(),
    }
}

/// The JSON with its keys in the order of another's, those that the other has not behind them.
fn in_order_of(other: &Value, json: &Value) -> Value {
    match (other, json) {
        (Value::Object(order), Value::Object(entries)) => {
            let known = order
                .iter()
                .filter_map(|(key, other)| Some((key.clone(), in_order_of(other, entries.get(key)?))));
            let new = entries.iter().filter(|(key, _)| !order.contains_key(*key));
            Value::Object(known.chain(new.map(|(key, value)| (key.clone(), value.clone()))).collect())
        }
        (Value::Array(order), Value::Array(elements)) => {
            let others = order.iter().chain(std::iter::repeat(&Value::Null));
            others.zip(elements).map(|(other, element)| in_order_of(other, element)).collect()
        }
        _ => json.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_version_of_a_function_is_passed_over() {
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:Charge";
        let topic = "arn:aws:sns:eu-west-1:123456789012:orders";
        let with = |name: &str| json!({ "A": [{ "FunctionName": name }], "B": topic });
        assert_eq!(unversioned(&with(&format!("{function}:7"))), with(function));
        assert_eq!(unversioned(&with(function)), with(function));
    }

    #[test]
    fn only_what_differs_is_shown_and_no_order_of_keys() {
        let code =
            json!({ "StartAt": "A", "States": { "A": { "Type": "Task", "Retry": [{ "B": 1, "A": 2 }] } } });
        let runs = json!({
            "Added": 1, "StartAt": "A", "States": { "A": { "Retry": [{ "A": 2, "B": 1 }, { "C": 3 }], "Type": "Pass" } },
        });
        assert_eq!(
            in_order_of(&code, &runs).to_string(),
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Retry":[{"B":1,"A":2},{"C":3}]}},"Added":1}"#
        );
    }
}
