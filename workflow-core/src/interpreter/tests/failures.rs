//! Retries, catchers, timeouts.

use super::*;
use crate::history::TaskStep;

#[test]
fn variables_may_have_ten_mebibytes_together() {
    // The first 39 are as large as a state's data may be, which is a fortieth; the last two are a part of that.
    let run = |last: usize| {
        let states = (0..41).map(|number| {
            let value = match number {
                0..39 => "{% $states.input %}".to_owned(),
                39 => "{% $substring($states.input, 0, 100000) %}".to_owned(),
                _ => format!("{{% $substring($states.input, 0, {last}) %}}"),
            };
            let assign = json!({ format!("v{number}"): value });
            let state = match number {
                40 => json!({ "Type": "Pass", "Assign": assign, "End": true }),
                _ => json!({ "Type": "Pass", "Assign": assign, "Next": format!("S{}", number + 1) }),
            };
            (format!("S{number}"), state)
        });
        let states: serde_json::Map<String, Value> = states.collect();
        let machine = json!({ "QueryLanguage": "JSONata", "StartAt": "S0", "States": states });
        let machine = StateMachine::from_value(&machine).unwrap();
        // A text has its quotes, too.
        let input = json!("x".repeat(262_144 - 2));
        Interpreter::test().without_history().run_blocking(&machine, input)
    };
    let last = 262_144 - 100_002 - 2;
    assert_eq!(run(last).status(), Status::Succeeded);
    assert_eq!(run(last + 1).error(), Some("States.DataLimitExceeded"));
}

fn task(more: Value) -> StateMachine {
    let mut state = json!({ "Type": "Task", "Resource": WORK, "End": true });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    machine(json!({ "A": state, "Caught": { "Type": "Pass", "End": true } }))
}

#[test]
fn delays_grow_up_to_their_maximum() {
    let machine = task(json!({ "Retry": [
        { "ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 3, "MaxDelaySeconds": 10 }
    ]}));
    let execution =
        Interpreter::test().mock("A", TaskMock::failure("Busy", "")).run_blocking(&machine, json!({}));
    assert_eq!(execution.error(), Some("Busy"));
    assert_eq!(execution.elapsed(), Duration::from_secs(2 + 6 + 10 + 10));
    assert_eq!(types(&execution).iter().filter(|name| **name == "TaskFailed").count(), 5);
}

#[test]
fn jitter_draws_a_delay_and_draws_it_alike_each_time() {
    let machine = task(
        json!({ "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 100, "JitterStrategy": "FULL" }] }),
    );
    let elapsed = |seed| {
        let mock = TaskMock::sequence([TaskMock::failure("Busy", ""), TaskMock::value(json!(1))]);
        Interpreter::test().seed(seed).mock("A", mock).run_blocking(&machine, json!({})).elapsed()
    };
    assert_eq!(elapsed(1), elapsed(1));
    assert!(elapsed(1) != elapsed(2) && elapsed(1) < Duration::from_secs(100));
}

#[test]
fn each_retrier_counts_for_itself_and_the_first_that_matches_counts() {
    let machine = task(json!({ "Retry": [
        { "ErrorEquals": ["A"], "MaxAttempts": 1 }, { "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }
    ]}));
    let run = |names: &[&str]| {
        let mut answers: Vec<TaskMock> = names.iter().map(|name| TaskMock::failure(*name, "")).collect();
        answers.push(TaskMock::value(json!("ok")));
        Interpreter::test().mock("A", TaskMock::sequence(answers)).run_blocking(&machine, json!({})).status()
    };
    assert_eq!(run(&["A", "B"]), Status::Succeeded);
    assert_eq!(run(&["A", "A"]), Status::Failed);
}

#[test]
fn a_catcher_puts_the_error_where_it_says() {
    let machine = task(
        json!({ "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Caught" }] }),
    );
    let execution = Interpreter::test()
        .mock("A", TaskMock::failure("Broken", "why"))
        .run_blocking(&machine, json!({"n": 1}));
    assert_eq!(execution.output().unwrap(), json!({"n": 1, "error": {"Error": "Broken", "Cause": "why"}}));
}

#[test]
fn a_task_that_hangs_times_out_and_task_failed_does_not_match_that() {
    let machine = task(json!({
        "TimeoutSeconds": 30,
        "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "Next": "Caught" }]
    }));
    let execution = Interpreter::test().mock("A", TaskMock::hangs()).run_blocking(&machine, json!({}));
    assert_eq!((execution.error(), execution.cause()), (Some("States.Timeout"), None));
    assert_eq!(execution.elapsed(), Duration::from_secs(30));
    assert!(types(&execution).contains(&"TaskTimedOut"));
}

#[test]
fn heartbeats_keep_an_attempt_alive() {
    let machine = task(json!({ "HeartbeatSeconds": 10 }));
    let run = |answer: fn() -> Answer| {
        Interpreter::test().handler("A", move |_: &TaskCall<'_>| answer()).run_blocking(&machine, json!({}))
    };
    let beating =
        run(|| Answer::value(json!(1)).after(Duration::from_secs(60)).heartbeats(Duration::from_secs(5)));
    assert_eq!(beating.status(), Status::Succeeded);
    let silent = run(|| Answer::value(json!(1)).after(Duration::from_secs(60)));
    assert_eq!((silent.error(), silent.elapsed()), (Some("States.Timeout"), Duration::from_secs(10)));
}

#[test]
fn the_execution_itself_times_out() {
    let definition = json!({
        "TimeoutSeconds": 5, "StartAt": "A", "States": { "A": { "Type": "Wait", "Seconds": 60, "End": true } }
    });
    let execution = run(&StateMachine::from_value(&definition).unwrap(), json!({}));
    assert_eq!(execution.status(), Status::TimedOut);
    assert_eq!(types(&execution), ["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"]);
}

#[test]
fn what_hangs_for_ever_is_told() {
    let execution =
        Interpreter::test().mock("A", TaskMock::hangs()).run_blocking(&task(json!({})), json!({}));
    assert_eq!(execution.aborted(), Some(&InterpreterError::Stalled { state: "A".to_owned() }));
}

#[test]
fn nothing_catches_a_path_that_leads_nowhere() {
    let machine = task(json!({
        "Parameters": { "x.$": "$.missing" },
        "Retry": [{ "ErrorEquals": ["States.ALL"] }],
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }]
    }));
    let execution = run(&machine, json!({"n": 1}));
    assert_eq!(types(&execution), ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]);
    assert_eq!(
        execution.cause().unwrap(),
        "An error occurred while executing the state 'A' (entered at the event id #2). \
         The JSONPath '$.missing' specified for the field 'x.$' could not be found in the input '{\"n\":1}'"
    );
}

