//! What a state machine asks AWS for, state by state: read from the JSON of its definition, so that
//! definitions of any origin can be asked.
//!
//! ARNs are texts with holes: `${Partition}`, `${Region}`, `${Account}`, `${Stack}` for where it is
//! deployed, `${StateMachine}` for the name of the state machine itself, and every placeholder of the
//! definition for the name of the thing behind it. `${AwsRegion}` and `${AwsAccountId}` in a definition are
//! the place as well.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::services;

/// What a state machine must be allowed to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// The IAM action, such as `lambda:InvokeFunction`.
    pub action: String,
    /// The ARN that it is done to, with holes; `*` where AWS knows no ARN for the action.
    pub resource: String,
    /// The `Condition` under which it is enough to be allowed.
    pub condition: Option<Value>,
    /// The state that needs it, as a path through branches; or what else of the state machine does.
    pub state: String,
}

/// What stands behind a placeholder of a definition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Thing {
    /// A Lambda function, with the longest `TimeoutSeconds` of the states that invoke it.
    Function {
        /// Seconds; absent where no state has a timeout.
        timeout: Option<u64>,
    },
    /// A DynamoDB table with the attributes of its key: the partition key, and a sort key if it has one.
    Table {
        /// The name of each attribute and its type, `S`, `N` or `B`.
        key: Vec<(String, String)>,
    },
    /// An SNS topic.
    Topic,
    /// An SQS queue.
    Queue,
    /// An EventBridge event bus.
    EventBus,
    /// A state machine, not of this definition.
    StateMachine,
    /// An S3 bucket.
    Bucket,
    /// An activity, whose workers ask Step Functions for work.
    Activity,
    /// Anything else: a text that whoever deploys gives.
    Text,
}

/// Everything that a definition asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls {
    /// What the state machine must be allowed to do, in the order of its states. Each once.
    pub needs: Vec<Need>,
    /// What stands behind each placeholder, and each table, topic, queue and event bus that the definition
    /// names itself: under its name and what it is, such as `OrdersTable`.
    pub things: BTreeMap<String, Thing>,
    /// The names of those that the definition names itself.
    pub names: BTreeMap<String, String>,
    /// The indexes of tables that are queried: the table as the definition names it, and the index.
    pub indexes: Vec<(String, String)>,
    /// What the definition does not say, each with what to do about it.
    pub problems: Vec<String>,
}

/// How the functions, and what else a definition cannot say, are named where it is deployed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// What follows the name in the ARN of a function behind a placeholder: nothing, `:live` for an
    /// alias, `:*` for published versions, whose numbers AWS gives.
    pub qualifier: String,
    /// The ARNs that an action may be done to where an expression names the resource.
    pub allowed: BTreeMap<String, Vec<String>>,
    /// The key of a table whose items are only written, so that no call names its key.
    pub keys: BTreeMap<String, Vec<(String, String)>>,
}

impl Calls {
    /// Reads a definition.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_core::deploy::{Calls, Known};
    ///
    /// let definition = json!({ "StartAt": "Tell", "States": { "Tell": {
    ///     "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
    ///     "Arguments": { "TopicArn": "${Updates}", "Message": "done" }, "End": true,
    /// }}});
    /// let calls = Calls::of(&definition, &Known::default());
    /// assert_eq!(calls.needs[0].action, "sns:Publish");
    /// assert_eq!(calls.needs[0].resource, "arn:${Partition}:sns:${Region}:${Account}:${Updates}");
    /// ```
    pub fn of(definition: &Value, known: &Known) -> Self {
        let mut reader = Reader { known, calls: Self::default() };
        reader.states(definition, "");
        // What stands where no call names a resource is a text: whoever deploys knows which.
        let text = definition.to_string();
        holes(&text).filter(|name| !is_place(name)).for_each(|name| reader.found(name, Thing::Text));
        reader.calls
    }

    /// Adds what is needed whatever the states do.
    pub(crate) fn need(&mut self, need: Need) {
        let same = |other: &&Need| {
            (&other.action, &other.resource, &other.condition)
                == (&need.action, &need.resource, &need.condition)
        };
        if !self.needs.iter().any(|other| same(&other)) {
            self.needs.push(need);
        }
    }
}

