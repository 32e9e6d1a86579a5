//! Lists and maps: groups, rankings, differences, intervals, matrices.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Sale {
    region: String,
    product: String,
    units: u32,
    price: f64,
}

#[task]
async fn load_sales(day: &str) -> Answer<Vec<Sale>> {
    let sale = |i: usize| Sale {
        region: ["north", "south", "west"][i % 3].to_owned(),
        product: ["pen", "ink"][i % 2].to_owned(),
        units: i as u32,
        price: 1.5,
    };
    Ok((0..day.len()).map(sale).collect())
}

// ---- totals by region, and in each the best product

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Summary {
    units: u32,
    revenue: f64,
    best: Option<String>,
}

#[workflow]
pub async fn summary_by_region(days: Vec<String>) -> Answer<BTreeMap<String, Summary>> {
    let sales: Vec<Sale> = map(days, async |day| load_sales(&day).await)
        .max_concurrency(3)
        .await?
        .into_iter()
        .flatten()
        .collect();
    let mut by_region: BTreeMap<String, Vec<Sale>> = BTreeMap::new();
    for sale in sales {
        by_region.entry(sale.region.clone()).or_insert_with(Vec::new).push(sale);
    }
    let summaries = by_region
        .into_iter()
        .map(|(region, sales)| {
            let units = sales.iter().map(|s| s.units).sum();
            let revenue = sales.iter().fold(0.0, |sum, s| sum + f64::from(s.units) * s.price);
            let best = sales.iter().max_by_key(|s| s.units).map(|s| s.product.clone());
            (region, Summary { units, revenue, best })
        })
        .collect();
    Ok(summaries)
}

#[tokio::test]
async fn sales_are_summed_by_region() {
    both_ways(summary_by_region).await;
    let ran = Executor::test().agreeing().run(summary_by_region(vec!["monday".into(), "we".into()])).await;
    let output = ran.output().unwrap();
    assert_eq!(output["south"], Summary { units: 6, revenue: 9.0, best: Some("pen".into()) }.clone());
    assert_eq!(output.len(), 3);
}

// ---- the first ones, with a place for each

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Score {
    player: String,
    points: i32,
}

#[task]
async fn award(player: &str, place: usize) -> Answer<()> {
    let _ = (player, place);
    Ok(())
}

#[workflow]
pub async fn leaderboard(scores: Vec<Score>, top: usize) -> Answer<Vec<(usize, String, i32)>> {
    let mut best: BTreeMap<String, i32> = BTreeMap::new();
    for Score { player, points } in scores {
        best.entry(player).and_modify(|old| *old = (*old).max(points)).or_insert(points);
    }
    let mut ranked: Vec<(String, i32)> = best.into_iter().collect();
    ranked.sort_by(|(name_a, a), (name_b, b)| b.cmp(a).then_with(|| name_a.cmp(name_b)));
    let mut board: Vec<(usize, String, i32)> = vec![];
    for (index, (player, points)) in ranked.into_iter().enumerate() {
        let place = match board.last() {
            Some(&(place, _, same)) if same == points => place,
            _ => index + 1,
        };
        if place > top {
            break;
        }
        if place <= 3 {
            award(&player, place).await?;
        }
        board.push((place, player, points));
    }
    Ok(board)
}

#[tokio::test]
async fn players_share_a_place() {
    both_ways(leaderboard).await;
    let score = |player: &str, points| Score { player: player.into(), points };
    let scores = vec![score("b", 5), score("a", 5), score("c", 9), score("a", 2), score("d", 1)];
    let ran = Executor::test().agreeing().run(leaderboard(scores, 3)).await;
    let places: Vec<_> =
        ran.output().unwrap().into_iter().map(|(place, name, _)| format!("{place}{name}")).collect();
    assert_eq!(places, ["1c", "2a", "2b"]);
}

// ---- what is there and what should be there

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "action", rename_all = "camelCase")]
pub enum Change {
    Create { name: String, size: u32 },
    Resize { name: String, from: u32, to: u32 },
    Delete { name: String },
}

