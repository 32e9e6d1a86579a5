//! What the symbolic reading leaves behind: a graph of steps.

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
};

use crate::{
    fork::MapPolicy,
    lower::TaskInfo,
    retry::{Policy, Retry},
};

use super::{
    distributed::DistributedInfo,
    node::{Arena, Element, Kind, Node},
};

/// A variable: its place in [`Program::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Var(pub(crate) u32);

/// A step's place in [`Program::steps`].
pub(crate) type Point = usize;

/// What the author wrote at a statement or an expression that may become a state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Note {
    /// `#[state = ".."]`: the state's name.
    pub name: Option<&'static str>,
    /// The doc comment: the state's comment.
    pub comment: Option<&'static str>,
    /// What the state is about, where it has no name: a binding or the last field of a scrutinee.
    pub about: Option<&'static str>,
    /// The workflow that the state belongs to, where it stands in the place of a call.
    pub within: Option<&'static str>,
    /// Where it stands; in line 0 where nobody said.
    pub position: Position,
}

impl Note {
    /// What the author wrote in a line, of the file whose body is read.
    pub fn new(
        name: Option<&'static str>,
        comment: Option<&'static str>,
        about: Option<&'static str>,
        line: u32,
    ) -> Self {
        Self { name, comment, about, within: None, position: Position { file: "", line } }
    }

    /// Nothing but a line.
    pub fn at(line: u32) -> Self {
        Self::new(None, None, None, line)
    }
}

/// A place in the source that a state comes from. Written as `src/workflows/refund.rs:12`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The file, as rustc was given it: seen from the workspace where cargo builds it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The whole body of a workflow.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) arena: Arena,
    /// The name that the author gave to each variable, if any.
    pub(crate) vars: Vec<Option<String>>,
    /// The names that the author gave to parameters of functions over lists.
    pub(crate) elements: Vec<String>,
    /// The parts that are state machines of their own. The first is the body itself.
    pub(crate) regions: Vec<Region>,
    pub(crate) steps: Vec<Step>,
    /// Caught errors and what is done with each.
    pub(crate) dispatches: Vec<Dispatch>,
    /// How many values are drawn: each [`Kind::Drawn`](super::node::Kind) has a number of its own.
    pub(crate) draws: u32,
    /// How many calls the function has, reached or not.
    pub(crate) sites: usize,
    /// The workflows that stand in the place of a call: the call, and the first call of theirs.
    pub(crate) inlined: Vec<(usize, usize)>,
    /// Variables that are set again: what reads one must not be moved past the next setting.
    pub(crate) mutable: HashSet<Var>,
    /// Parameters that the input may leave out: those of an `Option`.
    pub(crate) optional: HashSet<Var>,
    /// Where the function stands.
    pub(crate) position: Position,
    /// What cannot be said, found while reading.
    pub(crate) problems: Vec<String>,
    /// What an execution receives and gives.
    pub(crate) contract: crate::contract::Contract,
}

/// A part of a body that is a state machine of its own: the whole, a branch, an iteration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    /// What it is given: the variable, and the key of the input that it is (none: the whole input).
    pub(crate) params: Vec<(Var, Option<String>)>,
    /// What the executions of a batch are given beside their elements, as keys of `BatchInput`.
    pub(crate) batch_input: Vec<(Var, String)>,
    /// What has it run.
    pub(crate) run: Run,
    /// Where it starts.
    pub(crate) entry: Option<Point>,
}

/// What has a region run.
#[derive(Clone, Debug, Default)]
pub(crate) enum Run {
    /// An execution starts with it.
    #[default]
    Execution,
    /// A Parallel state in this region.
    Branch(RegionId),
    /// A Map state in this region, for each element; with the variable of an iteration's place, if that is read.
    Iteration(RegionId, Option<Var>),
}

/// A region's place in [`Program::regions`].
pub(crate) type RegionId = usize;

