//! A workflow written with nothing but the README and the rustdoc at hand: it watches a bookshop's
//! loans. It uses no name of workflow-core that is not public.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

/// A book that somebody borrowed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Loan {
    /// The book.
    pub title: String,
    /// Who has it.
    pub reader: Reader,
    /// How many days it is late.
    pub days_late: i32,
    /// What the reader says.
    pub excuse: Option<String>,
}

/// Somebody who borrows books.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind")]
pub enum Reader {
    /// A grown-up with a mailbox.
    Adult {
        /// The mailbox.
        mail: String,
    },
    /// A child, who pays no fees.
    Child,
}

/// Why a loan is not closed.
#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum LoanError {
    /// The reader has gone.
    #[error("no letters reach {mail}")]
    Unreachable {
        /// Where the letter went.
        mail: String,
    },
    /// The postman is on holiday.
    #[error("no post today")]
    NoPost,
    /// What the platform itself may answer.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

/// What was written, by reader.
#[derive(Clone, Default)]
pub struct Letters(pub std::sync::Arc<std::sync::Mutex<Vec<String>>>);

/// Writes a letter.
#[task(retry(errors = [NoPost], interval_seconds = 60, max_attempts = 3), timeout_seconds = 5)]
pub async fn write_letter(State(letters): State<Letters>, mail: &str, text: &str) -> Result<u32, LoanError> {
    if mail == "nowhere" {
        return Err(LoanError::Unreachable { mail: mail.to_owned() });
    }
    let mut letters = letters.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    letters.push(format!("{mail}: {text}"));
    Ok(u32::try_from(letters.len()).unwrap_or(u32::MAX))
}

const FEE_PER_DAY: i32 = 20;

/// Asks for a book back, and says what being late costs.
#[workflow]
pub async fn remind(loan: Loan) -> Result<String, LoanError> {
    if loan.days_late <= 0 {
        return Ok("not late".to_string());
    }
    let Reader::Adult { mail } = &loan.reader else {
        return Ok("children pay no fees".to_string());
    };
    let fee = match &loan.excuse {
        Some(_) => 0,
        None => loan.days_late * FEE_PER_DAY,
    };
    /// One letter is enough.
    let sent = write_letter(mail, &format!("{} is late; the fee is {fee}", loan.title))
        .timeout(Duration::from_secs(10))
        .await;
    match sent {
        Ok(number) => Ok(format!("letter {number}")),
        Err(LoanError::Unreachable { mail }) => Ok(format!("gone from {mail}")),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use workflow_core::{Workflow, asl, emit};

    use super::*;

    fn loan(mail: &str) -> Loan {
        let reader = Reader::Adult { mail: mail.into() };
        Loan { title: "Emma".into(), reader, days_late: 3, excuse: None }
    }

    #[tokio::test]
    async fn the_handler_writes_the_letter() {
        let letters = Letters::default();
        let execution = Executor::test().state(letters.clone()).run(remind(loan("ann"))).await;
        assert_eq!(execution.output().unwrap(), "letter 1");
        assert_eq!(*letters.0.lock().unwrap(), ["ann: Emma is late; the fee is 60"]);
    }

    #[tokio::test]
    async fn an_unreachable_reader_is_an_answer() {
        let execution = Executor::test().state(Letters::default()).run(remind(loan("nowhere"))).await;
        assert_eq!(execution.output().unwrap(), "gone from nowhere");
    }

    #[tokio::test]
    async fn the_post_is_tried_four_times() {
        let execution = Executor::test()
            .mock(write_letter, Mock::error(LoanError::NoPost))
            .run(remind(loan("ann")))
            .await;
        assert_eq!(execution.error(), Some(LoanError::NoPost));
        assert_eq!(execution.elapsed(), Duration::from_secs(60 + 120 + 240));
        assert_eq!(execution.calls(write_letter).len(), 4);
    }

    #[test]
    fn the_state_machine_is_sound() {
        let definition = remind::definition();
        asl::check(&definition.machine, &definition.placeholders()).unwrap();
        assert!(emit::render(&definition.machine).contains("\"Comment\": \"One letter is enough.\""));
    }
}
