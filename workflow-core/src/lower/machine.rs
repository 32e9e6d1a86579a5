//! Puts the state machine together: names, variables, and the states in order.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    asl,
    symbolic::{Element, ForkKind, Kind, Note, Point, Position, Program, Step, Var},
    workflow::{WorkflowKind, WorkflowMeta},
};

use super::{
    Definition, TaskInfo, distributed,
    draft::Reached,
    jsonata::Writer,
    merge,
    names::{Names, title},
    policy,
    regions::{self, Lowered},
    state::State,
};

pub(super) fn write(meta: &WorkflowMeta, mut program: Program) -> Definition {
    let whole = regions::lower(&mut program, 0, Vec::new());
    let mut regions = Vec::new();
    whole.gather(&mut regions);

    let states = state_names(&program, &regions);
    let mut problems = std::mem::take(&mut program.problems);
    distributed::problems(&program, meta, &whole, &mut problems);
    policy::problems(&program, &states, &mut problems);
    problems.dedup();

    let mut sites = vec![String::new(); program.sites];
    let mut tasks: Vec<TaskInfo> = Vec::new();
    let mut placeholders: Vec<String> = Vec::new();
    for (point, step) in program.steps.iter().enumerate() {
        match step {
            Step::Wait { site, .. } => {
                sites[*site] = states.get(&point).cloned().unwrap_or_else(|| "Wait".to_owned())
            }
            Step::Fork { fork, .. } => {
                sites[fork.site] =
                    states.get(&point).cloned().unwrap_or_else(|| wanted_name(&program, point).0);
            }
            _ => {}
        }
        if let Step::Task { call, .. } = step {
            sites[call.site] = states.get(&point).cloned().unwrap_or_else(|| title(call.task.name));
            if !states.contains_key(&point) {
                continue;
            }
            for placeholder in &call.placeholders {
                if !placeholders.contains(placeholder) {
                    placeholders.push(placeholder.clone());
                }
            }
            if !tasks.contains(&call.task) {
                if meta.kind == WorkflowKind::Express && call.task.resource.is_waited_for() {
                    problems.push(format!(
                        "an Express workflow waits for no answer from outside, as `{}` needs it; make it `kind = standard`",
                        call.task.name
                    ));
                }
                if let Some(function) = call.task.function
                    && let Some(other) = tasks.iter().find(|known| known.function == Some(function))
                {
                    problems.push(format!(
                        "`{}` and `{}` would both be the Lambda function `{}`; name one with `#[task(function = \"..\")]`",
                        other.path, call.task.path, function
                    ));
                }
                tasks.push(call.task);
            }
        }
    }

    let (variables, elements) = variable_names(&program, &whole);
    let made: HashSet<Var> = program
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Let { var, .. } => Some(*var),
            // What leaves a branch may be the workflow's own.
            Step::Fork { catch, .. } => catch.map(|(error, _)| error),
            _ => None,
        })
        .collect();
    let foreign = tasks.iter().any(|task| !task.resource.answers_as_lambda());
    let writer =
        Writer { arena: &program.arena, variables: &variables, elements: &elements, made: &made, foreign };
    let branch = branch(&program, &writer, &states, &whole);
    let machine = asl::StateMachine {
        comment: (!meta.comment.is_empty()).then(|| meta.comment.to_owned()),
        query_language: asl::QueryLanguage::Jsonata,
        start_at: branch.start_at,
        timeout_seconds: meta.timeout_seconds,
        states: branch.states,
    };
    let positions = positions(&program, states);
    let inlined = std::mem::take(&mut program.inlined);
    let contract = std::mem::take(&mut program.contract);
    Definition { machine, sites, inlined, tasks, positions, contract, placeholders, problems }
}

/// The states of a region, those of the regions in it first.
fn branch(
    program: &Program,
    writer: &Writer<'_>,
    states: &HashMap<Point, String>,
    region: &Lowered,
) -> asl::Branch {
    let Reached { start, drafts, .. } = &region.reached;
    // The state that an execution starts at comes first, then the author's order.
    let (first, rest): (Vec<_>, Vec<_>) = drafts.iter().partition(|(point, _)| **point == start.target);
    let passed = merge::passed(drafts);
    let emitted = first
        .into_iter()
        .chain(rest)
        .map(|(point, draft)| {
            let own = region.own.get(point).cloned().unwrap_or_default();
            let passed = passed.contains(point);
            let inner = region.inner.get(point).into_iter().flatten();
            let branches = inner.map(|inner| branch(program, writer, states, inner)).collect();
            let foreign = writer.foreign || matches!(program.steps[*point], Step::Fork { .. });
            let writer = &Writer { foreign, ..*writer };
            let state = State { program, writer, states, draft, own, passed, branches }.write(*point);
            (states[point].clone(), state)
        })
        .collect();
    asl::Branch { processor_config: None, start_at: states[&start.target].clone(), states: emitted }
}

/// Where each state comes from; what nobody wrote comes from the function.
fn positions(program: &Program, states: HashMap<Point, String>) -> BTreeMap<String, Position> {
    let position = |point: Point| match note(&program.steps[point]).position {
        Position { line: 0, .. } => program.position,
        known => known,
    };
    states.into_iter().map(|(point, name)| (name, position(point))).collect()
}

