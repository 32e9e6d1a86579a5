//! Parallel and Map states.

use std::sync::{Arc, Mutex};

use super::*;

/// A Map of paths over `$.items` whose iterations are one task.
fn map(more: Value, mode: &str) -> StateMachine {
    let mut state = json!({
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": mode },
            "StartAt": "B", "States": { "B": { "Type": "Task", "Resource": WORK, "End": true } }
        }
    });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    machine(json!({ "A": state }))
}

fn slow(seconds: u64) -> Interpreter {
    Interpreter::test().fallback(move |call: &TaskCall<'_>| {
        Answer::value(call.input.clone()).after(Duration::from_secs(seconds))
    })
}

/// Fails for items that are zero.
fn picky() -> Interpreter {
    Interpreter::test().fallback(|call: &TaskCall<'_>| match call.input.as_i64() {
        Some(0) => Answer::failure("Zero", "an item is zero"),
        _ => Answer::value(call.input.clone()),
    })
}

#[test]
fn branches_run_at_the_same_time() {
    let wait = |seconds: u64| json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": seconds, "End": true } } });
    let machine =
        machine(json!({ "A": { "Type": "Parallel", "Branches": [wait(5), wait(9), wait(2)], "End": true } }));
    let execution = run(&machine, json!(1));
    assert_eq!(execution.elapsed(), Duration::from_secs(9));
    assert_eq!(execution.output().unwrap(), json!([1, 1, 1]));
}

#[test]
fn iterations_run_as_many_at_once_as_allowed() {
    let items = json!({ "items": [1, 2, 3, 4, 5] });
    let execution = slow(10).run_blocking(&map(json!({ "MaxConcurrency": 2 }), "INLINE"), items.clone());
    assert_eq!(execution.elapsed(), Duration::from_secs(30));
    assert_eq!(execution.output().unwrap(), items["items"]);
}

#[test]
fn a_branch_that_fails_stops_the_others() {
    let machine = machine(json!({ "A": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 60, "End": true } } },
        { "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "Early" } } }
    ]}}));
    let execution = run(&machine, json!({}));
    assert_eq!((execution.error(), execution.elapsed()), (Some("Early"), Duration::ZERO));
    assert_eq!(
        types(&execution)[3..],
        [
            "WaitStateEntered",
            "FailStateEntered",
            "WaitStateAborted",
            "ParallelStateFailed",
            "ExecutionFailed"
        ]
    );
}

#[test]
fn what_was_stopped_with_an_answer_on_its_way_says_nothing_more() {
    // The second branch has its answer when the first one fails; the retry takes the places of both.
    let machine = machine(json!({ "A": { "Type": "Parallel", "End": true,
        "Retry": [{ "ErrorEquals": ["Early"], "IntervalSeconds": 0 }],
        "Branches": [
            { "StartAt": "F", "States": { "F": { "Type": "Task", "Resource": WORK, "End": true } } },
            { "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": WORK, "Next": "W" },
                "W": { "Type": "Wait", "Seconds": 60, "End": true } } }
        ]
    }}));
    let first = TaskMock::sequence([TaskMock::failure("Early", ""), TaskMock::value(json!(1))]);
    let interpreter = Interpreter::test().mock("F", first).mock("T", TaskMock::value(json!(2)));
    let execution = interpreter.run_blocking(&machine, json!({}));
    assert_eq!((execution.output().unwrap(), execution.elapsed()), (json!([1, 2]), Duration::from_secs(60)));
    assert_eq!(execution.states(), ["A", "F", "T", "F", "T", "W"]);
}

