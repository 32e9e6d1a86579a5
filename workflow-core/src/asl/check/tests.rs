use serde_json::{Value, json};

use super::*;
use crate::asl::{
    Assign, Branch, Catcher, Choice, ChoiceRule, Fail, Parallel, Pass, QueryLanguage, Retrier, Succeed, Task,
};

/// A state machine that starts at the first of these states.
fn machine<const N: usize>(states: [(&str, State); N]) -> StateMachine {
    StateMachine {
        comment: None,
        query_language: QueryLanguage::Jsonata,
        start_at: states.first().map_or("Start", |(name, _)| name).to_owned(),
        timeout_seconds: None,
        states: states.into_iter().map(|(name, state)| (name.to_owned(), state)).collect(),
    }
}

fn succeed() -> State {
    State::Succeed(Succeed { comment: None, output: None })
}

fn pass(next: &str) -> State {
    let transition = Transition::Next(next.to_owned());
    State::Pass(Pass { comment: None, assign: Assign::new(), output: None, transition })
}

fn output(output: Value) -> State {
    State::Succeed(Succeed { comment: None, output: Some(output) })
}

fn task(edit: impl FnOnce(&mut Task)) -> State {
    let mut task = Task {
        comment: None,
        resource: "arn:aws:states:::lambda:invoke".to_owned(),
        arguments: json!({ "FunctionName": "${Charge}", "Payload": "{% $order %}" }),
        timeout_seconds: None,
        heartbeat_seconds: None,
        retry: Vec::new(),
        catch: Vec::new(),
        assign: Assign::new(),
        output: None,
        transition: Transition::End,
    };
    edit(&mut task);
    State::Task(task)
}

fn retrier(names: &[&str]) -> Retrier {
    Retrier {
        error_equals: names.iter().map(|&name| name.to_owned()).collect(),
        interval_seconds: 1,
        max_attempts: 3,
        backoff_rate: 2.into(),
        max_delay_seconds: None,
        jitter_strategy: None,
    }
}

fn retries(edit: impl FnOnce(&mut Retrier)) -> State {
    let mut retrier = retrier(&["Declined"]);
    edit(&mut retrier);
    task(|task| task.retry = vec![retrier])
}

fn catcher(names: &[&str], next: &str) -> Catcher {
    Catcher {
        error_equals: names.iter().map(|&name| name.to_owned()).collect(),
        assign: Assign::new(),
        output: None,
        next: next.to_owned(),
    }
}

fn choice(condition: Value, next: &str, default: &str) -> State {
    let rule = ChoiceRule { comment: None, condition, assign: Assign::new(), next: next.to_owned() };
    State::Choice(Choice {
        comment: None,
        choices: vec![rule],
        assign: Assign::new(),
        default: Some(default.to_owned()),
    })
}

#[track_caller]
fn check_finds<const N: usize>(states: [(&str, State); N], expected: &str) {
    check_machine(&machine(states), &[expected]);
}

#[track_caller]
fn check_sound<const N: usize>(states: [(&str, State); N]) {
    check_machine(&machine(states), &[]);
}

#[track_caller]
fn check_machine(machine: &StateMachine, expected: &[&str]) {
    let problems = check(machine, &["Charge"]).err().unwrap_or_default();
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn a_sound_machine_has_no_problem() {
    check_sound([
        (
            "Charge",
            task(|task| {
                task.timeout_seconds = Some(30.into());
                task.heartbeat_seconds = Some(10.into());
                task.retry = vec![retrier(&["Busy"]), retrier(&["States.ALL"])];
                task.catch = vec![catcher(&["Declined"], "Refuse"), catcher(&["States.ALL"], "Refuse")];
                task.assign = Assign::from_iter([("receipt_1".to_owned(), json!("{% $states.result %}"))]);
                task.transition = Transition::Next("Is Large".to_owned());
            }),
        ),
        ("Is Large", choice(json!("{% $total > 1 %}"), "Done", "Charge")),
        ("Done", output(json!({ "id": "{% $id %}", "text": "10 % off" }))),
        (
            "Refuse",
            State::Fail(Fail {
                comment: None,
                error: "Declined".to_owned(),
                cause: "{% $cause %}".to_owned(),
            }),
        ),
    ]);
}

#[test]
fn names_are_unique() {
    let expected = "more than one state is named `A`; give one of them another name";
    check_finds([("A", succeed()), ("A", succeed()), ("A", succeed())], expected);
}

#[test]
fn every_placeholder_is_known() {
    let expected = "state `A` holds the placeholder `${Ship}`, which nothing fills in";
    check_finds([("A", output(json!([{ "a": "{% $f('${Charge}', '${Ship}') %}" }])))], expected);
    check_finds([("A", output(json!({ "${Ship}": 1 })))], expected);
    check_finds([("A", task(|task| task.comment = Some("Calls ${Ship}.".to_owned())))], expected);
    let mut machine = machine([("A", succeed())]);
    machine.comment = Some("Costs ${ or ${Ship}.".to_owned());
    check_machine(&machine, &["the state machine holds the placeholder `${Ship}`, which nothing fills in"]);
}

#[test]
fn a_placeholder_in_a_branch_is_told_once_and_of_its_own_state() {
    let branch = Branch {
        processor_config: None,
        start_at: "B".to_owned(),
        states: vec![("B".to_owned(), output(json!("${Ship}")))],
    };
    let parallel = Parallel {
        comment: None,
        branches: vec![branch],
        retry: Vec::new(),
        catch: Vec::new(),
        assign: Assign::new(),
        output: None,
        transition: Transition::End,
    };
    let expected = "state `B` holds the placeholder `${Ship}`, which nothing fills in";
    check_finds([("A", State::Parallel(parallel))], expected);
}

#[test]
fn states_that_lead_to_one_another_are_not_reached_by_that() {
    let (lost, found) = (("B", pass("C")), ("C", pass("B")));
    let expected = ["no path leads from `A` to state `B`", "no path leads from `A` to state `C`"];
    check_machine(&machine([("A", succeed()), lost, found]), &expected);
}

#[test]
fn some_path_ends() {
    let states =
        [("A", pass("B")), ("B", pass("A")), ("C", choice(json!("{% $x %}"), "D", "C")), ("D", succeed())];
    let expected = [
        "no path leads from `A` to state `C`",
        "no path leads from `A` to state `D`",
        "no path from `A` ends: an execution would run until it times out",
    ];
    check_machine(&machine(states), &expected);
}

#[test]
fn what_step_functions_refuses_is_told_in_its_words() {
    check_finds(
        [("A", retries(|retrier| retrier.interval_seconds = 0))],
        "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/A/Retry[0]/IntervalSeconds",
    );
    check_finds(
        [("A", task(|task| task.catch = vec![catcher(&["Busy"], "B")]))],
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Catch[0]/Next",
    );
    check_finds(
        [("A", output(json!("{% $x")))],
        "INVALID_JSONATA_EXPRESSION: An expression starts with '{%' and ends with '%}' at /States/A/Output",
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let assign = Assign::from_iter([("states".to_owned(), json!("${Ship}"))]);
    let assigns = State::Pass(Pass { comment: None, assign, output: None, transition: Transition::End });
    let machine = machine([("A", assigns), ("B", retries(|retrier| retrier.interval_seconds = 0))]);
    check_machine(
        &machine,
        &[
            "state `A` holds the placeholder `${Ship}`, which nothing fills in",
            "SCHEMA_VALIDATION_FAILED: The variable name 'states' is reserved at /States/A/Assign",
            "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/B/Retry[0]/IntervalSeconds",
        ],
    );
}