/// A step. `next` and its kin are filled in when what follows is known; `None` leads nowhere,
/// which only an unreachable step may do.
#[derive(Debug)]
pub(crate) enum Step {
    /// Gives a variable its value.
    Let { var: Var, value: Node, next: Option<Point> },
    /// Leads on: where the ways of a loop meet.
    Jump { next: Option<Point> },
    /// Leads on as a state of its own, for what can ride on no other.
    Pass { next: Option<Point> },
    /// Waits for some seconds, or until a point in time.
    Wait { site: usize, note: Note, time: Node, until: bool, next: Option<Point> },
    /// Awaits a call.
    Task { call: Box<CallInfo>, result: Var, next: Option<Point>, catch: Option<(Var, Point)> },
    /// Runs regions, and goes on with the list of their outputs.
    Fork { fork: Box<ForkInfo>, result: Var, next: Option<Point>, catch: Option<(Var, Point)> },
    /// Goes where the first true condition says.
    Choice { note: Note, rules: Vec<(Node, Option<Point>)>, default: Option<Point> },
    /// Goes where the name of an error says.
    Dispatch { dispatch: usize, error: Node },
    /// Ends the execution with a value.
    Return { note: Note, value: Node },
    /// Ends the execution with an error.
    Raise { note: Note, error: Node },
}

impl Step {
    /// Where it leads itself; what is done with an error is a dispatch's.
    fn targets(&mut self) -> Vec<&mut Point> {
        match self {
            Self::Let { next, .. } | Self::Jump { next } | Self::Pass { next } | Self::Wait { next, .. } => {
                next.iter_mut().collect()
            }
            Self::Task { next, catch, .. } | Self::Fork { next, catch, .. } => {
                next.iter_mut().chain(catch.iter_mut().map(|(_, handler)| handler)).collect()
            }
            Self::Choice { rules, default, .. } => {
                rules.iter_mut().filter_map(|(_, target)| target.as_mut()).chain(default).collect()
            }
            Self::Dispatch { .. } | Self::Return { .. } | Self::Raise { .. } => Vec::new(),
        }
    }
}

/// An awaited call.
#[derive(Debug)]
pub(crate) struct CallInfo {
    pub(crate) site: usize,
    pub(crate) note: Note,
    pub(crate) task: TaskInfo,
    /// The `Arguments` of the state.
    pub(crate) arguments: Node,
    /// What the call gives, made of [`Kind::TaskResult`](super::node::Kind::TaskResult).
    pub(crate) result: Node,
    /// The placeholders in the arguments, without `${` and `}`.
    pub(crate) placeholders: Vec<String>,
    pub(crate) policy: Policy,
    /// `TimeoutSeconds` and `HeartbeatSeconds` that are known only when the state machine runs.
    pub(crate) timeout: Option<Node>,
    pub(crate) heartbeat: Option<Node>,
    /// What the workflow sees of a failure, where that is not the failure itself: made of
    /// [`Kind::ErrorOutput`](super::node::Kind::ErrorOutput).
    pub(crate) failure: Option<Node>,
    /// The error names of the task's own error type: any other name is none of its variants.
    pub(crate) errors: Vec<&'static str>,
}

/// What runs regions: a Parallel or a Map state.
#[derive(Debug)]
pub(crate) struct ForkInfo {
    pub(crate) site: usize,
    pub(crate) note: Note,
    pub(crate) kind: ForkKind,
    /// The branches; one region for a Map.
    pub(crate) regions: Vec<RegionId>,
    pub(crate) retry: Vec<Retry>,
    /// The error names of the regions' error type.
    pub(crate) errors: Vec<&'static str>,
    /// What is passed into an iteration beside its item, since it cannot read it: the key and the value.
    /// Known once the lowering has found which states have the input.
    pub(crate) passed: Vec<(String, Node)>,
    /// The variables around the regions that they read.
    pub(crate) reads: Vec<Node>,
}

#[derive(Debug)]
pub(crate) enum ForkKind {
    Parallel,
    Map(MapInfo),
}

/// What a Map state runs its region for.
#[derive(Debug)]
pub(crate) struct MapInfo {
    pub(crate) items: Node,
    /// The variable of the item, and that of its place if that is read.
    pub(crate) item: Var,
    pub(crate) index: Option<Var>,
    pub(crate) policy: MapPolicy,
    /// What it has if its iterations are executions of their own.
    pub(crate) distributed: Option<Box<DistributedInfo>>,
}

impl Region {
    /// The variables that it is given.
    pub(crate) fn given(&self) -> impl Iterator<Item = Var> {
        let params = self.params.iter().map(|(var, _)| *var);
        params.chain(self.batch_input.iter().map(|(var, _)| *var))
    }
}

/// What a `match` does with the errors of what it awaits.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    /// The variable in which every arm finds the error.
    pub(crate) error: Option<Var>,
    /// All names of the error type, without the one for "any other".
    pub(crate) universe: Vec<&'static str>,
    pub(crate) arms: Vec<Arm>,
}

