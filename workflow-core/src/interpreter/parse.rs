//! Reads a definition into a [`StateMachine`]: once, with everything checked that running it needs.
//!
//! What is wrong is told with the place where it stands. Checks of style are no business of this file.

mod choice;
mod fields;
mod map;

use std::{collections::HashMap, str::FromStr, time::Duration};

use serde_json::Value;

use self::fields::Fields;
use super::{
    expression::{Jsonata, Path},
    handler::action_of,
    machine::{
        Catcher, Fail, Kind, Language, Machine, Number, Pattern, ResourceKind, ResultPath, Retrier,
        Selection, State, StateMachine, Task, TaskResource, Timestamp, Transition, Wait, Words,
    },
    template::Template,
};
use crate::{
    asl::substitution::first_unquoted,
    child::{ACCOUNT, REGION},
    emit::render,
    history::Text,
    lower::Definition,
    retry::{Backoff, Seconds},
};

/// The most bytes that a definition may have.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>)
const MAX_BYTES: usize = 1_048_576;
/// How deep a definition may nest: what `serde_json` reads as well.
const MAX_DEPTH: usize = 127;

/// The text of a definition as it is deployed to the account of the native executor, where these functions have
/// the names that the program gives them.
pub(crate) fn deployed_here<'a>(json: &str, functions: impl Iterator<Item = &'a str>) -> String {
    let names = functions.map(|name| (name, name)).chain([("AwsRegion", REGION), ("AwsAccountId", ACCOUNT)]);
    names
        .fold(json.to_owned(), |json, (placeholder, name)| json.replace(&format!("${{{placeholder}}}"), name))
}

/// Why a text or a value is no state machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if location.is_empty() { String::new() } else { format!("{location}: ") })]
pub struct DefinitionError {
    /// Where in the definition, as a JSON pointer; empty for the definition itself.
    pub location: String,
    /// What is wrong.
    pub message: String,
}

impl DefinitionError {
    fn new(location: impl Into<String>, message: impl Into<String>) -> Self {
        Self { location: location.into(), message: message.into() }
    }
}

type Parsed<T> = Result<T, DefinitionError>;

impl FromStr for StateMachine {
    type Err = DefinitionError;

    fn from_str(text: &str) -> Parsed<Self> {
        Self::parse(text)
    }
}

impl StateMachine {
    /// The state machine that a workflow becomes, as it runs in the account of the native executor, where
    /// functions have the names that the program gives them.
    ///
    /// # Errors
    ///
    /// What the workflow says that no state machine can.
    pub fn of(definition: &Definition) -> Parsed<Self> {
        if let Some(problem) = definition.problems.first() {
            return Err(DefinitionError::new("", problem));
        }
        let functions = definition.tasks.iter().filter_map(|task| task.function);
        Self::parse(&deployed_here(&render(&definition.machine), functions))
    }

    /// Reads a definition.
    ///
    /// # Errors
    ///
    /// What is not JSON, larger than 1 MiB, or not a state machine; with the place.
    pub fn parse(text: &str) -> Parsed<Self> {
        if text.len() > MAX_BYTES {
            let message = format!("a definition may have {MAX_BYTES} bytes, and this one has {}", text.len());
            return Err(DefinitionError::new("", message));
        }
        let value = serde_json::from_str(text).map_err(|error| {
            let hint = match first_unquoted(text) {
                Some(found) => format!("; `{found}` has to be filled in before, as a deployment does"),
                None => String::new(),
            };
            DefinitionError::new("", format!("this is no JSON: {error}{hint}"))
        })?;
        Self::from_value(&value)
    }

    /// Reads a definition that is JSON already.
    ///
    /// # Errors
    ///
    /// What is nested deeper than 127 levels, or not a state machine; with the place.
    pub fn from_value(value: &Value) -> Parsed<Self> {
        if deeper_than(value, MAX_DEPTH) {
            let message = format!("a definition may nest {MAX_DEPTH} levels, and this one nests deeper");
            return Err(DefinitionError::new("", message));
        }
        let fields = Fields::of(value, String::new())?;
        let timeout = fields.whole("TimeoutSeconds")?.map(Duration::from_secs);
        Ok(Self { root: machine(&fields, Language::JsonPath)?, timeout })
    }
}

fn deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| deeper_than(item, levels - 1)),
        Value::Object(fields) => levels == 0 || fields.values().any(|field| deeper_than(field, levels - 1)),
        _ => false,
    }
}

