//! Order and refund workflows that run in this process and on AWS Step Functions.
//!
//! Each file under [`workflows`] is one system: its data, its errors, its tasks and, last, the
//! workflow that ties them together. The other modules are what the tasks' handlers work with.

pub mod approvals;
pub mod bank;
pub mod chance;
pub mod ids;
pub mod money;
pub mod store;
pub mod workflows;

use workflow_core::prelude::*;

use crate::{approvals::Desk, chance::Chance, ids::Ids, store::Store};

/// An executor whose handlers work on this store, draw these identifiers, have such luck, and put what
/// somebody has to decide on this desk.
pub fn executor(store: Store, ids: Ids, chance: Chance, desk: Desk) -> Executor {
    Executor::new().state(store).state(ids).state(chance).state(desk)
}
