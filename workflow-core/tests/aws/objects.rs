//! S3.

use workflow_core::{
    prelude::*,
    services::{
        aws::S3,
        s3::{self, Bucket, ObjectError},
    },
};

use crate::{Order, order, server::server};

const ARCHIVE: Bucket<Order> = Bucket::new("archive");

#[workflow]
async fn keep(order: Order) -> Result<Order, ObjectError> {
    s3::put_object(ARCHIVE, &order.id, &order).no_transient_retries().await?;
    s3::get_object(ARCHIVE, &order.id).no_transient_retries().await
}

fn executor(address: &str) -> Executor {
    let config = crate::server::config!(aws_sdk_s3, address).to_builder().force_path_style(true).build();
    Executor::new().service(S3::new(aws_sdk_s3::Client::from_conf(config)))
}

#[tokio::test]
async fn an_object_is_put_and_got_as_text() {
    let text = r#"{"id":"o-1","cents":5}"#;
    let (address, asked) = server(vec![(200, ""), (200, text)]).await;
    let execution = executor(&address).run(keep(order())).await;
    assert_eq!(execution.output().unwrap(), order());
    let asked = asked.lock().unwrap().clone();
    assert_eq!((asked[0].line.as_str(), asked[0].body.as_str()), ("PUT /archive/o-1?x-id=PutObject", text));
    assert_eq!(asked[1].line, "GET /archive/o-1?x-id=GetObject");
}

#[tokio::test]
async fn an_object_that_is_not_there_has_the_name_that_step_functions_gives() {
    let gone = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
    let (address, _) = server(vec![(200, ""), (404, gone)]).await;
    let execution = executor(&address).run(keep(order())).await;
    let outcome = execution.outcome();
    assert_eq!(outcome.error.as_deref(), Some("S3.NoSuchKeyException"));
    let cause = outcome.cause.as_deref().unwrap();
    assert!(
        cause.starts_with("The specified key does not exist. (Service: S3, Status Code: 404, "),
        "{cause}"
    );
}

#[task]
async fn weigh(key: &str) -> usize {
    key.len()
}

#[workflow]
async fn weigh_all(prefix: String) -> Result<Vec<usize>, PlatformError> {
    distributed_map(s3_source::objects("archive", &prefix), async |object| weigh(&object.key).await).await
}

#[tokio::test]
async fn a_distributed_map_reads_every_page_of_a_bucket() {
    let first = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t-1</NextContinuationToken>\
        <Contents><Key>a/1</Key><LastModified>2026-01-31T09:00:00.000Z</LastModified><ETag>&quot;x&quot;</ETag>\
        <Size>3</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>";
    let second = "<ListBucketResult><IsTruncated>false</IsTruncated>\
        <Contents><Key>a/22</Key><LastModified>2026-01-31T09:00:00.000Z</LastModified><ETag>&quot;y&quot;</ETag>\
        <Size>4</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>";
    let (address, asked) = server(vec![(200, first), (200, second)]).await;
    let execution = executor(&address).run(weigh_all("a/".to_owned())).await;
    assert_eq!(execution.output().unwrap(), [3, 4]);
    let asked = asked.lock().unwrap().clone();
    assert!(asked[1].line.contains("continuation-token=t-1"), "{:?}", asked[1]);
}
