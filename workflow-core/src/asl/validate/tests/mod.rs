//! What Step Functions refuses, in its words, and what it takes.

mod hostile;
mod texts;

use serde_json::{Value, json};

use super::{Code, Diagnostic, lint, validate_value};
use crate::WorkflowKind;

fn found(definition: &Value) -> Vec<String> {
    validate_value(definition, WorkflowKind::Standard).iter().map(Diagnostic::to_string).collect()
}

/// A state machine of one state, `S`, which ends it.
fn one(language: &str, mut state: Value) -> Value {
    let is_last = matches!(state["Type"].as_str(), Some("Succeed" | "Fail" | "Choice"));
    if !is_last
        && state.get("Next").is_none()
        && let Some(fields) = state.as_object_mut()
    {
        fields.entry("End").or_insert(json!(true));
    }
    json!({"StartAt": "S", "QueryLanguage": language, "States": {"S": state}})
}

/// What is found in a state, without the code.
fn in_state(language: &str, state: Value) -> Vec<String> {
    let found = validate_value(&one(language, state), WorkflowKind::Standard);
    found
        .iter()
        .map(|found| format!("{} at {}", found.message, found.location.as_deref().unwrap_or_default()))
        .collect()
}

fn refused(language: &str, state: Value, expected: &str) {
    assert_eq!(in_state(language, state.clone()), [expected], "{state}");
}

fn taken(language: &str, state: Value) {
    assert_eq!(in_state(language, state.clone()), [""; 0], "{state}");
}

fn lambda() -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"})
}

fn with(mut state: Value, field: &str, value: Value) -> Value {
    state[field] = value;
    state
}

#[test]
fn a_field_belongs_to_a_type_of_state() {
    for kind in ["Pass", "Wait", "Choice", "Succeed", "Fail"] {
        let state = json!({"Type": kind, "Seconds": 1, "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "S"}]});
        for field in ["TimeoutSeconds", "Catch", "Retry"] {
            let found = in_state("JSONPath", with(state.clone(), field, json!(1)));
            assert!(
                found.contains(&format!("Field '{field}' is not supported at /States/S")),
                "{kind}: {found:?}"
            );
        }
    }
    refused(
        "JSONPath",
        json!({"Type": "Pass", "Resultt": 1}),
        "Field 'Resultt' is not supported at /States/S",
    );
}

#[test]
fn a_field_belongs_to_a_query_language() {
    refused(
        "JSONPath",
        json!({"Type": "Pass", "Output": 1}),
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S",
    );
    for (field, value) in [
        ("InputPath", json!("$")),
        ("Parameters", json!({})),
        ("Result", json!(1)),
        ("ResultPath", json!("$.a")),
    ] {
        let expected = format!(
            "The QueryLanguage is set to 'JSONata', but field '{field}' is only supported for the 'JSONPath' QueryLanguage at /States/S"
        );
        refused("JSONata", with(json!({"Type": "Pass"}), field, value), &expected);
    }
    refused(
        "JSONata",
        json!({"Type": "Pass", "QueryLanguage": "JSONPath"}),
        "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S",
    );
    taken("JSONPath", json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}"}));
}

#[test]
fn the_language_of_a_map_is_not_that_of_its_states() {
    let processor = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": 1, "End": true}}});
    refused(
        "JSONPath",
        json!({"Type": "Map", "QueryLanguage": "JSONata", "ItemProcessor": processor}),
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S/ItemProcessor/States/P",
    );
    let processor =
        json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    refused(
        "JSONPath",
        json!({"Type": "Map", "ItemProcessor": processor}),
        "Field 'QueryLanguage' is not supported at /States/S/ItemProcessor",
    );
}

#[test]
fn ways_that_lead_nowhere_come_before_the_missing_end() {
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    let end = json!({"Type": "Pass", "End": true});
    assert_eq!(
        found(&json!({"StartAt": "A", "States": {"A": pass("NOPE")}})),
        [
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next",
            "MISSING_END_STATE: Workflow has no terminal state at null"
        ]
    );
    assert_eq!(
        found(&json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("A"), "C": pass("A")}})),
        ["MISSING_END_STATE: Workflow has no terminal state at null"]
    );
    assert_eq!(
        found(&json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("A"), "C": end}})),
        ["MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C"]
    );
    assert_eq!(
        found(
            &json!({"StartAt": "Not sure", "States": {"Pass One": pass("Success"), "Success": {"Type": "Succeed"}}})
        ),
        [
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Not sure at /StartAt",
            "MISSING_TRANSITION_TARGET: State \"Pass One\" is not reachable. at /States/Pass One"
        ]
    );
    let rule = json!({"Variable": "$.a", "IsPresent": true, "Next": "X"});
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Z"}]);
    let task = with(with(lambda(), "Catch", catch), "Next", json!("C"));
    let choice = json!({"Type": "Choice", "Choices": [rule], "Default": "Y"});
    assert_eq!(
        found(&json!({"StartAt": "T", "States": {"T": task, "C": choice, "E": end}}))[..3],
        [
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Z at /States/T/Catch[0]/Next",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/C/Choices[0]/Next",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Y at /States/C/Default",
        ]
    );
}

