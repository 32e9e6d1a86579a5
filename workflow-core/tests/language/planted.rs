//! Faults that lowering might have, planted into what it emits: the comparison finds each of them.

#![allow(clippy::unwrap_used, reason = "a test that does not find its states must fail")]

use serde_json::{Value, json};
use workflow_core::{
    Workflow,
    testing::{self, WorkflowFn},
};

use super::*;

/// The state machine of a workflow agrees; the one with the fault does not.
async fn finds<F: WorkflowFn<P> + Copy, P>(workflow: F, plant: impl FnOnce(&mut Value)) {
    let sound = serde_json::to_value(&<F::Workflow as Workflow>::definition().machine).unwrap();
    let agreement = || testing::agree(workflow).inputs(60).faults().exactly();
    agreement().against(sound.clone()).run().await;
    let mut faulty = sound.clone();
    plant(&mut faulty);
    assert_ne!(faulty, sound, "nothing was planted: {sound:#}");
    let found = agreement().against(faulty.clone()).check().await;
    assert!(found.is_err(), "not found: {faulty:#}");
}

/// Changes the text of every expression.
fn rewritten(machine: &mut Value, from: &str, to: &str) {
    *machine = serde_json::from_str(&machine.to_string().replace(from, to)).unwrap();
}

/// The states of a machine that are of this type, by name.
fn of_type(machine: &Value, kind: &str) -> Vec<String> {
    let states = machine["States"].as_object().unwrap();
    states.iter().filter(|(_, state)| state["Type"] == kind).map(|(name, _)| name.clone()).collect()
}

#[workflow]
async fn guarded(number: u32) -> Result<bool, PlatformError> {
    Ok(number > 1 && add(number, 1).await? > 3)
}

#[tokio::test]
async fn a_right_operand_that_is_always_awaited_is_found() {
    finds(guarded, |machine| {
        let call = of_type(machine, "Task")[0].clone();
        let first = machine["StartAt"].as_str().unwrap().to_owned();
        machine["States"][&first]["Choices"][0]["Next"] = json!(call);
        machine["States"][&first]["Default"] = json!(call);
    })
    .await;
}

#[workflow]
async fn doubled(numbers: Vec<u32>) -> Vec<u32> {
    numbers.iter().map(|number| number * 2).collect()
}

#[tokio::test]
async fn a_list_of_one_that_becomes_its_element_is_found() {
    finds(doubled, |machine| {
        rewritten(machine, "$append([], ", "(");
        rewritten(machine, "[])", ")");
    })
    .await;
}

#[tokio::test]
async fn what_is_found_is_made_small() {
    let sound = serde_json::to_value(&<doubled as Workflow>::definition().machine).unwrap();
    let mut faulty = sound.clone();
    rewritten(&mut faulty, "$append([], ", "(");
    rewritten(&mut faulty, "[])", ")");
    let found = testing::agree(doubled).inputs(60).seed(3).against(faulty).check().await.unwrap_err();
    assert_eq!(found.input(), "[0]");
    assert!(found.faults().is_empty());
    let [difference] = found.differences() else { panic!("{found}") };
    assert_eq!(difference, "the output is [0], and 0 of the state machine");
}

#[workflow]
async fn caught(order: Order) -> Result<String, ShopError> {
    match charge(&order).await {
        Ok(receipt) => Ok(receipt),
        Err(ShopError::SoldOut) => Ok(send("sold out".to_owned()).await?),
        Err(ShopError::Declined { reason }) => Ok(reason),
        Err(_) => Ok("anything else".to_owned()),
    }
}

fn catchers(machine: &mut Value) -> &mut Vec<Value> {
    machine["States"]["Charge"]["Catch"].as_array_mut().unwrap()
}

#[tokio::test]
async fn a_catcher_of_everything_before_a_named_one_is_found() {
    finds(caught, |machine| {
        let catchers = catchers(machine);
        assert_eq!(catchers.last().unwrap()["ErrorEquals"], json!(["States.ALL"]));
        catchers.rotate_right(1);
    })
    .await;
}

