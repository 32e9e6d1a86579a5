//! Fan-out, children, state machines, generics.

use std::{collections::BTreeMap, fmt, ops::AddAssign, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- generic helpers and a trait over shapes


trait Area {
    fn area(&self) -> f64;

    fn describe(&self) -> String {
        format!("{:.1} m²", self.area())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "shape", rename_all = "lowercase")]
enum Shape {
    Rectangle { width: f64, height: f64 },
    Circle { radius: f64 },
    Compound { parts: Vec<Square> },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
struct Square(f64);

#[pure]
impl Area for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

#[pure]
impl Area for Shape {
    fn area(&self) -> f64 {
        match self {
            Shape::Rectangle { width, height } => width * height,
            Shape::Circle { radius } => std::f64::consts::PI * radius * radius,
            Shape::Compound { parts } => parts.iter().map(|p| p.area()).sum(),
        }
    }

    fn describe(&self) -> String {
        let kind = match self {
            Self::Rectangle { width, height } if width == height => "square",
            Self::Rectangle { .. } => "rectangle",
            Self::Circle { .. } => "circle",
            Self::Compound { parts } if parts.len() == 1 => "one square",
            Self::Compound { .. } => "squares",
        };
        format!("{kind} of {:.1}", self.area())
    }
}


#[pure]
fn split_at_most<T: Data + Clone>(items: &[T], most: usize) -> (Vec<T>, Vec<T>) {
    let at = most.min(items.len());
    let (left, right) = items.split_at(at);
    (left.to_vec(), right.to_vec())
}

#[task]
async fn paint(what: String, litres: u32) -> Answer<u32> {
    Ok(litres * what.len() as u32)
}

#[workflow]
async fn paint_shapes(shapes: Vec<Shape>, cans: u32) -> Answer<(u32, Vec<String>)> {
    let (now_painted, later) = split_at_most(&shapes, 3);
    let mut cost = 0;
    for shape in &now_painted {
        let litres = (shape.area() / 7.5).ceil().max(1.0).min(f64::from(cans)) as u32;
        cost += paint(shape.describe(), litres).await?;
    }
    let mut left: Vec<String> = later.iter().map(Area::describe).collect();
    if let Some(biggest) = later.iter().max_by(|a, b| a.area().total_cmp(&b.area())) {
        left.insert(0, biggest.describe());
    }
    Ok((cost, left))
}

#[tokio::test]
async fn t37_paint_shapes() {
    both_ways(paint_shapes).await;
    let shapes = vec![
        Shape::Rectangle { width: 2.0, height: 2.0 },
        Shape::Circle { radius: 2.0 },
        Shape::Compound { parts: vec![Square(3.0)] },
        Shape::Rectangle { width: 1.0, height: 2.0 },
        Shape::Compound { parts: vec![Square(1.0), Square(2.0)] },
    ];
    let ran = Executor::test().agreeing().run(paint_shapes(shapes, 9)).await;
    assert_eq!(ran.output().unwrap(), (13 + 28 + 34, vec!["squares of 5.0".to_string(), "rectangle of 2.0".into(), "squares of 5.0".into()]));
}

