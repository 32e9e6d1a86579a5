//! Executions that AWS recorded: each is run again with the results that its tasks had, and its
//! outcome and its whole history are compared.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use regex::Regex;
use serde_json::{Map, Value, json};
use workflow_core::{
    HistoryEvent, Status, TaskStep,
    interpreter::{Answer, Execution, Interpreter, InterpreterError, StateMachine, TaskCall, TaskHandler},
};

use super::{Case, Outcome, same, short};

/// One execution: how its outcome compares, and its history where one was recorded.
pub(super) struct Compared {
    pub(super) case: Case,
    pub(super) events: Option<Outcome>,
}

/// Runs the executions of a file.
pub(super) fn run(cases: &[Value]) -> Vec<Compared> {
    cases.iter().map(compare).collect()
}

fn compare(case: &Value) -> Compared {
    let id = case["id"].as_str().unwrap_or_default().to_owned();
    let (outcome, events) = match execute(case) {
        Ok(execution) => (outcome(case, &execution), events(case, &execution)),
        Err(message) => {
            let recorded = case["history"].is_array();
            (Outcome::Different(message.clone()), recorded.then_some(Outcome::Different(message)))
        }
    };
    Compared { case: Case { id, outcome }, events }
}

fn execute(case: &Value) -> Result<Execution, String> {
    let machine = StateMachine::from_value(&case["definition"]).map_err(|error| error.to_string())?;
    let context = &case["context"];
    let name = |field: &str| context[field].as_str().unwrap_or(field).to_owned();
    let mut interpreter = Interpreter::test()
        .account(name("region"), name("account"))
        .names(name("stateMachineName"), name("executionName"))
        .role(context["roleArn"].as_str().map(str::to_owned))
        .fallback(Replay { tasks: case["tasks"].clone(), turns: Mutex::default() });
    if case["type"] == "EXPRESS" {
        interpreter = interpreter.express();
    }
    for (place, text) in case["s3"].as_object().into_iter().flatten() {
        if let (Some((bucket, key)), Some(text)) = (place.split_once('/'), text.as_str()) {
            interpreter = interpreter.object(bucket, key, text);
        }
    }
    Ok(interpreter.run_blocking(&machine, case["input"].clone()))
}

/// Answers each attempt with what it was answered on AWS.
struct Replay {
    tasks: Value,
    turns: Mutex<HashMap<String, usize>>,
}

impl TaskHandler for Replay {
    fn handle(&self, call: &TaskCall<'_>) -> Answer {
        let iteration: Vec<Value> =
            call.iteration.iter().map(|(state, index)| json!([&**state, index])).collect();
        let iteration = Value::Array(iteration);
        let of_iteration = |result: &&Value| match result.get("iteration") {
            Some(recorded) => *recorded == iteration,
            None => call.iteration.is_empty(),
        };
        let results: Vec<&Value> =
            self.tasks[call.state].as_array().into_iter().flatten().filter(of_iteration).collect();
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = turns.entry(format!("{} {iteration}", call.state)).or_default();
            *turn += 1;
            *turn - 1
        };
        let Some(result) = results.get(turn) else {
            return Answer::failure("Replay.NothingRecorded", format!("attempt {turn} of {}", call.state));
        };
        let text = |field: &str| result[field].as_str().map(str::to_owned);
        let answer = if result.get("hang").is_some() {
            Answer::hangs()
        } else if let Some(output) = result.get("output") {
            Answer::value(output.clone())
        } else {
            Answer::failure_of(text("error"), text("cause"))
        };
        let missed = match result["event"].as_str().unwrap_or_default() {
            "LambdaFunctionScheduleFailed" | "ActivityScheduleFailed" => Some(TaskStep::Schedule),
            "LambdaFunctionStartFailed" | "TaskStartFailed" => Some(TaskStep::Start),
            "TaskSubmitFailed" => Some(TaskStep::Submit),
            _ => None,
        };
        let answer = match missed {
            Some(step) => answer.fails_to(step),
            None => answer,
        };
        match result.get("submitted") {
            Some(submitted) => answer.submitted(submitted.clone()),
            None => answer,
        }
    }
}

