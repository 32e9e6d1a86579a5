//! Distributed Maps: child executions, what they read, and what they leave behind.

use std::time::Duration;

use workflow_core::{Execution, MapRunResult, Status, Workflow, services::s3};

use super::*;

fn bucket() -> s3::Bucket<String> {
    s3::Bucket::new("data")
}

/// An executor whose S3 holds one object.
fn with_object(key: &str, text: &str) -> (Executor, s3::Memory) {
    let s3 = s3::Memory::new();
    s3.put(bucket(), key, &text.to_owned());
    (testing().service(s3.clone()), s3)
}

fn error_of<W: Workflow>(execution: &Execution<W>) -> (String, String) {
    let outcome = execution.outcome().clone();
    (outcome.error.unwrap_or_default(), outcome.cause.unwrap_or_default())
}

#[workflow]
async fn charge_each(orders: Vec<Order>, fee: u32) -> Result<Vec<u32>, ShopError> {
    let charged = distributed_map(&orders, async |order| {
        let receipt = charge(order).await?;
        send(receipt.clone()).await?;
        if order.cents > 1000 {
            return Err(ShopError::Short(order.cents));
        }
        Ok(order.cents + fee)
    })
    .max_concurrency(2)
    .label("Charges")
    .express()
    .await?;
    Ok(charged)
}

#[tokio::test]
async fn children_give_a_list() {
    snapshot!(charge_each);
    let execution = testing().run(charge_each(vec![order(), order(), order()], 5)).await;
    assert_eq!(execution.output().unwrap(), [255, 255, 255]);
    assert_eq!(
        execution.history().types(),
        [
            "ExecutionStarted",
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded",
        ]
    );
    let previous: Vec<u64> = execution.history().events.iter().map(|event| event.previous_id).collect();
    assert_eq!(previous, [0, 0, 2, 3, 4, 5, 5, 7]);
    assert!(execution.all_calls().is_empty());
    let run = &execution.map_runs()[0];
    assert!(run.arn.contains(":mapRun:charge-each/Charges:"), "{}", run.arn);
    assert_eq!((run.item_counts.total, run.item_counts.succeeded, run.executions.len()), (3, 3, 3));
    let child = &run.executions[2];
    assert_eq!(child.report.outcome.output.as_deref(), Some("255"));
    assert_eq!(child.report.calls().len(), 2);
    assert_eq!(child.report.history().types()[..2], ["ExecutionStarted", "TaskStateEntered"]);
    assert!(child.id.contains(":execution:charge-each/Charges:"), "{}", child.id);
    let empty = testing().run(charge_each(Vec::new(), 5)).await;
    assert_eq!(empty.output().unwrap(), Vec::<u32>::new());
}

