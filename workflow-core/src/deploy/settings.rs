//! What is deployed: the workflows of a catalogue and everything that they call.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{catalogue::CatalogueEntry, schema, workflow::WorkflowKind};

use super::{
    calls::{Calls, Known, Need, Thing, holes, placeholder},
    policy::Policy,
    requests::{API_RESOURCES, Request},
    triggers::Trigger,
};

/// What a catalogue does not say of its deployment.
///
/// ```
/// use workflow_core::deploy::Settings;
///
/// let settings = Settings::new("shop")
///     .variable("SHOP_DB", "/tmp/shop.sqlite", "The SQLite file of the handlers")
///     .allow("textract:AnalyzeDocument", ["*"])
///     .key("Orders", [("OrderId", "S")]);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) name: String,
    pub(super) variables: Vec<Variable>,
    pub(super) known: Known,
    pub(super) grants: BTreeMap<String, Vec<(String, String)>>,
    pub(super) kept: Vec<(String, String)>,
    pub(super) existing: Vec<String>,
    /// The workflow, the source and the detail type.
    pub(super) events: Vec<(String, String, String)>,
    /// The workflows that a request starts.
    pub(super) requests: Vec<String>,
}

/// An environment variable of every Lambda function, which whoever deploys may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, such as `ORDER_DB`.
    pub name: String,
    /// Its value where nobody sets it.
    pub default: String,
    /// What it is for.
    pub description: String,
}

impl Settings {
    /// The settings of a stack that is named like this, where nobody gives it another name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            variables: Vec::new(),
            known: Known { qualifier: ":*".to_owned(), ..Known::default() },
            grants: BTreeMap::new(),
            kept: Vec::new(),
            existing: Vec::new(),
            events: Vec::new(),
            requests: Vec::new(),
        }
    }

    /// Gives every function an environment variable.
    #[must_use]
    pub fn variable(
        mut self,
        name: impl Into<String>,
        default: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        let (name, default, description) = (name.into(), default.into(), description.into());
        self.variables.push(Variable { name, default, description });
        self
    }

    /// Says what an action of a state machine may be done to, where an expression in the definition
    /// decides it.
    #[must_use]
    pub fn allow(
        mut self,
        action: impl Into<String>,
        resources: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.known.allowed.insert(action.into(), resources.into_iter().map(Into::into).collect());
        self
    }

    /// Says the key of a table: the partition key, and a sort key if it has one, each with its type.
    #[must_use]
    pub fn key(
        mut self,
        table: impl Into<String>,
        attributes: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        let attributes = attributes.into_iter().map(|(name, ty)| (name.to_owned(), ty.to_owned()));
        self.known.keys.insert(table.into(), attributes.collect());
        self
    }

    /// Says that a table, a topic, a queue or an event bus which a definition names exists without the
    /// deployment.
    #[must_use]
    pub fn existing(mut self, name: impl Into<String>) -> Self {
        self.existing.push(name.into());
        self
    }

    /// Keeps a function that a workflow does not call any more, and the permission to call it, for the
    /// executions that still run: they call the versions that the function has, and the role is theirs too.
    #[must_use]
    pub fn keep(mut self, workflow: impl Into<String>, function: impl Into<String>) -> Self {
        self.kept.push((workflow.into(), function.into()));
        self
    }

    /// Allows the handler behind a function an action of its own.
    #[must_use]
    pub fn grant(
        mut self,
        function: impl Into<String>,
        action: impl Into<String>,
        resource: impl Into<String>,
    ) -> Self {
        self.grants.entry(function.into()).or_default().push((action.into(), resource.into()));
        self
    }
}

/// A state machine of a [`Deployment`].
#[derive(Clone, Debug)]
pub struct Machine {
    /// The name of the workflow.
    pub name: String,
    /// What the workflow's doc comment says.
    pub comment: String,
    /// Standard or Express.
    pub kind: WorkflowKind,
    /// The definition, with its placeholders.
    pub definition: Value,
    /// What it asks AWS for, logs and traces included.
    pub calls: Calls,
    /// What starts it by itself.
    pub triggers: Vec<Trigger>,
    /// The method of an API that starts it.
    pub request: Option<Request>,
}

impl Machine {
    /// What its role allows.
    pub fn policy(&self) -> Policy {
        Policy::of(&self.calls.needs)
    }
}

