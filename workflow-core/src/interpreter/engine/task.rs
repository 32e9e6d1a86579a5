//! Task states: an attempt is scheduled, its handler asked, and its answer told.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use super::{
    End, Engine, Frame, InFlight, Phase, Step, answer_of, data_flow::NumberKind, panicked, poll_work,
    recording::later,
};
use crate::{
    history::{Detail, Parameters, TaskOutput, TaskResource, TaskStep, Text},
    interpreter::{
        data::Data,
        fault::{Failure, Fault},
        handler::{Answer, TaskCall, Work},
        inspection::Station,
        machine::{Kind, Pattern, ResourceKind, State, Task},
        report::InterpreterError,
    },
    limits::too_large,
    resource::Resource,
    retry::Seconds,
};

impl<'m> Engine<'m> {
    pub(super) fn begin_task(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        task: &'m Task,
    ) -> Result<Step, Fault> {
        let token = self.token(task);
        let effective = self.effective_input(frame, state)?;
        let input = self.parameters(frame, state, effective.clone(), token.as_deref())?;
        let timeout = self.number(frame, task.timeout.as_ref(), &effective, NumberKind::Whole)?;
        let heartbeat = self.number(frame, task.heartbeat.as_ref(), &effective, NumberKind::Whole)?;
        let credentials = match &task.credentials {
            Some(template) => {
                let scope = self.scope(frame, token.as_deref());
                let surroundings = crate::interpreter::expression::Surroundings::new(&effective, &scope);
                Some(template.data(&surroundings)?)
            }
            None => None,
        };
        if input.is_too_large() {
            let what = resource_name(task);
            let cause = format!(
                "The state/task '{what}' was given a payload with a size exceeding the maximum number of bytes service limit."
            );
            return Err(Fault::Failed(Failure::new("States.DataLimitExceeded", cause)));
        }
        let answer = self.ask(frame, state, task, &input, token.as_deref());
        frame.missed = answer.as_ref().and_then(|answer| answer.missed);
        self.scheduled(frame, task, &input, timeout, heartbeat, credentials.as_ref());
        let Some(Answer { work, submitted, after, beats, .. }) = answer else {
            return Ok(Step::Block);
        };
        let waits = !matches!(&work, Work::Now(Err(_)) | Work::Later(_) | Work::Awaited(_) | Work::Abort(_));
        let pattern = match &task.resource.kind {
            ResourceKind::Service { pattern, .. } => *pattern,
            _ => Pattern::RequestResponse,
        };
        if pattern != Pattern::RequestResponse && (submitted.is_some() || waits) {
            let output = submitted.map_or(Text::Static("{}"), |data| data.text());
            let resource = service(task);
            frame.last = self.record(frame.scope, frame.last, || Detail::TaskSubmitted {
                resource: resource.unwrap_or(TaskResource::Known(Resource::LAMBDA_INVOKE)),
                output: TaskOutput::Json(output),
            });
        }
        let missed = heartbeat.filter(|&most| beats.is_none_or(|beats| beats.as_secs_f64() > most));
        let limit = [timeout, missed].into_iter().flatten().reduce(f64::min);
        let deadline = limit.map(|limit| self.now + Duration::from_secs_f64(limit.clamp(0.0, 1e10)));
        Ok(self.attempt(number, frame, work, after, deadline))
    }

    /// What an attempt waits for.
    fn attempt(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        work: Work,
        after: Duration,
        deadline: Option<Duration>,
    ) -> Step {
        let answer = match work {
            Work::Abort(message) => {
                let state = frame.state().name.to_string();
                self.end.get_or_insert(End::Aborted(InterpreterError::Handler { state, message }));
                return Step::Block;
            }
            Work::Now(answer) if after.is_zero() => {
                frame.phase = Phase::Answered(answer_of(answer));
                if frame.parent.is_none() {
                    return Step::Stay;
                }
                // An attempt takes its time: what runs beside it comes first.
                self.ready.push_back((number, frame.serial));
                return Step::Block;
            }
            Work::Now(answer) => Some(answer),
            Work::Never => None,
            Work::Later(_) | Work::Awaited(_) => {
                let awaited = matches!(work, Work::Awaited(_));
                let (Work::Later(mut work) | Work::Awaited(mut work)) = work else { return Step::Block };
                let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
                match poll_work(&mut work, &mut cx) {
                    std::task::Poll::Ready(answer) => {
                        return self.attempt(number, frame, Work::Now(answer), after, deadline);
                    }
                    std::task::Poll::Pending => {
                        let generation = self.begin_stay(frame);
                        self.in_flight.push(InFlight { frame: number, generation, work, awaited });
                        if let Some(deadline) = deadline {
                            self.alarm(deadline, number, generation);
                        }
                        frame.phase = Phase::Attempt { answer: None, deadline };
                        return Step::Block;
                    }
                }
            }
        };
        let answered = answer.is_some().then(|| self.now.saturating_add(after));
        if let Some(at) = [answered, deadline].into_iter().flatten().min() {
            self.wake_at(at, number, frame);
        } else {
            self.begin_stay(frame);
        }
        frame.phase = Phase::Attempt { answer, deadline };
        Step::Block
    }