/// The states of a machine. A language that it does not name is that of what it is in.
fn machine(fields: &Fields<'_>, outside: Language) -> Parsed<Machine> {
    let language = language(fields)?.unwrap_or(outside);
    let states = Fields::of(fields.required("States")?, fields.place("States"))?;
    let numbers: HashMap<String, usize> =
        states.iter().enumerate().map(|(number, (name, _))| (name.clone(), number)).collect();
    let start = fields.text("StartAt")?.ok_or_else(|| fields.missing("StartAt"))?;
    let start = fields.state(&numbers, "StartAt", start)?;
    let mut parsed = Vec::with_capacity(numbers.len());
    for (name, value) in states.iter() {
        parsed.push(state(name, &Fields::of(value, states.place(name))?, language, &numbers)?);
    }
    Ok(Machine { start, states: parsed })
}

fn language(fields: &Fields<'_>) -> Parsed<Option<Language>> {
    Ok(match fields.text("QueryLanguage")? {
        None => None,
        Some("JSONPath") => Some(Language::JsonPath),
        Some("JSONata") => Some(Language::Jsonata),
        Some(other) => {
            return Err(
                fields.error("QueryLanguage", format!("`{other}` is neither `JSONPath` nor `JSONata`"))
            );
        }
    })
}

fn state(
    name: &str,
    fields: &Fields<'_>,
    outside: Language,
    numbers: &HashMap<String, usize>,
) -> Parsed<State> {
    let language = language(fields)?.unwrap_or(outside);
    let kind = fields.text("Type")?.ok_or_else(|| fields.missing("Type"))?;
    let jsonata = language == Language::Jsonata;
    let parameters = match kind {
        "Map" => match fields.get("ItemSelector") {
            Some(_) => "ItemSelector",
            None => "Parameters",
        },
        _ if jsonata => "Arguments",
        _ => "Parameters",
    };
    let transition = || match (fields.text("Next")?, fields.get("End")) {
        (Some(next), None | Some(Value::Bool(false))) => {
            Ok(Transition::Next(fields.state(numbers, "Next", next)?))
        }
        (None, Some(Value::Bool(true))) => Ok(Transition::End),
        (Some(_), Some(_)) => Err(fields.error("End", "a state has either `Next` or `End`")),
        (None, _) => Err(fields.error("", "a state needs `Next` or `\"End\": true`")),
    };
    let next = match kind {
        "Choice" | "Succeed" | "Fail" => Transition::End,
        // TestState takes a lone state without a transition; `lone_state` adds one.
        _ => transition()?,
    };
    let kind = match kind {
        "Task" => Kind::Task(Box::new(task(fields, language)?)),
        "Choice" => Kind::Choice(choice::choice(fields, language, numbers)?),
        "Pass" => Kind::Pass(if jsonata { None } else { fields.get("Result").map(|v| v.clone().into()) }),
        "Wait" => Kind::Wait(wait(fields, language)?),
        "Succeed" => Kind::Succeed,
        "Fail" => Kind::Fail(Fail {
            error: words(fields, language, "Error", "ErrorPath")?,
            cause: words(fields, language, "Cause", "CausePath")?,
        }),
        "Parallel" => Kind::Parallel(
            fields
                .list("Branches")?
                .ok_or_else(|| fields.missing("Branches"))?
                .iter()
                .map(|branch| machine(branch, language))
                .collect::<Parsed<_>>()?,
        ),
        "Map" => Kind::Map(Box::new(map::map(fields, language)?)),
        other => {
            let message = format!(
                "there is no state type `{other}`; there are Task, Choice, Pass, Wait, Succeed, Fail, Parallel, Map"
            );
            return Err(fields.error("Type", message));
        }
    };
    Ok(State {
        name: Text::from(name.to_owned()),
        language,
        input_path: if jsonata { Selection::Whole } else { selection(fields, "InputPath")? },
        output_path: if jsonata { Selection::Whole } else { selection(fields, "OutputPath")? },
        parameters: template(fields, language, parameters)?,
        result_selector: if jsonata { None } else { template(fields, language, "ResultSelector")? },
        result_path: if jsonata { ResultPath::Whole } else { result_path(fields)? },
        assign: assign(fields, language)?,
        output: if jsonata { template(fields, language, "Output")? } else { None },
        retry: retriers(fields)?,
        catch: catchers(fields, language, numbers)?,
        next,
        kind,
    })
}

fn selection(fields: &Fields<'_>, name: &'static str) -> Parsed<Selection> {
    Ok(match fields.get(name) {
        None => Selection::Whole,
        Some(Value::Null) => Selection::Nothing,
        Some(Value::String(text)) => Selection::At(path(fields, name, text)?),
        Some(_) => return Err(fields.error(name, "expected a path or null")),
    })
}

