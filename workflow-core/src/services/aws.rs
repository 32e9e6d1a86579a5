//! The real AWS services for workflows that run in process.
//!
//! A [`Service`](super::Service) here hands what a workflow asks for to the AWS SDK and answers in
//! the words of Step Functions: keys in PascalCase, and its error names and causes.
//!
//! ```ignore
//! let config = aws_config::load_from_env().await;
//! let executor = Executor::new().service(DynamoDb::new(aws_sdk_dynamodb::Client::new(&config)));
//! ```
//!
//! Each service is behind a feature: `aws-dynamodb`, `aws-eventbridge`, `aws-lambda`, `aws-s3`, `aws-sfn`,
//! `aws-sns` and `aws-sqs`. None is on by default.

#[cfg(feature = "aws-dynamodb")]
mod dynamodb;
#[cfg(feature = "aws-eventbridge")]
mod eventbridge;
pub(crate) mod failure;
#[cfg(feature = "aws-lambda")]
mod lambda;
#[cfg(feature = "aws-s3")]
mod s3;
#[cfg(feature = "aws-sfn")]
mod sfn;
#[cfg(feature = "aws-sns")]
mod sns;
#[cfg(feature = "aws-sqs")]
mod sqs;

#[cfg(feature = "aws-dynamodb")]
pub use dynamodb::DynamoDb;
#[cfg(feature = "aws-eventbridge")]
pub use eventbridge::EventBridge;
#[cfg(feature = "aws-lambda")]
pub use lambda::Lambda;
#[cfg(feature = "aws-s3")]
pub use s3::S3;
#[cfg(feature = "aws-sfn")]
pub use sfn::StepFunctions;
#[cfg(feature = "aws-sns")]
pub use sns::Sns;
#[cfg(feature = "aws-sqs")]
pub use sqs::Sqs;

/// The account that a workflow's topics and queues are in, in place of the one that stands for it in
/// process.
#[cfg(any(feature = "aws-sfn", feature = "aws-sns", feature = "aws-sqs"))]
fn placed(name: &str, region: Option<&str>, account: &str) -> String {
    name.replace("us-east-1", region.unwrap_or("us-east-1")).replace("123456789012", account)
}