#[tokio::test]
async fn one_failure_is_one_too_many_and_has_no_name_of_its_own() {
    let orders = || {
        let cents = [1, 2000, 3].map(|cents| Order { cents, ..order() });
        charge_each(cents.to_vec(), 5)
    };
    let execution = testing().run(orders()).await;
    let threshold = "The specified tolerated failure threshold was exceeded";
    assert_eq!(
        error_of(&execution),
        ("States.ExceedToleratedFailureThreshold".to_owned(), threshold.to_owned())
    );
    assert_eq!(
        execution.history().types()[3..],
        ["MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    );
    let run = &execution.map_runs()[0];
    let outcomes: Vec<Status> = run.executions.iter().map(|child| child.report.outcome.status).collect();
    assert_eq!(outcomes, [Status::Succeeded, Status::Failed, Status::Aborted]);
    assert_eq!(run.executions[1].report.outcome.error.as_deref(), Some("Short"));
    assert_eq!(run.executions[2].report.history().types().last(), Some(&"ExecutionAborted"));
    assert_eq!((run.item_counts.failed, run.item_counts.succeeded), (1, 1));
    assert_eq!(run.item_counts.aborted + run.item_counts.pending, 1);
}

#[tokio::test]
async fn what_has_not_begun_when_it_is_too_much_stays_pending() {
    let orders: Vec<Order> = [2000, 1, 1, 1, 1].map(|cents| Order { cents, ..order() }).to_vec();
    let slow = testing().mock(send, Mock::value(String::new()).after(Duration::from_secs(10)));
    let execution = slow.run(charge_each(orders, 0)).await;
    let counts = &execution.map_runs()[0].item_counts;
    assert_eq!((counts.failed, counts.aborted, counts.pending, counts.total), (1, 1, 3, 5));
}

#[tokio::test]
async fn children_run_at_the_same_time_up_to_a_bound() {
    let slow = || testing().mock(send, Mock::value(String::new()).after(Duration::from_secs(10)));
    let execution = slow().run(charge_each(vec![order(); 5], 0)).await;
    assert_eq!(execution.elapsed(), Duration::from_secs(30));
    assert_eq!(execution.map_runs()[0].executions[0].report.elapsed, Duration::from_secs(10));
}

#[tokio::test]
async fn an_express_child_ends_after_five_minutes() {
    let hangs = Executor::test().mock(send, Mock::hangs());
    let execution = hangs.run(charge_each(vec![order()], 0)).await;
    assert_eq!(error_of(&execution).0, "States.ExceedToleratedFailureThreshold");
    assert_eq!(execution.elapsed(), Duration::from_secs(300));
    assert_eq!(execution.map_runs()[0].item_counts.timed_out, 1);
}

#[tokio::test]
async fn the_answers_of_a_mock_are_shared_by_all_children() {
    let answers = ["a", "b", "c"].map(|text| Mock::value(text.to_owned()));
    let executor = testing().mock(charge, Mock::sequence(answers));
    let execution = executor.run(charge_each(vec![order(); 3], 0)).await;
    assert_eq!(execution.output().unwrap().len(), 3);
    let sent: Vec<&str> =
        execution.map_runs()[0].executions.iter().map(|child| &*child.report.calls()[1].payload).collect();
    assert_eq!(sent, [r#""a""#, r#""b""#, r#""c""#]);
}

#[workflow]
async fn totals_of_places(numbers: Vec<u32>) -> Result<u32, ShopError> {
    let first = add(1, 1).await?;
    let sums = match distributed_map(numbers.iter().enumerate(), async |(place, number)| {
        let sums = map(vec![1, 2], async |more| add(*number, first + more).await).await?;
        if place > 5 {
            return Err(ShopError::SoldOut);
        }
        Ok(sums.iter().sum::<u32>())
    })
    .await
    {
        Ok(sums) => sums,
        Err(PlatformError::ExceedToleratedFailureThreshold(_)) => vec![0],
        Err(error) => return Err(error.into()),
    };
    Ok(sums.iter().sum())
}

#[tokio::test]
async fn variables_reach_a_child_through_its_input() {
    snapshot!(totals_of_places);
    let execution = testing().run(totals_of_places(vec![10, 20])).await;
    assert_eq!(execution.output().unwrap(), 74);
    // The label is the state's name, without what no label may hold.
    let arn = &execution.map_runs()[0].arn;
    assert!(arn.contains(":mapRun:totals-of-places/MapNumbers:"), "{arn}");
    assert_eq!(testing().run(totals_of_places(vec![1; 7])).await.output().unwrap(), 0);
}

#[derive(Serialize, Deserialize, Data)]
struct Row {
    sku: String,
    count: String,
}

#[workflow]
async fn import(key: String, most: u32) -> Result<Vec<String>, ShopError> {
    let sent = distributed_map(s3_source::csv::<Row>("data", &key).max_items(most), async |row| {
        send(format!("{} {}", row.count, row.sku)).await
    })
    .standard()
    .await?;
    Ok(sent)
}

#[tokio::test]
async fn a_csv_is_read_row_by_row() {
    snapshot!(import);
    let (executor, _) = with_object("in.csv", "sku,count,more\napple,3,x\npear\n\"a,b\",1\n");
    let run = |most| executor.run(import("in.csv".into(), most));
    assert_eq!(run(0).await.output().unwrap(), ["3 apple", " pear", "1 a,b"]);
    assert_eq!(run(2).await.output().unwrap(), ["3 apple", " pear"]);
    let execution = run(1).await;
    let started = execution.history().events[2].detail.clone();
    assert_eq!(format!("{started:?}"), "MapStarted { length: 0 }");
    assert_eq!(&*execution.map_runs()[0].executions[0].input, r#"{"sku":"apple","count":"3","more":"x"}"#);
}

#[tokio::test]
async fn what_cannot_be_read_fails_the_state() {
    let (executor, _) = with_object("in.csv", "");
    let execution = executor.run(import("missing.csv".into(), 0)).await;
    let (error, cause) = error_of(&execution);
    assert_eq!(error, "States.ItemReaderFailed");
    assert!(cause.starts_with("The specified key does not exist."), "{cause}");
    assert_eq!(
        execution.history().types()[2..],
        ["MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    );
}

#[workflow]
async fn import_json(bucket: String, key: String) -> Result<u32, PlatformError> {
    let sums =
        distributed_map(s3_source::json::<Order>(&bucket, &key), async |order| add(order.cents, 1).await)
            .await?;
    Ok(sums.iter().sum())
}

#[tokio::test]
async fn a_json_array_is_read_element_by_element() {
    snapshot!(import_json);
    let text = serde_json::to_string(&[order(), order()]).unwrap();
    let (executor, _) = with_object("orders.json", &text);
    let run = |executor: Executor| async move {
        executor.run(import_json("data".into(), "orders.json".into())).await
    };
    assert_eq!(run(executor).await.output().unwrap(), 502);
    let (no_list, _) = with_object("orders.json", "{\"Hello\": \"world\"}");
    let cause = "Attempting to map over non-iterable node.";
    assert_eq!(error_of(&run(no_list).await), ("States.ItemReaderFailed".to_owned(), cause.to_owned()));
    let (other, _) = with_object("orders.json", "[{\"Hello\": \"world\"}]");
    let execution = run(other).await;
    assert_eq!(error_of(&execution).0, "States.ExceedToleratedFailureThreshold");
    let child = &execution.map_runs()[0].executions[0].report.outcome;
    assert_eq!(child.error.as_deref(), Some("States.QueryEvaluationError"));
}

#[workflow]
async fn import_batches(key: String, size: u32, fee: u32) -> Result<Vec<u32>, ShopError> {
    let sums = distributed_map_batches(s3_source::json_lines::<u32>("data", &key), size, async |numbers| {
        let sum = add(numbers.iter().sum(), fee).await?;
        if sum > 1000 {
            return Err(ShopError::Short(sum));
        }
        Ok(sum)
    })
    .await?;
    Ok(sums)
}

#[tokio::test]
async fn a_batch_is_a_list() {
    snapshot!(import_batches);
    let (executor, _) = with_object("lines", "1\n2\n\n3\n4\n5\n");
    let execution = executor.run(import_batches("lines".into(), 2, 100)).await;
    assert_eq!(execution.output().unwrap(), [103, 107, 105]);
    let run = &execution.map_runs()[0];
    assert_eq!(run.item_counts.total, 5);
    assert_eq!(&*run.executions[2].input, r#"{"Items":[5]}"#);
}

#[workflow]
async fn batches_of_a_list(numbers: Vec<u32>) -> Result<u32, PlatformError> {
    let sums =
        distributed_map_batches(&numbers, 3, async |numbers| add(numbers.iter().copied().sum(), 0).await)
            .await?;
    Ok(sums.iter().sum())
}

#[tokio::test]
async fn a_list_is_put_into_batches_too() {
    snapshot!(batches_of_a_list);
    let execution = testing().run(batches_of_a_list(vec![1, 2, 3, 4])).await;
    assert_eq!(execution.output().unwrap(), 10);
    assert_eq!(execution.map_runs()[0].executions.len(), 2);
}

#[workflow]
async fn tolerant(numbers: Vec<u32>, bucket: String) -> Result<String, ShopError> {
    let result = distributed_map(&numbers, async |number| {
        let sum = add(*number, 1).await?;
        if sum > 10 {
            return Err(ShopError::Short(sum));
        }
        Ok(sum)
    })
    .tolerated_failure_percentage(50.0)
    .tolerated_failure_count(2)
    .write_results(&bucket, "runs")
    .await?;
    Ok(result.result_writer_details.key)
}

#[tokio::test]
async fn results_are_written_and_some_may_fail() {
    snapshot!(tolerant);
    let s3 = s3::Memory::new();
    let executor = testing().service(s3.clone());
    let read =
        |key: &str| -> serde_json::Value { serde_json::from_str(&s3.get(bucket(), key).unwrap()).unwrap() };
    let execution = executor.run(tolerant(vec![1, 20, 3, 40], "data".into())).await;
    let key = execution.output().unwrap();
    let run = &execution.map_runs()[0];
    assert_eq!((run.item_counts.succeeded, run.item_counts.failed), (2, 2));
    let manifest = read(&key);
    assert_eq!(manifest["MapRunArn"], run.arn.as_str());
    assert_eq!(manifest["ResultFiles"]["PENDING"], serde_json::json!([]));
    let succeeded = read(manifest["ResultFiles"]["SUCCEEDED"][0]["Key"].as_str().unwrap());
    assert_eq!(succeeded[1]["Output"], "4");
    assert_eq!(succeeded[1]["Status"], "SUCCEEDED");
    let failed = read(manifest["ResultFiles"]["FAILED"][0]["Key"].as_str().unwrap());
    assert_eq!((&failed[0]["Error"], &failed[0]["Input"]), (&"Short".into(), &"20".into()));
    let output: MapRunResult = match &execution.history().events[6].detail {
        workflow_core::Detail::StateExited { output, .. } => serde_json::from_str(output).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!((output.map_run_arn, output.result_writer_details.key), (run.arn.clone(), key));

    let too_many = executor.run(tolerant(vec![20, 30, 3, 40, 1, 1, 1], "data".into())).await;
    assert_eq!(error_of(&too_many).0, "States.ExceedToleratedFailureThreshold");
    let half = executor.run(tolerant(vec![20, 30, 3], "data".into())).await;
    assert_eq!(error_of(&half).0, "States.ExceedToleratedFailureThreshold");
}

#[workflow]
async fn listed(prefix: String) -> Result<Vec<String>, ShopError> {
    let keys = distributed_map(s3_source::objects("data", &prefix), async |object| {
        if object.size == 0 {
            return Ok(object.key.clone());
        }
        Ok(send(object.key.clone()).await?)
    })
    .await?;
    Ok(keys)
}

#[tokio::test]
async fn the_objects_of_a_bucket_are_listed_page_by_page() {
    snapshot!(listed);
    let s3 = s3::Memory::new();
    for number in 0..1500 {
        s3.put(bucket(), &format!("in/{number:04}"), &"text".to_owned());
    }
    s3.put(bucket(), "out/0", &String::new());
    let execution = testing().service(s3).run(listed("in/".into())).await;
    let keys = execution.output().unwrap();
    assert_eq!((keys.len(), keys[1499].as_str()), (1500, "in/1499"));
    let input: s3_source::S3Object =
        serde_json::from_str(&execution.map_runs()[0].executions[0].input).unwrap();
    assert_eq!((input.etag.as_str(), input.last_modified), ("\"1cb251ec0d568de6a929b520c4aed8d1\"", 0));
}

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Stored {
    bucket: String,
    key: String,
}

#[workflow]
async fn inventory(manifest: String) -> Result<Vec<String>, PlatformError> {
    let sent = distributed_map(
        s3_source::manifest::<Stored>("data", &manifest),
        async |stored| -> Result<String, ShopError> {
            let text = send(format!("{}/{}", stored.bucket, stored.key)).await?;
            Ok(text)
        },
    )
    .await?;
    Ok(sent)
}

#[tokio::test]
async fn the_files_of_an_inventory_are_read_one_after_the_other() {
    snapshot!(inventory);
    let manifest = r#"{
        "sourceBucket": "photos", "destinationBucket": "arn:aws:s3:::data", "version": "2016-11-30",
        "fileFormat": "CSV", "fileSchema": "Bucket, Key", "files": [{"key": "a.csv"}, {"key": "b.csv"}]
    }"#;
    let (executor, s3) = with_object("manifest.json", manifest);
    s3.put(bucket(), "a.csv", &"\"photos\",\"1.png\"\n".to_owned());
    s3.put(bucket(), "b.csv", &"\"photos\",\"2.png\"\n\"photos\",\"3.png\"\n".to_owned());
    let execution = executor.run(inventory("manifest.json".into())).await;
    assert_eq!(execution.output().unwrap(), ["photos/1.png", "photos/2.png", "photos/3.png"]);
}

#[workflow]
async fn given_columns(lines: String) -> Result<Vec<String>, ShopError> {
    let delimiter = distributed_map(
        s3_source::csv::<Row>("data", &lines).headers(["sku", "count"]).delimiter(s3_source::Delimiter::Pipe),
        async |row| send(row.count).await,
    )
    .await?;
    Ok(delimiter)
}

#[tokio::test]
async fn columns_may_be_given() {
    snapshot!(given_columns);
    let (executor, _) = with_object("in", "apple|3\npear|5\n");
    assert_eq!(executor.run(given_columns("in".into())).await.output().unwrap(), ["3", "5"]);
}

#[workflow]
async fn too_much(numbers: Vec<String>) -> Result<Vec<String>, PlatformError> {
    let all = distributed_map(&numbers, async |number| send(number.clone()).await).await?;
    Ok(all)
}

#[tokio::test]
async fn outputs_are_bounded_together() {
    let execution = testing().run(too_much(vec!["x".repeat(100_000); 2])).await;
    assert_eq!(execution.output().unwrap().len(), 2);
    let (executor, _) = with_object("x", "");
    let large = executor.mock(send, Mock::value("x".repeat(100_000)));
    let execution = large.run(too_much(vec![String::new(); 3])).await;
    assert_eq!(error_of(&execution).0, "States.DataLimitExceeded");
    assert_eq!(execution.map_runs()[0].item_counts.succeeded, 3);
}

#[workflow(kind = express)]
async fn in_express(numbers: Vec<u32>) -> Result<Vec<u32>, PlatformError> {
    let sums = distributed_map(&numbers, async |number| add(*number, 1).await).await?;
    Ok(sums)
}

#[workflow]
async fn in_express_children(numbers: Vec<u32>) -> Result<Vec<usize>, PlatformError> {
    let counts = distributed_map(&numbers, async |number| {
        let inner = distributed_map(vec![1, 2], async |more| add(*number, more).await).await?;
        Ok::<_, PlatformError>(inner.len())
    })
    .express()
    .await?;
    Ok(counts)
}

#[derive(Serialize, Deserialize, Data)]
struct Counted {
    sku: String,
    count: u32,
}

#[workflow]
async fn no_text(key: String) -> Result<Vec<u32>, PlatformError> {
    let sums =
        distributed_map(s3_source::csv::<Counted>("data", &key), async |row| add(row.count, 1).await).await?;
    Ok(sums)
}

#[workflow]
async fn numbers_by_name(key: String) -> Result<Vec<u32>, PlatformError> {
    let sums = distributed_map(s3_source::csv::<BTreeMap<String, u32>>("data", &key), async |row| {
        add(row["n"], 1).await
    })
    .await?;
    Ok(sums)
}

#[derive(Serialize, Deserialize, Data)]
enum Size {
    Small,
    Large,
}

#[derive(Serialize, Deserialize, Data)]
struct Sku(String);

#[derive(Serialize, Deserialize, Data)]
struct Sized {
    sku: Sku,
    size: Size,
    note: Option<String>,
}

#[workflow]
async fn texts_by_name(key: String) -> Result<Vec<String>, PlatformError> {
    let mut sent = distributed_map(s3_source::csv::<BTreeMap<String, String>>("data", &key), async |row| {
        send(row["n"].clone()).await
    })
    .await?;
    let more = distributed_map(s3_source::csv::<Sized>("data", &key), async |row| match row.size {
        Size::Small => send(row.sku.0).await,
        Size::Large => send(row.note.unwrap_or_default()).await,
    })
    .await?;
    sent.extend(more);
    let any = distributed_map(s3_source::csv::<serde_json::Value>("data", &key), async |row| {
        send(row.as_str().unwrap_or_default().to_string()).await
    })
    .await?;
    sent.extend(any);
    Ok(sent)
}

const LABEL: &str = "two words";
const TOO_MANY: f64 = 101.0;

#[workflow]
async fn out_of_range(numbers: Vec<u32>) -> Result<MapRunResult, PlatformError> {
    distributed_map(&numbers, async |number| add(*number, 1).await)
        .label(LABEL)
        .tolerated_failure_percentage(TOO_MANY)
        .write_results("data", "")
        .await
}

#[test]
fn what_rustc_cannot_see_is_told() {
    let problems = |definition: &Definition| definition.problems.first().cloned().unwrap_or_default();
    assert_eq!(
        problems(in_express::definition()),
        "`in_express` is an Express workflow, which has no distributed Map; make it `kind = standard`, or use `map`"
    );
    assert_eq!(
        problems(in_express_children::definition()),
        "a child execution under `.express()` has no distributed Map of its own; leave `.express()` out, or use `map` inside"
    );
    assert_eq!(
        problems(no_text::definition()),
        "`count` of `Counted` is no text, and all values of a row are; declare it `String` and read it with `.parse()` or in a task"
    );
    assert_eq!(
        problems(numbers_by_name::definition()),
        "the rows of a table are a struct of texts or a `BTreeMap<String, String>`"
    );
    assert_eq!(problems(texts_by_name::definition()), "");
    assert_eq!(
        problems(out_of_range::definition()),
        "the label `two words` holds ' ', which Step Functions does not allow in one"
    );
}

#[workflow]
async fn side_by_side(numbers: Vec<u32>, order: Order) -> Result<u32, ShopError> {
    let (sums, receipt) = try_join!(
        distributed_map(&numbers, async |number| {
            let inner = distributed_map(vec![1, 2], async |more| add(*number, more).await).await?;
            Ok(inner.len())
        }),
        charge(&order)
    )?;
    send(receipt).await?;
    Ok(sums.iter().sum::<usize>() as u32)
}

#[tokio::test]
async fn maps_stand_in_branches_and_in_each_other() {
    // With made-up delays, more children of the outer map have started in the state machine than in process by
    // the time that the branch beside it fails.
    snapshot!(side_by_side, alone);
    let execution = testing().run(side_by_side(vec![1, 2, 3], order())).await;
    assert_eq!(execution.output().unwrap(), 6);
    let runs: Vec<u64> = execution.map_runs().iter().map(|run| run.item_counts.total).collect();
    assert_eq!(runs, [2, 2, 2, 3]);
    // What the executor cannot answer is not the workflow's to tolerate.
    let exhausted = testing().mock(add, Mock::sequence([Mock::value(1)]));
    let execution = exhausted.run(side_by_side(vec![1], order())).await;
    assert_eq!(error_of(&execution).0, "Executor.MockExhausted");
    let charged = testing().mock(charge, Mock::error(ShopError::SoldOut));
    assert_eq!(error_of(&charged.run(side_by_side(vec![1], order())).await).0, "SoldOut");
}

#[workflow]
async fn charge_again(orders: Vec<Order>) -> Result<Vec<String>, ShopError> {
    let charged = distributed_map(&orders, async |order| charge(order).await)
        .retry(
            Retry::on([PlatformError::EXCEED_TOLERATED_FAILURE_THRESHOLD])
                .interval(Duration::from_secs(60))
                .max_attempts(2),
        )
        .await?;
    Ok(charged)
}

#[tokio::test]
async fn a_run_that_fails_is_followed_by_another() {
    snapshot!(charge_again);
    let run = |mocks: Vec<Mock<charge>>| {
        testing().mock(charge, Mock::sequence(mocks)).run(charge_again(vec![order()]))
    };
    let (paid, sold_out) = (|| Mock::value("paid".to_owned()), || Mock::error(ShopError::SoldOut));
    let second = run(vec![sold_out(), paid()]).await;
    assert_eq!(second.output().unwrap(), ["paid"]);
    assert_eq!((second.map_runs().len(), second.elapsed()), (2, Duration::from_secs(60)));
    let never = run(vec![sold_out(), sold_out(), sold_out()]).await;
    assert_eq!(error_of(&never).0, "States.ExceedToleratedFailureThreshold");
    assert_eq!((never.map_runs().len(), never.elapsed()), (3, Duration::from_secs(180)));
}

/// A source in S3 that is not there is looked for again; what is read need not be `Clone`.
#[workflow]
async fn read_again(bucket: String) -> Result<usize, PlatformError> {
    let texts = distributed_map_batches(
        s3_source::json_lines::<Unclonable>(&bucket, "late.jsonl"),
        2,
        async |lines| send(lines[0].text.clone()).await,
    )
    .retry(Retry::on([PlatformError::ITEM_READER_FAILED]).max_attempts(1))
    .await?;
    Ok(texts.len())
}

#[derive(Debug, Serialize, Deserialize, Data)]
struct Unclonable {
    text: String,
}

#[tokio::test]
async fn a_source_is_read_again() {
    snapshot!(read_again, alone);
    let run = |executor: Executor| executor.run(read_again("data".into()));
    let (executor, _) = with_object("late.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}");
    assert_eq!(run(executor).await.output().unwrap(), 2);
    let (executor, _) = with_object("other.jsonl", "");
    let missing = run(executor).await;
    assert_eq!(error_of(&missing).0, "States.ItemReaderFailed");
    assert_eq!(missing.map_runs().len(), 2);
}
