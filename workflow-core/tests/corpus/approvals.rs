//! Somebody decides: approvals, escalations, reminders.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Expense {
    id: String,
    amount: u32,
    category: Category,
    submitter: Employee,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    Travel,
    OfficeSupplies,
    #[serde(rename = "misc")]
    Other,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Employee {
    full_name: String,
    manager: Option<Box<Manager>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Manager {
    mail: String,
    limit: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "verdict")]
pub enum Verdict {
    Approved { by: String },
    Rejected { by: String, reason: Option<String> },
    Escalate,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum ApprovalError {
    #[error("rejected by {by}")]
    Rejected { by: String },
    #[error("nobody answered within {hours} hours")]
    Expired { hours: u32 },
    #[error("there is no manager")]
    NoManager,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 86_400)]
async fn ask(token: TaskToken, mail: &str, amount: u32) -> Result<Pending<Verdict>, ApprovalError> {
    let _ = (mail, amount);
    Ok(token.pending())
}

#[task]
async fn ask_now(mail: &str, amount: u32) -> Result<Verdict, ApprovalError> {
    Ok(match amount {
        0..=100 => Verdict::Approved { by: mail.to_owned() },
        101..=500 => {
            Verdict::Rejected { by: mail.to_owned(), reason: (amount % 2 == 0).then(|| "even".to_owned()) }
        }
        _ => Verdict::Escalate,
    })
}

#[task]
async fn notify(to: &str, text: String) -> Result<(), PlatformError> {
    let _ = (to, text);
    Ok(())
}

#[task]
async fn pay_out(expense: &Expense, approved_by: Option<String>) -> Result<String, ApprovalError> {
    Ok(format!("{} paid, by {}", expense.id, approved_by.unwrap_or("nobody".into())))
}

const AUTOMATIC: u32 = 20;

#[workflow]
pub async fn expense_report(expense: Expense) -> Result<String, ApprovalError> {
    if expense.amount <= AUTOMATIC && expense.category != Category::Other {
        return pay_out(&expense, None).await;
    }
    let Some(manager) = &expense.submitter.manager else {
        return Err(ApprovalError::NoManager);
    };
    let mail = if expense.amount > manager.limit.unwrap_or(1_000) {
        "cfo@example.com"
    } else {
        manager.mail.as_str()
    };
    let verdict = match ask_now(mail, expense.amount).await {
        Ok(verdict) => verdict,
        Err(ApprovalError::Platform(PlatformError::Timeout(_))) => {
            notify(mail, format!("please look at {}", expense.id)).await?;
            return Err(ApprovalError::Expired { hours: 24 });
        }
        Err(e) => return Err(e),
    };
    match verdict {
        Verdict::Approved { by } => {
            let paid = pay_out(&expense, Some(by)).await?;
            notify(&expense.submitter.full_name, paid.clone()).await?;
            Ok(paid)
        }
        Verdict::Rejected { by, reason: Some(reason) } => {
            notify(&expense.submitter.full_name, format!("{by} says: {reason}")).await?;
            Err(ApprovalError::Rejected { by })
        }
        Verdict::Rejected { by, reason: None } => Err(ApprovalError::Rejected { by }),
        Verdict::Escalate => {
            notify(
                "board@example.com",
                format!("{} asks for {}", expense.submitter.full_name, expense.amount),
            )
            .await?;
            Ok(format!("{} escalated", expense.id))
        }
    }
}

fn expense(amount: u32, category: Category, manager: Option<Option<u32>>) -> Expense {
    Expense {
        id: "e-1".into(),
        amount,
        category,
        submitter: Employee {
            full_name: "Ann Lee".into(),
            manager: manager.map(|limit| Box::new(Manager { mail: "m@example.com".into(), limit })),
        },
    }
}

program!(an_expense: expense_report [ask_now, notify, pay_out]
    (expense(10, Category::Travel, None)),
    (expense(10, Category::Other, None)),
    (expense(10, Category::Other, Some(None))),
    (expense(200, Category::OfficeSupplies, Some(Some(100)))),
    (expense(201, Category::OfficeSupplies, Some(Some(300)))),
    (expense(2_000, Category::Travel, Some(None))),
);

