//! The edges of what is allowed, and of what is counted.

use super::*;

/// What a machine of one state is refused with.
fn refused(state: Value) -> String {
    let definition = json!({ "StartAt": "A", "States": { "A": state } });
    StateMachine::from_value(&definition).unwrap_err().to_string()
}

#[test]
fn a_text_that_is_too_long_is_told_before_it_is_read() {
    let machine = machine(json!({ "A": { "Type": "Succeed" } }));
    let most = crate::limits::MAX_DATA_BYTES;
    let execution = Interpreter::test().run_text(&machine, &"x".repeat(most + 1));
    assert_eq!(execution.aborted(), Some(&InterpreterError::InputTooLarge { bytes: most + 1 }));
    assert_eq!(Interpreter::test().run_text(&machine, "{}").output().unwrap(), json!({}));
}

#[test]
fn as_many_states_may_be_entered_as_is_said() {
    let machine =
        machine(json!({ "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Pass", "End": true } }));
    let run = |most| Interpreter::test().max_steps(most).run_blocking(&machine, json!({}));
    assert_eq!(run(2).status(), Status::Succeeded);
    assert_eq!(run(1).aborted(), Some(&InterpreterError::TooManySteps { limit: 1 }));
}

#[test]
fn whole_numbers_are_neither_negative_nor_parts_nor_huge() {
    let retried = |attempts: Value| {
        json!({ "Type": "Task", "Resource": WORK, "End": true,
            "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": attempts }] })
    };
    for attempts in [json!(-1), json!(1.5), json!(1e15), json!("1")] {
        let told = refused(retried(attempts.clone()));
        assert!(told.contains("expected a whole number that is not negative"), "{attempts}: {told}");
    }
    machine(json!({ "A": retried(json!(2.0)) }));
    let nobody = json!({ "Type": "Task", "Resource": WORK, "End": true, "Retry": [{ "ErrorEquals": [] }] });
    assert!(refused(nobody).contains("expected a list of error names"));
}

#[test]
fn a_wait_is_not_negative() {
    let machine = jsonata(json!({
        "A": { "Type": "Wait", "Seconds": "{% $states.input %}", "End": true }
    }));
    let none = run(&machine, json!(0));
    assert_eq!((none.status(), none.elapsed()), (Status::Succeeded, Duration::ZERO));
    let execution = run(&machine, json!(-1));
    assert_eq!(execution.error(), Some("States.QueryEvaluationError"));
    assert!(execution.cause().unwrap().contains("must not be negative"), "{execution:?}");
}

#[test]
fn random_values_differ_and_come_again_with_the_seed() {
    let machine =
        jsonata(json!({ "A": { "Type": "Pass", "Output": "{% [$random(), $random()] %}", "End": true } }));
    let drawn = |seed| Interpreter::test().seed(seed).run_blocking(&machine, json!({})).output().unwrap();
    let first = drawn(1);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, drawn(1));
    assert_ne!(first, drawn(2));
    let alone = || {
        let state =
            json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $random() %}", "End": true });
        super::super::StateTest::of(state).run().unwrap().output
    };
    assert_eq!(alone(), alone());
}

#[test]
fn each_handler_has_turns_of_its_own() {
    let machine = machine(json!({
        "A": { "Type": "Task", "Resource": WORK, "ResultPath": "$.a", "Next": "B" },
        "B": { "Type": "Task", "Resource": WORK, "ResultPath": "$.b", "Next": "C" },
        "C": { "Type": "Choice", "Choices": [{ "Variable": "$.b", "NumericEquals": 2, "Next": "D" }], "Default": "A" },
        "D": { "Type": "Succeed" }
    }));
    let mock = || TaskMock::sequence([1, 2].map(|number| TaskMock::value(json!(number))));
    let execution = Interpreter::test().mock("A", mock()).mock("B", mock()).run_blocking(&machine, json!({}));
    assert_eq!(execution.output().unwrap(), json!({ "a": 2, "b": 2 }));
}

#[test]
fn what_hangs_for_ever_is_told_in_real_time_as_well() {
    let machine = machine(json!({ "A": { "Type": "Task", "Resource": WORK, "End": true } }));
    let interpreter = Interpreter::new().mock("A", TaskMock::hangs());
    let execution = interpreter.run_blocking(&machine, json!({}));
    assert_eq!(execution.aborted(), Some(&InterpreterError::Stalled { state: "A".to_owned() }));
}

