//! The children of Parallel and Map states: frames of their own, as many at once as the state allows.

use std::{collections::VecDeque, sync::Arc};

use serde_json::Value;

use super::{Engine, Frame, Phase, Step, answer_of};
use crate::{
    history::{Detail, FanStep, IterationStep, StateKind, Status, Text},
    interpreter::{
        context::{ExecutionScope, MapItem},
        data::Data,
        expression::Surroundings,
        fault::{Failure, Fault},
        machine::{Kind, Machine, Map, State},
        variables::Variables,
    },
    limits::too_large,
    map_results::{ChildResult, pending},
    weight::Budget,
};

/// The children of a Parallel or Map state.
pub(super) struct Fan<'m> {
    /// What the iterations of a Map have in common; none of a Parallel state.
    pub(super) map: Option<Iterations<'m>>,
    pub(super) inside: Arc<Variables>,
    /// The frames that run, and which child each is.
    pub(super) running: Vec<usize>,
    pub(super) results: Vec<Option<Data>>,
    pub(super) done: usize,
    /// The room that there is for results; none once they are more than any state may hand on.
    pub(super) room: Option<Budget>,
}

impl Fan<'_> {
    /// Keeps the result of a child, unless it can only be dropped in the end.
    fn keep(&mut self, slot: usize, output: Data) {
        let written =
            self.map.as_ref().and_then(|map| map.run.as_ref()).is_some_and(|run| run.results.is_some());
        if written {
            return;
        }
        let Some(room) = &mut self.room else { return };
        if !room.takes(&output) {
            self.room = None;
            self.results.iter_mut().for_each(|result| *result = None);
        } else if let Some(result) = self.results.get_mut(slot) {
            *result = Some(output);
        }
    }
}

pub(super) struct Iterations<'m> {
    pub(super) map: &'m Map,
    pub(super) effective: Data,
    /// The items that no iteration has taken yet.
    pub(super) items: VecDeque<Item>,
    pub(super) next: usize,
    pub(super) concurrency: usize,
    pub(super) run: Option<Run>,
}

pub(super) struct Item {
    pub(super) key: Option<String>,
    pub(super) value: Value,
}

/// The child executions of a distributed Map.
pub(super) struct Run {
    pub(super) arn: String,
    pub(super) label: String,
    pub(super) failures: Vec<(usize, Failure)>,
    pub(super) tolerated_count: Option<f64>,
    pub(super) tolerated_percentage: Option<f64>,
    pub(super) total: usize,
    /// How many elements each child has.
    pub(super) elements: Vec<usize>,
    /// What became of each child that ended, where a `ResultWriter` asks for it.
    pub(super) results: Option<Vec<(usize, ChildResult)>>,
}

impl<'m> Engine<'m> {
    pub(super) fn begin_parallel(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        branches: &'m [Machine],
    ) -> Result<Step, Fault> {
        let effective = self.effective_input(frame, state)?;
        let input = self.parameters(frame, state, effective, None)?;
        frame.last = self.record(frame.scope, frame.last, || Detail::ParallelStarted);
        if let Some(result) = self.mocked() {
            frame.phase = Phase::Gathered(answer_of(result));
            return Ok(Step::Stay);
        }
        let inside = Arc::new(frame.variables.clone());
        let mut running = Vec::with_capacity(branches.len());
        for (slot, branch) in branches.iter().enumerate() {
            let parent = Some((number, slot));
            let (scope, last) = (frame.scope, frame.last);
            let child = self.spawn(branch, input.clone(), inside.inside(), parent, scope, last);
            if let Some(Some(child)) = self.frames.get_mut(child) {
                child.item.clone_from(&frame.item);
            }
            running.push(child);
        }
        if running.is_empty() {
            frame.phase = Phase::Gathered(Ok(Data::new(Value::Array(Vec::new()))));
            return Ok(Step::Stay);
        }
        let results = vec![None; branches.len()];
        frame.phase = Phase::Fanned(Box::new(Fan {
            map: None,
            inside,
            running,
            results,
            done: 0,
            room: Some(Budget::new()),
        }));
        Ok(Step::Block)
    }

