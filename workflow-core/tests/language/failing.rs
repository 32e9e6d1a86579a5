//! Values that may fail, where the workflow catches every error: a panic passes `match` by, and so does what a
//! state machine cannot evaluate.

use super::*;

#[task(lambda_transients = false)]
async fn ship(parcels: u32) -> Result<u32, PlatformError> {
    Ok(parcels)
}

#[task(retry(errors = [ALL]), lambda_transients = false)]
async fn ship_again(parcels: u32) -> Result<u32, PlatformError> {
    Ok(parcels)
}

/// How it ended, and how often it shipped.
async fn ending<W: workflow_core::Workflow>(
    start: workflow_core::Start<W>,
) -> (Result<W::Output, String>, usize) {
    let execution = testing().run(start).await;
    let shipped = execution.calls(ship).len() + execution.calls(ship_again).len();
    let output = execution.output().map_err(|failure| match failure {
        workflow_core::ExecutionError::Failed { error, .. } => error,
        other => other.to_string(),
    });
    (output, shipped)
}

fn failed<T>(shipped: usize) -> (Result<T, String>, usize) {
    (Err("States.QueryEvaluationError".to_owned()), shipped)
}

#[workflow]
async fn before_all(parcels: u32, carts: u32) -> Result<u32, PlatformError> {
    let each = parcels / carts;
    ship(1).await?;
    Ok(each)
}

#[tokio::test]
async fn what_fails_first_does_so_before_any_task() {
    snapshot!(before_all);
    assert_eq!(ending(before_all(8, 2)).await, (Ok(4), 1));
    assert_eq!(ending(before_all(8, 0)).await, failed(0));
}

#[workflow]
async fn before_a_choice(parcels: u32, carts: u32) -> Result<u32, PlatformError> {
    let each = parcels / carts;
    if parcels > 3 {
        ship(1).await?;
    }
    Ok(each)
}

#[tokio::test]
async fn what_fails_first_does_so_before_a_choice() {
    assert_eq!(ending(before_a_choice(8, 2)).await, (Ok(4), 1));
    assert_eq!(ending(before_a_choice(8, 0)).await, failed(0));
    assert_eq!(ending(before_a_choice(1, 0)).await, failed(0));
}

#[workflow]
async fn behind_a_catcher(parcels: u32, carts: u32) -> Result<u32, PlatformError> {
    let each = match ship(carts).await {
        Ok(carts) => parcels / carts,
        Err(_) => 7,
    };
    ship(1).await?;
    Ok(each)
}

#[workflow]
async fn behind_the_last(parcels: u32, carts: u32) -> u32 {
    match ship(carts).await {
        Ok(carts) => parcels / carts,
        Err(_) => 7,
    }
}

#[tokio::test]
async fn what_is_computed_of_a_result_is_not_caught_with_the_tasks_errors() {
    snapshot!(behind_a_catcher);
    assert_eq!(ending(behind_a_catcher(8, 2)).await, (Ok(4), 2));
    assert_eq!(ending(behind_a_catcher(8, 0)).await, failed(1));
    snapshot!(behind_the_last);
    assert_eq!(ending(behind_the_last(8, 2)).await, (Ok(4), 1));
    assert_eq!(ending(behind_the_last(8, 0)).await, failed(1));
    let caught = testing().mock(ship, Mock::failure("Lost", "at sea")).run(behind_the_last(8, 2)).await;
    assert_eq!(caught.output().unwrap(), 7);
}

#[workflow]
async fn in_arguments(parcels: Vec<u32>, carts: u32) -> u32 {
    ship(parcels[0] / carts).await.unwrap_or(7)
}

#[tokio::test]
async fn arguments_are_computed_before_the_errors_that_are_caught() {
    snapshot!(in_arguments);
    assert_eq!(ending(in_arguments(vec![8], 2)).await, (Ok(4), 1));
    assert_eq!(ending(in_arguments(vec![8], 0)).await, failed(0));
    assert_eq!(ending(in_arguments(vec![], 2)).await, failed(0));
}

#[workflow]
async fn under_retriers(parcels: u32, carts: u32) -> Result<u32, PlatformError> {
    let first = ship_again(carts).await?;
    let second = ship_again(parcels / first).await?;
    Ok(parcels / second)
}

#[tokio::test]
async fn what_fails_outside_a_task_is_not_tried_again() {
    snapshot!(under_retriers);
    assert_eq!(ending(under_retriers(8, 2)).await, (Ok(2), 2));
    assert_eq!(ending(under_retriers(8, 0)).await, failed(1));
    assert_eq!(ending(under_retriers(8, 16)).await, failed(2));
}

#[workflow]
async fn in_a_block(parcels: u32, carts: u32) -> u32 {
    let sent = async {
        let carts = ship(carts).await?;
        let each = parcels / carts;
        ship(each).await
    };
    sent.await.unwrap_or(7)
}

#[tokio::test]
async fn a_block_gathers_errors_and_nothing_else() {
    assert_eq!(ending(in_a_block(8, 2)).await, (Ok(4), 2));
    assert_eq!(ending(in_a_block(8, 0)).await, failed(1));
}

#[workflow]
async fn in_a_branch(parcels: u32, carts: u32) -> u32 {
    let sent = try_join!(
        async {
            let carts = ship(carts).await?;
            Ok::<u32, PlatformError>(parcels / carts)
        },
        ship(2)
    );
    sent.map_or(7, |(first, second)| first + second)
}

