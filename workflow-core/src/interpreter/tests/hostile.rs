//! Definitions and inputs that nobody meant: no panic, no hang, no memory without end.

use serde_json::Map;

use super::*;

/// Runs with limits that end whatever does not end by itself.
fn survive(definition: &Value, input: Value) {
    if let Ok(machine) = StateMachine::from_value(definition) {
        let interpreter =
            Interpreter::test().max_steps(2_000).fallback(|call: &TaskCall<'_>| match call.retry {
                0 => Answer::failure("Broken", "first"),
                _ => Answer::value(call.input.clone()),
            });
        let execution = interpreter.run_blocking(&machine, input);
        assert!(execution.steps() <= 2_001);
    }
}

fn nested(levels: usize, inner: Value, wrap: impl Fn(Value) -> Value) -> Value {
    (0..levels).fold(inner, |value, _| wrap(value))
}

#[test]
fn deep_and_huge_documents_are_errors() {
    let deep = "[".repeat(100_000);
    assert!(StateMachine::parse(&deep).is_err());
    assert!(StateMachine::parse(&" ".repeat(2_000_000)).unwrap_err().message.contains("bytes"));
    let machine = machine(json!({ "A": { "Type": "Pass", "End": true } }));
    assert!(Interpreter::test().run_text(&machine, &deep).aborted().is_some());
    let pass = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } });
    let definition = nested(
        60,
        pass,
        |branch| json!({ "StartAt": "A", "States": { "A": { "Type": "Parallel", "Branches": [branch], "End": true } } }),
    );
    assert!(StateMachine::from_value(&definition).unwrap_err().message.contains("nest"));
}

#[test]
fn data_that_doubles_with_each_state_ends() {
    let machine = jsonata(json!({
        "A": { "Type": "Pass", "Output": { "a": "{% $states.input %}", "b": "{% $states.input %}" }, "Next": "A" }
    }));
    assert_eq!(run(&machine, json!({})).error(), Some("States.DataLimitExceeded"));
    let machine = jsonata(json!({
        "A": { "Type": "Pass", "Assign": { "all": "x" }, "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "all": "{% $all & $all %}" }, "Next": "B" }
    }));
    assert_eq!(run(&machine, json!({})).error(), Some("States.DataLimitExceeded"));
}

#[test]
fn data_that_nests_deeper_with_each_state_ends() {
    let machine =
        jsonata(json!({ "A": { "Type": "Pass", "Output": { "a": "{% $states.input %}" }, "Next": "A" } }));
    assert_eq!(run(&machine, json!({})).error(), Some("States.DataLimitExceeded"));
    let paths = super::machine(
        json!({ "A": { "Type": "Pass", "Parameters": { "a.$": "$", "v.$": "$$.State.Name" }, "Next": "A" } }),
    );
    assert_eq!(run(&paths, json!({})).error(), Some("States.DataLimitExceeded"));
    let variables = jsonata(json!({
        "A": { "Type": "Pass", "Assign": { "v": [] }, "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "v": ["{% $v %}"] }, "Next": "B" }
    }));
    assert_eq!(run(&variables, json!({})).error(), Some("States.DataLimitExceeded"));
}

/// A Pass state with these fields, on an input of 200,000 bytes.
fn passed(fields: Value) -> Execution {
    let mut state = json!({ "Type": "Pass", "End": true });
    for (name, field) in fields.as_object().unwrap() {
        state[name] = field.clone();
    }
    run(
        &machine(json!({ "A": state })),
        json!({ "s": "x".repeat(100_000), "t": ["y".repeat(100_000)], "a": [[[[[1]]]]] }),
    )
}

#[test]
fn what_copies_its_input_thousands_of_times_ends() {
    let fields: Map<String, Value> = (0..5_000).map(|n| (format!("f{n}.$"), json!("$"))).collect();
    for field in ["Parameters", "Assign"] {
        assert_eq!(passed(json!({ field: fields })).error(), Some("States.DataLimitExceeded"), "{field}");
    }
    let copies = vec!["$.s"; 5_000].join(",");
    let array = format!("States.Array({copies})");
    let format = format!("States.Format('{}',{copies})", "{}".repeat(5_000));
    for call in [array, format] {
        assert_eq!(passed(json!({ "Parameters": { "x.$": call } })).error(), Some("States.IntrinsicFailure"));
    }
    let jsonata = jsonata(json!({
        "A": { "Type": "Pass", "Output": vec!["{% $states.input %}"; 5_000], "End": true }
    }));
    assert_eq!(run(&jsonata, json!("x".repeat(200_000))).error(), Some("States.DataLimitExceeded"));
}

#[test]
fn paths_that_lead_everywhere_end() {
    let union = format!("$.t[{}]", vec!["0"; 5_000].join(","));
    let unions = format!("$.a{}", "[0,0,0,0,0,0,0,0]".repeat(4));
    assert_eq!(passed(json!({ "Parameters": { "x.$": union } })).status(), Status::Failed);
    assert_eq!(passed(json!({ "Parameters": { "x.$": unions } })).status(), Status::Succeeded);
    let wide: Value = vec![json!({ "b": vec![json!({ "c": 1 }); 30] }); 30].into();
    let machine = machine(json!({ "A": {
        "Type": "Pass", "Parameters": { "x.$": "$..[?($..[?($..[?($..[?(@.c > 3)])])])]" }, "End": true
    }}));
    run(&machine, wide);
}

#[test]
fn results_larger_than_any_state_may_have_are_dropped() {
    let machine = machine(json!({ "A": {
        "Type": "Map", "ItemsPath": "$.a", "ItemSelector": { "s.$": "$.s" }, "End": true,
        "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }
    }}));
    let input = json!({ "a": vec![1; 3_000], "s": "x".repeat(100_000) });
    assert_eq!(run(&machine, input).error(), Some("States.DataLimitExceeded"));
}

#[test]
fn items_out_of_nothing_end() {
    let machine = jsonata(json!({ "A": {
        "Type": "Map", "Items": "{% [1..500000] %}", "End": true,
        "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }
    }}));
    assert_eq!(run(&machine, json!({})).error(), Some("States.DataLimitExceeded"));
}

#[test]
fn maps_in_maps_end() {
    let items = json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let pass = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } });
    let definition = nested(8, pass, |processor| {
        json!({ "StartAt": "A", "States": { "A": {
            "Type": "Map", "ItemsPath": "$$.Execution.Input", "ItemProcessor": processor, "End": true
        }}})
    });
    survive(&definition, items);
}

