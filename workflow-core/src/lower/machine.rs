//! Writes the states: one for each effect, and the Choice, Fail and Succeed that ASL itself forces.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Number, Value};

use crate::{
    asl::{self, Assign, Transition},
    retry::Retry,
    symbolic::{CallInfo, Kind, Node, Note, Point, Presence, Program, Step, Var},
    workflow::WorkflowMeta,
};

use super::{
    Definition, TaskInfo,
    jsonata::Writer,
    names::{Names, title},
    route::{self, Name, Route},
};

/// A state on its way to being written.
#[derive(Debug, Default)]
struct Draft {
    ways: Vec<Way>,
}

/// A way out of a state.
#[derive(Debug)]
struct Way {
    kind: WayKind,
    lets: Vec<(Var, Node)>,
    target: Target,
}

#[derive(Debug)]
enum WayKind {
    Success,
    Rule(Node),
    Default,
    Catch(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    State(Point),
    /// The execution ends here with this output.
    End(Node),
    /// A state that passes on the output that it is given.
    Passing(Point, Node),
}

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
    let mut start = route::follow(&mut program, entry_lets.clone(), entry, Name::Unknown);
    let mut fresh = BTreeSet::from([start.target]);
    let mut drafts = drafts_from(&mut program, &start, &fresh);
    if drafts.values().flat_map(|draft| &draft.ways).any(|way| way.target == Target::State(start.target)) {
        // A loop leads back to the first state, whose input is then another: what the workflow
        // starts with is assigned once, before it.
        program.steps.push(Step::Pass { next: Some(entry) });
        start = Route { lets: entry_lets, target: program.steps.len() - 1 };
        fresh = BTreeSet::from([start.target]);
        drafts = drafts_from(&mut program, &start, &fresh);
    }
    while grow(&program, &start, &drafts, &mut fresh) {
        drafts = drafts_from(&mut program, &start, &fresh);
    }
    share_terminals(&program, &mut drafts);
    flatten_choices(&mut program, &mut drafts);
    end_in_tasks(&mut program, &mut drafts);
    tell_ends_apart(&mut program, &mut drafts);
    share_terminals(&program, &mut drafts);
    drop_unreached(&start, &mut drafts);
    let live = liveness(&program, &fresh, &drafts);
    drop_dead(&mut drafts, &live);
    emit(meta, &mut program, &start, &fresh, &drafts)
}

