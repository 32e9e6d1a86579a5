//! Ways out of a step, followed to the next state.
//!
//! `let`s on the way become assignments that ride on the state before them, so no Pass state only
//! assigns. An error whose name is known on the way goes straight to the arm that takes it, so a
//! `match` on errors becomes catchers and no Choice state looks at names.

use std::collections::HashSet;

use serde_json::Value;

use crate::symbolic::{
    Arena, Arm, BinaryOp, Dispatch, Element, Kind, Node, Note, Point, Program, Step, UnaryOp, Var, takes,
};

use super::drawn;

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
    let mut passed = HashSet::new();
    loop {
        match &program.steps[at] {
            Step::Jump { next: Some(next) } => {
                // Coming here again without a state in between would go on forever.
                if !passed.insert(at) {
                    program
                        .problems
                        .push("a loop that awaits nothing and tests nothing never ends".to_owned());
                    return Route { lets, target: at };
                }
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
                    Some(next) if passed.insert(at) => at = next,
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
                    (None, Name::Unknown) if let Some(arm) = arm_for_all(program, dispatch) => vec![arm],
                    (None, Name::Unknown) => {
                        return Route { lets, target: dispatch_state(program, dispatch, error) };
                    }
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
        match truth(&program.arena, condition, name) {
            Some(true) => return *target,
            Some(false) => {}
            None => return None,
        }
    }
    default
}

/// Whether a condition is known to be true or false when the state machine is written.
fn truth(arena: &Arena, condition: Node, name: Name<'_>) -> Option<bool> {
    let truth = |node: &Node| truth(arena, *node, name);
    match arena.kind(condition) {
        Kind::Literal(Value::Bool(value)) => Some(*value),
        Kind::Unary(UnaryOp::Not, operand) => truth(operand).map(|value| !value),
        Kind::Unary(UnaryOp::Exists, operand) => arena.presence(*operand),
        Kind::Unary(UnaryOp::IsSome, operand) => match arena.kind(*operand) {
            Kind::Literal(value) => Some(!value.is_null()),
            Kind::Object(_) | Kind::Array(_) | Kind::Concat(_) | Kind::Error { .. } | Kind::ErrorOutput => {
                Some(true)
            }
            _ => None,
        },
        Kind::Binary(BinaryOp::And, left, right) => match (truth(left), truth(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Kind::Binary(BinaryOp::Or, left, right) => match (truth(left), truth(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Kind::Binary(BinaryOp::Equal, left, right) => match (arena.kind(*left), arena.kind(*right)) {
            (Kind::Literal(left), Kind::Literal(right)) => Some(left == right),
            (Kind::Field { base, key, .. }, Kind::Literal(Value::String(text)))
                if *arena.kind(*base) == Kind::ErrorOutput && key == "Error" =>
            {
                match name {
                    Name::Known(known) => Some(known == text),
                    Name::Other => Some(false),
                    Name::Unknown => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// Puts the assigned values into an expression. One that may fail does so in any case, as the `let` did.
pub(super) fn apply(program: &mut Program, lets: &[(Var, Node)], node: Node) -> Node {
    let mut failing: Vec<(Var, Node)> = Vec::new();
    program.arena.each_var(node, &mut |var| {
        let value = lets.iter().rev().find(|(known, _)| *known == var).map(|(_, value)| *value);
        if let Some(value) = value
            && !failing.iter().any(|(known, _)| *known == var)
        {
            failing.push((var, value));
        }
    });
    failing.retain(|(var, value)| program.arena.may_fail(*value) && !program.arena.always_reads(node, *var));
    let bound: Vec<(Var, Element, Node)> = failing
        .into_iter()
        .map(|(var, value)| {
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

/// The first arm, if it takes every error.
fn arm_for_all(program: &Program, dispatch: usize) -> Option<usize> {
    let Dispatch { universe, arms, .. } = &program.dispatches[dispatch];
    let first = arms.first()?;
    (first.others && first.guard.is_none() && first.names.len() == universe.len()).then_some(0)
}

/// The Choice state between arms with guards, for an error whose name is known.
fn guarded_state(program: &mut Program, dispatch: usize, arms: &[usize]) -> Point {
    let Some((last, earlier)) = arms.split_last() else { return 0 };
    let entry = |arm: &usize| program.dispatches[dispatch].arms[*arm].entry;
    let rules = earlier
        .iter()
        .filter_map(|arm| program.dispatches[dispatch].arms[*arm].guard.map(|guard| (guard, entry(arm))))
        .collect();
    let step = Step::Choice {
        note: Note { about: Some("error"), ..Default::default() },
        rules,
        default: entry(last),
    };
    add_choice(program, step)
}

/// The Choice state on the name of an error that is known only when the state machine runs.
fn dispatch_state(program: &mut Program, dispatch: usize, error: Node) -> Point {
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
    let step = Step::Choice { note: Note { about: Some("error"), ..Default::default() }, rules, default };
    add_choice(program, step)
}

/// Adds a Choice state, or finds the one that is equal.
fn add_choice(program: &mut Program, step: Step) -> Point {
    let Step::Choice { rules, default, .. } = &step else { return 0 };
    let equal = program.steps.iter().position(|known| {
        matches!(known, Step::Choice { rules: known_rules, default: known_default, .. }
            if known_rules == rules && known_default == default)
    });
    equal.unwrap_or_else(|| {
        program.steps.push(step);
        program.steps.len() - 1
    })
}