#[test]
fn an_iteration_sees_its_item_and_the_variables_outside() {
    let machine = jsonata(json!({
        "A": { "Type": "Pass", "Assign": { "factor": 10 }, "Next": "M" },
        "M": { "Type": "Map", "Items": "{% $states.input.items %}", "End": true,
            "ItemSelector": { "i": "{% $states.context.Map.Item.Index %}", "v": "{% $states.context.Map.Item.Value %}" },
            "ItemProcessor": { "StartAt": "P", "States": { "P": {
                "Type": "Pass", "Assign": { "factor": "{% $factor + 1 %}" }, "Next": "Q" },
                "Q": { "Type": "Pass", "Output": "{% $states.input.v * $factor + $states.input.i %}", "End": true } } } }
    }));
    assert_eq!(run(&machine, json!({"items": [1, 2]})).output().unwrap(), json!([11, 23]));
}

#[test]
fn a_map_is_retried_as_a_whole() {
    let machine = map(json!({ "Retry": [{ "ErrorEquals": ["Zero"], "MaxAttempts": 1 }] }), "INLINE");
    let execution = picky().run_blocking(&machine, json!({"items": [1, 0]}));
    assert_eq!(execution.error(), Some("Zero"));
    assert_eq!(types(&execution).iter().filter(|name| **name == "MapStateStarted").count(), 2);
    assert_eq!(types(&execution).iter().filter(|name| **name == "MapStateEntered").count(), 1);
}

#[test]
fn a_distributed_map_tolerates_as_many_failures_as_it_says() {
    let items = json!({ "items": [1, 0, 2, 0] });
    let run = |count: u64| {
        picky().run_blocking(&map(json!({ "ToleratedFailureCount": count }), "DISTRIBUTED"), items.clone())
    };
    assert_eq!(run(2).output().unwrap(), json!([1, 2]));
    let failed = run(1);
    assert_eq!(failed.error(), Some("States.ExceedToleratedFailureThreshold"));
    assert!(types(&failed).ends_with(&["MapRunFailed", "MapStateFailed", "ExecutionFailed"]));
    // What children do is in histories of their own.
    assert!(!types(&failed).contains(&"TaskStateEntered"));
}

#[test]
fn items_are_read_in_batches_and_results_written() {
    let machine = machine(json!({ "A": {
        "Type": "Map", "End": true, "Label": "Rows",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "CSV", "MaxItems": 3 },
            "Parameters": { "Bucket": "in", "Key.$": "$.key" }
        },
        "ItemSelector": { "row.$": "$$.Map.Item.Value.id" },
        "ItemBatcher": { "MaxItemsPerBatch": 2, "BatchInput": { "of.$": "$.key" } },
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
            "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } },
        "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "out", "Prefix": "p" } }
    }}));
    let interpreter = Interpreter::test().object("in", "rows.csv", "id,x\n1,a\n2,b\n3,c\n4,d\n");
    let execution = interpreter.run_blocking(&machine, json!({"key": "rows.csv"}));
    let output = execution.output().unwrap();
    assert_eq!(output["ResultWriterDetails"]["Bucket"], "out");
    assert!(output["MapRunArn"].as_str().unwrap().contains(":mapRun:machine/Rows:"));
    let (place, text) = &execution.written()[0];
    assert!(place.starts_with("out/p/") && place.ends_with("/SUCCEEDED_0.json"), "{place}");
    let results: Value = serde_json::from_str(text).unwrap();
    let first = json!({ "BatchInput": { "of": "rows.csv" }, "Items": [{ "row": "1" }, { "row": "2" }] });
    assert_eq!(results[0]["Input"], first.to_string());
    assert_eq!(results[0]["Output"], first.to_string());
    assert_eq!(results[1]["Status"], "SUCCEEDED");
    let arn = results[0]["ExecutionArn"].as_str().unwrap();
    assert!(arn.ends_with(&format!(":machine/Rows:{}", results[0]["Name"].as_str().unwrap())), "{arn}");
}

