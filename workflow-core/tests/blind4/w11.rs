//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- two phase commit


#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
enum Vote {
    Commit,
    Abort,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum TxError {
    #[error("{participant} voted no")]
    Refused { participant: String },
    #[error("in doubt: {0}")]
    InDoubt(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 5)]
async fn prepare(participant: &str, tx: &str) -> Result<Vote, TxError> {
    let _ = tx;
    match participant {
        "no" => Ok(Vote::Abort),
        "down" => Err(TxError::Platform(PlatformError::TaskFailed("down".into()))),
        _ => Ok(Vote::Commit),
    }
}

#[task]
async fn finish(participant: &str, tx: &str, vote: Vote) -> Result<(), TxError> {
    let _ = tx;
    if participant == "late" && vote == Vote::Commit { Err(TxError::InDoubt(participant.into())) } else { Ok(()) }
}

#[workflow]
async fn two_phase_commit(tx: String, ledger: String, stock: String, mail: Option<String>) -> Result<usize, TxError> {
    let (a, b) = join!(prepare(&ledger, &tx), prepare(&stock, &tx));
    let c = match &mail {
        Some(mail) => Some(prepare(mail, &tx).await),
        None => None,
    };
    let participants: Vec<(&String, Option<Vote>)> = vec![(&ledger, a.ok()), (&stock, b.ok())]
        .into_iter()
        .chain(mail.iter().zip(c).map(|(name, vote)| (name, vote.ok())))
        .collect();
    let decision =
        if participants.iter().all(|(_, vote)| *vote == Some(Vote::Commit)) { Vote::Commit } else { Vote::Abort };
    let names: Vec<&String> = participants.iter().map(|&(name, _)| name).collect();
    let results = map(names, async |name| {
        let result = finish(name, &tx, decision).await;
        Ok::<_, TxError>(result.err().map(|e| e.to_string()))
    })
    .await?;
    if let Some(doubt) = results.iter().flatten().next() {
        return Err(TxError::InDoubt(doubt.clone()));
    }
    match participants.iter().find(|(_, vote)| *vote != Some(Vote::Commit)) {
        None => Ok(participants.len()),
        Some((name, _)) => Err(TxError::Refused { participant: name.to_string() }),
    }
}

#[tokio::test]
async fn t11_two_phase_commit() {
    both_ways(two_phase_commit).await;
    let executor = Executor::test().agreeing();
    let run = |a: &str, b: &str, c: Option<&str>| two_phase_commit("t".into(), a.into(), b.into(), c.map(Into::into));
    assert_eq!(executor.run(run("x", "y", Some("z"))).await.output().unwrap(), 3);
    assert_eq!(executor.run(run("x", "no", None)).await.outcome().error.as_deref(), Some("Refused"));
    assert_eq!(executor.run(run("down", "x", None)).await.outcome().error.as_deref(), Some("Refused"));
    assert_eq!(executor.run(run("late", "x", None)).await.outcome().error.as_deref(), Some("InDoubt"));
}