fn result_path(fields: &Fields<'_>) -> Parsed<ResultPath> {
    Ok(match fields.get("ResultPath") {
        None => ResultPath::Whole,
        Some(Value::Null) => ResultPath::Discard,
        Some(Value::String(path)) => {
            let path = super::expression::ReferencePath::parse(path)
                .map_err(|message| fields.error("ResultPath", message))?;
            ResultPath::At(path)
        }
        Some(_) => return Err(fields.error("ResultPath", "expected a reference path or null")),
    })
}

fn path(fields: &Fields<'_>, name: &str, text: &str) -> Parsed<Path> {
    Path::parse(text).map_err(|message| fields.error(name, message))
}

fn template(fields: &Fields<'_>, language: Language, name: &str) -> Parsed<Option<Template>> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    Template::parse(value, language, name)
        .map(Some)
        .map_err(|(at, message)| DefinitionError::new(format!("{}{at}", fields.place(name)), message))
}

fn assign(fields: &Fields<'_>, language: Language) -> Parsed<Vec<(Text, Template)>> {
    let Some(value) = fields.get("Assign") else { return Ok(Vec::new()) };
    let entries = Fields::of(value, fields.place("Assign"))?;
    let mut assign = Vec::new();
    for (key, value) in entries.iter() {
        let failed = |(at, message): (String, String)| {
            DefinitionError::new(format!("{}{at}", entries.place(key)), message)
        };
        let (name, template) = match language {
            Language::JsonPath => Template::entry(key, value).map_err(failed)?,
            Language::Jsonata => {
                let location = format!("Assign/{key}");
                (key.clone(), Template::parse(value, language, &location).map_err(failed)?)
            }
        };
        if name == "states" {
            return Err(entries.error(key, "`states` is the name of `$states` and cannot be assigned"));
        }
        assign.push((Text::from(name), template));
    }
    Ok(assign)
}

/// A number that a field gives, its twin whose name ends in `Path`, or JSONata.
fn number(
    fields: &Fields<'_>,
    language: Language,
    name: &'static str,
    path_name: &'static str,
) -> Parsed<Option<Number>> {
    match (fields.get(name), language) {
        (Some(Value::Number(number)), _) => Ok(Some(Number::Literal(number.as_f64().unwrap_or(f64::NAN)))),
        (Some(Value::String(text)), Language::Jsonata) => {
            Ok(Some(Number::Jsonata { field: name, expression: jsonata(fields, name, text)? }))
        }
        (Some(_), Language::Jsonata) => {
            Err(fields.unexpected(name, "expected a number or a JSONata expression"))
        }
        (Some(_), Language::JsonPath) => Err(fields.unexpected(name, "expected a number")),
        (None, Language::Jsonata) => Ok(None),
        (None, Language::JsonPath) => match fields.text(path_name)? {
            Some(text) => Ok(Some(Number::Path { field: path_name, path: path(fields, path_name, text)? })),
            None => Ok(None),
        },
    }
}

fn jsonata(fields: &Fields<'_>, name: &str, text: &str) -> Parsed<Jsonata> {
    Jsonata::delimited(text, name)
        .unwrap_or_else(|| Err("expected a JSONata expression: `{% .. %}`".to_owned()))
        .map_err(|message| fields.error(name, message))
}

fn words(
    fields: &Fields<'_>,
    language: Language,
    name: &'static str,
    path_name: &'static str,
) -> Parsed<Option<Words>> {
    if let Some(text) = fields.text(name)? {
        if language == Language::Jsonata
            && let Some(expression) = Jsonata::delimited(text, name)
        {
            let expression = expression.map_err(|message| fields.error(name, message))?;
            return Ok(Some(Words::Jsonata(expression)));
        }
        return Ok(Some(Words::Literal(Text::from(text.to_owned()))));
    }
    match (fields.text(path_name)?, language) {
        (Some(text), Language::JsonPath) => {
            Ok(Some(Words::Path { field: path_name, path: path(fields, path_name, text)? }))
        }
        _ => Ok(None),
    }
}

fn wait(fields: &Fields<'_>, language: Language) -> Parsed<Wait> {
    if let Some(seconds) = number(fields, language, "Seconds", "SecondsPath")? {
        return Ok(Wait::Seconds(seconds));
    }
    if let Some(text) = fields.text("Timestamp")? {
        let jsonata = match language {
            Language::Jsonata => Jsonata::delimited(text, "Timestamp"),
            Language::JsonPath => None,
        };
        return Ok(Wait::Until(match jsonata {
            Some(expression) => {
                Timestamp::Jsonata(expression.map_err(|message| fields.error("Timestamp", message))?)
            }
            None => Timestamp::Literal(text.to_owned()),
        }));
    }
    if let (Some(text), Language::JsonPath) = (fields.text("TimestampPath")?, language) {
        return Ok(Wait::Until(Timestamp::Path(path(fields, "TimestampPath", text)?)));
    }
    Err(fields.error("", "a Wait state needs `Seconds`, `SecondsPath`, `Timestamp` or `TimestampPath`"))
}

