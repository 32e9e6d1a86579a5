//! What can be wrong with a state machine, and how it is said.

/// Something in a state machine that Step Functions refuses or that can never work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// `StartAt` names no state.
    #[error("the state machine starts at `{start}`, which is none of its states")]
    StartMissing {
        /// What `StartAt` says.
        start: String,
    },
    /// Two states share a name.
    #[error("more than one state is named `{state}`; give one of them another name")]
    DuplicateName {
        /// The shared name.
        state: String,
    },
    /// A state has the empty string for a name.
    #[error("a state has no name")]
    EmptyName,
    /// The name of a state is too long.
    #[error("the name of state `{state}` has {length} characters; Step Functions allows 80")]
    LongName {
        /// The name.
        state: String,
        /// How many characters it has.
        length: usize,
    },
    /// `Next` or `Default` names no state.
    #[error("state `{state}` leads to `{target}` by its `{field}`, and there is no such state")]
    Dangling {
        /// The state that leads there.
        state: String,
        /// The field that says so: `Next`, `Default` or `Catch`.
        field: &'static str,
        /// The name that no state has.
        target: String,
    },
    /// No path from the start leads to a state.
    #[error("no path leads from `{start}` to state `{state}`")]
    Unreachable {
        /// Where the state machine starts.
        start: String,
        /// The state that is never entered.
        state: String,
    },
    /// No path from the start ends.
    #[error("no path from `{start}` ends: an execution would run until it times out")]
    Endless {
        /// Where the state machine starts.
        start: String,
    },
    /// A placeholder that nothing will fill in.
    #[error("{} holds the placeholder `${{{name}}}`, which nothing fills in", place(.state))]
    UnknownPlaceholder {
        /// The state; absent for the state machine itself.
        state: Option<String>,
        /// The placeholder without `${` and `}`.
        name: String,
    },
    /// `States.ALL` beside other names.
    #[error(
        "`States.ALL` stands beside other error names in a `{field}` of state `{state}`; it must stand alone"
    )]
    AllNotAlone {
        /// The state.
        state: String,
        /// `Retry` or `Catch`.
        field: &'static str,
    },
    /// `States.ALL` before another retrier or catcher.
    #[error(
        "`States.ALL` is not in the last `{field}` of state `{state}`, so those after it would never match"
    )]
    AllNotLast {
        /// The state.
        state: String,
        /// `Retry` or `Catch`.
        field: &'static str,
    },
    /// A retrier or a catcher without error names.
    #[error("a `{field}` of state `{state}` names no error")]
    NoErrorNames {
        /// The state.
        state: String,
        /// `Retry` or `Catch`.
        field: &'static str,
    },
    /// A number that Step Functions does not take.
    #[error("`{field}` of {} is {value}; it must be {allowed}", place(.state))]
    OutOfRange {
        /// The state; absent for the state machine itself.
        state: Option<String>,
        /// The field.
        field: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        allowed: &'static str,
    },
    /// A retrier's longest delay is no longer than its first.
    #[error(
        "`MaxDelaySeconds` of state `{state}` is {max_delay}; it must be more than `IntervalSeconds`, which is {interval}"
    )]
    ShortMaxDelay {
        /// The state.
        state: String,
        /// `IntervalSeconds`.
        interval: u64,
        /// `MaxDelaySeconds`.
        max_delay: u64,
    },
    /// A heartbeat that can never be missed.
    #[error(
        "`HeartbeatSeconds` of state `{state}` is {heartbeat}; it must be less than `TimeoutSeconds`, which is {timeout}"
    )]
    LongHeartbeat {
        /// The state.
        state: String,
        /// `HeartbeatSeconds`.
        heartbeat: u64,
        /// `TimeoutSeconds`.
        timeout: u64,
    },
    /// A variable's name is no identifier, or too long.
    #[error(
        "state `{state}` assigns the variable `{variable}`; a name is a letter, then letters, digits or `_`, and at most 80 characters"
    )]
    IllegalVariable {
        /// The state.
        state: String,
        /// The name.
        variable: String,
    },
    /// A variable would hide Step Functions' own `$states`.
    #[error("state `{state}` assigns the variable `states`, which Step Functions keeps for itself")]
    ReservedVariable {
        /// The state.
        state: String,
    },
    /// A Parallel state has no branches.
    #[error("`{state}` is a Parallel state without branches")]
    NoBranches {
        /// The Parallel state.
        state: String,
    },
    /// A field that only `DISTRIBUTED` mode has.
    #[error("`{state}` has `{field}`, which only a Map in `DISTRIBUTED` mode has")]
    NotDistributed {
        /// The Map state.
        state: String,
        /// The field.
        field: &'static str,
    },
    /// A Map state with a list and a reader, or with neither.
    #[error("`{state}` must have its elements either from `Items` or from `ItemReader`")]
    ItemSource {
        /// The Map state.
        state: String,
    },
    /// A label that Step Functions does not take.
    #[error("`Label` of state `{state}`: {problem}")]
    IllegalLabel {
        /// The Map state.
        state: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Two Map states share a label.
    #[error("more than one Map state has the `Label` `{label}`; give one of them another")]
    DuplicateLabel {
        /// The shared label.
        label: String,
    },
    /// A Choice state without rules.
    #[error("state `{state}` is a Choice without rules")]
    NoRules {
        /// The state.
        state: String,
    },
    /// The condition of a rule is neither JSONata nor a boolean.
    #[error("a condition of state `{state}` is {condition}; it must be `{{% .. %}}`, true or false")]
    IllegalCondition {
        /// The state.
        state: String,
        /// The condition as JSON.
        condition: String,
    },
    /// A Wait state with no time, or with two.
    #[error("state `{state}` must say how long to wait either by `Seconds` or by `Timestamp`")]
    WaitTime {
        /// The state.
        state: String,
    },
    /// A string that starts or ends like JSONata, but is none.
    #[error("state `{state}` holds `{text}`; JSONata starts with `{{%` and ends with `%}}`")]
    IllFormedExpression {
        /// The state.
        state: String,
        /// The string.
        text: String,
    },
}

/// A state or the whole state machine, in a sentence.
fn place(state: &Option<String>) -> String {
    match state {
        Some(state) => format!("state `{state}`"),
        None => "the state machine".to_owned(),
    }
}
