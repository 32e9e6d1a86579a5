//! What the workflow cannot be blamed for.

use super::fixture::*;
use crate::{Catalogue, Executor, Mock, Start, Status};

fn check(execution: &crate::Execution<checkout>, message: &str) {
    assert_eq!(execution.status(), Status::Aborted);
    assert_eq!(execution.output().unwrap_err().to_string(), message);
    assert_eq!(execution.error(), None);
}

#[tokio::test]
async fn a_missing_state_is_named() {
    let execution = Executor::test().run(checkout(order(99))).await;
    check(
        &execution,
        "the task `receipt` cannot run: no shared state of type `&str` was given; add it with `.state(..)` on the executor",
    );
    assert_eq!(execution.history().types().last(), Some(&"ExecutionAborted"));
    assert_eq!(Executor::test().state("here").run(checkout(order(99))).await.status(), Status::Succeeded);
}

#[tokio::test]
async fn a_mock_that_ran_out_is_named() {
    let executor = Executor::test().mock(charge, Mock::sequence([Mock::error(PaymentError::Busy)]));
    check(
        &executor.run(checkout(order(1))).await,
        "the mock of `charge` has 1 answers and was asked for one more; add one to its `Mock::sequence`",
    );
}

#[tokio::test]
async fn an_input_that_does_not_fit_names_the_field() {
    let run = |input: &str| Executor::test().run(Start::<checkout>::from_json(input));
    check(
        &run(r#"{"id": "A-1"}"#).await,
        "the input of `checkout` does not fit its parameters: missing field `cents` (line 1, column 13)",
    );
    check(
        &run("{\"id\": \"A-1\",\n \"cents\": \"many\"}").await,
        "the input of `checkout` does not fit its parameters: `cents`: invalid type: string \"many\", expected u32 (line 2, column 16)",
    );
    let execution = run(&" ".repeat(crate::MAX_DATA_BYTES + 1)).await;
    check(&execution, "the input of `checkout` has 262145 bytes; Step Functions allows at most 262144");
    assert!(execution.history().events.is_empty());
    let fits = r#"{"id": "A-1", "cents": 1}"#;
    let most = " ".repeat(crate::MAX_DATA_BYTES - fits.len());
    assert_eq!(run(&format!("{fits}{most}")).await.status(), Status::Succeeded);
}

#[test]
fn no_two_tasks_wait_for_the_same_token() {
    let tokens = crate::TaskTokens::default();
    let waiting = [1, 2, 3].map(|_| tokens.issue("here"));
    let [first, second, third] = waiting.each_ref().map(|wait| wait.token.as_str());
    assert!(first != second && second != third && first != third);
}

#[tokio::test]
async fn an_execution_that_can_never_go_on_is_told() {
    let execution = Executor::test().mock(receipt, Mock::hangs()).run(reprint(None)).await;
    assert_eq!(
        execution.output().unwrap_err().to_string(),
        "nothing can happen any more in `Print Again`; give the task that hangs a timeout"
    );
}

#[tokio::test]
async fn a_catalogue_runs_workflows_by_name() {
    let catalogue = Catalogue::new().add::<checkout>().add::<patient>();
    catalogue.check().unwrap();
    let entry = catalogue.get("checkout").unwrap();
    assert_eq!(entry.definition().sites, ["Charge Card", "Receipt"]);
    assert!(entry.check_input("{}").is_err());
    let report = tokio::spawn(entry.run(&Executor::test(), r#"{"id":"A-1","cents":5}"#)).await.unwrap();
    assert_eq!(report.outcome.output.as_deref(), Some(r#""receipt of 5""#));
}

#[test]
fn a_catalogue_tells_unknown_and_duplicate_names() {
    let catalogue = Catalogue::new().add::<checkout>().add::<patient>();
    assert_eq!(
        catalogue.get("chekout").unwrap_err().to_string(),
        "there is no workflow `chekout`; there are: checkout, patient"
    );
    assert_eq!(
        catalogue.add::<checkout>().check().unwrap_err().to_string(),
        "`checkout` and `checkout` are both named `checkout`; give one another name: `#[workflow(name = \"..\")]`"
    );
}
