//! Executions that an execution starts: they live in the same time, and have a history of their own.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize},
    task::{self, Poll},
};

use serde_json::{Map, Value, json};

use crate::{
    child::ChildArguments,
    error::{Failure, PlatformError},
    history::{Outcome, Status, TaskOutput, Text},
    native::{Context, MapRun, NoAnswer, Report, decode_input, refused, run_in, tape::Entry},
    workflow::Workflow,
};

/// An execution that a workflow started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChildExecution {
    /// The name of its workflow.
    pub workflow: &'static str,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub id: String,
    /// Its input as JSON text.
    pub input: Text,
    /// What became of it.
    pub report: Report,
}

/// What an execution shares with all that it starts, directly or not.
#[derive(Default)]
pub(super) struct Family {
    /// Handlers that wait for something outside: while there is one, virtual time stands still.
    pub(super) in_flight: AtomicUsize,
    /// Those that nobody waits for.
    running: Mutex<Vec<Detached>>,
    /// All, in the order in which they were started.
    members: Mutex<Vec<Member>>,
    /// The runs of distributed Maps, in the order in which they ended.
    map_runs: Mutex<Vec<MapRun>>,
}

type Detached = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Member {
    workflow: &'static str,
    name: String,
    id: String,
    input: Text,
    report: Option<Report>,
}

impl Family {
    /// Polls those that nobody waits for. Ready when all have ended.
    pub(super) fn poll(&self, cx: &mut task::Context<'_>) -> Poll<()> {
        // What runs may start others, so the list is not held meanwhile.
        let mut running = std::mem::take(&mut *lock(&self.running));
        running.retain_mut(|child| child.as_mut().poll(cx).is_pending());
        let mut list = lock(&self.running);
        let started = std::mem::replace(&mut *list, running);
        let more = !started.is_empty();
        list.extend(started);
        if more {
            cx.waker().wake_by_ref();
        }
        if list.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Drops those that nobody waits for.
    pub(super) fn stop(&self) {
        let running = std::mem::take(&mut *lock(&self.running));
        drop(running);
    }

    pub(super) fn add_map_run(&self, run: MapRun) {
        lock(&self.map_runs).push(run);
    }

    pub(super) fn take_map_runs(&self) -> Vec<MapRun> {
        std::mem::take(&mut *lock(&self.map_runs))
    }

    /// Those that have ended, in the order in which they were started.
    pub(super) fn take(&self) -> Vec<ChildExecution> {
        let members = std::mem::take(&mut *lock(&self.members));
        let ended = members.into_iter().filter_map(|member| {
            let Member { workflow, name, id, input, report } = member;
            report.map(|report| ChildExecution { workflow, name, id, input, report })
        });
        ended.collect()
    }
}

/// A child on its way.
struct Child {
    place: usize,
    id: String,
    context: Context,
    report: Pin<Box<dyn Future<Output = Report> + Send>>,
}

/// Why no child was started.
enum NoChild {
    /// One of this name runs, with the same input.
    Runs(String),
    Failed(Failure),
}

impl Context {
    /// Starts an execution of `W`, which does not run yet.
    fn child<W: Workflow>(&self, payload: &str) -> Result<Child, NoChild> {
        let arguments: ChildArguments = serde_json::from_str(payload).map_err(|error| {
            NoChild::Failed(Failure::new("StepFunctions.ValidationException", error.to_string()))
        })?;
        let input = Text::from(arguments.input.to_string());
        let context = self.descend(&W::META, W::definition(), input.clone(), arguments.name);
        let about = context.execution();
        let mut members = lock(&self.shared.family.members);
        if let Some(known) = members.iter().find(|member| member.id == about.id) {
            return Err(if known.report.is_none() && known.input == input {
                NoChild::Runs(known.id.clone())
            } else {
                let cause = format!("Execution Already Exists: '{}'", known.id);
                NoChild::Failed(Failure::new("StepFunctions.ExecutionAlreadyExistsException", cause))
            });
        }
        let (name, id) = (about.name.clone(), about.id.clone());
        let member =
            Member { workflow: W::META.name, name, id: id.clone(), input: input.clone(), report: None };
        members.push(member);
        let place = members.len() - 1;
        drop(members);
        let running = context.clone();
        let report = Box::pin(async move {
            match decode_input::<W::Arguments>(&W::META, &input) {
                Ok(arguments) => run_in::<W>(&running, arguments).await,
                Err(error) => refused(error),
            }
        });
        Ok(Child { place, id, context, report })
    }

