//! The deployment with the ARNs of one account, to be pasted into the console.

use serde_json::{Value, json};

use super::{
    calls::{Calls, Known, Thing, holes},
    fill,
    policy::Policy,
    settings::{DeployError, Deployment, Machine},
    triggers::starter_policy,
};

/// Where something is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The account: twelve digits.
    pub account: String,
    /// What every name begins with.
    pub stack: String,
    /// The version or the alias at which functions are called; the latest code where there is none.
    pub qualifier: Option<String>,
}

impl Place {
    /// A place in an account.
    ///
    /// # Errors
    ///
    /// When a part is none that AWS has.
    pub fn new(partition: &str, region: &str, account: &str, stack: &str) -> Result<Self, DeployError> {
        let mut problems = Vec::new();
        if !["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"].contains(&partition) {
            problems.push(format!("`{partition}` is not a partition; use aws, aws-cn or aws-us-gov"));
        }
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            problems.push(format!("`{account}` is not an account; it has twelve digits"));
        }
        let word = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !word(region) || !region.ends_with(|last: char| last.is_ascii_digit()) {
            problems.push(format!("`{region}` is not a region; an example is eu-central-1"));
        }
        if !word(stack) {
            problems.push(format!("`{stack}` cannot begin a name; use letters, digits and `-`"));
        }
        if !problems.is_empty() {
            return Err(DeployError { problems });
        }
        let [partition, region, account, stack] = [partition, region, account, stack].map(str::to_owned);
        Ok(Self { partition, region, account, stack, qualifier: None })
    }
}

impl Place {
    /// What follows the name of a function in its ARN.
    fn suffix(&self) -> String {
        self.qualifier.as_ref().map(|qualifier| format!(":{qualifier}")).unwrap_or_default()
    }
}

impl Deployment {
    /// A definition with real ARNs.
    ///
    /// Functions are named at the place's qualifier. What is given from outside,
    /// such as the name of a bucket, stays a placeholder.
    pub fn console(&self, machine: &Machine, place: &Place) -> Value {
        fill::texts(&machine.definition, &|text| {
            let text = fill::holes(text, &|placeholder| self.filled(placeholder, machine, place));
            match text.strip_prefix("arn:aws:states:::") {
                Some(call) => format!("arn:{}:states:::{call}", place.partition),
                None => text,
            }
        })
    }

    /// What the role of a state machine must allow, for what [`Deployment::console`] gives.
    pub fn console_policy(&self, machine: &Machine, place: &Place) -> Policy {
        let known = Known { qualifier: place.suffix(), ..self.settings.known.clone() };
        let mut calls = Calls::of(&machine.definition, &known);
        machine
            .calls
            .needs
            .iter()
            .filter(|need| need.resource == "*")
            .cloned()
            .for_each(|need| calls.need(need));
        Policy::of(&calls.needs).with_texts(&|text| self.placed(text, &machine.name, place))
    }

    /// The rules of EventBridge that start a state machine, each as what `aws events put-rule` and `put-targets` read,
    /// for the role `<stack>-<workflow>-starter`.
    pub fn console_rules(&self, machine: &Machine, place: &Place) -> Vec<(Value, Value)> {
        let Place { partition, region, account, stack, .. } = place;
        let rules = machine.triggers.iter().map(|trigger| {
            let name = format!("{stack}-{}", trigger.name);
            let rule = json!({
                "Name": name,
                "Description": format!("Starts {}", machine.name),
                "EventPattern": trigger.pattern.to_string(),
            });
            let targets = json!({
                "Rule": name,
                "Targets": [{
                    "Id": "workflow",
                    "Arn": format!("arn:{partition}:states:{region}:{account}:stateMachine:{stack}-{}", machine.name),
                    "RoleArn": format!("arn:{partition}:iam::{account}:role/{stack}-{}-starter", machine.name),
                    "InputPath": "$.detail",
                }],
            });
            (rule, targets)
        });
        rules.collect()
    }

    /// What the role of those rules must allow.
    pub fn console_starter_policy(&self, machine: &Machine, place: &Place) -> Policy {
        starter_policy(&machine.name, "").with_texts(&|text| self.placed(text, &machine.name, place))
    }

    /// Who may assume the role of a state machine (`states`), or of the rules that start it (`events`).
    pub fn console_trust(service: &str, place: &Place) -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": format!("{service}.amazonaws.com") },
                "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "aws:SourceAccount": place.account } },
            }],
        })
    }

    /// The placeholders that nobody but who deploys can fill.
    pub fn given(&self) -> Vec<&str> {
        self.things.keys().map(String::as_str).filter(|name| self.is_given(name)).collect()
    }

    fn filled(&self, placeholder: &str, machine: &Machine, place: &Place) -> Option<String> {
        let text = match self.things.get(placeholder) {
            Some(Thing::Function { .. }) => {
                let suffix = place.suffix();
                format!(
                    "arn:${{Partition}}:lambda:${{Region}}:${{Account}}:function:${{{placeholder}}}{suffix}"
                )
            }
            Some(Thing::Queue) => {
                let suffix = if place.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
                format!("https://sqs.${{Region}}.{suffix}/${{Account}}/${{{placeholder}}}")
            }
            _ => self.substitution(placeholder)?,
        };
        Some(self.placed(&text, &machine.name, place))
    }

    /// A text with its holes filled for a place.
    fn placed(&self, text: &str, machine: &str, place: &Place) -> String {
        let stack = |text: String| fill::holes(&text, &|hole| (hole == "Stack").then(|| place.stack.clone()));
        fill::holes(text, &|hole| {
            Some(match hole {
                "Partition" => place.partition.clone(),
                "Region" => place.region.clone(),
                "Account" => place.account.clone(),
                "Stack" => place.stack.clone(),
                "StateMachine" => format!("{}-{machine}", place.stack),
                other if self.is_given(other) => return None,
                other => stack(self.name_of(other)),
            })
        })
    }

    /// The placeholders that are left in a definition with real ARNs.
    pub fn left_in(definition: &Value) -> Vec<String> {
        let text = definition.to_string();
        let mut left: Vec<String> = holes(&text).map(str::to_owned).collect();
        left.sort_unstable();
        left.dedup();
        left
    }
}
