//! Puts pure values where they are used.
//!
//! A `let` of a pure expression needs a variable only where it is read more than once, or where it is
//! costly to compute. Variables are set once, so a value may be moved to where it is read.

use std::collections::{HashMap, HashSet};

use crate::symbolic::{Kind, Node, Point, Program, Step, Var};

use super::drawn;

pub(super) fn simplify(program: &mut Program) {
    let definitions = definitions(program);
    let mut readers = readers(program);
    // In the order of the points: what a value reads has itself been put into it before.
    for (var, point) in definitions {
        let Step::Let { value, .. } = program.steps[point] else { continue };
        let Some([reader]) = readers.get(&var).map(Vec::as_slice) else { continue };
        if is_movable(program, value) {
            let reader = *reader;
            put(program, reader, var, value);
            program.arena.each_var(value, &mut |read| readers.entry(read).or_default().push(reader));
        }
    }
}

/// The variables that one `let` sets and nothing else does, in the order of these, which are the points.
fn definitions(program: &Program) -> Vec<(Var, Point)> {
    let mut set: HashMap<Var, usize> = HashMap::new();
    let lets = program.steps.iter().enumerate().filter_map(|(point, step)| match step {
        Step::Let { var, .. } => Some((*var, point)),
        _ => None,
    });
    let lets: Vec<(Var, Point)> = lets.inspect(|(var, _)| *set.entry(*var).or_default() += 1).collect();
    let caught: HashSet<Var> = program.dispatches.iter().filter_map(|dispatch| dispatch.error).collect();
    let is_alone = |var: &Var| set.get(var) == Some(&1) && !caught.contains(var);
    lets.into_iter().filter(|(var, _)| is_alone(var) && !program.mutable.contains(var)).collect()
}

/// Whether a value may stand where it is read. What may fail does so before whatever comes next.
fn is_movable(program: &Program, value: Node) -> bool {
    !drawn::draws(&program.arena, value)
        && !program.arena.may_fail(value)
        && !program.arena.is_costly(value)
        && !program.reads_mutable(value)
}

/// The points that read each variable, one as often as it does.
pub(super) fn readers(program: &Program) -> HashMap<Var, Vec<Point>> {
    let mut readers: HashMap<Var, Vec<Point>> = HashMap::new();
    for point in 0..program.steps.len() {
        each_read(program, point, &mut |var| readers.entry(var).or_default().push(point));
    }
    readers
}

/// Calls `visit` with every variable that a point reads. What an error is told apart by is no reading.
fn each_read(program: &Program, point: Point, visit: &mut dyn FnMut(Var)) {
    if let Step::Dispatch { dispatch, .. } = &program.steps[point] {
        let guards = program.dispatches[*dispatch].arms.iter().filter_map(|arm| arm.guard);
        guards.for_each(|guard| program.arena.each_var(guard, visit));
    } else {
        program.expressions(point).into_iter().for_each(|node| program.arena.each_var(node, visit));
    }
}

/// Puts `value` wherever `var` is read.
pub(super) fn substitute(program: &mut Program, var: Var, value: Node) {
    for point in 0..program.steps.len() {
        // The `let` stays as a step that nothing reads; following a way out leaves it behind.
        if !matches!(&program.steps[point], Step::Let { var: set, .. } if *set == var) {
            put(program, point, var, value);
        }
    }
}

/// Puts `value` where a point reads `var`.
fn put(program: &mut Program, point: Point, var: Var, value: Node) {
    program.change(point, &mut |arena, node| {
        *node = arena.replace(*node, &mut |kind| (*kind == Kind::Var(var)).then_some(value));
    });
}
