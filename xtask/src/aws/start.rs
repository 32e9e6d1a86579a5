//! `cargo xtask start`: starts an execution.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use super::{Service, failed, history, read};

/// Start an execution, once the input has been found to fit, and print its ARN.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    service: Service,
    /// The name of the workflow.
    workflow: String,
    /// A file with its input as JSON, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The name of the execution. A second start under the same name and with the same input is the first one.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The version or the alias to start; the newest definition without.
    #[arg(long, value_name = "NAME")]
    qualifier: Option<String>,
    /// Print the execution's events until it ends, and exit with 1 if it fails.
    #[arg(long)]
    follow: bool,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = order_workflow::workflows::catalogue();
    let input = read(&arguments.input)?;
    catalogue.get(&arguments.workflow)?.check_input(&input)?;
    let client = arguments.service.client().await?;
    let mut arn = arguments.service.found(&client, &arguments.workflow).await?;
    if let Some(qualifier) = &arguments.qualifier {
        arn = format!("{arn}:{qualifier}");
    }
    let start = client.start_execution().state_machine_arn(arn).input(input).set_name(arguments.name.clone());
    let started = start.send().await.map_err(failed)?;
    writeln!(io::stdout(), "{}", started.execution_arn)?;
    if arguments.follow {
        return history::follow(&client, &started.execution_arn, true).await;
    }
    Ok(ExitCode::SUCCESS)
}
