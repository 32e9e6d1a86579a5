//! Variables in blocks, several at once, and types that are known late.

use super::*;

#[task(lambda_transients = false)]
async fn write_down(text: &str) -> Result<(), ShopError> {
    match text.is_empty() {
        true => Err(ShopError::SoldOut),
        false => Ok(()),
    }
}

#[workflow]
async fn counted(numbers: Vec<u64>) -> (u64, usize, i64, u64) {
    let (mut sum, mut count, mut low) = (0, 0, -1);
    for number in &numbers {
        sum += number % 1000;
        count += 1;
        low -= 1;
    }
    let (mut a, mut b) = (0, 1);
    for _ in 0..count {
        (a, b) = (b, a + b);
    }
    (sum, count, low, a)
}

#[tokio::test]
async fn variables_of_a_tuple_have_the_types_of_their_uses() {
    snapshot!(counted);
    assert_eq!(testing().run(counted(vec![1, 2, 1003, 4, 5])).await.output().unwrap(), (15, 5, -6, 5));
}

#[workflow]
async fn in_branches(number: u32, names: Vec<String>) -> (u32, Vec<String>, usize) {
    let small = if number > 10 {
        let mut small: u32 = number;
        while small > 10 {
            small /= 2;
        }
        small
    } else {
        0
    };
    let sorted = match names.as_slice() {
        [] => vec!["nobody".to_string()],
        _ => {
            let mut sorted: Vec<String> = names.clone();
            sorted.sort();
            sorted.dedup();
            sorted
        }
    };
    #[allow(unused_mut, reason = "that is what this is about")]
    let length = if number > 5 {
        let mut length: usize = sorted.len();
        length
    } else {
        1
    };
    (small, sorted, length)
}

#[tokio::test]
async fn a_block_has_variables_of_its_own() {
    snapshot!(in_branches);
    let names = ["b", "a", "b"].map(str::to_owned).to_vec();
    let run = |number, names| testing().run(in_branches(number, names));
    assert_eq!(run(81, names).await.output().unwrap(), (10, vec!["a".into(), "b".into()], 2));
    assert_eq!(run(1, vec![]).await.output().unwrap(), (0, vec!["nobody".into()], 1));
}

#[workflow]
async fn found(word: String) -> Result<Option<u32>, ShopError> {
    compensate! {
        send("undone".to_string()).await?;
    }
    defer! {
        send("done".to_string()).await?;
    }
    write_down(&word).await?;
    Ok(None)
}

#[workflow]
async fn blocks(word: String) -> Result<Option<u32>, ShopError> {
    let first: Option<u32> = async {
        write_down(&word).await?;
        Ok::<_, ShopError>(None)
    }
    .await?;
    let Ok(second) = async {
        write_down(&word).await?;
        Ok::<_, ShopError>(None)
    }
    .await
    else {
        return Ok(Some(1));
    };
    match async { Ok::<_, ShopError>(first.or(second)) }.await {
        Ok(third) => Ok(third),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn what_a_block_gives_may_be_known_from_where_it_goes() {
    snapshot!(found);
    snapshot!(blocks);
    assert_eq!(testing().run(found("a".into())).await.output().unwrap(), None);
    assert_eq!(testing().run(found(String::new())).await.error(), Some(ShopError::SoldOut));
    assert_eq!(testing().run(blocks("a".into())).await.output().unwrap(), None);
}

#[task(lambda_transients = false)]
async fn lent(
    text: Option<&str>,
    order: Option<&Order>,
    counts: Option<&[u32]>,
) -> Result<String, ShopError> {
    Ok(format!(
        "{} {} {}",
        text.unwrap_or("-"),
        order.map_or(0, |order| order.cents),
        counts.map_or(0, <[u32]>::len)
    ))
}

#[workflow]
async fn lends(order: Order, other: Option<Order>) -> Result<String, ShopError> {
    let all = lent(order.note.as_deref(), Some(&order), Some(&[1, 2])).await?;
    let some = lent(Some("x"), other.as_ref(), None).await?;
    Ok(format!("{all}, {some}"))
}

#[tokio::test]
async fn an_option_of_a_reference_is_a_parameter_of_a_task() {
    snapshot!(lends);
    assert_eq!(testing().run(lends(order(), None)).await.output().unwrap(), "- 250 2, x 0 0");
    let noted = Order { note: Some("n".into()), ..order() };
    assert_eq!(testing().run(lends(noted, Some(order()))).await.output().unwrap(), "n 250 2, x 250 0");
}
