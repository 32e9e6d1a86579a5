//! What two executions have in common, and what not.

use serde_json::Value;

use super::{
    comparable, parsed,
    script::{Script, counted},
};
use crate::{
    escape::MISTYPED,
    history::{Detail, StateKind, Status},
    interpreter::Execution,
    native::Report,
};

/// Everything in which the state machine's execution differs from the workflow's.
pub(super) fn differences(
    native: &Report,
    interpreted: &Execution,
    script: &Script,
    jitters: bool,
) -> Vec<String> {
    let nulls = script.nulls();
    let mut found = Vec::new();
    let (ours, theirs) = (&native.outcome, interpreted.outcome());
    if let Some(aborted) = interpreted.aborted() {
        found.push(format!("the interpreter could not go on: {aborted}"));
    }
    if ours.status != theirs.status {
        found.push(format!("the status is {:?}, and {:?} of the state machine", ours.status, theirs.status));
    }
    let json = |text: Option<&str>| {
        text.map(|text| {
            serde_json::from_str::<Value>(text)
                .map_or_else(|_| Value::from(text), |value| comparable(&value, nulls))
        })
    };
    let (output, other) = (json(ours.output.as_deref()), json(theirs.output.as_deref()));
    if output != other {
        found.push(format!("the output is {}, and {} of the state machine", shown(&output), shown(&other)));
    }
    if let Some(cause) = ours.cause.as_deref().filter(|cause| cause.contains(MISTYPED))
        && ours.error != theirs.error
    {
        found.push(format!(
            "a value out of `jsonata!` is read by its type in process alone, and a state machine goes on with any: \
             {cause} Have the expression give what the type says, or fail with `$error(..)`"
        ));
    }
    if ours.error != theirs.error {
        found.push(format!("the error is {:?}, and {:?} of the state machine", ours.error, theirs.error));
    }
    let (cause, other) =
        (ours.cause.as_deref().unwrap_or_default(), theirs.cause.as_deref().unwrap_or_default());
    if ours.error == theirs.error
        && !is_of_the_engine(ours.error.as_deref())
        && parsed(cause, nulls) != parsed(other, nulls)
    {
        found.push(format!("the cause is {cause:?}, and {other:?} of the state machine"));
    }
    calls(native, script, &mut found);
    let (took, other) = (native.elapsed, interpreted.elapsed());
    // A retry with jitter takes as long as each engine draws.
    if found.is_empty() && took != other && !jitters {
        found.push(format!("it takes {took:?}, and {other:?} in the state machine"));
    }
    found
}

fn calls(native: &Report, script: &Script, found: &mut Vec<String>) {
    // Which children run before too many have failed is each engine's own, and so is what was started in the
    // moment in which something was stopped.
    let unexpected = if cut_short(native) || stopped(native) { Vec::new() } else { script.unexpected() };
    for (state, arguments) in unexpected {
        found
            .push(format!("the state '{state}' calls its task with {arguments}, as the workflow never does"));
    }
    let (asked, called) = (counted(script.asked()), counted(&script.calls()));
    for ((state, arguments), times) in &asked {
        let others = called.get(&(state.clone(), arguments.clone())).copied().unwrap_or_default();
        // What was stopped before it ended may not have been started by the other engine.
        if *times > others && !stopped(native) {
            found.push(format!(
                "the task of the state '{state}' is called with {arguments} {times} times, and {others} times by the state machine"
            ));
        }
    }
    let concurrent = native.history().events.iter().any(|event| {
        matches!(event.detail, Detail::StateEntered { state: StateKind::Parallel | StateKind::Map, .. })
    });
    if found.is_empty() && !concurrent && script.asked() != script.calls() {
        found.push("the calls come in another order".to_owned());
    }
}

/// Whether something was stopped, since something beside it failed.
fn stopped(native: &Report) -> bool {
    native.outcome.status == Status::TimedOut
        || cut_short(native)
        || native.history().events.iter().any(|event| matches!(event.detail, Detail::StateAborted { .. }))
}

/// Whether child executions were stopped or not started, since too many others failed.
fn cut_short(native: &Report) -> bool {
    native.map_runs.iter().any(|run| run.item_counts.aborted + run.item_counts.pending > 0)
}

/// Whether each engine has words of its own for an error.
fn is_of_the_engine(error: Option<&str>) -> bool {
    matches!(
        error,
        Some(
            "States.QueryEvaluationError"
                | "States.Runtime"
                | "States.DataLimitExceeded"
                | "States.ItemReaderFailed"
                | "States.ResultWriterFailed"
        )
    )
}

fn shown(value: &Option<Value>) -> String {
    value.as_ref().map_or_else(|| "missing".to_owned(), ToString::to_string)
}