/// An arm for errors.
#[derive(Debug)]
pub(crate) struct Arm {
    /// The names that it takes, by their place in [`Dispatch::universe`].
    pub(crate) names: Vec<usize>,
    /// Whether it takes names that are not in the universe.
    pub(crate) others: bool,
    /// What must be true beside the name.
    pub(crate) guard: Option<Node>,
    pub(crate) entry: Option<Point>,
}

/// A way out of a step whose target is not known yet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hole {
    Entry(RegionId),
    Next(Point),
    Rule(Point, usize),
    Default(Point),
    Arm(usize, usize),
}

impl Program {
    /// A parameter of a function over a list.
    pub(crate) fn element(&mut self, name: &str) -> Element {
        self.elements.push(name.to_owned());
        Element(u32::try_from(self.elements.len() - 1).unwrap_or(u32::MAX))
    }

    pub(crate) fn var(&mut self, name: Option<String>) -> Var {
        self.vars.push(name);
        Var(u32::try_from(self.vars.len() - 1).unwrap_or(u32::MAX))
    }

    /// Adds a step to which nothing leads yet.
    pub(crate) fn add(&mut self, step: Step) -> Point {
        let point = self.steps.len();
        self.steps.push(step);
        point
    }

    /// Whether an expression reads a variable that is set again.
    pub(crate) fn reads_mutable(&self, node: Node) -> bool {
        let mut reads = false;
        self.arena.each_var(node, &mut |var| reads |= self.mutable.contains(&var));
        reads
    }

    /// The list of all outputs of branches, where nodes are these outputs in order.
    pub(crate) fn all_outputs(&self, nodes: &[Node]) -> Option<Node> {
        let base = match self.arena.kind(*nodes.first()?) {
            Kind::Index { base, .. } => *base,
            _ => return None,
        };
        let in_order = nodes
            .iter()
            .enumerate()
            .all(|(place, node)| *self.arena.kind(*node) == Kind::Index { base, index: place });
        let Kind::Var(var) = self.arena.kind(base) else { return None };
        let is_all = self.steps.iter().any(|step| {
            matches!(step, Step::Fork { fork, result, .. }
                if result == var && matches!(fork.kind, ForkKind::Parallel) && fork.regions.len() == nodes.len())
        });
        (in_order && is_all).then_some(base)
    }

    /// The steps of a region and of the regions in it.
    pub(crate) fn points_of(&self, region: RegionId) -> Vec<Point> {
        let mut found = BTreeSet::new();
        let mut open: Vec<Point> = self.regions[region].entry.into_iter().collect();
        while let Some(point) = open.pop() {
            if !found.insert(point) {
                continue;
            }
            match &self.steps[point] {
                Step::Let { next, .. }
                | Step::Jump { next }
                | Step::Pass { next }
                | Step::Wait { next, .. } => open.extend(next),
                Step::Task { next, catch, .. } => {
                    open.extend(next);
                    open.extend(catch.map(|(_, handler)| handler));
                }
                Step::Fork { fork, next, catch, .. } => {
                    open.extend(next);
                    open.extend(catch.map(|(_, handler)| handler));
                    open.extend(fork.regions.iter().filter_map(|region| self.regions[*region].entry));
                }
                Step::Choice { rules, default, .. } => {
                    open.extend(rules.iter().filter_map(|(_, target)| *target));
                    open.extend(default);
                }
                Step::Dispatch { dispatch, .. } => {
                    open.extend(self.dispatches[*dispatch].arms.iter().filter_map(|arm| arm.entry))
                }
                Step::Return { .. } | Step::Raise { .. } => {}
            }
        }
        found.into_iter().collect()
    }

    /// The variables that a region reads and that are set around it, in the order of their setting.
    pub(crate) fn captures(&self, region: RegionId) -> Vec<Var> {
        let mut read = BTreeSet::new();
        let mut set: HashSet<Var> = self.regions[region].given().collect();
        for point in self.points_of(region) {
            for node in self.expressions(point) {
                self.arena.each_var(node, &mut |var| {
                    read.insert(var);
                });
            }
            match &self.steps[point] {
                Step::Let { var, .. } => {
                    set.insert(*var);
                }
                Step::Task { result, catch, .. } => {
                    set.insert(*result);
                    set.extend(catch.map(|(error, _)| error));
                }
                Step::Fork { fork, result, catch, .. } => {
                    set.insert(*result);
                    set.extend(catch.map(|(error, _)| error));
                    for region in &fork.regions {
                        set.extend(self.regions[*region].given());
                    }
                }
                Step::Dispatch { dispatch, .. } => set.extend(self.dispatches[*dispatch].error),
                _ => {}
            }
        }
        read.into_iter().filter(|var| !set.contains(var)).collect()
    }