/// A Lambda function of a [`Deployment`].
#[derive(Clone, Debug)]
pub struct Function {
    /// The placeholder that it stands behind, and what the program is told by `WORKFLOW_FUNCTION`.
    pub name: String,
    /// The longest that one invocation may run, in seconds.
    pub timeout: u64,
    /// What its handler needs: its log, its traces and what [`Settings::grant`] says.
    pub needs: Vec<Need>,
}

impl Function {
    /// What its role allows.
    pub fn policy(&self) -> Policy {
        Policy::of(&self.needs)
    }
}

/// The workflows of a catalogue and everything that they call.
#[derive(Clone, Debug)]
pub struct Deployment {
    pub(super) settings: Settings,
    pub(super) machines: Vec<Machine>,
    pub(super) functions: Vec<Function>,
    pub(super) things: BTreeMap<String, Thing>,
    /// The names of things that a definition names itself.
    pub(super) names: BTreeMap<String, String>,
}

/// Why there is no deployment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing can be deployed:{}", .problems.iter().map(|problem| format!("\n  {problem}")).collect::<String>())]
pub struct DeployError {
    /// Everything that is wrong, each with what to do about it.
    pub problems: Vec<String>,
}

/// What Step Functions may run for at most, where a state says nothing: a Lambda function's own limit.
const LONGEST_INVOCATION: u64 = 900;
/// What a function runs for at most where no state limits it.
const USUAL_INVOCATION: u64 = 60;