/// Finds states that are entered with the execution's input: those that only a Choice which has it
/// leads to, since a Choice passes its input on. They can read the input instead of variables.
fn grow(
    program: &Program,
    start: &Route,
    drafts: &BTreeMap<Point, Draft>,
    fresh: &mut BTreeSet<Point>,
) -> bool {
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
fn drafts_from(program: &mut Program, start: &Route, fresh: &BTreeSet<Point>) -> BTreeMap<Point, Draft> {
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
    let mut add = |kind: WayKind, route: Route| {
        ways.push(Way { kind, lets: route.lets, target: Target::State(route.target) });
    };
    enum Plan {
        Task { result: Var, next: Option<Point>, catch: Option<(Var, Point)> },
        Choice { rules: Vec<(Node, Option<Point>)>, default: Option<Point> },
        Pass { next: Option<Point> },
        Terminal,
    }
    let plan = match &program.steps[point] {
        Step::Task { result, next, catch, .. } => Plan::Task { result: *result, next: *next, catch: *catch },
        Step::Choice { rules, default, .. } => Plan::Choice { rules: rules.clone(), default: *default },
        Step::Pass { next } | Step::Wait { next, .. } => Plan::Pass { next: *next },
        Step::Let { .. }
        | Step::Jump { .. }
        | Step::Dispatch { .. }
        | Step::Return { .. }
        | Step::Raise { .. } => Plan::Terminal,
    };
    match plan {
        Plan::Task { result, next, catch } => {
            if let Some(next) = next {
                let value = program.arena.add(Kind::TaskResult);
                add(WayKind::Success, route::follow(program, with(result, value), next, Name::Unknown));
            }
            if let Some((error, handler)) = catch {
                let value = program.arena.add(Kind::ErrorOutput);
                for (names, route) in catchers(program, &with(error, value), handler) {
                    add(WayKind::Catch(names), route);
                }
            }
        }
        Plan::Pass { next } => {
            if let Some(next) = next {
                add(WayKind::Success, route::follow(program, before.to_vec(), next, Name::Unknown));
            }
        }
        Plan::Choice { rules, default } => {
            for (condition, target) in rules {
                let Some(target) = target else { continue };
                let condition = route::apply(program, before, condition);
                add(WayKind::Rule(condition), route::follow(program, before.to_vec(), target, Name::Unknown));
            }
            if let Some(default) = default {
                add(WayKind::Default, route::follow(program, before.to_vec(), default, Name::Unknown));
            }
        }
        Plan::Terminal => {}
    }
    Draft { ways }
}

/// The catchers of a task: error names that lead the same way share one. `States.ALL` stands alone
/// and last, for all names that no other catcher has.
fn catchers(program: &mut Program, lets: &[(Var, Node)], handler: Point) -> Vec<(Vec<String>, Route)> {
    let universe = match &program.steps[handler] {
        Step::Dispatch { dispatch, .. } => program.dispatches[*dispatch].universe.clone(),
        _ => Vec::new(),
    };
    let others = route::follow(program, lets.to_vec(), handler, Name::Other);
    let mut catchers: Vec<(Vec<String>, Route)> = Vec::new();
    for name in universe {
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
    if is_rethrow(program, &others) {
        catchers.retain(|(_, route)| !is_rethrow(program, route));
    } else {
        catchers.push((vec!["States.ALL".to_owned()], others));
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

/// Puts what is known on the only way to an end into the end, so that nothing is assigned for it.
fn tell_ends_apart(program: &mut Program, drafts: &mut BTreeMap<Point, Draft>) {
    let mut ways_to: HashMap<Point, usize> = HashMap::new();
    for way in drafts.values().flat_map(|draft| &draft.ways) {
        if let Target::State(point) = way.target {
            *ways_to.entry(point).or_default() += 1;
        }
    }
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

/// Whether a value can be read only in the state that it is about.
fn is_transient(program: &Program, node: Node) -> bool {
    matches!(program.arena.kind(node), Kind::Input | Kind::TaskResult | Kind::ErrorOutput)
        || program.arena.parts(node).into_iter().any(|part| is_transient(program, part))
}

/// Lets equal ends be one state.
fn share_terminals(program: &Program, drafts: &mut BTreeMap<Point, Draft>) {
    #[derive(PartialEq, Eq, Hash)]
    struct End<'a> {
        fails: bool,
        value: Node,
        name: Option<&'a str>,
        comment: Option<&'a str>,
    }
    let mut first: HashMap<End<'_>, Point> = HashMap::new();
    let mut same: HashMap<Point, Point> = HashMap::new();
    for point in drafts.keys() {
        let (fails, value, note) = match &program.steps[*point] {
            Step::Return { note, value } => (false, *value, note),
            Step::Raise { note, error } => (true, *error, note),
            _ => continue,
        };
        let end = End { fails, value, name: note.name, comment: note.comment };
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
fn flatten_choices(program: &mut Program, drafts: &mut BTreeMap<Point, Draft>) {
    let points: Vec<Point> = drafts.keys().copied().collect();
    for point in points {
        if !matches!(program.steps[point], Step::Choice { .. }) {
            continue;
        }
        loop {
            let ways_to = |target: Point| {
                drafts
                    .values()
                    .flat_map(|draft| &draft.ways)
                    .filter(|way| way.target == Target::State(target))
                    .count()
            };
            let Some(draft) = drafts.get(&point) else { break };
            let Some(Way { kind: WayKind::Default, target: Target::State(inner), lets }) = draft.ways.last()
            else {
                break;
            };
            let (inner, lets) = (*inner, lets.clone());
            let costly = lets.iter().any(|(_, value)| program.arena.is_costly(*value));
            if inner == point || costly || !is_plain_choice(program, inner) || ways_to(inner) != 1 {
                break;
            }
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
fn end_in_tasks(program: &mut Program, drafts: &mut BTreeMap<Point, Draft>) {
    let ends: Vec<(Point, Note, Node)> = drafts
        .keys()
        .filter_map(|point| match &program.steps[*point] {
            Step::Return { note, value } => Some((*point, *note, *value)),
            _ => None,
        })
        .collect();
    for (end, note, value) in ends {
        let named = note.name.is_some() || note.comment.is_some();
        let only_successes = drafts
            .values()
            .flat_map(|draft| &draft.ways)
            .filter(|way| way.target == Target::State(end))
            .all(|way| matches!(way.kind, WayKind::Success));
        if named && !only_successes {
            continue;
        }
        for way in drafts.values_mut().flat_map(|draft| &mut draft.ways) {
            if way.target == Target::State(end) && matches!(way.kind, WayKind::Success) {
                let output = route::apply(program, &way.lets, value);
                way.target = if named { Target::Passing(end, output) } else { Target::End(output) };
            }
        }
    }
}

fn drop_unreached(start: &Route, drafts: &mut BTreeMap<Point, Draft>) {
    let mut reached = BTreeSet::new();
    let mut open = vec![start.target];
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
fn liveness(
    program: &Program,
    fresh: &BTreeSet<Point>,
    drafts: &BTreeMap<Point, Draft>,
) -> BTreeMap<Point, HashSet<Var>> {
    let mut live: BTreeMap<Point, HashSet<Var>> =
        drafts.keys().map(|point| (*point, HashSet::new())).collect();
    loop {
        let mut changed = false;
        for (point, draft) in drafts.iter().rev() {
            let mut reads = HashSet::new();
            let mut read = |node: Node| {
                program.arena.each_var(node, &mut |var| {
                    reads.insert(var);
                })
            };
            // A state that has the input reads that instead.
            if !fresh.contains(point) {
                match &program.steps[*point] {
                    Step::Task { call, .. } => call.arguments.iter().for_each(|node| read(*node)),
                    Step::Wait { seconds, .. } => read(*seconds),
                    Step::Return { value, .. } => read(*value),
                    Step::Raise { error, .. } => read(*error),
                    Step::Choice { .. }
                    | Step::Let { .. }
                    | Step::Jump { .. }
                    | Step::Pass { .. }
                    | Step::Dispatch { .. } => {}
                }
            }
            let passed = drafts
                .values()
                .flat_map(|draft| &draft.ways)
                .any(|way| matches!(way.target, Target::Passing(to, _) if to == *point));
            if passed {
                reads.clear();
            }
            for way in &draft.ways {
                if let WayKind::Rule(condition) = way.kind {
                    program.arena.each_var(condition, &mut |var| {
                        reads.insert(var);
                    });
                }
                let after: HashSet<Var> = match way.target {
                    Target::State(to) => live.get(&to).cloned().unwrap_or_default(),
                    Target::End(output) | Target::Passing(_, output) => {
                        program.arena.each_var(output, &mut |var| {
                            reads.insert(var);
                        });
                        HashSet::new()
                    }
                };
                for (var, value) in &way.lets {
                    if after.contains(var) {
                        program.arena.each_var(*value, &mut |var| {
                            reads.insert(var);
                        });
                    }
                }
                let assigned: HashSet<Var> = way.lets.iter().map(|(var, _)| *var).collect();
                reads.extend(after.difference(&assigned));
            }
            if let Some(known) = live.get_mut(point)
                && *known != reads
            {
                *known = reads;
                changed = true;
            }
        }
        if !changed {
            return live;
        }
    }
}

/// Takes out what is assigned and never read.
fn drop_dead(drafts: &mut BTreeMap<Point, Draft>, live: &BTreeMap<Point, HashSet<Var>>) {
    for way in drafts.values_mut().flat_map(|draft| &mut draft.ways) {
        match way.target {
            Target::State(to) => {
                way.lets.retain(|(var, _)| live.get(&to).is_some_and(|live| live.contains(var)))
            }
            Target::End(_) | Target::Passing(..) => way.lets.clear(),
        }
    }
}

fn emit(
    meta: &WorkflowMeta,
    program: &mut Program,
    start: &Route,
    fresh: &BTreeSet<Point>,
    drafts: &BTreeMap<Point, Draft>,
) -> Definition {
    let mut names = Names::default();
    let mut states: HashMap<Point, String> = HashMap::new();
    // Names that the author gave come first, so that no other state takes them.
    let (named, unnamed): (Vec<Point>, Vec<Point>) =
        drafts.keys().copied().partition(|point| note(&program.steps[*point]).name.is_some());
    for point in named.into_iter().chain(unnamed) {
        let (wanted, binding) = wanted_name(program, point);
        states.insert(point, names.state(&wanted, binding.as_deref()));
    }
    let mut problems = std::mem::take(&mut program.problems);
    problems.dedup();

    let mut sites = vec![String::new(); program.sites];
    let mut tasks: Vec<TaskInfo> = Vec::new();
    for (point, step) in program.steps.iter().enumerate() {
        if let Step::Wait { site, .. } = step {
            sites[*site] = states.get(&point).cloned().unwrap_or_else(|| "Wait".to_owned());
        }
        if let Step::Task { call, .. } = step {
            sites[call.site] = states.get(&point).cloned().unwrap_or_else(|| title(call.task.name));
            if drafts.contains_key(&point) && !tasks.contains(&call.task) {
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

    let variables = variable_names(program, drafts);
    let made: HashSet<Var> = program
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Let { var, .. } => Some(*var),
            _ => None,
        })
        .collect();
    let writer = Writer { arena: &program.arena, variables: &variables, made: &made };
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
    Definition { machine, sites, tasks, problems }
}

fn note(step: &Step) -> Note {
    match step {
        Step::Task { call, .. } => call.note,
        Step::Wait { note, .. } | Step::Choice { note, .. } | Step::Return { note, .. } | Step::Raise { note, .. } => *note,
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
        Step::Task { call, .. } => call.arguments.clone(),
        Step::Wait { seconds, .. } => vec![*seconds],
        Step::Return { value, .. } => vec![*value],
        Step::Raise { error, .. } => vec![*error],
        Step::Choice { .. }
        | Step::Let { .. }
        | Step::Jump { .. }
        | Step::Pass { .. }
        | Step::Dispatch { .. } => Vec::new(),
    }
}

/// A name for every variable; only those that some state assigns are told apart.
fn variable_names(program: &Program, drafts: &BTreeMap<Point, Draft>) -> Vec<String> {
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
    let mut variables = vec!["value".to_owned(); program.vars.len()];
    for var in assigned {
        let wanted = match (&program.vars[var.0 as usize], results.get(&var)) {
            (Some(name), _) => name.clone(),
            (None, Some(task)) => format!("{task}_result"),
            (None, None) => "value".to_owned(),
        };
        variables[var.0 as usize] = names.variable(&wanted);
    }
    variables
}

/// One state, about to be written.
struct State<'a> {
    program: &'a Program,
    writer: &'a Writer<'a>,
    states: &'a HashMap<Point, String>,
    draft: &'a Draft,
    /// The state's own expressions.
    own: Vec<Node>,
    /// Whether the state passes on the output that it is given.
    passed: bool,
}

impl State<'_> {
    fn write(&self, point: Point) -> asl::State {
        let comment = note(&self.program.steps[point]).comment.map(str::to_owned);
        match &self.program.steps[point] {
            Step::Task { call, .. } => asl::State::Task(self.task(call, comment)),
            Step::Choice { .. } => asl::State::Choice(self.choice(comment)),
            Step::Raise { .. } => {
                let error = self.own[0];
                asl::State::Fail(asl::Fail {
                    comment,
                    error: text(self.writer.name_template(error)),
                    cause: text(self.writer.cause_template(error)),
                })
            }
            Step::Pass { .. } => asl::State::Pass(self.pass(comment)),
            Step::Wait { .. } => asl::State::Wait(self.wait(comment)),
            Step::Return { .. } | Step::Let { .. } | Step::Jump { .. } | Step::Dispatch { .. } => {
                let output =
                    self.own.first().filter(|_| !self.passed).map(|value| self.writer.template(*value));
                asl::State::Succeed(asl::Succeed { comment, output })
            }
        }
    }

    fn task(&self, call: &CallInfo, comment: Option<String>) -> asl::Task {
        let payload = match (call.parameters, self.own.as_slice()) {
            ([_], [argument]) => self.writer.template(*argument),
            (names, arguments) => Value::Object(
                names
                    .iter()
                    .zip(arguments)
                    .map(|(name, argument)| ((*name).to_owned(), self.writer.template(*argument)))
                    .collect(),
            ),
        };
        let mut arguments = serde_json::Map::new();
        arguments.insert("FunctionName".to_owned(), format!("${{{}}}", call.task.function).into());
        arguments.insert("Payload".to_owned(), payload);
        let mut task = asl::Task {
            comment,
            resource: "arn:aws:states:::lambda:invoke".to_owned(),
            arguments: Value::Object(arguments),
            timeout_seconds: call.policy.timeout.map(crate::retry::Seconds::get),
            heartbeat_seconds: call.policy.heartbeat.map(crate::retry::Seconds::get),
            retry: call.policy.retriers().iter().map(retrier).collect(),
            catch: Vec::new(),
            assign: Assign::new(),
            output: None,
            transition: Transition::End,
        };
        for way in &self.draft.ways {
            match &way.kind {
                WayKind::Success => {
                    task.assign = self.assign(&way.lets);
                    match way.target {
                        Target::State(to) => task.transition = Transition::Next(self.states[&to].clone()),
                        Target::End(output) => task.output = Some(self.writer.template(output)),
                        Target::Passing(to, output) => {
                            task.output = Some(self.writer.template(output));
                            task.transition = Transition::Next(self.states[&to].clone());
                        }
                    }
                }
                WayKind::Catch(names) => task.catch.push(asl::Catcher {
                    error_equals: names.clone(),
                    assign: self.assign(&way.lets),
                    output: None,
                    next: self.next(way.target),
                }),
                WayKind::Rule(_) | WayKind::Default => {}
            }
        }
        task
    }

    fn pass(&self, comment: Option<String>) -> asl::Pass {
        let mut pass =
            asl::Pass { comment, assign: Assign::new(), output: None, transition: Transition::End };
        for way in &self.draft.ways {
            pass.assign = self.assign(&way.lets);
            match way.target {
                Target::State(to) => pass.transition = Transition::Next(self.states[&to].clone()),
                Target::End(output) => pass.output = Some(self.writer.template(output)),
                Target::Passing(to, output) => {
                    pass.output = Some(self.writer.template(output));
                    pass.transition = Transition::Next(self.states[&to].clone());
                }
            }
        }
        pass
    }

    fn wait(&self, comment: Option<String>) -> asl::Wait {
        let asl::Pass { comment, assign, output, transition } = self.pass(comment);
        let seconds = self.own.first().map(|seconds| self.writer.template(*seconds));
        asl::Wait { comment, seconds, timestamp: None, assign, output, transition }
    }

    fn choice(&self, comment: Option<String>) -> asl::Choice {
        let mut choice = asl::Choice { comment, choices: Vec::new(), assign: Assign::new(), default: None };
        for way in &self.draft.ways {
            let next = self.next(way.target);
            match way.kind {
                WayKind::Rule(condition) => choice.choices.push(asl::ChoiceRule {
                    comment: None,
                    condition: self.writer.expression(condition).into(),
                    assign: self.assign(&way.lets),
                    next,
                }),
                _ => {
                    choice.assign = self.assign(&way.lets);
                    choice.default = Some(next);
                }
            }
        }
        choice
    }

    fn next(&self, target: Target) -> String {
        match target {
            Target::State(to) | Target::Passing(to, _) => self.states[&to].clone(),
            Target::End(_) => String::new(),
        }
    }

    fn assign(&self, lets: &[(Var, Node)]) -> Assign {
        lets.iter()
            .map(|(var, value)| (self.writer.variables[var.0 as usize].clone(), self.writer.template(*value)))
            .collect()
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn retrier(retry: &Retry) -> asl::Retrier {
    let whole = retry.backoff.fract() == 0.0 && retry.backoff.abs() < 1e9;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the bounds just tested")]
    let backoff_rate = if whole {
        Number::from(retry.backoff as i64)
    } else {
        Number::from_f64(retry.backoff).unwrap_or_else(|| Number::from(1))
    };
    asl::Retrier {
        error_equals: retry.errors.iter().map(|name| (*name).to_owned()).collect(),
        interval_seconds: retry.interval.get(),
        max_attempts: retry.max_attempts,
        backoff_rate,
        max_delay_seconds: retry.max_delay.map(crate::retry::Seconds::get),
        jitter_strategy: retry.full_jitter.then_some("FULL"),
    }
}