#[task]
async fn list_disks() -> Answer<BTreeMap<String, u32>> {
    Ok(BTreeMap::from([("a".to_owned(), 10), ("b".to_owned(), 20), ("old".to_owned(), 5)]))
}

#[task]
async fn apply_change(change: &Change) -> Answer<()> {
    let _ = change;
    Ok(())
}

#[workflow]
pub async fn reconcile(wanted: BTreeMap<String, u32>, dry_run: bool) -> Answer<Vec<Change>> {
    let there = list_disks().await?;
    let mut changes: Vec<Change> = wanted
        .iter()
        .filter_map(|(name, &size)| match there.get(name) {
            None => Some(Change::Create { name: name.clone(), size }),
            Some(&from) if from != size => Some(Change::Resize { name: name.clone(), from, to: size }),
            Some(_) => None,
        })
        .collect();
    let gone: BTreeSet<&String> = there.keys().filter(|name| !wanted.contains_key(*name)).collect();
    changes.extend(gone.into_iter().map(|name| Change::Delete { name: name.clone() }));
    if !dry_run {
        for change in &changes {
            apply_change(change).await?;
        }
    }
    Ok(changes)
}

#[tokio::test]
async fn what_differs_is_changed() {
    both_ways(reconcile).await;
    let wanted = BTreeMap::from([("a".to_owned(), 11), ("b".to_owned(), 20), ("c".to_owned(), 1)]);
    let ran = Executor::test().agreeing().run(reconcile(wanted, false)).await;
    assert_eq!(ran.calls(apply_change).len(), 3);
    assert_eq!(ran.output().unwrap()[2], Change::Delete { name: "old".into() });
}

// ---- meetings that overlap become one

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Span {
    from: u32,
    to: u32,
}

#[task]
async fn book_room(from: u32, to: u32) -> Answer<String> {
    Ok(format!("{from:02}-{to:02}"))
}

#[workflow]
pub async fn merge_meetings(meetings: Vec<Span>) -> Answer<Vec<String>> {
    let mut spans: Vec<Span> = meetings.into_iter().filter(|span| span.from < span.to).collect();
    spans.sort_by_key(|span| (span.from, span.to));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        if let Some(last) = merged.last_mut()
            && span.from <= last.to
        {
            last.to = last.to.max(span.to);
        } else {
            merged.push(span);
        }
    }
    let longest = merged.iter().map(|s| s.to - s.from).max().unwrap_or_default();
    let mut rooms = vec![];
    for &Span { from, to } in &merged {
        let room = book_room(from, to).await?;
        rooms.push(if to - from == longest { room + "!" } else { room });
    }
    Ok(rooms)
}

#[tokio::test]
async fn meetings_are_merged() {
    both_ways(merge_meetings).await;
    let spans = [(9, 10), (13, 15), (10, 12), (14, 16), (8, 7)].map(|(from, to)| Span { from, to });
    let ran = Executor::test().agreeing().run(merge_meetings(spans.to_vec())).await;
    assert_eq!(ran.output().unwrap(), ["09-12!", "13-16!"]);
}

// ---- matrices

#[pure]
fn transpose(matrix: &[Vec<i32>]) -> Vec<Vec<i32>> {
    let width = matrix.first().map_or(0, Vec::len);
    (0..width).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
}

#[pure]
fn product(a: &[Vec<i32>], b: &[Vec<i32>]) -> Option<Vec<Vec<i32>>> {
    if a.iter().any(|row| row.len() != b.len()) {
        return None;
    }
    let b = transpose(b);
    Some(
        a.iter()
            .map(|row| b.iter().map(|col| row.iter().zip(col).map(|(x, y)| x * y).sum()).collect())
            .collect(),
    )
}

#[task]
async fn plot(matrix: &[Vec<i32>]) -> Answer<usize> {
    Ok(matrix.len())
}