impl Deployment {
    /// The deployment of these workflows.
    ///
    /// # Errors
    ///
    /// When a definition does not say what it calls, or says something twice in different ways.
    pub fn new<'a>(
        settings: Settings,
        entries: impl IntoIterator<Item = &'a CatalogueEntry>,
    ) -> Result<Self, DeployError> {
        let mut machines = Vec::new();
        let mut problems = Vec::new();
        let mut schemas = BTreeMap::new();
        for entry in entries {
            schemas.insert(entry.meta().name, schema::of(entry));
            let (meta, definition) = (entry.meta(), entry.definition());
            problems.extend(definition.problems.iter().map(|problem| format!("{}: {problem}", meta.name)));
            match serde_json::to_value(&definition.machine) {
                Ok(json) => machines.push((meta.name, meta.comment, meta.kind, json)),
                Err(error) => problems.push(format!("{}: {error}", meta.name)),
            }
        }
        if problems.is_empty() {
            Self::with_schemas(settings, machines, &schemas)
        } else {
            Err(DeployError { problems })
        }
    }

    /// The deployment of definitions: the name, the description and the kind of each, and its JSON.
    ///
    /// # Errors
    ///
    /// As [`Deployment::new`].
    pub fn of<'a>(
        settings: Settings,
        definitions: impl IntoIterator<Item = (&'a str, &'a str, WorkflowKind, Value)>,
    ) -> Result<Self, DeployError> {
        Self::with_schemas(settings, definitions, &BTreeMap::new())
    }

    pub(super) fn with_schemas<'a>(
        settings: Settings,
        definitions: impl IntoIterator<Item = (&'a str, &'a str, WorkflowKind, Value)>,
        schemas: &BTreeMap<&str, Value>,
    ) -> Result<Self, DeployError> {
        let mut problems = Vec::new();
        let mut machines = Vec::new();
        // Gathers the things of all definitions, so that what two of them disagree on is told.
        let mut all = super::calls::Reader { known: &settings.known, calls: Calls::default() };
        for (name, comment, kind, definition) in definitions {
            let mut calls = Calls::of(&definition, &settings.known);
            problems.extend(calls.problems.iter().map(|problem| format!("{name}: {problem}")));
            calls.things.iter().for_each(|(placeholder, thing)| all.found(placeholder, thing.clone()));
            all.calls.names.extend(calls.names.clone());
            for (_, function) in settings.kept.iter().filter(|(workflow, _)| workflow == name) {
                calls.need(need("lambda:InvokeFunction", function_arn(function), "executions that run"));
            }
            machine_needs().for_each(|need| calls.need(need));
            for (table, index) in &calls.indexes {
                let bare = placeholder(table).unwrap_or(table);
                if !settings.existing.iter().any(|existing| existing == bare) {
                    problems.push(format!(
                        "{name}: the index `{index}` of the table `{table}` is queried, and no definition says its \
                         keys; make the table elsewhere, and say so: `.existing(\"{bare}\")`"
                    ));
                }
            }
            // Terraform's `templatefile` would read it as a directive.
            if definition.to_string().contains("%{") {
                problems.push(format!(
                    "{name}: a text holds `%{{`, which Terraform cannot write; put it into a task"
                ));
            }
            let triggers = settings.triggers(name, schemas.get(name));
            let request = settings.request(name, schemas.get(name));
            let (name, comment) = (name.to_owned(), comment.to_owned());
            machines.push(Machine { name, comment, kind, definition, calls, triggers, request });
        }
        for (_, function) in &settings.kept {
            all.found(function, Thing::Function { timeout: None });
        }
        problems.append(&mut all.calls.problems);
        let (mut things, names) = (all.calls.things, all.calls.names);
        things.retain(|key, _| names.get(key).is_none_or(|name| !settings.existing.contains(name)));
        for (name, thing) in &things {
            if matches!(thing, Thing::Table { key } if key.is_empty()) {
                let table = names.get(name).unwrap_or(name);
                problems.push(format!(
                    "no state shows the key of the table `{table}`; say it: `.key(\"{table}\", [(\"Id\", \"S\")])`"
                ));
            }
            if !name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') {
                problems
                    .push(format!("`${{{name}}}` cannot be the name of a resource; use letters and digits"));
            }
        }
        let rules = machines.iter().map(|machine| (machine.name.as_str(), machine.triggers.as_slice()));
        problems.extend(settings.trigger_problems(rules));
        problems.extend(settings.request_problems(&machines));
        problems.extend(shared_names(&machines, &things));
        let functions = functions(&settings, &things);
        if problems.is_empty() {
            Ok(Self { settings, machines, functions, things, names })
        } else {
            Err(DeployError { problems })
        }
    }

    /// The state machines, in the order of the catalogue.
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// The Lambda functions, by name.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// What stands behind each placeholder of all definitions.
    pub fn things(&self) -> &BTreeMap<String, Thing> {
        &self.things
    }

    /// The state machine of this deployment that a placeholder names: `${OrderFulfillment}` or
    /// `${OrderFulfillmentStateMachine}` for `order-fulfillment`.
    pub(super) fn machine_behind(&self, placeholder: &str) -> Option<&Machine> {
        let bare = placeholder.strip_suffix("StateMachine").unwrap_or(placeholder);
        self.machines.iter().find(|machine| [placeholder, bare].contains(&logical(&machine.name).as_str()))
    }

    /// Whether what stands behind a placeholder exists outside of this deployment.
    pub(super) fn is_given(&self, placeholder: &str) -> bool {
        match self.things.get(placeholder) {
            Some(Thing::StateMachine) => self.machine_behind(placeholder).is_none(),
            Some(Thing::Bucket | Thing::Text) | None => true,
            Some(_) => false,
        }
    }

    /// The name of what stands behind a placeholder, with the hole `${Stack}`; its own where a definition
    /// gives one.
    pub(super) fn name_of(&self, placeholder: &str) -> String {
        if let Some(name) = self.names.get(placeholder) {
            return name.clone();
        }
        match self.machine_behind(placeholder) {
            Some(machine) if self.things.get(placeholder) == Some(&Thing::StateMachine) => {
                format!("${{Stack}}-{}", machine.name)
            }
            _ => format!("${{Stack}}-{placeholder}"),
        }
    }

    /// What a definition is given for a placeholder, with holes for the place; nothing for a function,
    /// whose version only the deploying tool knows, and for a queue, whose URL has more than one form.
    pub(super) fn substitution(&self, placeholder: &str) -> Option<String> {
        let arn = |service: &str, kind: &str| {
            Some(format!("arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{kind}${{{placeholder}}}"))
        };
        match placeholder {
            "AwsRegion" => return Some("${Region}".to_owned()),
            "AwsAccountId" => return Some("${Account}".to_owned()),
            _ => {}
        }
        match self.things.get(placeholder)? {
            Thing::Function { .. } | Thing::Queue => None,
            Thing::Topic => arn("sns", ""),
            Thing::StateMachine => arn("states", "stateMachine:"),
            Thing::Activity => arn("states", "activity:"),
            Thing::Table { .. } | Thing::EventBus | Thing::Bucket | Thing::Text => {
                Some(format!("${{{placeholder}}}"))
            }
        }
    }

    /// The placeholders of a definition, in order.
    pub(super) fn placeholders(machine: &Machine) -> Vec<String> {
        let text = machine.definition.to_string();
        let mut names: Vec<String> = holes(&text).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A name as a logical id of CloudFormation: `OrderFulfillment` for `order-fulfillment`.
pub(super) fn logical(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters).collect::<String>()
        })
        .collect()
}

