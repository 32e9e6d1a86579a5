//! What the symbolic reading leaves behind: a graph of steps.

use std::collections::HashSet;

use crate::{lower::TaskInfo, retry::Policy};

use super::node::{Arena, Element, Node};

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
}

/// The whole body of a workflow.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) arena: Arena,
    /// The name that the author gave to each variable, if any.
    pub(crate) vars: Vec<Option<String>>,
    /// The names that the author gave to parameters of functions over lists.
    pub(crate) elements: Vec<String>,
    /// The parameters: the variable, and the key of the input that it is (none: the whole input).
    pub(crate) params: Vec<(Var, Option<String>)>,
    pub(crate) steps: Vec<Step>,
    /// Where an execution starts.
    pub(crate) entry: Option<Point>,
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
    /// What cannot be said, found while reading.
    pub(crate) problems: Vec<String>,
}

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
    /// Goes where the first true condition says.
    Choice { note: Note, rules: Vec<(Node, Option<Point>)>, default: Option<Point> },
    /// Goes where the name of an error says.
    Dispatch { dispatch: usize, error: Node },
    /// Ends the execution with a value.
    Return { note: Note, value: Node },
    /// Ends the execution with an error.
    Raise { note: Note, error: Node },
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
    /// What the workflow sees of a failure, where that is not the failure itself: made of
    /// [`Kind::ErrorOutput`](super::node::Kind::ErrorOutput).
    pub(crate) failure: Option<Node>,
    /// The error names of the task's own error type: any other name is none of its variants.
    pub(crate) errors: Vec<&'static str>,
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
    Entry,
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

    /// Whether an expression reads a variable that is set again.
    pub(crate) fn reads_mutable(&self, node: Node) -> bool {
        let mut reads = false;
        self.arena.each_var(node, &mut |var| reads |= self.mutable.contains(&var));
        reads
    }

    /// Makes `hole` lead to `point`.
    pub(crate) fn fill(&mut self, hole: Hole, point: Point) {
        let target = match hole {
            Hole::Entry => &mut self.entry,
            Hole::Arm(dispatch, arm) => &mut self.dispatches[dispatch].arms[arm].entry,
            Hole::Next(at) => match &mut self.steps[at] {
                Step::Let { next, .. }
                | Step::Task { next, .. }
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
