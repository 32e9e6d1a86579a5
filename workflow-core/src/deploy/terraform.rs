//! The Terraform module: a text that is the same for every catalogue, and what is not as values.

use serde_json::{Map, Value, json};

use crate::workflow::WorkflowKind;

use super::{
    calls::Thing,
    fill, hcl,
    settings::{Deployment, Machine},
    triggers::starter_policy,
};

impl Deployment {
    /// The deployment as a Terraform module: the name of each file and its text.
    ///
    /// `definitions` is where the module finds `<workflow>.asl.json`, `package` the zip file of the
    /// program: paths relative to the module.
    pub fn terraform(&self, definitions: &str, package: &str) -> Vec<(&'static str, String)> {
        vec![
            ("main.tf", include_str!("module/main.tf").to_owned()),
            ("variables.tf", self.variables_tf()),
            ("versions.tf", include_str!("module/versions.tf").to_owned()),
            ("workflows.tf", self.workflows_tf(definitions, package)),
        ]
    }

    fn variables_tf(&self) -> String {
        let mut variables = vec![
            ("name", "string", "What every name begins with", Some(json!(self.settings.name))),
            (
                "architecture",
                "string",
                "What `cargo lambda build` built for: arm64 with its option --arm64",
                Some(json!("arm64")),
            ),
            (
                "package",
                "string",
                "The zip file of the handlers, where it is not in target/lambda",
                Some(Value::Null),
            ),
            ("log_retention_in_days", "number", "How long logs are kept", Some(json!(30))),
            (
                "alarm_topic_arn",
                "string",
                "An SNS topic that is told of failed executions; nobody is, where it is empty",
                Some(json!("")),
            ),
        ]
        .into_iter()
        .map(|(name, ty, description, default)| variable(name, ty, description, default))
        .collect::<Vec<_>>();
        for setting in &self.settings.variables {
            let name = setting.name.to_ascii_lowercase();
            variables.push(variable(&name, "string", &setting.description, Some(json!(setting.default))));
        }
        for (name, thing) in &self.things {
            if self.is_given(name) {
                let description = format!("{} that the workflows use", thing.what());
                variables.push(variable(&given(name), "string", &description, None));
            }
        }
        variables.join("\n")
    }

