//! Parallel and Map states: their branches and iterations are frames of their own, as many at once as
//! the state allows.

use std::{collections::VecDeque, sync::Arc};

use serde_json::{Map as Object, Value, json};

use super::{Engine, Frame, Phase, Step, answer_of, data_flow::NumberKind};
use crate::{
    history::{Detail, FanStep, IterationStep, StateKind},
    interpreter::{
        context::{ExecutionScope, MapItem},
        data::Data,
        expression::Surroundings,
        fault::{Failure, Fault},
        handler::TaskResult,
        inspection::Station,
        machine::{Distributed, Items, Kind, Language, Machine, Map, Number, State, Writer},
        template::Template,
        variables::Variables,
    },
};

/// How many iterations an inline Map runs at once where it does not say, and at most.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html>)
const INLINE: usize = 40;
/// How many child executions run at once; AWS runs up to 10,000, which nobody could tell.
const DISTRIBUTED: usize = 1_000;

/// The children of a Parallel or Map state.
pub(super) struct Fan<'m> {
    /// What the iterations of a Map have in common; none of a Parallel state.
    map: Option<Iterations<'m>>,
    inside: Arc<Variables>,
    /// The frames that run, and which child each is.
    running: Vec<usize>,
    results: Vec<Option<Data>>,
    done: usize,
}

struct Iterations<'m> {
    map: &'m Map,
    effective: Data,
    /// The items that no iteration has taken yet.
    items: VecDeque<Item>,
    next: usize,
    concurrency: usize,
    run: Option<Run>,
}

struct Item {
    key: Option<String>,
    value: Value,
}