    /// Starts as many iterations as there may be. `last` is the event that made room for them.
    pub(super) fn start_iterations(
        &mut self,
        number: usize,
        frame: &Frame<'m>,
        state: &'m State,
        fan: &mut Fan<'m>,
        last: u64,
    ) -> Result<(), Fault> {
        let Some(iterations) = &mut fan.map else { return Ok(()) };
        while fan.running.len() < iterations.concurrency {
            let Some(Item { key, value }) = iterations.items.pop_front() else { break };
            let slot = iterations.next;
            iterations.next += 1;
            let value = Data::new(value);
            let item = Arc::new(MapItem { index: slot, value: value.clone(), key });
            let batched = iterations.map.distributed.as_ref().is_some_and(|map| map.batcher.is_some());
            let input = match &state.parameters {
                Some(template) if !batched => {
                    let mut scope = self.scope(frame, None);
                    scope.item = Some(&item);
                    template.data(&Surroundings::new(&iterations.effective, &scope))?
                }
                _ => value,
            };
            let processor = &iterations.map.processor;
            let parent = Some((number, slot));
            let child = match &iterations.run {
                // A child execution sees nothing of its parent, and has a history of its own.
                Some(run) => {
                    let name = self.fresh_name();
                    let scope = self.child_scope(input.clone(), name, run.label.clone());
                    self.spawn(processor, input, Variables::default(), parent, scope, 0)
                }
                None => {
                    let name = &state.name;
                    let index = slot as u64;
                    let started = self.record(frame.scope, last, || Detail::MapIteration {
                        step: IterationStep::Started,
                        name: name.clone(),
                        index,
                    });
                    self.spawn(processor, input, fan.inside.inside(), parent, frame.scope, started)
                }
            };
            if let Some(Some(frame)) = self.frames.get_mut(child) {
                frame.item = Some(item);
            }
            fan.running.push(child);
        }
        Ok(())
    }

    fn child_scope(&mut self, input: Data, name: String, label: String) -> usize {
        // Its ExecutionStarted is its first event.
        let (started, child) = (self.time(), Some((name, label)));
        let scope = ExecutionScope { input, started, child, events: 1, recorded: false };
        match self.free_scopes.pop() {
            Some(number) => {
                self.scopes[number] = scope;
                number
            }
            None => {
                self.scopes.push(scope);
                self.scopes.len() - 1
            }
        }
    }

    /// Leaves children to run, or gathers them where all have ended.
    pub(super) fn rest(&mut self, frame: &mut Frame<'m>, fan: Fan<'m>) {
        if fan.done < fan.results.len() {
            frame.phase = Phase::Fanned(Box::new(fan));
            return;
        }
        frame.phase = Phase::Gathered(match fan.room {
            Some(_) => Ok(self.gather(frame, fan)),
            None => Err(too_large(&frame.state().name).into()),
        });
    }

    /// The result of children that have all ended.
    fn gather(&mut self, frame: &Frame<'m>, fan: Fan<'m>) -> Data {
        if let Some(Iterations { map, effective, run: Some(run), .. }) = &fan.map
            && let Some(writer) = map.distributed.as_ref().and_then(|distributed| distributed.writer.as_ref())
        {
            return self.write_results(frame, effective, run, writer, Vec::new());
        }
        // A failed child that was tolerated leaves nothing.
        Data::new(Value::Array(fan.results.into_iter().flatten().map(Data::into_value).collect()))
    }