#[tokio::test]
async fn catchers_in_the_wrong_order_are_found() {
    finds(caught, |machine| {
        // The names stay where they are; what is done about them changes places.
        let catchers = catchers(machine);
        let names = catchers[0]["ErrorEquals"].take();
        catchers[0]["ErrorEquals"] = catchers[1]["ErrorEquals"].take();
        catchers[1]["ErrorEquals"] = names;
    })
    .await;
}

#[workflow]
async fn counted(limit: u32) -> Result<u32, PlatformError> {
    let mut total = 0;
    let mut turns = 0;
    while total < limit {
        total = add(total, 10).await?;
        turns += 1;
    }
    add(total, turns).await
}

#[tokio::test]
async fn a_condition_that_is_tested_once_is_found() {
    finds(counted, |machine| {
        let choice = of_type(machine, "Choice")[0].clone();
        let turn = machine["States"][&choice]["Choices"][0]["Next"].as_str().unwrap().to_owned();
        assert_eq!(machine["States"][&turn]["Next"], json!(choice));
        machine["States"][&turn]["Next"] = json!(turn);
    })
    .await;
}

#[tokio::test]
async fn a_lost_assignment_is_found() {
    finds(counted, |machine| {
        let choice = of_type(machine, "Choice")[0].clone();
        let turn = machine["States"][&choice]["Choices"][0]["Next"].as_str().unwrap().to_owned();
        machine["States"][&turn]["Assign"].as_object_mut().unwrap().remove("turns").unwrap();
    })
    .await;
}

#[workflow]
async fn two_calls(number: u32) -> Result<Vec<u32>, PlatformError> {
    let first = add(number, 1).await?;
    let second = add(number, 2).await?;
    let third = add(number, 3).await?;
    Ok(vec![first, second, third])
}

#[tokio::test]
async fn two_calls_that_share_a_variable_are_found() {
    finds(two_calls, |machine| {
        rewritten(machine, "\"second\"", "\"first\"");
        rewritten(machine, "$second", "$first");
    })
    .await;
}

/// Where a definition names the next state, and it is this one.
fn ways_to(value: &Value, state: &str, pointer: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| {
                let pointer = format!("{pointer}/{key}");
                if (key == "Next" || key == "Default") && value == state {
                    return vec![pointer];
                }
                ways_to(value, state, &pointer)
            })
            .collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(place, item)| ways_to(item, state, &format!("{pointer}/{place}"))).collect()
        }
        _ => Vec::new(),
    }
}

#[task(lambda_transients = false)]
async fn undo(receipt: String) -> String {
    receipt
}

#[workflow]
async fn undone(order: Order) -> Result<u32, ShopError> {
    let receipt = charge(&order).await?;
    defer! {
        undo(receipt.clone()).await?;
    }
    if order.cents < 3 {
        return Ok(0);
    }
    let total = add(order.cents, 1).await?;
    if total > 3 {
        return Err(ShopError::Short(total));
    }
    Ok(total)
}

#[tokio::test]
async fn a_cleanup_that_is_left_out_is_found() {
    let sound = serde_json::to_value(&<undone as Workflow>::definition().machine).unwrap();
    let after = &sound["States"]["Undo"]["Next"];
    // Every way out goes to the cleanup; each may go past it.
    let ways: Vec<String> = ways_to(&sound["States"], "Undo", "/States");
    assert!(ways.len() > 2, "{ways:?}");
    for way in ways {
        finds(undone, |machine| *machine.pointer_mut(&way).unwrap() = after.clone()).await;
    }
}

#[workflow]
async fn halved(number: u32) -> u32 {
    number / 2
}

#[tokio::test]
async fn a_division_that_keeps_its_rest_is_found() {
    finds(halved, |machine| rewritten(machine, "$floor(", "(")).await;
}

#[workflow]
async fn tried_again(order: Order) -> Result<String, ShopError> {
    charge(&order)
        .retry(Retry::on([ShopError::SHORT]).max_attempts(1))
        .retry(Retry::on([ShopError::SOLD_OUT]).max_attempts(1))
        .await
}

#[tokio::test]
async fn retriers_that_count_together_are_found() {
    finds(tried_again, |machine| {
        // Each error alone is retried as often as before.
        let mut both = machine["States"]["Charge"]["Retry"][0].clone();
        both["ErrorEquals"] = json!(["Short", "SoldOut"]);
        machine["States"]["Charge"]["Retry"] = json!([both]);
    })
    .await;
}
