//! A worker of an activity: `packer definition` prints the state machine, `packer work URL PREFIX` does the work that
//! a Step Functions on this machine hands out, until it is killed. On AWS the client would be made of
//! `aws_config::load_from_env().await`.

use std::{env, error::Error};

use aws_sdk_sfn::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
};
use workflow_core::{Catalogue, States, Workflow, emit, prelude::*, worker};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PackError {
    #[error("{pieces} pieces do not fit")]
    Full { pieces: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(activity = "PackActivity", timeout_seconds = 60, heartbeat_seconds = 30)]
async fn pack(pieces: u32) -> Result<String, PackError> {
    if pieces > 9 { Err(PackError::Full { pieces }) } else { Ok(format!("a parcel of {pieces}")) }
}

/// Packs what fits into a parcel.
#[workflow]
async fn packed(pieces: u32) -> Result<String, PackError> {
    match pack(pieces).await {
        Err(PackError::Full { .. }) => Ok(format!("a crate of {pieces}")),
        Err(error) => Err(error),
        Ok(parcel) => Ok(parcel),
    }
}

#[allow(clippy::print_stdout, reason = "this is what the example is for")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["definition"] => println!("{}", emit::render(&packed::definition().machine)),
        ["work", url, prefix] => {
            let config = Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-central-1"))
                .credentials_provider(Credentials::new("123456789012", "secret", None, None, "example"))
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .endpoint_url(*url)
                .build();
            let client = Client::from_conf(config);
            let workers =
                worker::workers(&Catalogue::new().add::<packed>(), &client, prefix, &States::default());
            worker::run_all(workers, std::future::pending()).await?;
        }
        _ => return Err("packer definition | packer work URL PREFIX".into()),
    }
    Ok(())
}
