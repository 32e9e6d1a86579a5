//! The store under trouble: files that cannot be used, and a database that another process holds.

mod common;

use std::time::Duration;

use common::{block_on, failure, input, output, run};
use order_workflow::{
    ids::Ids,
    store::{Mail, Shipped, Store},
    workflows::order_lifecycle::{Order, order_lifecycle},
};
use workflow_core::Executor;

fn executor(store: &Store) -> Executor {
    Executor::test().state(store.clone()).state(Ids::seeded(1))
}

#[test]
fn a_file_remembers_what_was_done() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.db");
    let order = input("order-lifecycle.json");
    let first = output(&run(&executor(&Store::open(&path).unwrap()), "order-lifecycle", &order));

    let reopened = Store::open(&path).unwrap();
    assert_eq!(reopened.orders("order-lifecycle").status("12345").unwrap().as_deref(), Some("COMPLETED"));
    let again = output(&run(&executor(&reopened).state(Ids::seeded(2)), "order-lifecycle", &order));
    assert_eq!(again, first, "the payment and the parcel of the first execution are the order's");
}

#[test]
fn reopening_does_not_refill_the_stock() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.db");
    let store = Store::open(&path).unwrap();
    store.orders("test").ship("1", [("item1", 7)], "track-1").unwrap();
    let left = store.stock("item1").unwrap();
    assert_eq!(Store::open(&path).unwrap().stock("item1").unwrap(), left);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    let notes = "not a database, however long one looks at it\n".repeat(100);
    std::fs::write(&path, &notes).unwrap();
    assert!(Store::open(&path).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
}

#[test]
fn a_locked_database_fails_the_task_as_unavailable_after_its_retries() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.db");
    let store = Store::open(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let order: Order = serde_json::from_value(input("order-lifecycle.json")).unwrap();
    let report = block_on(executor(&store).run(order_lifecycle(order.clone()))).into_report();
    assert_eq!(
        failure(&report),
        ("StoreUnavailable".to_owned(), "the store is unavailable: database is locked".to_owned())
    );
    assert_eq!(report.calls().len(), 4);
    assert!(report.elapsed <= Duration::from_secs(2 + 4 + 8), "{:?}", report.elapsed);

    other.execute_batch("ROLLBACK").unwrap();
    assert!(block_on(executor(&store).run(order_lifecycle(order))).output().is_ok());
}

#[test]
fn a_payment_is_taken_once() {
    let store = Store::in_memory().unwrap();
    let first = store.orders("test").pay("1", "payment-1", 500).unwrap();
    assert_eq!(store.orders("test").pay("1", "payment-2", 900).unwrap(), first);
}

#[test]
fn a_parcel_takes_all_of_its_items_or_none() {
    let store = Store::in_memory().unwrap();
    let before = store.stock("item1").unwrap();
    let shipped = store.orders("test").ship("1", [("item1", 1), ("item0", 1)], "track-1").unwrap();
    assert_eq!(shipped, Shipped::OutOfStock("item0".to_owned()));
    assert_eq!(store.stock("item1").unwrap(), before);
}

#[test]
fn a_mail_is_sent_once_under_its_subject() {
    let store = Store::in_memory().unwrap();
    let mail =
        |body: &str| Mail { recipient: "a@b".to_owned(), subject: "Hello".to_owned(), body: body.to_owned() };
    store.send(&mail("one")).unwrap();
    store.send(&mail("two")).unwrap();
    assert_eq!(store.mails().unwrap(), [mail("one")]);
}
