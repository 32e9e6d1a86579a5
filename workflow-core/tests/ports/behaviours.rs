//! Types with behaviour of their own: traits, operators, parsing, ordering, generics.

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
    fmt,
    ops::{Add, Mul},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a quote of several carriers: a newtype with operators, a trait, an order

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct Cents(u64);

#[pure]
impl Add for Cents {
    type Output = Cents;

    fn add(self, other: Cents) -> Cents {
        Cents(self.0 + other.0)
    }
}

#[pure]
impl Mul<u64> for Cents {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self(self.0 * times)
    }
}

#[pure]
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Parcel {
    weight_grams: u64,
    to: Zone,
    #[serde(default)]
    insured: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Zone {
    Home,
    Continent,
    World,
}

pub trait Priced {
    fn price(&self) -> Cents;
}

#[pure]
impl Priced for Parcel {
    fn price(&self) -> Cents {
        let base = match self.to {
            Zone::Home => Cents(490),
            Zone::Continent => Cents(1_290),
            Zone::World => Cents(2_990),
        };
        let kilos = self.weight_grams.div_ceil(1000);
        let insurance = if self.insured { Cents(250) } else { Cents::default() };
        base + Cents(120) * kilos + insurance
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Quote {
    carrier: String,
    price: Cents,
    days: u8,
}

#[task(timeout_seconds = 5)]
async fn ask_carrier(carrier: &str, parcel: &Parcel) -> Answer<Quote> {
    let days = carrier.len() as u8;
    Ok(Quote { carrier: carrier.to_owned(), price: Cents(parcel.weight_grams / 2 + u64::from(days)), days })
}

#[workflow]
pub async fn ship_cheapest(parcel: Parcel, carriers: Vec<String>) -> Answer<String> {
    let own = Quote { carrier: "own".to_owned(), price: parcel.price(), days: 3 };
    let quotes = map(carriers, async |carrier| Ok(ask_carrier(&carrier, &parcel).await.ok()))
        .max_concurrency(2)
        .await?;
    let best = quotes
        .into_iter()
        .flatten()
        .chain(std::iter::once(own))
        .min_by_key(|quote| (quote.price, quote.days, Reverse(quote.carrier.clone())));
    Ok(match best {
        Some(Quote { carrier, price, .. }) if price > Cents(10_000) => format!("{carrier} wants {price}!"),
        Some(quote) => format!("{} for {}", quote.carrier, quote.price),
        None => String::new(),
    })
}

#[tokio::test]
async fn the_cheapest_carrier_ships() {
    both_ways(ship_cheapest).await;
    let parcel = Parcel { weight_grams: 1500, to: Zone::World, insured: true };
    let ran = Executor::test().agreeing().run(ship_cheapest(parcel, vec!["dpd".into(), "gls".into()])).await;
    assert_eq!(ran.output().unwrap(), "gls for 7.53");
}

// ---- lines of an order form, each parsed

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct FormLine {
    sku: String,
    count: u32,
    price: u64,
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum FormError {
    #[error("`{0}` is no line")]
    Malformed(String),
    #[error("{line} has no number")]
    NotANumber { line: String },
    #[error("nothing was ordered")]
    Empty,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
impl FromStr for FormLine {
    type Err = FormError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sku, rest) =
            text.trim().split_once(':').ok_or_else(|| FormError::Malformed(text.to_string()))?;
        let (count, price) = rest.split_once('@').unwrap_or((rest, "0"));
        let count = count.trim().parse().map_err(|_| FormError::NotANumber { line: text.to_owned() })?;
        let Ok(price) = price.trim().parse::<u64>() else {
            return Err(FormError::NotANumber { line: text.to_owned() });
        };
        Ok(Self { sku: sku.trim().to_uppercase(), count, price })
    }
}

#[task]
async fn enter_line(line: &FormLine) -> Answer<u64> {
    Ok(u64::from(line.count) * line.price)
}

#[workflow]
pub async fn read_form(form: String) -> Result<u64, FormError> {
    let lines = form
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.parse::<FormLine>())
        .collect::<Result<Vec<_>, _>>()?;
    if lines.is_empty() {
        return Err(FormError::Empty);
    }
    let mut sum = 0;
    for line in lines.iter().filter(|line| line.count > 0) {
        sum += enter_line(line).await?;
    }
    Ok(sum)
}

#[tokio::test]
async fn a_form_is_read_line_by_line() {
    both_ways(read_form).await;
    let form = "# today\n pen: 3 @ 120 \n\nink:1@999\nnib:0@5\nrag:2";
    let ran = Executor::test().agreeing().run(read_form(form.into())).await;
    assert_eq!(ran.output().unwrap(), 3 * 120 + 999);
    let ran = Executor::test().agreeing().run(read_form("pen: x".into())).await;
    assert_eq!(ran.error().unwrap(), FormError::NotANumber { line: "pen: x".into() });
}

// ---- versions of a package: a derived order, a bump, a constraint

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Data)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    Major,
    Minor,
    Patch,
}

