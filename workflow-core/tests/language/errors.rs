//! `?`, `Err`, and matching on what is awaited.

use super::*;

/// An error type of a workflow around that of its tasks.
#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum OrderError {
    #[error("order {order_id} was refused after {attempts} attempts")]
    Refused { order_id: String, attempts: u32 },
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn question_mark(order: Order) -> Result<String, OrderError> {
    let receipt = charge(&order).await?;
    Ok(send(receipt).await?)
}

#[tokio::test]
async fn question_mark_passes_name_and_cause_on() {
    snapshot!(question_mark);
    let declined = ShopError::Declined { reason: "expired".into() };
    let execution = testing().mock(charge, Mock::error(declined.clone())).run(question_mark(order())).await;
    assert_eq!(execution.error(), Some(OrderError::Shop(declined)));
    assert_eq!(execution.outcome().error.as_deref(), Some("Declined"));
    assert_eq!(
        execution.outcome().cause.as_deref(),
        Some(
            r#"{"errorType":"Declined","errorMessage":"{\"message\":\"card declined: expired\",\"data\":{\"reason\":\"expired\"}}"}"#
        )
    );
}

#[workflow]
async fn by_variant(order: Order) -> Result<String, OrderError> {
    match charge(&order).await {
        Ok(receipt) => Ok(receipt),
        Err(ShopError::Declined { reason }) => Ok(send(format!("declined: {reason}")).await?),
        Err(ShopError::SoldOut | ShopError::Platform(PlatformError::Timeout(_))) => Ok("later".to_string()),
        Err(ShopError::Short(left)) if left > 5 => Ok(format!("take {left}")),
        Err(ShopError::Short(left)) => {
            Err(OrderError::Refused { order_id: order.order_id, attempts: left + 1 })
        }
        Err(error) => Err(error.into()),
    }
}

#[tokio::test]
async fn errors_are_caught_by_variant() {
    snapshot!(by_variant);
    let run = |mock| testing().mock(charge, mock).run(by_variant(order()));
    let declined = ShopError::Declined { reason: "expired".into() };
    assert_eq!(run(Mock::error(declined)).await.output().unwrap(), "declined: expired");
    assert_eq!(run(Mock::error(ShopError::SoldOut)).await.output().unwrap(), "later");
    assert_eq!(run(Mock::failure("States.Timeout", "")).await.output().unwrap(), "later");
    assert_eq!(run(Mock::error(ShopError::Short(6))).await.output().unwrap(), "take 6");
    let refused = run(Mock::error(ShopError::Short(5))).await;
    assert_eq!(refused.error(), Some(OrderError::Refused { order_id: "o-1".into(), attempts: 6 }));
    assert_eq!(
        refused.outcome().cause.as_deref(),
        Some(
            r#"{"message":"order o-1 was refused after 6 attempts","data":{"order_id":"o-1","attempts":6}}"#
        )
    );
    let unknown = run(Mock::failure("Lambda.Unknown", "gone")).await;
    assert_eq!(unknown.outcome().error.as_deref(), Some("Lambda.Unknown"));
}

#[workflow]
async fn try_block(order: Order) -> Result<String, OrderError> {
    let sold = async {
        if order.cents == 0 {
            return Err(OrderError::Refused { order_id: order.order_id.clone(), attempts: 0 });
        }
        let receipt = charge(&order).await?;
        Ok(send(receipt).await?)
    };
    match sold.await {
        Ok(text) => Ok(text),
        Err(error) => {
            send(format!("{} failed: {}", order.order_id, error.name())).await?;
            Err(error)
        }
    }
}

