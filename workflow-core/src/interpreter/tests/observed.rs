//! What is told of the expressions that are evaluated.

use std::sync::{Arc, Mutex};

use super::*;

/// What an expression in a Pass state is told to have read.
fn read_by(expression: &str) -> Value {
    let machine = jsonata(json!({
        "A": { "Type": "Pass", "Assign": { "seen": 1, "unseen": 2 }, "Next": "B" },
        "B": { "Type": "Pass", "Output": expression, "End": true }
    }));
    let told = Arc::new(Mutex::new(Value::Null));
    let last = Arc::clone(&told);
    let interpreter =
        Interpreter::test().observing(move |evaluation| *last.lock().unwrap() = evaluation.bindings());
    interpreter.run_blocking(&machine, json!({ "n": 1 })).output().unwrap();
    told.lock().unwrap().clone()
}

#[test]
fn an_expression_is_told_with_what_it_reads_alone() {
    assert_eq!(read_by("{% 1 + 1 %}"), json!({ "states": {} }));
    assert_eq!(read_by("{% $seen %}"), json!({ "seen": 1, "states": {} }));
    assert_eq!(read_by("{% $states.input.n %}"), json!({ "states": { "input": { "n": 1 } } }));
    let context = read_by("{% $states.context.State.Name %}");
    assert_eq!(context["states"]["context"]["State"]["Name"], "B");
    assert_eq!(context["states"].get("input"), None);
    let whole = read_by("{% $count($keys($states)) %}");
    assert_eq!(
        (&whole["states"]["input"], whole["states"]["context"].is_object()),
        (&json!({ "n": 1 }), true)
    );
}
