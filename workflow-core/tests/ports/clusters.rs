//! Clusters, windows and timers: state that lives through a loop.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a cluster whose nodes are assigned to jobs, checked and given back

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Cluster {
    nodes: BTreeMap<String, Option<String>>,
    jobs: Vec<String>,
    bad: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    Start { size: u8 },
    Assign { job: String, count: usize },
    Release { job: String },
    Check,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ClusterError {
    #[error("{wanted} nodes wanted for {job}, {free} are free")]
    NotEnough { job: String, wanted: usize, free: usize },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

const BAD: &str = "BAD!";

#[pure]
impl Cluster {
    fn free(&self) -> Vec<String> {
        self.nodes.iter().filter(|(_, job)| job.is_none()).map(|(name, _)| name.clone()).collect()
    }

    fn of(&self, job: &str) -> Vec<&String> {
        self.nodes.iter().filter(|(_, owner)| owner.as_deref() == Some(job)).map(|(name, _)| name).collect()
    }

    fn assigned(mut self, nodes: &[String], job: &str) -> Self {
        for node in nodes {
            self.nodes.insert(node.clone(), Some(job.to_string()));
        }
        self.jobs.push(job.to_string());
        self
    }
}

#[task]
async fn tell_nodes(nodes: &[String], job: Option<&str>) -> Answer<()> {
    let _ = (nodes, job);
    Ok(())
}

#[task(timeout_seconds = 10)]
async fn find_bad_nodes(nodes: Vec<String>) -> Answer<Vec<String>> {
    Ok(nodes.into_iter().filter(|n| n.ends_with('3')).collect())
}

#[workflow]
pub async fn manage_cluster(commands: Vec<Command>) -> Result<(usize, u32), ClusterError> {
    let mut cluster = Cluster::default();
    for command in commands {
        match command {
            Command::Start { size } => {
                cluster.nodes = (0..size % 6).map(|n| (n.to_string(), None)).collect();
            }
            Command::Assign { job, .. } if cluster.jobs.contains(&job) => continue,
            Command::Assign { job, count } => {
                let free = cluster.free();
                if free.len() < count {
                    return Err(ClusterError::NotEnough { job, wanted: count, free: free.len() });
                }
                let chosen = &free[..count];
                tell_nodes(chosen, Some(&job)).await?;
                cluster = cluster.assigned(chosen, &job);
            }
            Command::Release { job } => {
                let freed: Vec<String> = cluster.of(&job).into_iter().cloned().collect();
                tell_nodes(&freed, None).await?;
                for node in freed {
                    cluster.nodes.insert(node, None);
                }
                cluster.jobs.retain(|known| *known != job);
            }
            Command::Check => {
                let busy =
                    cluster.nodes.iter().filter(|(_, job)| job.is_some()).map(|(n, _)| n.clone()).collect();
                if let Ok(bad) = find_bad_nodes(busy).await {
                    for node in &bad {
                        if let Some(owner) = cluster.nodes.get_mut(node) {
                            *owner = Some(BAD.to_string());
                            cluster.bad += 1;
                        }
                    }
                }
            }
        }
    }
    let assigned = cluster.nodes.values().flatten().filter(|job| *job != BAD).count();
    Ok((assigned, cluster.bad))
}

#[tokio::test]
async fn nodes_are_assigned_and_given_back() {
    both_ways(manage_cluster).await;
    let assign = |job: &str, count| Command::Assign { job: job.into(), count };
    let commands = vec![
        Command::Start { size: 5 },
        assign("a", 2),
        assign("b", 2),
        assign("a", 2),
        Command::Check,
        Command::Release { job: "a".into() },
    ];
    let ran = Executor::test().agreeing().run(manage_cluster(commands)).await;
    assert_eq!(ran.output().unwrap(), (1, 1));
    let ran = Executor::test().agreeing().run(manage_cluster(vec![assign("a", 1)])).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("NotEnough"));
}

// ---- a window that slides over records, so many at once

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
pub struct Window {
    page_size: usize,
    offset: usize,
    progress: u64,
}

impl Default for Window {
    fn default() -> Self {
        Window { page_size: 2, offset: 0, progress: 0 }
    }
}

#[task]
async fn records(offset: usize, limit: usize) -> Answer<Vec<u64>> {
    Ok((offset..7).take(limit).map(|n| n as u64).collect())
}

#[task(retry(errors = [ALL], max_attempts = 2))]
async fn process(record: u64) -> Answer<u64> {
    Ok(record % 3)
}

#[workflow]
pub async fn slide(start: Option<Window>) -> Answer<Window> {
    let mut window = start.unwrap_or_default();
    window.page_size = window.page_size.clamp(1, 4);
    loop {
        let page = records(window.offset, window.page_size).await?;
        if page.is_empty() {
            return Ok(window);
        }
        let done = map(&page, async |record| process(*record).await).max_concurrency(2).await?;
        window = Window {
            offset: window.offset + page.len(),
            progress: window.progress + done.into_iter().sum::<u64>(),
            ..window
        };
        if page.len() < window.page_size {
            break;
        }
    }
    Ok(window)
}

#[tokio::test]
async fn the_window_slides() {
    let ran = Executor::test().agreeing().run(slide(None)).await;
    assert_eq!(ran.output().unwrap(), Window { page_size: 2, offset: 7, progress: 6 });
    let again = Executor::test().agreeing().run(slide(Some(Window { offset: 5, ..Window::default() }))).await;
    assert_eq!(again.output().unwrap().progress, 2);
}

// ---- a timer that is set anew while it runs

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub enum TimerSignal {
    WakeAt(Timestamp),
    Postpone(TimeSpan),
    Cancel,
}

#[task(timeout_seconds = 3600)]
async fn next_signal(token: TaskToken, timer: &str) -> Answer<Pending<TimerSignal>> {
    let _ = timer;
    Ok(token.pending())
}

#[workflow]
pub async fn updatable_timer(name: String, seconds: u64) -> Answer<Option<Timestamp>> {
    let mut wake_up = now().await + Duration::from_secs(seconds % 7200 + 1);
    let mut updates = 0;
    while updates < 5 {
        let left = (wake_up - now().await).as_secs();
        let signal = next_signal(&name).timeout(Duration::from_secs(left.max(1))).await;
        match signal {
            Err(PlatformError::Timeout(_)) => return Ok(Some(wake_up)),
            Err(other) => return Err(other),
            Ok(TimerSignal::Cancel) => return Ok(None),
            Ok(TimerSignal::WakeAt(at)) => wake_up = at.max(execution().start_time()),
            Ok(TimerSignal::Postpone(by)) => wake_up += by,
        }
        updates += 1;
    }
    sleep_until(wake_up).await;
    Ok(Some(wake_up))
}

#[tokio::test]
async fn a_timer_is_set_anew() {
    both_ways(updatable_timer).await;
}

// ---- a basket, whose every item has an activity of its own

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum BasketError {
    #[error("no such fruit: {0}")]
    NoSuchFruit(String),
    #[error("sold out")]
    SoldOut,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

const APPLE: &str = "apple";
const BANANA: &str = "banana";
const FRUITS: [&str; 4] = [APPLE, BANANA, "cherry", "cherries"];

#[task]
async fn order_apple(count: u32) -> Result<u32, BasketError> {
    if count > 9 { Err(BasketError::SoldOut) } else { Ok(count * 20) }
}

#[task]
async fn order_banana(count: u32) -> Result<u32, BasketError> {
    Ok(count * 30)
}

#[task]
async fn order_cherries(grams: u32) -> Result<u32, BasketError> {
    Ok(grams / 10)
}

#[workflow]
pub async fn order_basket(basket: Vec<String>) -> Result<(u32, Vec<String>), BasketError> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for fruit in &basket {
        counts.entry(fruit.as_str()).and_modify(|count| *count += 1).or_insert(1);
    }
    if let Some(other) = counts.keys().find(|fruit| !FRUITS.contains(fruit)) {
        return Err(BasketError::NoSuchFruit(other.to_string()));
    }
    let prices = map(counts, async |(fruit, count)| match fruit {
        APPLE => order_apple(count).await,
        BANANA => order_banana(count).await,
        "cherry" | "cherries" => order_cherries(100 * count).await,
        other => Err(BasketError::NoSuchFruit(other.to_owned())),
    })
    .await?;
    let mut fruits = basket.clone();
    fruits.sort();
    fruits.dedup();
    Ok((prices.iter().sum(), fruits))
}

#[tokio::test]
async fn each_fruit_is_ordered() {
    both_ways(order_basket).await;
    let basket = |fruits: &[&str]| fruits.iter().map(|f| f.to_string()).collect::<Vec<_>>();
    let executor = Executor::test().agreeing();
    let ran = executor.run(order_basket(basket(&["apple", "cherry", "apple"]))).await;
    assert_eq!(ran.output().unwrap(), (50, basket(&["apple", "cherry"])));
    let ran = executor.run(order_basket(basket(&["durian"]))).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("NoSuchFruit"));
}

