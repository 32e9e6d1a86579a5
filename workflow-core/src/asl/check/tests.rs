use serde_json::{Value, json};

use super::*;
use crate::asl::{Assign, Catcher, ChoiceRule, Fail, Pass, QueryLanguage, Succeed};

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

fn assign(variable: &str) -> State {
    let assign = Assign::from_iter([(variable.to_owned(), json!(1))]);
    State::Pass(Pass { comment: None, assign, output: None, transition: Transition::End })
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
                task.timeout_seconds = Some(30);
                task.heartbeat_seconds = Some(10);
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
fn the_start_must_exist() {
    let mut machine = machine([("Done", succeed())]);
    machine.start_at = "Begin".to_owned();
    check_machine(&machine, &["the state machine starts at `Begin`, which is none of its states"]);
}

#[test]
fn names_are_unique() {
    let expected = "more than one state is named `A`; give one of them another name";
    check_finds([("A", succeed()), ("A", succeed()), ("A", succeed())], expected);
}

#[test]
fn names_are_not_empty() {
    check_finds([("", succeed())], "a state has no name");
}

#[test]
fn names_have_at_most_80_characters() {
    let long = "ä".repeat(80);
    check_sound([(long.as_str(), succeed())]);
    let longer = "ä".repeat(81);
    let expected = format!("the name of state `{longer}` has 81 characters; Step Functions allows 80");
    check_finds([(longer.as_str(), succeed())], &expected);
}

#[test]
fn every_next_exists() {
    let expected = [
        "state `A` leads to `B` by its `Next`, and there is no such state",
        "no path from `A` ends: an execution would run until it times out",
    ];
    check_machine(&machine([("A", pass("B"))]), &expected);
}

#[test]
fn every_default_and_every_catch_exists() {
    let expected = "state `A` leads to `C` by its `Default`, and there is no such state";
    check_finds([("A", choice(json!(true), "B", "C")), ("B", succeed())], expected);
    let expected = "state `A` leads to `B` by its `Catch`, and there is no such state";
    check_finds([("A", task(|task| task.catch = vec![catcher(&["Busy"], "B")]))], expected);
}

#[test]
fn every_state_is_reachable() {
    let expected = "no path leads from `A` to state `B`";
    check_finds([("A", succeed()), ("B", succeed())], expected);
}

#[test]
fn some_path_ends() {
    let expected = "no path from `A` ends: an execution would run until it times out";
    check_finds([("A", pass("B")), ("B", pass("A"))], expected);
}

#[test]
fn every_placeholder_is_known() {
    let expected = "state `A` holds the placeholder `${Ship}`, which nothing fills in";
    check_finds([("A", output(json!([{ "a": "{% $f('${Charge}', '${Ship}') %}" }])))], expected);
    check_finds([("A", task(|task| task.resource = "arn:${Ship}".to_owned()))], expected);
    check_finds([("A", task(|task| task.comment = Some("Calls ${Ship}.".to_owned())))], expected);
    let mut machine = machine([("A", succeed())]);
    machine.comment = Some("Costs ${ or ${Ship}.".to_owned());
    check_machine(&machine, &["the state machine holds the placeholder `${Ship}`, which nothing fills in"]);
}

#[test]
fn states_all_stands_alone() {
    let expected =
        "`States.ALL` stands beside other error names in a `Retry` of state `A`; it must stand alone";
    check_finds([("A", task(|task| task.retry = vec![retrier(&["Busy", "States.ALL"])]))], expected);
}

#[test]
fn states_all_stands_last() {
    let expected =
        "`States.ALL` is not in the last `Catch` of state `A`, so those after it would never match";
    let catch = vec![catcher(&["States.ALL"], "B"), catcher(&["Busy"], "B")];
    check_finds([("A", task(|task| task.catch = catch)), ("B", succeed())], expected);
}

#[test]
fn a_retrier_names_an_error() {
    check_finds(
        [("A", retries(|retrier| retrier.error_equals.clear()))],
        "a `Retry` of state `A` names no error",
    );
}

#[test]
fn the_numbers_of_a_retrier_are_in_range() {
    for interval in [0, 100_000_000] {
        let expected = format!("`IntervalSeconds` of state `A` is {interval}; it must be from 1 to 99999999");
        check_finds([("A", retries(|retrier| retrier.interval_seconds = interval))], &expected);
    }
    let expected = "`MaxAttempts` of state `A` is 100000000; it must be from 0 to 99999999";
    check_finds([("A", retries(|retrier| retrier.max_attempts = 100_000_000))], expected);
    let expected = "`BackoffRate` of state `A` is 0; it must be at least 1";
    check_finds([("A", retries(|retrier| retrier.backoff_rate = 0.into()))], expected);
    let expected = "`MaxDelaySeconds` of state `A` is 31622401; it must be at most 31622400";
    check_finds([("A", retries(|retrier| retrier.max_delay_seconds = Some(31_622_401)))], expected);
    check_sound([("A", retries(|retrier| retrier.max_delay_seconds = Some(31_622_400)))]);
}

#[test]
fn the_longest_delay_is_longer_than_the_first() {
    let expected = "`MaxDelaySeconds` of state `A` is 1; it must be more than `IntervalSeconds`, which is 1";
    check_finds([("A", retries(|retrier| retrier.max_delay_seconds = Some(1)))], expected);
}

#[test]
fn a_heartbeat_is_shorter_than_the_timeout() {
    let expected = "`HeartbeatSeconds` of state `A` is 5; it must be less than `TimeoutSeconds`, which is 5";
    let both = |task: &mut Task| (task.heartbeat_seconds, task.timeout_seconds) = (Some(5), Some(5));
    check_finds([("A", task(both))], expected);
}

#[test]
fn a_timeout_is_in_range() {
    let expected = "`TimeoutSeconds` of state `A` is 0; it must be from 1 to 99999999";
    check_finds([("A", task(|task| task.timeout_seconds = Some(0)))], expected);
    let mut machine = machine([("A", succeed())]);
    machine.timeout_seconds = Some(0);
    check_machine(&machine, &["`TimeoutSeconds` of the state machine is 0; it must be from 1 to 99999999"]);
}

#[test]
fn variables_are_identifiers() {
    let long = "v".repeat(81);
    for variable in ["", "_order", "1st", "order-id", "order.id", long.as_str()] {
        let expected = format!(
            "state `A` assigns the variable `{variable}`; \
             a name is a letter, then letters, digits or `_`, and at most 80 characters"
        );
        check_finds([("A", assign(variable))], &expected);
    }
    check_sound([("A", assign("größe_2"))]);
}

#[test]
fn states_is_no_variable() {
    let expected = "state `A` assigns the variable `states`, which Step Functions keeps for itself";
    check_finds([("A", assign("states"))], expected);
}

#[test]
fn a_choice_has_a_rule() {
    let choice =
        Choice { comment: None, choices: Vec::new(), assign: Assign::new(), default: Some("B".to_owned()) };
    check_finds([("A", State::Choice(choice)), ("B", succeed())], "state `A` is a Choice without rules");
}

#[test]
fn a_condition_is_jsonata_or_a_boolean() {
    let expected = "a condition of state `A` is \"$total\"; it must be `{% .. %}`, true or false";
    check_finds([("A", choice(json!("$total"), "B", "B")), ("B", succeed())], expected);
}

#[test]
fn a_wait_has_one_time() {
    let wait = |seconds, timestamp| {
        let transition = Transition::End;
        State::Wait(Wait {
            comment: None,
            seconds,
            timestamp,
            assign: Assign::new(),
            output: None,
            transition,
        })
    };
    let expected = "state `A` must say how long to wait either by `Seconds` or by `Timestamp`";
    check_finds([("A", wait(None, None))], expected);
    check_finds([("A", wait(Some(json!(1)), Some(json!("{% $until %}"))))], expected);
    check_sound([("A", wait(Some(json!(1)), None))]);
}

#[test]
fn jsonata_has_both_delimiters() {
    for text in ["{% $x", "$x %}", "{%}", "{%  %}", " {% $x %}", "{% $x %}\n"] {
        let expected = format!("state `A` holds `{text}`; JSONata starts with `{{%` and ends with `%}}`");
        check_finds([("A", output(json!([text])))], &expected);
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let machine = machine([("A", assign("states")), ("B", retries(|retrier| retrier.interval_seconds = 0))]);
    check_machine(
        &machine,
        &[
            "no path leads from `A` to state `B`",
            "state `A` assigns the variable `states`, which Step Functions keeps for itself",
            "`IntervalSeconds` of state `B` is 0; it must be from 1 to 99999999",
        ],
    );
}
