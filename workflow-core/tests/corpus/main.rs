//! Programs as other people write them: sagas, approvals, loops that poll, batches, machines of states.
//!
//! Every program runs on several inputs. For every call of its good run it runs again with that call
//! failing (by each error of its task, by a timeout, by a name that no type knows; once, and from then
//! on), and each of these executions is run again by the emitted state machine, which must do the same.

#![allow(
    clippy::all,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are the programs of strangers, in a style of their own"
)]

mod approvals;
mod batches;
mod data;
mod effects;
mod errors;
mod faults;
mod iterators;
mod keys;
mod machines;
mod polling;
mod sagas;
mod styles;
mod text;

use faults::{Injector, check, injector};

/// Runs a program on inputs, with faults in these tasks.
macro_rules! program {
    ($name:ident: $workflow:ident $tasks:tt $(with $executor:expr;)? $(($($argument:expr),* $(,)?)),+ $(,)?) => {
        #[tokio::test]
        async fn $name() {
            #[allow(unused_mut, unused_assignments, reason = "some have an executor of their own")]
            let mut executor = workflow_core::Executor::test().execution_name("corpus");
            $(executor = $executor;)?
            let mut found = Vec::new();
            $(crate::check(&executor, || $workflow($($argument),*), &crate::injectors!($tasks), &mut found).await;)+
            assert!(found.is_empty(), "{} differences\n{}", found.len(), found[..found.len().min(3)].join("\n"));
        }
    };
}
use program;

macro_rules! injectors {
    ([$($task:path),* $(,)?]) => {{
        let injectors: Vec<crate::Injector> = vec![$(crate::injector($task)),*];
        injectors
    }};
}
use injectors;
