//! Which states and transitions were compared.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use crate::{
    asl,
    history::{Detail, History},
};

/// What was compared: how many executions, and which states and transitions of the state machine they
/// went through.
#[derive(Clone, Debug)]
pub struct Coverage {
    pub(super) workflow: &'static str,
    pub(super) seed: u64,
    pub(super) inputs: usize,
    pub(super) faults: usize,
    pub(super) beyond: usize,
    pub(super) unfinished: usize,
    states: Vec<String>,
    transitions: Vec<(String, String)>,
    entered: BTreeSet<String>,
    taken: BTreeSet<(String, String)>,
}

impl Coverage {
    pub(super) fn of(workflow: &'static str, machine: &asl::StateMachine, seed: u64) -> Self {
        let (mut states, mut transitions) = (Vec::new(), Vec::new());
        gather(&machine.states, &mut states, &mut transitions);
        Self {
            workflow,
            seed,
            inputs: 0,
            faults: 0,
            beyond: 0,
            unfinished: 0,
            states,
            transitions,
            entered: BTreeSet::new(),
            taken: BTreeSet::new(),
        }
    }

    /// How many executions were compared without a fault, each on an input of its own.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many executions were compared in which a task failed on purpose.
    pub fn faults(&self) -> usize {
        self.faults
    }

    /// How many executions were not compared, since a number left the range of its type: Rust fails there, and
    /// a state machine, whose numbers have no type, goes on.
    pub fn beyond(&self) -> usize {
        self.beyond
    }

    /// How many executions were not compared, since they would not end: made-up answers may keep a loop
    /// going for ever.
    pub fn unfinished(&self) -> usize {
        self.unfinished
    }

    /// How many states the state machine has.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// How many transitions from state to state it has.
    pub fn transitions(&self) -> usize {
        self.transitions.len()
    }

    /// The states that no execution entered, in the order of the state machine.
    pub fn states_never_entered(&self) -> Vec<&str> {
        self.states.iter().filter(|state| !self.entered.contains(*state)).map(String::as_str).collect()
    }

    /// The transitions that no execution took, in the order of the state machine.
    pub fn transitions_never_taken(&self) -> Vec<(&str, &str)> {
        let never = self.transitions.iter().filter(|transition| !self.taken.contains(*transition));
        never.map(|(from, to)| (from.as_str(), to.as_str())).collect()
    }

    /// Whether every state was entered and every transition taken.
    pub fn is_complete(&self) -> bool {
        self.states_never_entered().is_empty() && self.transitions_never_taken().is_empty()
    }

    /// Adds what an execution of the state machine went through.
    pub(super) fn add(&mut self, history: &History) {
        // The state that was left last on the way to each event.
        let mut left: HashMap<u64, Option<String>> = HashMap::new();
        for event in &history.events {
            let before = left.get(&event.previous_id).cloned().flatten();
            let from = match &event.detail {
                Detail::StateEntered { name, .. } => {
                    if let Some(from) = before {
                        self.taken.insert((from, name.to_string()));
                    }
                    self.entered.insert(name.to_string());
                    None
                }
                Detail::StateExited { name, .. } => Some(name.to_string()),
                _ => before,
            };
            left.insert(event.id, from);
        }
    }
}

fn gather(states: &[(String, asl::State)], names: &mut Vec<String>, transitions: &mut Vec<(String, String)>) {
    for (name, state) in states {
        names.push(name.clone());
        for next in state.successors() {
            let transition = (name.clone(), next.to_owned());
            if !transitions.contains(&transition) {
                transitions.push(transition);
            }
        }
        for branch in state.branches() {
            gather(&branch.states, names, transitions);
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workflow, seed, inputs, faults, beyond, unfinished, .. } = self;
        let (states, transitions) = (self.states_never_entered(), self.transitions_never_taken());
        writeln!(
            f,
            "the readings of `{workflow}` agree on {inputs} inputs and with {faults} faults (seed {seed}); {} of {} states entered, {} of {} transitions taken",
            self.states.len() - states.len(),
            self.states.len(),
            self.transitions.len() - transitions.len(),
            self.transitions.len(),
        )?;
        if *beyond > 0 {
            writeln!(f, "  not compared: {beyond} executions in which a number left the range of its type")?;
        }
        if *unfinished > 0 {
            writeln!(f, "  not compared: {unfinished} executions that do not end")?;
        }
        for state in states {
            writeln!(f, "  never entered: '{state}'")?;
        }
        for (from, to) in transitions {
            writeln!(f, "  never taken: '{from}' to '{to}'")?;
        }
        Ok(())
    }
}
