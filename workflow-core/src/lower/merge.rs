//! Fewer states for the same behaviour: ends that are equal or can ride on a Task, a Choice that
//! continues another, variables that nobody reads.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::symbolic::{Kind, Node, Note, Point, Program, Step, Var};

use super::{
    draft::{Draft, Drafts, Reached, Target, Way, WayKind},
    drawn, failing, route,
};

/// Merges what can be merged.
pub(super) fn merge(program: &mut Program, reached: &mut Reached) {
    share_terminals(program, &reached.fresh, &mut reached.drafts);
    flatten_choices(program, &mut reached.drafts);
    end_in_tasks(program, &mut reached.drafts);
    tell_ends_apart(program, &mut reached.drafts);
    share_terminals(program, &reached.fresh, &mut reached.drafts);
    drop_unreached(reached.start.target, &mut reached.drafts);
    let live = liveness(program, &reached.fresh, &reached.drafts);
    drop_dead(&mut reached.drafts, &live);
}

/// Puts what is known on the only way to an end into the end, so that nothing is assigned for it.
fn tell_ends_apart(program: &mut Program, drafts: &mut Drafts) {
    let ways_to = ways_to_each(drafts);
    for way in drafts.values_mut().flat_map(|draft| &mut draft.ways) {
        let Target::State(point) = way.target else { continue };
        let value = match &program.steps[point] {
            Step::Return { value, .. } => *value,
            Step::Raise { error, .. } => *error,
            _ => continue,
        };
        if ways_to.get(&point) != Some(&1) {
            continue;
        }
        // What only the state before knows has to be assigned by it.
        let lets: Vec<(Var, Node)> = way
            .lets
            .iter()
            .copied()
            .filter(|(_, value)| !is_transient(program, *value) && !program.arena.is_costly(*value))
            .collect();
        let known = route::apply(program, &lets, value);
        // What the end now knows by itself must not be assigned and counted twice.
        way.lets.retain(|set| !lets.contains(set));
        match &mut program.steps[point] {
            Step::Return { value, .. } => *value = known,
            Step::Raise { error, .. } => *error = known,
            _ => {}
        }
    }
}

/// How many ways lead to each state.
fn ways_to_each(drafts: &Drafts) -> HashMap<Point, usize> {
    let mut ways_to: HashMap<Point, usize> = HashMap::new();
    for way in drafts.values().flat_map(|draft| &draft.ways) {
        if let Target::State(point) = way.target {
            *ways_to.entry(point).or_default() += 1;
        }
    }
    ways_to
}

/// Whether a value can be read only in the state that it is about.
fn is_transient(program: &Program, node: Node) -> bool {
    matches!(program.arena.kind(node), Kind::Input | Kind::TaskResult | Kind::ErrorOutput)
        || drawn::is_of_state(&program.arena, node)
        || program.arena.parts(node).into_iter().any(|part| is_transient(program, part))
}

/// Lets equal ends be one state. One that has the input writes its variables out in terms of it, which is what
/// they are only until they are set again.
fn share_terminals(program: &Program, fresh: &BTreeSet<Point>, drafts: &mut Drafts) {
    #[derive(PartialEq, Eq, Hash)]
    struct End<'a> {
        fails: bool,
        value: Node,
        name: Option<&'a str>,
        comment: Option<&'a str>,
        has_input: bool,
    }
    let mut first: HashMap<End<'_>, Point> = HashMap::new();
    let mut same: HashMap<Point, Point> = HashMap::new();
    for point in drafts.keys() {
        let (fails, value, note) = match &program.steps[*point] {
            Step::Return { note, value } => (false, *value, note),
            Step::Raise { note, error } => (true, *error, note),
            _ => continue,
        };
        let mut reads = false;
        program.arena.each_var(value, &mut |_| reads = true);
        let has_input = reads && fresh.contains(point);
        let end = End { fails, value, name: note.name, comment: note.comment, has_input };
        same.insert(*point, *first.entry(end).or_insert(*point));
    }
    for way in drafts.values_mut().flat_map(|draft| &mut draft.ways) {
        if let Target::State(point) = &mut way.target
            && let Some(kept) = same.get(point)
        {
            *point = *kept;
        }
    }
}

