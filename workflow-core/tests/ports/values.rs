//! Types that change themselves: carts, lexers, grids, ledgers, with `&mut self`, sets and iterators kept in variables.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    ops::{AddAssign, Neg, Sub},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a cart with methods

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct CartLine {
    sku: String,
    count: u32,
    cents: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Cart {
    lines: Vec<CartLine>,
    #[serde(default)]
    coupon: Option<u8>,
    log: Vec<String>,
}

#[pure]
impl Cart {
    fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.count == 0)
    }

    fn len(&self) -> usize {
        self.lines.len()
    }

    fn contains(&self, sku: &str) -> bool {
        self.lines.iter().any(|line| line.sku == sku)
    }

    fn add(&mut self, sku: &str, count: u32, cents: u64) {
        if count == 0 {
            self.note("nothing added");
            return;
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.sku == sku) {
            line.count += count;
        } else {
            self.lines.push(CartLine { sku: sku.to_owned(), count, cents });
        }
        self.note(&format!("{count} {sku}"));
    }

    fn note(&mut self, text: &str) {
        self.log.push(text.to_string());
    }

    fn drop_line(&mut self, sku: &str) {
        self.lines.retain(|line| line.sku != sku);
    }

    fn total(&self) -> u64 {
        let sum: u64 = self.lines.iter().map(|line| u64::from(line.count) * line.cents).sum();
        match self.coupon {
            Some(percent @ 1..=100) => sum - sum * u64::from(percent) / 100,
            _ => sum,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum CartStep {
    Add { sku: String, count: u8 },
    Drop { sku: String },
    Coupon { percent: u8 },
    Clear,
}

#[task]
async fn price_of(sku: &str) -> Answer<u64> {
    Ok(100 + sku.len() as u64)
}

#[workflow]
pub async fn fill_cart(steps: Vec<CartStep>) -> Answer<(Cart, u64, usize)> {
    let mut cart = Cart::default();
    for step in steps {
        match step {
            CartStep::Add { sku, count } => {
                let cents = price_of(&sku).await?;
                cart.add(&sku, u32::from(count), cents);
            }
            CartStep::Drop { sku } if cart.contains(&sku) => cart.drop_line(&sku),
            CartStep::Drop { .. } => cart.note("not there"),
            CartStep::Coupon { percent } => cart.coupon = Some(percent),
            CartStep::Clear => {
                cart = Cart { log: cart.log, ..Cart::default() };
            }
        }
    }
    if cart.is_empty() {
        cart.note("empty");
    }
    let (total, len) = (cart.total(), cart.len());
    Ok((cart, total, len))
}

#[tokio::test]
async fn a_cart_changes_itself() {
    both_ways(fill_cart).await;
    let add = |sku: &str, count| CartStep::Add { sku: sku.into(), count };
    let steps = vec![
        add("pen", 2),
        add("ink", 1),
        add("pen", 1),
        add("nib", 0),
        CartStep::Drop { sku: "ink".into() },
        CartStep::Drop { sku: "rag".into() },
        CartStep::Coupon { percent: 10 },
    ];
    let ran = Executor::test().agreeing().run(fill_cart(steps)).await;
    let (cart, total, len) = ran.output().unwrap();
    assert_eq!((total, len), (279, 1));
    assert_eq!(cart.log, ["2 pen", "1 ink", "1 pen", "nothing added", "not there"]);
}

// ---- a sum, read character by character

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "t", content = "v", rename_all = "lowercase")]
pub enum Token {
    Number(i64),
    Word(String),
    Sign(char),
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum LexError {
    #[error("`{found}` at {at} is no token")]
    Unknown { found: String, at: usize },
    #[error("{0} is not known")]
    Unset(String),
    #[error("a number is missing")]
    Missing,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
fn tokens(text: &str) -> Result<Vec<Token>, LexError> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    let mut at = 0;
    while let Some(c) = chars.next() {
        at += 1;
        if c.is_whitespace() {
            continue;
        }
        if let Some(digit) = c.to_digit(10) {
            let mut number = i64::from(digit);
            while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                number = number * 10 + i64::from(digit);
                chars.next();
                at += 1;
            }
            found.push(Token::Number(number % 1_000_000));
        } else if c.is_ascii_alphabetic() {
            let mut word = String::from(c);
            while let Some(next) = chars.next_if(|next| next.is_ascii_alphanumeric()) {
                word.push(next);
                at += 1;
            }
            found.push(Token::Word(word));
        } else if matches!(c, '+' | '-') {
            found.push(Token::Sign(c));
        } else {
            return Err(LexError::Unknown { found: c.to_string(), at });
        }
    }
    Ok(found)
}

