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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        asl::{
            Assign, Branch, ItemBatcher, ItemReader, ProcessorConfig, ProcessorMode, QueryLanguage,
            StateMachine, Succeed, Transition, check,
        },
        distributed::ExecutionType,
    };

    use super::*;

    fn map(edit: impl FnOnce(&mut Map, &mut Distributed)) -> State {
        let done = |name: &str| (name.to_owned(), State::Succeed(Succeed { comment: None, output: None }));
        let mut fields = Distributed::default();
        let config =
            ProcessorConfig { mode: ProcessorMode::Distributed, execution_type: ExecutionType::Standard };
        let mut map = Map {
            comment: None,
            items: json!("{% $orders %}"),
            item_reader: None,
            item_selector: None,
            max_concurrency: None,
            item_processor: Branch {
                processor_config: Some(config),
                start_at: String::new(),
                states: Vec::new(),
            },
            distributed: None,
            retry: Vec::new(),
            catch: Vec::new(),
            assign: Assign::new(),
            output: None,
            transition: Transition::End,
        };
        edit(&mut map, &mut fields);
        let name = format!("Done {}", fields.label.as_deref().unwrap_or_default());
        map.item_processor.start_at.clone_from(&name);
        map.item_processor.states = vec![done(&name)];
        map.distributed = Some(Box::new(fields));
        State::Map(map)
    }

    fn problems(states: Vec<(&str, State)>) -> Vec<String> {
        let states: Vec<(String, State)> =
            states.into_iter().map(|(name, state)| (name.to_owned(), state)).collect();
        let machine = StateMachine {
            comment: None,
            query_language: QueryLanguage::Jsonata,
            start_at: states[0].0.clone(),
            timeout_seconds: None,
            states,
        };
        check(&machine, &[]).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn elements_come_from_one_place() {
        let reader = || {
            let resource = "arn:aws:states:::s3:getObject".to_owned();
            let arguments = json!({ "Bucket": "a", "Key": "b" });
            Some(Box::new(ItemReader { resource, reader_config: Default::default(), arguments }))
        };
        assert_eq!(problems(vec![("M", map(|_, _| {}))]), Vec::<String>::new());
        let both = map(|map, _| map.item_reader = reader());
        let none = map(|map, _| map.items = Value::Null);
        let said = "`M` must have its elements either from `Items` or from `ItemReader`";
        assert_eq!(problems(vec![("M", both)]), [said]);
        assert_eq!(problems(vec![("M", none)]), [said]);
    }

    #[test]
    fn fields_belong_to_their_mode_and_have_bounds() {
        let inline = map(|map, fields| {
            map.item_processor.processor_config = None;
            fields.label = Some("A".to_owned());
        });
        let bad = map(|_, fields| {
            fields.label = Some("two words".to_owned());
            fields.tolerated_failure_percentage = serde_json::Number::from_f64(100.5);
            fields.item_batcher = Some(ItemBatcher { max_items_per_batch: json!(0), batch_input: None });
        });
        assert_eq!(
            problems(vec![("M", inline)]),
            ["`M` has `Label`, which only a Map in `DISTRIBUTED` mode has"]
        );
        assert_eq!(
            problems(vec![("M", bad)]),
            [
                "`ToleratedFailurePercentage` of state `M` is 100.5; it must be from 0 to 100",
                "`MaxItemsPerBatch` of state `M` is 0; it must be at least 1",
                "`Label` of state `M`: the label `two words` holds ' ', which Step Functions does not allow in one",
            ]
        );
    }

    #[test]
    fn a_label_is_used_once() {
        let labelled = |next: Transition| {
            map(|map, fields| {
                fields.label = Some("A".to_owned());
                map.transition = next;
            })
        };
        let first = labelled(Transition::Next("N".to_owned()));
        let said = problems(vec![("M", first), ("N", labelled(Transition::End))]);
        assert!(
            said.contains(
                &"more than one Map state has the `Label` `A`; give one of them another".to_owned()
            ),
            "{said:?}"
        );
    }
}