/// The files that a run writes by their names, and how the execution ended.
fn written(fields: Value, items: Value) -> (std::collections::BTreeMap<String, Value>, Execution) {
    let fails = json!({
        "Choose": {
            "Type": "Choice", "Default": "Fine",
            "Choices": [
                { "Variable": "$", "NumericLessThan": 0, "Next": "Bad" },
                { "Next": "Bad", "And": [
                    { "Variable": "$.n", "IsPresent": true }, { "Variable": "$.n", "NumericLessThan": 0 }
                ] }
            ]
        },
        "Bad": { "Type": "Fail", "Error": "Negative", "Cause": "below zero" },
        "Fine": { "Type": "Pass", "Result": [1, 2], "End": true }
    });
    let mut map = json!({
        "Type": "Map", "End": true, "Label": "L", "MaxConcurrency": 1,
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED" }, "StartAt": "Choose", "States": fails }
    });
    map.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let execution = Interpreter::test().run_blocking(&machine(json!({ "A": map })), items);
    let files = execution.written().iter().map(|(place, text)| {
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()));
        (place.rsplit('/').next().unwrap().to_owned(), value)
    });
    (files.collect(), execution)
}

#[test]
fn results_stand_in_a_file_for_each_status() {
    let writer = |config: Value| {
        let place = json!({ "Bucket": "out" });
        json!({
            "ToleratedFailureCount": 1,
            "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": place, "WriterConfig": config }
        })
    };
    let compact = json!({ "Transformation": "COMPACT", "OutputType": "JSONL" });
    let (files, execution) = written(writer(compact), json!([1, -1, 2]));
    assert_eq!(execution.status(), Status::Succeeded);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["FAILED_0.jsonl", "SUCCEEDED_0.jsonl", "manifest.json"]);
    assert_eq!(files["SUCCEEDED_0.jsonl"], "[1,2]\n[1,2]");
    // What failed is told in full, whatever the transformation.
    let failed = &files["FAILED_0.jsonl"];
    assert_eq!((&failed["Error"], &failed["Cause"]), (&json!("Negative"), &json!("below zero")));
    assert_eq!((&failed["Status"], &failed["Input"]), (&json!("FAILED"), &json!("-1")));
    assert!(failed.get("Output").is_none());
    let listed = &files["manifest.json"]["ResultFiles"];
    assert_eq!(listed["PENDING"], json!([]));
    assert_eq!(listed["SUCCEEDED"][0]["Size"], 11);

    let flatten = json!({ "Transformation": "FLATTEN" });
    assert_eq!(written(writer(flatten), json!([1, 2])).0["SUCCEEDED_0.json"], json!([1, 2, 1, 2]));
}

#[test]
fn a_run_that_fails_tells_what_it_never_started() {
    let place = json!({ "Bucket": "out", "Prefix": "p/" });
    let fields = json!({
        "ItemSelector": { "n.$": "$$.Map.Item.Value" },
        "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": place }
    });
    let (files, execution) = written(fields, json!([-1, 5, 6]));
    assert_eq!(execution.error(), Some("States.ExceedToleratedFailureThreshold"));
    assert_eq!(files["FAILED_0.json"].as_array().unwrap().len(), 1);
    let pending: Vec<&Value> =
        files["PENDING_0.json"].as_array().unwrap().iter().map(|one| &one["Input"]).collect();
    assert_eq!(pending, [r#"{"n":5}"#, r#"{"n":6}"#]);
}

#[test]
fn a_writer_without_a_place_shapes_what_the_state_gives() {
    let config =
        |config: Value| json!({ "ToleratedFailureCount": 1, "ResultWriter": { "WriterConfig": config } });
    let output = |fields, items| written(fields, items).1.output().unwrap();
    assert_eq!(output(config(json!({ "Transformation": "FLATTEN" })), json!([1, 2])), json!([1, 2, 1, 2]));
    assert_eq!(output(config(json!({ "OutputType": "JSON" })), json!([1])), json!([[1, 2]]));
    let told = output(config(json!({ "Transformation": "NONE" })), json!([1, -1]));
    assert_eq!((&told[0]["Output"], &told[1]["Error"]), (&json!("[1,2]"), &json!("Negative")));
}

#[test]
fn a_run_beside_a_branch_that_fails_is_aborted() {
    let waits = json!({ "W": { "Type": "Wait", "Seconds": 9, "End": true } });
    let machine = machine(json!({ "A": {
        "Type": "Parallel", "End": true,
        "Branches": [
            { "StartAt": "M", "States": { "M": {
                "Type": "Map", "End": true, "ItemsPath": "$.items",
                "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED" }, "StartAt": "W", "States": waits }
            } } },
            { "StartAt": "S", "States": {
                "S": { "Type": "Wait", "Seconds": 1, "Next": "F" },
                "F": { "Type": "Fail", "Error": "No" }
            } }
        ]
    }}));
    let execution = Interpreter::test().run_blocking(&machine, json!({ "items": [1, 2] }));
    assert_eq!(execution.error(), Some("No"));
    let told = types(&execution);
    let at = told.iter().position(|name| *name == "MapRunAborted").unwrap();
    assert_eq!(told[at + 1], "MapStateAborted");
}