/// The child executions of a distributed Map.
struct Run {
    arn: String,
    label: String,
    failures: Vec<(usize, Failure)>,
    tolerated_count: Option<f64>,
    tolerated_percentage: Option<f64>,
    total: usize,
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
        frame.phase = Phase::Fanned(Box::new(Fan { map: None, inside, running, results, done: 0 }));
        Ok(Step::Block)
    }

    pub(super) fn begin_map(
        &mut self,
        number: usize,
        frame: &mut Frame<'m>,
        state: &'m State,
        map: &'m Map,
    ) -> Result<Step, Fault> {
        let effective = self.effective_input(frame, state)?;
        let reader = map.distributed.as_ref().and_then(|distributed| distributed.reader.as_ref());
        let items =
            if reader.is_some() { VecDeque::new() } else { self.items(frame, state, map, &effective)? };
        let concurrency =
            self.number(frame, map.max_concurrency.as_ref(), &effective, NumberKind::Whole)?.unwrap_or(0.0);
        let length = items.len() as u64;
        frame.last = self.record(frame.scope, frame.last, || Detail::MapStarted { length });
        let tolerated_count =
            self.number(frame, map.tolerated_count.as_ref(), &effective, NumberKind::Whole)?;
        let tolerated_percentage =
            self.number(frame, map.tolerated_percentage.as_ref(), &effective, NumberKind::Float)?;
        if tolerated_count.is_some_and(|count| count < 0.0) {
            return Err(refused(map.tolerated_count.as_ref(), "ToleratedFailureCount cannot be negative."));
        }
        if tolerated_percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
            let cause = "ToleratedFailurePercentage must be between 0 and 100.";
            return Err(refused(map.tolerated_percentage.as_ref(), cause));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let asked = concurrency.clamp(0.0, 1e6) as usize;
        let most = if map.distributed.is_some() { DISTRIBUTED } else { INLINE };
        self.note_map(asked, tolerated_count, tolerated_percentage);
        if let Some(result) = self.mocked() {
            let data = self.inspection().and_then(|inspection| inspection.reader_data.as_ref());
            let items = match (reader, data) {
                (Some(reader), Some(_)) => {
                    let read = self.read_items(frame, reader, &effective, usize::MAX)?;
                    let items = read.map_err(|cause| Fault::Failed(reader_failed(cause)))?;
                    items.into_iter().map(|value| Item { key: None, value }).collect()
                }
                _ => items,
            };
            return self.mocked_map(
                frame,
                state,
                effective,
                items,
                result,
                (tolerated_count, tolerated_percentage),
            );
        }
        let mut iterations = Iterations {
            map,
            effective,
            items,
            next: 0,
            concurrency: if asked == 0 { most } else { asked.min(most) },
            run: None,
        };
        if let Some(distributed) = &map.distributed {
            if let Some(failure) = self.start_run(frame, state, &mut iterations, distributed)? {
                let Failure { error, cause, .. } = failure.clone();
                frame.last = self.record(frame.scope, frame.last, || Detail::MapRunFailed { error, cause });
                return Ok(self.failed(number, frame, state, failure));
            }
            if let Some(run) = &mut iterations.run {
                run.tolerated_count = tolerated_count;
                run.tolerated_percentage = tolerated_percentage;
                run.total = iterations.items.len();
            }
        }
        let results = vec![None; iterations.items.len()];
        let mut fan = Fan {
            map: Some(iterations),
            inside: Arc::new(frame.variables.clone()),
            running: Vec::new(),
            results,
            done: 0,
        };
        let last = frame.last;
        self.start_iterations(number, frame, state, &mut fan, last)?;
        self.rest(frame, fan);
        Ok(match frame.phase {
            Phase::Gathered(_) => Step::Stay,
            _ => Step::Block,
        })
    }

    /// A Map that is tested alone, whose iterations are not run.
    fn mocked_map(
        &self,
        frame: &mut Frame<'m>,
        state: &State,
        effective: Data,
        items: VecDeque<Item>,
        result: TaskResult,
        (tolerated_count, tolerated_percentage): (Option<f64>, Option<f64>),
    ) -> Result<Step, Fault> {
        let failures = self.inspection().and_then(|inspection| inspection.failures).unwrap_or(0);
        let failures = (0..failures as usize).map(|slot| (slot, Failure::default())).collect();
        let (arn, label, total) = (String::new(), String::new(), items.len());
        let run = Run { arn, label, failures, tolerated_count, tolerated_percentage, total };
        if let Some(template) = &state.parameters {
            let selected = items.into_iter().enumerate().map(|(index, item)| {
                self.selected(frame, template, &effective, index, item).map(Data::into_value)
            });
            let selected: Vec<Value> = selected.collect::<Result<_, _>>()?;
            self.note(state, Station::ItemSelector, &Value::Array(selected));
        }
        let limited = tolerated_count.is_some() || tolerated_percentage.is_some();
        frame.phase = Phase::Gathered(match answer_of(result) {
            Ok(_) if limited && !run.tolerates() => Err(exceeded()),
            result => result,
        });
        Ok(Step::Stay)
    }

    /// The items of a Map that come from its data.
    fn items(
        &self,
        frame: &Frame<'m>,
        state: &State,
        map: &Map,
        effective: &Data,
    ) -> Result<VecDeque<Item>, Fault> {
        let scope = self.scope(frame, None);
        let surroundings = Surroundings::new(effective, &scope);
        let (value, source) = match &map.items {
            Items::Input => (Value::clone(effective), "$"),
            Items::Path(path) => (path.select(&surroundings)?.into_owned(), path.source()),
            Items::Template(template) => (template.value(&surroundings)?, "Items"),
        };
        match value {
            Value::Array(items) => {
                self.note(state, Station::ItemsPath, &Value::Array(items.clone()));
                Ok(items.into_iter().map(|value| Item { key: None, value }).collect())
            }
            // A distributed Map takes an object as pairs.
            Value::Object(entries) if map.distributed.is_some() => Ok(entries
                .into_iter()
                .map(|(key, value)| Item {
                    key: Some(key.clone()),
                    value: json!({ "Key": key, "Value": value }),
                })
                .collect()),
            value => Err(match (&map.items, state.language) {
                (Items::Template(Template::Jsonata(expression)), _) => expression.unexpected("array", &value),
                (_, Language::Jsonata) => Fault::Query {
                    cause: format!("Map state input must be an array but was: {value}"),
                    location: None,
                    late: false,
                },
                _ => {
                    // A path into the context object is told as one into the context object itself.
                    let source = source.replacen("$$", "$", 1);
                    Fault::Runtime(format!("Reference path \"{source}\" must point to array."))
                }
            }),
        }
    }

    /// Starts a Map run and reads its items. A failure is one of the run.
    fn start_run(
        &mut self,
        frame: &mut Frame<'m>,
        state: &State,
        iterations: &mut Iterations<'m>,
        distributed: &Distributed,
    ) -> Result<Option<Failure>, Fault> {
        let max_items = match &distributed.reader {
            Some(reader) => {
                self.number(frame, reader.max_items.as_ref(), &iterations.effective, NumberKind::Whole)?
            }
            None => None,
        };
        self.map_runs += 1;
        let name = self.fresh_name();
        let label = distributed.label.clone().unwrap_or_else(|| state.name.to_string());
        let arn = self.settings.map_run_arn(&label, &name);
        let told = arn.clone();
        frame.last = self.record(frame.scope, frame.last, || Detail::MapRunStarted { arn: told.into() });
        let (failures, total) = (Vec::new(), 0);
        let (tolerated_count, tolerated_percentage) = (None, None);
        iterations.run = Some(Run { arn, label, failures, tolerated_count, tolerated_percentage, total });
        let failed = |cause: String| Ok(Some(reader_failed(cause)));
        if let Some(reader) = &distributed.reader {
            if max_items.is_some_and(|most| most < 0.0) {
                return failed("field MaxItems must be positive".to_owned());
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            let most = match max_items.unwrap_or(0.0).clamp(0.0, 1e8) as usize {
                0 => 100_000_000,
                most => most,
            };
            match self.read_items(frame, reader, &iterations.effective, most)? {
                Ok(items) => {
                    iterations.items = items.into_iter().map(|value| Item { key: None, value }).collect();
                }
                Err(cause) => return failed(cause),
            }
        }
        self.select_and_batch(frame, state, iterations, distributed)?;
        Ok(None)
    }

    /// Applies `ItemSelector` and `ItemBatcher`.
    fn select_and_batch(
        &self,
        frame: &Frame<'m>,
        state: &State,
        iterations: &mut Iterations<'m>,
        distributed: &Distributed,
    ) -> Result<(), Fault> {
        let Some(batcher) = &distributed.batcher else { return Ok(()) };
        let effective = &iterations.effective;
        let count = self.number(frame, batcher.max_items.as_ref(), effective, NumberKind::Whole)?;
        let bytes = self.number(frame, batcher.max_bytes.as_ref(), effective, NumberKind::Whole)?;
        let input = match &batcher.input {
            Some(template) => {
                let scope = self.scope(frame, None);
                Some(template.value(&Surroundings::new(effective, &scope))?)
            }
            None => None,
        };
        let mut batches = VecDeque::new();
        let mut batch: Vec<Value> = Vec::new();
        let mut size = 0;
        let close = |batch: &mut Vec<Value>, batches: &mut VecDeque<Item>| {
            let mut object = Object::new();
            if let Some(input) = &input {
                object.insert("BatchInput".to_owned(), input.clone());
            }
            object.insert("Items".to_owned(), Value::Array(std::mem::take(batch)));
            batches.push_back(Item { key: None, value: Value::Object(object) });
        };
        for (index, item) in std::mem::take(&mut iterations.items).into_iter().enumerate() {
            let value = match &state.parameters {
                Some(template) => self.selected(frame, template, effective, index, item)?.into_value(),
                None => item.value,
            };
            let length = crate::interpreter::data::text_length(&value);
            let full = count.is_some_and(|most| batch.len() as f64 >= most)
                || bytes.is_some_and(|most| (size + length) as f64 > most);
            if full && !batch.is_empty() {
                close(&mut batch, &mut batches);
                size = 0;
            }
            size += length;
            batch.push(value);
        }
        if !batch.is_empty() {
            close(&mut batch, &mut batches);
        }
        iterations.items = batches;
        Ok(())
    }

    /// The input of an iteration after `ItemSelector`.
    fn selected(
        &self,
        frame: &Frame<'m>,
        template: &Template,
        effective: &Data,
        index: usize,
        item: Item,
    ) -> Result<Data, Fault> {
        let item = MapItem { index, value: Data::new(item.value), key: item.key };
        let mut scope = self.scope(frame, None);
        scope.item = Some(&item);
        template.data(&Surroundings::new(effective, &scope))
    }

    /// Starts as many iterations as there may be. `last` is the event that made room for them.
    fn start_iterations(
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
    fn rest(&mut self, frame: &mut Frame<'m>, fan: Fan<'m>) {
        if fan.done < fan.results.len() {
            frame.phase = Phase::Fanned(Box::new(fan));
            return;
        }
        frame.phase = Phase::Gathered(Ok(self.gather(frame, fan)));
    }

    /// The result of children that have all ended.
    fn gather(&mut self, frame: &Frame<'m>, fan: Fan<'m>) -> Data {
        // A failed child that was tolerated leaves nothing.
        let values: Vec<Value> = fan.results.into_iter().flatten().map(Data::into_value).collect();
        let result = Value::Array(values);
        let Some(Iterations { map, effective, run: Some(run), .. }) = &fan.map else {
            return Data::new(result);
        };
        let writer = map.distributed.as_ref().and_then(|distributed| distributed.writer.as_ref());
        match writer {
            Some(writer) => self.write_results(frame, effective, run, writer, result),
            None => Data::new(result),
        }
    }

    /// Writes what a `ResultWriter` asks for, and gives what the state tells of it.
    fn write_results(
        &mut self,
        frame: &Frame<'m>,
        effective: &Data,
        run: &Run,
        writer: &Writer,
        result: Value,
    ) -> Data {
        let result = super::items::transformed(result, writer.transformation);
        let place = writer.parameters.as_ref().and_then(|template| {
            let scope = self.scope(frame, None);
            template.value(&Surroundings::new(effective, &scope)).ok()
        });
        let text = |name: &str| place.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let Some(bucket) = text("Bucket") else { return Data::new(result) };
        let run_name = run.arn.rsplit(':').next().unwrap_or_default();
        let prefix = match text("Prefix") {
            Some(prefix) if !prefix.is_empty() => format!("{}/{run_name}", prefix.trim_end_matches('/')),
            _ => run_name.to_owned(),
        };
        let file = if writer.json_lines { "SUCCEEDED_0.jsonl" } else { "SUCCEEDED_0.json" };
        let body = match &result {
            Value::Array(items) if writer.json_lines => {
                items.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
            }
            other => other.to_string(),
        };
        let key = format!("{prefix}/{file}");
        let manifest = json!({
            "DestinationBucket": bucket,
            "MapRunArn": run.arn,
            "ResultFiles": { "FAILED": [], "PENDING": [], "SUCCEEDED": [{ "Key": key, "Size": body.len() }] },
        });
        self.written.push((format!("{bucket}/{key}"), body));
        let key = format!("{prefix}/manifest.json");
        self.written.push((format!("{bucket}/{key}"), manifest.to_string()));
        let details = json!({ "Bucket": bucket, "Key": key });
        Data::new(json!({ "MapRunArn": run.arn, "ResultWriterDetails": details }))
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
        let run = fan.map.as_mut().and_then(|iterations| iterations.run.as_mut());
        let distributed = run.is_some();
        if distributed {
            self.free_scopes.push(child.scope);
        }
        let (name, index) = (&state.name, slot as u64);
        match result {
            Ok(output) => {
                fan.done += 1;
                if let Some(result) = fan.results.get_mut(slot) {
                    *result = Some(output);
                }
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
            self.ready.push_back(parent);
        }
        self.frames[parent] = Some(frame);
    }

    /// A child failed and takes the state with it.
    fn fan_failed(
        &mut self,
        number: usize,
        mut frame: Box<Frame<'m>>,
        fan: Fan<'m>,
        child: &Frame<'m>,
        index: u64,
        failure: Failure,
    ) {
        let state = &frame.machine.states[frame.state];
        let run = fan.map.as_ref().and_then(|iterations| iterations.run.as_ref());
        let failure = if run.is_some() {
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
        self.ready.push_back(number);
        self.frames[number] = Some(frame);
    }

    /// Stops the children that still run, and tells so.
    fn abort(&mut self, fan: &Fan<'m>, frame: &Frame<'m>, name: &crate::history::Text) {
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
            let tells =
                matches!(kind, StateKind::Task | StateKind::Wait | StateKind::Map | StateKind::Parallel);
            if entered && tells {
                self.record(frame.scope, stopped.last, || Detail::StateAborted { state: kind });
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

impl Run {
    /// Whether so many children may fail.
    fn tolerates(&self) -> bool {
        let failures = self.failures.len() as f64;
        let percentage = 100.0 * failures / self.total.max(1) as f64;
        match (self.tolerated_count, self.tolerated_percentage) {
            (None, None) => false,
            (count, most) => {
                count.is_none_or(|count| failures <= count) && most.is_none_or(|most| percentage <= most)
            }
        }
    }
}

fn reader_failed(cause: String) -> Failure {
    Failure::new("States.ItemReaderFailed", cause)
}

fn exceeded() -> Failure {
    let cause = "The specified tolerated failure threshold was exceeded";
    Failure::new("States.ExceedToleratedFailureThreshold", cause)
}

/// The fault of a number that is read but is no good.
fn refused(number: Option<&Number>, cause: &str) -> Fault {
    match number {
        Some(Number::Jsonata { field, .. }) => {
            Fault::Query { cause: cause.to_owned(), location: Some((*field).to_owned()), late: true }
        }
        _ => Fault::Runtime(cause.to_owned()),
    }
}
