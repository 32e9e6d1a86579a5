//! `order-processing`: every way that verification, stock and payment may go.

mod common;

use common::{input, output, run, setup, states};
use order_workflow::{
    chance::Chance,
    workflows::order_processing::{
        CUSTOMER_ORDERS, Item, ORDER_UPDATES, Order, OrderState, ProcessingError, StockedItem, Verification,
        charge_payment, retrieve_stock_levels, verify_payment,
    },
};
use workflow_core::{
    Executor, Failure, Mock, PlatformError, Report, Status,
    services::{dynamodb, sns},
};

const WORKFLOW: &str = "order-processing";

struct Way {
    verified: bool,
    in_stock: bool,
    charged: bool,
}

fn every_way() -> Vec<Way> {
    (0..8)
        .map(|bits| Way { verified: bits & 1 == 0, in_stock: bits & 2 == 0, charged: bits & 4 == 0 })
        .collect()
}

fn stocked(items: &[Item], quantities: &[u32]) -> Vec<StockedItem> {
    let stocked = items.iter().zip(quantities).map(|(item, quantity)| StockedItem {
        item_id: item.item_id.clone(),
        price: item.price,
        item_description: item.item_description.clone(),
        quantity_in_stock: *quantity,
    });
    stocked.collect()
}

fn go(executor: Executor, way: &Way) -> Report {
    let Way { verified, in_stock, charged } = *way;
    let order: Order = serde_json::from_value(input("order-processing.json")).expect("it is an order");
    let items = stocked(&order.order_contents.items, if in_stock { &[3, 1, 2] } else { &[3, 0, 2] });
    let executor = executor
        .mock(verify_payment, Mock::value(Verification { payment_verified: verified }))
        .mock(retrieve_stock_levels, Mock::value(items));
    let refused = ProcessingError::PaymentError { reason: "insufficient funds".to_owned() };
    let executor = match charged {
        true => executor,
        false => executor.mock(charge_payment, Mock::error(refused)),
    };
    run(&executor, WORKFLOW, &input("order-processing.json"))
}

#[test]
fn every_way_ends_as_it_should() {
    for way in every_way() {
        let (tables, topics) = (dynamodb::Memory::new(), sns::Memory::new());
        let executor = setup().0.service(tables.clone()).service(topics.clone());
        let report = go(executor, &way);
        let expected = match way {
            Way { verified: false, .. } => Err("PaymentNotVerified"),
            Way { in_stock: false, .. } => Err("NotInStock"),
            Way { charged: false, .. } => Ok(OrderState::PaymentFailed),
            _ => Ok(OrderState::PaymentProcessed),
        };
        let (entries, updates) = (tables.items(CUSTOMER_ORDERS), topics.published(ORDER_UPDATES));
        match expected {
            Err(error) => {
                assert_eq!(report.outcome.error.as_deref(), Some(error));
                assert!(entries.is_empty() && updates.is_empty());
            }
            Ok(state) => {
                assert!(output(&report)["message_id"].is_string());
                let ([entry], [update]) = (&entries[..], &updates[..]) else { panic!("one of each") };
                assert_eq!((entry.state, update.state), (state, state));
                assert_eq!(entry.order_id, update.order_id);
                assert_eq!(entry.items.0.len(), 3);
                let row = &tables.raw("CustomerOrders")[0];
                assert_eq!(row["OrderTotal"], serde_json::json!({ "N": "2250" }));
                assert!(row["Items"]["S"].as_str().unwrap().starts_with(r#"[{"itemId":"item-c9f4x""#));
            }
        }
    }
}

#[test]
fn the_happy_path_has_an_entry_for_each_effect_and_one_choice() {
    let report = go(setup().0, &Way { verified: true, in_stock: true, charged: true });
    assert_eq!(
        states(&report),
        [
            "Parallel",
            "Verify Payment",
            "Retrieve Stock Levels",
            "Charge Payment",
            "Create Order Entry",
            "Publish to Interested Parties"
        ]
    );
}

#[test]
fn whatever_else_goes_wrong_fails_the_execution() {
    let gone = || Failure::new("DynamoDB.ResourceNotFoundException", "Requested resource not found");
    let cases: [(Executor, &str); 3] = [
        (setup().0.mock(verify_payment, Mock::failure(PlatformError::TIMEOUT, "")), "States.Timeout"),
        (setup().0.mock(charge_payment, Mock::failure("Bank.Closed", "it is Sunday")), "Bank.Closed"),
        (setup().0.service_fails("dynamodb:putItem", gone()), "DynamoDB.ResourceNotFoundException"),
    ];
    for (executor, error) in cases {
        let report = run(&executor, WORKFLOW, &input("order-processing.json"));
        assert_eq!(report.outcome.error.as_deref(), Some(error));
    }
}

#[test]
fn a_seed_brings_bad_luck_the_same_on_every_run() {
    let end = |seed| {
        let executor = setup().0.state(Chance::seeded(seed));
        run(&executor, WORKFLOW, &input("order-processing.json")).outcome
    };
    let ends: Vec<_> = (0..40).map(end).collect();
    assert_eq!(ends, (0..40).map(end).collect::<Vec<_>>());
    let failed = |error: &str| ends.iter().filter(|end| end.error.as_deref() == Some(error)).count();
    assert!(failed("PaymentNotVerified") > 0 && failed("NotInStock") > 0);
    assert!(ends.iter().any(|end| end.status == Status::Succeeded));
}