/// Lets an `else if` be a rule of the Choice before it.
fn flatten_choices(program: &mut Program, drafts: &mut Drafts) {
    let mut ways_to = ways_to_each(drafts);
    let points: Vec<Point> = drafts.keys().copied().collect();
    for point in points {
        if !matches!(program.steps[point], Step::Choice { .. }) {
            continue;
        }
        while let Some(draft) = drafts.get(&point) {
            let Some(Way { kind: WayKind::Default, target: Target::State(inner), lets }) = draft.ways.last()
            else {
                break;
            };
            let (inner, lets) = (*inner, lets.clone());
            let costly = lets.iter().any(|(_, value)| program.arena.is_costly(*value));
            if inner == point || costly || !is_plain_choice(program, inner) || ways_to.get(&inner) != Some(&1)
            {
                break;
            }
            ways_to.remove(&inner);
            let Some(mut inner) = drafts.remove(&inner) else { break };
            // What was assigned on the way is put into the conditions, and rides on their rules.
            for way in &mut inner.ways {
                if let WayKind::Rule(condition) = &mut way.kind {
                    *condition = route::apply(program, &lets, *condition);
                }
                let mut carried = lets.clone();
                for (var, value) in std::mem::take(&mut way.lets) {
                    let value = route::apply(program, &lets, value);
                    carried.retain(|(known, _)| *known != var);
                    carried.push((var, value));
                }
                way.lets = carried;
            }
            if let Some(draft) = drafts.get_mut(&point) {
                draft.ways.pop();
                draft.ways.extend(inner.ways);
            }
        }
    }
}

/// Whether a state is a Choice that the author did not name.
fn is_plain_choice(program: &Program, point: Point) -> bool {
    matches!(&program.steps[point], Step::Choice { note, .. } if note.name.is_none() && note.comment.is_none())
}

/// Lets a Task that is followed by a plain end be the end, with the result as its output.
fn end_in_tasks(program: &mut Program, drafts: &mut Drafts) {
    let ends: Vec<(Point, Note, Node)> = drafts
        .keys()
        .filter_map(|point| match &program.steps[*point] {
            Step::Return { note, value } => Some((*point, *note, *value)),
            _ => None,
        })
        .collect();
    let mut ways_to: HashMap<Point, Vec<(Point, usize)>> = HashMap::new();
    for (point, draft) in drafts.iter() {
        for (place, way) in draft.ways.iter().enumerate() {
            if let Target::State(to) = way.target {
                ways_to.entry(to).or_default().push((*point, place));
            }
        }
    }
    for (end, note, value) in ends {
        let ways = ways_to.remove(&end).unwrap_or_default();
        let is_success = |draft: &Draft, place: usize| matches!(draft.ways[place].kind, WayKind::Success);
        let named = note.name.is_some() || note.comment.is_some();
        if named && !ways.iter().all(|(point, place)| is_success(&drafts[point], *place)) {
            continue;
        }
        for (point, place) in ways {
            let Some(draft) = drafts.get_mut(&point) else { continue };
            if is_success(draft, place) && drawn::may_hold(program, &draft.ways[place].lets, value) {
                let output = route::apply(program, &draft.ways[place].lets, value);
                if program.arena.may_fail(output) && failing::is_caught(program, point, &draft.ways) {
                    continue;
                }
                let target = if named { Target::Passing(end, output) } else { Target::End(output) };
                draft.ways[place].target = target;
            }
        }
    }
}

