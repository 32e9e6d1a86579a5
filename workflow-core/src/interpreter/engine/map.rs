//! Map states: what their items are, and what becomes of the results of a distributed one.

use std::{collections::VecDeque, sync::Arc};

use serde_json::{Map as Object, Value, json};

use super::{
    Engine, Frame, Phase, Step, answer_of,
    data_flow::NumberKind,
    fan::{Fan, Item, Iterations, Run, exceeded},
};
use crate::{
    history::{Detail, Status},
    interpreter::{
        context::MapItem,
        data::Data,
        expression::Surroundings,
        fault::{After, Failure, Fault},
        handler::TaskResult,
        inspection::Station,
        machine::{Distributed, Items, Language, Map, Number, State, Transformation, Writer},
        template::Template,
    },
    limits::{MAX_DATA_BYTES, too_large},
    map_results::{ChildResult, MapResults, manifest_key},
    weight::{Budget, exceeds, text_length},
};

/// How many iterations an inline Map runs at once where it does not say, and at most.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html>)
const INLINE: usize = 40;
/// How many child executions run at once; AWS runs up to 10,000, which nobody could tell.
const DISTRIBUTED: usize = 1_000;

impl<'m> Engine<'m> {
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
        // These are looked at after the start, but told as if they had been before it.
        let tolerated_count = self
            .number(frame, map.tolerated_count.as_ref(), &effective, NumberKind::Whole)
            .map_err(Fault::early)?;
        let tolerated_percentage = self
            .number(frame, map.tolerated_percentage.as_ref(), &effective, NumberKind::Float)
            .map_err(Fault::early)?;
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
                // A batch that fails is so many failed elements.
                let batched = distributed.batcher.is_some();
                let elements = |item: &Item| match item.value.get("Items") {
                    Some(Value::Array(items)) if batched => items.len(),
                    _ => 1,
                };
                run.elements = iterations.items.iter().map(elements).collect();
                run.total = run.elements.iter().sum();
            }
        }
        let results = vec![None; iterations.items.len()];
        let mut fan = Fan {
            map: Some(iterations),
            inside: Arc::new(frame.variables.clone()),
            running: Vec::new(),
            results,
            done: 0,
            room: Some(Budget::new()),
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
        let elements = Vec::new();
        let run = Run {
            arn,
            label,
            failures,
            tolerated_count,
            tolerated_percentage,
            total,
            elements,
            results: None,
        };
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
        // What an expression makes may be as large as what a state is given.
        if exceeds(&value, MAX_DATA_BYTES) {
            return Err(Fault::Failed(too_large(&state.name).into()));
        }
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
                    after: After::Work,
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
        let elements = Vec::new();
        let results = distributed.writer.is_some().then(Vec::new);
        let run =
            Run { arn, label, failures, tolerated_count, tolerated_percentage, total, elements, results };
        iterations.run = Some(run);
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
            let length = text_length(&value);
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
    pub(super) fn selected(
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

    /// Writes what a `ResultWriter` asks for, and gives what the state tells of it.
    pub(super) fn write_results(
        &mut self,
        frame: &Frame<'m>,
        effective: &Data,
        run: &Run,
        writer: &Writer,
        pending: Vec<Value>,
    ) -> Data {
        let mut children: Vec<&(usize, ChildResult)> = run.results.iter().flatten().collect();
        children.sort_by_key(|(slot, _)| *slot);
        let children = children.into_iter().map(|(_, child)| child);
        let place = writer.parameters.as_ref().and_then(|template| {
            let scope = self.scope(frame, None);
            template.value(&Surroundings::new(effective, &scope)).ok()
        });
        let text = |name: &str| place.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let Some(bucket) = text("Bucket") else {
            let told = children.flat_map(|child| transformed(child, writer.transformation));
            return Data::new(told.collect());
        };
        let mut results = MapResults { pending, json_lines: writer.json_lines, ..MapResults::default() };
        for child in children {
            let executions = match child.status {
                Status::Succeeded => &mut results.succeeded,
                _ => &mut results.failed,
            };
            executions.extend(transformed(child, writer.transformation));
        }
        let id = run.arn.rsplit(':').next().unwrap_or_default();
        let prefix = text("Prefix").unwrap_or_default();
        let files = results.files(&bucket, &prefix, &run.arn, id);
        self.written.extend(files.into_iter().map(|(key, text)| (format!("{bucket}/{key}"), text)));
        let details = json!({ "Bucket": bucket, "Key": manifest_key(&prefix, id) });
        Data::new(json!({ "MapRunArn": run.arn, "ResultWriterDetails": details }))
    }
}

/// What `WriterConfig.Transformation` makes of a child. One that did not succeed is told in full.
fn transformed(child: &ChildResult, transformation: Transformation) -> Vec<Value> {
    let output = child.output.as_deref().and_then(|text| serde_json::from_str(text).ok());
    match (transformation, output) {
        (Transformation::None, _) | (_, None) => vec![child.described()],
        (Transformation::Flatten, Some(Value::Array(items))) => items,
        (_, Some(output)) => vec![output],
    }
}

fn reader_failed(cause: String) -> Failure {
    Failure::new("States.ItemReaderFailed", cause)
}

/// The fault of a number that is read but is no good.
fn refused(number: Option<&Number>, cause: &str) -> Fault {
    match number {
        Some(Number::Jsonata { field, .. }) => Fault::Query {
            cause: cause.to_owned(),
            location: Some((*field).to_owned()),
            after: After::Before,
        },
        _ => Fault::Runtime(cause.to_owned()),
    }
}
