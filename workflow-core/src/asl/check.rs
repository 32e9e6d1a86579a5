//! Whether a state machine is one that Step Functions takes and that can end.
//!
//! The model's types rule out what they can; this is the rest. It reads the model alone, so a
//! defect of the lowering shows here and not in somebody's account. All problems are told at once.

mod distributed;
mod problem;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::HashSet;

use serde_json::Value;

pub use problem::Problem;

use self::texts::{Text, assigns, texts};
use super::{Catcher, Choice, Retrier, State, StateMachine, Task, Transition, Wait};

/// The longest name of a state or a variable, in characters.
const NAME_LENGTH: usize = 80;
/// The longest time that a field in seconds takes, and the most retries.
const LARGEST: u64 = 99_999_999;
/// A leap year in seconds: the longest `MaxDelaySeconds`.
const LONGEST_DELAY: u64 = 31_622_400;

/// Checks that a state machine is sound.
///
/// `known_placeholders` are the names, without `${` and `}`, that the deployment fills in.
///
/// ```
/// use workflow_core::asl::{QueryLanguage, StateMachine, check};
///
/// let machine = StateMachine {
///     comment: None,
///     query_language: QueryLanguage::Jsonata,
///     start_at: "Charge".to_owned(),
///     timeout_seconds: None,
///     states: Vec::new(),
/// };
/// let problems = check(&machine, &[]).unwrap_err();
/// assert_eq!(
///     problems[0].to_string(),
///     "the state machine starts at `Charge`, which is none of its states",
/// );
/// ```
///
/// # Errors
///
/// Every problem there is, in the order of the states.
pub fn check(machine: &StateMachine, known_placeholders: &[&str]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let comment = machine.comment.as_deref().unwrap_or_default();
    problems.extend(unknown_placeholders(comment, known_placeholders, None));
    if let Some(seconds) = machine.timeout_seconds {
        problems.extend(in_seconds(None, "TimeoutSeconds", seconds));
    }
    names(&all(&machine.states), &mut problems);
    distributed::labels(&all(&machine.states), &mut problems);
    paths(&machine.start_at, &machine.states, &mut problems);
    for (name, state) in all(&machine.states) {
        problems.extend(unknown_placeholders(name, known_placeholders, Some(name)));
        strings(name, state, known_placeholders, &mut problems);
        variables(name, state, &mut problems);
        match state {
            State::Task(task) => task_fields(name, task, &mut problems),
            State::Parallel(parallel) => {
                handlers(name, &parallel.retry, &parallel.catch, &mut problems);
                if parallel.branches.is_empty() {
                    problems.push(Problem::NoBranches { state: name.clone() });
                }
            }
            State::Map(map) => {
                handlers(name, &map.retry, &map.catch, &mut problems);
                distributed::fields(name, map, &mut problems);
            }
            State::Choice(choice) => rules(name, choice, &mut problems),
            State::Wait(wait) => problems.extend(wait_time(name, wait)),
            State::Pass(_) | State::Succeed(_) | State::Fail(_) => {}
        }
        for branch in state.branches() {
            paths(&branch.start_at, &branch.states, &mut problems);
        }
    }
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
        let length = name.chars().count();
        if length == 0 {
            problems.push(Problem::EmptyName);
        }
        if length > NAME_LENGTH {
            problems.push(Problem::LongName { state: name.clone(), length });
        }
        if !seen.insert(name) && told.insert(name) {
            problems.push(Problem::DuplicateName { state: name.clone() });
        }
    }
}

/// Where the states lead. Without a start there are no paths to speak of, and only dangling names
/// are told.
fn paths(start: &str, states: &[(String, State)], problems: &mut Vec<Problem>) {
    let find = |name: &str| states.iter().find(|(other, _)| other == name).map(|(_, state)| state);
    for (name, state) in states {
        for (field, target) in targets(state) {
            if find(target).is_none() {
                let (state, target) = (name.clone(), target.to_owned());
                problems.push(Problem::Dangling { state, field, target });
            }
        }
    }
    if find(start).is_none() {
        problems.push(Problem::StartMissing { start: start.to_owned() });
        return;
    }
    let mut reached = HashSet::from([start]);
    let mut open = vec![start];
    let mut ends = false;
    while let Some(state) = open.pop().and_then(find) {
        ends |= is_terminal(state);
        // A dangling name has been told, and is not followed.
        let next = targets(state).into_iter().map(|(_, target)| target);
        open.extend(next.filter(|name| find(name).is_some() && reached.insert(name)));
    }
    for (name, _) in states.iter().filter(|(name, _)| !reached.contains(name.as_str())) {
        problems.push(Problem::Unreachable { start: start.to_owned(), state: name.clone() });
    }
    if !ends {
        problems.push(Problem::Endless { start: start.to_owned() });
    }
}