/// What of a line is not to be compared, or only by a pattern.
pub(super) struct Masks {
    placeholders: HashSet<String>,
    patterns: HashMap<String, Regex>,
}

impl Masks {
    pub(super) fn of(case: &Value) -> Self {
        let placeholders = case["placeholders"].as_array().into_iter().flatten();
        let patterns = case["patterns"].as_object().into_iter().flatten();
        Self {
            placeholders: placeholders.filter_map(|place| place.as_str().map(str::to_owned)).collect(),
            patterns: patterns
                .filter_map(|(place, pattern)| {
                    let regex = Regex::new(&format!("^(?:{})$", pattern.as_str()?)).ok()?;
                    Some((place.clone(), regex))
                })
                .collect(),
        }
    }

    /// Where two values differ, the second being what was recorded at a place.
    pub(super) fn difference(&self, ours: &Value, theirs: &Value, place: &str) -> Option<String> {
        if let Some(pattern) = self.patterns.get(place) {
            let fits = ours.as_str().is_some_and(|text| pattern.is_match(text));
            return (!fits).then(|| format!("{place} is {} and does not match {pattern}", short(ours)));
        }
        if self.placeholders.contains(place) {
            return None;
        }
        let below = |key: &str| format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
        match (ours, theirs) {
            (Value::Object(ours), Value::Object(theirs)) => {
                let missing = theirs
                    .keys()
                    .find(|key| !ours.contains_key(*key) && !self.placeholders.contains(&below(key)));
                if let Some(key) = missing {
                    return Some(format!("{} is missing, it is {}", below(key), short(&theirs[key])));
                }
                for (key, value) in ours {
                    match theirs.get(key) {
                        Some(recorded) => {
                            if let Some(difference) = self.difference(value, recorded, &below(key)) {
                                return Some(difference);
                            }
                        }
                        None => return Some(format!("{} is {} and not there", below(key), short(value))),
                    }
                }
                None
            }
            (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
                ours.iter().zip(theirs).enumerate().find_map(|(index, (ours, theirs))| {
                    self.difference(ours, theirs, &below(&index.to_string()))
                })
            }
            _ if same(ours, theirs) => None,
            _ => Some(format!("{place} is {} and not {}", short(ours), short(theirs))),
        }
    }
}

fn outcome(case: &Value, execution: &Execution) -> Outcome {
    let expected = &case["expect"];
    let status = match execution.status() {
        Status::Succeeded => "SUCCEEDED",
        Status::Failed => "FAILED",
        Status::TimedOut => "TIMED_OUT",
        Status::Aborted => "ABORTED",
    };
    if expected["status"] != status {
        let told = [execution.error(), execution.cause()].map(Option::unwrap_or_default).join(": ");
        return Outcome::Different(format!("{status} and not {}: {told}", expected["status"]));
    }
    let masks = Masks::of(case);
    let mut ours = Map::new();
    if let Ok(output) = execution.output() {
        ours.insert("output".to_owned(), output);
    }
    // What hangs until somebody stops the execution ends without a word.
    if !is_stopped(execution) {
        ours.extend(execution.error().map(|error| ("error".to_owned(), error.into())));
        ours.extend(execution.cause().map(|cause| ("cause".to_owned(), cause.into())));
    }
    let mut theirs = expected.as_object().cloned().unwrap_or_default();
    theirs.retain(|key, _| matches!(key.as_str(), "output" | "error" | "cause"));
    rebuilt(expected, &mut ours, &mut theirs);
    match masks.difference(&Value::Object(ours), &Value::Object(theirs), "/expect") {
        Some(difference) => Outcome::Different(difference),
        None => Outcome::Same,
    }
}

/// Whether nothing could happen any more: on AWS, somebody stopped the execution then.
fn is_stopped(execution: &Execution) -> bool {
    matches!(execution.aborted(), Some(InterpreterError::Stalled { .. }))
}

/// Parses the causes that were recorded as JSON.
fn rebuilt(of: &Value, ours: &mut Map<String, Value>, theirs: &mut Map<String, Value>) {
    if of.get("causeRebuilt").is_none() {
        return;
    }
    for fields in [ours, theirs] {
        fields.remove("causeRebuilt");
        let parsed =
            fields.get("cause").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
        if let Some(parsed) = parsed {
            fields.insert("cause".to_owned(), parsed);
        }
    }
}

