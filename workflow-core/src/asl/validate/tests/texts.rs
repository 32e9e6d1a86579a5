//! Texts inside and outside of definitions: expressions, paths, JSON, times.

use serde_json::json;

use super::{
    super::{Code, read, validate, values::is_timestamp},
    lambda, refused, taken, with,
};
use crate::WorkflowKind;

#[test]
fn expressions_are_parsed_where_they_stand() {
    let output = |expression: &str| json!({"Type": "Pass", "Output": {"v": [expression]}});
    refused("JSONata", output("{% 1 + %}"), "Unexpected end of expression at /States/S/Output/v[0]");
    refused(
        "JSONata",
        output("{% \"open %}"),
        "String literal must be terminated by a matching quote at /States/S/Output/v[0]",
    );
    refused(
        "JSONata",
        output("{% phone.number %}"),
        "Reference to 'phone' at the top level is not supported. at /States/S/Output/v[0]",
    );
    refused(
        "JSONata",
        output("{% $$ %}"),
        "Reference to '$$' at the top level is not supported. at /States/S/Output/v[0]",
    );
    refused(
        "JSONata",
        output("{% $ %}"),
        "Reference to '$' at the top level is not supported. at /States/S/Output/v[0]",
    );
    refused(
        "JSONata",
        output("{% 1"),
        "An expression starts with '{%' and ends with '%}' at /States/S/Output/v[0]",
    );
    for expression in [
        "{% $x[a = 1].b %}",
        "{% $map($x, function($v) { $v.a }) %}",
        "{% $x{a: b} %}",
        " {% 1 %} ",
        "{% $x^(a) %}",
        "{% $x.$ %}",
        "{% $filter($x, function($v) { $ }) %}",
        "{% $states %}",
    ] {
        taken("JSONata", output(expression));
    }
    let task =
        |field: &str, text: &str| with(with(lambda(), "Arguments", json!({})), field, json!({"a": text}));
    taken("JSONata", task("Output", "{% $states.result.Payload %}"));
    taken("JSONata", task("Assign", "{% $states.result.Payload %}"));
    refused(
        "JSONata",
        task("Arguments", "{% $states.result %}"),
        "Reference to '$states.result' in this field is not supported. at /States/S/Arguments/a",
    );
    refused(
        "JSONata",
        task("Output", "{% $states.errorOutput %}"),
        "Reference to '$states.errorOutput' in this field is not supported. at /States/S/Output/a",
    );
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "S"}]);
    taken("JSONata", with(lambda(), "Catch", catch));
}

#[test]
fn paths_and_payload_templates() {
    let parameters = |value: &str| json!({"Type": "Pass", "Parameters": {"a": [{"b.$": value}]}});
    for value in ["$.a", "$$.Execution.Id", "$v.a", "States.Array(1)", "$..a[?(@.b > 1)]"] {
        taken("JSONPath", parameters(value));
    }
    let eleven = format!("{}1{}", "States.Array(".repeat(11), ")".repeat(11));
    for value in ["a", "$.", "States.Nope()", "{% 1 %}", &eleven] {
        refused(
            "JSONPath",
            parameters(value),
            "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/a[0]/b.$",
        );
    }
    refused(
        "JSONPath",
        json!({"Type": "Pass", "ResultPath": "$..a"}),
        "Value is not a Reference Path at /States/S/ResultPath",
    );
    taken("JSONPath", json!({"Type": "Pass", "ResultPath": null, "InputPath": "$$", "OutputPath": "$v"}));
    refused(
        "JSONPath",
        json!({"Type": "Wait", "SecondsPath": "$.n[*]"}),
        "Value is not a Reference Path at /States/S/SecondsPath",
    );
    taken("JSONPath", json!({"Type": "Wait", "SecondsPath": "$$.Map.Item.Index"}));
    taken("JSONPath", json!({"Type": "Pass", "InputPath": "States.StringToJson($.text)"}));
    refused(
        "JSONPath",
        json!({"Type": "Pass", "InputPath": "States.Nope($.text)"}),
        "Value is not a valid intrinsic function call at /States/S/InputPath",
    );
    // What a deployment fills in may be of any type.
    taken("JSONPath", json!({"Type": "Wait", "Seconds": "${Pause}"}));
    taken(
        "JSONPath",
        json!({"Type": "Fail", "CausePath": "States.Format('{}', $.a)", "ErrorPath": "$$.State.Name"}),
    );
    refused(
        "JSONPath",
        json!({"Type": "Pass", "Assign": {"states": 1}}),
        "The variable name 'states' is reserved at /States/S/Assign",
    );
}

#[test]
fn text_that_is_no_json_is_located() {
    let first = |text: &str| validate(text, WorkflowKind::Standard).remove(0);
    for (text, message, column) in [
        (
            "{\"a\": nope}",
            "Unrecognized token 'nope': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            11,
        ),
        (
            "{\"a\": 1,}",
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            10,
        ),
        (
            "{\"a\" 1}",
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            7,
        ),
        ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 5),
    ] {
        let found = first(text);
        assert_eq!(found.code, Code::InvalidJsonDescription);
        assert_eq!(
            found.message,
            format!("{message}\n at [Source: (String)\"{text}\"; line: 1, column: {column}]"),
            "{text}"
        );
    }
    assert_eq!(first("{").code, Code::InvalidJsonDescription);
    assert_eq!(first(" ").code, Code::MissingDescription);
    assert_eq!(first("[]").code, Code::SchemaValidationFailed);
}

#[test]
fn fields_keep_their_places() {
    let text = "{\n  \"States\": {\"A b\": {\"Retry\": [1, {\"x\": 2}]}}\n}";
    let (_, places) = read(text).unwrap();
    let name = |location: &str| &text[places.get(location).unwrap().name.clone()];
    assert_eq!(name("/States/A b"), "\"A b\"");
    assert_eq!(name("/States/A b/Retry[1]"), "{\"x\": 2}");
    assert_eq!(name("/States/A b/Retry[1]/missing"), "{\"x\": 2}");
    assert_eq!(name("/Nope"), text);
}

#[test]
fn times() {
    for text in ["2016-03-14T01:59:00Z", "2016-03-05T21:29:29.243167252Z", "2024-02-29T23:59:59+05:30"] {
        assert!(is_timestamp(text), "{text}");
    }
    for text in [
        "05-12-2016T21:29:29Z",
        "2016-12-05T25:29:29Z",
        "2016-12-05 21:29:29Z",
        "2016-12-05T21:29:29",
        "2023-02-29T00:00:00Z",
        "T",
        "2016-12-05T21:29:29é",
    ] {
        assert!(!is_timestamp(text), "{text}");
    }
}