/// Reads a definition state by state.
pub(super) struct Reader<'a> {
    pub(super) known: &'a Known,
    pub(super) calls: Calls,
}

/// The state that is being read.
pub(super) struct Site<'a> {
    /// Its path, for people.
    pub(super) state: String,
    /// `Arguments`, or `Parameters` in JSONPath.
    pub(super) arguments: &'a Map<String, Value>,
    /// `TimeoutSeconds`, where it is a number.
    pub(super) timeout: Option<u64>,
}

/// What an argument says of the thing that a call is about.
pub(super) enum Named {
    /// Its ARN, with holes.
    Arn(String),
    /// An expression: nobody knows before it is evaluated.
    Dynamic,
    /// The argument is not there.
    Absent,
}

impl Reader<'_> {
    fn states(&mut self, holder: &Value, path: &str) {
        let Some(states) = holder.get("States").and_then(Value::as_object) else { return };
        for (name, state) in states {
            let path = if path.is_empty() { name.clone() } else { format!("{path} / {name}") };
            match state.get("Type").and_then(Value::as_str) {
                Some("Task") => self.task(state, path),
                Some("Parallel") => {
                    for branch in state.get("Branches").and_then(Value::as_array).into_iter().flatten() {
                        self.states(branch, &path);
                    }
                }
                Some("Map") => {
                    let processor = state.get("ItemProcessor").or_else(|| state.get("Iterator"));
                    if processor.and_then(|it| it.pointer("/ProcessorConfig/Mode"))
                        == Some(&"DISTRIBUTED".into())
                    {
                        services::distributed_map(self, state, &path);
                    }
                    if let Some(processor) = processor {
                        self.states(processor, &path);
                    }
                }
                _ => {}
            }
        }
    }

    fn task(&mut self, state: &Value, path: String) {
        let empty = Map::new();
        let arguments = state.get("Arguments").or_else(|| state.get("Parameters"));
        let site = Site {
            state: path,
            arguments: arguments.and_then(Value::as_object).unwrap_or(&empty),
            timeout: state.get("TimeoutSeconds").and_then(Value::as_u64),
        };
        let Some(resource) = state.get("Resource").and_then(Value::as_str) else { return };
        // With credentials the call is made in another role, whose own policy has to allow it.
        let before = self.calls.needs.len();
        services::task(self, &site, resource);
        if let Some(credentials) = state.get("Credentials") {
            self.calls.needs.truncate(before);
            let role = credentials.get("RoleArn");
            match role.and_then(Value::as_str).filter(|role| !is_expression(role)) {
                Some(role) => self.need(&site, "sts:AssumeRole", role.to_owned()),
                None => self.dynamic(&site, "sts:AssumeRole"),
            }
        }
    }

    /// The state must be allowed to do this.
    pub(super) fn need(&mut self, site: &Site<'_>, action: &str, resource: String) {
        self.need_if(site, action, resource, None);
    }

    /// The state must be allowed to do this under a condition.
    pub(super) fn need_if(
        &mut self,
        site: &Site<'_>,
        action: &str,
        resource: String,
        condition: Option<Value>,
    ) {
        let (action, state) = (action.to_owned(), site.state.clone());
        self.calls.need(Need { action, resource, condition, state });
    }

    /// What the state must be allowed to do depends on an expression.
    pub(super) fn dynamic(&mut self, site: &Site<'_>, action: &str) {
        match self.known.allowed.get(action) {
            Some(resources) => resources.iter().for_each(|arn| self.need(site, action, arn.clone())),
            None => self.calls.problems.push(format!(
                "the state `{}` does `{action}` to what only an execution knows; name what it may be done to: \
                 `.allow(\"{action}\", [\"arn:..\"])`",
                site.state
            )),
        }
    }

    /// A call of one or several actions on what an argument names.
    pub(super) fn on(
        &mut self,
        site: &Site<'_>,
        actions: &[&str],
        key: &str,
        thing: Thing,
        arn: &dyn Fn(&str) -> String,
    ) {
        match self.named(site, key, thing, arn) {
            Named::Arn(resource) => {
                actions.iter().for_each(|action| self.need(site, action, resource.clone()));
            }
            Named::Dynamic | Named::Absent => actions.iter().for_each(|action| self.dynamic(site, action)),
        }
    }

    /// The ARN of what an argument names: a placeholder, a name or an ARN.
    pub(super) fn named(
        &mut self,
        site: &Site<'_>,
        key: &str,
        thing: Thing,
        arn: &dyn Fn(&str) -> String,
    ) -> Named {
        match site.arguments.get(key) {
            None if site.arguments.contains_key(&format!("{key}.$")) => Named::Dynamic,
            None => Named::Absent,
            Some(value) => match value.as_str() {
                Some(text) if !is_expression(text) => Named::Arn(self.arn(text, thing, arn)),
                _ => Named::Dynamic,
            },
        }
    }

    /// The ARN of what a text names.
    pub(super) fn arn(&mut self, text: &str, thing: Thing, arn: &dyn Fn(&str) -> String) -> String {
        if let Some(name) = placeholder(text) {
            self.found(name, thing);
            return arn(text);
        }
        let text = &text
            .replace("arn:aws:sns:${AwsRegion}", "arn:${Partition}:sns:${AwsRegion}")
            .replace("${AwsRegion}", "${Region}")
            .replace("${AwsAccountId}", "${Account}");
        for name in holes(text).filter(|name| !is_place(name)) {
            self.found(name, Thing::Text);
        }
        if let Some((name, kind)) = own_name(text, &thing) {
            let key: String = name.split(|it: char| !it.is_ascii_alphanumeric()).chain([kind]).collect();
            self.calls.names.insert(key.clone(), name.to_owned());
            self.found(&key, thing);
        }
        if text.starts_with("arn:") { text.to_owned() } else { arn(text) }
    }

    /// A placeholder stands for this.
    pub(super) fn found(&mut self, name: &str, thing: Thing) {
        let known = self.calls.things.get_mut(name);
        match (known, thing) {
            (None, thing) => {
                self.calls.things.insert(name.to_owned(), thing);
            }
            (Some(Thing::Function { timeout }), Thing::Function { timeout: more }) => {
                *timeout = (*timeout).max(more);
            }
            (Some(Thing::Table { key }), Thing::Table { key: more }) => {
                if key.is_empty() {
                    *key = more;
                }
            }
            (Some(known), thing) if *known == thing => {}
            (Some(_), Thing::Text) => {}
            (Some(known), thing) => {
                let problem = format!(
                    "`${{{name}}}` is {} in one state and {} in another; give one of them another name",
                    known.what(),
                    thing.what()
                );
                if !self.calls.problems.contains(&problem) {
                    self.calls.problems.push(problem);
                }
            }
        }
    }
}

