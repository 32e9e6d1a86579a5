//! Values that are drawn, and what reads them on the same way.

use super::*;

#[workflow]
async fn on_each(texts: Vec<String>) -> Result<Vec<String>, PlatformError> {
    send("x".to_string()).await?;
    let id = uuid().await;
    Ok(texts.iter().map(|text| format!("{id} {text}")).collect())
}

#[workflow]
async fn beside_each(texts: Vec<String>) -> Result<(String, Vec<String>), PlatformError> {
    send("x".to_string()).await?;
    let id = uuid().await;
    Ok((id, texts.iter().map(|text| format!("{text}!")).collect()))
}

#[tokio::test]
async fn what_reads_it_for_each_element_reads_it_often() {
    snapshot!(on_each);
    snapshot!(beside_each);
    let texts = vec!["a".to_owned(), "b".to_owned()];
    let tagged = testing().run(on_each(texts.clone())).await.output().unwrap();
    assert_eq!(tagged[0][..36], tagged[1][..36]);
    assert_eq!(testing().run(beside_each(texts)).await.output().unwrap().1, ["a!", "b!"]);
}

#[workflow]
async fn moved(order: Order) -> Result<Vec<String>, PlatformError> {
    let sent = send(order.order_id.clone()).await?;
    let id = uuid().await;
    let label = format!("{}-{}", order.order_id, order.cents);
    let tag = format!("{id}/{sent}");
    let first = send(format!("{tag}, {label}")).await?;
    send(format!("{tag}, {label}, {first}")).await?;
    Ok(vec![id, tag])
}

#[tokio::test]
async fn what_reads_it_moves_on_and_nothing_else_does() {
    snapshot!(moved);
    let drawn = testing().run(moved(order())).await.output().unwrap();
    assert_eq!(drawn[1], format!("{}/o-1", drawn[0]));
}

#[workflow]
async fn held_beside(text: String) -> Result<Vec<String>, PlatformError> {
    let text = send(text).await?;
    let id = uuid().await;
    let tag = format!("{id}!");
    Ok(vec![id, tag, text])
}

#[workflow]
async fn on_one_way(number: u32) -> Result<String, PlatformError> {
    let id = if number > 3 {
        let drawn = uuid().await;
        format!("{drawn}{drawn}")
    } else {
        send("none".to_string()).await?
    };
    Ok(format!("{id}!"))
}

#[workflow]
async fn drawn_on_one_way(number: u32) -> Result<String, PlatformError> {
    let id = if number > 3 { uuid().await } else { send("none".to_string()).await? };
    Ok(format!("{id}!"))
}

#[workflow]
async fn in_turn(text: String, count: u32) -> Result<(String, u32), PlatformError> {
    let mut count = count;
    send(text).await?;
    let id = uuid().await;
    let tag = format!("{id}/{id}/{count}");
    count += 1;
    send(tag.clone()).await?;
    Ok((tag, count))
}

#[workflow]
async fn from_two(text: String) -> Result<Vec<String>, PlatformError> {
    send(text).await?;
    let id = uuid().await;
    let one = uuid().await;
    let tag = format!("{one}/{id}/{id}");
    send(tag.clone()).await?;
    Ok(vec![send(tag.clone()).await?, tag])
}

#[workflow]
async fn one_after_the_other(text: String) -> Result<Vec<String>, PlatformError> {
    send(text).await?;
    let one = uuid().await;
    let id = uuid().await;
    let tag = format!("{one}/{id}/{id}");
    send(tag.clone()).await?;
    Ok(vec![send(tag.clone()).await?, tag])
}

#[workflow]
async fn in_an_error(text: String) -> Result<Vec<String>, ShopError> {
    let result = async {
        let sent = send(text).await?;
        if sent == "a" {
            return Ok(sent);
        }
        if sent == "c" {
            return Err(ShopError::SoldOut);
        }
        let id = uuid().await;
        Err(ShopError::Declined { reason: format!("{id}/{id}") })
    };
    match result.await {
        Ok(id) => Ok(vec![id]),
        Err(ShopError::Declined { reason }) => Ok(vec![send(reason.clone()).await?, reason]),
        Err(error) => Ok(vec![error.name().to_string()]),
    }
}

#[workflow]
async fn in_the_only_error(text: String) -> Result<Vec<String>, ShopError> {
    let result = async {
        let sent = send(text).await?;
        if sent == "a" {
            return Ok(sent);
        }
        let id = uuid().await;
        Err(ShopError::Declined { reason: format!("{id}/{id}") })
    };
    match result.await {
        Ok(id) => Ok(vec![id]),
        Err(ShopError::Declined { reason }) => Ok(vec![reason]),
        Err(error) => Ok(vec![error.name().to_string()]),
    }
}

#[tokio::test]
async fn it_is_one_value_wherever_it_is_read() {
    snapshot!(held_beside);
    snapshot!(on_one_way);
    snapshot!(drawn_on_one_way);
    snapshot!(in_turn);
    snapshot!(from_two);
    snapshot!(one_after_the_other);
    snapshot!(in_an_error);
    snapshot!(in_the_only_error);
    let held = testing().run(held_beside("a".into())).await.output().unwrap();
    assert_eq!(held[1], format!("{}!", held[0]));
    assert_eq!(testing().run(on_one_way(3)).await.output().unwrap(), "none!");
    let drawn = testing().run(on_one_way(4)).await.output().unwrap();
    assert_eq!(drawn[..36], drawn[36..72]);
    assert_eq!(testing().run(drawn_on_one_way(3)).await.output().unwrap(), "none!");
    assert_eq!(testing().run(drawn_on_one_way(4)).await.output().unwrap().len(), 37);
    let (tag, count) = testing().run(in_turn("a".into(), 7)).await.output().unwrap();
    assert!(tag.ends_with("/7") && count == 8, "{tag} {count}");
    let both = testing().run(from_two("a".into())).await.output().unwrap();
    assert_eq!(both[0], both[1]);
    let error = testing().run(in_an_error("b".into())).await.output().unwrap();
    assert_eq!(error[0], error[1]);
    let gone = testing().mock(send, Mock::failure("Gone", "")).run(in_the_only_error("b".into())).await;
    assert_eq!(gone.output().unwrap(), ["Gone"]);
    assert_eq!(testing().run(in_an_error("a".into())).await.output().unwrap(), ["a"]);
    assert_eq!(testing().run(in_an_error("c".into())).await.output().unwrap(), ["SoldOut"]);
}
