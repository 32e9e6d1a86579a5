//! Workflows that a `macro_rules!` writes: what the attribute adds has names of its own wherever the code is from.

use super::*;

#[pure]
fn ends(words: &[String]) -> String {
    match words {
        [] => "nothing".to_string(),
        [one] => one.clone(),
        [first, .., last] => format!("{first}..{last}"),
    }
}

macro_rules! workflows {
    ($($name:ident($parameter:ident: $ty:ty) -> $out:ty $body:block)*) => {$(
        #[workflow]
        async fn $name($parameter: $ty) -> Result<$out, ShopError> $body
    )*};
}

workflows! {
    several(words: Vec<String>) -> (String, Vec<String>, u32, String) {
        let sent = map(&words, async |word| send(word.clone()).await).await?;
        let (left, right) = try_join!(add(1, 2), add(3, 4))?;
        let again = attempt(async || send("again".to_string()).await).await?;
        Ok((ends(&words), sent, left + right, again))
    }

    children(orders: Vec<Order>) -> usize {
        let receipts = distributed_map(&orders, async |order| charge(order).await).label("Each").await?;
        let mut count = 0;
        for receipt in &receipts {
            if !receipt.is_empty() {
                count += 1;
            }
        }
        Ok(count)
    }
}

#[tokio::test]
async fn a_workflow_may_come_out_of_a_macro() {
    let words = ["a", "b", "c"].map(str::to_owned).to_vec();
    let all = testing().run(several(words.clone())).await.output().unwrap();
    assert_eq!(all, ("a..c".to_owned(), words, 10, "again".to_owned()));
    assert_eq!(testing().run(children(vec![order(), order()])).await.output().unwrap(), 2);
}
