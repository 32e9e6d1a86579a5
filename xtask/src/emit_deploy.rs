//! `cargo xtask emit-deploy`: writes the templates for AWS SAM and Terraform, or the definitions and
//! policies with the ARNs of one account.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::Value;
use workflow_core::{
    deploy::{Deployment, Place},
    emit,
};

use crate::{FOUND, system, workspace};

/// Write what deploys the workflows: an AWS SAM template and a Terraform module.
///
/// With an account and a region: the definitions with real ARNs, and the policies of their roles, to be
/// pasted into the console, and the rules of EventBridge that start them.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; exit with 1 when a file is stale or missing.
    #[arg(long)]
    check: bool,
    /// The account, twelve digits.
    #[arg(long, requires = "region", value_name = "ID")]
    account: Option<String>,
    /// The region, such as eu-central-1.
    #[arg(long, requires = "account", value_name = "REGION")]
    region: Option<String>,
    /// The partition: aws, aws-cn or aws-us-gov.
    #[arg(long, requires = "account", default_value = "aws", value_name = "PARTITION")]
    partition: String,
    /// What every name begins with.
    #[arg(long, requires = "account", default_value = system::STACK, value_name = "NAME")]
    stack: String,
    /// The directory of the files [default: order-workflow/deploy in the workspace, target/deploy with an
    /// account].
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let deployment = system::deployment()?;
    let default = |dir: &str| workspace::seen_from_here(&workspace::root().join(dir));
    let files = match (&arguments.account, &arguments.region) {
        (Some(account), Some(region)) => {
            let place = Place::new(&arguments.partition, region, account, &arguments.stack)?;
            let dir = arguments.out_dir.clone().unwrap_or_else(|| default("target/deploy"));
            placed(&deployment, &place, &dir)?
        }
        _ => {
            let dir = arguments.out_dir.clone().unwrap_or_else(|| default("order-workflow/deploy"));
            templates(&deployment, &dir)
        }
    };
    if arguments.check { check(&files) } else { write(&files) }
}

/// The template and the module, which find the state machines and the program from where they are
/// checked in.
fn templates(deployment: &Deployment, dir: &Path) -> Vec<(PathBuf, String)> {
    let package = format!("../../../target/lambda/{}/bootstrap.zip", system::PROGRAM);
    let mut files = vec![(dir.join("sam/template.yaml"), deployment.sam("../../asl", &package))];
    let module = deployment.terraform("../../asl", &package);
    files.extend(module.into_iter().map(|(name, text)| (dir.join("terraform").join(name), text)));
    files
}

/// Each definition with real ARNs, the policy of its role, the rules that start it, and who may assume the roles.
fn placed(deployment: &Deployment, place: &Place, dir: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let json = |value: &Value| -> anyhow::Result<String> { Ok(serde_json::to_string_pretty(value)? + "\n") };
    let mut files = Vec::new();
    for machine in deployment.machines() {
        let definition = deployment.console(machine, place);
        for name in Deployment::left_in(&definition) {
            eprintln!("{}: fill in `${{{name}}}` by hand", machine.name);
        }
        files.push((dir.join(format!("{}.asl.json", machine.name)), json(&definition)?));
        let policy = deployment.console_policy(machine, place).to_json();
        files.push((dir.join(format!("{}.policy.json", machine.name)), json(&policy)?));
        let rules = deployment.console_rules(machine, place);
        for (trigger, (rule, targets)) in machine.triggers.iter().zip(&rules) {
            files.push((dir.join(format!("{}.rule.json", trigger.name)), json(rule)?));
            files.push((dir.join(format!("{}.targets.json", trigger.name)), json(targets)?));
        }
        if !rules.is_empty() {
            let policy = deployment.console_starter_policy(machine, place).to_json();
            files.push((dir.join(format!("{}-starter.policy.json", machine.name)), json(&policy)?));
        }
        if machine.request.is_some() {
            eprintln!("{}: its API is made by SAM and Terraform, and not among these files", machine.name);
        }
    }
    files.push((dir.join("trust.json"), json(&Deployment::console_trust("states", place))?));
    files.push((dir.join("starter.trust.json"), json(&Deployment::console_trust("events", place))?));
    Ok(files)
}

fn check(files: &[(PathBuf, String)]) -> anyhow::Result<ExitCode> {
    let report = emit::compare_files(files)?;
    if report.is_current() {
        writeln!(io::stdout(), "{} files are current", files.len())?;
        return Ok(ExitCode::SUCCESS);
    }
    eprint!("{report}");
    eprintln!("to refresh: cargo xtask emit-deploy");
    Ok(ExitCode::from(FOUND))
}

fn write(files: &[(PathBuf, String)]) -> anyhow::Result<ExitCode> {
    let mut stdout = io::stdout();
    for (path, change) in emit::write_files(files)? {
        writeln!(stdout, "{change}: {}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}