    /// A token where something outside may need one to answer with.
    fn token(&mut self, task: &Task) -> Option<String> {
        let needed = match &task.resource.kind {
            ResourceKind::Service { pattern, .. } => *pattern != Pattern::RequestResponse,
            ResourceKind::Activity => true,
            ResourceKind::Lambda => false,
        };
        if !needed {
            return None;
        }
        self.tokens += 1;
        Some(format!("task-token-{}", self.tokens))
    }

    fn scheduled(
        &mut self,
        frame: &mut Frame<'m>,
        task: &Task,
        input: &Data,
        timeout: Option<f64>,
        heartbeat: Option<f64>,
        credentials: Option<&Data>,
    ) {
        let seconds = |number: Option<f64>| -> Option<Seconds> {
            number.map(|number| Duration::from_secs_f64(number.clamp(0.0, 1e10)).into())
        };
        let (timeout, heartbeat) = (seconds(timeout), seconds(heartbeat));
        let credentials = credentials.map(Data::text);
        let region = &self.settings.region;
        let (scheduled, started) = match (&task.resource.kind, service(task)) {
            (ResourceKind::Service { .. }, Some(resource)) => (
                // Texts are made only where there is a history.
                self.settings.history.then(|| Detail::TaskScheduled {
                    resource: resource.clone(),
                    parameters: Parameters::Json(input.text()),
                    timeout,
                    heartbeat,
                    region: Some(region.clone().into()),
                    credentials,
                }),
                Detail::TaskStarted { resource },
            ),
            (ResourceKind::Activity, _) => (
                self.settings.history.then(|| Detail::ActivityScheduled {
                    resource: task.resource.arn.clone(),
                    input: input.text(),
                    timeout,
                    heartbeat,
                }),
                Detail::ActivityStarted { worker: None },
            ),
            _ => (
                self.settings.history.then(|| Detail::LambdaScheduled {
                    resource: task.resource.arn.clone(),
                    input: input.text(),
                    timeout,
                    credentials,
                }),
                Detail::LambdaStarted,
            ),
        };
        let of_service = matches!(task.resource.kind, ResourceKind::Service { .. });
        if of_service || frame.missed != Some(TaskStep::Schedule) {
            frame.last = self.record(frame.scope, frame.last, || scheduled.unwrap_or(Detail::LambdaStarted));
        }
        if matches!(frame.missed, None | Some(TaskStep::Submit)) {
            frame.last = self.record(frame.scope, frame.last, || started);
        }
    }

    /// Has the handler answer. `None` where there is none, which ends the execution.
    fn ask(
        &mut self,
        frame: &Frame<'m>,
        state: &State,
        task: &Task,
        input: &Data,
        token: Option<&str>,
    ) -> Option<Answer> {
        let resource: &str = &task.resource.arn;
        let Some((handler_number, handler)) = self.handlers.find(&state.name, resource, input) else {
            let (state, resource) = (state.name.to_string(), resource.to_owned());
            let function = crate::interpreter::handler::function_of(&resource, input).map(str::to_owned);
            self.end.get_or_insert(End::Aborted(InterpreterError::NoHandler { state, resource, function }));
            return None;
        };
        if self.turns.is_empty() {
            self.turns.resize(self.handlers.len(), 0);
        }
        let turn = self.turns.get_mut(handler_number).map_or(0, |turn| {
            *turn += 1;
            *turn - 1
        });
        let iteration = if frame.parent.is_some() { self.iteration(frame) } else { Vec::new() };
        let services = RefCell::new(self.services.clone());
        let call = TaskCall {
            state: &state.name,
            resource,
            input,
            retry: frame.retries,
            iteration: &iteration,
            token,
            turn,
            now: later(self.clock.started(), self.now),
            services: &services,
        };
        let answer = catch_unwind(AssertUnwindSafe(|| handler.handle(&call))).unwrap_or_else(|panic| {
            let (error, cause) = panicked(&*panic);
            Answer::of(Work::Now(Err((error, cause))))
        });
        self.services = services.into_inner();
        Some(answer)
    }

