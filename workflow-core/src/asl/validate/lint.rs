//! Warnings: what Step Functions takes, and what is probably not meant.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{
    Code, Diagnostic,
    machine::{inner, is_terminal, states, targets},
};
use crate::jsonata::{Expression, delimited};

/// Every warning, state by state.
pub(super) fn lint(definition: &Value) -> Vec<Diagnostic> {
    let mut lint = Lint { found: Vec::new(), variables: HashSet::new() };
    let Some(machine) = definition.as_object() else { return lint.found };
    collect_variables(definition, &mut lint.variables);
    lint.machine(machine, "");
    lint.found
}

struct Lint<'a> {
    found: Vec<Diagnostic>,
    /// The variables that any state sets.
    variables: HashSet<&'a str>,
}

/// Notes the names in every `Assign`.
fn collect_variables<'a>(value: &'a Value, variables: &mut HashSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if let (true, Some(assigned)) = (name == "Assign", field.as_object()) {
                    variables.extend(assigned.keys().map(|name| name.strip_suffix(".$").unwrap_or(name)));
                }
                collect_variables(field, variables);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_variables(item, variables)),
        _ => {}
    }
}

/// The places that ways lead to from some.
fn follow(from: impl IntoIterator<Item = usize>, ways: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; ways.len()];
    let mut open: Vec<usize> = from.into_iter().collect();
    while let Some(place) = open.pop() {
        if !std::mem::replace(&mut reached[place], true) {
            open.extend(&ways[place]);
        }
    }
    reached
}

