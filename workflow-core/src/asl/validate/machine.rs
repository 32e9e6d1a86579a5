//! A state machine: its fields, its states, and the ways between them. Recursion into inner state
//! machines is here.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    Code, Diagnostic,
    fields::{self, Schema},
    map,
};
use crate::WorkflowKind;

/// The longest name of a state, in characters.
const NAME_LENGTH: usize = 80;
/// How deep state machines may nest.
const DEPTH: usize = 40;

/// The language of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

/// What the checks of a state's fields know of the state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) language: Language,
}

/// A check on its way through a definition.
pub(super) struct Check<'a> {
    kind: WorkflowKind,
    language: Language,
    depth: usize,
    names: HashSet<&'a str>,
    pub(super) labels: HashSet<String>,
    pub(super) found: Vec<Diagnostic>,
}

/// Checks a definition: first every field, then, where these are sound, the ways between states.
pub(super) fn check(definition: &Value, kind: WorkflowKind) -> Vec<Diagnostic> {
    let language = match definition.get("QueryLanguage") {
        // Step Functions takes every other value for JSONata, and says that it is none.
        Some(language) if language != "JSONPath" => Language::Jsonata,
        _ => Language::JsonPath,
    };
    let mut check =
        Check { kind, language, depth: 0, names: HashSet::new(), labels: HashSet::new(), found: Vec::new() };
    match definition.as_object() {
        Some(machine) => {
            check.machine(machine, "", &fields::MACHINE);
            unique_names(machine, "", &mut check);
            if check.found.is_empty() {
                ways(machine, "", &mut check.found);
            }
        }
        None => check.error("/", "The definition must be a JSON object"),
    }
    check.found
}

impl Check<'_> {
    pub(super) fn is_express(&self) -> bool {
        self.kind == WorkflowKind::Express
    }

    fn machine(&mut self, machine: &Map<String, Value>, at: &str, schema: &Schema) {
        let site = Site { language: self.language };
        self.object(machine, at, site, schema);
        let Some(states) = machine.get("States").and_then(Value::as_object) else { return };
        if states.is_empty() {
            self.error(&format!("{at}/States"), "States must not be empty");
        }
        for (name, state) in states {
            let at = format!("{at}/States/{name}");
            if name.is_empty() || name.chars().count() > NAME_LENGTH {
                let message = format!("The name of a state has 1 to {NAME_LENGTH} characters");
                self.found.push(Diagnostic::error(Code::InvalidStateName, &*at, message));
            }
            match state.as_object() {
                Some(fields) => self.state(fields, &at),
                None => self.error(&at, "Expected value of type Object"),
            }
        }
    }

    fn state(&mut self, state: &Map<String, Value>, at: &str) {
        let language = match state.get("QueryLanguage").map(|language| language == "JSONPath") {
            Some(true) => Language::JsonPath,
            Some(false) => Language::Jsonata,
            None => self.language,
        };
        if language == Language::JsonPath && self.language == Language::Jsonata {
            return self.error(
                at,
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
            );
        }
        let Some(name) = state.get("Type") else {
            return self.error(at, "These fields are required: [Type]");
        };
        let Some(schema) = name.as_str().and_then(fields::of_type) else {
            let types = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
            return self.error(&format!("{at}/Type"), format!("Value is not one of: {types}"));
        };
        self.object(state, at, Site { language }, schema);
        if name == "Map" {
            map::state(state, at, self);
        }
        let seconds = |name: &str| state.get(name).and_then(Value::as_i64);
        if let (Some(heartbeat), Some(timeout)) = (seconds("HeartbeatSeconds"), seconds("TimeoutSeconds"))
            && heartbeat >= timeout
        {
            self.error(
                &format!("{at}/HeartbeatSeconds"),
                "HeartbeatSeconds must be smaller than TimeoutSeconds",
            );
        }
        if state.get("End") == Some(&Value::Bool(false)) && !state.contains_key("Next") {
            self.error(at, "One of the following fields is required: [Next, End]");
        }
    }

    /// Checks a state machine inside a state.
    pub(super) fn nested(&mut self, machine: &Value, at: &str, schema: &Schema) {
        self.depth += 1;
        match machine.as_object() {
            _ if self.depth > DEPTH => {
                let message = "The states are too deeply nested";
                self.found.push(Diagnostic::error(Code::TooDeeplyNested, at, message));
            }
            Some(machine) => self.machine(machine, at, schema),
            None => self.error(at, "Expected value of type Object"),
        }
        self.depth -= 1;
    }

    /// Checks the fields of an object.
    pub(super) fn object(&mut self, fields: &Map<String, Value>, at: &str, site: Site, schema: &Schema) {
        let here = if at.is_empty() { "/" } else { at };
        for (name, value) in fields {
            let Some(field) = schema.fields.iter().find(|field| field.name == name) else {
                self.error(here, format!("Field '{name}' is not supported"));
                continue;
            };
            match field.language {
                Some(language) if language != site.language => {
                    let (is, only) = (site.language.name(), language.name());
                    self.error(
                        here,
                        format!("The QueryLanguage is set to '{is}', but field '{name}' is only supported for the '{only}' QueryLanguage"),
                    );
                }
                _ => field.kind.check(value, &format!("{at}/{name}"), site, self),
            }
        }
        let missing: Vec<&str> = schema
            .fields
            .iter()
            .filter(|field| field.is_required && !fields.contains_key(field.name))
            .map(|field| field.name)
            .collect();
        if !missing.is_empty() {
            self.error(here, format!("These fields are required: [{}]", missing.join(", ")));
        }
        for group in schema.exclusive {
            let there: Vec<&str> = group.iter().copied().filter(|name| counts(fields, name)).collect();
            if there.len() > 1 {
                self.error(
                    here,
                    format!("There should only be one of the following fields: [{}]", there.join(", ")),
                );
            }
        }
        for group in schema.one_of {
            if !group.iter().any(|name| fields.contains_key(*name)) {
                self.error(here, format!("One of the following fields is required: [{}]", group.join(", ")));
            }
        }
    }
}

