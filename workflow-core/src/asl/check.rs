//! Whether a state machine is one that Step Functions takes and that can end.
//!
//! What Step Functions itself refuses is [`validate`](super::validate)'s to tell. This adds what only the model
//! shows (two states of one name, which JSON cannot hold), what deployment needs (every placeholder is
//! filled in), and what Step Functions takes though it never works: states that no way leads to, and a
//! state machine without a way to an end.

mod problem;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::Value;

pub use problem::Problem;

use super::{State, StateMachine, Transition, validate};
use crate::workflow::WorkflowKind;

/// Checks that a state machine is sound.
///
/// `known_placeholders` are the names, without `${` and `}`, that the deployment fills in.
///
/// ```
/// use workflow_core::asl::{QueryLanguage, StateMachine, check};
///
/// let machine = StateMachine {
///     comment: Some("Costs ${Price}.".to_owned()),
///     query_language: QueryLanguage::Jsonata,
///     start_at: "Charge".to_owned(),
///     timeout_seconds: None,
///     states: Vec::new(),
/// };
/// let problems = check(&machine, &[]).unwrap_err();
/// assert_eq!(
///     problems[0].to_string(),
///     "the state machine holds the placeholder `${Price}`, which nothing fills in",
/// );
/// assert_eq!(problems[1].to_string(), "SCHEMA_VALIDATION_FAILED: States must not be empty at /States");
/// ```
///
/// # Errors
///
/// Every problem there is. Ways through the states are looked at once Step Functions takes them.
pub fn check(machine: &StateMachine, known_placeholders: &[&str]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let comment = machine.comment.as_deref().unwrap_or_default();
    problems.extend(unknown_placeholders(comment, known_placeholders, None));
    names(&all(&machine.states), &mut problems);
    for (name, state) in all(&machine.states) {
        problems.extend(unknown_placeholders(name, known_placeholders, Some(name)));
        match serde_json::to_value(state) {
            Ok(fields) => placeholders_of(name, &fields, known_placeholders, &mut problems),
            Err(error) => {
                problems.push(Problem::Unwritable { state: name.clone(), message: error.to_string() })
            }
        }
    }
    // The kind of the state machine is not known here; one that is too much for Express is told at the
    // workflow.
    let definition = serde_json::to_value(machine).unwrap_or_default();
    let refused = validate::validate_value(&definition, WorkflowKind::Standard);
    if refused.is_empty() {
        paths(&machine.start_at, &machine.states, &mut problems);
    }
    problems.extend(refused.into_iter().map(Problem::Refused));
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The states and those in their branches, which share one space of names.
fn all(states: &[(String, State)]) -> Vec<&(String, State)> {
    states
        .iter()
        .flat_map(|named| {
            let inner = named.1.branches().iter().flat_map(|branch| all(&branch.states));
            std::iter::once(named).chain(inner)
        })
        .collect()
}

fn names(states: &[&(String, State)], problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    let mut told = HashSet::new();
    for (name, _) in states {
        if !seen.insert(name) && told.insert(name) {
            problems.push(Problem::DuplicateName { state: name.clone() });
        }
    }
}

/// Which states no way leads to, and whether any way ends. Every name that a state leads to is there.
fn paths(start: &str, states: &[(String, State)], problems: &mut Vec<Problem>) {
    let find = |name: &str| states.iter().find(|(other, _)| other == name).map(|(_, state)| state);
    let mut reached = HashSet::from([start]);
    let mut open = vec![start];
    let mut ends = false;
    while let Some(state) = open.pop().and_then(find) {
        ends |= is_terminal(state);
        open.extend(state.successors().into_iter().filter(|name| reached.insert(name)));
    }
    for (name, _) in states.iter().filter(|(name, _)| !reached.contains(name.as_str())) {
        problems.push(Problem::Unreachable { start: start.to_owned(), state: name.clone() });
    }
    if !ends {
        problems.push(Problem::Endless { start: start.to_owned() });
    }
    for branch in states.iter().flat_map(|(_, state)| state.branches()) {
        paths(&branch.start_at, &branch.states, problems);
    }
}

fn is_terminal(state: &State) -> bool {
    let transition = match state {
        State::Succeed(_) | State::Fail(_) => return true,
        State::Choice(_) => return false,
        State::Task(task) => &task.transition,
        State::Parallel(parallel) => &parallel.transition,
        State::Map(map) => &map.transition,
        State::Pass(pass) => &pass.transition,
        State::Wait(wait) => &wait.transition,
    };
    *transition == Transition::End
}

/// The unknown placeholders of a state in JSON, keys included; states inside of it speak for themselves.
fn placeholders_of(state: &str, value: &Value, known: &[&str], problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) => problems.extend(unknown_placeholders(text, known, Some(state))),
        Value::Array(items) => {
            items.iter().for_each(|item| placeholders_of(state, item, known, problems));
        }
        Value::Object(fields) => {
            for (key, field) in fields.iter().filter(|(key, _)| *key != "States") {
                problems.extend(unknown_placeholders(key, known, Some(state)));
                placeholders_of(state, field, known, problems);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The placeholders of a string that are not known. CloudFormation fills in wherever `${..}`
/// stands, comments and JSONata included.
fn unknown_placeholders(text: &str, known: &[&str], state: Option<&str>) -> Vec<Problem> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .filter(|(name, _)| !known.contains(name))
        .map(|(name, _)| Problem::UnknownPlaceholder {
            state: state.map(str::to_owned),
            name: name.to_owned(),
        })
        .collect()
}