/// The names that a state leads to, each with the field that says so.
fn targets(state: &State) -> Vec<(&'static str, &str)> {
    fn next(transition: &Transition) -> Option<(&'static str, &str)> {
        match transition {
            Transition::Next(name) => Some(("Next", name)),
            Transition::End => None,
        }
    }
    fn caught<'a>(catch: &'a [Catcher], transition: &'a Transition) -> Vec<(&'static str, &'a str)> {
        let caught = catch.iter().map(|catcher| ("Catch", catcher.next.as_str()));
        caught.chain(next(transition)).collect()
    }
    match state {
        State::Task(task) => caught(&task.catch, &task.transition),
        State::Parallel(parallel) => caught(&parallel.catch, &parallel.transition),
        State::Map(map) => caught(&map.catch, &map.transition),
        State::Choice(choice) => {
            let matched = choice.choices.iter().map(|rule| ("Next", rule.next.as_str()));
            matched.chain(choice.default.as_deref().map(|name| ("Default", name))).collect()
        }
        State::Pass(pass) => next(&pass.transition).into_iter().collect(),
        State::Wait(wait) => next(&wait.transition).into_iter().collect(),
        State::Succeed(_) | State::Fail(_) => Vec::new(),
    }
}

fn is_terminal(state: &State) -> bool {
    let ends = |transition: &Transition| *transition == Transition::End;
    match state {
        State::Succeed(_) | State::Fail(_) => true,
        State::Task(task) => ends(&task.transition),
        State::Parallel(parallel) => ends(&parallel.transition),
        State::Map(map) => ends(&map.transition),
        State::Pass(pass) => ends(&pass.transition),
        State::Wait(wait) => ends(&wait.transition),
        State::Choice(_) => false,
    }
}

fn strings(name: &str, state: &State, known: &[&str], problems: &mut Vec<Problem>) {
    for text in texts(state) {
        problems.extend(unknown_placeholders(text.as_str(), known, Some(name)));
        if let Text::Evaluated(text) = text
            && !well_formed(text)
        {
            problems.push(Problem::IllFormedExpression { state: name.to_owned(), text: text.to_owned() });
        }
    }
}