#[test]
fn lines_lists_and_manifests_are_read() {
    let read = |resource: &str, config: Value, parameters: Value| {
        let machine = machine(json!({ "A": {
            "Type": "Map", "End": true,
            "ItemReader": { "Resource": resource, "ReaderConfig": config, "Parameters": parameters },
            "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED" },
                "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }
        }}));
        Interpreter::test()
            .object("b", "l.jsonl", "{\"n\":1}\n\n{\"n\":2}\n")
            .object("b", "deep.json", r#"{"a": {"b": [1, 2]}}"#)
            .object("b", "m.json", r#"{"fileSchema": "Bucket, Key", "files": [{"key": "m.csv"}]}"#)
            .object("b", "m.csv", "\"one\",\"k\"\n")
            .object("b", "athena.csv", "s3://b/l.jsonl\ns3://b/l.jsonl\n")
            .run_blocking(&machine, json!({}))
            .output()
            .unwrap()
    };
    let get = "arn:aws:states:::s3:getObject";
    let key = |key: &str| json!({ "Bucket": "b", "Key": key });
    assert_eq!(read(get, json!({"InputType": "JSONL"}), key("l.jsonl")), json!([{"n": 1}, {"n": 2}]));
    assert_eq!(
        read(get, json!({"InputType": "JSON", "ItemsPointer": "/a/b"}), key("deep.json")),
        json!([1, 2])
    );
    assert_eq!(
        read(get, json!({"InputType": "MANIFEST"}), key("m.json")),
        json!([{"Bucket": "one", "Key": "k"}])
    );
    let list = "arn:aws:states:::s3:listObjectsV2";
    let listed = read(list, json!({}), json!({"Bucket": "b", "Prefix": "m"}));
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let loaded = json!({"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN"});
    assert_eq!(read(list, loaded, json!({"Bucket": "b", "Prefix": "l"})), json!([{"n": 1}, {"n": 2}]));
    let athena = json!({"InputType": "JSONL", "ManifestType": "ATHENA_DATA"});
    assert_eq!(read(get, athena, key("athena.csv")), json!([{"n": 1}, {"n": 2}, {"n": 1}, {"n": 2}]));
}

#[test]
fn a_hundred_thousand_items_cost_no_more_each_than_a_thousand() {
    let machine = map(json!({ "MaxConcurrency": 40 }), "INLINE");
    let interpreter = slow(1).max_events(None).without_history();
    let items: Vec<u8> = vec![1; 100_000];
    let execution = interpreter.run_blocking(&machine, json!({ "items": items }));
    assert_eq!(execution.steps(), 100_001);
    assert_eq!(execution.elapsed(), Duration::from_secs(2_500));
}

#[test]
fn a_resource_may_be_in_any_partition() {
    for partition in ["aws", "aws-us-gov", "${AWS::Partition}", "${partition}"] {
        let machine = machine(json!({ "A": {
            "Type": "Task", "Resource": format!("arn:{partition}:states:::sqs:sendMessage"), "End": true
        }}));
        let execution = Interpreter::test()
            .mock("sqs:sendMessage", TaskMock::value(json!({ "MessageId": "m-1" })))
            .run_blocking(&machine, json!({}));
        assert_eq!(types(&execution)[2], "TaskScheduled", "{partition}");
        assert_eq!(execution.status(), Status::Succeeded, "{partition}");
    }
}

#[test]
fn what_is_behind_a_partition_and_no_service_is_a_function() {
    for resource in
        ["arn:${AWS::Partition}:lambda:states:::sqs:sendMessage", "arn:aws:lambda:${Region}:states:::f"]
    {
        let machine = machine(json!({ "A": { "Type": "Task", "Resource": resource, "End": true } }));
        assert_eq!(types(&run(&machine, json!({})))[2], "LambdaFunctionScheduled", "{resource}");
    }
}

/// A distributed Map over 0 and others: what a 0 begins, at once and one within the other, `lost` ends.
fn one_lost(lost: Value) -> StateMachine {
    let begun = json!({ "StartAt": "Begun", "States": {
        "Begun": { "Type": "Task", "Resource": WORK, "Next": "Late" },
        "Late": { "Type": "Task", "Resource": WORK, "End": true }
    }});
    let nested = json!({ "Type": "Parallel", "End": true, "Branches": [begun] });
    machine(json!({ "A": {
        "Type": "Map", "End": true, "ToleratedFailureCount": 1,
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Which",
            "States": {
                "Which": { "Type": "Choice", "Default": "Other",
                    "Choices": [{ "Variable": "$", "NumericEquals": 0, "Next": "Both" }] },
                "Both": { "Type": "Parallel", "End": true, "Branches": [
                    begun,
                    { "StartAt": "Nested", "States": { "Nested": nested } },
                    { "StartAt": "Lost", "States": { "Lost": lost } }
                ]},
                "Other": { "Type": "Task", "Resource": WORK, "End": true }
            }
        }
    }}))
}

