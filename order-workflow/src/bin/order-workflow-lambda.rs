//! The handlers of all tasks as AWS Lambda functions: one program, deployed once for each function.
//!
//! `ORDER_DB` names the SQLite file that the handlers work on. Identifiers follow from `ORDER_SEED`, so that
//! a handler which is tried again in another instance gives the same ones. `ORDER_CHANCE`, a number, lets things go
//! wrong for a demonstration.

use std::{env, path::PathBuf, process::ExitCode};

use order_workflow::{approvals::Desk, chance::Chance, ids::Ids, store::Store, workflows::catalogue};
use workflow_core::{States, lambda};

/// The one directory of a Lambda function that can be written to.
const DEFAULT_DB: &str = "/tmp/orders.sqlite";

fn main() -> ExitCode {
    lambda::main(&catalogue(), || {
        let file = env::var_os("ORDER_DB").map_or_else(|| PathBuf::from(DEFAULT_DB), PathBuf::from);
        let mut states = States::default();
        states.insert(Store::open(&file)?);
        states.insert(match env::var("ORDER_SEED") {
            Ok(seed) => Ids::seeded(seed.parse()?),
            Err(_) => Ids::random(),
        });
        states.insert(match env::var("ORDER_CHANCE") {
            Ok(seed) if !seed.is_empty() => Chance::seeded(seed.parse()?),
            _ => Chance::none(),
        });
        // The mail tells who decides; the token goes with it.
        states.insert(Desk::default());
        Ok(states)
    })
}
