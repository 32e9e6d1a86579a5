//! The commands for what runs on AWS, or on anything that answers as Step Functions does: `deploy`, `start`,
//! `history`, `diff`.

mod deploy;
mod diff;
mod history;
mod start;

use std::{io, path::Path, process::ExitCode};

use anyhow::Context as _;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_sfn::{Client, error::DisplayErrorContext};
use clap::Subcommand;
use workflow_core::deploy::{Deployment, Machine, Place};

use crate::system;

/// The commands for what runs.
#[derive(Subcommand)]
pub(crate) enum Command {
    Deploy(deploy::Arguments),
    Start(start::Arguments),
    History(history::Arguments),
    Diff(diff::Arguments),
}

/// Where Step Functions is. Credentials come from AWS's standard chain alone: the environment, a profile, a
/// role.
#[derive(clap::Args)]
pub(crate) struct Service {
    /// Where Step Functions answers, where that is not AWS, such as http://127.0.0.1:4566.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The region, where the environment or the profile names none.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// What every name begins with.
    #[arg(long, default_value = system::STACK, value_name = "NAME")]
    stack: String,
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("could not start the runtime")?;
        runtime.block_on(async {
            match self {
                Self::Deploy(arguments) => deploy::run(arguments).await,
                Self::Start(arguments) => start::run(arguments).await,
                Self::History(arguments) => history::run(arguments).await,
                Self::Diff(arguments) => diff::run(arguments).await,
            }
        })
    }
}

impl Service {
    /// A client of Step Functions.
    async fn client(&self) -> anyhow::Result<Client> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        #[cfg(not(feature = "tls"))]
        {
            anyhow::ensure!(
                self.endpoint_url.as_ref().is_some_and(|url| url.starts_with("http://")),
                "this build speaks no HTTPS: give it an --endpoint-url that begins with http://, or build it \
                 with `--features tls`"
            );
            loader = loader.http_client(aws_smithy_http_client::Builder::new().build_http());
        }
        let config = loader.load().await;
        anyhow::ensure!(
            config.region().is_some(),
            "no region is known; give one with --region, or set AWS_REGION"
        );
        Ok(Client::new(&config))
    }

    /// The state machine of a workflow, if it is deployed.
    async fn find(&self, client: &Client, workflow: &str) -> anyhow::Result<Option<String>> {
        let name = self.name(workflow);
        let mut pages = client.list_state_machines().into_paginator().items().send();
        while let Some(machine) = pages.next().await {
            let machine = machine.map_err(failed)?;
            if machine.name == name {
                return Ok(Some(machine.state_machine_arn));
            }
        }
        Ok(None)
    }

    /// The state machine of a workflow, which must be deployed.
    async fn found(&self, client: &Client, workflow: &str) -> anyhow::Result<String> {
        let found = self.find(client, workflow).await?;
        found.with_context(|| format!("no state machine is named `{}`; deploy it first", self.name(workflow)))
    }

    /// The name of a workflow's state machine.
    fn name(&self, workflow: &str) -> String {
        format!("{}-{workflow}", self.stack)
    }

    /// Where a state machine is.
    fn place_of(&self, arn: &str) -> anyhow::Result<Place> {
        let parts: Vec<&str> = arn.split(':').collect();
        let [_, partition, _, region, account, ..] = parts.as_slice() else {
            anyhow::bail!("`{arn}` is not an ARN");
        };
        Ok(Place::new(partition, region, account, &self.stack)?)
    }
}

/// The workflows that were asked for: those of these names, or all.
fn asked<'a>(deployment: &'a Deployment, names: &[String]) -> anyhow::Result<Vec<&'a Machine>> {
    let machines = deployment.machines();
    for name in names {
        if !machines.iter().any(|machine| machine.name == *name) {
            let known: Vec<&str> = machines.iter().map(|machine| machine.name.as_str()).collect();
            anyhow::bail!("no workflow is named `{name}`; there are: {}", known.join(", "));
        }
    }
    Ok(machines.iter().filter(|machine| names.is_empty() || names.contains(&machine.name)).collect())
}

/// What the service said, with all that led to it.
fn failed(error: impl std::error::Error) -> anyhow::Error {
    anyhow::anyhow!("{}", DisplayErrorContext(error))
}

/// The text of a file, or of standard input for `-`.
fn read(path: &Path) -> anyhow::Result<String> {
    let text =
        if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { std::fs::read_to_string(path) };
    text.with_context(|| format!("could not read {}", path.display()))
}
