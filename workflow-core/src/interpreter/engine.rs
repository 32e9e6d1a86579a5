//! The scheduler: what is ready runs, what waits is in a queue by time, and time moves when nothing is
//! ready. All branches and iterations of an execution share one thread and one queue, so that each run
//! is like the last.

mod data_flow;
mod failing;
mod fan;
mod items;
mod map;
mod recording;
mod state;
mod task;

use std::{
    cell::Cell,
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use self::fan::Fan;
use super::{
    context::{ExecutionScope, MapItem},
    data::Data,
    fault::Failure,
    handler::{Handlers, Later, TaskResult},
    inspection::Inspection,
    machine::{Machine, State, StateMachine},
    report::{Execution, InterpreterError},
    settings::Settings,
    variables::Variables,
};
use crate::{
    clock::{Running, Timer},
    effects::uuid_of,
    environment::Stream,
    error::Failure as LambdaFailure,
    history::{Detail, HistoryEvent, TaskStep, Text},
    time::Timestamp,
};

/// An execution on its way.
pub(super) struct Engine<'m> {
    settings: &'m Settings,
    handlers: &'m Handlers,
    clock: Running,
    now: Duration,
    frames: Vec<Option<Box<Frame<'m>>>>,
    free: Vec<usize>,
    /// The frames that can go on, with their serial numbers: a frame that was stopped meanwhile leaves
    /// its place to another.
    ready: VecDeque<(usize, u64)>,
    serials: u64,
    alarms: BinaryHeap<Reverse<Alarm>>,
    in_flight: Vec<InFlight>,
    /// How often others had their turn while somebody outside was waited for.
    turns_given: u32,
    sleep: Option<Timer>,
    /// Whether it has itself woken in real time.
    timer: bool,
    /// The execution and the children of distributed Maps; the first is the execution itself.
    scopes: Vec<ExecutionScope>,
    free_scopes: Vec<usize>,
    history: Vec<HistoryEvent>,
    steps: u64,
    /// What tells one stay of a frame in a state from the next.
    generation: u64,
    /// How often each handler was called.
    turns: Vec<usize>,
    tokens: u64,
    map_runs: u64,
    /// Random numbers: what expressions draw, the jitter of retries, what services make.
    drawn: Cell<u64>,
    jitter: fastrand::Rng,
    services: fastrand::Rng,
    written: Vec<(String, String)>,
    inspection: Option<Box<Inspection>>,
    end: Option<End>,
}

/// One line of control: the execution, a branch of a Parallel state, an iteration of a Map state.
struct Frame<'m> {
    machine: &'m Machine,
    serial: u64,
    state: usize,
    input: Data,
    variables: Variables,
    /// The frame that waits for this one, and which of its children this is.
    parent: Option<(usize, usize)>,
    item: Option<Arc<MapItem>>,
    scope: usize,
    /// The event that leads to the next one.
    last: u64,
    /// The event of the state's entry, and the one before it.
    entered: u64,
    before: u64,
    entered_at: Timestamp,
    /// How often each retrier was used, and the state retried.
    used: Vec<u32>,
    retries: u32,
    phase: Phase<'m>,
    generation: u64,
    /// What the attempt of a task did not come to.
    missed: Option<TaskStep>,
}

/// Where a frame is in its state.
enum Phase<'m> {
    Enter,
    /// After a retry's delay.
    Again,
    /// A Wait state waits.
    Waiting,
    /// An attempt of a task is on its way; with its answer where that is known already.
    Attempt {
        answer: Option<TaskResult>,
        deadline: Option<Duration>,
    },
    /// The attempt ended.
    Answered(Result<Data, Failure>),
    /// Children run.
    Fanned(Box<Fan<'m>>),
    /// The children ended.
    Gathered(Result<Data, Failure>),
}