fn need(action: &str, resource: impl Into<String>, state: &str) -> Need {
    Need { action: action.to_owned(), resource: resource.into(), condition: None, state: state.to_owned() }
}

/// Every version of a function.
fn function_arn(name: &str) -> String {
    format!("arn:${{Partition}}:lambda:${{Region}}:${{Account}}:function:${{{name}}}:*")
}

/// What every state machine needs: to trace, and to have its log delivered. AWS knows no resource for
/// either. (<https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy>)
fn machine_needs() -> impl Iterator<Item = Need> {
    let logs = [
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
    ];
    let traces = [
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
    ];
    let logs = logs.into_iter().map(|action| need(action, "*", "its log"));
    logs.chain(traces.into_iter().map(|action| need(action, "*", "its traces")))
}

/// What every function needs: its own log, and to trace, for which AWS knows no resource.
fn function_needs(name: &str) -> impl Iterator<Item = Need> {
    let log = format!("arn:${{Partition}}:logs:${{Region}}:${{Account}}:log-group:{}:*", function_log(name));
    [
        need("logs:CreateLogStream", log.clone(), "its log"),
        need("logs:PutLogEvents", log, "its log"),
        need("xray:PutTraceSegments", "*", "its traces"),
        need("xray:PutTelemetryRecords", "*", "its traces"),
    ]
    .into_iter()
}

/// The log group of a function.
pub(super) fn function_log(name: &str) -> String {
    format!("/aws/lambda/${{Stack}}-{name}")
}

/// The log group of a state machine. Log groups of this prefix need no place in the account's one
/// resource policy, which is small.
pub(super) fn machine_log(name: &str) -> String {
    format!("/aws/vendedlogs/states/${{Stack}}-{name}")
}

/// What the names of a state machine's resources add to its own.
const MACHINE_RESOURCES: [&str; 10] = [
    "",
    "Logs",
    "Role",
    "ExecutionsFailed",
    "ExecutionsTimedOut",
    "StarterRole",
    "RequestRole",
    "RequestPath",
    "RequestModel",
    "RequestMethod",
];

/// What would be one resource of a template, though it is two: each thing brings resources whose names
/// begin with its own.
fn shared_names(machines: &[Machine], things: &BTreeMap<String, Thing>) -> Vec<String> {
    let things = things.iter().map(|(name, thing)| match thing {
        Thing::Function { .. } => (name, &["", "Logs", "Role"][..]),
        Thing::StateMachine => (name, &[][..]),
        _ => (name, &[""][..]),
    });
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    if machines.iter().any(|machine| machine.request.is_some()) {
        owners.extend(API_RESOURCES.map(|name| (name.to_owned(), name)));
    }
    let machines = machines.iter().map(|machine| (&machine.name, &MACHINE_RESOURCES[..]));
    let mut problems = Vec::new();
    for (name, suffixes) in things.chain(machines) {
        for suffix in suffixes {
            let id = format!("{}{suffix}", logical(name));
            if let Some(other) = owners.insert(id.clone(), name) {
                problems.push(format!("`{other}` and `{name}` would both be the resource {id}; rename one"));
            }
        }
    }
    problems
}

fn functions(settings: &Settings, things: &BTreeMap<String, Thing>) -> Vec<Function> {
    let functions = things.iter().filter_map(|(name, thing)| match thing {
        Thing::Function { timeout } => Some((name, *timeout)),
        _ => None,
    });
    functions
        .map(|(name, timeout)| {
            let granted = settings.grants.get(name).into_iter().flatten();
            let granted = granted.map(|(action, resource)| need(action, resource, name));
            Function {
                name: name.clone(),
                timeout: timeout.unwrap_or(USUAL_INVOCATION).clamp(1, LONGEST_INVOCATION),
                needs: function_needs(name).chain(granted).collect(),
            }
        })
        .collect()
}
