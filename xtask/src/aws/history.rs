//! `cargo xtask history`: an execution's events, also while it runs.

use std::{
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use aws_sdk_sfn::{
    Client,
    operation::describe_execution::DescribeExecutionOutput,
    primitives::DateTimeFormat,
    types::{ExecutionStatus, HistoryEvent},
};

use super::{Service, failed};
use crate::FOUND;

/// Print an execution's events, a line each, and how it ended. The exit code is 1 for an execution that
/// ended otherwise than succeeded.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    service: Service,
    /// The ARN of the execution, as `start` prints it.
    execution: String,
    /// Wait for more until the execution ends.
    #[arg(long)]
    follow: bool,
}

/// How often a running execution is asked for more.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let client = arguments.service.client().await?;
    follow(&client, &arguments.execution, arguments.follow).await
}

/// Prints events, until there are no more or until the execution ends.
pub(super) async fn follow(client: &Client, execution: &str, to_its_end: bool) -> anyhow::Result<ExitCode> {
    let mut seen = 0;
    loop {
        // Asked before the events: what ended then has all of them.
        let described = client.describe_execution().execution_arn(execution).send().await.map_err(failed)?;
        let history = client.get_execution_history().execution_arn(execution).include_execution_data(true);
        let mut events = history.into_paginator().items().send();
        let mut stdout = io::stdout();
        while let Some(event) = events.next().await {
            let event = event.map_err(failed)?;
            if event.id > seen {
                seen = event.id;
                writeln!(stdout, "{}", line(&event))?;
            }
        }
        if described.status != ExecutionStatus::Running {
            return ended(&described);
        }
        if !to_its_end {
            writeln!(stdout, "RUNNING")?;
            return Ok(ExitCode::SUCCESS);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn ended(execution: &DescribeExecutionOutput) -> anyhow::Result<ExitCode> {
    let mut stdout = io::stdout();
    if execution.status == ExecutionStatus::Succeeded {
        writeln!(stdout, "SUCCEEDED {}", execution.output.as_deref().unwrap_or_default())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (error, cause) = (execution.error.as_deref(), execution.cause.as_deref());
    writeln!(stdout, "{} {}: {}", execution.status, error.unwrap_or_default(), cause.unwrap_or_default())?;
    Ok(ExitCode::from(FOUND))
}

/// An event: when, which, of what type, and what tells it from others of that type.
fn line(event: &HistoryEvent) -> String {
    let time = event.timestamp.fmt(DateTimeFormat::DateTime).unwrap_or_default();
    format!("{time} {:>4} {} {}", event.id, event.r#type, about(event)).trim_end().to_owned()
}

fn about(event: &HistoryEvent) -> String {
    if let Some(entered) = &event.state_entered_event_details {
        return entered.name.clone();
    }
    if let Some(exited) = &event.state_exited_event_details {
        return exited.name.clone();
    }
    if let Some(scheduled) = &event.task_scheduled_event_details {
        return format!("{}:{}", scheduled.resource_type, scheduled.resource);
    }
    let failed = |error: &Option<String>, cause: &Option<String>| {
        format!("{}: {}", error.as_deref().unwrap_or_default(), cause.as_deref().unwrap_or_default())
    };
    if let Some(task) = &event.task_failed_event_details {
        return failed(&task.error, &task.cause);
    }
    if let Some(execution) = &event.execution_failed_event_details {
        return failed(&execution.error, &execution.cause);
    }
    String::new()
}
