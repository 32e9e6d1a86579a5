//! Lambda: the functions that are deployed do the tasks of a workflow that runs in process.

use serde_json::json;
use workflow_core::{prelude::*, services::aws::Lambda};

use crate::server::{config, server};

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum PaymentError {
    #[error("{cents} cents were refused")]
    Refused { cents: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(lambda_transients = false)]
async fn charge(order: String, cents: u32) -> Result<String, PaymentError> {
    Ok(format!("{order} in this process: {cents}"))
}

#[workflow]
async fn sell(cents: u32) -> Result<String, PaymentError> {
    charge("o-1".to_owned(), cents).await
}

fn executor(address: &str) -> Executor {
    let client = aws_sdk_lambda::Client::from_conf(config!(aws_sdk_lambda, address));
    Executor::new().service(Lambda::new(client).prefix("shop-").qualifier("live"))
}

#[tokio::test]
async fn a_deployed_function_does_the_task() {
    let (address, asked) = server(vec![(200, r#""paid""#)]).await;
    let execution = executor(&address).run(sell(5)).await;
    assert_eq!(execution.output().unwrap(), "paid");
    let [question] = &asked.lock().unwrap().clone()[..] else { panic!() };
    assert!(
        question
            .line
            .starts_with("POST /2015-03-31/functions/shop-ChargeFunction/invocations?Qualifier=live"),
        "{}",
        question.line
    );
    assert_eq!(question.json(), json!({ "order": "o-1", "cents": 5 }));
}

#[tokio::test]
async fn its_error_is_the_error_of_the_task() {
    let refused = r#"{"errorType":"Refused","errorMessage":"{\"message\":\"\",\"data\":{\"cents\":7}}"}"#;
    let (address, _) = server(vec![(200, refused)]).await;
    let execution = executor(&address).run(sell(7)).await;
    assert_eq!(execution.error(), Some(PaymentError::Refused { cents: 7 }));
}

#[tokio::test]
async fn what_lambda_says_has_the_name_that_step_functions_gives_it() {
    let busy = r#"{"__type":"TooManyRequestsException","Reason":"ConcurrentInvocationLimitExceeded","message":"Rate Exceeded"}"#;
    let (address, _) = server(vec![(429, busy)]).await;
    let outcome = executor(&address).run(sell(5)).await.outcome().clone();
    assert_eq!(outcome.error.as_deref(), Some("Lambda.TooManyRequestsException"));
}

#[tokio::test]
async fn a_mock_stands_before_it() {
    let (address, asked) = server(Vec::new()).await;
    let executor = executor(&address).mock(charge, Mock::value("mocked".to_owned()));
    assert_eq!(executor.run(sell(5)).await.output().unwrap(), "mocked");
    assert!(asked.lock().unwrap().is_empty());
}
