//! Who and where an execution is: names, limits, and the things outside that it may reach.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::Value;

use super::expression::Evaluation;
use crate::clock::Clock;

/// What a Standard execution may leave in its history.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>)
pub(super) const MAX_EVENTS: u64 = 25_000;
/// How many states an execution may enter: what keeps a loop of an Express workflow, which has no
/// limit of events, from running for ever.
const MAX_STEPS: u64 = 1_000_000;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) region: String,
    pub(super) account: String,
    pub(super) role_arn: Option<String>,
    pub(super) machine_name: String,
    pub(super) execution_name: Option<String>,
    pub(super) express: bool,
    pub(super) clock: Clock,
    pub(super) seed: Option<u64>,
    pub(super) history: bool,
    pub(super) max_events: Option<u64>,
    pub(super) max_steps: u64,
    /// What an ItemReader reads: `bucket/key` and the object's text.
    pub(super) objects: BTreeMap<String, String>,
    /// What is listed of objects whose texts are not given, by `bucket/prefix`.
    pub(super) listings: BTreeMap<String, Vec<Value>>,
    /// A context object that stands for the execution's own.
    pub(super) context: Option<Value>,
    pub(super) observer: Option<Observer>,
}

/// Is told of every expression that was evaluated.
#[derive(Clone)]
pub(super) struct Observer(pub(super) Arc<dyn Fn(&Evaluation<'_>) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            role_arn: Some("arn:aws:iam::123456789012:role/execution".to_owned()),
            machine_name: "machine".to_owned(),
            execution_name: None,
            express: false,
            clock: Clock::Real,
            seed: None,
            history: true,
            max_events: Some(MAX_EVENTS),
            max_steps: MAX_STEPS,
            objects: BTreeMap::new(),
            listings: BTreeMap::new(),
            context: None,
            observer: None,
        }
    }
}

impl Settings {
    pub(super) fn execution_name(&self) -> &str {
        self.execution_name.as_deref().unwrap_or("execution")
    }

    pub(super) fn machine_id(&self) -> String {
        self.arn("stateMachine", &self.machine_name)
    }

    /// The ARN of the state machine of a distributed Map's children.
    pub(super) fn child_machine_id(&self, label: &str) -> String {
        self.arn("stateMachine", &format!("{}/{label}", self.machine_name))
    }

    /// The ARN of the execution, or of a child of a distributed Map: its name and the Map's label.
    pub(super) fn execution_id(&self, child: Option<&(String, String)>) -> String {
        match child {
            Some((name, label)) => self.arn("execution", &format!("{}/{label}:{name}", self.machine_name)),
            // The last part of an Express execution's ARN tells executions of one name apart.
            None if self.express => {
                self.arn("express", &format!("{}:{}:{}", self.machine_name, self.execution_name(), "1"))
            }
            None => self.arn("execution", &format!("{}:{}", self.machine_name, self.execution_name())),
        }
    }

    pub(super) fn map_run_arn(&self, label: &str, run: &str) -> String {
        self.arn("mapRun", &format!("{}/{label}:{run}", self.machine_name))
    }

    fn arn(&self, kind: &str, rest: &str) -> String {
        format!("arn:aws:states:{}:{}:{kind}:{rest}", self.region, self.account)
    }
}