#[workflow]
async fn in_an_iteration(carts: Vec<u32>) -> u32 {
    let sent = map(carts, async |carts| {
        ship(carts).await?;
        Ok::<u32, PlatformError>(8 / carts)
    })
    .await;
    sent.map_or(7, |each| each.iter().sum())
}

#[workflow]
async fn in_an_attempt(carts: u32) -> u32 {
    let sent = attempt(async || {
        let carts = ship(carts).await?;
        Ok::<u32, PlatformError>(8 / carts)
    })
    .retry(Retry::on([PlatformError::ALL]).max_attempts(2))
    .await;
    sent.unwrap_or(7)
}

#[tokio::test]
async fn a_branch_that_fails_is_an_error_of_its_state() {
    assert_eq!(ending(in_a_branch(8, 2)).await, (Ok(6), 2));
    assert_eq!(ending(in_a_branch(8, 0)).await, (Ok(7), 2));
    assert_eq!(ending(in_an_iteration(vec![1, 2])).await, (Ok(12), 2));
    assert_eq!(ending(in_an_iteration(vec![1, 0])).await, (Ok(7), 2));
    assert_eq!(ending(in_an_attempt(2)).await, (Ok(4), 1));
    assert_eq!(ending(in_an_attempt(0)).await, (Ok(7), 3));
}

#[workflow]
async fn side_by_side(carts: u32) -> (u32, bool) {
    let (first, second) = join!(
        async {
            let carts = ship(carts).await?;
            Ok::<u32, PlatformError>(8 / carts)
        },
        ship(2)
    );
    (first.unwrap_or(7), second.is_ok())
}

#[tokio::test]
async fn what_waits_for_all_fails_with_a_branch() {
    assert_eq!(ending(side_by_side(2)).await, (Ok((4, true)), 2));
    assert_eq!(ending(side_by_side(0)).await, failed(2));
}

#[workflow]
async fn in_items(parcels: u32, carts: u32) -> u32 {
    map(vec![parcels / carts], async |each| ship(each).await).await.map_or(7, |sent| sent.iter().sum())
}

#[workflow]
async fn in_items_under_a_retrier(parcels: u32, carts: u32) -> Result<Vec<u32>, PlatformError> {
    map(vec![parcels / carts], async |each| ship(each).await).retry(Retry::on([PlatformError::ALL])).await
}

#[tokio::test]
async fn items_are_computed_before_the_errors_of_the_iterations() {
    assert_eq!(ending(in_items(8, 2)).await, (Ok(4), 1));
    assert_eq!(ending(in_items(8, 0)).await, failed(0));
    snapshot!(in_items_under_a_retrier);
    assert_eq!(ending(in_items_under_a_retrier(8, 2)).await, (Ok(vec![4]), 1));
    assert_eq!(ending(in_items_under_a_retrier(8, 0)).await, failed(0));
}

#[workflow]
async fn under_another_catcher(parcels: u32, carts: u32) -> Result<u32, PlatformError> {
    match ship(parcels / carts).await {
        Ok(sent) => Ok(sent),
        Err(PlatformError::Timeout(_)) => Ok(7),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn what_nobody_catches_is_computed_where_it_stands() {
    snapshot!(under_another_catcher);
    assert_eq!(ending(under_another_catcher(8, 2)).await, (Ok(4), 1));
    assert_eq!(ending(under_another_catcher(8, 0)).await, failed(0));
}

#[task(lambda_transients = false)]
async fn load(parcels: Vec<u32>, first: u32, second: u32) -> Result<u32, PlatformError> {
    Ok(parcels.iter().sum::<u32>() + first + second)
}

#[workflow]
async fn in_lists(parcels: u32, carts: u32, lorries: u32) -> u32 {
    load(vec![parcels / carts, 1], parcels / lorries, parcels / carts).await.unwrap_or(7)
}

#[tokio::test]
async fn each_value_that_may_fail_is_computed_once() {
    snapshot!(in_lists);
    assert_eq!(ending(in_lists(8, 2, 4)).await, (Ok(11), 0));
    assert_eq!(ending(in_lists(8, 0, 4)).await, failed(0));
    assert_eq!(ending(in_lists(8, 2, 0)).await, failed(0));
}

#[workflow]
async fn in_two_places(parcels: u32, carts: u32) -> Result<(u32, u32, String, String), PlatformError> {
    let sent = ship(parcels).await?;
    let each = sent / carts;
    let text = format!("{sent}").replace('8', "eight");
    Ok((each + 1, each * 2, text.clone(), format!("{text}!")))
}

#[tokio::test]
async fn what_is_read_in_several_elements_stands_in_each() {
    snapshot!(in_two_places);
    let texts = ("eight".to_owned(), "eight!".to_owned());
    assert_eq!(ending(in_two_places(8, 2)).await, (Ok((5, 8, texts.0, texts.1)), 1));
    assert_eq!(ending(in_two_places(8, 0)).await, failed(1));
}

#[workflow]
async fn below_zero(stock: u32, ordered: u32, days: i32) -> Result<(u32, i32), PlatformError> {
    let mut left = stock - ordered;
    ship(ordered).await?;
    left -= 1;
    Ok((left, days - 5))
}

#[tokio::test]
async fn an_unsigned_number_is_not_below_zero() {
    snapshot!(below_zero);
    assert_eq!(ending(below_zero(8, 2, 3)).await, (Ok((5, -2)), 1));
    assert_eq!(ending(below_zero(8, 9, 3)).await, failed(0));
    assert_eq!(ending(below_zero(8, 8, 3)).await, failed(1));
}
