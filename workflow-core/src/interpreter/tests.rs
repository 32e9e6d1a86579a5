//! What the interpreter does, seen from outside.

mod alone;
mod children;
mod edges;
mod failures;
mod hostile;
mod observed;
mod rust_tasks;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Execution, Interpreter, InterpreterError, StateMachine, TaskCall, TaskMock};
use crate::history::Status;

/// A machine of these states that starts at `A`.
fn machine(states: Value) -> StateMachine {
    StateMachine::from_value(&json!({ "StartAt": "A", "States": states })).unwrap()
}

/// The same in JSONata.
fn jsonata(states: Value) -> StateMachine {
    StateMachine::from_value(&json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": states }))
        .unwrap()
}

fn run(machine: &StateMachine, input: Value) -> Execution {
    Interpreter::test()
        .fallback(|call: &TaskCall<'_>| Answer::value(call.input.clone()))
        .run_blocking(machine, input)
}

fn types(execution: &Execution) -> Vec<&'static str> {
    execution.history().types()
}

const WORK: &str = "arn:aws:states:::lambda:invoke";

#[test]
fn data_flows_through_a_state_of_paths() {
    let machine = machine(json!({ "A": {
        "Type": "Task", "Resource": WORK, "End": true,
        "InputPath": "$.order",
        "Parameters": { "id.$": "$.id", "all.$": "States.Array($.id, $$.State.Name)" },
        "ResultSelector": { "seen.$": "$.all" },
        "ResultPath": "$.receipt",
        "OutputPath": "$.receipt.seen"
    }}));
    assert_eq!(run(&machine, json!({"order": {"id": 7}})).output().unwrap(), json!([7, "A"]));
}

#[test]
fn variables_are_computed_from_what_was_before_and_live_on() {
    let machine = jsonata(json!({
        "A": { "Type": "Pass", "Assign": { "a": 1, "b": 2 }, "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "a": "{% $b %}", "b": "{% $a %}" }, "Next": "C" },
        "C": { "Type": "Pass", "Output": "{% [$a, $b] %}", "End": true }
    }));
    assert_eq!(run(&machine, json!({})).output().unwrap(), json!([2, 1]));
}

#[test]
fn states_of_both_query_languages_mix() {
    let machine = machine(json!({
        "A": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Assign": { "seen.$": "$.n" }, "Next": "B" },
        "B": { "Type": "Choice", "QueryLanguage": "JSONata", "Choices": [
            { "Condition": "{% $states.input.n > 1 %}", "Output": { "big": "{% $seen %}" }, "Next": "C" }
        ]},
        "C": { "Type": "Pass", "Parameters": { "out.$": "$.big", "var.$": "$seen" }, "End": true }
    }));
    assert_eq!(run(&machine, json!({"n": 1})).output().unwrap(), json!({"out": 2, "var": 2}));
}

#[test]
fn waits_take_virtual_time() {
    let machine = jsonata(json!({
        "A": { "Type": "Wait", "Seconds": "{% $states.input.days * 86400 %}", "Next": "B" },
        "B": { "Type": "Wait", "Timestamp": "2026-01-03T00:00:05Z", "End": true }
    }));
    let execution = run(&machine, json!({"days": 2}));
    assert_eq!(execution.elapsed(), Duration::from_secs(2 * 86_400 + 5));
}

#[test]
fn the_history_has_ids_and_previous_ids() {
    let machine = machine(json!({ "A": { "Type": "Task", "Resource": WORK, "End": true } }));
    let execution = run(&machine, json!({"n": 1}));
    let history = serde_json::to_value(execution.history()).unwrap();
    let ids: Vec<(u64, u64)> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["id"].as_u64().unwrap(), event["previousEventId"].as_u64().unwrap()))
        .collect();
    assert_eq!(ids, [(1, 0), (2, 0), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6)]);
    assert_eq!(history[2]["type"], "TaskScheduled");
    assert_eq!(history[2]["taskScheduledEventDetails"]["parameters"], r#"{"n":1}"#);
    assert_eq!(history[4]["taskSucceededEventDetails"]["resource"], "invoke");
}

#[test]
fn without_a_history_everything_else_is_the_same() {
    let machine = jsonata(json!({ "A": { "Type": "Pass", "Output": "{% $no %}", "End": true } }));
    let with = Interpreter::test().run_blocking(&machine, json!({}));
    let without = Interpreter::test().without_history().run_blocking(&machine, json!({}));
    assert_eq!(with.outcome(), without.outcome());
    assert!(without.history().events.is_empty() && with.cause().unwrap().contains("event id #2"));
}

