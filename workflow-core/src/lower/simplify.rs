//! Puts pure values where they are used.
//!
//! A `let` of a pure expression needs a variable only where it is read more than once, or where it is
//! costly to compute. Variables are set once, so a value may be moved to where it is read.

use std::collections::HashMap;

use crate::symbolic::{Kind, Node, Program, Step, Var};

use super::drawn;

pub(super) fn simplify(program: &mut Program) {
    loop {
        let definitions = definitions(program);
        let uses = uses(program);
        // One variable at a time: a value that was put in may be the next one's.
        let Some((var, value)) = definitions.iter().find_map(|(var, values)| {
            let [value] = values.as_slice() else { return None };
            if drawn::draws(&program.arena, *value)
                || program.reads_mutable(*value)
                || program.mutable.contains(var)
            {
                return None;
            }
            // What may fail does so before whatever comes next.
            let movable = uses.get(var) == Some(&1)
                && !program.arena.is_costly(*value)
                && !program.arena.may_fail(*value);
            movable.then_some((*var, *value))
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

pub(super) fn uses(program: &Program) -> HashMap<Var, usize> {
    let mut uses = HashMap::new();
    for node in nodes(program) {
        program.arena.each_var(node, &mut |var| *uses.entry(var).or_default() += 1);
    }
    uses
}

/// Every expression of a program that is evaluated. What an error is told apart by is no reading.
fn nodes(program: &Program) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (point, step) in program.steps.iter().enumerate() {
        if !matches!(step, Step::Dispatch { .. }) {
            nodes.extend(program.expressions(point));
        }
    }
    for dispatch in &program.dispatches {
        nodes.extend(dispatch.arms.iter().filter_map(|arm| arm.guard));
    }
    nodes
}

/// Puts `value` wherever `var` is read, and takes the `let` out.
pub(super) fn substitute(program: &mut Program, var: Var, value: Node) {
    for point in 0..program.steps.len() {
        // The `let` stays as a step that nothing reads; following a way out leaves it behind.
        if matches!(&program.steps[point], Step::Let { var: set, .. } if *set == var) {
            continue;
        }
        program.change(point, &mut |arena, node| {
            *node = arena.replace(*node, &mut |kind| (*kind == Kind::Var(var)).then_some(value));
        });
    }
}
