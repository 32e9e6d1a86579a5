//! What the executor adds to a workflow of four tasks, beside the same workflow written by hand.
//!
//! Both pass JSON text at every task's boundary, as a deployed workflow does.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's own items have no docs; a benchmark may panic"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use workflow_core::{Start, prelude::*};

#[derive(Clone, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    customer: Customer,
    items: Vec<Item>,
    total_cents: u64,
    note: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Customer {
    customer_id: String,
    email: String,
    street: String,
    city: String,
}

#[derive(Clone, Serialize, Deserialize, Data)]
struct Item {
    sku: String,
    name: String,
    quantity: u32,
    cents: u64,
}

fn order() -> Order {
    let item =
        |sku: &str, name: &str, quantity, cents| Item { sku: sku.into(), name: name.into(), quantity, cents };
    Order {
        order_id: "4f6c1c5e-7d0b-4a53-9f2e-3d8b8d1d2f11".into(),
        customer: Customer {
            customer_id: "c-20931".into(),
            email: "ada@example.com".into(),
            street: "12 Analytical Row".into(),
            city: "London".into(),
        },
        items: vec![
            item("KB-87-ISO", "Keyboard, 87 keys", 1, 12_900),
            item("CB-USB-C-2M", "USB-C cable, 2 m", 3, 1_450),
            item("MS-OPT-01", "Optical mouse", 1, 3_900),
        ],
        total_cents: 21_150,
        note: Some("Leave at the back door.".into()),
    }
}

#[task]
async fn check(order: Order) -> Result<Order, PlatformError> {
    handler(order).await
}

#[task]
async fn reserve(order: Order) -> Result<Order, PlatformError> {
    handler(order).await
}

#[task]
async fn charge(order: Order) -> Result<Order, PlatformError> {
    handler(order).await
}

#[task]
async fn ship(order: Order) -> Result<Order, PlatformError> {
    handler(order).await
}

/// The work of every task: next to none, so that the boundary is what is measured.
async fn handler(mut order: Order) -> Result<Order, PlatformError> {
    order.total_cents += 1;
    Ok(order)
}

#[workflow]
async fn fulfil(order: Order) -> Result<Order, PlatformError> {
    let order = check(order).await?;
    let order = reserve(order).await?;
    let order = charge(order).await?;
    let order = ship(order).await?;
    Ok(order)
}

/// A task's boundary by hand.
async fn through_text<A: Serialize, T: DeserializeOwned + Serialize, R: DeserializeOwned, F>(
    arguments: &A,
    handler: impl Fn(T) -> F,
) -> Result<R, PlatformError>
where
    F: Future<Output = Result<T, PlatformError>>,
{
    let failed = |error: serde_json::Error| PlatformError::TaskFailed(error.to_string());
    let payload = serde_json::to_string(arguments).map_err(failed)?;
    let output = handler(serde_json::from_str(&payload).map_err(failed)?).await?;
    let result = serde_json::to_string(&output).map_err(failed)?;
    serde_json::from_str(&result).map_err(failed)
}

async fn by_hand(order: Order) -> Result<Order, PlatformError> {
    let order: Order = through_text(&order, handler).await?;
    let order: Order = through_text(&order, handler).await?;
    let order: Order = through_text(&order, handler).await?;
    let order: Order = through_text(&order, handler).await?;
    Ok(order)
}

/// The same with JSON text as input and output, as an execution has it.
async fn by_hand_from_text(input: &str) -> Result<String, PlatformError> {
    let failed = |error: serde_json::Error| PlatformError::TaskFailed(error.to_string());
    let order = by_hand(serde_json::from_str(input).map_err(failed)?).await?;
    serde_json::to_string(&order).map_err(failed)
}

fn benchmark(criterion: &mut Criterion) {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let input = serde_json::to_string(&order()).unwrap();
    let mut group = criterion.benchmark_group(format!("four tasks, {} bytes", input.len()));
    group.bench_function("by hand", |bencher| {
        bencher.to_async(runtime()).iter(|| async { by_hand_from_text(black_box(&input)).await.unwrap() });
    });
    group.bench_function("by hand, typed ends", |bencher| {
        let order = order();
        bencher.to_async(runtime()).iter(|| async { by_hand(black_box(&order).clone()).await.unwrap() });
    });
    for (name, executor) in
        [("executor, real time", Executor::new()), ("executor, virtual time", Executor::test())]
    {
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime()).iter(|| async {
                let execution = executor.run(Start::<fulfil>::from_json(black_box(&input).as_str())).await;
                assert!(execution.outcome().output.is_some());
                execution
            });
        });
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
