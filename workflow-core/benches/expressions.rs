//! What an evaluation costs: the expressions of loops, on small and on large data.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use workflow_core::{
    FixedScope,
    jsonata::{Environment, Expression},
    jsonpath::Path,
};

fn expressions(criterion: &mut Criterion) {
    let orders: Vec<Value> =
        (0..1_000).map(|id| json!({"id": id, "cents": id * 3, "tags": ["a", "b"]})).collect();
    let variables = json!({"index": 7, "total": 21, "orders": orders, "order": {"id": "o-1", "cents": 250}});
    let scope = FixedScope::new(variables.as_object().cloned().unwrap_or_default());
    let input = json!({"limit": 100, "customer": {"name": "Ann"}, "orders": orders});
    let environment = Environment::new(&input, &scope);

    let mut group = criterion.benchmark_group("jsonata");
    for source in [
        "$index + 1",
        "$index < $count($orders)",
        "$orders[$index]",
        "$states.input.customer.name",
        "'Order ' & $order.id & ' of ' & $states.input.customer.name",
        "{'id': $order.id, 'total': $total + $order.cents}",
        "$string($order.id)",
        "$sum($states.input.orders.cents)",
        "$map($states.input.orders, function($o) { $o.cents })",
    ] {
        let expression = Expression::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        group.bench_function(source, |bencher| bencher.iter(|| expression.evaluate(black_box(&environment))));
    }
    group.bench_function("parse", |bencher| {
        bencher.iter(|| Expression::parse(black_box("{'id': $order.id, 'total': $total + $order.cents}")));
    });
    group.finish();

    let mut group = criterion.benchmark_group("jsonpath");
    for source in ["$.customer.name", "$.orders[*].cents", "$.orders[?(@.cents > 1500)]"] {
        let path = Path::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        group.bench_function(source, |bencher| bencher.iter(|| path.apply(black_box(&input)).map(|_| ())));
    }
    group.finish();
}

criterion_group!(benches, expressions);
criterion_main!(benches);
