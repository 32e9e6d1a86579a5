//! Puts pure values where they are used.
//!
//! A `let` of a pure expression needs a variable only where several states read it, or where it is
//! costly to compute. Variables are set once, so a value may be moved to where it is read.

use std::collections::HashMap;

use crate::symbolic::{Kind, Node, Program, Step, Var};

pub(super) fn simplify(program: &mut Program) {
    loop {
        let definitions = definitions(program);
        let uses = uses(program);
        // One variable at a time: a value that was put in may be the next one's.
        let Some((var, value)) = definitions.iter().find_map(|(var, values)| {
            let [value] = values.as_slice() else { return None };
            if program.reads_mutable(*value) || program.mutable.contains(var) {
                return None;
            }
            let movable =
                is_cheap(program, *value) || (uses.get(var) == Some(&1) && !program.arena.is_costly(*value));
            // What may fail does so before whatever comes next.
            let movable = movable && !program.arena.may_fail(*value);
            (movable && uses.contains_key(var)).then_some((*var, *value))
        }) else {
            return;
        };
        substitute(program, var, value);
    }
}

/// The values of every variable that a `let` sets, and nothing else does.
fn definitions(program: &Program) -> Vec<(Var, Vec<Node>)> {
    let mut definitions: Vec<(Var, Vec<Node>)> = Vec::new();
    for step in &program.steps {
        if let Step::Let { var, value, .. } = step {
            match definitions.iter_mut().find(|(known, _)| known == var) {
                Some((_, values)) => values.push(*value),
                None => definitions.push((*var, vec![*value])),
            }
        }
    }
    let caught: Vec<Var> = program.dispatches.iter().filter_map(|dispatch| dispatch.error).collect();
    definitions.retain(|(var, _)| !caught.contains(var));
    definitions
}

fn uses(program: &Program) -> HashMap<Var, usize> {
    let mut uses = HashMap::new();
    for node in nodes(program) {
        program.arena.each_var(node, &mut |var| *uses.entry(var).or_default() += 1);
    }
    uses
}

/// Every expression of a program that is evaluated.
fn nodes(program: &Program) -> Vec<Node> {
    let mut nodes = Vec::new();
    for step in &program.steps {
        match step {
            Step::Let { value, .. } => nodes.push(*value),
            Step::Task { call, .. } => nodes.extend(&call.arguments),
            Step::Choice { rules, .. } => nodes.extend(rules.iter().map(|(condition, _)| *condition)),
            Step::Wait { seconds, .. } => nodes.push(*seconds),
            Step::Dispatch { .. } | Step::Jump { .. } | Step::Pass { .. } => {}
            Step::Return { value, .. } => nodes.push(*value),
            Step::Raise { error, .. } => nodes.push(*error),
        }
    }
    for dispatch in &program.dispatches {
        nodes.extend(dispatch.arms.iter().filter_map(|arm| arm.guard));
    }
    nodes
}

/// Whether a value reads as well where it is used as a variable would.
fn is_cheap(program: &Program, node: Node) -> bool {
    match program.arena.kind(node) {
        Kind::Literal(value) => !value.is_object() && !value.is_array(),
        Kind::Var(_) => true,
        Kind::Field { base, .. } | Kind::Index { base, .. } => is_cheap(program, *base),
        _ => false,
    }
}

/// Puts `value` wherever `var` is read, and takes the `let` out.
fn substitute(program: &mut Program, var: Var, value: Node) {
    let Program { arena, steps, dispatches, .. } = program;
    let mut put = |node: &mut Node| {
        *node = arena.replace(*node, &mut |kind| (*kind == Kind::Var(var)).then_some(value));
    };
    for step in steps.iter_mut() {
        match step {
            // The `let` stays as a step that nothing reads; following a way out leaves it behind.
            Step::Let { var: set, .. } if *set == var => {}
            Step::Let { value, .. } => put(value),
            Step::Task { call, .. } => call.arguments.iter_mut().for_each(&mut put),
            Step::Choice { rules, .. } => rules.iter_mut().for_each(|(condition, _)| put(condition)),
            Step::Dispatch { error, .. } => put(error),
            Step::Wait { seconds, .. } => put(seconds),
            Step::Jump { .. } | Step::Pass { .. } => {}
            Step::Return { value, .. } => put(value),
            Step::Raise { error, .. } => put(error),
        }
    }
    for arm in dispatches.iter_mut().flat_map(|dispatch| &mut dispatch.arms) {
        if let Some(guard) = &mut arm.guard {
            put(guard);
        }
    }
}