impl Thing {
    /// What it is, in a sentence.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Function { .. } => "a Lambda function",
            Self::Table { .. } => "a DynamoDB table",
            Self::Topic => "an SNS topic",
            Self::Queue => "an SQS queue",
            Self::EventBus => "an EventBridge event bus",
            Self::StateMachine => "a state machine",
            Self::Bucket => "an S3 bucket",
            Self::Activity => "an activity",
            Self::Text => "a text",
        }
    }
}

/// The name of a thing in the account and the region of the deployment that a definition names itself, and
/// what it is.
fn own_name<'a>(text: &'a str, thing: &Thing) -> Option<(&'a str, &'static str)> {
    let (name, kind) = match thing {
        Thing::Table { .. } => (text, "Table"),
        Thing::EventBus if text != "default" => (text, "EventBus"),
        Thing::Topic => (text.strip_prefix("arn:${Partition}:sns:${Region}:${Account}:")?, "Topic"),
        Thing::Queue => (text.strip_prefix("https://sqs.${Region}.")?.split_once("/${Account}/")?.1, "Queue"),
        _ => return None,
    };
    (!name.contains([':', '$', '{'])).then_some((name, kind))
}

/// Whether a hole stands for a part of the place, in an ARN or in a definition.
pub(super) fn is_place(hole: &str) -> bool {
    ["Partition", "Region", "Account", "Stack", "StateMachine", "AwsRegion", "AwsAccountId"].contains(&hole)
}

/// Whether a text is JSONata, which only an execution can evaluate.
pub(super) fn is_expression(text: &str) -> bool {
    text.starts_with("{%")
}

/// `Name` in `${Name}`, where that is the whole text.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (!name.contains(['{', '}', '$'])).then_some(name)
}

/// The name of every `${Name}` in a text.
pub(super) fn holes(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}