/// Asks, reminds, asks again, gives up.
#[workflow]
pub async fn three_reminders(expense: Expense) -> Result<String, ApprovalError> {
    let mut reminders = 0;
    let verdict = loop {
        match ask("boss@example.com", expense.amount).timeout(Duration::from_secs(3_600)).await {
            Ok(verdict) => break verdict,
            Err(ApprovalError::Platform(PlatformError::Timeout(_))) => {
                if reminders >= 2 {
                    return Err(ApprovalError::Expired { hours: reminders + 1 });
                }
                reminders += 1;
                notify("boss@example.com", format!("reminder #{reminders}")).await?;
            }
            Err(other) => return Err(other),
        }
    };
    let text = match &verdict {
        Verdict::Approved { by } => format!("approved by {by} after {reminders} reminders"),
        Verdict::Rejected { by, reason } => {
            let reason = reason.as_deref().unwrap_or("no reason");
            format!("rejected by {by}: {reason}")
        }
        Verdict::Escalate => "escalated".to_string(),
    };
    notify(&expense.submitter.full_name, text.clone()).await?;
    Ok(text)
}

program!(reminders: three_reminders [notify]
    with workflow_core::Executor::test().mock(ask, Mock::value(Verdict::Rejected { by: "x".into(), reason: None }));
    (expense(1, Category::Travel, None))
);
program!(reminders_in_vain: three_reminders [notify]
    with workflow_core::Executor::test().mock(ask, Mock::hangs());
    (expense(1, Category::Travel, None))
);
program!(reminders_in_the_end: three_reminders [notify]
    with workflow_core::Executor::test().mock(ask, Mock::sequence([
        Mock::hangs(),
        Mock::failure("States.Timeout", "too late").after(Duration::from_secs(60)),
        Mock::value(Verdict::Approved { by: "y".into() }).after(Duration::from_secs(90)),
    ]));
    (expense(1, Category::Travel, None))
);

/// Two of three must agree; who is asked later is not asked when it is decided.
#[workflow]
pub async fn quorum(mails: Vec<String>, amount: u32) -> Result<bool, ApprovalError> {
    let needed = mails.len() / 2 + 1;
    let mut yes = 0;
    let mut no = 0usize;
    for mail in mails.iter() {
        let verdict = ask_now(mail, amount).await?;
        match verdict {
            Verdict::Approved { .. } => yes += 1,
            Verdict::Rejected { .. } => no += 1,
            Verdict::Escalate => continue,
        }
        if yes >= needed {
            return Ok(true);
        } else if no >= needed {
            return Ok(false);
        }
    }
    Ok(yes > no)
}

program!(a_quorum: quorum [ask_now]
    (vec!["a".into(), "b".into(), "c".into()], 5),
    (vec!["a".into(), "b".into(), "c".into()], 200),
    (vec!["a".into(), "b".into()], 2_000),
    (vec![], 1),
);

/// Approvals in parallel: all must agree.
#[workflow]
pub async fn four_eyes(expense: Expense) -> Result<String, ApprovalError> {
    let (first, second) = try_join!(
        ask_now("one@example.com", expense.amount),
        ask_now("two@example.com", expense.amount + 50)
    )?;
    let both = match (first, second) {
        (Verdict::Approved { by: a }, Verdict::Approved { by: b }) => format!("{a} and {b}"),
        (Verdict::Rejected { by, .. }, _) | (_, Verdict::Rejected { by, .. }) => {
            return Err(ApprovalError::Rejected { by });
        }
        _ => return Ok("undecided".into()),
    };
    pay_out(&expense, Some(both)).await
}

program!(two_must_agree: four_eyes [ask_now, pay_out]
    (expense(5, Category::Travel, None)),
    (expense(60, Category::Travel, None)),
    (expense(150, Category::Travel, None)),
    (expense(600, Category::Travel, None)),
);