    /// The expressions that a step evaluates, the guards of its arms among them.
    pub(crate) fn expressions(&self, point: Point) -> Vec<Node> {
        match &self.steps[point] {
            Step::Let { value, .. } => vec![*value],
            Step::Task { call, .. } => {
                std::iter::once(call.arguments).chain(call.timeout).chain(call.heartbeat).collect()
            }
            Step::Fork { fork, .. } => match &fork.kind {
                ForkKind::Parallel => Vec::new(),
                ForkKind::Map(map) => map.expressions(),
            },
            Step::Choice { rules, .. } => rules.iter().map(|(condition, _)| *condition).collect(),
            Step::Wait { time, .. } => vec![*time],
            Step::Dispatch { dispatch, error } => {
                let guards = self.dispatches[*dispatch].arms.iter().filter_map(|arm| arm.guard);
                std::iter::once(*error).chain(guards).collect()
            }
            Step::Return { value, .. } => vec![*value],
            Step::Raise { error, .. } => vec![*error],
            Step::Jump { .. } | Step::Pass { .. } => Vec::new(),
        }
    }

    /// Lets `change` change every expression of a step.
    pub(crate) fn change(&mut self, point: Point, change: &mut dyn FnMut(&mut Arena, &mut Node)) {
        let Self { arena, steps, dispatches, .. } = self;
        let mut put = |node: &mut Node| change(arena, node);
        match &mut steps[point] {
            Step::Let { value, .. } => put(value),
            Step::Task { call, .. } => {
                put(&mut call.arguments);
                call.timeout.iter_mut().chain(&mut call.heartbeat).for_each(put);
            }
            Step::Fork { fork, .. } => match &mut fork.kind {
                ForkKind::Parallel => {}
                ForkKind::Map(map) => map.change(&mut put),
            },
            Step::Choice { rules, .. } => rules.iter_mut().for_each(|(condition, _)| put(condition)),
            Step::Wait { time, .. } => put(time),
            Step::Dispatch { dispatch, error } => {
                put(error);
                let arms = &mut dispatches[*dispatch].arms;
                arms.iter_mut().filter_map(|arm| arm.guard.as_mut()).for_each(put);
            }
            Step::Return { value, .. } => put(value),
            Step::Raise { error, .. } => put(error),
            Step::Jump { .. } | Step::Pass { .. } => {}
        }
    }

    /// Adds an arm to what is done with an error: where it leads from.
    pub(crate) fn arm(&mut self, dispatch: usize, arm: Arm) -> Hole {
        let arms = &mut self.dispatches[dispatch].arms;
        arms.push(arm);
        Hole::Arm(dispatch, arms.len() - 1)
    }

    /// Makes what leads to `from` lead to `to`.
    pub(crate) fn redirect(&mut self, from: Point, to: Point) {
        let entries = self.regions.iter_mut().filter_map(|region| region.entry.as_mut());
        let arms = self.dispatches.iter_mut().flat_map(|dispatch| &mut dispatch.arms);
        let arms = arms.filter_map(|arm| arm.entry.as_mut());
        let steps = self.steps.iter_mut().flat_map(Step::targets);
        entries.chain(arms).chain(steps).filter(|point| **point == from).for_each(|point| *point = to);
    }

    /// Makes `hole` lead to `point`.
    pub(crate) fn fill(&mut self, hole: Hole, point: Point) {
        let target = match hole {
            Hole::Entry(region) => &mut self.regions[region].entry,
            Hole::Arm(dispatch, arm) => &mut self.dispatches[dispatch].arms[arm].entry,
            Hole::Next(at) => match &mut self.steps[at] {
                Step::Let { next, .. }
                | Step::Task { next, .. }
                | Step::Fork { next, .. }
                | Step::Jump { next }
                | Step::Wait { next, .. }
                | Step::Pass { next } => next,
                _ => return,
            },
            Hole::Rule(at, rule) => match &mut self.steps[at] {
                Step::Choice { rules, .. } => &mut rules[rule].1,
                _ => return,
            },
            Hole::Default(at) => match &mut self.steps[at] {
                Step::Choice { default, .. } => default,
                _ => return,
            },
        };
        *target = Some(point);
    }
}
