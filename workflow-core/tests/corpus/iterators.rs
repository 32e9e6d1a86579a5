//! Lists as people who like iterators write them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Sale {
    shop: String,
    cents: i64,
    day: u32,
    refunded: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Stats {
    total: i64,
    best: Option<Sale>,
    days: Vec<u32>,
    per_shop: BTreeMap<String, i64>,
    mean: Option<i64>,
    first_refund: Option<usize>,
}

#[task]
async fn archive(shop: &str, count: usize) -> Result<bool, PlatformError> {
    Ok(count > 1 && shop != "closed")
}

#[workflow]
pub async fn statistics(sales: Vec<Sale>) -> Result<Stats, PlatformError> {
    let kept: Vec<&Sale> = sales.iter().filter(|sale| !sale.refunded).collect();
    let total: i64 = kept.iter().map(|sale| sale.cents).sum();
    let best = kept.iter().max_by_key(|sale| sale.cents).map(|sale| (*sale).clone());
    let mut days: Vec<u32> = sales.iter().map(|sale| sale.day).collect();
    days.sort();
    days.dedup();
    let mut per_shop = BTreeMap::new();
    for sale in &kept {
        *per_shop.entry(sale.shop.clone()).or_insert(0) += sale.cents;
    }
    let mean = match kept.len() {
        0 => None,
        count => Some(total / count as i64),
    };
    let first_refund = sales.iter().position(|sale| sale.refunded);
    for (shop, sum) in &per_shop {
        if *sum > 0 && archive(shop, kept.iter().filter(|sale| &sale.shop == shop).count()).await? {
            days.push(99);
        }
    }
    Ok(Stats { total, best, days, per_shop, mean, first_refund })
}

fn sales() -> Vec<Sale> {
    let sale = |shop: &str, cents, day, refunded| Sale { shop: shop.into(), cents, day, refunded };
    vec![
        sale("a", 100, 3, false),
        sale("b", -7, 1, false),
        sale("a", 250, 3, false),
        sale("c", 900, 2, true),
        sale("closed", 250, 1, false),
    ]
}

program!(sales_statistics: statistics [archive] (sales()), (vec![]), (sales()[3..4].to_vec()), (sales()[1..2].to_vec()));

/// The best offers first, ties by name; cheap ones are not asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Offer {
    vendor: String,
    price: u32,
    rating: Option<u32>,
}

#[task]
async fn quote(vendor: &str) -> Result<Option<Offer>, PlatformError> {
    Ok(match vendor {
        "gone" => None,
        _ => Some(Offer {
            vendor: vendor.to_owned(),
            price: vendor.len() as u32 * 100,
            rating: (vendor.len() % 2 == 0).then_some(vendor.len() as u32),
        }),
    })
}

#[workflow]
pub async fn compare_offers(vendors: Vec<String>, budget: u32) -> Result<Vec<(String, u32)>, PlatformError> {
    let quotes = map(&vendors, async |vendor| quote(vendor).await).await?;
    let mut offers: Vec<Offer> = quotes.into_iter().flatten().filter(|offer| offer.price <= budget).collect();
    offers.sort_by_key(|offer| (Reverse(offer.rating.unwrap_or(0)), offer.vendor.clone()));
    let (rated, unrated): (Vec<Offer>, Vec<Offer>) =
        offers.into_iter().partition(|offer| offer.rating.is_some());
    let mut result: Vec<(String, u32)> =
        rated.iter().map(|Offer { vendor, price, .. }| (vendor.clone(), *price)).collect();
    if result.len() < 2 {
        result.extend(unrated.iter().map(|offer| (offer.vendor.clone(), offer.price)));
    }
    result.truncate(3);
    Ok(result)
}

program!(offers: compare_offers [quote]
    (vec!["ab".into(), "gone".into(), "abcd".into(), "abc".into(), "zz".into()], 400),
    (vec!["a".into(), "c".into(), "b".into()], 100),
    (vec![], 1), (vec!["gone".into()], 5),
);

/// Zipped, flattened, windowed: what readers of `Itertools` are used to.
#[workflow]
pub async fn series(values: Vec<i32>, weights: Vec<i32>) -> Result<Vec<i32>, PlatformError> {
    let weighted: i32 = values.iter().zip(weights.iter()).map(|(value, weight)| value * weight).sum();
    let rising = values.windows(2).filter(|pair| pair[0] < pair[1]).count() as i32;
    let pairs: Vec<i32> = values.iter().flat_map(|value| vec![*value, -value]).collect();
    let largest = values.iter().copied().max().unwrap_or(i32::MIN);
    let odd: Vec<i32> =
        values.iter().skip_while(|value| **value < 0).filter(|value| *value % 2 != 0).cloned().collect();
    let product = values.iter().fold(1, |product, value| product * value);
    let told = archive("x", odd.len()).await?;
    let mut all = vec![weighted, rising, largest, product, if told { 1 } else { 0 }];
    all.extend(pairs);
    all.extend_from_slice(&odd);
    Ok(all)
}

program!(a_series: series [archive]
    (vec![1, 3, 2, 5], vec![2, 2]), (vec![], vec![1]), (vec![-1, -3, 4, 7, 9], vec![1, 1, 1, 1, 1]), (vec![7], vec![]),
);

/// Groups by hand, with nested lists.
#[workflow]
pub async fn grouped(words: Vec<String>) -> Result<Vec<(usize, Vec<String>)>, PlatformError> {
    let mut groups: Vec<(usize, Vec<String>)> = Vec::new();
    for word in &words {
        let length = word.len();
        match groups.iter().position(|(key, _)| *key == length) {
            Some(index) => groups[index].1.push(word.clone()),
            None => groups.push((length, vec![word.clone()])),
        }
    }
    groups.sort_by_key(|(length, _)| *length);
    for (length, group) in groups.iter() {
        let _ = archive(&group.join(","), *length).await?;
    }
    Ok(groups)
}

program!(groups: grouped [archive] (vec!["aa".into(), "b".into(), "cc".into(), "".into()]), (vec![]), (vec!["x".into()]));
