//! People who are asked, reminded, and who may not answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- an expense that is approved by steps up a chain

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Expense {
    id: u64,
    amount: Decimal<2>,
    category: Category,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    Travel,
    Meals,
    OfficeSupplies,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "UPPERCASE")]
pub enum Decision {
    Approved,
    Rejected { by: String, why: Option<String> },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ExpenseError {
    #[error("expense {id} was rejected by {by}")]
    Rejected { id: u64, by: String },
    #[error("{who} did not answer in time")]
    NoAnswer { who: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 86_400)]
async fn ask(token: TaskToken, who: &str, expense: &Expense) -> Result<Pending<Decision>, ExpenseError> {
    let _ = (who, expense);
    Ok(token.pending())
}

#[task]
async fn remind(who: &str, time: u32) -> Answer<()> {
    let _ = (who, time);
    Ok(())
}

#[pure]
fn approvers(expense: &Expense) -> Vec<&'static str> {
    match expense.category {
        Category::Travel if expense.amount > Decimal::from_units(100_000) => vec!["lead", "head", "cfo"],
        Category::Travel | Category::Meals => vec!["lead"],
        Category::OfficeSupplies => vec![],
    }
}

#[workflow]
pub async fn approve_expense(expense: Expense) -> Result<String, ExpenseError> {
    for who in approvers(&expense) {
        let mut reminders = 0;
        let decision = loop {
            match ask(who, &expense).await {
                Ok(decision) => break decision,
                Err(ExpenseError::Platform(PlatformError::Timeout(_))) if reminders < 2 => {
                    reminders += 1;
                    remind(who, reminders).await?;
                }
                Err(ExpenseError::Platform(PlatformError::Timeout(_))) => {
                    return Err(ExpenseError::NoAnswer { who: who.to_string() });
                }
                Err(other) => return Err(other),
            }
        };
        if let Decision::Rejected { by, why } = decision {
            if let Some(why) = why {
                return Ok(format!("{by} says no: {why}"));
            }
            return Err(ExpenseError::Rejected { id: expense.id, by });
        }
    }
    Ok(format!("#{:04} approved: {}", expense.id, expense.amount))
}

#[tokio::test]
async fn who_is_silent_is_reminded() {
    both_ways(approve_expense).await;
}

// ---- a code by SMS with four attempts, before a deadline

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Verified {
    Yes { attempts: u8 },
    No,
}

#[task]
async fn send_code(phone: &str, code: u32) -> Answer<()> {
    let _ = (phone, code);
    Ok(())
}

#[task(timeout_seconds = 90)]
async fn read_code(token: TaskToken, phone: &str) -> Answer<Pending<u32>> {
    let _ = phone;
    Ok(token.pending())
}

#[workflow]
pub async fn verify_phone(phone: String) -> Answer<Verified> {
    let code = random_range(1000..=9999).await;
    send_code(&phone, code).await?;
    for attempt in 1..=4u8 {
        let Ok(answer) = read_code(&phone).await else {
            break;
        };
        if answer == code {
            return Ok(Verified::Yes { attempts: attempt });
        }
    }
    Ok(Verified::No)
}

#[tokio::test]
async fn four_attempts_and_no_more() {
    both_ways(verify_phone).await;
}

// ---- a subscription with a trial, billed each month until it is cancelled

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
#[serde(default)]
pub struct Subscription {
    email: String,
    trial_days: u64,
    months: u32,
    price: u32,
}

