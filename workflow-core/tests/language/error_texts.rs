//! The text of a caught error: `{error}` and `.to_string()`.

use super::*;

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum DeliveryError {
    #[error("parcel {parcel} weighs {grams} g, and {limit} EUR is the limit")]
    Heavy { parcel: String, grams: u64, limit: Decimal<2> },
    #[error("payment: {0}")]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(lambda_transients = false)]
async fn deliver(order: &Order) -> Result<String, DeliveryError> {
    Ok(order.order_id.clone())
}

#[workflow]
async fn told(order: Order) -> Result<String, DeliveryError> {
    match deliver(&order).await {
        Ok(id) => Ok(id),
        Err(error) => {
            send(format!("{error}")).await?;
            Ok(error.to_string())
        }
    }
}

#[tokio::test]
async fn an_error_is_written_as_its_display() {
    snapshot!(told);
    let run = |mock| testing().mock(deliver, mock).run(told(order()));
    for error in [
        DeliveryError::Heavy {
            parcel: "p".into(),
            grams: 12_345_678_901_234,
            limit: Decimal::from_units(1050),
        },
        ShopError::Declined { reason: "expired".into() }.into(),
        ShopError::SoldOut.into(),
        ShopError::Short(3).into(),
        PlatformError::Timeout("late".into()).into(),
        PlatformError::Other { error: "Nobody.Knows".into(), cause: "it".into() }.into(),
    ] {
        let text = error.to_string();
        assert_eq!(run(Mock::error(error)).await.output().unwrap(), text);
    }
}

#[workflow]
async fn of_the_platform(order: Order) -> Result<String, ShopError> {
    match charge(&order).await {
        Ok(receipt) => Ok(receipt),
        Err(ShopError::Platform(error)) => Ok(error.to_string()),
        Err(error @ ShopError::SoldOut) => Ok(format!("{error}!")),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn the_platforms_failures_have_texts_too() {
    snapshot!(of_the_platform);
    let run = |mock| testing().mock(charge, mock).run(of_the_platform(order()));
    let permissions = run(Mock::failure("States.Permissions", "no")).await;
    assert_eq!(permissions.output().unwrap(), "not permitted: no");
    assert_eq!(run(Mock::failure("Unknown", "")).await.output().unwrap(), "Unknown: ");
    assert_eq!(run(Mock::error(ShopError::SoldOut)).await.output().unwrap(), "sold out!");
}

#[workflow]
async fn of_its_own(order: Order) -> Result<String, OwnError> {
    let result = async {
        if order.cents > 100 {
            return Err(OwnError::TooMuch { cents: order.cents });
        }
        Ok::<_, OwnError>(charge(&order).await?)
    }
    .await;
    let text = result.map_err(|error| error.to_string()).unwrap_or_else(|text| text);
    Ok(text)
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum OwnError {
    #[error("{cents}")]
    TooMuch { cents: u32 },
    #[error(transparent)]
    Shop(#[from] ShopError),
}

#[tokio::test]
async fn an_error_in_a_value_has_a_text() {
    snapshot!(of_its_own);
    let run = |cents| testing().run(of_its_own(Order { cents, ..order() }));
    assert_eq!(run(101).await.output().unwrap(), "101");
    assert_eq!(run(1).await.output().unwrap(), "receipt of o-1");
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum ScaleError {
    #[error("{grams} g")]
    Heavy { grams: f64 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(lambda_transients = false)]
async fn weigh() -> Result<String, ScaleError> {
    Ok(String::new())
}

#[workflow]
async fn weighed() -> Result<String, PlatformError> {
    match weigh().await {
        Ok(text) => Ok(text),
        Err(error) => Ok(error.to_string()),
    }
}

#[test]
fn a_text_that_no_state_machine_writes_is_a_problem() {
    let problems = &<weighed as workflow_core::Workflow>::definition().problems;
    assert!(problems[0].contains("may be `Heavy`") && problems[0].contains(".cause()"), "{problems:?}");
}

/// Of an error that may not be there.
#[workflow]
async fn of_an_option(order: Order) -> Result<(Option<String>, Vec<String>), PlatformError> {
    let failed = charge(&order).await.err();
    let mut texts = Vec::new();
    for _ in 0..2 {
        if let Err(error) = charge(&order).await {
            texts.push(error.to_string());
        }
    }
    Ok((failed.map(|error| error.to_string()), texts))
}

#[tokio::test]
async fn an_error_that_may_not_be_there_has_a_text_where_it_is() {
    snapshot!(of_an_option);
    let paid = testing().run(of_an_option(order())).await;
    assert_eq!(paid.output().unwrap(), (None, vec![]));
    let sold_out = testing().mock(charge, Mock::error(ShopError::SoldOut)).run(of_an_option(order())).await;
    let text = "sold out".to_owned();
    assert_eq!(sold_out.output().unwrap(), (Some(text.clone()), vec![text.clone(), text]));
}

#[pure]
fn within(cents: u32, limit: u32) -> Result<u32, OwnError> {
    if cents <= limit { Ok(cents) } else { Err(OwnError::TooMuch { cents }) }
}

#[pure]
fn in_time(cents: u32) -> Result<u32, PlatformError> {
    if cents <= 100 { Ok(cents) } else { Err(PlatformError::Timeout("late".to_owned())) }
}

#[workflow]
async fn of_functions(cents: u32) -> Vec<String> {
    let much = within(cents, 100).map_err(|error| error.to_string()).map(|_| "little".to_string());
    let late = in_time(cents).map_err(|error| error.to_string()).map(|_| "in time".to_string());
    vec![much.unwrap_or_else(|text| text), late.unwrap_or_else(|text| text)]
}

#[tokio::test]
async fn the_text_of_an_error_that_is_known_is_known() {
    snapshot!(of_functions);
    let run = |cents| testing().run(of_functions(cents));
    assert_eq!(run(100).await.output().unwrap(), ["little", "in time"]);
    let late = PlatformError::Timeout("late".into()).to_string();
    assert_eq!(run(101).await.output().unwrap(), ["101".to_owned(), late]);
}

#[task(lambda_transients = false)]
async fn sell(order: &Order) -> Result<String, OwnError> {
    Ok(order.order_id.clone())
}

#[workflow]
async fn sold(order: Order) -> Result<String, OwnError> {
    match sell(&order).await {
        Err(OwnError::Shop(ShopError::Platform(error @ PlatformError::Timeout(_)))) => Ok(error.to_string()),
        Err(OwnError::Shop(ShopError::SoldOut)) => Ok("none".to_string()),
        sold => sold,
    }
}

#[tokio::test]
async fn the_platforms_failures_may_be_deep_inside() {
    snapshot!(sold);
    let run = |mock| testing().mock(sell, mock).run(sold(order()));
    assert_eq!(run(Mock::value("s".into())).await.output().unwrap(), "s");
    assert_eq!(
        run(Mock::failure(PlatformError::TIMEOUT, "late")).await.output().unwrap(),
        "the task timed out: late"
    );
    assert_eq!(run(Mock::error(ShopError::SoldOut.into())).await.output().unwrap(), "none");
    let failed = run(Mock::failure("States.Permissions", "no")).await;
    assert_eq!(failed.outcome().error.as_deref(), Some("States.Permissions"));
}
