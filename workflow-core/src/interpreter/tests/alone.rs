//! One state run alone, as the API `TestState` does.

use std::time::Duration;

use serde_json::{Value, json};

use crate::interpreter::{MockValidation, StateTest, StateTestError, StateTestStatus};

fn task(more: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "B" });
    if let (Some(state), Value::Object(more)) = (state.as_object_mut(), more) {
        state.extend(more);
    }
    state
}

/// What a mocked result of a resource is refused with.
fn refused(resource: &str, result: Value, validation: MockValidation) -> Option<String> {
    let state = json!({ "Type": "Task", "Resource": resource, "End": true });
    match StateTest::of(state).mock_result(result).mock_validation(validation).run() {
        Ok(_) => None,
        Err(StateTestError::Validation(message)) => {
            Some(message.strip_prefix("Mock result schema validation error: ").unwrap().to_owned())
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_step_of_the_data_is_told() {
    let state = task(json!({
        "InputPath": "$.order", "Parameters": { "id.$": "$.id" },
        "ResultSelector": { "sum.$": "$.sum" }, "ResultPath": "$.result",
        "Assign": { "seen.$": "$.sum" }
    }));
    let tested = StateTest::of(state)
        .input(json!({ "order": { "id": 7 }, "more": 1 }))
        .mock_result(json!({ "sum": 3, "rest": 4 }))
        .run()
        .unwrap();
    assert_eq!(tested.status, StateTestStatus::Succeeded);
    assert_eq!(tested.next_state.as_deref(), Some("B"));
    assert_eq!(tested.output, Some(json!({ "order": { "id": 7 }, "more": 1, "result": { "sum": 3 } })));
    assert_eq!(
        Value::from(tested.inspection),
        json!({
            "input": { "order": { "id": 7 }, "more": 1 },
            "afterInputPath": { "id": 7 },
            "afterParameters": { "id": 7 },
            "result": { "sum": 3, "rest": 4 },
            "afterResultSelector": { "sum": 3 },
            "afterResultPath": { "order": { "id": 7 }, "more": 1, "result": { "sum": 3 } },
            "variables": { "seen": 3 }
        })
    );
}

#[test]
fn a_state_in_jsonata_tells_its_arguments_alone() {
    let state = task(json!({
        "QueryLanguage": "JSONata", "Arguments": { "n": "{% $n %}" }, "Output": "{% $states.result.sum %}"
    }));
    let variables = json!({ "n": 2 }).as_object().unwrap().clone();
    let tested = StateTest::of(state).variables(variables).mock_result(json!({ "sum": 3 })).run().unwrap();
    assert_eq!(tested.output, Some(json!(3)));
    assert_eq!(
        Value::from(tested.inspection),
        json!({
            "input": {}, "afterArguments": { "n": 2 }, "result": { "sum": 3 }, "variables": { "n": 2 }
        })
    );
}

#[test]
fn a_pass_with_a_result_looks_at_nothing() {
    let given = json!({ "Type": "Pass", "Result": { "a": 1 }, "ResultPath": "$.b", "End": true });
    let tested = StateTest::of(given).input(json!({ "c": 2 })).run().unwrap();
    assert_eq!(
        Value::from(tested.inspection),
        json!({
            "input": { "c": 2 }, "result": { "a": 1 },
            "afterResultSelector": { "a": 1 }, "afterResultPath": { "c": 2, "b": { "a": 1 } }
        })
    );
    let plain = json!({ "Type": "Pass", "Parameters": { "d.$": "$.c" }, "End": true });
    let tested = StateTest::of(plain).input(json!({ "c": 2 })).run().unwrap();
    let keys: Vec<&str> = tested.inspection.keys().map(String::as_str).collect();
    assert!(keys.contains(&"afterInputPath") && keys.contains(&"afterParameters"), "{keys:?}");
    assert!(!keys.contains(&"result"), "{keys:?}");
}

#[test]
fn an_error_is_retried_or_caught_or_fails() {
    let state = task(json!({
        "Retry": [
            { "ErrorEquals": ["Other"] },
            { "ErrorEquals": ["Busy"], "IntervalSeconds": 3, "BackoffRate": 2.0, "MaxAttempts": 2 }
        ],
        "Catch": [
            { "ErrorEquals": ["Gone"], "Next": "C" },
            { "ErrorEquals": ["States.ALL"], "Next": "D", "ResultPath": "$.error" }
        ]
    }));
    let run = |error: &str, retries| {
        StateTest::of(state.clone()).mock_error(error, "why").retries(retries).run().unwrap()
    };
    let again = run("Busy", 1);
    assert_eq!((again.status, again.error.as_deref()), (StateTestStatus::Retriable, Some("Busy")));
    assert_eq!(
        again.inspection["errorDetails"],
        json!({ "retryIndex": 1, "retryBackoffIntervalSeconds": Duration::from_secs(6).as_secs() })
    );
    let caught = run("Busy", 2);
    assert_eq!(caught.status, StateTestStatus::CaughtError);
    assert_eq!((caught.next_state.as_deref(), caught.error.as_deref()), (Some("D"), Some("Busy")));
    assert_eq!(caught.output, Some(json!({ "error": { "Error": "Busy", "Cause": "why" } })));
    assert_eq!(caught.inspection["errorDetails"], json!({ "catchIndex": 1 }));
    let failed = StateTest::of(task(json!({}))).mock_error("Busy", "why").run().unwrap();
    assert_eq!((failed.status, failed.cause.as_deref()), (StateTestStatus::Failed, Some("why")));
}

#[test]
fn a_state_is_found_at_any_depth_with_its_language() {
    let inner = json!({ "StartAt": "In", "States": {
        "In": { "Type": "Pass", "Output": "{% $states.input & '!' %}", "End": true }
    }});
    let machine = json!({ "QueryLanguage": "JSONata", "StartAt": "M", "States": {
        "M": { "Type": "Map", "ItemProcessor": inner, "End": true }
    }});
    let tested = StateTest::of(machine.clone()).state("In").input(json!("a")).run().unwrap();
    assert_eq!(tested.output, Some(json!("a!")));
    assert_eq!(
        StateTest::of(machine).state("Out").run().unwrap_err().to_string(),
        "State not found in definition: Out"
    );
}

#[test]
fn a_state_that_leads_nowhere_is_the_last() {
    let caught = json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "C" }] });
    let mut state = task(caught);
    state.as_object_mut().unwrap().remove("Next");
    let tested = StateTest::of(state).mock_result(json!({})).run().unwrap();
    assert_eq!((tested.status, tested.next_state), (StateTestStatus::Succeeded, None));
}