#[tokio::test]
async fn a_child_that_is_lost_stops_its_own_branches_and_no_others() {
    for lost in [
        json!({ "Type": "Fail", "Error": "Broken" }),
        json!({ "Type": "Pass", "InputPath": "$.missing", "End": true }),
    ] {
        let called = Arc::new(Mutex::new(Vec::new()));
        let calls = Arc::clone(&called);
        let interpreter = Interpreter::test().fallback(move |call: &TaskCall<'_>| {
            calls.lock().unwrap().push(call.state.to_owned());
            let answer = Value::clone(call.input);
            Answer::later(async move {
                tokio::task::yield_now().await;
                Ok(answer)
            })
        });
        let execution = interpreter.run(&Arc::new(one_lost(lost)), json!([0, 7])).await;
        assert_eq!(execution.output().unwrap(), json!([7]));
        assert_eq!(*called.lock().unwrap(), ["Other", "Begun"]);
    }
}

#[test]
fn an_action_that_is_waited_for_keeps_its_version() {
    let machine = machine(json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true
    }}));
    let history = serde_json::to_value(run(&machine, json!({})).history()).unwrap();
    let details = &history[2]["taskScheduledEventDetails"];
    assert_eq!(
        (&details["resourceType"], &details["resource"]),
        (&json!("states"), &json!("startExecution.sync:2"))
    );
}

#[test]
fn a_function_may_be_named_as_an_activity_is() {
    let resource = "arn:aws:lambda:us-east-1:123456789012:function:activity:3";
    let machine = machine(json!({ "A": { "Type": "Task", "Resource": resource, "End": true } }));
    assert_eq!(types(&run(&machine, json!({})))[2], "LambdaFunctionScheduled");
}