#[tokio::test]
async fn an_async_block_gathers_the_errors_of_its_steps() {
    snapshot!(try_block);
    let execution = testing().mock(charge, Mock::error(ShopError::SoldOut)).run(try_block(order())).await;
    assert_eq!(execution.error(), Some(OrderError::Shop(ShopError::SoldOut)));
    assert_eq!(execution.calls(send), [("o-1 failed: SoldOut".to_owned(),)]);
    let refused = testing().run(try_block(Order { cents: 0, ..order() })).await;
    assert_eq!(refused.calls(send), [("o-1 failed: Refused".to_owned(),)]);
    assert_eq!(testing().run(try_block(order())).await.output().unwrap(), "receipt of o-1");
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum Outer {
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Order(#[from] Nested),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum Nested {
    #[error("late")]
    Late,
    #[error("by {days} days")]
    By { days: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn outermost_place(order: Order) -> Result<String, Outer> {
    let result = async {
        if order.cents == 1 {
            return Err(Outer::Order(Nested::Late));
        }
        if order.cents == 2 {
            return Err(Outer::Order(Nested::By { days: order.cents }));
        }
        Ok(charge(&order).await?)
    };
    match result.await {
        Ok(text) => Ok(text),
        Err(Outer::Shop(ShopError::Platform(_))) => Ok("inside".to_string()),
        Err(Outer::Platform(PlatformError::Timeout(_))) => Ok("outside".to_string()),
        Err(Outer::Order(Nested::By { days })) => Ok(format!("{days} days")),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn the_platforms_failures_are_in_the_outermost_place_for_them() {
    snapshot!(outermost_place);
    let run = |cents, mock| testing().mock(charge, mock).run(outermost_place(Order { cents, ..order() }));
    assert_eq!(run(9, Mock::failure("States.Timeout", "")).await.output().unwrap(), "outside");
    assert_eq!(run(2, Mock::hangs()).await.output().unwrap(), "2 days");
    let late = run(1, Mock::hangs()).await;
    assert_eq!(late.error(), Some(Outer::Order(Nested::Late)));
    assert_eq!(
        (late.outcome().error.as_deref(), late.outcome().cause.as_deref()),
        (Some("Late"), Some("late"))
    );
    let permissions = run(9, Mock::failure("States.Permissions", "no")).await;
    assert_eq!(permissions.outcome().error.as_deref(), Some("States.Permissions"));
}

#[workflow]
async fn wrapped_again(order: Order) -> Result<String, Outer> {
    match charge(&order).await {
        Ok(text) => Ok(text),
        Err(error) => Err(Outer::Shop(error)),
    }
}

#[tokio::test]
async fn an_error_in_another_type_keeps_the_cause_that_it_came_with() {
    let declined = || Mock::error(ShopError::Declined { reason: "stolen".into() });
    let execution = testing().mock(charge, declined()).run(wrapped_again(order())).await;
    let cause = execution.outcome().cause.as_deref().unwrap_or_default().to_owned();
    // As Lambda wraps it.
    assert!(cause.contains("errorMessage"), "{cause}");
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum Twice {
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum StoreError {
    #[error("sold out")]
    SoldOut,
    #[error("closed")]
    Closed,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(lambda_transients = false)]
async fn pack(order: &Order) -> Result<String, StoreError> {
    Ok(order.order_id.clone())
}

#[workflow]
async fn ambiguous(order: Order) -> Result<String, Twice> {
    let result = async {
        pack(&order).await?;
        Ok::<_, Twice>(charge(&order).await?)
    };
    match result.await {
        Ok(text) => Ok(text),
        Err(Twice::Store(StoreError::SoldOut)) => Ok("mine".to_string()),
        Err(error) => Err(error),
    }
}

#[workflow]
async fn ambiguous_value(order: Order) -> Result<bool, Twice> {
    let result = async {
        pack(&order).await?;
        Ok::<_, Twice>(charge(&order).await?)
    };
    let result = result.await;
    Ok(matches!(result, Err(Twice::Store(_))))
}

#[test]
fn two_variants_of_one_name_are_not_told_apart() {
    for problems in [
        &<ambiguous as workflow_core::Workflow>::definition().problems,
        &<ambiguous_value as workflow_core::Workflow>::definition().problems,
    ] {
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("the error name `SoldOut` stands for two variants"), "{problems:?}");
        assert!(problems[0].contains("`Store(_) | Shop(_)`"), "{problems:?}");
    }
}

#[workflow]
async fn two_of_one_name(order: Order) -> Result<String, Twice> {
    let result = async {
        pack(&order).await?;
        Ok::<_, Twice>(charge(&order).await?)
    };
    match result.await {
        Ok(text) => Ok(text),
        Err(Twice::Store(StoreError::SoldOut) | Twice::Shop(ShopError::SoldOut)) => Ok("none".to_string()),
        Err(Twice::Store(StoreError::Closed)) => Ok("later".to_string()),
        Err(error) => {
            send(format!("{error}")).await?;
            Err(error)
        }
    }
}

#[tokio::test]
async fn an_error_may_hold_two_of_one_name() {
    snapshot!(two_of_one_name);
    let sold_out = || testing().mock(charge, Mock::error(ShopError::SoldOut)).run(two_of_one_name(order()));
    assert_eq!(sold_out().await.output().unwrap(), "none");
    let packing = |error| testing().mock(pack, Mock::error(error)).run(two_of_one_name(order()));
    assert_eq!(packing(StoreError::SoldOut).await.output().unwrap(), "none");
    assert_eq!(packing(StoreError::Closed).await.output().unwrap(), "later");
}

#[workflow]
async fn told_cause(number: u32) -> Result<String, ShopError> {
    let result = async {
        if number > 3 {
            return Err(ShopError::Short(number));
        }
        Ok(number)
    };
    match result.await {
        Ok(number) => Ok(number.to_string()),
        Err(error) => Ok(error.cause().to_string()),
    }
}

#[workflow]
async fn told_text(number: u32) -> Result<String, ShopError> {
    let result = async {
        if number > 3 {
            return Err(ShopError::SoldOut);
        }
        Ok(number)
    };
    match result.await {
        Ok(number) => Ok(number.to_string()),
        Err(error) => Ok(error.cause().to_string()),
    }
}

#[tokio::test]
async fn the_cause_of_an_error_that_the_workflow_makes_is_known() {
    snapshot!(told_cause);
    snapshot!(told_text);
    let cause = testing().run(told_cause(4)).await.output().unwrap();
    assert_eq!(cause, r#"{"message":"only 4 left","data":{"0":4}}"#);
    assert_eq!(testing().run(told_text(4)).await.output().unwrap(), "sold out");
}

mod another {
    use super::*;

    #[task(lambda_transients = false)]
    pub(super) async fn send(text: String) -> String {
        text
    }
}

#[workflow]
async fn two_of_a_name(text: String) -> Result<String, PlatformError> {
    let text = send(text).await?;
    another::send(text).await
}

#[test]
fn two_tasks_behind_one_function_are_a_problem() {
    let problems = &<two_of_a_name as workflow_core::Workflow>::definition().problems;
    assert!(problems[0].contains("would both be the Lambda function `SendFunction`"), "{problems:?}");
}

#[workflow]
async fn let_else(order: Order) -> Result<String, ShopError> {
    let Ok(receipt) = charge(&order).await else {
        return Err(ShopError::SoldOut);
    };
    if let Err(ShopError::Platform(error)) = charge(&order).await {
        return Err(ShopError::Platform(error));
    }
    Ok(receipt)
}

#[tokio::test]
async fn let_else_takes_the_success_apart() {
    snapshot!(let_else);
    let run = |mocks: [Mock<charge>; 2]| testing().mock(charge, Mock::sequence(mocks)).run(let_else(order()));
    let ok = || Mock::value("paid".to_owned());
    assert_eq!(run([ok(), ok()]).await.output().unwrap(), "paid");
    assert_eq!(run([ok(), Mock::error(ShopError::Short(1))]).await.output().unwrap(), "paid");
    let failed = run([Mock::error(ShopError::Short(1)), ok()]).await;
    assert_eq!(failed.outcome().error.as_deref(), Some("SoldOut"));
    assert_eq!(failed.outcome().cause.as_deref(), Some("sold out"));
    let platform = run([ok(), Mock::failure("States.Permissions", "no")]).await;
    assert_eq!(platform.outcome().error.as_deref(), Some("States.Permissions"));
    assert_eq!(platform.outcome().cause.as_deref(), Some("no"));
}

#[workflow]
async fn nested(order: Order) -> Result<String, OrderError> {
    let outer = async {
        let text = match charge(&order).await {
            Ok(text) => text,
            Err(ShopError::SoldOut) => "none".to_string(),
            Err(error) => return Err(error.into()),
        };
        Ok::<_, OrderError>(send(text).await?)
    };
    match outer.await {
        Ok(text) => Ok(text),
        Err(OrderError::Shop(ShopError::Declined { reason })) => Ok(reason),
        Err(other) => Err(other),
    }
}

#[tokio::test]
async fn an_error_passed_on_goes_straight_to_the_arm_that_takes_it() {
    snapshot!(nested);
    let run = |mock| testing().mock(charge, mock).run(nested(order()));
    assert_eq!(run(Mock::error(ShopError::SoldOut)).await.output().unwrap(), "none");
    let declined = ShopError::Declined { reason: "expired".into() };
    assert_eq!(run(Mock::error(declined)).await.output().unwrap(), "expired");
    let short = run(Mock::error(ShopError::Short(2))).await;
    assert_eq!(short.outcome().error.as_deref(), Some("Short"));
}

/// Raises an error of its own that looks like the one it caught.
#[workflow]
async fn raised_anew(order: Order) -> Result<String, ShopError> {
    let receipt = charge(&order).await.ok();
    let receipt = receipt.ok_or(ShopError::SoldOut)?;
    Ok(receipt)
}

#[tokio::test]
async fn ok_or_raises_a_new_error() {
    let executor = crate::testing().mock(charge, Mock::error(ShopError::SoldOut));
    let execution = executor.run(raised_anew(order())).await;
    let outcome = execution.outcome();
    assert_eq!(outcome.error.as_deref(), Some("SoldOut"));
    assert_eq!(outcome.cause.as_deref(), Some("sold out"));
}

/// Texts that its own `Display` writes are not those of its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
enum Grade {
    Fine,
    VeryBad,
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Fine => "all is well",
            Self::VeryBad => "not good at all",
        })
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum GradeError {
    #[error("{grade}: {pieces} pieces")]
    Refused { grade: Grade, pieces: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn graded(grade: Grade, pieces: u32) -> Result<String, GradeError> {
    if pieces > 3 {
        return Err(GradeError::Refused { grade, pieces });
    }
    let fine = Grade::Fine.to_string();
    Ok(format!("{grade}, said with {fine}"))
}

#[tokio::test]
async fn an_enum_is_written_by_its_display() {
    snapshot!(graded);
    let said = testing().run(graded(Grade::VeryBad, 1)).await;
    assert_eq!(said.output().unwrap(), "not good at all, said with all is well");
    let refused = testing().run(graded(Grade::VeryBad, 4)).await;
    assert_eq!(refused.error(), Some(GradeError::Refused { grade: Grade::VeryBad, pieces: 4 }));
    assert!(refused.outcome().cause.as_deref().unwrap().contains("not good at all: 4 pieces"));
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum ShareError {
    #[error("{share} is too much")]
    TooMuch { share: f64 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn shared(share: f64) -> Result<f64, ShareError> {
    if share > 1.0 { Err(ShareError::TooMuch { share }) } else { Ok(share) }
}

#[test]
fn a_text_with_a_float_in_it_is_a_problem() {
    let problems = &<shared as workflow_core::Workflow>::definition().problems;
    assert!(problems[0].contains("has its field `share` in it"), "{problems:?}");
}

/// A guard of an error that awaits is asked when its pattern matches, and leads on to the arms after it.
#[workflow]
async fn asked_of_errors(order: Order, pieces: u32) -> Result<String, ShopError> {
    match charge(&order).await {
        Err(ShopError::Declined { reason }) if send(reason.clone()).await? == "later" => {
            Ok(format!("{reason}, then"))
        }
        Ok(receipt) if receipt.is_empty() => Ok("no receipt".to_owned()),
        Err(ShopError::Short(left)) if left > 2 && add(left, pieces).await? > 10 => {
            Ok(format!("{left} are enough"))
        }
        Err(ShopError::Short(0)) => Ok("none".to_owned()),
        Err(ShopError::SoldOut) => Ok("none".to_owned()),
        Err(error) if add(pieces, 1).await? == 1 => Err(error),
        Err(ShopError::Declined { reason }) => Ok(format!("no: {reason}")),
        Ok(receipt) => Ok(receipt),
        Err(_) => Ok("something else".to_owned()),
    }
}

#[tokio::test]
async fn the_guard_of_an_error_may_await() {
    snapshot!(asked_of_errors);
    let declined = |reason: &str| ShopError::Declined { reason: reason.to_owned() };
    for (error, pieces, expected, calls) in [
        (declined("later"), 0, Ok("later, then"), (1, 0)),
        (declined("never"), 1, Ok("no: never"), (1, 1)),
        (declined("never"), 0, Err("Declined"), (1, 1)),
        (ShopError::Short(7), 4, Ok("7 are enough"), (0, 1)),
        (ShopError::Short(7), 1, Ok("something else"), (0, 2)),
        (ShopError::Short(7), 0, Err("Short"), (0, 2)),
        (ShopError::Short(2), 4, Ok("something else"), (0, 1)),
        (ShopError::Short(0), 4, Ok("none"), (0, 0)),
        (ShopError::SoldOut, 0, Ok("none"), (0, 0)),
    ] {
        let executor = testing().mock(charge, Mock::error(error.clone()));
        let execution = executor.run(asked_of_errors(order(), pieces)).await;
        match expected {
            Ok(text) => assert_eq!(execution.output().unwrap(), text, "{error} {pieces}"),
            Err(name) => {
                assert_eq!(execution.outcome().error.as_deref(), Some(name), "{error} {pieces}");
            }
        }
        assert_eq!((execution.calls(send).len(), execution.calls(add).len()), calls, "{error} {pieces}");
    }
    let receipt = testing().run(asked_of_errors(order(), 3)).await;
    assert_eq!(receipt.output().unwrap(), "receipt of o-1");
}

/// Blocks of which nothing says what they fail with: they fail as the function around them does.
#[workflow]
async fn open_blocks(order: Order, pieces: u32) -> Result<(u32, Option<String>), OrderError> {
    let (sum, note): (u32, Option<String>) = async {
        defer! { send("done".to_owned()).await?; }
        let receipt = charge(&order).await?;
        if receipt.is_empty() {
            return Ok((0, Some(receipt)));
        }
        Ok((add(pieces, 1).await?, None))
    }
    .await?;
    let block = async {
        let twice: u32 = async { Ok(add(sum, sum).await?) }.await?;
        Ok(twice + 1)
    };
    let counted = block.await?;
    Ok((counted, note))
}

#[tokio::test]
async fn an_open_block_fails_as_the_function_does() {
    snapshot!(open_blocks);
    assert_eq!(testing().run(open_blocks(order(), 3)).await.output().unwrap(), (9, None));
    let failed = testing().mock(charge, Mock::error(ShopError::SoldOut)).run(open_blocks(order(), 3)).await;
    assert_eq!(failed.outcome().error.as_deref(), Some("SoldOut"));
    assert_eq!(failed.calls(send).len(), 1);
}
