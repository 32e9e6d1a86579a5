//! Ways out of a step, followed to the next state.
//!
//! `let`s on the way become assignments that ride on the state before them, so no Pass state only
//! assigns. An error whose name is known on the way goes straight to the arm that takes it, so a
//! `match` on errors becomes catchers and no Choice state looks at names.

use serde_json::Value;

use crate::symbolic::{Arena, Arm, Element, Kind, Node, Note, Point, Presence, Program, Step, Var, takes};

use super::drawn;

/// What a Choice tests, and where it leads if that holds.
type Rule = (Node, Option<Point>);

/// A way out: what is assigned, in order, and the state that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) lets: Vec<(Var, Node)>,
    pub(super) target: Point,
}

/// What is known of an error's name on a way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Known(&'a str),
    /// A name that is in no universe on the way.
    Other,
    Unknown,
}

/// Follows a way out that starts at `from`, where `lets` have been assigned already.
pub(super) fn follow(
    program: &mut Program,
    mut lets: Vec<(Var, Node)>,
    from: Point,
    mut name: Name<'_>,
) -> Route {
    let mut at = from;
    let mut passed: Vec<Point> = Vec::new();
    loop {
        match &program.steps[at] {
            Step::Jump { next: Some(next) } => {
                // Coming here again without a state in between would go on forever. A Choice that was decided
                // is one the next time.
                if let Some(first) = passed.iter().position(|known| *known == at)
                    && !passed[first..].iter().any(|at| matches!(program.steps[*at], Step::Choice { .. }))
                {
                    program
                        .problems
                        .push("a loop that awaits nothing and tests nothing never ends".to_owned());
                    return Route { lets, target: at };
                }
                passed.push(at);
                at = *next;
            }
            Step::Let { var, value, next: Some(next) } => {
                let (var, value, next) = (*var, *value, *next);
                if drawn::reads_drawn(program, &lets, value) {
                    let target = drawn::pass_before(program, at);
                    return Route { lets, target };
                }
                let value = apply(program, &lets, value);
                lets.retain(|(known, _)| *known != var);
                lets.push((var, value));
                // An error made on the way has the name of its variant.
                if let Kind::Error { .. } = program.arena.kind(value) {
                    name = Name::Unknown;
                }
                at = next;
            }
            Step::Choice { note: Note { name: None, comment: None, .. }, rules, default } => {
                let (rules, default) = (rules.clone(), *default);
                match decided(program, &lets, name, &rules, default) {
                    Some(next) if !passed.contains(&at) => {
                        passed.push(at);
                        at = next;
                    }
                    _ => return Route { lets, target: at },
                }
            }
            Step::Dispatch { dispatch, error } => {
                let (dispatch, error) = (*dispatch, *error);
                let value = apply(program, &lets, error);
                let known = match program.arena.kind(value) {
                    Kind::Error { name, .. } => Some(name.clone()),
                    _ => None,
                };
                let arms = match (&known, name) {
                    (Some(name), _) => arms_for(program, dispatch, Name::Known(name)),
                    (None, Name::Unknown) => match dispatch_rules(program, dispatch, error) {
                        (rules, Some(all)) if rules.is_empty() => {
                            at = all;
                            continue;
                        }
                        (rules, default) => {
                            let target = add_choice(program, rules, default);
                            return Route { lets, target };
                        }
                    },
                    (None, name) => arms_for(program, dispatch, name),
                };
                match arms.as_slice() {
                    [arm, ..] if program.dispatches[dispatch].arms[*arm].guard.is_none() => {
                        match program.dispatches[dispatch].arms[*arm].entry {
                            Some(entry) => at = entry,
                            None => return Route { lets, target: at },
                        }
                    }
                    _ => {
                        let target = guarded_state(program, dispatch, &arms);
                        return Route { lets, target };
                    }
                }
            }
            _ => return Route { lets, target: at },
        }
    }
}

/// Where a Choice leads, if what has been assigned on the way says so: the state is not entered.
fn decided(
    program: &mut Program,
    lets: &[(Var, Node)],
    name: Name<'_>,
    rules: &[(Node, Option<Point>)],
    default: Option<Point>,
) -> Option<Point> {
    for (condition, target) in rules {
        let condition = inlined(program, lets, &[], *condition);
        let condition = named(&mut program.arena, name, condition);
        match program.arena.kind(condition) {
            Kind::Literal(Value::Bool(true)) => return *target,
            Kind::Literal(Value::Bool(false)) => {}
            _ => return None,
        }
    }
    default
}

/// Puts the name of the error that is caught on this way into a condition.
fn named(arena: &mut Arena, name: Name<'_>, condition: Node) -> Node {
    let name = match name {
        Name::Known(name) => name,
        // Nothing has the empty name.
        Name::Other => "",
        Name::Unknown => return condition,
    };
    let caught = arena.add(Kind::ErrorOutput);
    let read = arena.field(caught, "Error".to_owned(), Presence::Certain);
    let (read, name) = (arena.kind(read).clone(), arena.literal(name));
    arena.replace(condition, &mut |kind| (*kind == read).then_some(name))
}

