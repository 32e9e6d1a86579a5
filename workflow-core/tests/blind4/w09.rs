//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a tenant is set up, or taken down again


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "undo", rename_all = "SCREAMING_SNAKE_CASE")]
enum Undo {
    DropDatabase { name: String },
    DeleteBucket { bucket: String, force: bool },
    RemoveDns(DnsRecord),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct DnsRecord {
    host: String,
    #[serde(rename = "type")]
    kind: RecordKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
enum RecordKind {
    A,
    Cname,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum TenantError {
    #[error("quota of {limit} reached")]
    Quota { limit: u32 },
    #[error("name {0} is taken")]
    Taken(String),
    #[error("set-up failed ({cause}), not undone: {left}")]
    Stuck { cause: String, left: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn create_database(name: &str) -> Result<(), TenantError> {
    if name.len() > 8 { Err(TenantError::Quota { limit: 8 }) } else { Ok(()) }
}

#[task]
async fn create_bucket(name: &str) -> Result<String, TenantError> {
    if name.starts_with('b') { Err(TenantError::Taken(name.into())) } else { Ok(format!("{name}-bucket")) }
}

#[task]
async fn create_dns(record: &DnsRecord) -> Result<(), TenantError> {
    if record.host.starts_with('d') { Err(TenantError::Taken(record.host.clone())) } else { Ok(()) }
}

#[task(retry(errors = [ALL], interval_seconds = 1, max_attempts = 2))]
async fn undo(step: &Undo) -> Answer<()> {
    if let Undo::DropDatabase { name } = step
        && name == "dx"
    {
        return Err(PlatformError::TaskFailed("locked".into()));
    }
    Ok(())
}

#[pure]
impl Undo {
    fn label(&self) -> &'static str {
        match self {
            Undo::DropDatabase { .. } => "database",
            Undo::DeleteBucket { force: true, .. } => "bucket!",
            Undo::DeleteBucket { .. } => "bucket",
            Undo::RemoveDns(DnsRecord { kind: RecordKind::Cname, .. }) => "cname",
            Undo::RemoveDns(_) => "dns",
            Undo::Nothing => "nothing",
        }
    }
}

#[workflow]
async fn provision_tenant(tenant: String) -> Result<Vec<String>, TenantError> {
    let mut done: Vec<Undo> = vec![Undo::Nothing];
    let outcome: Result<(), TenantError> = async {
        create_database(&tenant).await?;
        done.push(Undo::DropDatabase { name: tenant.clone() });
        let bucket = create_bucket(&tenant).await?;
        done.push(Undo::DeleteBucket { force: bucket.len() > 10, bucket });
        let record = DnsRecord { host: format!("{tenant}.example.com"), kind: RecordKind::Cname };
        create_dns(&record).await?;
        done.push(Undo::RemoveDns(record));
        Ok(())
    }
    .await;
    let Err(cause) = outcome else {
        return Ok(done.iter().map(|step| step.label().to_string()).collect());
    };
    let mut left = Vec::new();
    while let Some(step) = done.pop() {
        if step == Undo::Nothing {
            continue;
        }
        if undo(&step).await.is_err() {
            left.push(step.label());
        }
    }
    if left.is_empty() { Err(cause) } else { Err(TenantError::Stuck { cause: cause.to_string(), left: left.join(", ") }) }
}

#[tokio::test]
async fn t09_provision_tenant() {
    both_ways(provision_tenant).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(provision_tenant("acme".into())).await.output().unwrap(), ["nothing", "database", "bucket!", "cname"]);
    for (tenant, error) in [("muchtoolong", "Quota"), ("bob", "Taken"), ("dx", "Stuck"), ("dan", "Taken")] {
        assert_eq!(executor.run(provision_tenant(tenant.into())).await.outcome().error.as_deref(), Some(error), "{tenant}");
    }
}

