//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum QuoteError {
    #[error("no price for {0}")]
    NoPrice(String),
    #[error("{0}")]
    BadNumber(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

// ---- try_join of blocks of different types


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Profile {
    name: String,
    score: Option<u16>,
    friends: Vec<String>,
}

#[task]
async fn load_name(id: u32) -> Answer<String> {
    Ok(format!("user{id}"))
}

#[task]
async fn load_score(id: u32) -> Result<u16, QuoteError> {
    if id % 2 == 0 { Err(QuoteError::NoPrice(id.to_string())) } else { Ok(id as u16 * 3) }
}

#[task]
async fn load_friends(id: u32, page: usize) -> Answer<Vec<String>> {
    Ok((0..(id as usize % 3)).map(|i| format!("f{page}{i}")).collect())
}

#[workflow]
async fn load_profile(id: u32) -> Result<Profile, QuoteError> {
    let (name, score, friends) = try_join!(
        async {
            let name = load_name(id).await?;
            Ok::<_, QuoteError>(name.to_uppercase())
        },
        async {
            match load_score(id).await {
                Ok(score) => Ok(Some(score)),
                Err(QuoteError::NoPrice(_)) => Ok(None),
                Err(e) => Err(e),
            }
        },
        async {
            let mut friends = vec![];
            for page in 0.. {
                let found = load_friends(id, page).await?;
                if found.len() < 2 || page == 2 {
                    friends.extend(found);
                    break;
                }
                friends.extend(found);
            }
            Ok(friends)
        },
    )?;
    Ok(Profile { name, score, friends })
}

#[tokio::test]
async fn t16_load_profile() {
    both_ways(load_profile).await;
    let executor = Executor::test().agreeing();
    let profile = executor.run(load_profile(5)).await.output().unwrap();
    assert_eq!((profile.name.as_str(), profile.score, profile.friends.len()), ("USER5", Some(15), 6));
    assert_eq!(executor.run(load_profile(4)).await.output().unwrap().score, None);
}