#[test]
fn names_are_unique_in_the_whole_definition() {
    let branch = json!({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}});
    let found = found(&one("JSONPath", json!({"Type": "Parallel", "Branches": [branch]})));
    assert_eq!(found, ["DUPLICATE_STATE_NAME: Duplicate State name: S at /States/S/Branches[0]/States/S"]);
}

#[test]
fn what_is_required_is_told_where_it_is_missing() {
    assert_eq!(
        found(&json!({})),
        ["SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt, States] at /"]
    );
    refused("JSONPath", json!({"Type": "Task"}), "These fields are required: [Resource] at /States/S");
    refused(
        "JSONPath",
        json!({"Type": "Pass", "End": false}),
        "One of the following fields is required: [Next, End] at /States/S",
    );
    refused(
        "JSONPath",
        json!({"Type": "Wait"}),
        "One of the following fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath] at /States/S",
    );
    refused(
        "JSONPath",
        json!({"Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z"}),
        "There should only be one of the following fields: [Seconds, Timestamp] at /States/S",
    );
    refused(
        "JSONPath",
        json!({"Type": "Nope"}),
        "Value is not one of: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/S/Type",
    );
    refused(
        "JSONata",
        with(lambda(), "Credentials", json!({})),
        "The field 'RoleArn' is required but was missing at /States/S/Credentials",
    );
    refused(
        "JSONPath",
        with(lambda(), "Resource", json!("charge")),
        "Value is not a valid resource ARN at /States/S/Resource",
    );
}

#[test]
fn rules_of_a_choice() {
    let choice = |language: &str, rule: Value| {
        let state = json!({"Type": "Choice", "Choices": [rule], "Default": "E"});
        let machine = json!({"StartAt": "S", "QueryLanguage": language, "States": {"S": state, "E": {"Type": "Succeed"}}});
        found(&machine)
    };
    for rule in [
        json!({"Variable": "$.a", "StringMatches": "x*", "Next": "E"}),
        json!({"Variable": "$$.a", "TimestampLessThan": "2016-03-14T01:59:00Z", "Next": "E"}),
        json!({"Variable": "$v", "NumericEqualsPath": "$.b", "Next": "E", "Assign": {"x.$": "$.a"}}),
        json!({"Not": {"Or": [{"Variable": "$.a", "IsPresent": false}]}, "Next": "E"}),
    ] {
        assert_eq!(choice("JSONPath", rule.clone()), [""; 0], "{rule}");
    }
    for (rule, expected) in [
        (
            json!({"Variable": "$.a", "IsNull": true}),
            "These fields are required: [Next] at /States/S/Choices[0]",
        ),
        (
            json!({"IsNull": true, "Next": "E"}),
            "These fields are required: [Variable] at /States/S/Choices[0]",
        ),
        (
            json!({"Variable": "$.a", "Next": "E"}),
            "A rule must have a comparison operator at /States/S/Choices[0]",
        ),
        (
            json!({"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "E"}),
            "There should only be one of the following fields: [IsNull, IsString] at /States/S/Choices[0]",
        ),
        (
            json!({"Variable": "$.a", "StringEquals": 1, "Next": "E"}),
            "Expected value of type String at /States/S/Choices[0]/StringEquals",
        ),
        (
            json!({"Variable": "$.a", "BooleanLessThan": true, "Next": "E"}),
            "Field 'BooleanLessThan' is not supported at /States/S/Choices[0]",
        ),
        (
            json!({"Variable": "a", "IsNull": true, "Next": "E"}),
            "Value is not a valid JSONPath at /States/S/Choices[0]/Variable",
        ),
        (json!({"And": [], "Next": "E"}), "And must not be empty at /States/S/Choices[0]/And"),
        (
            json!({"Not": {"Variable": "$.a", "IsNull": true, "Next": "E"}, "Next": "E"}),
            "Field 'Next' is not supported at /States/S/Choices[0]/Not",
        ),
    ] {
        let found = choice("JSONPath", rule.clone());
        assert!(found[0].ends_with(expected), "{rule}: {found:?}");
    }
    assert_eq!(choice("JSONata", json!({"Condition": "{% $x > 1 %}", "Next": "E"})), [""; 0]);
    assert!(
        choice("JSONata", json!({"Condition": "$x > 1", "Next": "E"}))[0]
            .ends_with("at /States/S/Choices[0]/Condition")
    );
    assert!(choice("JSONata", json!({"Next": "E"}))[0].contains("required: [Condition]"));
}

#[test]
fn retriers_and_catchers() {
    let retry = |retrier: Value| in_state("JSONPath", with(lambda(), "Retry", json!([retrier])));
    assert_eq!(
        retry(
            json!({"ErrorEquals": ["A"], "BackoffRate": 1.5, "JitterStrategy": "FULL", "MaxDelaySeconds": 9})
        ),
        [""; 0]
    );
    for (retrier, expected) in [
        (json!({}), "These fields are required: [ErrorEquals] at /States/S/Retry[0]"),
        (
            json!({"ErrorEquals": ["A"], "BackoffRate": 0.5}),
            "Minimum value is 1.0 at /States/S/Retry[0]/BackoffRate",
        ),
        (
            json!({"ErrorEquals": ["A"], "MaxAttempts": -1}),
            "Minimum value is 0 at /States/S/Retry[0]/MaxAttempts",
        ),
        (
            json!({"ErrorEquals": ["A"], "IntervalSeconds": 0}),
            "Minimum value is 1 at /States/S/Retry[0]/IntervalSeconds",
        ),
        (
            json!({"ErrorEquals": ["A"], "IntervalSeconds": 1.5}),
            "Expected value of type Integer at /States/S/Retry[0]/IntervalSeconds",
        ),
        (
            json!({"ErrorEquals": ["States.ALL", "A"]}),
            "'States.ALL' must appear alone at /States/S/Retry[0]/ErrorEquals",
        ),
        (json!({"ErrorEquals": []}), "ErrorEquals must not be empty at /States/S/Retry[0]/ErrorEquals"),
        (json!({"ErrorEquals": ["A"], "Next": "S"}), "Field 'Next' is not supported at /States/S/Retry[0]"),
    ] {
        assert_eq!(retry(retrier.clone()), [expected], "{retrier}");
    }
    let two = json!([{"ErrorEquals": ["States.ALL"], "Next": "S"}, {"ErrorEquals": ["A"], "Next": "S"}]);
    refused(
        "JSONPath",
        with(lambda(), "Catch", two),
        "'States.ALL' must appear in the last element at /States/S/Catch[0]/ErrorEquals",
    );
}

#[test]
fn maps() {
    let map = |field: &str, value: Value, mode: Value| {
        let processor =
            json!({"ProcessorConfig": mode, "StartAt": "P", "States": {"P": {"Type": "Succeed"}}});
        with(json!({"Type": "Map", "ItemProcessor": processor}), field, value)
    };
    let distributed = || json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let reader = json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "MaxItems": 1, "MaxItemsPath": "$.m"}});
    refused(
        "JSONPath",
        map("ItemReader", reader, distributed()),
        "There should only be one of the following fields: [MaxItems, MaxItemsPath] at /States/S/ItemReader/ReaderConfig",
    );
    refused(
        "JSONPath",
        map("Label", json!("a"), json!({"Mode": "INLINE"})),
        "Field 'Label' is not supported at /States/S",
    );
    refused(
        "JSONPath",
        map("ToleratedFailurePercentage", json!(101), distributed()),
        "Maximum value is 100.0 at /States/S/ToleratedFailurePercentage",
    );
    refused(
        "JSONPath",
        map("MaxConcurrency", json!(-1), distributed()),
        "Minimum value is 0 at /States/S/MaxConcurrency",
    );
    refused(
        "JSONPath",
        map("MaxConcurrency", json!(1), json!({"Mode": "DISTRIBUTED"})),
        "These fields are required: [ExecutionType] at /States/S/ItemProcessor/ProcessorConfig",
    );
    taken("JSONata", map("Items", json!([1, "{% $x %}"]), distributed()));
}

