//! The context object, which most executions never read: it is put together when somebody asks.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>)

use std::cell::{Cell, OnceCell};

use serde_json::{Map, Value, json};

use super::{data::Data, settings::Settings, time, variables::Variables};
use crate::{environment::Scope, time::Timestamp};

/// An execution: the one that was asked for, or a child of a distributed Map.
#[derive(Debug)]
pub(super) struct ExecutionScope {
    pub(super) input: Data,
    pub(super) started: Timestamp,
    /// The name of a child and the label of its Map.
    pub(super) child: Option<(String, String)>,
    /// How many events there were.
    pub(super) events: u64,
    pub(super) recorded: bool,
}

/// The item that an iteration of a Map works on.
#[derive(Debug)]
pub(super) struct MapItem {
    pub(super) index: usize,
    pub(super) value: Data,
    pub(super) key: Option<String>,
}

/// What the expressions of a state may read besides its data.
pub(super) struct StateScope<'a> {
    pub(super) settings: &'a Settings,
    pub(super) execution: &'a ExecutionScope,
    pub(super) variables: &'a Variables,
    pub(super) state: &'a str,
    pub(super) entered: Timestamp,
    /// How often the state was retried, where it can be.
    pub(super) retries: Option<u32>,
    pub(super) item: Option<&'a MapItem>,
    pub(super) token: Option<&'a str>,
    pub(super) now: Timestamp,
    pub(super) drawn: &'a Cell<u64>,
    pub(super) built: OnceCell<Value>,
}

impl StateScope<'_> {
    fn build(&self) -> Value {
        if let Some(context) = &self.settings.context {
            // A caller of TestState gave it, and it is taken as it is.
            return context.clone();
        }
        let settings = self.settings;
        let mut execution = Map::new();
        execution.insert("Id".to_owned(), settings.execution_id(self.execution.child.as_ref()).into());
        execution.insert("Input".to_owned(), Value::clone(&self.execution.input));
        execution.insert("StartTime".to_owned(), time::format(self.execution.started).into());
        let name = self.execution.child.as_ref().map_or(settings.execution_name(), |(name, _)| name);
        execution.insert("Name".to_owned(), name.into());
        execution.insert("RoleArn".to_owned(), settings.role_arn.clone().map_or(Value::Null, Value::from));
        if !settings.express {
            execution.insert("RedriveCount".to_owned(), 0.into());
        }
        let mut context = Map::new();
        context.insert("Execution".to_owned(), Value::Object(execution));
        let machine = json!({ "Id": settings.machine_id(), "Name": settings.machine_name });
        context.insert("StateMachine".to_owned(), machine);
        self.add_state(&mut context);
        Value::Object(context)
    }

    fn add_state(&self, context: &mut Map<String, Value>) {
        let mut state = json!({ "Name": self.state, "EnteredTime": time::format(self.entered) });
        if let (Some(retries), Some(state)) = (self.retries, state.as_object_mut()) {
            state.insert("RetryCount".to_owned(), retries.into());
        }
        context.insert("State".to_owned(), state);
        if let Some(token) = self.token {
            context.insert("Task".to_owned(), json!({ "Token": token }));
        }
        if let Some(item) = self.item {
            let mut map_item = json!({ "Index": item.index, "Value": Value::clone(&item.value) });
            if let (Some(key), Some(map_item)) = (&item.key, map_item.as_object_mut()) {
                map_item.insert("Key".to_owned(), key.as_str().into());
            }
            context.insert("Map".to_owned(), json!({ "Item": map_item }));
        }
    }
}

impl Scope for StateScope<'_> {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name).map(|data| &**data)
    }

    fn context(&self) -> &Value {
        self.built.get_or_init(|| self.build())
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn random(&self) -> u64 {
        let mut random = fastrand::Rng::with_seed(self.drawn.get());
        let bits = random.u64(..);
        self.drawn.set(random.get_seed());
        bits
    }
}