impl Version {
    pub const FIRST: Version = Version { major: 0, minor: 1, patch: 0 };
}

#[pure]
impl Version {
    pub fn bumped(self, bump: Bump) -> Self {
        match bump {
            Bump::Major => Self { major: self.major + 1, minor: 0, patch: 0 },
            Bump::Minor => Self { minor: self.minor + 1, patch: 0, ..self },
            Bump::Patch => Self { patch: self.patch + 1, ..self },
        }
    }

    pub fn is_compatible_with(&self, other: &Version) -> bool {
        self >= other
            && if self.major == 0 {
                self.minor == other.minor && other.major == 0
            } else {
                self.major == other.major
            }
    }
}

#[pure]
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Version { major, minor, patch } = self;
        write!(f, "v{major}.{minor}.{patch}")
    }
}

#[task]
async fn published_versions(package: &str) -> Answer<Vec<Version>> {
    Ok((0..package.len() as u32).map(|n| Version { major: n % 2, minor: n, patch: 0 }).collect())
}

#[task]
async fn publish_version(package: &str, version: Version, tag: &str) -> Answer<String> {
    Ok(format!("{package}@{tag}{}", version.patch))
}

#[workflow]
pub async fn release(package: String, bump: Option<Bump>) -> Answer<(String, usize)> {
    let mut known = published_versions(&package).await?;
    known.sort_unstable();
    let latest = known.last().copied();
    let next = match (latest, bump) {
        (None, _) => Version::FIRST,
        (Some(latest), None) => latest.bumped(Bump::Patch),
        (Some(latest), Some(bump)) => latest.bumped(bump),
    };
    let compatible = known.iter().filter(|version| next.is_compatible_with(version)).count();
    let tag = next.to_string();
    let name = publish_version(&package, next, &tag).await?;
    Ok((name, compatible))
}

#[tokio::test]
async fn a_release_follows_the_latest() {
    both_ways(release).await;
    let ran = Executor::test().agreeing().run(release("serde".into(), Some(Bump::Minor))).await;
    assert_eq!(ran.output().unwrap(), ("serde@v1.4.00".to_owned(), 2));
}

// ---- what is set by default, what is set by the file, what is set by hand

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    max_retries: u32,
    region: String,
    verbose: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
}

