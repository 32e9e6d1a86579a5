//! Errors in every form: taxonomies, conversions, results that are kept.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum NetworkError {
    #[error("connection reset")]
    ConnectionReset,
    #[error("no such host {host}")]
    NoSuchHost { host: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum StorageError {
    #[error("disk full: {used} of {size}")]
    DiskFull { used: u64, size: u64 },
    #[error("{0} is locked by {1}")]
    #[workflow(name = "Storage.Locked")]
    Locked(String, String),
    #[error("checksum")]
    Checksum,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum BackupError {
    #[error("nothing to do for {0}")]
    NothingToDo(String),
    #[error("gave up after {attempts}, last: {last}")]
    GaveUp { attempts: u32, last: String },
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn download(host: &str) -> Result<Vec<u64>, NetworkError> {
    match host {
        "" => Err(NetworkError::NoSuchHost { host: host.to_owned() }),
        "reset" => Err(NetworkError::ConnectionReset),
        _ => Ok(vec![1, 2, host.len() as u64]),
    }
}

#[task]
async fn write(blocks: &[u64], target: &str) -> Result<u64, StorageError> {
    match target {
        "full" => Err(StorageError::DiskFull { used: 10, size: 10 }),
        "locked" => Err(StorageError::Locked("/x".into(), "y".into())),
        "sum" => Err(StorageError::Checksum),
        _ => Ok(blocks.iter().sum()),
    }
}

#[task]
async fn cleanup(target: &str) -> Result<(), StorageError> {
    let _ = target;
    Ok(())
}

#[task]
async fn log(text: String) -> Result<(), PlatformError> {
    let _ = text;
    Ok(())
}

/// `?` through two error types, and a `match` on what they have become.
#[workflow]
pub async fn backup(host: String, target: String) -> Result<u64, BackupError> {
    let result: Result<u64, BackupError> = async {
        let blocks = download(&host).await?;
        if blocks.len() > 5 {
            return Err(BackupError::NothingToDo(host.clone()));
        }
        let written = write(&blocks, &target).await?;
        Ok(written)
    }
    .await;
    match result {
        Ok(written) => Ok(written),
        Err(BackupError::Network(NetworkError::NoSuchHost { host })) => Err(BackupError::NothingToDo(host)),
        Err(BackupError::Storage(StorageError::DiskFull { used, size })) if used >= size => {
            cleanup(&target).await?;
            log(format!("{used}/{size}")).await?;
            Ok(0)
        }
        Err(BackupError::Storage(error)) => {
            log(format!("storage: {}", error.name())).await?;
            Err(error.into())
        }
        Err(error) => Err(error),
    }
}

program!(a_backup: backup [download, write, cleanup, log]
    ("h".into(), "t".into()), ("".into(), "t".into()), ("reset".into(), "t".into()), ("h".into(), "full".into()),
    ("h".into(), "locked".into()), ("h".into(), "sum".into()),
);

/// A result kept in a variable and asked later, more than once.
#[workflow]
pub async fn kept(host: String, target: String) -> Result<(bool, Option<u64>, u64), BackupError> {
    let downloaded = download(&host).await;
    log(format!("downloaded: {}", downloaded.is_ok())).await?;
    let blocks = match &downloaded {
        Ok(blocks) => blocks.clone(),
        Err(NetworkError::ConnectionReset) => vec![0],
        Err(_) => vec![],
    };
    let written = write(&blocks, &target).await;
    let size = match &written {
        Ok(size) => Some(*size),
        Err(_) => None,
    };
    let total = written.unwrap_or(7);
    if let Err(error) = downloaded {
        if total == 0 {
            return Err(error.into());
        }
    }
    Ok((size.is_some(), size, total))
}

program!(results_are_kept: kept [download, write, log]
    ("h".into(), "t".into()), ("".into(), "t".into()), ("reset".into(), "t".into()), ("h".into(), "full".into()),
);

/// Several hosts in turn; the last error counts.
#[workflow]
pub async fn fallbacks(hosts: Vec<String>, target: String) -> Result<u64, BackupError> {
    let mut last = "no host".to_string();
    let mut attempts = 0;
    for host in &hosts {
        attempts += 1;
        let blocks = match download(host).await {
            Ok(blocks) if blocks.is_empty() => continue,
            Ok(blocks) => blocks,
            Err(NetworkError::Platform(error)) => return Err(error.into()),
            Err(error) => {
                last = error.cause();
                continue;
            }
        };
        if let Ok(size) = write(&blocks, &target).await {
            return Ok(size);
        }
        last = format!("cannot write to {target}");
    }
    Err(BackupError::GaveUp { attempts, last })
}

program!(fallback: fallbacks [download, write]
    (vec!["".into(), "reset".into(), "ok".into(), "never".into()], "t".into()),
    (vec![], "t".into()),
    (vec!["a".into(), "b".into()], "full".into()),
    (vec!["".into()], "t".into()),
);

/// Errors as data: each is counted, none is passed on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Counts {
    ok: u32,
    network: u32,
    storage: u32,
    timeouts: u32,
    other: Vec<String>,
}

#[workflow]
pub async fn count_errors(jobs: Vec<(String, String)>) -> Result<Counts, PlatformError> {
    let mut counts = Counts { ok: 0, network: 0, storage: 0, timeouts: 0, other: vec![] };
    for (host, target) in &jobs {
        let outcome = async {
            let blocks = download(host).await?;
            Ok::<_, BackupError>(write(&blocks, target).await?)
        }
        .await;
        match outcome {
            Ok(_) => counts.ok += 1,
            Err(BackupError::Platform(PlatformError::Timeout(_))) => counts.timeouts += 1,
            Err(BackupError::Network(_)) => counts.network += 1,
            Err(BackupError::Storage(StorageError::Locked(file, who))) => {
                counts.other.push(format!("{file} by {who}"));
            }
            Err(BackupError::Storage(_)) => counts.storage += 1,
            Err(error) => counts.other.push(error.name()),
        }
    }
    Ok(counts)
}

program!(errors_are_counted: count_errors [download, write]
    (vec![("h".into(), "t".into()), ("".into(), "t".into()), ("h".into(), "locked".into()), ("h".into(), "sum".into())]),
    (vec![]),
);

/// Tries a primary, then a secondary; a cleanup runs whatever happens.
#[workflow]
pub async fn with_cleanup(host: String, targets: (String, String)) -> Result<u64, BackupError> {
    let (primary, secondary) = targets;
    let blocks = download(&host).await?;
    defer! {
        cleanup(&primary).await?;
    }
    let first = write(&blocks, &primary).await;
    let size = match first {
        Ok(size) => size,
        Err(StorageError::Checksum) => return Ok(0),
        Err(_) => write(&blocks, &secondary).await?,
    };
    if size > 100 {
        return Err(BackupError::GaveUp { attempts: 1, last: format!("{size} is too much") });
    }
    log(format!("{size}")).await?;
    Ok(size)
}

program!(a_cleanup: with_cleanup [download, write, cleanup, log]
    ("h".into(), ("a".into(), "b".into())), ("h".into(), ("full".into(), "b".into())),
    ("h".into(), ("full".into(), "full".into())), ("h".into(), ("sum".into(), "b".into())), ("reset".into(), ("a".into(), "b".into())),
    ("a host with a name that is so long that what is written is too much for anybody who reads it, is it not, now?".into(), ("a".into(), "b".into())),
);

/// A block that is tried again, inside a loop over targets.
#[workflow]
pub async fn retried_block(host: String, targets: Vec<String>) -> Result<Vec<u64>, BackupError> {
    let mut sizes = vec![];
    for target in &targets {
        let size = attempt(async || {
            let blocks = download(&host).await?;
            let size = write(&blocks, target).await?;
            if size == 3 {
                return Err(BackupError::NothingToDo(target.clone()));
            }
            Ok(size)
        })
        .retry(Retry::on([StorageError::CHECKSUM, NetworkError::CONNECTION_RESET]).max_attempts(1))
        .await;
        match size {
            Ok(size) => sizes.push(size),
            Err(BackupError::Storage(StorageError::DiskFull { size, .. })) => sizes.push(size),
            Err(BackupError::NothingToDo(target)) if target.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(sizes)
}

program!(tried_again: retried_block [download, write]
    ("hh".into(), vec!["t".into(), "full".into()]), ("hh".into(), vec!["sum".into()]), ("".into(), vec![]), ("reset".into(), vec!["x".into()]),
);

/// What could not be read is a name of somebody else's.
#[workflow]
pub async fn by_name(host: String) -> Result<String, NetworkError> {
    match download(&host).await {
        Ok(blocks) => Ok(format!("{} blocks", blocks.len())),
        Err(NetworkError::Platform(PlatformError::Other { error, cause })) if error == "Somebody.Elses" => {
            Ok(format!("{error}: {cause}"))
        }
        Err(NetworkError::Platform(PlatformError::TaskFailed(cause))) => Ok(cause),
        Err(error) => {
            log(format!("{}: {}", error.name(), error.cause())).await?;
            Err(error)
        }
    }
}

program!(names_of_others: by_name [download, log] ("h".into()), ("".into()), ("reset".into()));

/// The classic: a `Result` that is set in a loop until it is a good one.
#[workflow]
pub async fn last_result(hosts: Vec<String>, target: String) -> Result<u64, BackupError> {
    let mut last: Result<Vec<u64>, NetworkError> = Err(NetworkError::ConnectionReset);
    for host in &hosts {
        last = if host.len() > 9 {
            Err(NetworkError::NoSuchHost { host: host.clone() })
        } else {
            download(host).await
        };
        if last.is_ok() {
            break;
        }
    }
    let blocks = match last {
        Ok(blocks) => blocks,
        Err(NetworkError::NoSuchHost { host }) if host.is_empty() => vec![],
        Err(error) => return Err(error.into()),
    };
    let written = if blocks.is_empty() { Ok(0) } else { write(&blocks, &target).await };
    Ok(written?)
}

program!(the_last_result: last_result [download, write]
    (vec!["".into(), "reset".into(), "ok".into(), "never".into()], "t".into()), (vec![], "t".into()),
    (vec!["reset".into()], "t".into()), (vec!["reset".into(), "".into()], "t".into()), (vec!["h".into()], "full".into()),
    (vec!["too long a name".into()], "t".into()),
);
