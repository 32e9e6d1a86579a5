//! Puts the state machine together: names, variables, and the states in order.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::{
    asl,
    symbolic::{Kind, Node, Note, Point, Presence, Program, Step, Var},
    workflow::{WorkflowKind, WorkflowMeta},
};

use super::{
    Definition, TaskInfo,
    draft::{self, Drafts, Reached, Target},
    jsonata::Writer,
    merge,
    names::{Names, title},
    route,
    state::State,
};

pub(super) fn write(meta: &WorkflowMeta, mut program: Program) -> Definition {
    let entry_lets: Vec<(Var, Node)> = program
        .params
        .clone()
        .into_iter()
        .map(|(var, key)| {
            let input = program.arena.add(Kind::Input);
            let value = match key {
                Some(key) => program.arena.field(input, key, Presence::Certain),
                None => input,
            };
            (var, value)
        })
        .collect();
    let entry = program.entry.unwrap_or_else(|| {
        let value = program.arena.literal(Value::Null);
        program.steps.push(Step::Return { note: Note::default(), value });
        program.steps.len() - 1
    });
    let mut reached = draft::reach(&mut program, entry_lets, entry);
    merge::merge(&mut program, &mut reached);
    emit(meta, &mut program, &reached)
}

fn emit(meta: &WorkflowMeta, program: &mut Program, reached: &Reached) -> Definition {
    let Reached { start, fresh, drafts } = reached;
    let mut names = Names::default();
    let mut states: HashMap<Point, String> = HashMap::new();
    // Names that the author gave come first, so that no other state takes them.
    let (named, mut unnamed): (Vec<Point>, Vec<Point>) =
        drafts.keys().copied().partition(|point| note(&program.steps[*point]).name.is_some());
    unnamed.sort_by_key(|point| *point != start.target);
    for point in named.into_iter().chain(unnamed) {
        let (wanted, binding) = wanted_name(program, point);
        let within = note(&program.steps[point]).within;
        states.insert(point, names.state(&wanted, within, binding.as_deref()));
    }
    let mut problems = std::mem::take(&mut program.problems);
    problems.dedup();

    let mut sites = vec![String::new(); program.sites];
    let mut tasks: Vec<TaskInfo> = Vec::new();
    let mut placeholders: Vec<String> = Vec::new();
    for (point, step) in program.steps.iter().enumerate() {
        if let Step::Wait { site, .. } = step {
            sites[*site] = states.get(&point).cloned().unwrap_or_else(|| "Wait".to_owned());
        }
        if let Step::Task { call, .. } = step {
            sites[call.site] = states.get(&point).cloned().unwrap_or_else(|| title(call.task.name));
            if !drafts.contains_key(&point) {
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

    // What is read by a state that has the input is read from the input.
    let mut own: BTreeMap<Point, Vec<Node>> = BTreeMap::new();
    for point in drafts.keys() {
        let mut nodes = own_expressions(program, *point);
        if fresh.contains(point) {
            nodes = nodes.into_iter().map(|node| route::apply(program, &start.lets, node)).collect();
        }
        own.insert(*point, nodes);
    }

    let (variables, elements) = variable_names(program, drafts);
    let made: HashSet<Var> = program
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Let { var, .. } => Some(*var),
            _ => None,
        })
        .collect();
    let foreign = tasks.iter().any(|task| !task.resource.answers_as_lambda());
    let writer =
        Writer { arena: &program.arena, variables: &variables, elements: &elements, made: &made, foreign };
    // The state that an execution starts at comes first, then the author's order.
    let (first, rest): (Vec<_>, Vec<_>) = drafts.iter().partition(|(point, _)| **point == start.target);
    let emitted = first
        .into_iter()
        .chain(rest)
        .map(|(point, draft)| {
            let own = own.get(point).cloned().unwrap_or_default();
            let passed = drafts
                .values()
                .flat_map(|draft| &draft.ways)
                .any(|way| matches!(way.target, Target::Passing(to, _) if to == *point));
            let state = State { program, writer: &writer, states: &states, draft, own, passed }.write(*point);
            (states[point].clone(), state)
        })
        .collect();
    let machine = asl::StateMachine {
        comment: (!meta.comment.is_empty()).then(|| meta.comment.to_owned()),
        query_language: asl::QueryLanguage::Jsonata,
        start_at: states[&start.target].clone(),
        timeout_seconds: meta.timeout_seconds,
        states: emitted,
    };
    let inlined = std::mem::take(&mut program.inlined);
    Definition { machine, sites, inlined, tasks, placeholders, problems }
}

pub(super) fn note(step: &Step) -> Note {
    match step {
        Step::Task { call, .. } => call.note,
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

fn own_expressions(program: &Program, point: Point) -> Vec<Node> {
    match &program.steps[point] {
        Step::Task { call, .. } => vec![call.arguments],
        Step::Wait { time, .. } => vec![*time],
        Step::Return { value, .. } => vec![*value],
        Step::Raise { error, .. } => vec![*error],
        Step::Choice { .. }
        | Step::Let { .. }
        | Step::Jump { .. }
        | Step::Pass { .. }
        | Step::Dispatch { .. } => Vec::new(),
    }
}

/// A name for every variable, of which only those that some state assigns are told apart, and for
/// every parameter of a function over a list.
fn variable_names(program: &Program, drafts: &Drafts) -> (Vec<String>, Vec<String>) {
    let mut assigned: Vec<Var> = drafts
        .values()
        .flat_map(|draft| &draft.ways)
        .flat_map(|way| &way.lets)
        .map(|(var, _)| *var)
        .collect();
    assigned.sort_unstable();
    assigned.dedup();
    let results: HashMap<Var, &str> = program
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Task { call, result, .. } => Some((*result, call.task.name)),
            _ => None,
        })
        .collect();
    let mut names = Names::default();
    // No parameter of a function over a list hides a variable or a function.
    let elements = program.elements.iter().map(|name| names.variable(name)).collect();
    let mut variables = vec!["value".to_owned(); program.vars.len()];
    for var in assigned {
        let wanted = match (&program.vars[var.0 as usize], results.get(&var)) {
            (Some(name), _) => name.clone(),
            (None, Some(task)) => format!("{task}_result"),
            (None, None) => "value".to_owned(),
        };
        variables[var.0 as usize] = names.variable(&wanted);
    }
    (variables, elements)
}
