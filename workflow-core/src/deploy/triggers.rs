//! Events that start a workflow: rules of EventBridge, whose patterns let through what the input's schema asks for.

use serde_json::{Map, Value, json};

use super::{
    calls::Need,
    policy::Policy,
    settings::{Settings, logical},
};

/// A rule of EventBridge that starts a workflow with the `detail` of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// Its name, behind that of the stack.
    pub name: String,
    /// The event pattern.
    pub pattern: Value,
}

/// The longest pattern, in characters.
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>)
const LONGEST_PATTERN: usize = 2048;

impl Settings {
    /// Starts a workflow for every event of this source and detail type on the account's default bus: its input is
    /// the event's `detail`.
    ///
    /// An event that lacks what the input must have, or has another word than those of an enum, starts nothing:
    /// the pattern of the rule is made of the input's JSON Schema, as far as patterns go. They tell no type from
    /// another and do not look into lists.
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>)
    #[must_use]
    pub fn on_event(
        mut self,
        workflow: impl Into<String>,
        source: impl Into<String>,
        detail_type: impl Into<String>,
    ) -> Self {
        self.events.push((workflow.into(), source.into(), detail_type.into()));
        self
    }

    /// The rules that start a workflow. `schema` is that of its input, where it is known.
    pub(super) fn triggers(&self, workflow: &str, schema: Option<&Value>) -> Vec<Trigger> {
        let detail = schema.and_then(|schema| fitting(schema, schema, 0));
        let events = self.events.iter().filter(|(name, ..)| name == workflow);
        let triggers = events.map(|(_, source, detail_type)| {
            let mut pattern = json!({ "source": [source], "detail-type": [detail_type] });
            if let Some(detail) = &detail {
                pattern["detail"] = detail.clone();
            }
            Trigger { name: format!("{workflow}-{}", logical(detail_type)), pattern }
        });
        triggers.collect()
    }

    /// What is wrong with the rules.
    pub(super) fn trigger_problems<'a>(
        &self,
        workflows: impl IntoIterator<Item = (&'a str, &'a [Trigger])>,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        let workflows: Vec<_> = workflows.into_iter().collect();
        for (workflow, ..) in &self.events {
            if !workflows.iter().any(|(name, _)| name == workflow) {
                problems.push(format!("an event starts the workflow `{workflow}`, which there is not"));
            }
        }
        for (workflow, triggers) in workflows {
            for (at, trigger) in triggers.iter().enumerate() {
                let length = trigger.pattern.to_string().chars().count();
                if length > LONGEST_PATTERN {
                    problems.push(format!(
                        "{workflow}: the pattern of the rule `{}` has {length} characters, and EventBridge takes \
                         {LONGEST_PATTERN}; start it with an event of fewer fields",
                        trigger.name
                    ));
                }
                if triggers[..at].iter().any(|other| other.name == trigger.name) {
                    problems.push(format!("{workflow}: two rules would be named `{}`", trigger.name));
                }
            }
        }
        problems
    }
}

/// What the role of the rules that start a workflow allows, at the alias that is named behind it.
pub(super) fn starter_policy(workflow: &str, alias: &str) -> Policy {
    let resource = format!(
        "arn:${{Partition}}:states:${{Region}}:${{Account}}:stateMachine:${{Stack}}-{workflow}{alias}"
    );
    let action = "states:StartExecution".to_owned();
    Policy::of(&[Need { action, resource, condition: None, state: "its rules".to_owned() }])
}

/// The pattern of what fits a schema; nothing where a pattern cannot say it.
fn fitting(schema: &Value, node: &Value, depth: usize) -> Option<Value> {
    // Deeper than any event, for a type that holds itself.
    if depth > 16 {
        return None;
    }
    if let Some(reference) = node["$ref"].as_str() {
        let node = schema.pointer(reference.strip_prefix('#')?)?;
        return fitting(schema, node, depth + 1);
    }
    let scalar = |value: &Value| value.is_string() || value.is_boolean() || value.is_number();
    if let Some(words) = node["enum"].as_array().filter(|words| words.iter().all(scalar)) {
        return Some(words.clone().into());
    }
    if let Some(word) = node.get("const").filter(|word| scalar(word)) {
        return Some(json!([word]));
    }
    match node["type"].as_str()? {
        "string" | "number" | "integer" | "boolean" => Some(json!([{ "exists": true }])),
        "object" => {
            let required = node["required"].as_array()?.iter().filter_map(Value::as_str);
            let fields = required.filter_map(|name| {
                Some((name.to_owned(), fitting(schema, &node["properties"][name], depth + 1)?))
            });
            let fields: Map<String, Value> = fields.collect();
            (!fields.is_empty()).then(|| fields.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_asks_for_what_the_schema_asks_for() {
        let schema = json!({
            "$ref": "#/$defs/Order",
            "$defs": {
                "Order": {
                    "type": "object",
                    "properties": {
                        "id": { "type": "string" },
                        "kind": { "$ref": "#/$defs/Kind" },
                        "paid": { "const": true },
                        "lines": { "type": "array", "items": { "type": "string" } },
                        "buyer": { "type": "object", "properties": { "age": { "type": "integer" } }, "required": ["age"] },
                        "note": { "type": "string" },
                        "any": {},
                    },
                    "required": ["id", "kind", "paid", "lines", "buyer", "any"],
                },
                "Kind": { "enum": ["new", "used"] },
            },
        });
        let [trigger] = &Settings::new("shop")
            .on_event("sale", "web", "Order placed")
            .triggers("sale", Some(&schema))[..]
        else {
            panic!()
        };
        assert_eq!(trigger.name, "sale-OrderPlaced");
        let there = json!([{ "exists": true }]);
        assert_eq!(
            trigger.pattern,
            json!({
                "source": ["web"],
                "detail-type": ["Order placed"],
                "detail": { "id": there, "kind": ["new", "used"], "paid": [true], "buyer": { "age": there } },
            })
        );
    }

    #[test]
    fn a_rule_for_no_workflow_is_told_and_so_are_two_of_one_name() {
        let settings = Settings::new("shop").on_event("sail", "web", "Placed");
        assert_eq!(
            settings.trigger_problems([("sale", &[][..])]),
            ["an event starts the workflow `sail`, which there is not"]
        );
        let settings =
            Settings::new("shop").on_event("sale", "web", "Placed").on_event("sale", "app", "Placed");
        let triggers = settings.triggers("sale", None);
        assert_eq!(
            settings.trigger_problems([("sale", &triggers[..])]),
            ["sale: two rules would be named `sale-Placed`"]
        );
    }
}
