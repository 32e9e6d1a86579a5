//! Types as programmers declare them: serde's tags, traits, generics, newtypes, tables.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- events in the four ways in which serde tells variants apart

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    OrderPlaced { order_id: String, total_cents: u64 },
    OrderShipped(Shipment),
    Ping,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Shipment {
    order_id: String,
    #[serde(flatten)]
    carrier: Carrier,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    parcels: Vec<Parcel>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Carrier {
    name: String,
    express: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Parcel(u32, String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
pub enum Id {
    Number(u64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "t", content = "c")]
pub enum Reply {
    Accepted(u64),
    Parcels { count: usize, heaviest: Option<u32> },
    Pong,
}

#[task]
async fn store(event: &Event) -> Answer<u64> {
    Ok(match event {
        Event::OrderPlaced { total_cents, .. } => *total_cents,
        Event::OrderShipped(shipment) => shipment.parcels.len() as u64,
        Event::Ping => 0,
    })
}

#[workflow]
pub async fn handle(events: Vec<Event>) -> Answer<Vec<Reply>> {
    let mut replies = Vec::with_capacity(events.len());
    for event in events {
        let reply = match &event {
            Event::Ping => Reply::Pong,
            Event::OrderPlaced { order_id, total_cents: 1.. } if !order_id.is_empty() => {
                Reply::Accepted(store(&event).await?)
            }
            Event::OrderPlaced { .. } => Reply::Accepted(0),
            Event::OrderShipped(Shipment { parcels, carrier, .. }) => {
                if carrier.express {
                    store(&event).await?;
                }
                Reply::Parcels { count: parcels.len(), heaviest: parcels.iter().map(|p| p.0).max() }
            }
        };
        replies.push(reply);
    }
    Ok(replies)
}

#[tokio::test]
async fn every_event_has_its_reply() {
    both_ways(handle).await;
}

// ---- From, Default and Display, and what uses them

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Legacy {
    cust: String,
    amt: f64,
    cur: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Invoice {
    customer: String,
    cents: i64,
    currency: Currency,
    lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    #[default]
    Eur,
    Usd,
    Gbp,
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[pure]
impl Currency {
    const fn code(&self) -> &'static str {
        match self {
            Currency::Eur => "EUR",
            Currency::Usd => "USD",
            Currency::Gbp => "GBP",
        }
    }
}

#[pure]
impl From<Legacy> for Invoice {
    fn from(legacy: Legacy) -> Self {
        let currency = match legacy.cur.as_deref() {
            Some("usd" | "USD") => Currency::Usd,
            Some("gbp") => Currency::Gbp,
            _ => Currency::default(),
        };
        Self { customer: legacy.cust, cents: (legacy.amt * 100.0).round() as i64, currency, lines: vec![] }
    }
}

#[task]
async fn import(invoice: &Invoice) -> Answer<String> {
    Ok(format!("{}-{}", invoice.customer, invoice.currency))
}

#[workflow]
pub async fn migrate(batch: Vec<Legacy>) -> Answer<(Vec<String>, Option<Currency>)> {
    let mut invoices: Vec<Invoice> = batch.into_iter().map(Invoice::from).collect();
    invoices.sort_by(|a, b| a.currency.cmp(&b.currency).then_with(|| b.cents.cmp(&a.cents)));
    let largest = invoices.iter().map(|i| i.currency).max();
    let mut ids = Vec::new();
    for invoice in &invoices {
        ids.push(format!("{}:{}", import(invoice).await?, invoice.currency.code()));
    }
    Ok((ids, largest))
}

#[tokio::test]
async fn legacy_rows_are_converted() {
    both_ways(migrate).await;
}

// ---- a generic helper, a generic type, a table of constants

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Page<T> {
    items: Vec<T>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct User {
    name: String,
    country: String,
    age: u8,
}

struct Band {
    name: &'static str,
    from: u8,
    to: u8,
}

const BANDS: &[(&str, u8, u8)] = &[("minor", 0, 17), ("adult", 18, 66), ("senior", 67, u8::MAX)];
const DEFAULT_BAND: Band = Band { name: "none", from: 0, to: 0 };

#[pure]
fn first_or<T: Data + Clone>(items: &[T], otherwise: T) -> T {
    items.first().cloned().unwrap_or(otherwise)
}

#[pure]
fn band(age: u8) -> &'static str {
    BANDS.iter().find(|(_, from, to)| (*from..=*to).contains(&age)).map_or("unknown", |(name, _, _)| name)
}

#[task]
async fn list_users(token: Option<String>) -> Answer<Page<User>> {
    let page = token.map_or(0, |t| t.parse::<u8>().unwrap_or(9));
    let user = |name: &str, age| User { name: name.to_string(), country: "de".into(), age };
    Ok(match page {
        0 => Page { items: vec![user("a", 3), user("b", 70)], next: Some("1".into()) },
        1 => Page { items: vec![user("c", 40)], next: None },
        _ => Page { items: vec![], next: None },
    })
}

#[workflow]
pub async fn census() -> Answer<(BTreeMap<String, u32>, String)> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut names: Vec<String> = vec![];
    let mut token: Option<String> = None;
    loop {
        let page = list_users(token).await?;
        for User { name, age, .. } in page.items {
            *counts.entry(band(age).to_string()).or_insert(0) += 1;
            names.push(name);
        }
        token = page.next;
        if token.is_none() || names.len() > 20 {
            break;
        }
    }
    Ok((counts, first_or(&names, "nobody".to_string())))
}

#[tokio::test]
async fn every_page_is_counted() {
    assert_eq!((DEFAULT_BAND.name, DEFAULT_BAND.from, DEFAULT_BAND.to), ("none", 0, 0));
    both_ways(census).await;
    let (counts, first) = Executor::test().agreeing().run(census()).await.output().unwrap();
    assert_eq!(first, "a");
    assert_eq!(counts["senior"], 1);
}

// ---- a union of a number and a text

#[workflow]
pub async fn union(ids: Vec<Id>) -> Answer<Vec<String>> {
    let texts = map(ids, async |id| {
        let event = match id {
            Id::Number(n) => Event::OrderPlaced { order_id: format!("{n:06}"), total_cents: n },
            Id::Text(text) => Event::OrderPlaced { order_id: text, total_cents: 7 },
        };
        let stored = store(&event).await?;
        if let Event::OrderPlaced { order_id, .. } = event {
            Ok(format!("{order_id}={stored}"))
        } else {
            Ok(String::new())
        }
    })
    .await?;
    Ok(texts)
}

#[tokio::test]
async fn a_union_is_told_apart() {
    both_ways(union).await;
}

// ---- a union of objects: the first whose fields are there

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Contact {
    Company { name: String, vat_id: String },
    Person { name: String, age: Option<u8> },
    Phone(u64),
    Flag(bool),
    Nobody(()),
}

#[workflow]
pub async fn contacts(all: Vec<Contact>) -> Answer<Vec<String>> {
    let mut told = vec![];
    for contact in all {
        let line = match contact {
            Contact::Company { name, vat_id } => format!("{name} ({vat_id})"),
            Contact::Person { name, age: Some(age) } if age > 17 => name,
            Contact::Person { .. } | Contact::Nobody(()) => continue,
            Contact::Phone(number) => format!("+{number}"),
            Contact::Flag(flag) => flag.to_string(),
        };
        store(&Event::OrderPlaced { order_id: line.clone(), total_cents: 1 }).await?;
        told.push(line);
    }
    Ok(told)
}

#[tokio::test]
async fn the_first_that_fits_counts() {
    both_ways(contacts).await;
    let start = workflow_core::Start::<contacts>::from_json(
        r#"[{"name": "A", "vatId": "V"}, {"name": "B", "age": 20}, {"name": "C"}, 5, true, null]"#,
    );
    let ran = Executor::test().agreeing().run(start).await;
    assert_eq!(ran.output().unwrap(), ["A (V)", "B", "+5", "true"]);
}

// ---- a tree that is walked without recursion

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Tree {
    value: i64,
    #[serde(default)]
    children: Vec<Tree>,
}

#[task]
async fn visit(value: i64) -> Answer<i64> {
    Ok(value % 100)
}

#[workflow]
pub async fn walk(root: Tree) -> Answer<(i64, usize)> {
    let mut level = vec![root];
    let mut sum = 0;
    let mut depth = 0;
    while !level.is_empty() {
        depth += 1;
        for node in &level {
            sum += visit(node.value).await?;
        }
        level = level.iter().flat_map(|node| node.children.clone()).collect();
    }
    Ok((sum, depth))
}

#[tokio::test]
async fn a_tree_is_walked_by_levels() {
    both_ways(walk).await;
    let leaf = |value| Tree { value, children: vec![] };
    let tree = Tree { value: 1, children: vec![leaf(2), Tree { value: 3, children: vec![leaf(4)] }] };
    assert_eq!(Executor::test().agreeing().run(walk(tree)).await.output().unwrap(), (10, 3));
}