#[test]
fn a_mock_that_makes_no_sense_is_refused() {
    let message = |test: StateTest| test.run().unwrap_err().to_string();
    let one = || StateTest::of(task(json!({})));
    let neither = "when a mock is not specified";
    assert!(message(one().retries(1)).contains(neither));
    assert!(message(one().error_caused_by("B")).contains(neither));
    assert!(message(one().map_iteration_failures(1)).contains(neither));
    assert!(message(one().map_item_reader_data("[]")).contains(neither));
    assert!(message(one().mock_result(json!({})).mock_error("E", "")).contains("only one of"));
    assert_eq!(message(one().mock_text("{")), "Mocked result must be valid JSON");
    let pass = StateTest::of(json!({ "Type": "Pass", "End": true })).mock_result(json!({}));
    assert_eq!(message(pass), "State type 'Pass' is not supported when a mock is specified");
    let map = json!({ "Type": "Map", "End": true, "ItemProcessor": { "StartAt": "A", "States": {
        "A": { "Type": "Pass", "End": true }
    }}});
    assert!(message(StateTest::of(map)).contains("does not support Map or Parallel states"));
}

#[test]
fn a_mocked_result_has_the_shape_of_the_answer() {
    use MockValidation::{None as Unchecked, Present, Strict};
    const FUNCTION: &str = "arn:aws:states:::aws-sdk:lambda:getFunction";
    let configuration = |fields: Value| json!({ "Configuration": fields });
    for (memory, expected) in [
        (127, Some("Field 'MemorySize' is smaller than the minimum value")),
        (128, None),
        (10_240, None),
        (10_241, Some("Field 'MemorySize' exceeds the maximum value")),
    ] {
        let result = configuration(json!({ "MemorySize": memory }));
        assert_eq!(refused(FUNCTION, result, Strict).as_deref(), expected, "{memory}");
    }
    for (fields, expected) in [
        (json!({ "FunctionName": "" }), "Field 'FunctionName' is smaller than the minimum length"),
        (json!({ "FunctionName": 1 }), "Field 'FunctionName' must be a string"),
        (json!({ "CodeSize": "1" }), "Field 'CodeSize' must be a number"),
        (json!({ "Architectures": {} }), "Field 'Architectures' must be an array"),
        (json!({ "Architectures": ["arm64", 1] }), "Field 'Architectures' must be a string"),
        (json!({ "Environment": [] }), "Field 'Environment' must be an object"),
        (json!({ "Environment": { "Variables": { "A": 1 } } }), "Field 'A' must be a string"),
        (json!({ "EphemeralStorage": {} }), "Required field 'Size' is missing"),
    ] {
        let result = configuration(fields.clone());
        assert_eq!(refused(FUNCTION, result, Strict).as_deref(), Some(expected), "{fields}");
    }
    let missing = configuration(json!({ "EphemeralStorage": {} }));
    assert_eq!(refused(FUNCTION, missing.clone(), Present), None);
    assert_eq!(refused(FUNCTION, configuration(json!(1)), Unchecked), None);
    assert_eq!(refused(FUNCTION, json!([]), Present).as_deref(), Some("Mock result must be a JSON object"));
    let fits = json!({ "FunctionName": "f", "Architectures": ["arm64"], "Environment": { "Variables": { "A": "1" } } });
    assert_eq!(refused(FUNCTION, configuration(fits), Strict), None);

    let key = |length: usize| json!({ "KeyId": "k".repeat(length) });
    assert_eq!(refused("arn:aws:states:::aws-sdk:kms:encrypt", key(2_048), Strict), None);
    assert_eq!(
        refused("arn:aws:states:::aws-sdk:kms:encrypt", key(2_049), Strict).as_deref(),
        Some("Field 'KeyId' exceeds the maximum length")
    );
    assert_eq!(
        refused("arn:aws:states:::aws-sdk:kms:encrypt", key(0), Strict).as_deref(),
        Some("Field 'KeyId' is smaller than the minimum length")
    );
    assert_eq!(
        refused("arn:aws:states:::aws-sdk:s3:getObject", json!({ "DeleteMarker": "no" }), Strict).as_deref(),
        Some("Field 'DeleteMarker' must be a boolean")
    );
    assert_eq!(
        refused("arn:aws:states:::aws-sdk:s3:getObject", json!({ "DeleteMarker": true }), Strict),
        None
    );
    // What is waited for answers with what the caller gives, and a service that is not known with anything.
    assert_eq!(refused("arn:aws:states:::states:startExecution.sync:2", json!([]), Strict), None);
    assert_eq!(refused("arn:aws:states:::lambda:invoke.waitForTaskToken", json!(1), Strict), None);
    assert_eq!(refused("arn:aws:states:::batch:submitJob", json!(1), Strict), None);
    assert_eq!(refused("arn:aws:lambda:us-east-1:123456789012:function:f", json!(1), Strict), None);
}