    /// Runs an execution of `W` to its end: an attempt of
    /// [`start_sync`](crate::Start::start_sync).
    pub(crate) async fn start_sync<W: Workflow>(&self, payload: &str) -> Result<Text, NoAnswer> {
        let child = match self.child::<W>(payload) {
            Ok(child) => child,
            Err(NoChild::Failed(failure)) => return Err(NoAnswer::Failed(failure)),
            Err(NoChild::Runs(id)) => {
                let cause = format!("Execution Already Exists: '{id}'");
                let failure = Failure::new("StepFunctions.ExecutionAlreadyExistsException", cause);
                return Err(NoAnswer::Failed(failure));
            }
        };
        let Child { place, id, context, report } = child;
        let started =
            json!({ "ExecutionArn": id, "StartDate": context.execution().start_time().as_millis() });
        self.tick().tape.push(Entry::Submitted(TaskOutput::Json(started.to_string().into())));
        let report = report.await;
        let aborted = report.aborted.clone();
        let described = described(&context, &report.outcome);
        let status = report.outcome.status;
        if let Some(member) = lock(&self.shared.family.members).get_mut(place) {
            member.report = Some(report);
        }
        match (aborted, status) {
            (Some(error), _) => Err(NoAnswer::Abort(error)),
            (None, Status::Succeeded) => Ok(described.into()),
            (None, _) => Err(NoAnswer::Failed(Failure::new(PlatformError::TASK_FAILED.as_str(), described))),
        }
    }

    /// Starts an execution of `W` that runs by itself: an attempt of [`start`](crate::Start::start).
    pub(crate) fn start_only<W: Workflow>(&self, payload: &str) -> Result<Text, NoAnswer> {
        let now = self.shared.clock.now().as_millis();
        let started = |id: &str| Ok(json!({ "ExecutionArn": id, "StartDate": now }).to_string().into());
        let Child { place, id, report, .. } = match self.child::<W>(payload) {
            Ok(child) => child,
            Err(NoChild::Runs(id)) => return started(&id),
            Err(NoChild::Failed(failure)) => return Err(NoAnswer::Failed(failure)),
        };
        // A child that held its family would never be dropped.
        let family = Arc::downgrade(&self.shared.family);
        lock(&self.shared.family.running).push(Box::pin(async move {
            let report = report.await;
            if let Some(family) = family.upgrade()
                && let Some(member) = lock(&family.members).get_mut(place)
            {
                member.report = Some(report);
            }
        }));
        started(&id)
    }
}

/// What `DescribeExecution` tells of a child that has ended, as `.sync:2` gives it.
fn described(context: &Context, outcome: &Outcome) -> String {
    let about = context.execution();
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let mut described = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            described.insert(key.to_owned(), value);
        }
    };
    put("Cause", json!(outcome.cause));
    put("Error", json!(outcome.error));
    put("ExecutionArn", json!(about.id));
    put("Input", json(&context.input()));
    put("InputDetails", json!({ "Included": true }));
    put("Name", json!(about.name));
    if let Some(output) = &outcome.output {
        described.insert("Output".to_owned(), json(output));
        described.insert("OutputDetails".to_owned(), json!({ "Included": true }));
    }
    let mut put = |key: &str, value: Value| described.insert(key.to_owned(), value);
    put("StartDate", json!(about.start_time.as_millis()));
    put("StateMachineArn", json!(about.state_machine_id));
    put("Status", json!(outcome.status));
    put("StopDate", json!(context.shared.clock.now().as_millis()));
    Value::Object(described).to_string()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
