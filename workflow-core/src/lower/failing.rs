//! Values that may fail: a division by zero, an index out of range, what the author wrote in JSONata.
//!
//! In Rust such a failure passes every `match` on an error by. A state whose catcher or retrier takes every error
//! takes those of its own expressions as well, so there they stand in the states before and behind.

use crate::{
    error::{PlatformError, QUERY_EVALUATION_ERROR},
    retry::Retry,
    symbolic::{Arena, Kind, Node, Point, Program, Step, Var},
};

use super::{
    draft::{Way, WayKind, catchers},
    route::Route,
};

/// Has what a state reads and may fail computed before the state, where the state would catch that.
pub(super) fn settle(program: &mut Program) {
    for point in 0..program.steps.len() {
        let mut values = Vec::new();
        program
            .expressions(point)
            .into_iter()
            .for_each(|node| parts(&program.arena, node, "value", &mut values));
        if !values.is_empty() && is_caught_at(program, point) {
            compute_before(program, point, values);
        }
    }
}

fn compute_before(program: &mut Program, point: Point, values: Vec<(String, Node)>) {
    let mut known = Vec::new();
    for (key, value) in values {
        let var = program.var(Some(key));
        known.push((var, value, program.arena.kind(value).clone()));
    }
    program.change(point, &mut |arena, node| {
        let reads: Vec<Node> = known.iter().map(|(var, ..)| arena.add(Kind::Var(*var))).collect();
        *node = arena.replace(*node, &mut |kind| {
            known.iter().position(|(.., value)| value == kind).map(|place| reads[place])
        });
    });
    // What leads to the state leads to what is computed before it.
    let first = program.steps.len() + known.len() - 1;
    program.redirect(point, first);
    known
        .into_iter()
        .rev()
        .fold(point, |next, (var, value, _)| program.add(Step::Let { var, value, next: Some(next) }));
}

/// Whether an assignment on a way may fail, beside those that were known before.
pub(super) fn may_fail(program: &Program, before: &[(Var, Node)], lets: &[(Var, Node)]) -> bool {
    lets.iter().any(|known| program.arena.may_fail(known.1) && !before.contains(known))
}

/// Whether a state catches, or tries again after, what fails in its own expressions.
pub(super) fn is_caught_at(program: &mut Program, point: Point) -> bool {
    if is_retried(program, point) {
        return true;
    }
    let (errors, catch, any) = match &program.steps[point] {
        Step::Task { call, catch, .. } => (call.errors.clone(), *catch, call.failure.is_some()),
        Step::Fork { fork, catch, .. } => (fork.errors.clone(), *catch, false),
        _ => return false,
    };
    let Some((error, handler)) = catch else { return false };
    let caught = program.arena.add(Kind::ErrorOutput);
    any || catchers(program, &errors, &[(error, caught)], handler).iter().any(|(names, _)| takes(names))
}

/// The same of a state whose ways are known.
pub(super) fn is_caught(program: &Program, point: Point, ways: &[Way]) -> bool {
    let catches = |way: &Way| matches!(&way.kind, WayKind::Catch(names) if takes(names));
    is_retried(program, point) || ways.iter().any(catches)
}

/// The way into a Pass state before `next`, in which the values behind are computed.
pub(super) fn apart(program: &mut Program, lets: Vec<(Var, Node)>, next: Point) -> Route {
    Route { lets, target: super::drawn::pass_before(program, next) }
}

fn is_retried(program: &Program, point: Point) -> bool {
    let retriers: &[Retry] = match &program.steps[point] {
        Step::Task { call, .. } => &call.policy.retry,
        Step::Fork { fork, .. } => &fork.retry,
        _ => &[],
    };
    retriers.iter().any(|retrier| takes(&retrier.errors))
}

/// Whether a catcher or a retrier of these names takes what fails in an expression.
fn takes(names: &[impl AsRef<str>]) -> bool {
    let own = [PlatformError::ALL.as_str(), PlatformError::TASK_FAILED.as_str(), QUERY_EVALUATION_ERROR];
    names.iter().any(|name| own.contains(&name.as_ref()))
}

/// The values in an object or a list that may fail, with the keys that they stand under.
fn parts(arena: &Arena, node: Node, key: &str, values: &mut Vec<(String, Node)>) {
    match arena.kind(node) {
        _ if !arena.may_fail(node) => {}
        Kind::Object(entries) => entries.iter().for_each(|(key, value)| parts(arena, *value, key, values)),
        Kind::Array(elements) => elements.iter().for_each(|(value, _)| parts(arena, *value, key, values)),
        _ => values.push((key.to_lowercase(), node)),
    }
}