#[test]
fn a_task_without_a_handler_says_so() {
    let machine = machine(json!({ "A": {
        "Type": "Task", "Resource": WORK, "Parameters": { "FunctionName": "arn:aws:lambda:eu-west-1:1:function:Charge:$LATEST" }, "End": true
    }}));
    let execution = Interpreter::test().run_blocking(&machine, json!({}));
    assert_eq!(execution.status(), Status::Aborted);
    let told = execution.aborted().unwrap().to_string();
    assert!(told.contains("the state `A`") && told.contains("the function `Charge`"), "{told}");
}

#[test]
fn handlers_are_found_by_state_resource_service_and_function() {
    let machine = machine(json!({
        "A": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "ResultPath": "$.a", "Next": "B" },
        "B": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:Fn", "ResultPath": "$.b", "Next": "C" },
        "C": { "Type": "Task", "Resource": "arn:aws:states:us-east-1:1:activity:Act", "ResultPath": "$.c", "End": true }
    }));
    let execution = Interpreter::test()
        .mock("sqs:sendMessage", TaskMock::value(json!(1)))
        .mock("Fn", TaskMock::value(json!(2)))
        .mock("C", TaskMock::value(json!(3)))
        .run_blocking(&machine, json!({}));
    assert_eq!(execution.output().unwrap(), json!({"a": 1, "b": 2, "c": 3}));
    assert!(
        types(&execution).contains(&"LambdaFunctionSucceeded")
            && types(&execution).contains(&"ActivityScheduled")
    );
}

#[test]
fn a_callback_has_a_token_and_is_submitted() {
    let machine = machine(json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": { "MessageBody": { "Token.$": "$$.Task.Token" } }, "End": true
    }}));
    let interpreter = Interpreter::test().handler("A", |call: &TaskCall<'_>| {
        assert_eq!(call.input["MessageBody"]["Token"].as_str(), call.token);
        Answer::value(json!("done")).submitted(json!({"MessageId": "m"})).after(Duration::from_secs(9))
    });
    let execution = interpreter.run_blocking(&machine, json!({}));
    assert_eq!(execution.output().unwrap(), json!("done"));
    assert!(types(&execution).contains(&"TaskSubmitted"));
    assert_eq!(execution.elapsed(), Duration::from_secs(9));
}

#[test]
fn what_runs_on_threads_of_a_runtime_runs_as_well() {
    let machine =
        std::sync::Arc::new(machine(json!({ "A": { "Type": "Task", "Resource": WORK, "End": true } })));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let interpreter = Interpreter::new().handler("A", |_: &TaskCall<'_>| {
        Answer::later(async {
            tokio::task::yield_now().await;
            Ok(json!("later"))
        })
    });
    let execution = runtime.block_on(interpreter.run(&machine, json!({})));
    assert_eq!(execution.output().unwrap(), json!("later"));
}

#[test]
fn real_time_passes_on_a_thread_without_a_runtime() {
    let machine = machine(json!({
        "A": { "Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "Next": "B" },
        "B": { "Type": "Task", "Resource": WORK, "End": true }
    }));
    let interpreter = Interpreter::new()
        .handler("B", |_: &TaskCall<'_>| Answer::value(json!(1)).after(Duration::from_millis(2)));
    let execution = interpreter.run_blocking(&machine, json!({}));
    assert_eq!(execution.output().unwrap(), json!(1));
    assert!(execution.elapsed() >= Duration::from_millis(2));
}

#[test]
fn an_execution_without_end_is_ended() {
    let machine = machine(json!({ "A": { "Type": "Pass", "Next": "A" } }));
    let standard = Interpreter::test().run_blocking(&machine, json!({}));
    assert_eq!(
        standard.cause().unwrap(),
        "The execution reached the maximum number of history events (25000)."
    );
    assert_eq!(standard.history().events.len(), 25_000);
    assert_eq!(*standard.history().types().last().unwrap(), "ExecutionFailed");
    let express =
        Interpreter::test().express().without_history().max_steps(1_000).run_blocking(&machine, json!({}));
    assert_eq!(express.aborted(), Some(&InterpreterError::TooManySteps { limit: 1_000 }));
}

#[test]
fn an_input_that_is_too_large_is_refused() {
    let machine = machine(json!({ "A": { "Type": "Succeed" } }));
    let execution = Interpreter::test().run_blocking(&machine, json!("x".repeat(300_000)));
    assert!(matches!(execution.aborted(), Some(InterpreterError::InputTooLarge { .. })));
    assert!(execution.history().events.is_empty());
}

#[test]
fn definitions_are_refused_with_the_place() {
    let refused = |definition: Value| StateMachine::from_value(&definition).unwrap_err().to_string();
    assert_eq!(refused(json!({"StartAt": "A"})), "`States` is missing");
    assert_eq!(
        refused(json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}})),
        "/States/A/Next: there is no state `B`"
    );
    assert_eq!(
        refused(json!({"StartAt": "A", "States": {"A": {"Type": "Jump"}}})),
        "/States/A: a state needs `Next` or `\"End\": true`"
    );
    let told = refused(json!({"StartAt": "A", "States": {"A": {
        "Type": "Pass", "QueryLanguage": "JSONata", "End": true, "Output": {"a/b": ["{% 1 + %}"]}
    }}}));
    assert!(told.starts_with("/States/A/Output/a~1b/0: "), "{told}");
}