/// What a frame does next.
enum Step {
    /// To the state of this number, with this as its input.
    Go(usize, Data),
    /// Once more at the same state.
    Stay,
    /// It waits for an alarm, a task or its children.
    Block,
    /// Its machine succeeded.
    Done(Data),
    /// Its machine failed.
    Fail(Failure),
}

/// They ring in the order of these fields, and no two are of the same generation.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alarm {
    at: Duration,
    generation: u64,
    frame: usize,
}

/// How often other futures of the runtime have their turn before virtual time moves on while somebody
/// outside is waited for.
const TURNS: u32 = 32;

/// How long an Express workflow may run.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>)
const EXPRESS: Duration = Duration::from_secs(300);

/// The frame number of the alarm that ends the whole execution.
const EXECUTION: usize = usize::MAX;

struct InFlight {
    frame: usize,
    generation: u64,
    work: Later,
    /// Whether it waits for somebody outside who may never answer.
    awaited: bool,
}

pub(super) enum End {
    Succeeded(Data),
    Failed(Failure),
    TimedOut,
    Aborted(InterpreterError),
}

impl<'m> Engine<'m> {
    pub(super) fn new(
        machine: &'m StateMachine,
        settings: &'m Settings,
        handlers: &'m Handlers,
        input: Data,
    ) -> Self {
        let clock = settings.clock.start();
        let started = clock.now();
        let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
        let mut engine = Self {
            settings,
            handlers,
            clock,
            now: Duration::ZERO,
            frames: Vec::new(),
            free: Vec::new(),
            ready: VecDeque::new(),
            serials: 0,
            alarms: BinaryHeap::new(),
            in_flight: Vec::new(),
            turns_given: 0,
            sleep: None,
            timer: true,
            scopes: vec![ExecutionScope {
                input: input.clone(),
                started,
                child: None,
                events: 0,
                recorded: settings.history,
            }],
            free_scopes: Vec::new(),
            history: Vec::new(),
            steps: 0,
            generation: 0,
            turns: Vec::new(),
            tokens: 0,
            map_runs: 0,
            drawn: Cell::new(Stream::Drawn.from(seed).get_seed()),
            jitter: Stream::Jitter.from(seed),
            services: Stream::Services.from(seed),
            written: Vec::new(),
            inspection: None,
            end: None,
        };
        engine.record(0, 0, || Detail::ExecutionStarted { input: input.text() });
        let most = settings.express.then_some(EXPRESS);
        if let Some(timeout) = machine.timeout.into_iter().chain(most).min() {
            engine.alarm(timeout, EXECUTION, 0);
        }
        engine.spawn(&machine.root, input, Variables::default(), None, 0, 0);
        engine
    }

    /// Sets the variables that there are from the start, and what is told of the way.
    pub(super) fn inspect(&mut self, variables: Variables, inspection: Inspection) {
        self.inspection = Some(Box::new(inspection));
        self.note_variables(&variables);
        if let Some(Some(frame)) = self.frames.first_mut() {
            frame.variables = variables;
        }
    }

    pub(super) fn inspection(&self) -> Option<&Inspection> {
        self.inspection.as_deref()
    }

    pub(super) fn take_inspection(&mut self) -> Option<Box<Inspection>> {
        self.inspection.take()
    }

    /// A frame at the start of a machine.
    fn spawn(
        &mut self,
        machine: &'m Machine,
        input: Data,
        variables: Variables,
        parent: Option<(usize, usize)>,
        scope: usize,
        last: u64,
    ) -> usize {
        self.serials += 1;
        let serial = self.serials;
        let frame = Box::new(Frame {
            machine,
            serial,
            state: machine.start,
            input,
            variables,
            parent,
            item: None,
            scope,
            last,
            entered: 0,
            before: 0,
            entered_at: Timestamp::from_millis(0),
            used: Vec::new(),
            retries: 0,
            phase: Phase::Enter,
            generation: 0,
            missed: None,
        });
        let number = match self.free.pop() {
            Some(number) => {
                self.frames[number] = Some(frame);
                number
            }
            None => {
                self.frames.push(Some(frame));
                self.frames.len() - 1
            }
        };
        self.ready.push_back((number, serial));
        number
    }