/// A definition with everything in it, to be spoilt.
fn everything() -> Value {
    json!({ "StartAt": "A", "TimeoutSeconds": 900, "States": {
        "A": { "Type": "Pass", "Parameters": { "x.$": "States.Format('{}', $.a)", "c.$": "$$.Execution.Id" },
            "ResultPath": "$.p", "Assign": { "v.$": "$.x" }, "Next": "B" },
        "B": { "Type": "Choice", "Choices": [
            { "And": [{ "Variable": "$.p.x", "StringMatches": "*1*" }, { "Variable": "$.a", "IsNumeric": true }], "Next": "C" },
            { "Not": { "Variable": "$v", "StringGreaterThanPath": "$.p.c" }, "Next": "D" }], "Default": "D" },
        "C": { "Type": "Wait", "SecondsPath": "$.a", "Next": "D" },
        "D": { "Type": "Task", "QueryLanguage": "JSONata", "Resource": WORK, "Arguments": { "n": "{% $states.input.a + 1 %}" },
            "TimeoutSeconds": "{% 10 %}", "Output": "{% $merge([$states.input, {'list': [1..3]}]) %}",
            "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "MaxDelaySeconds": 5, "JitterStrategy": "FULL" }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "F" }], "Next": "E" },
        "E": { "Type": "Map", "ItemsPath": "$.list", "MaxConcurrency": 2, "ItemSelector": { "i.$": "$$.Map.Item.Value" },
            "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED" }, "StartAt": "G", "States": {
                "G": { "Type": "Parallel", "ResultSelector": { "r.$": "$[0]" }, "End": true, "Branches": [
                    { "StartAt": "H", "States": { "H": { "Type": "Succeed" } } }] } } },
            "ToleratedFailurePercentage": 50, "End": true },
        "F": { "Type": "Fail", "ErrorPath": "$.Error", "Cause": "spoilt" }
    }})
}

/// Changes one place of a value.
fn spoil(value: &mut Value, random: &mut fastrand::Rng) {
    let deeper = random.u8(..) > 40;
    match value {
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let place = random.usize(..fields.len());
            if let Some((_, field)) = fields.iter_mut().nth(place) {
                spoil(field, random);
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let place = random.usize(..items.len());
            spoil(&mut items[place], random);
        }
        Value::String(text) if random.bool() => {
            let mut characters: Vec<char> = text.chars().collect();
            let place = random.usize(..=characters.len());
            match random.u8(..4) {
                0 if place < characters.len() => drop(characters.remove(place)),
                1 => characters.insert(
                    place,
                    *random.choice(&['$', '.', '[', ']', '\'', '{', '%', '(', '*', '\u{1F600}']).unwrap(),
                ),
                2 => characters.truncate(place),
                _ => characters.extend_from_within(..place),
            }
            *text = characters.into_iter().collect();
        }
        value => {
            let replacements = [
                json!(null),
                json!(true),
                json!(-1),
                json!(1e300),
                json!(0.5),
                json!(""),
                json!("$"),
                json!("$.a..b[?(@.x)]"),
                json!("{% $f := function($n) { $f($n) }; $f(1) %}"),
                json!([]),
                json!({}),
                json!("A"),
                json!([[[1]]]),
            ];
            *value = random.choice(replacements).unwrap();
        }
    }
}

#[test]
fn spoilt_definitions_are_survived() {
    let sound = everything();
    let mut inputs: Map<String, Value> = Map::new();
    inputs.insert("a".to_owned(), json!(1));
    assert_eq!(run(&StateMachine::from_value(&sound).unwrap(), json!(inputs)).status(), Status::Succeeded);
    for seed in 0..1_500 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut definition, mut input) = (sound.clone(), json!(inputs));
        for _ in 0..random.usize(1..4) {
            spoil(&mut definition, &mut random);
        }
        if random.bool() {
            spoil(&mut input, &mut random);
        }
        let outcome = std::panic::catch_unwind(|| survive(&definition, input.clone()));
        assert!(outcome.is_ok(), "seed {seed}: {definition} on {input}");
    }
}