// ---- a lock that is leased, waited for and given back

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Lease {
    holder: String,
    until: Timestamp,
}

#[task]
async fn try_lock(resource: &str, holder: &str, lease: TimeSpan) -> Answer<Option<Lease>> {
    let _ = lease;
    Ok((resource.len() % 2 == 0).then(|| Lease { holder: holder.into(), until: Timestamp::from_millis(0) }))
}

#[task]
async fn unlock(lease: Lease) -> Answer<()> {
    let _ = lease;
    Ok(())
}

#[task]
async fn critical_section(resource: &str, holder: String) -> Answer<u32> {
    Ok((resource.len() + holder.len()) as u32)
}

const LEASE: TimeSpan = TimeSpan::from_secs(90);

#[workflow]
pub async fn with_lock(resource: String) -> Answer<Option<u32>> {
    let holder = format!("{}-{}", execution().name(), resource.to_lowercase());
    let mut delay = Duration::from_secs(1);
    let lease = 'waiting: {
        for _ in 0..4 {
            if let Some(lease) = try_lock(&resource, &holder, LEASE).await? {
                break 'waiting lease;
            }
            sleep(delay).await;
            delay = (delay * 2).min(Duration::from_secs(5));
        }
        return Ok(None);
    };
    let result = critical_section(&resource, lease.holder.clone()).await;
    unlock(lease).await?;
    result.map(Some)
}

