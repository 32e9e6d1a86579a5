//! `if`, `match`, `let else`, early `return`.

use super::*;

#[workflow]
async fn early_return(order: Order) -> Result<String, ShopError> {
    if order.cents == 0 {
        return Err(ShopError::SoldOut);
    }
    let receipt = charge(&order).await?;
    if order.cents < 100 {
        return Ok(receipt);
    }
    Ok(send(format!("{receipt}: {} cents", order.cents)).await?)
}

#[tokio::test]
async fn an_early_return_leaves_the_workflow() {
    snapshot!(early_return);
    let run = |cents| testing().run(early_return(Order { cents, ..order() }));
    assert_eq!(run(0).await.error(), Some(ShopError::SoldOut));
    assert_eq!(run(99).await.output().unwrap(), "receipt of o-1");
    assert_eq!(run(100).await.output().unwrap(), "receipt of o-1: 100 cents");
}

#[workflow]
async fn else_if(cents: u32) -> Result<String, PlatformError> {
    let size = if cents > 1000 {
        send("large".to_string()).await?
    } else if cents > 100 {
        send("middle".to_string()).await?
    } else {
        "small".to_string()
    };
    send(size).await
}

#[tokio::test]
async fn else_if_is_one_choice() {
    snapshot!(else_if);
    for (cents, size, calls) in [(2000, "large", 2), (200, "middle", 2), (2, "small", 1)] {
        let execution = testing().run(else_if(cents)).await;
        assert_eq!(execution.output().unwrap(), size);
        assert_eq!(execution.all_calls().len(), calls);
    }
}

#[workflow]
async fn match_enum(order: Order) -> Result<String, PlatformError> {
    match &order.payment {
        Payment::Cash if order.cents > 500 => send("too much cash".to_string()).await,
        Payment::Cash => Ok("cash".to_string()),
        Payment::CreditCard { number } => send(format!("card {number}")).await,
    }
}

#[tokio::test]
async fn a_match_on_an_enum_reads_its_tag_and_its_fields() {
    snapshot!(match_enum);
    let run = |cents, payment| testing().run(match_enum(Order { cents, payment, ..order() }));
    assert_eq!(run(501, Payment::Cash).await.output().unwrap(), "too much cash");
    assert_eq!(run(500, Payment::Cash).await.output().unwrap(), "cash");
    let card = Payment::CreditCard { number: "42".into() };
    assert_eq!(run(500, card).await.output().unwrap(), "card 42");
}

#[workflow]
async fn match_text(word: String, number: i32) -> Result<String, PlatformError> {
    #[state = "Route"]
    match word.as_str() {
        "stop" | "halt" => Ok("stopped".to_string()),
        "go" => {
            let speed = match number {
                i32::MIN..=0 => "backward",
                1..=9 => "slow",
                _ => "fast",
            };
            send(speed.to_string()).await
        }
        other => Ok(format!("{other}?")),
    }
}

#[tokio::test]
async fn a_match_on_text_and_numbers_is_a_choice_or_a_conditional() {
    snapshot!(match_text);
    let run = |word: &str, number| testing().run(match_text(word.to_owned(), number));
    assert_eq!(run("halt", 1).await.output().unwrap(), "stopped");
    assert_eq!(run("go", -1).await.output().unwrap(), "backward");
    assert_eq!(run("go", 9).await.output().unwrap(), "slow");
    assert_eq!(run("go", 10).await.output().unwrap(), "fast");
    assert_eq!(run("what", 1).await.output().unwrap(), "what?");
}

#[workflow]
async fn options(order: Order) -> Result<String, PlatformError> {
    let Some(note) = order.note.clone() else {
        return Ok("no note".to_string());
    };
    if let Some(text) = &order.note
        && order.cents > 100
    {
        return send(text.clone()).await;
    }
    Ok(match (order.cents > 50, order.note) {
        (true, Some(note)) => note,
        (true, None) | (false, None) => "never".to_string(),
        (false, Some(_)) => note,
    })
}