#[test]
fn a_token_is_for_who_is_waited_for_and_for_one_task() {
    let task = |resource: &str, path: &str, next: &str| json!({ "Type": "Task", "Resource": resource, "ResultPath": path, "Next": next });
    let machine = machine(json!({
        "A": task(WORK, "$.a", "B"),
        "B": task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "$.b", "C"),
        "C": task("arn:aws:states:us-east-1:123456789012:activity:a", "$.c", "D"),
        "D": { "Type": "Succeed" }
    }));
    let interpreter = Interpreter::test()
        .fallback(|call: &TaskCall<'_>| Answer::value(json!(call.token.map(str::to_owned))));
    let output = interpreter.run_blocking(&machine, json!({})).output().unwrap();
    assert_eq!(output["a"], Value::Null);
    assert!(output["b"].is_string() && output["c"].is_string() && output["b"] != output["c"], "{output}");
}

#[test]
fn beats_that_come_too_late_are_missed() {
    let machine =
        machine(json!({ "A": { "Type": "Task", "Resource": WORK, "HeartbeatSeconds": 10, "End": true } }));
    let run = |between| {
        let answer = move |_: &TaskCall<'_>| {
            Answer::value(json!(1)).after(Duration::from_secs(60)).heartbeats(Duration::from_secs(between))
        };
        Interpreter::test().handler("A", answer).run_blocking(&machine, json!({}))
    };
    assert_eq!(run(10).status(), Status::Succeeded);
    assert_eq!((run(11).error(), run(11).elapsed()), (Some("States.Timeout"), Duration::from_secs(10)));
}

#[test]
fn an_answer_counts_until_the_timeout() {
    let machine =
        machine(json!({ "A": { "Type": "Task", "Resource": WORK, "TimeoutSeconds": 10, "End": true } }));
    let run = |seconds| {
        let answer = move |_: &TaskCall<'_>| Answer::value(json!(1)).after(Duration::from_secs(seconds));
        Interpreter::test().handler("A", answer).run_blocking(&machine, json!({}))
    };
    assert_eq!((run(9).status(), run(9).elapsed()), (Status::Succeeded, Duration::from_secs(9)));
    assert_eq!((run(11).error(), run(11).elapsed()), (Some("States.Timeout"), Duration::from_secs(10)));
}

#[test]
fn what_a_state_hands_on_may_not_be_larger_than_it_may_receive() {
    let machine = machine(json!({ "A": { "Type": "Pass", "ResultPath": "$.copy", "End": true } }));
    let run = |bytes| run(&machine, json!({ "text": "x".repeat(bytes) })).status();
    assert_eq!((run(100_000), run(200_000)), (Status::Succeeded, Status::Failed));
}

#[test]
fn a_failure_is_told_as_what_the_resource_is() {
    let failed = |resource: &str| {
        let machine = machine(
            json!({ "A": { "Type": "Task", "Resource": resource, "TimeoutSeconds": 9, "End": true } }),
        );
        let run = |mock| types(&Interpreter::test().mock("A", mock).run_blocking(&machine, json!({})))[4];
        [run(TaskMock::failure("Broken", "")), run(TaskMock::hangs())]
    };
    assert_eq!(failed(WORK), ["TaskFailed", "TaskTimedOut"]);
    assert_eq!(
        failed("arn:aws:lambda:us-east-1:123456789012:function:f"),
        ["LambdaFunctionFailed", "LambdaFunctionTimedOut"]
    );
    assert_eq!(
        failed("arn:aws:states:us-east-1:123456789012:activity:a"),
        ["ActivityFailed", "ActivityTimedOut"]
    );
}

#[test]
fn what_is_too_large_for_a_task_names_it() {
    let cause = |resource: &str| {
        let machine = machine(json!({ "A": {
            "Type": "Task", "Resource": resource, "Parameters": { "a.$": "$", "b.$": "$" }, "End": true
        }}));
        run(&machine, json!("x".repeat(200_000))).cause().unwrap().to_owned()
    };
    assert!(cause(WORK).starts_with("The state/task 'lambda' was given a payload"), "{}", cause(WORK));
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    assert!(
        cause(function).starts_with(&format!("The state/task '{function}' was given")),
        "{}",
        cause(function)
    );
}

#[test]
fn nothing_is_tried_again_after_a_path_that_leads_nowhere() {
    let machine = machine(json!({ "A": {
        "Type": "Task", "Resource": WORK, "Parameters": { "x.$": "$.missing" }, "End": true,
        "Retry": [{ "ErrorEquals": ["States.Runtime"] }]
    }}));
    let execution = run(&machine, json!({}));
    assert_eq!((execution.error(), execution.elapsed()), (Some("States.Runtime"), Duration::ZERO));
}

