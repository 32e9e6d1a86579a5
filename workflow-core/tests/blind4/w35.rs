//! Fan-out, children, state machines, generics.

use std::{collections::BTreeMap, fmt, ops::AddAssign, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- children in a map, each failure caught and classified


#[derive(Debug, thiserror::Error, WorkflowError)]
enum TranscodeError {
    #[error("codec {codec} unsupported")]
    Codec { codec: String },
    #[error("corrupt at {0}")]
    Corrupt(u64),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Video {
    name: String,
    seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
enum Quality {
    Sd,
    Hd,
    #[serde(rename = "4k")]
    FourK,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum Transcoded {
    Ready { parts: usize, bytes: u64 },
    Skipped,
    Failed { error: String, retriable: bool },
}

#[task]
async fn split_video(video: &Video) -> Result<Vec<u64>, TranscodeError> {
    match video.name.rsplit_once('.') {
        Some((_, "mp4" | "mov")) => Ok((0..video.seconds.min(40)).step_by(10).collect()),
        Some((_, codec)) => Err(TranscodeError::Codec { codec: codec.into() }),
        None => Ok(vec![]),
    }
}

#[task]
async fn transcode_part(name: &str, at: u64, quality: Quality) -> Result<u64, TranscodeError> {
    if name.starts_with('!') && at >= 20 { Err(TranscodeError::Corrupt(at)) } else { Ok(at + quality as u64 + 1) }
}

#[workflow]
async fn transcode(video: Video, quality: Quality) -> Result<(usize, u64), TranscodeError> {
    let parts = split_video(&video).await?;
    let name = video.name.as_str();
    let bytes = map(parts.iter().copied(), async |at| transcode_part(name, at, quality).await).max_concurrency(2).await?;
    Ok((bytes.len(), bytes.iter().sum()))
}

#[workflow]
async fn transcode_library(videos: Vec<Video>, qualities: Vec<Quality>) -> Answer<BTreeMap<String, Vec<Transcoded>>> {
    let best = qualities.iter().max().copied().unwrap_or(Quality::Hd);
    let results = map(videos, async |video| {
        let mut done = Vec::new();
        for quality in [Quality::Sd, best] {
            if quality == Quality::FourK && video.seconds < 5 {
                done.push(Transcoded::Skipped);
                continue;
            }
            done.push(match transcode(video.clone(), quality).await {
                Ok((parts, bytes)) if parts > 0 => Transcoded::Ready { parts, bytes },
                Ok(_) => Transcoded::Skipped,
                Err(e @ TranscodeError::Codec { .. }) => Transcoded::Failed { error: e.to_string(), retriable: false },
                Err(TranscodeError::Corrupt(at)) => Transcoded::Failed { error: format!("bad second {at}"), retriable: at > 0 },
                Err(TranscodeError::Platform(p)) => return Err(p),
            });
        }
        Ok((video.name, done))
    })
    .await?;
    Ok(results.into_iter().collect())
}

#[tokio::test]
async fn t35_transcode_library() {
    both_ways(transcode_library).await;
    let video = |name: &str, seconds| Video { name: name.into(), seconds };
    let ran = Executor::test().agreeing().run(transcode_library(vec![video("a.mp4", 25), video("!b.mov", 4), video("c.avi", 1)], vec![Quality::Sd, Quality::FourK])).await;
    let done = ran.output().unwrap();
    assert_eq!(done["a.mp4"], [Transcoded::Ready { parts: 3, bytes: 33 }, Transcoded::Ready { parts: 3, bytes: 39 }]);
    assert_eq!(done["!b.mov"][1], Transcoded::Skipped);
    assert_eq!(done["c.avi"][0], Transcoded::Failed { error: "codec avi unsupported".into(), retriable: false });
}

