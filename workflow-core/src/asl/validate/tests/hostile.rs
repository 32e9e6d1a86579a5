//! Definitions that nobody would write.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::json;

use super::super::{lint, read, validate};
use crate::WorkflowKind;

/// Definitions with a part replaced by something else, and texts cut anywhere.
#[test]
fn no_definition_makes_the_validator_panic() {
    let parts = proptest::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!("x"),
        json!("{% %}"),
        json!("{% $x( %}"),
        json!("$.["),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"": {}}),
        json!([{"ErrorEquals": 1}]),
        json!({"Type": "Map", "ItemProcessor": []}),
        json!("States.Format('"),
        json!("é😀"),
        json!({"Type": "Parallel", "Branches": [{}, 1]}),
        json!({"Type": "Choice", "Choices": [{"Not": {"And": [1, {}]}}]}),
    ]);
    let base = json!({"StartAt": "A", "QueryLanguage": "JSONata", "TimeoutSeconds": 1, "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"a": ["{% $states.input.x %}"]}, "Retry": [{"ErrorEquals": ["A"], "BackoffRate": 1.5}],
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "Assign": {"e": "{% $states.errorOutput %}"}}], "Credentials": {"RoleArn": "x"}, "Next": "B"},
        "B": {"Type": "Map", "ItemReader": {"Resource": "arn:x", "ReaderConfig": {"MaxItems": 1}}, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
              "StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "D"}]}, "D": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "End": true}}}, "End": true}}});
    let (text, (_, places)) = (base.to_string(), read(&base.to_string()).unwrap());
    let mut ranges: Vec<_> = places.values().collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { cases: 600, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, seed)
        .run(&(proptest::sample::select(ranges), parts, 0..text.len()), |(range, part, cut)| {
            let edited = format!("{}{part}{}", &text[..range.start], &text[range.end..]);
            for kind in [WorkflowKind::Standard, WorkflowKind::Express] {
                validate(&edited, kind);
            }
            if let Ok((definition, _)) = read(&edited) {
                lint(&definition);
            }
            prop_assert!(!validate(&text[..cut], WorkflowKind::Standard).is_empty());
            Ok(())
        })
        .unwrap();
    assert!(!validate(&"[".repeat(100_000), WorkflowKind::Standard).is_empty());
    assert!(!validate("{\"a\": \"\\ud800\"}", WorkflowKind::Standard).is_empty());
    assert!(!validate("{\"a\": 1e999999}", WorkflowKind::Standard).is_empty());
}