#[test]
fn the_event_of_an_execution_that_cannot_go_on_is_its_last() {
    let machine =
        machine(json!({ "A": { "Type": "Task", "Resource": WORK, "TimeoutSeconds": 9, "End": true } }));
    let execution = Interpreter::test().run_blocking(&machine, json!({}));
    let last = execution.history().events.last().unwrap();
    assert_eq!(*types(&execution).last().unwrap(), "ExecutionAborted");
    assert_eq!((last.id, last.previous_id), (execution.history().events.len() as u64, last.id - 1));
}

/// A distributed Map of these fields, of whose children those fail that are given `true` or a list with it.
fn tolerant(fields: Value, items: Value) -> Execution {
    let mut map = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "P",
            "States": {
                "P": { "Type": "Choice", "Default": "Q", "Choices": [
                    { "Or": [
                        { "Variable": "$", "BooleanEquals": true },
                        { "And": [
                            { "Variable": "$.Items[0]", "IsPresent": true },
                            { "Variable": "$.Items[0]", "BooleanEquals": true }
                        ]}
                    ], "Next": "F" }
                ]},
                "Q": { "Type": "Succeed" },
                "F": { "Type": "Fail", "Error": "Broken" }
            }
        }
    });
    map.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    run(&machine(json!({ "A": map })), items)
}

#[test]
fn a_percentage_of_children_may_fail() {
    let half =
        |items: [bool; 4]| tolerant(json!({ "ToleratedFailurePercentage": 50 }), json!(items)).status();
    assert_eq!(half([true, true, false, false]), Status::Succeeded);
    assert_eq!(half([true, true, true, false]), Status::Failed);
}

#[test]
fn an_item_that_looks_like_a_batch_is_one_item() {
    let item = json!({ "Items": [true, 0, 0] });
    let run = |most: u32, more: Value| {
        let mut fields = json!({ "ToleratedFailureCount": most });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let items = if more == json!({}) { json!([item]) } else { json!([true, 0, 0]) };
        tolerant(fields, items).status()
    };
    assert_eq!(run(1, json!({})), Status::Succeeded);
    // A batch that fails is as many failures as it has items.
    let batches = json!({ "ItemBatcher": { "MaxItemsPerBatch": 3 } });
    assert_eq!(run(2, batches.clone()), Status::Failed);
    assert_eq!(run(3, batches), Status::Succeeded);
}

#[test]
fn a_batch_is_filled_to_its_last_byte() {
    let batches = |bytes: u32| {
        let map = json!({
            "Type": "Map", "End": true, "ItemBatcher": { "MaxInputBytesPerBatch": bytes },
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "P", "States": { "P": { "Type": "Pass", "OutputPath": "$.Items", "End": true } }
            }
        });
        run(&machine(json!({ "A": map })), json!(["a", "b", "c"])).output().unwrap()
    };
    // A text of one letter has three bytes, with its quotes.
    assert_eq!(batches(6), json!([["a", "b"], ["c"]]));
    assert_eq!(batches(5), json!([["a"], ["b"], ["c"]]));
}

#[test]
fn a_timeout_without_a_word_has_no_cause() {
    let machine = machine(json!({ "A": { "Type": "Task", "Resource": WORK, "End": true } }));
    let cause = |cause: &str| {
        let mock = TaskMock::failure("States.Timeout", cause);
        Interpreter::test().mock("A", mock).run_blocking(&machine, json!({})).cause().map(str::to_owned)
    };
    assert_eq!((cause(""), cause("late").as_deref()), (None, Some("late")));
}

#[test]
fn only_a_state_that_was_entered_is_stopped() {
    let stopped = |first: &str, second: Value| {
        let states = json!({
            "W": { "Type": "Wait", "Seconds": 1, "Next": "F" }, "F": { "Type": "Fail", "Error": "Broken" }
        });
        let machine = machine(json!({ "A": { "Type": "Parallel", "End": true, "Branches": [
            { "StartAt": first, "States": states }, { "StartAt": "S", "States": { "S": second } }
        ]}}));
        let execution = run(&machine, json!({}));
        types(&execution)[3..].to_vec()
    };
    let wait = || json!({ "Type": "Wait", "Seconds": 9, "End": true });
    assert_eq!(stopped("F", wait()), ["FailStateEntered", "ParallelStateFailed", "ExecutionFailed"]);
    assert_eq!(
        stopped("W", wait())[2..],
        ["WaitStateExited", "FailStateEntered", "WaitStateAborted", "ParallelStateFailed", "ExecutionFailed"]
    );
}
