//! Puts pure values where they are used.
//!
//! A `let` of a pure expression needs a variable only where it is read more than once, or where it is
//! costly to compute. Variables are set once, so a value may be moved to where it is read.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::symbolic::{Kind, Node, Point, Program, Step, Var};

use super::drawn;

pub(super) fn simplify(program: &mut Program) {
    let definitions = definitions(program);
    let mut readers = Readers::of(program);
    let mut movable: BTreeSet<usize> =
        (0..definitions.len()).filter(|place| is_movable(program, &readers, &definitions[*place])).collect();
    let places: HashMap<Var, usize> =
        definitions.iter().enumerate().map(|(place, (var, _))| (*var, place)).collect();
    if !movable.is_empty() {
        // What was put together while reading is computed where its parts are known.
        for point in 0..program.steps.len() {
            program.change(point, &mut |arena, node| *node = arena.replace(*node, &mut |_| None));
        }
        readers = Readers::of(program);
        movable = (0..definitions.len())
            .filter(|place| is_movable(program, &readers, &definitions[*place]))
            .collect();
    }
    // One variable at a time: a value that was put in may be the next one's.
    while let Some(place) = movable.pop_first() {
        let (var, point) = definitions[place];
        let Step::Let { value, .. } = program.steps[point] else { continue };
        let mut changed = BTreeSet::new();
        for reader in readers.reading(var) {
            readers.forget(program, reader, &mut changed);
            put(program, reader, var, value);
            readers.learn(program, reader, &mut changed);
            // What it gives may be another value now.
            if let Step::Let { var, .. } = program.steps[reader] {
                changed.insert(var);
            }
        }
        for place in changed.iter().filter_map(|var| places.get(var)) {
            match is_movable(program, &readers, &definitions[*place]) {
                true => movable.insert(*place),
                false => movable.remove(place),
            };
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

/// Whether a variable's value may stand where the variable is read.
fn is_movable(program: &Program, readers: &Readers, (var, point): &(Var, Point)) -> bool {
    let Step::Let { value, .. } = program.steps[*point] else { return false };
    let uses = readers.uses(*var);
    // What may fail does so before whatever comes next.
    uses == 1
        && !drawn::draws(&program.arena, value)
        && !program.arena.may_fail(value)
        && !program.arena.is_costly(value)
        && !program.reads_mutable(value)
}

/// Where each variable is read, and how often.
#[derive(Default)]
struct Readers {
    of: HashMap<Var, Reads>,
}

#[derive(Default)]
struct Reads {
    all: usize,
    at: BTreeSet<Point>,
}

impl Readers {
    fn of(program: &Program) -> Self {
        let (mut readers, mut changed) = (Self::default(), BTreeSet::new());
        for point in 0..program.steps.len() {
            readers.learn(program, point, &mut changed);
        }
        readers
    }

    /// How often a variable is read.
    fn uses(&self, var: Var) -> usize {
        self.of.get(&var).map_or(0, |reads| reads.all)
    }

    /// The points at which a variable is read.
    fn reading(&self, var: Var) -> Vec<Point> {
        self.of.get(&var).map(|reads| reads.at.iter().copied().collect()).unwrap_or_default()
    }

    /// Counts what a point reads.
    fn learn(&mut self, program: &Program, point: Point, changed: &mut BTreeSet<Var>) {
        each_read(program, point, &mut |var| {
            let reads = self.of.entry(var).or_default();
            reads.all += 1;
            reads.at.insert(point);
            changed.insert(var);
        });
    }

    /// Counts it no longer.
    fn forget(&mut self, program: &Program, point: Point, changed: &mut BTreeSet<Var>) {
        each_read(program, point, &mut |var| {
            if let Some(reads) = self.of.get_mut(&var) {
                reads.all -= 1;
                reads.at.remove(&point);
            }
            changed.insert(var);
        });
    }
}

/// How often each variable is read.
pub(super) fn uses(program: &Program) -> HashMap<Var, usize> {
    let mut uses = HashMap::new();
    for point in 0..program.steps.len() {
        each_read(program, point, &mut |var| *uses.entry(var).or_default() += 1);
    }
    uses
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