/// Whether a string is JSONata from end to end or looks like none. White space outside the
/// delimiters makes Step Functions take the string as it stands, which nobody means.
fn well_formed(text: &str) -> bool {
    let trimmed = text.trim();
    match (trimmed.strip_prefix("{%"), trimmed.ends_with("%}")) {
        (None, false) => true,
        (Some(rest), true) => {
            trimmed.len() == text.len()
                && rest.strip_suffix("%}").is_some_and(|inner| !inner.trim().is_empty())
        }
        _ => false,
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

fn variables(name: &str, state: &State, problems: &mut Vec<Problem>) {
    for variable in assigns(state).into_iter().flat_map(|assign| assign.keys()) {
        if variable == "states" {
            problems.push(Problem::ReservedVariable { state: name.to_owned() });
        } else if !is_identifier(variable) {
            problems.push(Problem::IllegalVariable { state: name.to_owned(), variable: variable.clone() });
        }
    }
}

/// Whether a variable may have this name: a Unicode identifier, which starts with a letter and
/// not with `_`.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>)
fn is_identifier(name: &str) -> bool {
    name.starts_with(char::is_alphabetic)
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && name.chars().count() <= NAME_LENGTH
}

fn task_fields(name: &str, task: &Task, problems: &mut Vec<Problem>) {
    if let Some(seconds) = task.timeout_seconds {
        problems.extend(in_seconds(Some(name), "TimeoutSeconds", seconds));
    }
    if let Some(seconds) = task.heartbeat_seconds {
        problems.extend(in_seconds(Some(name), "HeartbeatSeconds", seconds));
    }
    if let (Some(heartbeat), Some(timeout)) = (task.heartbeat_seconds, task.timeout_seconds)
        && heartbeat >= timeout
    {
        problems.push(Problem::LongHeartbeat { state: name.to_owned(), heartbeat, timeout });
    }
    handlers(name, &task.retry, &task.catch, problems);
}

fn handlers(name: &str, retry: &[Retrier], catch: &[Catcher], problems: &mut Vec<Problem>) {
    for retrier in retry {
        delays(name, retrier, problems);
    }
    let retried = retry.iter().map(|retrier| retrier.error_equals.as_slice()).collect::<Vec<_>>();
    error_names(name, "Retry", &retried, problems);
    let caught = catch.iter().map(|catcher| catcher.error_equals.as_slice()).collect::<Vec<_>>();
    error_names(name, "Catch", &caught, problems);
}

fn delays(name: &str, retrier: &Retrier, problems: &mut Vec<Problem>) {
    let &Retrier { interval_seconds: interval, max_attempts, max_delay_seconds, .. } = retrier;
    problems.extend(in_seconds(Some(name), "IntervalSeconds", interval));
    let out_of_range = |field, value: String, allowed| Problem::OutOfRange {
        state: Some(name.to_owned()),
        field,
        value,
        allowed,
    };
    if u64::from(max_attempts) > LARGEST {
        problems.push(out_of_range("MaxAttempts", max_attempts.to_string(), "from 0 to 99999999"));
    }
    if retrier.backoff_rate.as_f64().is_none_or(|rate| rate < 1.0) {
        problems.push(out_of_range("BackoffRate", retrier.backoff_rate.to_string(), "at least 1"));
    }
    match max_delay_seconds {
        Some(delay) if delay > LONGEST_DELAY => {
            problems.push(out_of_range("MaxDelaySeconds", delay.to_string(), "at most 31622400"));
        }
        Some(max_delay) if max_delay <= interval => {
            problems.push(Problem::ShortMaxDelay { state: name.to_owned(), interval, max_delay });
        }
        _ => {}
    }
}

fn in_seconds(state: Option<&str>, field: &'static str, seconds: u64) -> Option<Problem> {
    (!(1..=LARGEST).contains(&seconds)).then(|| Problem::OutOfRange {
        state: state.map(str::to_owned),
        field,
        value: seconds.to_string(),
        allowed: "from 1 to 99999999",
    })
}

/// The rules for `ErrorEquals`. (<https://states-language.net/#errors>)
fn error_names(name: &str, field: &'static str, matchers: &[&[String]], problems: &mut Vec<Problem>) {
    let state = || name.to_owned();
    for (place, names) in matchers.iter().enumerate() {
        if names.is_empty() {
            problems.push(Problem::NoErrorNames { state: state(), field });
        }
        if !names.iter().any(|name| name == "States.ALL") {
            continue;
        }
        if names.len() > 1 {
            problems.push(Problem::AllNotAlone { state: state(), field });
        }
        if place + 1 < matchers.len() {
            problems.push(Problem::AllNotLast { state: state(), field });
        }
    }
}

fn rules(name: &str, choice: &Choice, problems: &mut Vec<Problem>) {
    if choice.choices.is_empty() {
        problems.push(Problem::NoRules { state: name.to_owned() });
    }
    for condition in choice.choices.iter().map(|rule| &rule.condition) {
        let legal = match condition {
            Value::Bool(_) => true,
            // A string that looks like JSONata is judged with the other strings.
            Value::String(text) => text.contains("{%") || text.contains("%}"),
            _ => false,
        };
        if !legal {
            let condition = condition.to_string();
            problems.push(Problem::IllegalCondition { state: name.to_owned(), condition });
        }
    }
}

fn wait_time(name: &str, wait: &Wait) -> Option<Problem> {
    (wait.seconds.is_some() == wait.timestamp.is_some()).then(|| Problem::WaitTime { state: name.to_owned() })
}