fn drop_unreached(start: Point, drafts: &mut Drafts) {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(point) = open.pop() {
        if reached.insert(point)
            && let Some(draft) = drafts.get(&point)
        {
            open.extend(draft.ways.iter().filter_map(|way| match way.target {
                Target::State(point) | Target::Passing(point, _) => Some(point),
                Target::End(_) => None,
            }));
        }
    }
    drafts.retain(|point, _| reached.contains(point));
}

/// The variables that are read after a state is entered.
fn liveness(program: &Program, fresh: &BTreeSet<Point>, drafts: &Drafts) -> HashMap<Point, HashSet<Var>> {
    let passed = passed(drafts);
    let mut reads: HashMap<Point, HashSet<Var>> = HashMap::new();
    let mut ways_from: HashMap<Point, BTreeSet<Point>> = HashMap::new();
    for (point, draft) in drafts {
        let own = reads_alone(program, *point, draft, fresh.contains(point) || passed.contains(point));
        reads.insert(*point, own);
        for way in &draft.ways {
            if let Target::State(to) = way.target {
                ways_from.entry(to).or_default().insert(*point);
            }
        }
    }
    // What a state learns, those before it have to learn; the last ones first.
    let mut live: HashMap<Point, HashSet<Var>> =
        drafts.keys().map(|point| (*point, HashSet::new())).collect();
    let mut open: BTreeSet<Point> = drafts.keys().copied().collect();
    while let Some(point) = open.pop_last() {
        let mut found = reads.remove(&point).unwrap_or_default();
        for way in &drafts[&point].ways {
            let Target::State(to) = way.target else { continue };
            let Some(after) = live.get(&to) else { continue };
            for (var, value) in &way.lets {
                if after.contains(var) {
                    program.arena.each_var(*value, &mut |var| {
                        found.insert(var);
                    });
                }
            }
            let assigned = |var: &Var| way.lets.iter().any(|(set, _)| set == var);
            found.extend(after.iter().copied().filter(|var| !assigned(var)));
        }
        let Some(known) = live.get_mut(&point) else { continue };
        let before = known.len();
        known.extend(found);
        if known.len() > before {
            open.extend(ways_from.get(&point).into_iter().flatten());
        }
    }
    live
}

/// The states that pass on the output that they are given.
pub(super) fn passed(drafts: &Drafts) -> BTreeSet<Point> {
    let ways = drafts.values().flat_map(|draft| &draft.ways);
    ways.filter_map(|way| match way.target {
        Target::Passing(to, _) => Some(to),
        Target::State(_) | Target::End(_) => None,
    })
    .collect()
}

/// The variables that a state reads, whatever comes after it. One that `has_input` reads that instead, and one that
/// passes on an output reads nothing.
fn reads_alone(program: &Program, point: Point, draft: &Draft, has_input: bool) -> HashSet<Var> {
    let mut reads = HashSet::new();
    let mut read = |node: Node| {
        program.arena.each_var(node, &mut |var| {
            reads.insert(var);
        })
    };
    if !has_input {
        program.expressions(point).into_iter().for_each(&mut read);
        if let Step::Fork { fork, .. } = &program.steps[point] {
            fork.passed.iter().for_each(|(_, node)| read(*node));
            fork.reads.iter().for_each(|node| read(*node));
        }
    }
    for way in &draft.ways {
        if let WayKind::Rule(condition) = way.kind {
            read(condition);
        }
        if let Target::End(output) | Target::Passing(_, output) = way.target {
            read(output);
        }
    }
    reads
}

/// Takes out what is assigned and never read.
fn drop_dead(drafts: &mut Drafts, live: &HashMap<Point, HashSet<Var>>) {
    for way in drafts.values_mut().flat_map(|draft| &mut draft.ways) {
        match way.target {
            Target::State(to) => {
                way.lets.retain(|(var, _)| live.get(&to).is_some_and(|live| live.contains(var)))
            }
            Target::End(_) | Target::Passing(..) => way.lets.clear(),
        }
    }
}
