//! Where states come from.

use workflow_core::Workflow;

use super::*;

/// How many lines below the attribute's a state's is, by the state's name.
fn lines(definition: &Definition, first: u32) -> Vec<(String, u32)> {
    definition
        .positions()
        .map(|(state, position)| {
            assert!(position.file.ends_with("tests/language/positions.rs"), "{position}");
            (state.to_owned(), position.line - first)
        })
        .collect()
}

const FIRST: u32 = line!();
#[workflow]
async fn placed(order: Order, words: Vec<String>) -> Result<u32, ShopError> {
    let receipt = charge(&order).timeout(std::time::Duration::from_secs(5)).await?;
    let mut total = 0;
    for word in words {
        total = add(total, 1).await.unwrap_or(0);
        if word == receipt {
            return Err(ShopError::SoldOut);
        }
    }
    let sent = try_join!(send(receipt), async { add(1, 2).await },)?;
    inner(sent.1).await?;
    match total {
        0 => Ok(0),
        _ => Ok(sent.1),
    }
}
const INNER: u32 = line!();
#[workflow]
async fn inner(cents: u32) -> Result<(), PlatformError> {
    sleep(std::time::Duration::from_secs(1)).await;
    if cents > 3 {
        #[state = "Send It"]
        send("cents".to_owned()).await?;
    }
    Ok(())
}

#[test]
fn a_state_comes_from_where_its_statement_begins() {
    let found = lines(placed::definition(), FIRST);
    let inner = INNER - FIRST;
    let expected = [
        ("Add", 6),
        ("Add 2", 11),
        ("Charge", 3),
        ("Check Cents", inner + 4),
        ("Check Word", 5),
        ("Check Word 2", 7),
        ("Parallel", 11),
        ("Send", 11),
        ("Send It", inner + 6),
        ("Sold Out", 8),
        ("Succeed", 13),
        ("Wait", inner + 3),
    ];
    let expected: Vec<(String, u32)> =
        expected.iter().map(|(state, line)| ((*state).to_owned(), *line)).collect();
    assert_eq!(found, expected);
    assert_eq!(placed::definition().position("Charge").unwrap().line, FIRST + 3);
    assert_eq!(placed::definition().position("Nowhere"), None);
}

#[workflow]
async fn overflows(cents: u8) -> Result<String, PlatformError> {
    send(format!("{}", cents + 200)).await
}

#[tokio::test]
async fn a_difference_names_them() {
    // A state machine does not check for overflow.
    let execution = Executor::test().run(overflows(100)).await;
    let found = workflow_core::testing::replay(&execution).unwrap_err().to_string();
    let position = overflows::definition().position("Send").unwrap();
    assert!(found.ends_with(&format!("\n\n  Send: {position}\n")), "{found}");
}
