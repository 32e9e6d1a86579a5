//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- the first of several answers in time, a job cancelled


#[derive(Debug, thiserror::Error, WorkflowError)]
enum RenderError {
    #[error("gpu {0} lost")]
    Lost(u8),
    #[error("cancelled after {frames} frames")]
    Cancelled { frames: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 100, heartbeat_seconds = 10)]
async fn render(frame: u32, gpu: u8) -> Result<u64, RenderError> {
    if gpu == 0 && frame % 2 == 1 { Err(RenderError::Lost(gpu)) } else { Ok(u64::from(frame) * 10) }
}

#[task]
async fn cancelled(job: &str, frames: u32) -> Answer<bool> {
    Ok(frames as usize > job.len())
}

#[workflow]
async fn render_job(job: String, frames: u32) -> Result<(u64, Vec<u8>), RenderError> {
    let mut total = 0u64;
    let mut gpu = 0u8;
    let mut lost: Vec<u8> = Vec::new();
    for frame in 0..frames.min(5) {
        if frame > 0 && cancelled(&job, frame).await? {
            return Err(RenderError::Cancelled { frames: frame });
        }
        let bytes = loop {
            let result = render(frame, gpu)
                .retry(Retry::on([PlatformError::TIMEOUT]).interval(Duration::from_secs(2)).max_attempts(1))
                .await;
            match result {
                Ok(bytes) => break bytes,
                Err(RenderError::Lost(which)) if lost.len() < 2 => {
                    lost.push(which);
                    gpu = (gpu + 1) % 4;
                }
                Err(RenderError::Platform(PlatformError::Timeout(_))) if gpu < 3 => gpu += 1,
                Err(error) => return Err(error),
            }
        };
        total = total.saturating_add(bytes);
    }
    Ok((total, lost))
}

#[tokio::test]
async fn t23_render_job() {
    both_ways(render_job).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(render_job("long name".into(), 4)).await.output().unwrap(), (60, vec![0]));
    assert_eq!(executor.run(render_job("l".into(), 4)).await.outcome().error.as_deref(), Some("Cancelled"));
}

