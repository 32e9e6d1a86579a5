//! The whole body and every branch and iteration in it: each is lowered for itself, and reads what is
//! around it as variables, or is passed it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::symbolic::{ForkKind, Kind, Node, Note, Point, Presence, Program, RegionId, Step, Var};

use super::{
    draft::{self, Reached},
    merge, route,
};

/// A region whose states are known.
pub(super) struct Lowered {
    pub(super) reached: Reached,
    /// The regions that a state runs.
    pub(super) inner: BTreeMap<Point, Vec<Lowered>>,
    /// The expressions that a state itself evaluates.
    pub(super) own: BTreeMap<Point, Vec<Node>>,
}

impl Lowered {
    /// This region and all in it.
    pub(super) fn gather<'a>(&'a self, regions: &mut Vec<&'a Lowered>) {
        regions.push(self);
        self.inner.values().flatten().for_each(|inner| inner.gather(regions));
    }
}

/// Lowers a region. `given` is what is known where it starts, beside what it is given.
pub(super) fn lower(program: &mut Program, region: RegionId, given: Vec<(Var, Node)>) -> Lowered {
    let mut lets = given;
    for (var, key) in program.regions[region].params.clone() {
        let input = program.arena.add(Kind::Input);
        let presence =
            if program.optional.contains(&var) { Presence::NullOrAbsent } else { Presence::Certain };
        let value = match key {
            Some(key) => program.arena.field(input, key, presence),
            None => input,
        };
        lets.push((var, value));
    }
    for (var, key) in program.regions[region].batch_input.clone() {
        let input = program.arena.add(Kind::Input);
        let batch = program.arena.field(input, "BatchInput".to_owned(), Presence::Certain);
        lets.push((var, program.arena.field(batch, key, Presence::Certain)));
    }
    let entry = match program.regions[region].entry {
        Some(entry) => entry,
        None => {
            let value = program.arena.literal(Value::Null);
            program.add(Step::Return { note: Note::default(), value })
        }
    };
    let mut reached = draft::reach(program, lets, entry);
    let mut inner = BTreeMap::new();
    let points: Vec<Point> = reached.drafts.keys().copied().collect();
    for point in points {
        if matches!(program.steps[point], Step::Fork { .. }) {
            inner.insert(point, inner_regions(program, &reached, point));
        }
    }
    merge::merge(program, &mut reached);
    inner.retain(|point, _| reached.drafts.contains_key(point));
    // What is read by a state that has the input is read from the input.
    let mut own = BTreeMap::new();
    for point in reached.drafts.keys() {
        let mut nodes = own_expressions(program, *point);
        if reached.fresh.contains(point) {
            nodes = nodes.into_iter().map(|node| route::apply(program, &reached.start.lets, node)).collect();
        }
        own.insert(*point, nodes);
    }
    Lowered { reached, inner, own }
}

/// The regions that a state runs, and how each gets at what it reads around it.
fn inner_regions(program: &mut Program, around: &Reached, point: Point) -> Vec<Lowered> {
    let Step::Fork { fork, .. } = &program.steps[point] else { return Vec::new() };
    let regions = fork.regions.clone();
    let (is_map, distributed) = match &fork.kind {
        ForkKind::Parallel => (false, None),
        ForkKind::Map(map) => (true, map.distributed.as_deref()),
    };
    let is_child = distributed.is_some();
    let in_batches = distributed.is_some_and(|distributed| distributed.batch.is_some());
    let mut lowered = Vec::new();
    for region in regions {
        let captures = program.captures(region);
        // A state that has the input has set no variable from it yet; an execution of its own reads none.
        let unset: Vec<Var> = match around.fresh.contains(&point) {
            _ if is_child => captures.clone(),
            true => captures
                .iter()
                .copied()
                .filter(|var| around.start.lets.iter().any(|(known, _)| known == var))
                .collect(),
            false => Vec::new(),
        };
        let reads: Vec<Node> = captures
            .iter()
            .filter(|var| !unset.contains(var))
            .map(|var| program.arena.add(Kind::Var(*var)))
            .collect();
        let given = match is_map {
            true => {
                pass_in(program, point, region, &unset, in_batches);
                Vec::new()
            }
            // A branch has the input of its Parallel state.
            false => unset
                .iter()
                .map(|var| {
                    let outside = program.arena.add(Kind::Var(*var));
                    let value = route::apply(program, &around.start.lets, outside);
                    (own_variable(program, region, *var), value)
                })
                .collect(),
        };
        if let Step::Fork { fork, .. } = &mut program.steps[point] {
            fork.reads.extend(reads);
        }
        lowered.push(lower(program, region, given));
    }
    lowered
}

/// Has an iteration be given variables beside its item, each under its name, or beside its batch.
fn pass_in(program: &mut Program, point: Point, region: RegionId, vars: &[Var], in_batches: bool) {
    if vars.is_empty() {
        return;
    }
    let mut params = program.regions[region].params.clone();
    for (var, key) in &mut params {
        if key.is_none() {
            *key = Some(program.vars[var.0 as usize].clone().unwrap_or_else(|| "item".to_owned()));
        }
    }
    let (mut passed, mut batch_input) = (Vec::new(), Vec::new());
    for var in vars {
        let wanted = program.vars[var.0 as usize].clone().unwrap_or_else(|| "value".to_owned());
        let mut key = wanted.clone();
        let mut number = 2;
        let known = |key: &String, params: &[(Var, Option<String>)], batch_input: &[(Var, String)]| {
            params.iter().any(|(_, known)| known.as_ref() == Some(key) && !in_batches)
                || batch_input.iter().any(|(_, known)| known == key)
        };
        while known(&key, &params, &batch_input) {
            key = format!("{wanted}_{number}");
            number += 1;
        }
        let outside = program.arena.add(Kind::Var(*var));
        passed.push((key.clone(), outside));
        let own = own_variable(program, region, *var);
        match in_batches {
            true => batch_input.push((own, key)),
            false => params.push((own, Some(key))),
        }
    }
    program.regions[region].params = params;
    program.regions[region].batch_input = batch_input;
    if let Step::Fork { fork, .. } = &mut program.steps[point] {
        fork.passed = passed;
    }
}

/// A variable of a region's own, which it reads instead of one around it.
fn own_variable(program: &mut Program, region: RegionId, outside: Var) -> Var {
    let name = program.vars[outside.0 as usize].clone();
    let own = program.var(name);
    let node = program.arena.add(Kind::Var(own));
    for point in program.points_of(region) {
        program.change(point, &mut |arena, expression| {
            *expression =
                arena.replace(*expression, &mut |kind| (*kind == Kind::Var(outside)).then_some(node));
        });
    }
    own
}

fn own_expressions(program: &Program, point: Point) -> Vec<Node> {
    let mut nodes = program.expressions(point);
    if let Step::Fork { fork, .. } = &program.steps[point] {
        nodes.extend(fork.passed.iter().map(|(_, node)| *node));
    }
    nodes
}