/// Whether a field counts among those of which only one may be there: `End` does where it is true.
fn counts(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(|value| name != "End" || value != &Value::Bool(false))
}

impl Language {
    fn name(self) -> &'static str {
        match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        }
    }
}

/// Every state machine inside a state, with its location.
pub(super) fn inner<'a>(state: &'a Value, at: &str) -> Vec<(&'a Map<String, Value>, String)> {
    let processors = ["ItemProcessor", "Iterator"]
        .into_iter()
        .filter_map(|name| Some((state.get(name)?.as_object()?, format!("{at}/{name}"))));
    let branches = state.get("Branches").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let branches = branches
        .iter()
        .enumerate()
        .filter_map(|(place, branch)| Some((branch.as_object()?, format!("{at}/Branches[{place}]"))));
    processors.chain(branches).collect()
}

/// The states of a state machine by name, each with its location.
pub(super) fn states<'a>(
    machine: &'a Map<String, Value>,
    at: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Value, String)> {
    let states = machine.get("States").and_then(Value::as_object);
    states
        .into_iter()
        .flatten()
        .map(move |(name, state)| (name.as_str(), state, format!("{at}/States/{name}")))
}

/// Names are unique in the whole definition.
fn unique_names<'a>(machine: &'a Map<String, Value>, at: &str, check: &mut Check<'a>) {
    let Some(states) = machine.get("States").and_then(Value::as_object) else { return };
    for (name, state) in states {
        let at = format!("{at}/States/{name}");
        if !check.names.insert(name) {
            let message = format!("Duplicate State name: {name}");
            check.found.push(Diagnostic::error(Code::DuplicateStateName, &*at, message));
        }
        for (machine, at) in inner(state, &at) {
            unique_names(machine, &at, check);
        }
    }
}

/// The states that a state leads to, each with the location of the field that says so.
pub(super) fn targets<'a>(state: &'a Value, at: &str) -> Vec<(&'a str, String)> {
    let named = |name: &str| Some((state.get(name)?.as_str()?, format!("{at}/{name}")));
    let listed = |list: &str| {
        let items = state.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let next = |(place, item): (usize, &'a Value)| {
            Some((item.get("Next")?.as_str()?, format!("{at}/{list}[{place}]/Next")))
        };
        items.iter().enumerate().filter_map(next).collect::<Vec<_>>()
    };
    let [rules, catchers] = ["Choices", "Catch"].map(listed);
    named("Next").into_iter().chain(rules).chain(named("Default")).chain(catchers).collect()
}

/// Whether an execution ends in a state.
pub(super) fn is_terminal(state: &Value) -> bool {
    let is_last = matches!(state.get("Type").and_then(Value::as_str), Some("Succeed" | "Fail"));
    is_last || state.get("End") == Some(&Value::Bool(true))
}

/// Checks the ways between states: first those that lead nowhere, then whether anything ends the state
/// machine, and only where something does, whether each state has a way to it.
fn ways(machine: &Map<String, Value>, at: &str, found: &mut Vec<Diagnostic>) {
    let states: Vec<_> = states(machine, at).collect();
    let start = machine.get("StartAt").and_then(Value::as_str).unwrap_or_default();
    let mut led = vec![(start, format!("{at}/StartAt"))];
    led.extend(states.iter().flat_map(|(_, state, at)| self::targets(state, at)));
    let names: HashSet<&str> = states.iter().map(|(name, ..)| *name).collect();
    let targets: HashSet<&str> = led.iter().map(|(target, _)| *target).collect();
    for (target, location) in &led {
        if !names.contains(target) {
            let message = format!("Missing 'Next' target: {target}");
            found.push(Diagnostic::error(Code::MissingTransitionTarget, &**location, message));
        }
    }
    if states.iter().any(|(_, state, _)| is_terminal(state)) {
        for (name, _, at) in &states {
            if !targets.contains(name) {
                let message = format!("State \"{name}\" is not reachable.");
                found.push(Diagnostic::error(Code::MissingTransitionTarget, &**at, message));
            }
        }
    } else {
        let message = "Workflow has no terminal state";
        let found_here = Diagnostic::error(Code::MissingEndState, at, message);
        found.push(Diagnostic { location: None, ..found_here });
    }
    for (_, state, at) in &states {
        for (machine, at) in inner(state, at) {
            ways(machine, &at, found);
        }
    }
}