#[task]
async fn value_of(word: &str) -> Result<i64, LexError> {
    if word.len() > 4 { Err(LexError::Unset(word.to_owned())) } else { Ok(word.len() as i64) }
}

#[workflow]
pub async fn calculate(text: String) -> Result<i64, LexError> {
    let mut tokens = tokens(&text)?.into_iter();
    let mut sum = 0;
    let mut sign = 1;
    let mut open = true;
    while let Some(token) = tokens.next() {
        let value = match token {
            Token::Number(n) => n,
            Token::Word(word) => value_of(&word).await?,
            Token::Sign('-') => {
                sign = -sign;
                open = true;
                continue;
            }
            Token::Sign(_) => {
                open = true;
                continue;
            }
        };
        sum += sign * value;
        sign = 1;
        open = false;
    }
    if open { Err(LexError::Missing) } else { Ok(sum) }
}

#[tokio::test]
async fn a_sum_is_read() {
    both_ways(calculate).await;
    let ran = Executor::test().agreeing().run(calculate("12 + ab - 3 --7".into())).await;
    assert_eq!(ran.output().unwrap(), 12 + 2 - 3 + 7);
    let ran = Executor::test().agreeing().run(calculate("1 $".into())).await;
    assert_eq!(ran.error().unwrap(), LexError::Unknown { found: "$".into(), at: 3 });
}

// ---- a graph is walked, and what was seen is a set

#[task]
async fn friends(of: &str) -> Answer<BTreeSet<String>> {
    Ok(of.chars().map(|c| format!("{}{c}", of.len())).collect())
}

#[workflow]
pub async fn circle(of: String, depth: u8) -> Answer<(usize, Vec<String>, BTreeSet<u64>)> {
    let mut seen: BTreeSet<String> = BTreeSet::from([of.clone()]);
    let mut queue = VecDeque::from([(of, 0u8)]);
    let mut lengths = BTreeSet::new();
    while let Some((name, level)) = queue.pop_front() {
        lengths.insert(name.len() as u64);
        if level >= depth.min(2) || seen.len() > 12 {
            continue;
        }
        for friend in friends(&name).await? {
            if seen.insert(friend.clone()) {
                queue.push_back((friend, level + 1));
            }
        }
    }
    let short: BTreeSet<String> = seen.iter().filter(|name| name.len() <= 2).cloned().collect();
    let long = seen.difference(&short).count();
    let first: Vec<String> = seen.into_iter().take(3).collect();
    Ok((long, first, lengths))
}

#[tokio::test]
async fn friends_of_friends_are_seen_once() {
    both_ways(circle).await;
    let ran = Executor::test().agreeing().run(circle("abca".into(), 2)).await;
    assert_eq!(ran.output().unwrap().1, ["24", "2a", "2b"]);
}

// ---- states that know what comes next

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    Red,
    Amber,
    Green,
}

#[pure]
impl Light {
    fn next(self) -> Self {
        match self {
            Self::Red => Self::Green,
            Self::Green => Self::Amber,
            Self::Amber => Self::Red,
        }
    }

    const fn seconds(&self) -> u64 {
        match self {
            Light::Amber => 3,
            _ => 30,
        }
    }
}

impl fmt::Display for Light {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Light::Red => "stop",
            Light::Amber => "wait",
            Light::Green => "go",
        })
    }
}

#[task]
async fn show_light(light: Light, text: &str) -> Answer<()> {
    let _ = (light, text);
    Ok(())
}

#[workflow]
pub async fn crossing(start: Light, turns: u8) -> Answer<(String, u64)> {
    let mut light = start;
    let mut texts = vec![];
    let mut waited = Duration::ZERO;
    for (n, _) in (1..).zip(0..turns % 6) {
        let text = format!("{n}:{light}");
        show_light(light, &text).await?;
        texts.push(text);
        let wait = Duration::from_secs(light.seconds());
        sleep(wait).await;
        waited += wait;
        light = light.next();
    }
    Ok((texts.join(" "), waited.as_secs()))
}