/// A name for every state of all regions: they share one space.
fn state_names(program: &Program, regions: &[&Lowered]) -> HashMap<Point, String> {
    let mut points: Vec<Point> =
        regions.iter().flat_map(|region| region.reached.drafts.keys().copied()).collect();
    points.sort_unstable();
    // The state that an execution starts at has the name that it asks for.
    let first = regions.first().map(|region| region.reached.start.target);
    points.sort_by_key(|point| Some(*point) != first);
    let mut names = Names::default();
    // Names that the author gave come first, so that no other state takes them.
    let (named, unnamed): (Vec<Point>, Vec<Point>) =
        points.into_iter().partition(|point| note(&program.steps[*point]).name.is_some());
    let mut states = HashMap::new();
    for point in named.into_iter().chain(unnamed) {
        let (wanted, binding) = wanted_name(program, point);
        states.insert(point, names.state(&wanted, note(&program.steps[point]).within, binding.as_deref()));
    }
    states
}

pub(super) fn note(step: &Step) -> Note {
    match step {
        Step::Task { call, .. } => call.note,
        Step::Fork { fork, .. } => fork.note,
        Step::Wait { note, .. }
        | Step::Choice { note, .. }
        | Step::Return { note, .. }
        | Step::Raise { note, .. } => *note,
        Step::Let { .. } | Step::Jump { .. } | Step::Pass { .. } | Step::Dispatch { .. } => Note::default(),
    }
}

/// The name that a state asks for, and the binding that tells it from another of that name.
fn wanted_name(program: &Program, point: Point) -> (String, Option<String>) {
    if let Some(name) = note(&program.steps[point]).name {
        return (name.to_owned(), None);
    }
    match &program.steps[point] {
        Step::Task { call, result, .. } => (title(call.task.name), program.vars[result.0 as usize].clone()),
        Step::Fork { fork, result, .. } => {
            let binding = program.vars[result.0 as usize].clone();
            let wanted = match (&fork.kind, fork.note.about) {
                (ForkKind::Parallel, None) => "Parallel".to_owned(),
                (ForkKind::Map(_), None) => "Map".to_owned(),
                (ForkKind::Parallel, Some(about)) => title(about),
                (ForkKind::Map(_), Some(about)) => format!("Map {}", title(about)),
            };
            (wanted, binding)
        }
        Step::Choice { note, .. } => match note.about {
            Some(about) => (format!("Check {}", title(about)), None),
            None => ("Check".to_owned(), None),
        },
        Step::Raise { error, .. } => match program.arena.kind(*error) {
            Kind::Error { name, .. } => (title(name), None),
            _ => ("Fail".to_owned(), None),
        },
        Step::Pass { .. } => ("Initialize".to_owned(), None),
        Step::Wait { .. } => ("Wait".to_owned(), None),
        Step::Return { .. } | Step::Let { .. } | Step::Jump { .. } | Step::Dispatch { .. } => {
            ("Succeed".to_owned(), None)
        }
    }
}

/// A name for every variable, of which only those that some state assigns are told apart, and for
/// every parameter of a function over a list.
fn variable_names(program: &Program, whole: &Lowered) -> (Vec<String>, Vec<String>) {
    let mut variables = vec!["value".to_owned(); program.vars.len()];
    let results: HashMap<Var, String> = program
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Task { call, result, .. } => Some((*result, format!("{}_result", call.task.name))),
            Step::Fork { result, .. } => Some((*result, "results".to_owned())),
            _ => None,
        })
        .collect();
    let mut names = Names::default();
    name_variables(program, &results, whole, Names::default(), &mut names, &mut variables);
    // No name inside an expression hides a variable or a function.
    let elements = element_names(program, &mut names);
    (variables, elements)
}

/// No variable of a region has the name of one around it, which Step Functions refuses; regions
/// beside each other know nothing of each other's. `all` gets to know every name.
fn name_variables(
    program: &Program,
    results: &HashMap<Var, String>,
    region: &Lowered,
    mut names: Names,
    all: &mut Names,
    variables: &mut [String],
) {
    let ways = region.reached.drafts.values().flat_map(|draft| &draft.ways);
    let mut assigned: Vec<Var> = ways.flat_map(|way| &way.lets).map(|(var, _)| *var).collect();
    assigned.sort_unstable();
    assigned.dedup();
    for var in assigned {
        let wanted = match (&program.vars[var.0 as usize], results.get(&var)) {
            (Some(name), _) => name.clone(),
            (None, Some(result)) => result.clone(),
            (None, None) => "value".to_owned(),
        };
        let name = names.variable(&wanted);
        all.take(&name);
        variables[var.0 as usize] = name;
    }
    for inner in region.inner.values().flatten() {
        name_variables(program, results, inner, names.clone(), all, variables);
    }
}

/// The names inside expressions. Two of one name share it, unless one is known where the other is.
fn element_names(program: &Program, names: &mut Names) -> Vec<String> {
    let meeting = program.arena.meeting_elements();
    let mut written: Vec<(&str, String, Vec<Element>)> = Vec::new();
    let mut elements = Vec::new();
    for (place, wanted) in program.elements.iter().enumerate() {
        let element = Element(u32::try_from(place).unwrap_or(u32::MAX));
        let shared = written.iter_mut().find(|(name, _, of)| {
            name == wanted && of.iter().all(|other| !meeting.contains(&(element, *other)))
        });
        elements.push(match shared {
            Some((_, name, of)) => {
                of.push(element);
                name.clone()
            }
            None => {
                let name = names.variable(wanted);
                written.push((wanted, name.clone(), vec![element]));
                name
            }
        });
    }
    elements
}
