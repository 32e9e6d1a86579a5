//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- stock is forecast day by day


#[task]
async fn order_stock(day: usize, amount: i32) -> Answer<i32> {
    Ok(amount + day as i32 % 2)
}

#[workflow]
async fn forecast(stock: i32, sales: Vec<i32>) -> Answer<(Vec<i32>, Option<usize>, i32)> {
    let sales: Vec<i32> = sales.into_iter().map(|s| s.rem_euclid(20)).collect();
    let mut level = stock.clamp(-100, 100);
    let mut levels = Vec::new();
    for sold in &sales {
        level -= sold;
        levels.push(level);
    }
    let levels: Vec<i32> = levels.into_iter().take_while(|level| *level > -50).collect();
    let out_of_stock = levels.iter().position(|&level| level < 0);
    let worst = levels.iter().copied().min().unwrap_or(stock);
    let mut ordered = 0;
    for (day, level) in levels.iter().enumerate().skip_while(|(_, level)| **level >= 10).step_by(2) {
        if *level + ordered >= 10 {
            continue;
        }
        ordered += order_stock(day, 10 - level - ordered).await?;
    }
    let _ = worst;
    Ok((levels, out_of_stock, ordered))
}

#[tokio::test]
async fn t30_forecast() {
    both_ways(forecast).await;
    let ran = Executor::test().agreeing().run(forecast(15, vec![3, 4, -5, 2, 1])).await;
    assert_eq!(ran.output().unwrap(), (vec![12, 8, -7, -9, -10], Some(2), 20));
}

