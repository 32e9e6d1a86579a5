//! Workers of activities: programs that ask Step Functions for work, and do it with the handlers of tasks.
//!
//! A task with `#[task(activity = "..")]` has no Lambda function. Its handler runs wherever a [`Worker`] does:
//! on a machine of your own, in a container, for as long as it takes.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html>)
//!
//! ```no_run
//! use std::error::Error;
//! use workflow_core::{Catalogue, States, worker};
//!
//! async fn work(catalogue: &Catalogue, client: aws_sdk_sfn::Client) -> Result<(), Box<dyn Error>> {
//!     // What the activities' names begin with: `shop-` where the stack is `shop`.
//!     let activities = "arn:aws:states:eu-central-1:111122223333:activity:shop-";
//!     let workers = worker::workers(catalogue, &client, activities, &States::default());
//!     // Goes on until the program is asked to end.
//!     worker::run_all(workers, std::future::pending()).await?;
//!     Ok(())
//! }
//! ```
//!
//! An error of a handler is sent as its name and its cause, a panic as `Panic`. While a handler works, its
//! worker sends heartbeats; where the execution does not wait any more, the handler is stopped. Its role needs
//! `states:GetActivityTask` on the activity, and `states:SendTaskSuccess`, `states:SendTaskFailure` and
//! `states:SendTaskHeartbeat` on `*`, for which AWS knows no resource.

use std::{collections::BTreeMap, fmt, future::Future, pin::pin, time::Duration};

use aws_sdk_sfn::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata as _, SdkError},
    operation::get_activity_task::GetActivityTaskError,
};
use futures_util::future::{Either, select, try_join_all};
use serde_json::Value;

use crate::{
    catalogue::Catalogue,
    contract::Handler,
    error::Failure,
    limits::check_result,
    task::{States, Task},
};

/// How often a heartbeat is sent where no state says how often it is expected.
const USUAL_HEARTBEAT: Duration = Duration::from_secs(10);
/// The longest pause after Step Functions could not be asked.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest error name and cause that Step Functions takes, in characters.
const LONGEST_ERROR: usize = 256;
const LONGEST_CAUSE: usize = 32_768;

/// Why a worker ended.
#[derive(Debug, thiserror::Error)]
#[error("there is no work to be had from {activity}: {cause}")]
pub struct WorkerError {
    /// The ARN of the activity.
    pub activity: String,
    /// What Step Functions said.
    pub cause: String,
}

/// Does the work of one activity, one piece after the other. Any number of workers may share an activity, in
/// one program or in many.
#[derive(Clone)]
pub struct Worker {
    client: Client,
    activity: String,
    handler: Handler,
    states: States,
    name: Option<String>,
    heartbeat: Duration,
}

/// The workers of all activities of a catalogue, one for each.
///
/// `prefix` stands before the name that the task gives, in the activity's ARN. What [`Executor::state`] is in
/// process, `states` is here.
///
/// [`Executor::state`]: crate::Executor::state
pub fn workers(catalogue: &Catalogue, client: &Client, prefix: &str, states: &States) -> Vec<Worker> {
    let mut workers = BTreeMap::new();
    for entry in catalogue {
        let definition = entry.definition();
        let machine = serde_json::to_value(&definition.machine).unwrap_or_default();
        for task in definition.tasks.iter().filter(|task| task.resource.is_activity()) {
            let name = task.resource.action();
            let expected = shortest_heartbeat(&machine, &task.resource.arn());
            let worker = workers.entry(name).or_insert_with(|| {
                let arn = format!("{prefix}{name}");
                Worker::new(client.clone(), arn, task.contract.handler(), states.clone())
            });
            if let Some(expected) = expected {
                worker.heartbeat = worker.heartbeat.min(Duration::from_secs(expected) / 2);
            }
        }
    }
    workers.into_values().collect()
}

