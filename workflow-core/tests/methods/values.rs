//! Branches, blocks, tuples, structs and enums as values.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{INTS, pairs, rows};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
enum Shape {
    Dot,
    Circle { radius: i64 },
    Square(i64),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Order {
    id: String,
    cents: i64,
    shape: Shape,
    note: Option<String>,
}

const SHAPES: &[&str] = &[r#""Dot""#, r#"{"Circle":{"radius":2}}"#, r#"{"Square":3}"#];
const ORDERS: &[&str] =
    &[r#"{"id":"a","cents":5,"shape":"Dot"}"#, r#"{"id":"b","cents":-5,"shape":{"Square":3},"note":"n"}"#];

rows! {
    blocks(x: i64) -> i64 { let y = { let z = x + 1; z * z }; let y = if y > 4 { let w = y - 1; w * 2 } else { y }; y } ["0", "3", "-3"];
    matched(shape: Shape) -> i64 { match shape { Shape::Dot => 0, Shape::Circle { radius } if radius > 1 => radius * 3, Shape::Circle { .. } => 1, Shape::Square(side) => { let area = side * side; area } } } SHAPES;
    mapped(shapes: Vec<Shape>) -> Vec<i64> { shapes.iter().map(|shape| match shape { Shape::Dot => 0, Shape::Circle { radius } => *radius, Shape::Square(side) => side * side }).collect() } ["[]", r#"["Dot"]"#, r#"["Dot",{"Circle":{"radius":2}},{"Square":3}]"#];
    made(xs: Vec<i64>) -> Vec<Shape> { xs.iter().map(|x| if *x == 0 { Shape::Dot } else if *x > 0 { Shape::Square(*x) } else { Shape::Circle { radius: -x } }).collect() } INTS;
    made_by_path(xs: Vec<i64>) -> Vec<Shape> { xs.into_iter().map(Shape::Square).collect() } INTS;
    updated(order: Order) -> Order { Order { cents: order.cents + 1, note: Some("new".to_string()), ..order.clone() } } ORDERS;
    equal(a: Shape, b: Shape) -> (bool, bool) { (a == b, a != Shape::Dot) } pairs(["a", "b"], SHAPES, SHAPES);
    tuples(x: i64, y: i64) -> (bool, bool, i64) { let pair = (x, y); (pair < (2, 0), pair == (1, 1), pair.0 - pair.1) } pairs(["x", "y"], &["1", "2"], &["-1", "1"]);
    fields(orders: Vec<Order>) -> Vec<(String, bool)> { orders.iter().map(|order| (order.id.to_uppercase(), order.note.is_some())).collect() } ["[]", r#"[{"id":"a","cents":5,"shape":"Dot"}]"#];
    filled(text: String) -> String { format!("[{text:>6}|{:<6}|{:6}|{:.2}]", text, text, text) } [r#""""#, r#""ab""#, r#""abcdefgh""#, r#""ß😀""#];
    filled_numbers(x: i64) -> String { format!("[{x:5}|{:<5}|{:05}|{x:*>6}|{:+}]", x, x, x) } ["0", "42", "-42", "123456"];
    hexadecimal(x: u32) -> String { format!("{x:x} {x:X} {x:b} {x:08b} {x:o}") } ["0", "10", "255"];
}