    /// Runs what can run. Ready when the execution ended.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            while let Some((number, serial)) = self.ready.pop_front() {
                self.run(number, serial);
                if self.end.is_some() {
                    return Poll::Ready(());
                }
            }
            if !self.clock.is_virtual() {
                self.now = self.clock.elapsed();
            }
            if self.poll_in_flight(cx) {
                continue;
            }
            // Whoever is waited for has the time to answer before virtual time moves on.
            if self.clock.is_virtual() && !self.in_flight.is_empty() {
                if self.turns_given >= TURNS && self.in_flight.iter().all(|work| work.awaited) {
                    self.turns_given = 0;
                } else {
                    if self.in_flight.iter().all(|work| work.awaited) {
                        self.turns_given += 1;
                        cx.waker().wake_by_ref();
                    }
                    return Poll::Pending;
                }
            }
            let Some(Reverse(alarm)) = self.alarms.peek() else {
                if self.in_flight.is_empty() || self.clock.is_virtual() {
                    let state = self.last_state();
                    self.end = Some(End::Aborted(InterpreterError::Stalled { state }));
                    return Poll::Ready(());
                }
                return Poll::Pending;
            };
            let at = alarm.at;
            if self.clock.is_virtual() {
                // What nobody waits for any more does not move the clock.
                if self.is_stale() {
                    self.alarms.pop();
                    continue;
                }
                self.now = self.now.max(at);
            } else if at > self.now {
                if self.is_stale() {
                    self.alarms.pop();
                    continue;
                }
                if !self.timer {
                    return Poll::Pending;
                }
                let timer = self.sleep.insert(self.clock.timer(at));
                if Pin::new(timer).poll(cx).is_pending() {
                    return Poll::Pending;
                }
                self.now = self.clock.elapsed().max(at);
            }
            self.ring();
            if self.end.is_some() {
                return Poll::Ready(());
            }
        }
    }

    /// How long nothing can happen unless a handler ends.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        let Reverse(alarm) = self.alarms.peek()?;
        Some(alarm.at.saturating_sub(self.clock.elapsed()))
    }

    /// Leaves it to the caller to poll again when the time has come.
    pub(super) fn without_timer(mut self) -> Self {
        self.timer = false;
        self
    }

    /// Whether the earliest alarm is for a stay that is over.
    fn is_stale(&self) -> bool {
        let Some(Reverse(alarm)) = self.alarms.peek() else { return false };
        alarm.frame != EXECUTION
            && self
                .frames
                .get(alarm.frame)
                .and_then(Option::as_ref)
                .is_none_or(|frame| frame.generation != alarm.generation)
    }

    /// The earliest alarm rings.
    fn ring(&mut self) {
        let Some(Reverse(alarm)) = self.alarms.pop() else { return };
        if alarm.frame == EXECUTION {
            self.end = Some(End::TimedOut);
            return;
        }
        let Some(Some(frame)) = self.frames.get_mut(alarm.frame) else { return };
        if frame.generation != alarm.generation {
            return;
        }
        if let Phase::Attempt { answer, deadline, .. } = &mut frame.phase {
            let answer = match answer.take() {
                Some(answer) if deadline.is_none_or(|deadline| alarm.at < deadline) => answer_of(answer),
                _ => Err(Failure::timeout()),
            };
            frame.phase = Phase::Answered(answer);
            self.in_flight.retain(|work| work.frame != alarm.frame);
        }
        let serial = frame.serial;
        self.ready.push_back((alarm.frame, serial));
    }

    fn alarm(&mut self, at: Duration, frame: usize, generation: u64) {
        self.alarms.push(Reverse(Alarm { at, generation, frame }));
    }

    /// A frame begins to wait: no alarm that was set before is for it any more.
    fn begin_stay(&mut self, frame: &mut Frame<'m>) -> u64 {
        self.generation += 1;
        frame.generation = self.generation;
        frame.generation
    }

    /// Has a frame woken at a point in time, unless something else happens to it before.
    fn wake_at(&mut self, at: Duration, number: usize, frame: &mut Frame<'m>) {
        let generation = self.begin_stay(frame);
        self.alarm(at, number, generation);
    }

    /// Looks after the handlers that work. Whether one of them came to its end.
    fn poll_in_flight(&mut self, cx: &mut Context<'_>) -> bool {
        let mut ended = false;
        let mut at = 0;
        while at < self.in_flight.len() {
            let polled = poll_work(&mut self.in_flight[at].work, cx);
            match polled {
                Poll::Pending => at += 1,
                Poll::Ready(result) => {
                    let InFlight { frame: number, generation, .. } = self.in_flight.swap_remove(at);
                    if let Some(Some(frame)) = self.frames.get_mut(number)
                        && frame.generation == generation
                    {
                        frame.phase = Phase::Answered(answer_of(result));
                        let serial = frame.serial;
                        self.ready.push_back((number, serial));
                        ended = true;
                    }
                }
            }
        }
        ended
    }

    /// Runs a frame until it waits or ends.
    fn run(&mut self, number: usize, serial: u64) {
        let place = self.frames.get_mut(number);
        let waits = |frame: &mut Box<Frame<'m>>| frame.serial == serial;
        let Some(mut frame) = place.and_then(|place| place.take_if(waits)) else { return };
        loop {
            let step = self.step(number, &mut frame);
            if self.end.is_some() {
                return;
            }
            match step {
                Step::Go(state, input) => {
                    frame.state = state;
                    frame.input = input;
                    frame.used.clear();
                    frame.retries = 0;
                    frame.phase = Phase::Enter;
                }
                Step::Stay => {}
                Step::Block => {
                    self.frames[number] = Some(frame);
                    return;
                }
                Step::Done(output) => return self.ended(number, *frame, Ok(output)),
                Step::Fail(failure) => return self.ended(number, *frame, Err(failure)),
            }
        }
    }

    /// A frame came to its end.
    fn ended(&mut self, number: usize, frame: Frame<'m>, result: Result<Data, Failure>) {
        match (frame.parent, result) {
            (None, Ok(output)) => {
                self.record(frame.scope, frame.last, || Detail::ExecutionSucceeded { output: output.text() });
                self.end.get_or_insert(End::Succeeded(output));
            }
            (None, Err(failure)) => self.fail_execution(frame.last, failure),
            (Some((parent, slot)), result) => {
                self.free.push(number);
                self.child_ended(parent, slot, number, &frame, result);
            }
        }
    }

    /// The name of the state that something waits in.
    fn last_state(&self) -> String {
        let frame = self.frames.iter().rev().flatten().next();
        frame
            .and_then(|frame| frame.machine.states.get(frame.state))
            .map_or_else(String::new, |state| state.name.to_string())
    }

    /// A name like a UUID that is the same on each run with a seed.
    fn fresh_name(&mut self) -> String {
        uuid_of(&mut self.services)
    }
}

fn answer_of(result: TaskResult) -> Result<Data, Failure> {
    result.map_err(|(error, cause)| Failure { error, cause, fatal: false })
}

/// Polls a handler; its panic is a failure of the task, as it is on Lambda.
fn poll_work(work: &mut Later, cx: &mut Context<'_>) -> Poll<TaskResult> {
    catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)))
        .unwrap_or_else(|panic| Poll::Ready(Err(panicked(&*panic))))
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> (Option<Text>, Option<Text>) {
    let failure = LambdaFailure::new("Panic", crate::native::panic_message(panic)).through_lambda();
    (Some(failure.error.into()), Some(failure.cause.into()))
}

impl<'m> Frame<'m> {
    fn state(&self) -> &'m State {
        // The number comes from the reader, which has looked it up.
        &self.machine.states[self.state]
    }
}
