//! A finished execution, whichever engine ran it.

use std::time::Duration;

use workflow_core::{History, Outcome, Report, interpreter::Execution};

/// How an execution ended, and what happened.
pub(crate) enum Ended {
    Native(Report),
    Interpreted { execution: Execution, outcome: Outcome },
}

impl Ended {
    pub(crate) fn native(report: Report) -> Self {
        Self::Native(report)
    }

    pub(crate) fn interpreted(execution: Execution) -> Self {
        Self::Interpreted { outcome: execution.outcome(), execution }
    }

    pub(crate) fn outcome(&self) -> &Outcome {
        match self {
            Self::Native(report) => &report.outcome,
            Self::Interpreted { outcome, .. } => outcome,
        }
    }

    pub(crate) fn history(&self) -> &History {
        match self {
            Self::Native(report) => report.history(),
            Self::Interpreted { execution, .. } => execution.history(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        match self {
            Self::Native(report) => report.elapsed,
            Self::Interpreted { execution, .. } => execution.elapsed(),
        }
    }
}