#[tokio::test]
async fn a_lock_is_given_back() {
    both_ways(with_lock).await;
    let ran = Executor::test().agreeing().run(with_lock("odd".into())).await;
    assert_eq!((ran.output().unwrap(), ran.elapsed()), (None, Duration::from_secs(1 + 2 + 4 + 5)));
}

// ---- a queue of work that grows while it is worked off

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Page {
    url: String,
    links: Vec<String>,
}

#[task]
async fn crawl(url: &str) -> Answer<Page> {
    let links = match url.len() {
        0..4 => vec![format!("{url}/a"), format!("{url}/b")],
        _ => vec!["x".to_string()],
    };
    Ok(Page { url: url.to_string(), links })
}

#[workflow]
pub async fn crawl_site(root: String, max_pages: u8) -> Answer<Vec<String>> {
    let mut queue = VecDeque::from([(root, 0u32)]);
    let mut seen: Vec<String> = Vec::new();
    while let Some((url, depth)) = queue.pop_front() {
        if depth > 2 || seen.len() >= usize::from(max_pages.min(6)) {
            break;
        }
        if seen.contains(&url) {
            continue;
        }
        seen.push(url.clone());
        let page = crawl(&url).await?;
        for link in page.links {
            if !seen.contains(&link) {
                queue.push_back((link, depth + 1));
            }
        }
    }
    seen.sort();
    Ok(seen)
}

#[tokio::test]
async fn a_site_is_crawled() {
    both_ways(crawl_site).await;
    let ran = Executor::test().agreeing().run(crawl_site("r".into(), 9)).await;
    assert_eq!(ran.output().unwrap(), ["r", "r/a", "r/a/a", "r/a/b", "r/b", "r/b/a"]);
}

// ---- a cart that is emptied when nobody touches it

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum CartEvent {
    Add { sku: String, quantity: u32 },
    Remove { sku: String },
    Email(String),
    Checkout,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Cart {
    lines: Vec<Line>,
    email: Option<String>,
    reminded: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Line {
    sku: String,
    quantity: u32,
}

#[task]
async fn cart_event(token: TaskToken) -> Answer<Pending<CartEvent>> {
    Ok(token.pending())
}

#[task]
async fn remind_of_cart(email: &str, lines: usize) -> Answer<()> {
    let _ = (email, lines);
    Ok(())
}

const ABANDONED: Duration = Duration::from_secs(10 * 60);

#[workflow]
pub async fn shopping_cart(limit: u8) -> Answer<Cart> {
    let mut cart = Cart::default();
    for _ in 0..limit % 5 {
        let event = match cart_event().timeout(ABANDONED).await {
            Ok(event) => event,
            Err(PlatformError::Timeout(_)) if !cart.reminded && !cart.lines.is_empty() => {
                if let Some(email) = &cart.email {
                    remind_of_cart(email, cart.lines.len()).await?;
                    cart.reminded = true;
                }
                continue;
            }
            Err(PlatformError::Timeout(_)) => break,
            Err(e) => return Err(e),
        };
        match event {
            CartEvent::Add { sku, quantity } => match cart.lines.iter().position(|line| line.sku == sku) {
                Some(i) => cart.lines[i].quantity += quantity,
                None => cart.lines.push(Line { sku, quantity }),
            },
            CartEvent::Remove { sku } => cart.lines.retain(|line| line.sku != sku),
            CartEvent::Email(email) => cart.email = Some(email.trim().to_lowercase()),
            CartEvent::Checkout => return Ok(cart),
        }
    }
    cart.lines.clear();
    Ok(cart)
}

#[tokio::test]
async fn a_cart_is_filled_and_emptied() {
    both_ways(shopping_cart).await;
}