impl Default for Subscription {
    fn default() -> Self {
        Self { email: String::new(), trial_days: 14, months: 2, price: 900 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub enum Plan {
    Active,
    Cancelled,
    PastDue,
}

#[task]
async fn status(email: &str, month: u32) -> Answer<Plan> {
    Ok(match (email.is_empty(), month) {
        (true, 2..) => Plan::Cancelled,
        (false, 1) => Plan::PastDue,
        _ => Plan::Active,
    })
}

#[task]
async fn bill(email: &str, cents: u32) -> Answer<()> {
    let _ = (email, cents);
    Ok(())
}

#[task]
async fn mail(to: &str, text: String) -> Answer<()> {
    let _ = (to, text);
    Ok(())
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[workflow]
pub async fn subscribe(subscription: Subscription) -> Answer<u32> {
    let Subscription { email, trial_days, months, price } = subscription;
    mail(&email, "Welcome".to_string()).await?;
    sleep(DAY * trial_days as u32).await;
    let mut billed = 0;
    'months: for month in 1..=months {
        let mut grace = 3;
        loop {
            match status(&email, month).await? {
                Plan::Active => break,
                Plan::Cancelled => break 'months,
                Plan::PastDue if grace == 0 => {
                    billed += price / 10;
                    break;
                }
                Plan::PastDue => {
                    grace -= 1;
                    sleep(DAY).await;
                }
            }
        }
        bill(&email, price).await?;
        billed += price;
        sleep(30 * DAY).await;
    }
    mail(&email, format!("You paid {}.{:02}", billed / 100, billed % 100)).await?;
    Ok(billed)
}

#[tokio::test]
async fn each_month_is_billed() {
    both_ways(subscribe).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(subscribe(Subscription { email: "a@b".into(), ..Subscription::default() })).await;
    assert_eq!(ran.output().unwrap(), 1890);
}

// ---- an applicant who is old enough, and who is told in their language

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Applicant {
    #[serde(rename = "fname")]
    first: String,
    #[serde(rename = "lname")]
    last: String,
    age: u8,
    email: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
}

impl Applicant {
    fn greeting(language: &str) -> &'static str {
        match language {
            "de" => "Hallo",
            "fr" => "Bonjour",
            _ => "Hello",
        }
    }
}

#[task]
async fn start_application(applicant: &Applicant) -> Answer<String> {
    Ok(format!("A-{}", applicant.age))
}

#[task]
async fn reject(email: &str, text: String) -> Answer<()> {
    let _ = (email, text);
    Ok(())
}

#[pure]
fn greeting(language: Option<&str>) -> &'static str {
    match language {
        Some("de") => "Hallo",
        Some("fr") => "Bonjour",
        Some(_) | None => "Hello",
    }
}

#[workflow]
pub async fn apply(applicant: Applicant) -> Answer<Option<String>> {
    let language = applicant.languages.first().map(|l| l.as_str());
    let hello = greeting(language);
    if applicant.age < 18 {
        if let Some(email) = &applicant.email {
            let initial = applicant.first.chars().next().map(|c| c.to_string()).unwrap_or_default();
            reject(
                email,
                format!("{hello} {initial}. {}, come back in {} years", applicant.last, 18 - applicant.age),
            )
            .await?;
        }
        return Ok(None);
    }
    Ok(Some(start_application(&applicant).await?))
}

#[tokio::test]
async fn minors_are_told_when_to_come_back() {
    assert_eq!(Applicant::greeting("de"), "Hallo");
    both_ways(apply).await;
}

// ---- a purchase order with a deadline for each of its steps

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Deadline {
    step: String,
    by: Timestamp,
    left: TimeSpan,
}

#[task]
async fn confirm(order: u64, by: Timestamp) -> Answer<bool> {
    let _ = by;
    Ok(order % 2 == 0)
}

#[workflow]
pub async fn purchase_order(order: u64, steps: Vec<(String, u64)>) -> Answer<Vec<Deadline>> {
    let started = now().await;
    let mut deadlines = vec![];
    let mut due = started;
    for (step, hours) in steps {
        due = due + Duration::from_secs(hours * 3600);
        if !confirm(order, due).await? {
            sleep_until(due).await;
        }
        let left = due - now().await;
        deadlines.push(Deadline { step, by: due, left });
    }
    Ok(deadlines)
}

#[tokio::test]
async fn what_is_not_confirmed_waits_for_its_deadline() {
    both_ways(purchase_order).await;
    let steps = vec![("a".to_string(), 1), ("b".to_string(), 2)];
    let ran = Executor::test().agreeing().run(purchase_order(3, steps)).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(3 * 3600));
    assert!(ran.output().unwrap().iter().all(|deadline| deadline.left == TimeSpan::ZERO));
}
