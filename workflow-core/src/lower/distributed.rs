//! Writes what only a distributed Map has, and finds where there can be none.

use serde_json::{Number, Value, json};

use crate::{
    asl,
    distributed::ExecutionType,
    resource::Resource,
    s3_source::{Delimiter, Format},
    symbolic::{DistributedInfo, ForkKind, Node, Program, Reader, Step},
    workflow::{WorkflowKind, WorkflowMeta},
};

use super::{regions::Lowered, state::State};

/// What writes the results.
const PUT_OBJECT: Resource = Resource::new("s3", "putObject");

impl State<'_> {
    /// The reader, and what else a distributed Map has. Takes its expressions from `own`.
    pub(super) fn children(
        &self,
        distributed: &DistributedInfo,
        own: &mut impl Iterator<Item = Node>,
    ) -> (Option<asl::ItemReader>, asl::Distributed) {
        let mut next = || own.next().map_or(Value::Null, |node| self.writer.template(node));
        let item_reader = distributed.reader.as_ref().map(|reader| item_reader(reader, &mut next));
        let item_batcher = distributed
            .batch
            .is_some()
            .then(|| asl::ItemBatcher { max_items_per_batch: next(), batch_input: None });
        let result_writer = distributed.results.is_some().then(|| asl::ResultWriter {
            resource: PUT_OBJECT.arn(),
            arguments: json!({ "Bucket": next(), "Prefix": next() }),
        });
        let policy = &distributed.policy;
        let rest = asl::Distributed {
            item_batcher,
            label: policy.label.map(str::to_owned),
            tolerated_failure_count: policy.tolerated_failure_count,
            tolerated_failure_percentage: policy.tolerated_failure_percentage.and_then(number),
            result_writer,
        };
        (item_reader, rest)
    }
}

/// How the child executions run.
pub(super) fn processor_config(distributed: &DistributedInfo) -> asl::ProcessorConfig {
    asl::ProcessorConfig {
        mode: asl::ProcessorMode::Distributed,
        execution_type: distributed.policy.execution_type,
    }
}

fn item_reader(reader: &Reader, next: &mut impl FnMut() -> Value) -> asl::ItemReader {
    let (bucket, key) = (next(), next());
    let arguments = match reader.format {
        Format::Objects => json!({ "Bucket": bucket, "Prefix": key }),
        _ => json!({ "Bucket": bucket, "Key": key }),
    };
    let mut config = asl::ReaderConfig {
        input_type: reader.format.input_type(),
        max_items: reader.max_items.is_some().then(next),
        ..Default::default()
    };
    if let Format::Csv { headers, delimiter } = &reader.format {
        config.csv_header_location = Some(if headers.is_some() { "GIVEN" } else { "FIRST_ROW" });
        config.csv_headers = headers.iter().flatten().map(|header| (*header).to_owned()).collect();
        config.csv_delimiter = (*delimiter != Delimiter::Comma).then_some(*delimiter);
    }
    asl::ItemReader { resource: reader.format.resource().arn(), reader_config: config, arguments }
}

/// A number as it was written: 5 and not 5.0.
fn number(value: f64) -> Option<Number> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what is not whole is no integer"
    )]
    let whole = value as u64;
    #[expect(clippy::cast_precision_loss, reason = "the same")]
    if whole as f64 == value { Some(Number::from(whole)) } else { Number::from_f64(value) }
}

/// An Express workflow has no distributed Map.
pub(super) fn problems(program: &Program, meta: &WorkflowMeta, whole: &Lowered, problems: &mut Vec<String>) {
    if meta.kind == WorkflowKind::Express && has_children(program, whole) {
        problems.push(format!(
            "`{}` is an Express workflow, which has no distributed Map; make it `kind = standard`, or use `map`",
            meta.function
        ));
    }
    express_children(program, whole, problems);
}

fn express_children(program: &Program, region: &Lowered, problems: &mut Vec<String>) {
    for (point, inner) in &region.inner {
        let express = distributed(&program.steps[*point])
            .is_some_and(|children| children.policy.execution_type == ExecutionType::Express);
        if express && inner.iter().any(|inner| has_children(program, inner)) {
            problems.push(
                "a child execution under `.express()` has no distributed Map of its own; leave `.express()` out, or use `map` inside"
                    .to_owned(),
            );
        }
        inner.iter().for_each(|inner| express_children(program, inner, problems));
    }
}

fn has_children(program: &Program, region: &Lowered) -> bool {
    region.inner.iter().any(|(point, inner)| {
        distributed(&program.steps[*point]).is_some()
            || inner.iter().any(|inner| has_children(program, inner))
    })
}

fn distributed(step: &Step) -> Option<&DistributedInfo> {
    match step {
        Step::Fork { fork, .. } => match &fork.kind {
            ForkKind::Map(map) => map.distributed.as_deref(),
            ForkKind::Parallel => None,
        },
        _ => None,
    }
}