#[tokio::test]
async fn lights_follow_each_other() {
    both_ways(crossing).await;
    let ran = Executor::test().agreeing().run(crossing(Light::Green, 4)).await;
    assert_eq!(ran.output().unwrap(), ("1:go 2:wait 3:stop 4:go".to_owned(), 93));
}

// ---- money with signs, in several currencies

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(transparent)]
pub struct Amount {
    cents: i64,
}

#[pure]
impl Neg for Amount {
    type Output = Amount;

    fn neg(self) -> Self::Output {
        Amount { cents: -self.cents }
    }
}

#[pure]
impl Sub for Amount {
    type Output = Self;

    fn sub(self, rhs: Self) -> Self {
        Self { cents: self.cents - rhs.cents }
    }
}

#[pure]
impl AddAssign for Amount {
    fn add_assign(&mut self, rhs: Self) {
        self.cents += rhs.cents;
    }
}

#[pure]
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cents < 0 {
            write!(f, "-")?;
        }
        let cents = self.cents.abs();
        let mut parts = vec![];
        let mut whole = cents / 100;
        while whole >= 1000 {
            parts.push(format!("{:03}", whole % 1000));
            whole /= 1000;
        }
        parts.push(whole.to_string());
        for (i, part) in parts.iter().rev().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            f.write_str(part)?;
        }
        write!(f, ".{:02}", cents % 100)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Booking {
    account: String,
    amount: Amount,
}

#[task]
async fn print_balance(account: &str, balance: &str) -> Answer<()> {
    let _ = (account, balance);
    Ok(())
}

#[workflow]
pub async fn balances(bookings: Vec<Booking>) -> Answer<Vec<String>> {
    let mut accounts: BTreeMap<String, Amount> = BTreeMap::new();
    let mut turnover = Amount::default();
    for Booking { account, amount } in bookings {
        let size = if amount < Amount::default() { -amount } else { amount };
        turnover += size;
        let balance = accounts.entry(account).or_default();
        *balance += amount;
    }
    let highest = accounts.values().max().copied().unwrap_or_default();
    let mut lines = vec![];
    for (account, balance) in &accounts {
        let text = balance.to_string();
        print_balance(account, &text).await?;
        lines.push(format!("{account} {text} ({} below)", highest - *balance));
    }
    lines.push(format!("= {turnover}"));
    Ok(lines)
}

#[tokio::test]
async fn accounts_are_balanced() {
    both_ways(balances).await;
    let booking = |account: &str, cents| Booking { account: account.into(), amount: Amount { cents } };
    let bookings = vec![booking("a", 123_456_789), booking("b", -5), booking("a", 11)];
    let ran = Executor::test().agreeing().run(balances(bookings)).await;
    assert_eq!(
        ran.output().unwrap(),
        ["a 1,234,568.00 (0.00 below)", "b -0.05 (1,234,568.05 below)", "= 1,234,568.05"]
    );
}

// ---- a number made of a text, and a code made of a number

#[pure]
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| hash.wrapping_mul(16_777_619).wrapping_add(u32::from(byte)))
}

#[pure]
fn base_36(number: u32) -> String {
    let mut rest = number;
    let mut digits = Vec::new();
    loop {
        let digit = (rest % 36) as u8;
        digits.push(if digit < 10 { (b'0' + digit) as char } else { (b'a' + digit - 10) as char });
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    digits.into_iter().rev().collect()
}

#[task]
async fn is_code_free(code: &str) -> Answer<bool> {
    Ok(!code.starts_with('1'))
}

#[workflow]
pub async fn short_link(url: String) -> Answer<(String, u32)> {
    let mut salt = 0;
    loop {
        let code = base_36(fnv(&format!("{url}{}", "#".repeat(salt as usize))));
        if is_code_free(&code).await? || salt >= 3 {
            return Ok((code, salt));
        }
        salt += 1;
    }
}

#[tokio::test]
async fn links_are_shortened() {
    both_ways(short_link).await;
    let ran = Executor::test().agreeing().run(short_link("https://é.example/€?𝄞".into())).await;
    assert_eq!(ran.output().unwrap().0.len(), 6);
}
