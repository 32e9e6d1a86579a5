//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a portfolio is brought back to its targets


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Position {
    symbol: String,
    shares: f64,
    price: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum Trade {
    Buy { symbol: String, shares: u32 },
    Sell { symbol: String, shares: u32 },
}

#[task]
async fn targets() -> Answer<BTreeMap<String, f64>> {
    Ok(BTreeMap::from([("A".to_string(), 0.5), ("B".to_string(), 0.25)]))
}

#[task]
async fn trade(order: &Trade) -> Answer<f64> {
    Ok(match order {
        Trade::Buy { shares, .. } => -f64::from(*shares),
        Trade::Sell { shares, .. } => f64::from(*shares),
    })
}

#[pure]
impl Position {
    fn value(&self) -> f64 {
        self.shares * self.price
    }
}

#[workflow]
async fn rebalance(positions: Vec<Position>) -> Answer<(Vec<Trade>, f64)> {
    let total: f64 = positions.iter().map(Position::value).sum();
    if total <= 0.0 {
        return Ok((vec![], 0.0));
    }
    let targets = targets().await?;
    let mut trades: Vec<Trade> = positions
        .iter()
        .filter_map(|p @ Position { symbol, price, .. }| {
            let target = targets.get(symbol).copied().unwrap_or_default() * total;
            let difference = target - p.value();
            if *price <= 0.0 || difference.abs() < 0.05 * total {
                return None;
            }
            let shares = (difference / price).abs().floor() as u32;
            let symbol = symbol.clone();
            match difference.partial_cmp(&0.0)? {
                Ordering::Greater => Some(Trade::Buy { symbol, shares }),
                Ordering::Less => Some(Trade::Sell { symbol, shares }),
                Ordering::Equal => None,
            }
        })
        .collect();
    trades.sort_by_key(|t| match t {
        Trade::Sell { shares, .. } => (0, Reverse(*shares)),
        Trade::Buy { shares, .. } => (1, Reverse(*shares)),
    });
    let mut cash = 0.0;
    for order in &trades {
        cash += trade(order).await?;
    }
    Ok((trades, cash))
}

#[tokio::test]
async fn t25_rebalance() {
    both_ways(rebalance).await;
    let position = |symbol: &str, shares| Position { symbol: symbol.into(), shares, price: 10.0 };
    let ran = Executor::test().agreeing().run(rebalance(vec![position("A", 10.0), position("B", 10.0), position("C", 20.0)])).await;
    let (trades, cash) = ran.output().unwrap();
    assert_eq!(trades, [Trade::Sell { symbol: "C".into(), shares: 20 }, Trade::Buy { symbol: "A".into(), shares: 10 }]);
    assert_eq!(cash, 10.0);
}

