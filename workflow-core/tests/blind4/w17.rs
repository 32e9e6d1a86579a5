//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- dunning by a table of steps


#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
enum Channel {
    Mail,
    Letter,
    Phone,
}

#[derive(Serialize, Deserialize, Data)]
struct DunningStep {
    after_days: u64,
    channel: Channel,
    fee_cents: u32,
}

static DUNNING: [DunningStep; 4] = [
    DunningStep { after_days: 3, channel: Channel::Mail, fee_cents: 0 },
    DunningStep { after_days: 10, channel: Channel::Letter, fee_cents: 500 },
    DunningStep { after_days: 14, channel: Channel::Letter, fee_cents: 1000 },
    DunningStep { after_days: 7, channel: Channel::Phone, fee_cents: 0 },
];

#[task]
async fn is_paid(invoice: &str, reminders: usize) -> Answer<bool> {
    Ok(invoice.len() == reminders)
}

#[task]
async fn remind(invoice: &str, channel: Channel, owed: u32) -> Answer<()> {
    let _ = (invoice, channel, owed);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "outcome")]
enum DunningOutcome {
    Paid { reminders: usize, owed: u32 },
    Collections { owed: u32, days: u64 },
}

#[workflow]
async fn dun(invoice: String, cents: u32) -> Answer<DunningOutcome> {
    let mut owed = cents;
    for (reminders, DunningStep { after_days, channel, fee_cents }) in DUNNING.iter().enumerate() {
        sleep(Duration::from_secs(after_days * 24 * 60 * 60)).await;
        if is_paid(&invoice, reminders).await? {
            return Ok(DunningOutcome::Paid { reminders, owed });
        }
        owed += fee_cents;
        remind(&invoice, *channel, owed).await?;
    }
    let days = DUNNING.iter().map(|step| step.after_days).sum();
    Ok(DunningOutcome::Collections { owed, days })
}

#[tokio::test]
async fn t17_dun() {
    both_ways(dun).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(dun("ab".into(), 100)).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(27 * 86_400));
    assert_eq!(ran.output().unwrap(), DunningOutcome::Paid { reminders: 2, owed: 600 });
    assert_eq!(executor.run(dun("abcdef".into(), 100)).await.output().unwrap(), DunningOutcome::Collections { owed: 1600, days: 34 });
}