#[test]
fn iterations_that_fail_are_tolerated_up_to_a_limit() {
    let map = json!({
        "Type": "Map", "End": true, "MaxConcurrency": 3, "ToleratedFailureCount": 1, "ItemsPath": "$.items",
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } }
        }
    });
    let run = |failures| {
        StateTest::of(map.clone())
            .input(json!({ "items": [1, 2, 3] }))
            .mock_result(json!([1, 2]))
            .map_iteration_failures(failures)
            .run()
            .unwrap()
    };
    let tested = run(1);
    assert_eq!((tested.status, tested.output), (StateTestStatus::Succeeded, Some(json!([1, 2]))));
    assert_eq!(tested.inspection["afterItemsPath"], json!([1, 2, 3]));
    assert_eq!(
        (&tested.inspection["maxConcurrency"], tested.inspection["toleratedFailureCount"].as_f64()),
        (&json!(3), Some(1.0))
    );
    let tested = run(2);
    assert_eq!(tested.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
}

#[test]
fn the_items_of_a_map_are_read_from_the_text_that_is_given() {
    let map = json!({
        "Type": "Map", "End": true,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSONL" },
            "Parameters": { "Bucket": "data", "Key": "items.jsonl" }
        },
        "ItemSelector": { "item.$": "$$.Map.Item.Value.n" },
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } }
        }
    });
    let tested = StateTest::of(map)
        .mock_result(json!(["a"]))
        .map_item_reader_data("{\"n\": 1}\n{\"n\": 2}\n")
        .run()
        .unwrap();
    assert_eq!((tested.status, tested.output), (StateTestStatus::Succeeded, Some(json!(["a"]))));
    assert_eq!(tested.inspection["afterItemSelector"], json!([{ "item": 1 }, { "item": 2 }]));
}