#[pure]
impl Default for Settings {
    fn default() -> Self {
        Settings { max_retries: 3, region: "eu-central-1".into(), verbose: false, labels: BTreeMap::new() }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Overrides {
    #[serde(default)]
    max_retries: Option<u32>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    labels: Vec<(String, String)>,
}

#[pure]
impl Settings {
    fn with(self, overrides: Overrides) -> Self {
        let mut labels = self.labels;
        labels.extend(overrides.labels);
        Self {
            max_retries: overrides.max_retries.unwrap_or(self.max_retries).min(10),
            region: overrides.region.filter(|region| !region.is_empty()).unwrap_or(self.region),
            labels,
            ..self
        }
    }
}

#[task]
async fn deploy(settings: &Settings) -> Answer<String> {
    Ok(format!("{}/{}", settings.region, settings.max_retries))
}

#[workflow]
pub async fn configure(
    file: Option<Settings>,
    overrides: Option<Overrides>,
    verbose: bool,
) -> Answer<(String, Settings)> {
    let settings = file.unwrap_or_default().with(overrides.unwrap_or_default());
    let settings = if verbose { Settings { verbose, ..settings } } else { settings };
    let answer = deploy(&settings).await?;
    Ok((answer, settings))
}

#[tokio::test]
async fn settings_are_laid_over_each_other() {
    both_ways(configure).await;
    let overrides =
        Overrides { max_retries: Some(50), region: Some("".into()), labels: vec![("a".into(), "b".into())] };
    let ran = Executor::test().agreeing().run(configure(None, Some(overrides), true)).await;
    let (answer, settings) = ran.output().unwrap();
    assert_eq!((answer.as_str(), settings.labels.len()), ("eu-central-1/10", 1));
}

// ---- pages of anything

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Page<T> {
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[pure]
impl<T> Page<T> {
    fn is_last(&self) -> bool {
        self.next.is_none()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Customer {
    #[serde(flatten)]
    name: FullName,
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct FullName {
    last: String,
    first: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, Data)]
pub enum Kind {
    #[default]
    Private,
    Business,
}

#[task]
async fn customers(after: Option<&str>) -> Answer<Page<Customer>> {
    let start: u32 = after.and_then(|after| after.parse().ok()).unwrap_or(0);
    let customer = |n: u32| Customer {
        name: FullName { last: format!("L{}", n % 3), first: format!("F{n}") },
        kind: if n % 4 == 0 { Kind::Business } else { Kind::default() },
    };
    let next = (start < 6).then(|| (start + 3).to_string());
    Ok(Page { items: (start..start + 3).map(customer).collect(), next })
}

#[workflow]
pub async fn business_customers() -> Answer<Vec<String>> {
    let mut found: Vec<Customer> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = customers(after.as_deref()).await?;
        let last = page.is_last();
        found.extend(page.items.into_iter().filter(|customer| customer.kind == Kind::Business));
        if last || found.len() >= 50 {
            break;
        }
        after = page.next;
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found
        .iter()
        .map(|Customer { name: FullName { first, last }, .. }| format!("{last}, {first}"))
        .collect())
}

#[tokio::test]
async fn business_customers_are_told_by_name() {
    both_ways(business_customers).await;
    let ran = Executor::test().agreeing().run(business_customers()).await;
    assert_eq!(ran.output().unwrap(), ["L0, F0", "L1, F4", "L2, F8"]);
}

// ---- an order of one's own: urgent first, then old, then by name

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(transparent)]
pub struct Level(u8);

#[pure]
impl TryFrom<u8> for Level {
    type Error = String;

    fn try_from(level: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&level) { Ok(Level(level)) } else { Err(format!("no level {level}")) }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.0
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Chore {
    name: String,
    level: u8,
    age_days: u32,
}

#[pure]
impl Chore {
    fn compare(&self, other: &Self) -> Ordering {
        other
            .level
            .cmp(&self.level)
            .then(other.age_days.cmp(&self.age_days))
            .then_with(|| self.name.cmp(&other.name))
    }
}

#[pure]
impl PartialOrd for Chore {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.compare(other))
    }
}

#[pure]
impl Ord for Chore {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

#[task]
async fn do_chore(name: &str) -> Answer<()> {
    let _ = name;
    Ok(())
}

#[workflow]
pub async fn do_chores(chores: Vec<Chore>, at_most: usize) -> Answer<Vec<String>> {
    let mut chores = chores;
    chores.retain(|chore| Level::try_from(chore.level).is_ok());
    chores.sort();
    let mut done = Vec::with_capacity(at_most);
    for Chore { name, .. } in chores.into_iter().take(at_most) {
        if do_chore(&name).await.is_err() {
            continue;
        }
        done.push(name);
    }
    Ok(done)
}

#[tokio::test]
async fn the_most_urgent_chores_are_done() {
    both_ways(do_chores).await;
    let chore = |name: &str, level, age_days| Chore { name: name.into(), level, age_days };
    let chores = vec![chore("wash", 2, 1), chore("cook", 5, 0), chore("iron", 2, 9), chore("lost", 9, 9)];
    let ran = Executor::test().agreeing().run(do_chores(chores, 2)).await;
    assert_eq!(ran.output().unwrap(), ["cook", "iron"]);
}