    /// The iterations of Map states that a frame belongs to, outermost first.
    fn iteration(&self, frame: &Frame<'m>) -> Vec<(Text, usize)> {
        let mut path = Vec::new();
        let mut parent = frame.parent;
        while let Some((number, slot)) = parent {
            let Some(Some(above)) = self.frames.get(number) else { break };
            if matches!(above.state().kind, Kind::Map(_)) {
                path.push((above.state().name.clone(), slot));
            }
            parent = above.parent;
        }
        path.reverse();
        path
    }

    /// An attempt ended.
    pub(super) fn answered(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        result: Result<Data, Failure>,
    ) -> Step {
        let Kind::Task(task) = &state.kind else { return Step::Stay };
        let result = result.map_err(|failure| {
            // A timeout has no cause, whoever tells of it.
            let empty = failure.is_timeout() && failure.cause.as_deref() == Some("");
            if empty { Failure::timeout() } else { failure }
        });
        let result = result.and_then(|output| {
            if output.is_too_large() { Err(too_large(resource_name(task)).into()) } else { Ok(output) }
        });
        match result {
            Ok(output) => {
                self.note(state, Station::Result, &output);
                frame.last = self.record(frame.scope, frame.last, || match &task.resource.kind {
                    ResourceKind::Service { .. } => Detail::TaskSucceeded {
                        resource: service(task).unwrap_or(TaskResource::Known(Resource::LAMBDA_INVOKE)),
                        output: TaskOutput::Json(output.text()),
                    },
                    ResourceKind::Activity => Detail::ActivitySucceeded { output: output.text() },
                    ResourceKind::Lambda => Detail::LambdaSucceeded { output: output.text() },
                });
                self.outgoing(frame, state, output)
                    .and_then(|outgoing| self.leave(frame, state, state.next, outgoing))
                    .unwrap_or_else(|fault| self.fault(number, frame, state, fault))
            }
            Err(failure) => {
                let missed = frame.missed.take();
                frame.last = self.record(frame.scope, frame.last, || match missed {
                    Some(step) => not_run(task, step, &failure),
                    None => unsuccessful(task, &failure),
                });
                self.failed(number, frame, state, failure)
            }
        }
    }
}

/// The event of an attempt that failed.
fn unsuccessful(task: &Task, failure: &Failure) -> Detail {
    let Failure { error, cause, .. } = failure.clone();
    let timed_out = failure.is_timeout();
    let timeout = || Text::Static("States.Timeout");
    match &task.resource.kind {
        ResourceKind::Service { .. } => {
            let resource = service(task).unwrap_or(TaskResource::Known(Resource::LAMBDA_INVOKE));
            if timed_out {
                Detail::TaskTimedOut { resource, error: timeout(), cause }
            } else {
                Detail::TaskFailed { resource, error, cause }
            }
        }
        ResourceKind::Activity if timed_out => Detail::ActivityTimedOut { error: timeout(), cause },
        ResourceKind::Activity => Detail::ActivityFailed { error, cause },
        ResourceKind::Lambda if timed_out => Detail::LambdaTimedOut { error: timeout(), cause },
        ResourceKind::Lambda => Detail::LambdaFailed { error, cause },
    }
}

/// The event of an attempt that failed before it ran.
fn not_run(task: &Task, step: TaskStep, failure: &Failure) -> Detail {
    let Failure { error, cause, .. } = failure.clone();
    match (&task.resource.kind, service(task)) {
        (ResourceKind::Activity, _) => Detail::ActivityNotScheduled { error, cause },
        (_, Some(resource)) => Detail::TaskNotRun { step, resource, error, cause },
        _ => Detail::LambdaNotRun { step, error, cause },
    }
}

fn service(task: &Task) -> Option<TaskResource> {
    match &task.resource.kind {
        ResourceKind::Service { service, action, .. } => {
            Some(TaskResource::Service { service: service.clone(), action: action.clone() })
        }
        _ => None,
    }
}

/// What errors of size call a resource.
fn resource_name(task: &Task) -> &str {
    match &task.resource.kind {
        ResourceKind::Service { service, .. } => service,
        _ => &task.resource.arn,
    }
}