/// Puts the assigned values into an expression. One that may fail does so in any case, as the `let` did, and one
/// that is computed is so once in the expression.
pub(super) fn apply(program: &mut Program, lets: &[(Var, Node)], node: Node) -> Node {
    match program.arena.kind(node).clone() {
        Kind::Object(entries) => {
            let entries =
                entries.into_iter().map(|(key, value)| (key, apply(program, lets, value))).collect();
            return program.arena.add(Kind::Object(entries));
        }
        Kind::Array(elements) => {
            let elements = elements.into_iter().map(|(value, nested)| (apply(program, lets, value), nested));
            let elements = elements.collect();
            return program.arena.add(Kind::Array(elements));
        }
        _ => {}
    }
    let mut read: Vec<(Var, Node, usize)> = Vec::new();
    program.arena.each_var(node, &mut |var| {
        let value = lets.iter().rev().find(|(known, _)| *known == var).map(|(_, value)| *value);
        match (value, read.iter_mut().find(|(known, ..)| *known == var)) {
            (Some(_), Some((.., times))) => *times += 1,
            (Some(value), None) => read.push((var, value, 1)),
            (None, _) => {}
        }
    });
    read.retain(|(var, value, times)| {
        (program.arena.may_fail(*value) && !program.arena.always_reads(node, *var))
            || (*times > 1 && program.arena.is_computed(*value))
    });
    let bound: Vec<(Var, Element, Node)> = read
        .into_iter()
        .map(|(var, value, _)| {
            let name = program.vars[var.0 as usize].clone().unwrap_or_else(|| "value".to_owned());
            let element = program.element(&name);
            (var, element, value)
        })
        .collect();
    let inner = inlined(program, lets, &bound, node);
    bound.into_iter().rev().fold(inner, |rest, (_, element, value)| {
        program.arena.add(Kind::Named { element, value, body: rest })
    })
}

fn inlined(program: &mut Program, lets: &[(Var, Node)], bound: &[(Var, Element, Node)], node: Node) -> Node {
    let bound: Vec<(Var, Node)> =
        bound.iter().map(|(var, element, _)| (*var, program.arena.add(Kind::Element(*element)))).collect();
    program.arena.replace(node, &mut |kind| match kind {
        Kind::Var(var) => match bound.iter().find(|(known, _)| known == var) {
            Some((_, element)) => Some(*element),
            None => lets.iter().rev().find(|(known, _)| known == var).map(|(_, value)| *value),
        },
        _ => None,
    })
}

/// The arms that may take an error of this name, up to the first that surely does.
fn arms_for(program: &Program, dispatch: usize, name: Name<'_>) -> Vec<usize> {
    let dispatch = &program.dispatches[dispatch];
    let place = match name {
        Name::Known(name) => dispatch.universe.iter().position(|known| *known == name),
        Name::Other | Name::Unknown => None,
    };
    let takes = |arm: &Arm| match place {
        Some(place) => arm.names.contains(&place),
        None => arm.others,
    };
    let mut arms = Vec::new();
    for (index, arm) in dispatch.arms.iter().enumerate() {
        if takes(arm) {
            arms.push(index);
            if arm.guard.is_none() {
                break;
            }
        }
    }
    arms
}

/// The Choice state between arms with guards, for an error whose name is known.
fn guarded_state(program: &mut Program, dispatch: usize, arms: &[usize]) -> Point {
    let Some((last, earlier)) = arms.split_last() else { return 0 };
    let entry = |arm: &usize| program.dispatches[dispatch].arms[*arm].entry;
    let rules = earlier
        .iter()
        .filter_map(|arm| program.dispatches[dispatch].arms[*arm].guard.map(|guard| (guard, entry(arm))))
        .collect();
    let default = entry(last);
    add_choice(program, rules, default)
}

/// The rules on the name of an error that is known only when the state machine runs, and where all others lead.
fn dispatch_rules(program: &mut Program, dispatch: usize, error: Node) -> (Vec<Rule>, Option<Point>) {
    let universe = program.dispatches[dispatch].universe.clone();
    let mut rules = Vec::new();
    let mut default = None;
    for index in 0..program.dispatches[dispatch].arms.len() {
        let arm = &program.dispatches[dispatch].arms[index];
        let (guard, entry, others, names) = (arm.guard, arm.entry, arm.others, arm.names.clone());
        let test = takes(&mut program.arena, error, &universe, &names, others);
        match program.arena.and(test, guard) {
            Some(condition) => {
                default = entry;
                rules.push((condition, entry));
            }
            None => {
                default = entry;
                break;
            }
        }
    }
    // The arms are exhaustive: the last takes what the others left.
    if let Some((_, last)) = rules.last()
        && *last == default
    {
        rules.pop();
    }
    (rules, default)
}

/// Adds a Choice state on an error, or finds the one that is equal.
fn add_choice(program: &mut Program, rules: Vec<Rule>, default: Option<Point>) -> Point {
    let equal = program.steps.iter().position(|known| {
        matches!(known, Step::Choice { rules: known_rules, default: known_default, .. }
            if *known_rules == rules && *known_default == default)
    });
    equal.unwrap_or_else(|| {
        let note = Note { about: Some("error"), ..Default::default() };
        program.add(Step::Choice { note, rules, default })
    })
}
