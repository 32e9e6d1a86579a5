//! What a type of the author's has of Rust's traits, and methods that change it.

use std::{cmp::Ordering, collections::BTreeSet, fmt, str::FromStr};

use super::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
struct Cents(i64);

#[pure]
impl std::ops::Add for Cents {
    type Output = Cents;
    fn add(self, other: Self) -> Self::Output {
        Self(self.0 + other.0)
    }
}

#[pure]
impl std::ops::Mul<i64> for Cents {
    type Output = Self;
    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}

#[pure]
impl std::ops::Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

#[pure]
impl std::ops::AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

#[pure]
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}.{:02}", self.0.abs() / 100, self.0.abs() % 100)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
struct Version {
    major: u32,
    minor: Option<u32>,
}

#[pure]
impl FromStr for Version {
    type Err = ShopError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (major, minor) = text.split_once('.').unwrap_or((text, ""));
        let major = major.parse().map_err(|_| ShopError::SoldOut)?;
        Ok(Self { major, minor: minor.parse().ok() })
    }
}

#[pure]
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version { major, minor: Some(minor) } => write!(f, "{major}.{minor}"),
            Version { major, minor: None } => write!(f, "{major}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
struct Chore {
    name: String,
    level: u8,
}

#[pure]
impl PartialOrd for Chore {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[pure]
impl Ord for Chore {
    fn cmp(&self, other: &Self) -> Ordering {
        other.level.cmp(&self.level).then_with(|| self.name.cmp(&other.name))
    }
}

trait Described {
    fn described(&self) -> String;
}

#[pure]
impl Described for Chore {
    fn described(&self) -> String {
        format!("{} ({})", self.name, self.level)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Basket {
    lines: Vec<(String, u32)>,
    notes: Vec<String>,
}

#[pure]
impl Basket {
    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn contains(&self, sku: &str) -> bool {
        self.lines.iter().any(|(known, _)| known == sku)
    }

    fn add(&mut self, sku: impl Into<String>, count: u32) {
        let sku = sku.into();
        if count == 0 {
            return;
        }
        match self.lines.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, old)) => *old += count,
            None => self.lines.push((sku, count)),
        }
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
enum Light {
    Red,
    Green,
}

#[pure]
impl Light {
    fn next(self) -> Self {
        match self {
            Light::Red => Light::Green,
            Light::Green => Light::Red,
        }
    }
}

#[task(lambda_transients = false)]
async fn tell(text: &str) -> Result<(), ShopError> {
    if text == "?" { Err(ShopError::SoldOut) } else { Ok(()) }
}

#[workflow]
async fn priced(prices: Vec<Cents>, times: i64) -> Result<(String, Cents, bool), ShopError> {
    let mut total = Cents::default();
    for price in &prices {
        total += *price * times;
        send(format!("{price} of {total}")).await?;
    }
    let highest = prices.iter().max().copied().unwrap_or_default();
    Ok((total.to_string(), -highest + Cents(1), total > highest))
}

#[workflow]
async fn newest(texts: Vec<String>, at_least: Version) -> Result<Option<String>, ShopError> {
    let mut versions = texts.iter().map(|text| text.parse::<Version>()).collect::<Result<Vec<_>, _>>()?;
    versions.sort();
    versions.retain(|version| *version >= at_least);
    Ok(versions.last().map(|version| format!("v{version}")))
}

#[workflow]
async fn most_urgent(mut chores: Vec<Chore>) -> (Vec<String>, Option<Chore>, bool) {
    chores.sort();
    let texts = chores.iter().map(|chore| chore.described()).collect();
    let last = chores.iter().max().cloned();
    let in_order = chores.windows(2).all(|pair| pair[0] <= pair[1]);
    (texts, last, in_order)
}

#[workflow]
async fn filled(words: Vec<String>, light: Light) -> Result<(Basket, Light, bool), ShopError> {
    let mut basket = Basket::default();
    let mut light = light;
    for word in &words {
        match word.as_str() {
            "" => basket.note("nothing"),
            known if basket.contains(known) => basket.note("again"),
            _ => {
                send(word.clone()).await?;
                basket.add(word.as_str(), 2);
            }
        }
        light = light.next();
    }
    basket.add("bag", u32::from(!basket.is_empty()));
    let empty = basket.is_empty();
    Ok((basket, light, empty))
}

#[workflow]
async fn read(text: String, sent: BTreeSet<u32>) -> Result<(Vec<String>, BTreeSet<u32>), ShopError> {
    let mut sent = sent;
    let mut words = text.split(' ').peekable();
    let mut found = vec![];
    while let Some(word) = words.next() {
        match tell(word).await {
            Ok(()) => {}
            Err(ShopError::SoldOut) => continue,
            other => other?,
        }
        if sent.insert(word.len() as u32) && words.peek().is_some() {
            found.push(word.to_string());
        }
    }
    Ok((found, sent))
}

#[tokio::test]
async fn traits_mean_what_they_say() {
    snapshot!(priced);
    let ran = testing().run(priced(vec![Cents(150), Cents(-5)], 2)).await;
    assert_eq!(ran.output().unwrap(), ("2.90".to_owned(), Cents(-149), true));
    snapshot!(newest);
    let at_least = Version { major: 1, minor: None };
    let texts = ["1.2", "1", "0.9", "1.10"].map(String::from).to_vec();
    assert_eq!(
        testing().run(newest(texts, at_least.clone())).await.output().unwrap().as_deref(),
        Some("v1.10")
    );
    let ran = testing().run(newest(vec!["x".into()], at_least)).await;
    assert_eq!(ran.error(), Some(ShopError::SoldOut));
    snapshot!(most_urgent);
    let chore = |name: &str, level| Chore { name: name.into(), level };
    let chores = vec![chore("b", 1), chore("c", 3), chore("a", 1)];
    let (texts, last, in_order) = testing().run(most_urgent(chores)).await.output().unwrap();
    assert_eq!((texts.join(" ").as_str(), last, in_order), ("c (3) a (1) b (1)", Some(chore("b", 1)), true));
}

#[tokio::test]
async fn a_value_changes_by_its_methods() {
    snapshot!(filled);
    let words = ["pen", "", "pen", "ink"].map(String::from).to_vec();
    let (basket, light, empty) = testing().run(filled(words, Light::Red)).await.output().unwrap();
    let lines = [("pen", 2), ("ink", 2), ("bag", 1)].map(|(sku, count)| (sku.to_owned(), count)).to_vec();
    assert_eq!(basket, Basket { lines, notes: vec!["nothing".into(), "again".into()] });
    assert_eq!((light, empty), (Light::Red, false));
}

#[tokio::test]
async fn an_iterator_moves_on() {
    snapshot!(read);
    let ran = testing().run(read("a ? bb c dd".into(), BTreeSet::from([2]))).await;
    assert_eq!(ran.output().unwrap(), (vec!["a".to_owned()], BTreeSet::from([1, 2])));
}