#[tokio::test]
async fn an_option_is_null_or_absent() {
    snapshot!(options);
    let run = |cents, note: Option<&str>| {
        testing().run(options(Order { cents, note: note.map(str::to_owned), ..order() }))
    };
    assert_eq!(run(1, None).await.output().unwrap(), "no note");
    assert_eq!(run(101, Some("n")).await.all_calls().len(), 1);
    assert_eq!(run(60, Some("n")).await.output().unwrap(), "n");
    assert_eq!(run(5, Some("n")).await.output().unwrap(), "n");
}

#[workflow]
async fn short_circuit(number: u32) -> Result<bool, PlatformError> {
    Ok(number > 1 && add(number, 1).await? > 3 || number == 0)
}

#[tokio::test]
async fn the_right_operand_is_awaited_only_where_it_counts() {
    snapshot!(short_circuit);
    for (number, result, calls) in [(0, true, 0), (1, false, 0), (2, false, 1), (3, true, 1)] {
        let execution = testing().run(short_circuit(number)).await;
        assert_eq!(execution.output().unwrap(), result, "{number}");
        assert_eq!(execution.all_calls().len(), calls, "{number}");
    }
}

/// A guard that awaits is asked when its pattern matches, in the order of the arms.
#[workflow]
async fn asked_in_guards(order: Order, pieces: u32) -> Result<String, ShopError> {
    let text = match pieces {
        0 => "nothing".to_owned(),
        few @ 1..=3 if charge(&order).await? == "receipt of o-1" => format!("{few} at once"),
        many if many > 2 && add(many, 1).await? > 10 => send("many".to_owned()).await?,
        other => format!("{other} later"),
    };
    match add(pieces, pieces).await {
        Ok(sum) if add(sum, 1).await? == 7 => Ok(format!("{text}, seven")),
        Ok(sum) => Ok(format!("{text}, {sum}")),
        Err(error) => Err(error.into()),
    }
}

#[tokio::test]
async fn a_guard_may_await() {
    snapshot!(asked_in_guards);
    let other = Order { order_id: "o-2".into(), ..order() };
    for (order, pieces, expected, calls) in [
        (order(), 0, "nothing, 0", (0, 2)),
        (order(), 2, "2 at once, 4", (1, 2)),
        (order(), 3, "3 at once, seven", (1, 2)),
        (other.clone(), 2, "2 later, 4", (1, 2)),
        (other.clone(), 3, "3 later, seven", (1, 3)),
        (other, 10, "many, 20", (0, 3)),
        (order(), 9, "9 later, 18", (0, 3)),
    ] {
        let execution = testing().run(asked_in_guards(order, pieces)).await;
        assert_eq!(execution.output().unwrap(), expected, "{pieces}");
        assert_eq!((execution.calls(charge).len(), execution.calls(add).len()), calls, "{pieces}");
    }
}

/// What awaits further on in a condition is asked when all before it holds.
#[workflow]
async fn asked_in_turn(order: Order, pieces: Option<u32>) -> Result<String, ShopError> {
    if let Some(pieces) = pieces
        && pieces > 1
        && let sum = add(pieces, 1).await?
        && sum < 10
        && charge(&order).await? == "receipt of o-1"
    {
        return Ok(format!("{pieces} and {sum}"));
    }
    let text = if order.cents > 100
        && let Some(pieces) = pieces
        && add(pieces, pieces).await? > 15
    {
        "many"
    } else {
        "few"
    };
    Ok(text.to_owned())
}

#[tokio::test]
async fn a_condition_may_await_further_on() {
    snapshot!(asked_in_turn);
    let other = Order { order_id: "o-2".into(), ..order() };
    for (order, pieces, expected, calls) in [
        (order(), Some(4), "4 and 5", (1, 1)),
        (order(), None, "few", (0, 0)),
        (order(), Some(1), "few", (0, 1)),
        (order(), Some(9), "many", (0, 2)),
        (other, Some(8), "many", (1, 2)),
    ] {
        let execution = testing().run(asked_in_turn(order, pieces)).await;
        assert_eq!(execution.output().unwrap(), expected, "{pieces:?}");
        assert_eq!((execution.calls(charge).len(), execution.calls(add).len()), calls, "{pieces:?}");
    }
}