    /// What became of a child execution.
    fn child_result(&self, child: &Frame<'m>, result: Option<&Result<Data, Failure>>) -> Option<ChildResult> {
        let scope = self.scopes.get(child.scope)?;
        let (name, label) = scope.child.as_ref()?;
        let status = match result {
            Some(Ok(_)) => Status::Succeeded,
            Some(Err(_)) => Status::Failed,
            None => Status::Aborted,
        };
        let failure = result.and_then(|result| result.as_ref().err());
        let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string);
        Some(ChildResult {
            id: self.settings.execution_id(scope.child.as_ref()),
            name: name.clone(),
            state_machine: self.settings.child_machine_id(label),
            input: scope.input.text(),
            started: scope.started,
            stopped: self.time(),
            status,
            output: result.and_then(|result| result.as_ref().ok()).map(Data::text),
            error: failure.and_then(|failure| text(&failure.error)),
            cause: failure.and_then(|failure| text(&failure.cause)),
        })
    }

    /// Writes what became of the children of a run that failed: those that ended, those that are stopped
    /// now, and those that were never started.
    fn write_failed_run(&mut self, frame: &Frame<'m>, state: &State, fan: &mut Fan<'m>) {
        let Some(Iterations { map, effective, items, next, run: Some(run), .. }) = &mut fan.map else {
            return;
        };
        let writer = map.distributed.as_ref().and_then(|distributed| distributed.writer.as_ref());
        let (Some(writer), Some(results)) = (writer, &mut run.results) else { return };
        for child in &fan.running {
            if let Some(Some(child)) = self.frames.get(*child)
                && let (Some((_, slot)), Some(result)) = (child.parent, self.child_result(child, None))
            {
                results.push((slot, result));
            }
        }
        let batched = map.distributed.as_ref().is_some_and(|distributed| distributed.batcher.is_some());
        let selector = state.parameters.as_ref().filter(|_| !batched);
        let unstarted = std::mem::take(items).into_iter().zip(*next..).map(|(item, index)| match selector {
            Some(template) => self.selected(frame, template, effective, index, item),
            None => Ok(Data::new(item.value)),
        });
        let pending = unstarted.flatten().map(|input| pending(&input.text())).collect();
        self.write_results(frame, effective, run, writer, pending);
    }

    /// A child of a frame came to its end.
    pub(super) fn child_ended(
        &mut self,
        parent: usize,
        slot: usize,
        number: usize,
        child: &Frame<'m>,
        result: Result<Data, Failure>,
    ) {
        let Some(mut frame) = self.frames.get_mut(parent).and_then(Option::take) else { return };
        let Phase::Fanned(mut fan) = std::mem::replace(&mut frame.phase, Phase::Waiting) else { return };
        let state = &frame.machine.states[frame.state];
        fan.running.retain(|running| *running != number);
        let distributed = fan.map.as_ref().is_some_and(|iterations| iterations.run.is_some());
        if let Some(results) = fan.map.as_mut().and_then(Iterations::results)
            && let Some(told) = self.child_result(child, Some(&result))
        {
            results.push((slot, told));
        }
        let run = fan.map.as_mut().and_then(|iterations| iterations.run.as_mut());
        if distributed {
            self.free_scopes.push(child.scope);
        }
        let (name, index) = (&state.name, slot as u64);
        match result {
            Ok(output) => {
                fan.done += 1;
                fan.keep(slot, output);
                if !distributed {
                    frame.last = child.last;
                    if fan.map.is_some() {
                        frame.last = self.record(frame.scope, child.last, || Detail::MapIteration {
                            step: IterationStep::Succeeded,
                            name: name.clone(),
                            index,
                        });
                    }
                }
            }
            Err(failure) => {
                let tolerated = match run {
                    Some(run) => {
                        run.failures.push((slot, failure.clone()));
                        run.tolerates()
                    }
                    None => false,
                };
                if tolerated {
                    fan.done += 1;
                } else {
                    return self.fan_failed(parent, frame, *fan, child, index, failure);
                }
            }
        }
        let last = child.last;
        if let Err(fault) = self.start_iterations(parent, &frame, state, &mut fan, last) {
            self.abort(&fan, &frame, name);
            frame.phase = Phase::Gathered(Err(fault.in_state(name, frame.entered)));
        } else {
            self.rest(&mut frame, *fan);
        }
        if matches!(frame.phase, Phase::Gathered(_)) {
            self.ready.push_back((parent, frame.serial));
        }
        self.frames[parent] = Some(frame);
    }

    /// A child failed and takes the state with it.
    fn fan_failed(
        &mut self,
        number: usize,
        mut frame: Box<Frame<'m>>,
        mut fan: Fan<'m>,
        child: &Frame<'m>,
        index: u64,
        failure: Failure,
    ) {
        let state = &frame.machine.states[frame.state];
        let run = fan.map.as_ref().and_then(|iterations| iterations.run.as_ref());
        let failure = if run.is_some() {
            self.write_failed_run(&frame, state, &mut fan);
            self.abort(&fan, &frame, &state.name);
            let failure = exceeded();
            let Failure { error, cause, .. } = failure.clone();
            frame.last = self.record(frame.scope, frame.last, || Detail::MapRunFailed { error, cause });
            failure
        } else if failure.fatal {
            // What nothing catches ends the whole execution.
            self.abort_silently(&fan);
            frame.last = child.last;
            return self.ended(number, *frame, Err(failure));
        } else {
            if fan.map.is_some() {
                let name = &state.name;
                self.record(frame.scope, child.last, || Detail::MapIteration {
                    step: IterationStep::Failed,
                    name: name.clone(),
                    index,
                });
            } else if child.state().kind() == StateKind::Task {
                self.record(frame.scope, child.last, || Detail::StateAborted { state: StateKind::Task });
            }
            self.abort(&fan, &frame, &state.name);
            frame.last = child.last;
            failure
        };
        frame.phase = Phase::Gathered(Err(failure));
        self.ready.push_back((number, frame.serial));
        self.frames[number] = Some(frame);
    }

    /// Stops the children that still run, and tells so.
    fn abort(&mut self, fan: &Fan<'m>, frame: &Frame<'m>, name: &Text) {
        for &child in &fan.running {
            let Some(stopped) = self.frames.get_mut(child).and_then(Option::take) else { continue };
            if let Phase::Fanned(inner) = &stopped.phase {
                let name = stopped.state().name.clone();
                self.abort(inner, &stopped, &name);
            }
            self.free.push(child);
            self.in_flight.retain(|work| work.frame != child);
            if stopped.scope != frame.scope {
                self.free_scopes.push(stopped.scope);
                continue;
            }
            let entered = !matches!(stopped.phase, Phase::Enter);
            let kind = stopped.state().kind();
            let mut last = stopped.last;
            if let Phase::Fanned(inner) = &stopped.phase
                && inner.map.as_ref().is_some_and(|iterations| iterations.run.is_some())
            {
                last = self.record(frame.scope, last, || Detail::MapRunAborted);
            }
            if entered {
                self.record(frame.scope, last, || Detail::StateAborted { state: kind });
            }
            if let (Some(_), Some((_, slot))) = (&fan.map, stopped.parent) {
                self.record(frame.scope, stopped.last, || Detail::MapIteration {
                    step: IterationStep::Aborted,
                    name: name.clone(),
                    index: slot as u64,
                });
            }
        }
    }

    fn abort_silently(&mut self, fan: &Fan<'m>) {
        for &child in &fan.running {
            let Some(stopped) = self.frames.get_mut(child).and_then(Option::take) else { continue };
            if let Phase::Fanned(inner) = &stopped.phase {
                self.abort_silently(inner);
            }
            self.free.push(child);
            self.in_flight.retain(|work| work.frame != child);
        }
    }

    /// All children ended.
    pub(super) fn gathered(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        result: Result<Data, Failure>,
    ) -> Step {
        let result = match result {
            Ok(result) => result,
            Err(failure) => return self.failed(number, frame, state, failure),
        };
        let step = FanStep::Succeeded;
        match &state.kind {
            Kind::Map(map) if map.distributed.is_some() => {
                frame.last = self.record(frame.scope, frame.last, || Detail::MapRunSucceeded);
                self.record(frame.scope, frame.last, || Detail::MapEnded { step });
            }
            Kind::Map(_) => {
                self.record(frame.scope, frame.last, || Detail::MapEnded { step });
            }
            _ => {
                self.record(frame.scope, frame.last, || Detail::ParallelEnded { step });
            }
        }
        self.outgoing(frame, state, result)
            .and_then(|outgoing| self.leave(frame, state, state.next, outgoing))
            .unwrap_or_else(|fault| self.fault(number, frame, state, fault))
    }
}

impl Iterations<'_> {
    /// Where it is kept what became of children.
    fn results(&mut self) -> Option<&mut Vec<(usize, ChildResult)>> {
        self.run.as_mut()?.results.as_mut()
    }
}

impl Run {
    /// Whether so many children may fail.
    pub(super) fn tolerates(&self) -> bool {
        let elements = |(slot, _): &(usize, Failure)| self.elements.get(*slot).copied().unwrap_or(1);
        let failures = self.failures.iter().map(elements).sum::<usize>() as f64;
        let percentage = 100.0 * failures / self.total.max(1) as f64;
        match (self.tolerated_count, self.tolerated_percentage) {
            (None, None) => false,
            (count, most) => {
                count.is_none_or(|count| failures <= count) && most.is_none_or(|most| percentage <= most)
            }
        }
    }
}

/// The failure of a Map of whose iterations too many failed.
pub(super) fn exceeded() -> Failure {
    let cause = "The specified tolerated failure threshold was exceeded";
    Failure::new("States.ExceedToleratedFailureThreshold", cause)
}