#[test]
fn what_an_express_state_machine_cannot_call() {
    let express = |resource: &str| {
        let machine = one("JSONPath", with(lambda(), "Resource", json!(resource)));
        validate_value(&machine, WorkflowKind::Express).iter().map(Diagnostic::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        express("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
        [
            "SCHEMA_VALIDATION_FAILED: Express state machine does not support '.waitForTaskToken' service integration at /States/S/Resource"
        ]
    );
    assert_eq!(express("arn:aws:states:::sqs:sendMessage"), [""; 0]);
}

#[test]
fn warnings() {
    let codes = |definition: Value| lint(&definition).iter().map(|found| found.code).collect::<Vec<_>>();
    assert_eq!(codes(one("JSONPath", lambda())), [Code::TaskWithoutRetry, Code::WholeResponse]);
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    assert_eq!(
        codes(
            json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("B"), "C": pass("D"), "D": {"Type": "Succeed"}}})
        ),
        [Code::LoopWithoutExit, Code::LoopWithoutExit, Code::UnreachableState, Code::UnreachableState]
    );
    assert_eq!(
        codes(one("JSONata", json!({"Type": "Pass", "Output": "{% ($y := 1; $sum($x) + $y) %}"}))),
        [Code::UnknownVariable]
    );
    assert_eq!(
        codes(one("JSONata", json!({"Type": "Pass", "Assign": {"x": 1}, "Output": "{% $sum($x) %}"}))),
        []
    );
    assert_eq!(codes(one("JSONPath", json!({"Type": "Pass", "Parameters": {"a": "$.b"}}))), [Code::NoDollar]);
    assert_eq!(
        codes(one("JSONPath", json!({"Type": "Pass", "Result": {"a.$": "$.b"}}))),
        [Code::PassResultIsStatic]
    );
    assert_eq!(
        codes(one("JSONata", json!({"Type": "Choice", "Choices": []}))),
        [Code::LoopWithoutExit, Code::ChoiceWithoutDefault]
    );
}
