//! Values that are drawn once: `now()`, `uuid()`, `random()`.
//!
//! A drawn value is assigned on the way that leads from where it was drawn, like any other. What reads it on
//! the same way would draw it again, for all values of one `Assign` are computed from what was known before
//! it. So what reads it moves on to the states behind, or into the drawing, or else waits for a Pass.

use crate::symbolic::{Arena, Drawn, Kind, Node, Point, Program, Step, Var};

use super::{route, simplify};

/// What the first state of an execution has for the time at which it was entered.
const ENTERED: Kind = Kind::Context("State.EnteredTime");

/// Brings what reads a drawn value away from the way on which it is drawn, where that is possible.
pub(super) fn settle(program: &mut Program) {
    if program.draws == 0 {
        return;
    }
    loop {
        if let Some((drawing, reader)) = find(program, fuses) {
            fuse(program, drawing, reader);
        } else if let Some((_, reader)) = find(program, moves) {
            let Step::Let { var, value, next } = program.steps[reader] else { return };
            simplify::substitute(program, var, value);
            program.steps[reader] = Step::Jump { next };
        } else {
            return;
        }
    }
}

/// Whether evaluating an expression draws a value.
pub(super) fn draws(arena: &Arena, node: Node) -> bool {
    arena.facts(node).draws
}

/// Whether an expression reads a variable that is drawn on the way to it.
pub(super) fn reads_drawn(program: &Program, lets: &[(Var, Node)], node: Node) -> bool {
    lets.iter().any(|(var, value)| draws(&program.arena, *value) && reads(&program.arena, *var, node) > 0)
}

/// Whether an expression may hold what is drawn on the way to it instead of reading it: each value once.
pub(super) fn may_hold(program: &Program, lets: &[(Var, Node)], node: Node) -> bool {
    lets.iter().all(|(var, value)| !draws(&program.arena, *value) || reads(&program.arena, *var, node) <= 1)
}

/// The Pass state after which a value is known, before the step `at`.
pub(super) fn pass_before(program: &mut Program, at: Point) -> Point {
    let known =
        program.steps.iter().position(|step| matches!(step, Step::Pass { next } if *next == Some(at)));
    known.unwrap_or_else(|| program.add(Step::Pass { next: Some(at) }))
}

/// Makes the time at which an execution starts that at which its first state was entered, which is the same
/// however often that state reads it. Nothing where another value is drawn.
pub(super) fn at_entry(program: &mut Program, lets: &[(Var, Node)]) -> Option<Vec<(Var, Node)>> {
    let mut known = Vec::new();
    for (var, value) in lets {
        let entered = program.arena.add(ENTERED);
        let value = program
            .arena
            .replace(*value, &mut |kind| matches!(kind, Kind::Drawn(Drawn::Now, _)).then_some(entered));
        if draws(&program.arena, value) {
            return None;
        }
        known.push((*var, value));
    }
    Some(known)
}

/// Whether a value means another thing in every state.
pub(super) fn is_of_state(arena: &Arena, node: Node) -> bool {
    *arena.kind(node) == ENTERED || arena.parts(node).into_iter().any(|part| is_of_state(arena, part))
}

/// How often an expression evaluates a variable. What is done with each element of a list is done any
/// number of times.
fn reads(arena: &Arena, var: Var, node: Node) -> usize {
    let parts: usize = arena.parts(node).into_iter().map(|part| reads(arena, var, part)).sum();
    match arena.kind(node) {
        Kind::Var(known) => usize::from(*known == var),
        Kind::Form { .. } => 2 * parts,
        _ => parts,
    }
}

/// A `let` that reads what was drawn on the same way.
struct Reader {
    drawn: Var,
    var: Var,
    value: Node,
    /// Whether another value is drawn between.
    later: bool,
}

/// A drawing, and a `let` behind it with no state between that reads what was drawn, of which `test` is true.
fn find(program: &Program, test: fn(&Program, &Reader) -> bool) -> Option<(Point, Point)> {
    program.steps.iter().enumerate().find_map(|(drawing, step)| {
        let Step::Let { var: drawn, value, next } = step else { return None };
        if !draws(&program.arena, *value) {
            return None;
        }
        let mut at = *next;
        let mut later = false;
        while let Some(Step::Let { var, value, next }) = at.map(|at| &program.steps[at]) {
            let reader = Reader { drawn: *drawn, var: *var, value: *value, later };
            if reads(&program.arena, *drawn, *value) > 0 && test(program, &reader) {
                return at.map(|at| (drawing, at));
            }
            later |= draws(&program.arena, *value);
            at = *next;
        }
        None
    })
}

/// Whether the only reader of a drawn value can draw it itself, in the same turn.
fn fuses(program: &Program, reader: &Reader) -> bool {
    // What several ways set is drawn on one of them alone.
    !reader.later
        && settings(program, reader.drawn) == 1
        && simplify::readers(program).get(&reader.drawn).is_some_and(|readers| readers.len() == 1)
        && reads(&program.arena, reader.drawn, reader.value) == 1
}

/// How many steps set a variable. What awaits sets that of the errors it is told, beside those that are made.
fn settings(program: &Program, of: Var) -> usize {
    let lets = program.steps.iter().filter(|step| matches!(step, Step::Let { var, .. } if *var == of));
    let caught = program.dispatches.iter().filter(|dispatch| dispatch.error == Some(of));
    lets.count() + caught.count()
}

fn fuse(program: &mut Program, drawing: Point, reader: Point) {
    let Step::Let { var, value, next } = program.steps[drawing] else { return };
    let Step::Let { value: read, .. } = program.steps[reader] else { return };
    let held = route::apply(program, &[(var, value)], read);
    if let Step::Let { value, .. } = &mut program.steps[reader] {
        *value = held;
    }
    program.steps[drawing] = Step::Jump { next };
}

/// Whether what reads a drawn value can be computed where it is read in turn.
fn moves(program: &Program, reader: &Reader) -> bool {
    settings(program, reader.var) == 1
        && !program.reads_mutable(reader.value)
        && !program.arena.is_costly(reader.value)
}
