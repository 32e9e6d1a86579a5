//! `cargo xtask deploy`: puts definitions in place, each as a new version.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use aws_sdk_sfn::{
    Client,
    types::{RoutingConfigurationListItem, StateMachineType},
};
use serde_json::Value;
use workflow_core::{
    WorkflowKind,
    deploy::{Deployment, Machine, Place},
};

use super::{Service, asked, failed};
use crate::system;

/// Create or update state machines, publish a version of each and let the alias `live` point to it.
///
/// Functions, tables, topics and roles are left to SAM or Terraform; see docs/deploy.md.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    service: Service,
    /// Only the workflows of these names.
    #[arg(long, value_name = "NAME")]
    workflow: Vec<String>,
    /// The account of a state machine that does not exist yet.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The partition of a state machine that does not exist yet.
    #[arg(long, default_value = "aws", value_name = "PARTITION")]
    partition: String,
    /// The version or the alias at which functions are called, such as live; the latest code without.
    #[arg(long, value_name = "NAME")]
    qualifier: Option<String>,
    /// The role of a state machine that does not exist yet [default: the one that is named like it].
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
}

/// The alias that SAM and Terraform give as well.
const ALIAS: &str = "live";

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = system::deployment()?;
    let client = arguments.service.client().await?;
    for machine in asked(&deployment, &arguments.workflow)? {
        let found = arguments.service.find(&client, &machine.name).await?;
        let mut place = match &found {
            Some(arn) => arguments.service.place_of(arn)?,
            None => new_place(arguments, machine, &client)?,
        };
        place.qualifier.clone_from(&arguments.qualifier);
        let definition = deployment.console(machine, &place);
        if let Some(name) = Deployment::left_in(&definition).first() {
            anyhow::bail!(
                "{}: nobody knows here what `${{{name}}}` is; deploy it by SAM or Terraform",
                machine.name
            );
        }
        let name = arguments.service.name(&machine.name);
        let version = match found {
            Some(arn) => update(&client, &arn, &definition).await?,
            None => {
                let role = format!("arn:{}:iam::{}:role/{name}", place.partition, place.account);
                let role = arguments.role_arn.clone().unwrap_or(role);
                Some(create(&client, machine, &name, &definition, &role).await?)
            }
        };
        let mut stdout = io::stdout();
        match version {
            Some(version) => {
                point_alias_to(&client, &version).await?;
                writeln!(stdout, "published: {version}")?;
            }
            None => writeln!(stdout, "unchanged: {name}")?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn new_place(arguments: &Arguments, machine: &Machine, client: &Client) -> anyhow::Result<Place> {
    let region = client.config().region().map(ToString::to_string).unwrap_or_default();
    let Some(account) = &arguments.account else {
        anyhow::bail!("`{}` does not exist yet; say with --account where it belongs", machine.name);
    };
    Ok(Place::new(&arguments.partition, &region, account, &arguments.service.stack)?)
}

/// The ARN of the new version.
async fn create(
    client: &Client,
    machine: &Machine,
    name: &str,
    definition: &Value,
    role: &str,
) -> anyhow::Result<String> {
    let created = client
        .create_state_machine()
        .name(name)
        .definition(format!("{definition:#}"))
        .role_arn(role)
        .r#type(match machine.kind {
            WorkflowKind::Standard => StateMachineType::Standard,
            WorkflowKind::Express => StateMachineType::Express,
        })
        .publish(true)
        .send()
        .await
        .map_err(failed)?;
    Ok(created.state_machine_version_arn.unwrap_or(created.state_machine_arn))
}

/// The ARN of the new version; nothing where the definition is the one that is there.
async fn update(client: &Client, arn: &str, definition: &Value) -> anyhow::Result<Option<String>> {
    let found = client.describe_state_machine().state_machine_arn(arn).send().await.map_err(failed)?;
    if serde_json::from_str::<Value>(&found.definition).is_ok_and(|found| found == *definition) {
        return Ok(None);
    }
    let updated = client
        .update_state_machine()
        .state_machine_arn(arn)
        .definition(format!("{definition:#}"))
        .publish(true)
        .send()
        .await
        .map_err(failed)?;
    Ok(updated.state_machine_version_arn)
}

/// Creates the alias, or has it point to another version.
async fn point_alias_to(client: &Client, version: &str) -> anyhow::Result<()> {
    // `..:stateMachine:name:7`
    let Some((machine, number)) = version.rsplit_once(':') else { return Ok(()) };
    if number.parse::<u64>().is_err() {
        return Ok(());
    }
    let route = RoutingConfigurationListItem::builder().state_machine_version_arn(version).weight(100);
    let route = route.build().map_err(failed)?;
    let aliases =
        client.list_state_machine_aliases().state_machine_arn(machine).send().await.map_err(failed)?;
    let alias = format!("{machine}:{ALIAS}");
    if aliases.state_machine_aliases.iter().any(|known| known.state_machine_alias_arn == alias) {
        let update = client.update_state_machine_alias().state_machine_alias_arn(alias);
        update.routing_configuration(route).send().await.map_err(failed)?;
    } else {
        let create = client.create_state_machine_alias().name(ALIAS);
        create.routing_configuration(route).send().await.map_err(failed)?;
    }
    Ok(())
}