fn task(fields: &Fields<'_>, language: Language) -> Parsed<Task> {
    let arn = fields.text("Resource")?.ok_or_else(|| fields.missing("Resource"))?;
    Ok(Task {
        resource: resource(arn),
        timeout: number(fields, language, "TimeoutSeconds", "TimeoutSecondsPath")?,
        heartbeat: number(fields, language, "HeartbeatSeconds", "HeartbeatSecondsPath")?,
        credentials: template(fields, language, "Credentials")?,
    })
}

/// What an ARN names. One that AWS would not know, such as `${Function}`, stands for a function.
pub(super) fn resource(arn: &str) -> TaskResource {
    let text = |text: &str| Text::from(text.to_owned());
    let is_activity = arn.starts_with("arn:") && arn.contains(":states:") && arn.contains(":activity:");
    let kind = match action_of(arn).and_then(|task| task.rsplit_once(':').map(|parts| (task, parts))) {
        Some((task, (service, action))) => {
            // The version in `startExecution.sync:2` belongs to the action.
            let (service, action) = match (action.parse::<u32>(), service.rsplit_once(':')) {
                (Ok(_), Some((service, _))) => (service, &task[service.len() + 1..]),
                _ => (service, action),
            };
            let pattern = match action.split_once('.').map(|(_, pattern)| pattern) {
                None => Pattern::RequestResponse,
                Some("waitForTaskToken") => Pattern::Callback,
                // `sync` and `sync:2`
                Some(_) => Pattern::Sync,
            };
            ResourceKind::Service { service: text(service), action: text(action), pattern }
        }
        None if is_activity => ResourceKind::Activity,
        None => ResourceKind::Lambda,
    };
    TaskResource { arn: text(arn), kind }
}

fn names(fields: &Fields<'_>) -> Parsed<Vec<String>> {
    let Some(Value::Array(names)) = fields.get("ErrorEquals") else {
        return Err(fields.unexpected("ErrorEquals", "expected a list of error names"));
    };
    let text = |name: &Value| name.as_str().map(str::to_owned);
    let names: Option<Vec<String>> = names.iter().map(text).collect();
    match names {
        Some(names) if !names.is_empty() => Ok(names),
        _ => Err(fields.unexpected("ErrorEquals", "expected a list of error names")),
    }
}

fn retriers(fields: &Fields<'_>) -> Parsed<Vec<Retrier>> {
    let mut retriers = Vec::new();
    for fields in fields.list("Retry")?.unwrap_or_default() {
        let seconds = |name, default: Option<u64>| -> Parsed<Option<Seconds>> {
            Ok(fields.whole(name)?.or(default).map(|seconds| Duration::from_secs(seconds).into()))
        };
        let rate = match fields.get("BackoffRate") {
            None => 2.0,
            Some(rate) => match rate.as_f64() {
                Some(rate) if rate >= 1.0 => rate,
                _ => return Err(fields.unexpected("BackoffRate", "expected a number that is at least 1.0")),
            },
        };
        let full_jitter = match fields.text("JitterStrategy")? {
            None | Some("NONE") => false,
            Some("FULL") => true,
            Some(other) => {
                return Err(fields.error("JitterStrategy", format!("`{other}` is neither `FULL` nor `NONE`")));
            }
        };
        let interval = Duration::from_secs(fields.whole("IntervalSeconds")?.unwrap_or(1)).into();
        retriers.push(Retrier {
            errors: names(&fields)?,
            max_attempts: u32::try_from(fields.whole("MaxAttempts")?.unwrap_or(3)).unwrap_or(u32::MAX),
            backoff: Backoff { interval, rate, max_delay: seconds("MaxDelaySeconds", None)? },
            full_jitter,
        });
    }
    Ok(retriers)
}

fn catchers(
    fields: &Fields<'_>,
    language: Language,
    numbers: &HashMap<String, usize>,
) -> Parsed<Vec<Catcher>> {
    let mut catchers = Vec::new();
    for fields in fields.list("Catch")?.unwrap_or_default() {
        let next = fields.text("Next")?.ok_or_else(|| fields.missing("Next"))?;
        let jsonata = language == Language::Jsonata;
        catchers.push(Catcher {
            errors: names(&fields)?,
            result_path: if jsonata { ResultPath::Whole } else { result_path(&fields)? },
            assign: assign(&fields, language)?,
            output: if jsonata { template(&fields, language, "Output")? } else { None },
            next: fields.state(numbers, "Next", next)?,
        });
    }
    Ok(catchers)
}