fn events(case: &Value, execution: &Execution) -> Option<Outcome> {
    let recorded = case["history"].as_array()?;
    let mut ours: Vec<Value> = execution.history().events.iter().map(flat).collect();
    if let (true, Some(Value::Object(last))) = (is_stopped(execution), ours.last_mut()) {
        last.retain(|key, _| key != "error" && key != "cause");
    }
    let masks = Masks::of(case);
    let strict = in_order(&masks, &ours, recorded);
    let difference = match strict {
        Some(_) if case["expect"]["ordered"] == false => in_any_order(&masks, &ours, recorded),
        difference => difference,
    };
    Some(difference.map_or(Outcome::Same, Outcome::Different))
}

fn in_order(masks: &Masks, ours: &[Value], recorded: &[Value]) -> Option<String> {
    let started = ours.iter().find(|event| event["type"] == "MapRunStarted");
    for (index, (ours, theirs)) in ours.iter().zip(recorded).enumerate() {
        let mut ours = ours.clone();
        // Which of the two events of its run the exit of a distributed Map follows is left to chance.
        let chance = theirs["type"] == "MapStateExited"
            && started.is_some()
            && ours["prev"].as_u64().map(|id| id - 1) == theirs["prev"].as_u64();
        if chance {
            ours["prev"] = theirs["prev"].clone();
        }
        if let Some(difference) = event_difference(masks, &ours, theirs, index) {
            return Some(difference);
        }
    }
    let (ours, theirs) = (ours.len(), recorded.len());
    (ours != theirs).then(|| format!("{ours} events and not {theirs}"))
}

fn in_any_order(masks: &Masks, ours: &[Value], recorded: &[Value]) -> Option<String> {
    let without_ids = |event: &Value| {
        let mut event = event.clone();
        if let Some(fields) = event.as_object_mut() {
            fields.retain(|key, _| key != "id" && key != "prev");
        }
        event
    };
    let mut left: Vec<Value> = ours.iter().map(without_ids).collect();
    for (index, theirs) in recorded.iter().enumerate() {
        let theirs = without_ids(theirs);
        let found = left.iter().position(|ours| event_difference(masks, ours, &theirs, index).is_none());
        match found {
            Some(place) => drop(left.remove(place)),
            None => return Some(format!("no event like {}", short(&theirs))),
        }
    }
    left.first().map(|event| format!("an event too many: {}", short(event)))
}

fn event_difference(masks: &Masks, ours: &Value, theirs: &Value, index: usize) -> Option<String> {
    let (mut ours, mut theirs_fields) = (ours.clone(), theirs.as_object()?.clone());
    let ours_fields = ours.as_object_mut()?;
    rebuilt(theirs, ours_fields, &mut theirs_fields);
    // Nobody but the worker knows its name, and some ids were not recorded.
    theirs_fields.remove("workerName");
    for unknown in ["id", "prev"] {
        if theirs_fields.get(unknown).is_some_and(Value::is_null) {
            theirs_fields.remove(unknown);
            ours_fields.remove(unknown);
        }
    }
    masks.difference(&ours, &Value::Object(theirs_fields), &format!("/history/{index}"))
}

/// An event as the recordings have it: its details beside its type, and JSON texts parsed.
fn flat(event: &HistoryEvent) -> Value {
    let event = serde_json::to_value(event).unwrap_or_default();
    let mut flat = json!({ "type": event["type"], "id": event["id"], "prev": event["previousEventId"] });
    let details = event.as_object().into_iter().flatten().find(|(key, _)| key.ends_with("EventDetails"));
    let parsed = |value: &Value| {
        value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
    };
    if let (Some((_, Value::Object(details))), Some(flat)) = (details, flat.as_object_mut()) {
        for (key, value) in details {
            let value = match (key.as_str(), value) {
                ("input" | "output" | "parameters", value) => parsed(value),
                ("assignedVariables", Value::Object(variables)) => {
                    variables.iter().map(|(name, value)| (name.clone(), parsed(value))).collect()
                }
                (_, value) => value.clone(),
            };
            flat.insert(key.clone(), value);
        }
    }
    flat
}