    fn workflows_tf(&self, definitions: &str, package: &str) -> String {
        let mut locals = Map::new();
        locals.insert("definitions".to_owned(), json!(definitions));
        locals.insert("default_package".to_owned(), json!(package));
        let variables = self.settings.variables.iter();
        let environment =
            variables.map(|it| (it.name.clone(), json!(format!("=var.{}", it.name.to_ascii_lowercase()))));
        locals.insert("environment".to_owned(), Value::Object(environment.collect()));
        let functions = self.functions.iter().map(|function| {
            let policy = function.policy().with_texts(&|text| self.text(text, ""));
            let value = json!({ "timeout": function.timeout, "statements": policy.to_json()["Statement"] });
            (function.name.clone(), value)
        });
        locals.insert("functions".to_owned(), Value::Object(functions.collect()));
        let of = |wanted: &dyn Fn(&str, &Thing) -> Option<Value>| -> Map<String, Value> {
            let things = self.things.iter();
            things.filter_map(|(name, thing)| Some((name.clone(), wanted(name, thing)?))).collect()
        };
        let tables = of(&|name, thing| match thing {
            Thing::Table { key } => {
                let key: Vec<Value> =
                    key.iter().map(|(name, ty)| json!({ "name": name, "type": ty })).collect();
                Some(json!({ "name": self.text(&self.name_of(name), ""), "key": key }))
            }
            _ => None,
        });
        locals.insert("tables".to_owned(), Value::Object(tables));
        for (name, kind) in [
            ("topics", Thing::Topic),
            ("queues", Thing::Queue),
            ("buses", Thing::EventBus),
            ("activities", Thing::Activity),
        ] {
            let name_of = |name: &str| Value::from(self.text(&self.name_of(name), ""));
            let names = of(&|name, thing| (*thing == kind).then(|| name_of(name)));
            locals.insert(name.to_owned(), Value::Object(names));
        }
        let workflows = self.machines.iter().map(|machine| (machine.name.clone(), self.workflow(machine)));
        locals.insert("workflows".to_owned(), Value::Object(workflows.collect()));
        let starts = self.machines.iter().flat_map(|machine| {
            let statements = starter_policy(&machine.name, ":live").with_texts(&|text| self.text(text, ""));
            machine.triggers.iter().map(move |trigger| {
                let start = json!({
                    "workflow": machine.name,
                    "pattern": trigger.pattern,
                    "statements": statements.to_json()["Statement"],
                });
                (trigger.name.clone(), start)
            })
        });
        locals.insert("starts".to_owned(), Value::Object(starts.collect()));
        locals.insert("requests".to_owned(), self.request_values(&|text| self.text(text, "")));

        let mut text = String::from("# Written by `cargo xtask emit-deploy`: edits are lost.\n\nlocals {\n");
        for (at, (name, value)) in locals.into_iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            hcl::attributes(&Map::from_iter([(name, value)]), 2, &mut text);
        }
        text.push_str("}\n");
        text
    }

    fn workflow(&self, machine: &Machine) -> Value {
        let substitutions = Self::placeholders(machine).into_iter().map(|placeholder| {
            let value = match self.things.get(&placeholder) {
                // The version that is published by this deployment: executions that run keep theirs.
                Some(Thing::Function { .. }) => {
                    format!("=aws_lambda_function.function[\"{placeholder}\"].qualified_arn")
                }
                Some(Thing::Queue) => format!("=aws_sqs_queue.queue[\"{placeholder}\"].url"),
                Some(_)
                    if self.is_given(&placeholder)
                        && self.substitution(&placeholder) == Some(format!("${{{placeholder}}}")) =>
                {
                    format!("=var.{}", given(&placeholder))
                }
                _ => self.text(&self.substitution(&placeholder).unwrap_or_default(), &machine.name),
            };
            (placeholder, json!(value))
        });
        let policy = machine.policy().with_texts(&|text| self.text(text, &machine.name));
        json!({
            "type": match machine.kind {
                WorkflowKind::Standard => "STANDARD",
                WorkflowKind::Express => "EXPRESS",
            },
            "substitutions": substitutions.collect::<Map<_, _>>(),
            "statements": policy.to_json()["Statement"],
        })
    }

    /// A text with holes, as Terraform fills them.
    fn text(&self, text: &str, machine: &str) -> String {
        let text = fill::holes(text, &|hole| {
            Some(match hole {
                "StateMachine" => format!("${{Stack}}-{machine}"),
                "Partition" | "Region" | "Account" | "Stack" => return None,
                other if self.is_given(other) => format!("${{var.{}}}", given(other)),
                other => self.name_of(other),
            })
        });
        fill::holes(&text, &|hole| {
            Some(match hole {
                "Partition" => "${local.partition}".to_owned(),
                "Region" => "${local.region}".to_owned(),
                "Account" => "${local.account}".to_owned(),
                "Stack" => "${var.name}".to_owned(),
                _ => return None,
            })
        })
    }
}

/// The variable for a placeholder that stands for something outside of this deployment.
fn given(placeholder: &str) -> String {
    let mut name = String::new();
    for character in placeholder.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

fn variable(name: &str, ty: &str, description: &str, default: Option<Value>) -> String {
    let mut attributes = Map::new();
    attributes.insert("type".to_owned(), json!(format!("={ty}")));
    attributes.insert("description".to_owned(), json!(description));
    if let Some(default) = default {
        attributes.insert("default".to_owned(), default);
    }
    let mut text = format!("variable \"{name}\" {{\n");
    hcl::attributes(&attributes, 2, &mut text);
    text.push_str("}\n");
    text
}