#[test]
fn an_expression_that_fails_is_caught() {
    let machine = jsonata(json!({
        "A": {
            "Type": "Task", "Resource": WORK, "Arguments": { "x": "{% $missing %}" }, "End": true,
            "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Assign": { "error": "{% $states.errorOutput.Error %}" }, "Next": "B" }]
        },
        "B": { "Type": "Pass", "Output": "{% $error %}", "End": true }
    }));
    let execution = run(&machine, json!({}));
    assert_eq!(execution.output().unwrap(), json!("States.QueryEvaluationError"));
    assert!(types(&execution).contains(&"EvaluationFailed"));
}

#[test]
fn a_result_that_is_too_large_fails_the_task() {
    let machine = task(json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }] }));
    let mock = TaskMock::value(json!({ "Payload": "é".repeat(200_000) }));
    let execution = Interpreter::test().mock("A", mock).run_blocking(&machine, json!({}));
    assert_eq!(execution.output().unwrap()["Error"], "States.DataLimitExceeded");
}

#[test]
fn a_handler_that_panics_fails_the_task() {
    let interpreter = Interpreter::test().handler("A", |_: &TaskCall<'_>| -> Answer { panic!("oh") });
    let execution = interpreter.run_blocking(&task(json!({})), json!({}));
    assert_eq!(execution.error(), Some("Panic"));
    assert!(execution.cause().unwrap().contains("oh"));
}

/// The types of the events of a task that failed before it ran.
fn missed(resource: &str, step: TaskStep) -> Vec<&'static str> {
    let machine = machine(json!({ "A": { "Type": "Task", "Resource": resource, "End": true } }));
    let mock = TaskMock::failure("Refused", "not today").fails_to(step);
    let execution = Interpreter::test().fallback(mock).run_blocking(&machine, json!({}));
    assert_eq!(execution.error(), Some("Refused"));
    types(&execution)[2..].to_vec()
}

#[test]
fn an_attempt_may_fail_before_it_runs() {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    assert_eq!(missed(function, TaskStep::Schedule), ["LambdaFunctionScheduleFailed", "ExecutionFailed"]);
    assert_eq!(
        missed(function, TaskStep::Start),
        ["LambdaFunctionScheduled", "LambdaFunctionStartFailed", "ExecutionFailed"]
    );
    let activity = "arn:aws:states:us-east-1:123456789012:activity:a";
    assert_eq!(missed(activity, TaskStep::Schedule), ["ActivityScheduleFailed", "ExecutionFailed"]);
    let job = "arn:aws:states:::glue:startJobRun.sync";
    assert_eq!(missed(job, TaskStep::Start), ["TaskScheduled", "TaskStartFailed", "ExecutionFailed"]);
    assert_eq!(
        missed(job, TaskStep::Submit),
        ["TaskScheduled", "TaskStarted", "TaskSubmitFailed", "ExecutionFailed"]
    );
}

#[test]
fn an_express_workflow_ends_after_five_minutes() {
    let machine = machine(json!({ "A": { "Type": "Wait", "Seconds": 301, "End": true } }));
    let interpreter = Interpreter::test();
    assert_eq!(interpreter.run_blocking(&machine, json!({})).status(), Status::Succeeded);
    let execution = interpreter.express().run_blocking(&machine, json!({}));
    assert_eq!((execution.status(), execution.elapsed().as_secs()), (Status::TimedOut, 300));
}

#[tokio::test]
async fn the_timeout_of_a_task_that_is_over_wakes_nobody() {
    let machine = machine(json!({
        "A": { "Type": "Task", "Resource": WORK, "TimeoutSeconds": 10, "Next": "B" },
        "B": { "Type": "Wait", "Seconds": 60, "Next": "C" },
        "C": { "Type": "Task", "Resource": WORK, "TimeoutSeconds": 90, "End": true }
    }));
    let interpreter = Interpreter::test()
        .handler("A", |_: &TaskCall<'_>| {
            Answer::later(async {
                tokio::task::yield_now().await;
                Ok(json!(1))
            })
        })
        .handler("C", |_: &TaskCall<'_>| Answer::value(json!(2)).after(Duration::from_secs(80)));
    let execution = interpreter.run(&std::sync::Arc::new(machine), json!({})).await;
    assert_eq!(execution.output().unwrap(), json!(2));
    assert_eq!(execution.elapsed(), Duration::from_secs(60 + 80));
}