impl Lint<'_> {
    fn warn(&mut self, code: Code, at: &str, message: impl Into<String>) {
        self.found.push(Diagnostic::warning(code, at, message));
    }

    fn machine(&mut self, machine: &Map<String, Value>, at: &str) {
        self.ways(machine, at);
        for (_, state, at) in states(machine, at) {
            self.state(state, &at);
            for (machine, at) in inner(state, &at) {
                self.machine(machine, &at);
            }
        }
    }

    /// States that no way leads to, and those that no way leads out of.
    fn ways(&mut self, machine: &Map<String, Value>, at: &str) {
        let states: Vec<_> = states(machine, at).collect();
        let places: HashMap<&str, usize> =
            states.iter().enumerate().map(|(place, (name, ..))| (*name, place)).collect();
        let find = |name: &str| places.get(name).copied();
        let next: Vec<Vec<usize>> = states
            .iter()
            .map(|(_, state, at)| targets(state, at).iter().filter_map(|(target, _)| find(target)).collect())
            .collect();
        let start = machine.get("StartAt").and_then(Value::as_str).and_then(find);
        let reached = follow(start, &next);
        // Backwards from where an execution ends. A task that fails ends it as well, which is no way out that
        // anybody plans.
        let mut before = vec![Vec::new(); states.len()];
        for (place, targets) in next.iter().enumerate() {
            targets.iter().for_each(|&target| before[target].push(place));
        }
        let terminal = (0..states.len()).filter(|&place| is_terminal(states[place].1));
        let ends = follow(terminal, &before);
        for (place, (name, _, at)) in states.iter().enumerate() {
            if !reached[place] {
                let message = format!("No way leads from the start to the state \"{name}\"");
                self.warn(Code::UnreachableState, at, message);
            } else if !ends[place] {
                let message = format!("No way leads from the state \"{name}\" to an end");
                self.warn(Code::LoopWithoutExit, at, message);
            }
        }
    }

    fn state(&mut self, state: &Value, at: &str) {
        let has = |name: &str| state.get(name).is_some();
        match state.get("Type").and_then(Value::as_str) {
            Some("Choice") if !has("Default") => {
                let message =
                    "Without a Default the execution fails with States.NoChoiceMatched where no rule matches";
                self.warn(Code::ChoiceWithoutDefault, at, message);
            }
            Some("Task") => self.task(state, at),
            Some("Pass") => {
                if let Some(result) = state.get("Result") {
                    self.static_result(result, &format!("{at}/Result"));
                }
            }
            _ => {}
        }
        let Some(fields) = state.as_object() else { return };
        for (name, field) in fields {
            let at = format!("{at}/{name}");
            match name.as_str() {
                "ItemProcessor" | "Iterator" | "Branches" | "Result" => {}
                "Parameters" | "ResultSelector" | "ItemSelector" => self.without_dollar(field, &at),
                "Next" | "Type" | "Comment" | "StartAt" | "Default" | "QueryLanguage" => {}
                _ => self.expressions(field, &at),
            }
            if matches!(name.as_str(), "Parameters" | "ItemSelector") {
                self.expressions(field, &at);
            }
        }
    }

    fn task(&mut self, state: &Value, at: &str) {
        let has = |name: &str| state.get(name).is_some();
        let resource = state.get("Resource").and_then(Value::as_str).unwrap_or_default();
        if !has("Retry") {
            self.warn(
                Code::TaskWithoutRetry,
                at,
                "Without a Retry the first failure of the task is the last",
            );
        }
        let limits = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
        if resource.ends_with(".waitForTaskToken") && !limits.into_iter().any(has) {
            let message = "Without a timeout or heartbeat the task waits for its callback for up to a year";
            self.warn(Code::CallbackWithoutTimeout, at, message);
        }
        let shapes = ["ResultPath", "ResultSelector", "OutputPath", "Output"];
        // In JSONata what matters is assigned; only the last output is anybody's.
        let is_used = has("End") || !has("Arguments");
        if resource.ends_with(":::lambda:invoke") && is_used && !shapes.into_iter().any(has) {
            let message =
                "The task passes on the whole response of Lambda; its result is in the field Payload";
            self.warn(Code::WholeResponse, at, message);
        }
    }

    fn static_result(&mut self, result: &Value, at: &str) {
        match result {
            Value::Object(fields) => {
                for (name, field) in fields {
                    let at = format!("{at}/{name}");
                    if name.ends_with(".$") {
                        self.warn(
                            Code::PassResultIsStatic,
                            &at,
                            "A Result is passed on as it stands; use Parameters",
                        );
                    }
                    self.static_result(field, &at);
                }
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(place, item)| self.static_result(item, &format!("{at}[{place}]"))),
            _ => {}
        }
    }

    /// Fields of a payload template whose value looks like a path and is not taken for one.
    fn without_dollar(&mut self, template: &Value, at: &str) {
        match template {
            Value::Object(fields) => {
                for (name, field) in fields.iter().filter(|(name, _)| !name.ends_with(".$")) {
                    self.without_dollar(field, &format!("{at}/{name}"));
                }
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(place, item)| self.without_dollar(item, &format!("{at}[{place}]"))),
            Value::String(text) => {
                let is_path =
                    text == "$" || text == "$$" || text.starts_with("$.") || text.starts_with("$$.");
                if is_path || crate::intrinsics::Intrinsic::parse(text).is_ok() {
                    self.warn(
                        Code::NoDollar,
                        at,
                        "The value is taken as it stands; a field with a path has a name that ends in '.$'",
                    );
                }
            }
            _ => {}
        }
    }

    /// Variables in JSONata that nothing sets, so that they are undefined.
    fn expressions(&mut self, value: &Value, at: &str) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.expressions(field, &format!("{at}/{name}"));
                }
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(place, item)| self.expressions(item, &format!("{at}[{place}]"))),
            Value::String(text) => {
                let Some(Ok(expression)) = delimited(text).map(Expression::parse) else { return };
                let reads = expression.reads();
                for name in &reads.variables {
                    let is_known = self.variables.contains(name.as_str())
                        || reads.own_variables.contains(name)
                        || crate::jsonata::is_function(name);
                    if !is_known {
                        self.warn(Code::UnknownVariable, at, format!("Nothing sets the variable ${name}"));
                    }
                }
            }
            _ => {}
        }
    }
}
