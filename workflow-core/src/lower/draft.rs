//! The states that an execution can reach, and every way out of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::PlatformError,
    symbolic::{Kind, Node, Point, Program, Step, Var},
};

use super::{
    drawn, failing,
    route::{self, Name, Route},
};

/// All states by the steps that they are made of.
pub(super) type Drafts = BTreeMap<Point, Draft>;

/// A state on its way to being written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) ways: Vec<Way>,
}

/// A way out of a state.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) kind: WayKind,
    pub(super) lets: Vec<(Var, Node)>,
    pub(super) target: Target,
}

#[derive(Debug)]
pub(super) enum WayKind {
    Success,
    Rule(Node),
    Default,
    Catch(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    State(Point),
    /// The execution ends here with this output.
    End(Node),
    /// A state that passes on the output that it is given.
    Passing(Point, Node),
}

/// Follows every way out of every state, from where an execution starts.
pub(super) struct Reached {
    /// What is assigned before the first state, and that state.
    pub(super) start: Route,
    /// The states that have the execution's input as theirs.
    pub(super) fresh: BTreeSet<Point>,
    pub(super) drafts: Drafts,
}

/// Follows every way out of every state, from the entry of a program.
pub(super) fn reach(program: &mut Program, entry_lets: Vec<(Var, Node)>, entry: Point) -> Reached {
    let mut start = route::follow(program, entry_lets.clone(), entry, Name::Unknown);
    let mut fresh = BTreeSet::from([start.target]);
    let drawn = start.lets.iter().any(|(_, value)| drawn::draws(&program.arena, *value));
    let known = drawn.then(|| drawn::at_entry(program, &start.lets)).flatten();
    let undrawn = drawn && known.is_none();
    // What may fail does so before whatever comes next.
    let first = match failing::is_caught_at(program, start.target) {
        true => Vec::new(),
        false => program.expressions(start.target),
    };
    let unread = |var: Var| !first.iter().any(|node| program.arena.always_reads(*node, var));
    let written = start.lets.iter().any(|(var, value)| program.arena.may_fail(*value) && unread(*var));
    start.lets = known.unwrap_or(start.lets);
    let mut drafts = drafts_from(program, &start, &fresh);
    let again = |way: &Way| way.target == Target::State(start.target);
    if undrawn
        || written
        || (!start.lets.is_empty() && drafts.values().flat_map(|draft| &draft.ways).any(again))
    {
        // A loop leads back to the first state, whose input is then another, or a value before it is drawn
        // or may fail: what the workflow starts with is assigned once, before it.
        start = Route { lets: entry_lets, target: program.add(Step::Pass { next: Some(entry) }) };
        fresh = BTreeSet::from([start.target]);
        drafts = drafts_from(program, &start, &fresh);
    }
    while grow(program, &start, &drafts, &mut fresh) {
        drafts = drafts_from(program, &start, &fresh);
    }
    Reached { start, fresh, drafts }
}

/// Finds states that are entered with the execution's input: those that only a Choice which has it
/// leads to, since a Choice passes its input on. They can read the input instead of variables.
fn grow(program: &Program, start: &Route, drafts: &Drafts, fresh: &mut BTreeSet<Point>) -> bool {
    // When a state was entered is another time in each.
    if start.lets.iter().any(|(_, value)| drawn::is_of_state(&program.arena, *value)) {
        return false;
    }
    let passes_input_on =
        |point: &Point| fresh.contains(point) && matches!(program.steps[*point], Step::Choice { .. });
    let found: Vec<Point> = drafts
        .keys()
        .copied()
        .filter(|point| !fresh.contains(point))
        .filter(|point| {
            drafts.iter().all(|(from, draft)| {
                draft
                    .ways
                    .iter()
                    .filter(|way| way.target == Target::State(*point))
                    .all(|way| passes_input_on(from) && way.lets == start.lets)
            })
        })
        .collect();
    let grown = !found.is_empty();
    fresh.extend(found);
    grown
}

/// Follows every way out of every state that an execution can reach.
fn drafts_from(program: &mut Program, start: &Route, fresh: &BTreeSet<Point>) -> Drafts {
    let mut drafts = BTreeMap::new();
    let mut open = vec![start.target];
    while let Some(point) = open.pop() {
        if drafts.contains_key(&point) {
            continue;
        }
        // What came with the input rides on the states that have it, which read the input itself.
        let before = if fresh.contains(&point) { start.lets.clone() } else { Vec::new() };
        let draft = draft(program, point, &before);
        open.extend(draft.ways.iter().filter_map(|way| match way.target {
            Target::State(point) => Some(point),
            Target::End(_) | Target::Passing(..) => None,
        }));
        drafts.insert(point, draft);
    }
    drafts
}

fn draft(program: &mut Program, point: Point, before: &[(Var, Node)]) -> Draft {
    let with = |var: Var, value: Node| {
        let mut lets = before.to_vec();
        lets.push((var, value));
        lets
    };
    let mut ways = Vec::new();
    let way =
        |kind: WayKind, route: Route| Way { kind, lets: route.lets, target: Target::State(route.target) };
    enum Plan {
        Task {
            result: Var,
            value: Node,
            next: Option<Point>,
            catch: Option<(Var, Point)>,
            errors: Vec<&'static str>,
            failure: Option<Node>,
        },
        Choice {
            rules: Vec<(Node, Option<Point>)>,
            default: Option<Point>,
        },
        Pass {
            next: Option<Point>,
        },
        Terminal,
    }
    let plan = match &program.steps[point] {
        Step::Task { call, result, next, catch } => Plan::Task {
            result: *result,
            value: call.result,
            next: *next,
            catch: *catch,
            errors: call.errors.clone(),
            failure: call.failure,
        },
        Step::Fork { fork, result, next, catch } => Plan::Task {
            result: *result,
            value: program.arena.add(Kind::TaskResult),
            next: *next,
            catch: *catch,
            errors: fork.errors.clone(),
            failure: None,
        },
        Step::Choice { rules, default, .. } => Plan::Choice { rules: rules.clone(), default: *default },
        Step::Pass { next } | Step::Wait { next, .. } => Plan::Pass { next: *next },
        Step::Let { .. }
        | Step::Jump { .. }
        | Step::Dispatch { .. }
        | Step::Return { .. }
        | Step::Raise { .. } => Plan::Terminal,
    };
    match plan {
        Plan::Task { result, value, next, catch, errors, failure } => {
            let onward =
                next.map(|next| (next, route::follow(program, with(result, value), next, Name::Unknown)));
            let catches = match (catch, failure) {
                (Some((error, handler)), Some(failure)) => {
                    // The name is known only when the state machine runs.
                    let route = route::follow(program, with(error, failure), handler, Name::Unknown);
                    vec![(vec!["States.ALL".to_owned()], route)]
                }
                (Some((error, handler)), None) => {
                    let value = program.arena.add(Kind::ErrorOutput);
                    catchers(program, &errors, &with(error, value), handler)
                }
                (None, _) => Vec::new(),
            };
            let catches: Vec<Way> =
                catches.into_iter().map(|(names, route)| way(WayKind::Catch(names), route)).collect();
            if let Some((next, mut route)) = onward {
                if failing::may_fail(program, before, &route.lets)
                    && failing::is_caught(program, point, &catches)
                {
                    route = failing::apart(program, with(result, value), next);
                }
                ways.push(way(WayKind::Success, route));
            }
            ways.extend(catches);
        }
        Plan::Pass { next } => {
            if let Some(next) = next {
                ways.push(way(
                    WayKind::Success,
                    route::follow(program, before.to_vec(), next, Name::Unknown),
                ));
            }
        }
        Plan::Choice { rules, default } => {
            for (condition, target) in rules {
                let Some(target) = target else { continue };
                let condition = route::apply(program, before, condition);
                ways.push(way(
                    WayKind::Rule(condition),
                    route::follow(program, before.to_vec(), target, Name::Unknown),
                ));
            }
            if let Some(default) = default {
                ways.push(way(
                    WayKind::Default,
                    route::follow(program, before.to_vec(), default, Name::Unknown),
                ));
            }
        }
        Plan::Terminal => {}
    }
    Draft { ways }
}

/// The catchers of a task: error names that lead the same way share one. `States.ALL` stands alone
/// and last, for all names that no other catcher has.
pub(super) fn catchers(
    program: &mut Program,
    errors: &[&'static str],
    lets: &[(Var, Node)],
    handler: Point,
) -> Vec<(Vec<String>, Route)> {
    let universe = match &program.steps[handler] {
        Step::Dispatch { dispatch, .. } => program.dispatches[*dispatch].universe.clone(),
        _ => Vec::new(),
    };
    let others = route::follow(program, lets.to_vec(), handler, Name::Other);
    let mut catchers: Vec<(Vec<String>, Route)> = Vec::new();
    for name in universe.into_iter().filter(|name| errors.contains(name)) {
        let route = route::follow(program, lets.to_vec(), handler, Name::Known(name));
        if route == others {
            continue;
        }
        match catchers.iter_mut().find(|(_, known)| *known == route) {
            Some((names, _)) => names.push(name.to_owned()),
            None => catchers.push((vec![name.to_owned()], route)),
        }
    }
    catchers.sort_by_key(|(_, route)| route.target);
    // A catcher of `States.TaskFailed` takes every name but a timeout's, so it comes last and a Choice looks
    // at the name. (<https://states-language.net/#errors>)
    let wildcard = PlatformError::TASK_FAILED.as_str();
    let takes_more = catchers.iter().any(|(names, _)| names.iter().any(|name| name == wildcard));
    for (names, _) in &mut catchers {
        names.retain(|name| name != wildcard);
    }
    catchers.retain(|(names, _)| !names.is_empty());
    let by_name = takes_more.then(|| route::follow(program, lets.to_vec(), handler, Name::Unknown));
    if is_rethrow(program, &others) {
        catchers.retain(|(_, route)| !is_rethrow(program, route));
        catchers.extend(by_name.map(|route| (vec![wildcard.to_owned()], route)));
    } else {
        catchers.push((vec!["States.ALL".to_owned()], by_name.unwrap_or(others)));
    }
    catchers
}

/// Whether a way does nothing but fail with the error that was caught.
fn is_rethrow(program: &mut Program, route: &Route) -> bool {
    let Step::Raise { note, error } = &program.steps[route.target] else { return false };
    if note.name.is_some() || note.comment.is_some() {
        return false;
    }
    let error = *error;
    let error = route::apply(program, &route.lets, error);
    *program.arena.kind(error) == Kind::ErrorOutput
}