#[test]
fn a_rule_of_paths_assigns_what_it_says() {
    let machine = machine(json!({
        "A": { "Type": "Choice", "Choices": [
            { "Variable": "$.n", "NumericGreaterThan": 1, "Assign": { "seen.$": "$.n" }, "Next": "B" }
        ], "Assign": { "seen": "few" }, "Default": "B" },
        "B": { "Type": "Pass", "Parameters": { "seen.$": "$seen" }, "End": true }
    }));
    assert_eq!(run(&machine, json!({"n": 2})).output().unwrap(), json!({"seen": 2}));
    assert_eq!(run(&machine, json!({"n": 1})).output().unwrap(), json!({"seen": "few"}));
}

#[test]
fn what_a_choice_assigns_by_default_no_rule_does() {
    let machine = machine(json!({
        "A": { "Type": "Pass", "Assign": { "seen": "none" }, "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 1, "Next": "C" }],
            "Assign": { "seen.$": "$.few" }, "Default": "C" },
        "C": { "Type": "Pass", "Parameters": { "seen.$": "$seen" }, "End": true }
    }));
    // Nor is it computed: there is no such path.
    assert_eq!(run(&machine, json!({"n": 2})).output().unwrap(), json!({"seen": "none"}));
    assert_eq!(run(&machine, json!({"n": 1, "few": 0})).output().unwrap(), json!({"seen": 0}));
}

#[test]
fn values_are_told_by_their_types() {
    let is = |test: &str, expected: bool, value: Value| {
        let mut rule = json!({ "Variable": "$.v", "Next": "B" });
        rule[test] = expected.into();
        let machine = machine(json!({
            "A": { "Type": "Choice", "Choices": [rule], "Default": "C" },
            "B": { "Type": "Pass", "Result": true, "End": true },
            "C": { "Type": "Pass", "Result": false, "End": true }
        }));
        run(&machine, json!({ "v": value })).output().unwrap() == json!(true)
    };
    let values = [json!(null), json!(true), json!(1.5), json!("a"), json!("2026-01-01T00:00:00Z"), json!([])];
    for (test, of) in [
        ("IsNull", [true, false, false, false, false, false]),
        ("IsBoolean", [false, true, false, false, false, false]),
        ("IsNumeric", [false, false, true, false, false, false]),
        ("IsString", [false, false, false, true, true, false]),
        ("IsTimestamp", [false, false, false, false, true, false]),
        ("IsPresent", [true; 6]),
    ] {
        for (value, expected) in values.iter().zip(of) {
            assert_eq!(is(test, true, value.clone()), expected, "{test} of {value}");
            assert_eq!(is(test, false, value.clone()), !expected, "{test} of {value}");
        }
    }
}

#[test]
fn a_function_that_takes_too_long_times_out_as_one() {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let machine = machine(json!({
        "A": { "Type": "Task", "Resource": function, "TimeoutSeconds": 2, "End": true }
    }));
    let execution = Interpreter::test().mock("A", TaskMock::hangs()).run_blocking(&machine, json!({}));
    assert!(types(&execution).contains(&"LambdaFunctionTimedOut"), "{:?}", types(&execution));
}

#[test]
fn an_input_may_be_as_large_as_the_limit() {
    let machine = machine(json!({ "A": { "Type": "Succeed", "OutputPath": null } }));
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let run = |bytes| Interpreter::test().run_text(&machine, &text(bytes));
    assert_eq!(run(crate::limits::MAX_DATA_BYTES).output().unwrap(), json!({}));
    assert_ne!(run(crate::limits::MAX_DATA_BYTES + 1).status(), Status::Succeeded);
}
