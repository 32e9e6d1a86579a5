//! The rules for a Map state in `DISTRIBUTED` mode, and for one that is not.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>)

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    asl::{Distributed, Map, State},
    distributed::label_problem,
};

use super::Problem;

pub(super) fn fields(name: &str, map: &Map, problems: &mut Vec<Problem>) {
    let state = || name.to_owned();
    if map.items.is_null() == map.item_reader.is_none() {
        problems.push(Problem::ItemSource { state: state() });
    }
    let none = Distributed::default();
    let fields = map.distributed.as_deref().unwrap_or(&none);
    let there = [
        ("ItemReader", map.item_reader.is_some()),
        ("ItemBatcher", fields.item_batcher.is_some()),
        ("Label", fields.label.is_some()),
        ("ToleratedFailureCount", fields.tolerated_failure_count.is_some()),
        ("ToleratedFailurePercentage", fields.tolerated_failure_percentage.is_some()),
        ("ResultWriter", fields.result_writer.is_some()),
    ];
    if map.item_processor.processor_config.is_none() {
        let there = there.into_iter().filter(|(_, there)| *there);
        problems.extend(there.map(|(field, _)| Problem::NotDistributed { state: state(), field }));
    }
    let out_of_range = |field, value: String, allowed| Problem::OutOfRange {
        state: Some(name.to_owned()),
        field,
        value,
        allowed,
    };
    if let Some(percentage) = &fields.tolerated_failure_percentage
        && !percentage.as_f64().is_some_and(|percentage| (0.0..=100.0).contains(&percentage))
    {
        problems.push(out_of_range("ToleratedFailurePercentage", percentage.to_string(), "from 0 to 100"));
    }
    if let Some(batcher) = &fields.item_batcher
        && let Value::Number(size) = &batcher.max_items_per_batch
        && size.as_u64().is_none_or(|size| size == 0)
    {
        problems.push(out_of_range("MaxItemsPerBatch", size.to_string(), "at least 1"));
    }
    if let Some(problem) = fields.label.as_deref().and_then(label_problem) {
        problems.push(Problem::IllegalLabel { state: state(), problem });
    }
}

/// No two labels are the same.
pub(super) fn labels(states: &[&(String, State)], problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (_, state) in states {
        let State::Map(map) = state else { continue };
        if let Some(label) = map.distributed.as_ref().and_then(|fields| fields.label.as_ref())
            && !seen.insert(label)
        {
            problems.push(Problem::DuplicateLabel { label: label.clone() });
        }
    }
}