#[workflow]
pub async fn multiply(a: Vec<Vec<i8>>, b: Vec<Vec<i8>>) -> Answer<Option<(Vec<Vec<i32>>, i32)>> {
    let widen = |m: Vec<Vec<i8>>| -> Vec<Vec<i32>> {
        m.into_iter().map(|row| row.into_iter().map(i32::from).collect()).collect()
    };
    let (a, b) = (widen(a), widen(b));
    let is_square = |m: &[Vec<i32>]| m.iter().all(|row| row.len() == m.len());
    if !is_square(&a) || !is_square(&b) || a.len() != b.len() {
        return Ok(None);
    }
    let Some(c) = product(&a, &b) else { return Ok(None) };
    plot(&c).await?;
    let trace = (0..c.len()).map(|i| c[i][i]).sum();
    Ok(Some((c, trace)))
}

#[tokio::test]
async fn matrices_are_multiplied() {
    both_ways(multiply).await;
    let ran = Executor::test()
        .agreeing()
        .run(multiply(vec![vec![1, 2], vec![3, 4]], vec![vec![0, 1], vec![1, 0]]))
        .await;
    assert_eq!(ran.output().unwrap(), Some((vec![vec![2, 1], vec![4, 3]], 5)));
}

// ---- a moving average, its peak, its median

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Analysis {
    smooth: Vec<f64>,
    peak: Option<(usize, f64)>,
    median: Option<f64>,
    rising: bool,
}

#[task]
async fn readings(sensor: &str) -> Answer<Vec<f64>> {
    Ok(sensor.bytes().map(|b| f64::from(b) - 96.0).collect())
}

#[workflow]
pub async fn analyse(sensor: String, window: usize) -> Answer<Analysis> {
    let values = readings(&sensor).await?;
    let window = window.clamp(1, 4);
    let smooth: Vec<f64> = values.windows(window).map(|w| w.iter().sum::<f64>() / w.len() as f64).collect();
    let peak = values.iter().copied().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut sorted = values.clone();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let mid = sorted.len() / 2;
    let median = match sorted.len() {
        0 => None,
        n if n % 2 == 0 => Some((sorted[mid - 1] + sorted[mid]) / 2.0),
        _ => sorted.get(mid).copied(),
    };
    let rising = values.windows(2).all(|pair| pair[0] <= pair[1]);
    Ok(Analysis { smooth, peak, median, rising })
}

#[tokio::test]
async fn readings_are_analysed() {
    both_ways(analyse).await;
    let ran = Executor::test().agreeing().run(analyse("abdc".into(), 2)).await;
    let expected =
        Analysis { smooth: vec![1.5, 3.0, 3.5], peak: Some((2, 4.0)), median: Some(2.5), rising: false };
    assert_eq!(ran.output().unwrap(), expected);
}

// ---- an index of words, searched

#[task]
async fn read_text(name: &str) -> Answer<String> {
    Ok(format!("the {name} and the sea"))
}

#[workflow]
pub async fn search_texts(names: Vec<String>, query: String) -> Answer<Vec<(String, usize)>> {
    let mut index: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (id, name) in names.iter().enumerate() {
        let text = read_text(name).await?;
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() > 2) {
            index.entry(word.to_lowercase()).or_default().insert(id);
        }
    }
    let mut hits = vec![0; names.len()];
    for word in query.to_lowercase().split(' ') {
        if let Some(ids) = index.get(word) {
            for &id in ids {
                hits[id] += 1;
            }
        }
    }
    let mut found: Vec<(String, usize)> = names.into_iter().zip(hits).filter(|&(_, n)| n > 0).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(found)
}

#[tokio::test]
async fn texts_are_searched() {
    both_ways(search_texts).await;
    let names = vec!["old man".to_owned(), "whale".to_owned()];
    let ran = Executor::test().agreeing().run(search_texts(names, "Whale sea".into())).await;
    assert_eq!(ran.output().unwrap(), [("whale".to_owned(), 2), ("old man".to_owned(), 1)]);
}
