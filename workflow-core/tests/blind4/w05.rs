//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- semver releases


#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum VersionError {
    #[error("{0} is no version")]
    NoVersion(String),
    #[error("{0} was published already")]
    Published(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
impl FromStr for Version {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || VersionError::NoVersion(text.to_string());
        let numbers =
            text.trim_start_matches('v').split('.').map(|part| part.parse::<u32>()).collect::<Result<Vec<_>, _>>();
        match numbers.map_err(|_| bad())?.as_slice() {
            &[major, minor, patch, ..] => Ok(Version { major, minor, patch }),
            _ => Err(bad()),
        }
    }
}

#[pure]
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    Major,
    Minor,
    Patch,
}

#[pure]
impl Version {
    fn bumped(self, bump: Bump) -> Self {
        match bump {
            Bump::Major => Self { major: self.major + 1, minor: 0, patch: 0 },
            Bump::Minor => Self { minor: self.minor + 1, patch: 0, ..self },
            Bump::Patch => Self { patch: self.patch + 1, ..self },
        }
    }
}

#[task]
async fn list_tags(repo: &str) -> Answer<Vec<String>> {
    Ok(repo.split(' ').map(str::to_string).collect())
}

#[task]
async fn push_tag(tag: String) -> Result<bool, VersionError> {
    if tag.ends_with('7') { Err(VersionError::Published(tag)) } else { Ok(true) }
}

#[workflow]
pub async fn release_next(repo: String, bump: Bump) -> Result<String, VersionError> {
    let tags = list_tags(&repo).await?;
    let (versions, broken): (Vec<_>, Vec<_>) = tags.iter().map(|tag| tag.parse::<Version>()).partition(|v| v.is_ok());
    let mut versions: Vec<Version> = versions.into_iter().flatten().collect();
    versions.sort_by(|a, b| b.cmp(a));
    let latest = versions.first().cloned().unwrap_or(Version { major: 0, minor: 0, patch: 0 });
    let mut next = latest.bumped(bump);
    while let Err(VersionError::Published(_)) = push_tag(format!("v{next}")).await {
        next = next.bumped(Bump::Patch);
    }
    Ok(format!("{next} ({} broken)", broken.len()))
}

#[tokio::test]
async fn t05_release_next() {
    both_ways(release_next).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(release_next("v1.2.3 1.10.6 1.x v9".into(), Bump::Patch)).await.output().unwrap(), "1.10.8 (2 broken)");
    assert_eq!(executor.run(release_next("".into(), Bump::Minor)).await.output().unwrap(), "0.1.0 (1 broken)");
}