/// The shortest heartbeat that a state of this resource waits for, in seconds.
fn shortest_heartbeat(json: &Value, resource: &str) -> Option<u64> {
    let inner: Vec<&Value> = match json {
        Value::Object(entries) => entries.values().collect(),
        Value::Array(elements) => elements.iter().collect(),
        _ => return None,
    };
    let own = (json["Resource"] == resource).then(|| json["HeartbeatSeconds"].as_u64()).flatten();
    inner.into_iter().filter_map(|json| shortest_heartbeat(json, resource)).chain(own).min()
}

/// Runs workers beside each other until `stop` is ready, and then until what they are at is done: as long as
/// their handlers take, and up to a minute in which Step Functions may still hand out work.
///
/// # Errors
///
/// When Step Functions refuses one of them, for example because there is no such activity.
pub async fn run_all(
    workers: impl IntoIterator<Item = Worker>,
    stop: impl Future<Output = ()>,
) -> Result<(), WorkerError> {
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let working = try_join_all(workers.into_iter().map(|worker| {
        let mut stopped = stopped.clone();
        async move {
            let stop = async {
                // It is gone where nobody can stop any more.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            worker.run(stop).await
        }
    }));
    match select(pin!(working), pin!(stop)).await {
        Either::Left((ended, _)) => ended.map(drop),
        Either::Right(((), working)) => {
            stopping.send_replace(true);
            working.await.map(drop)
        }
    }
}

impl Worker {
    /// A worker of this activity, which does the work of the task `T`.
    pub fn of<T: Task>(client: Client, activity: impl Into<String>, states: States) -> Self {
        let mut worker = Self::new(client, activity, Handler::of::<T>(), states);
        if let Some(expected) = T::policy().heartbeat {
            worker.heartbeat = worker.heartbeat.min(expected.duration() / 2);
        }
        worker
    }

    fn new(client: Client, activity: impl Into<String>, handler: Handler, states: States) -> Self {
        let activity = activity.into();
        Self { client, activity, handler, states, name: None, heartbeat: USUAL_HEARTBEAT }
    }

    /// A name for the execution's history, which says who took the work; at most 80 characters.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// How often a heartbeat is sent: half of what the state waits for where a number says that, at least every
    /// ten seconds without.
    #[must_use]
    pub fn heartbeat_every(self, heartbeat: Duration) -> Self {
        Self { heartbeat, ..self }
    }

    /// The ARN of the activity.
    pub fn activity(&self) -> &str {
        &self.activity
    }

    /// Asks for work and does it, until `stop` is ready: see [`run_all`].
    ///
    /// # Errors
    ///
    /// When Step Functions refuses, for example because there is no such activity. Where it does not answer,
    /// the worker tries again.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), WorkerError> {
        let mut stop = pin!(stop);
        let mut pause = Duration::from_secs(1);
        loop {
            // A request that is dropped may have been given work already, which nobody would do then.
            let asked = pin!(self.asked());
            let (asked, stopping) = match select(asked, stop.as_mut()).await {
                Either::Left((asked, _)) => (asked, false),
                Either::Right(((), asked)) => (asked.await, true),
            };
            match asked {
                Ok(Some((token, input))) => {
                    pause = Duration::from_secs(1);
                    self.done(&token, input).await;
                }
                Ok(None) => pause = Duration::from_secs(1),
                Err(error) if is_refused(&error) => {
                    let cause = DisplayErrorContext(&error).to_string();
                    return Err(WorkerError { activity: self.activity.clone(), cause });
                }
                Err(error) => {
                    let cause = DisplayErrorContext(&error).to_string();
                    tracing::warn!(
                        activity = self.activity,
                        cause,
                        "Step Functions cannot be asked for work"
                    );
                    if !stopping
                        && matches!(
                            select(pin!(tokio::time::sleep(pause)), stop.as_mut()).await,
                            Either::Right(_)
                        )
                    {
                        return Ok(());
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            // `stop` may not be asked again once it was ready.
            if stopping || is_ready(stop.as_mut()).await {
                return Ok(());
            }
        }
    }

    /// The next piece of work: its token and its input. Step Functions answers within a minute, where there is
    /// none too.
    async fn asked(&self) -> Result<Option<(String, String)>, SdkError<GetActivityTaskError>> {
        let ask =
            self.client.get_activity_task().activity_arn(&self.activity).set_worker_name(self.name.clone());
        let task = ask.send().await?;
        let input = task.input.unwrap_or_else(|| "{}".to_owned());
        Ok(task.task_token.filter(|token| !token.is_empty()).map(|token| (token, input)))
    }

    /// Does a piece of work and sends how it went. What Step Functions does not take is logged: the execution
    /// does not wait for it any more.
    async fn done(&self, token: &str, input: String) {
        let span = tracing::info_span!("activity", activity = self.activity);
        let handling = span.in_scope(|| self.handler.guarded(input, self.states.clone()));
        let Some(answered) = self.while_waited_for(token, handling).await else { return };
        let answered = answered.and_then(|result| check_result("activity", &result).map(|()| result));
        let sent = match answered {
            Ok(output) => {
                let send = self.client.send_task_success().task_token(token).output(output);
                send.send().await.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
            }
            Err(Failure { error, cause }) => {
                tracing::warn!(activity = self.activity, error, cause, "the handler failed");
                let send = self.client.send_task_failure().task_token(token);
                let send = send.error(first(&error, LONGEST_ERROR)).cause(first(&cause, LONGEST_CAUSE));
                send.send().await.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
            }
        };
        if let Err(cause) = sent {
            tracing::warn!(activity = self.activity, cause, "the result was not taken");
        }
    }

    /// What a handler answers; nothing, where the execution does not wait for it any more.
    async fn while_waited_for<R>(&self, token: &str, work: impl Future<Output = R>) -> Option<R> {
        let mut work = pin!(work);
        loop {
            let pause = pin!(tokio::time::sleep(self.heartbeat));
            if let Either::Left((result, _)) = select(work.as_mut(), pause).await {
                return Some(result);
            }
            let beat = self.client.send_task_heartbeat().task_token(token).send();
            let beat = match select(work.as_mut(), pin!(beat)).await {
                Either::Left((result, _)) => return Some(result),
                Either::Right((beat, _)) => beat,
            };
            let Err(error) = beat else { continue };
            let gone = error.as_service_error();
            if gone.is_some_and(|error| error.is_task_timed_out() || error.is_task_does_not_exist()) {
                tracing::warn!(
                    activity = self.activity,
                    "the execution waits no longer; the handler is stopped"
                );
                return None;
            }
            let cause = DisplayErrorContext(error).to_string();
            tracing::warn!(activity = self.activity, cause, "a heartbeat was not taken");
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("activity", &self.activity)
            .field("name", &self.name)
            .field("heartbeat", &self.heartbeat)
            .finish_non_exhaustive()
    }
}

/// Whether it is of no use to ask again: what was asked for is not there, or not allowed.
fn is_refused(error: &SdkError<GetActivityTaskError>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code().unwrap_or_default();
    let busy =
        code.contains("Throttl") || code == "ActivityWorkerLimitExceeded" || code == "RequestLimitExceeded";
    status.is_some_and(|status| (400..500).contains(&status) && status != 429) && !busy
}

async fn is_ready(mut future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

/// The first characters of a text.
fn first(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_shortest_heartbeat_is_found_in_branches_too() {
        let state = |seconds: u64| json!({ "Resource": "${Pack}", "HeartbeatSeconds": seconds });
        let other = json!({ "Resource": "${Ship}", "HeartbeatSeconds": 1 });
        let machine = json!({ "States": { "A": state(9), "B": { "Branches": [{ "States": { "C": state(7), "D": other } }] } } });
        assert_eq!(shortest_heartbeat(&machine, "${Pack}"), Some(7));
        assert_eq!(shortest_heartbeat(&machine, "${Fetch}"), None);
    }
}
