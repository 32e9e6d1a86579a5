//! What some services answer, so that a mocked result can be checked as TestState does.
//!
//! The field names are those that Step Functions gives them. A service that is not here is not checked.

use serde_json::Value;

use super::test_state::MockValidation;

enum Shape {
    /// A text; blobs and times are texts as well. With its least length.
    Text(usize),
    /// A text with its least and its greatest length.
    Bounded(usize, usize),
    /// A number, with its least and its greatest value.
    Number(f64, f64),
    Boolean,
    List(&'static Shape),
    /// An object of any keys.
    Map(&'static Shape),
    Object(&'static [Field]),
    Any,
}

/// A field of an object: its name, its shape, and whether it is always there.
type Field = (&'static str, Shape, bool);

const TEXT: Shape = Shape::Text(0);
const NUMBER: Shape = Shape::Number(f64::NEG_INFINITY, f64::INFINITY);
/// A value of DynamoDB, whose forms are many.
const ATTRIBUTES: Shape = Shape::Map(&Shape::Map(&Shape::Any));

const fn field(name: &'static str, shape: Shape) -> Field {
    (name, shape, false)
}

const fn required(name: &'static str, shape: Shape) -> Field {
    (name, shape, true)
}

/// The shapes of answers, by service and action in lower case.
const ANSWERS: &[(&str, &[Field])] = &[
    (
        "lambda:invoke",
        &[
            field("StatusCode", NUMBER),
            field("FunctionError", TEXT),
            field("LogResult", TEXT),
            field("Payload", Shape::Any),
            field("ExecutedVersion", Shape::Text(1)),
        ],
    ),
    (
        "lambda:getfunction",
        &[
            field(
                "Configuration",
                Shape::Object(&[
                    field("FunctionName", Shape::Text(1)),
                    field("FunctionArn", TEXT),
                    field("Runtime", TEXT),
                    field("Role", TEXT),
                    field("Handler", TEXT),
                    field("CodeSize", NUMBER),
                    field("Description", TEXT),
                    field("Timeout", Shape::Number(1.0, f64::INFINITY)),
                    field("MemorySize", Shape::Number(128.0, 10_240.0)),
                    field("LastModified", TEXT),
                    field("CodeSha256", TEXT),
                    field("Version", Shape::Text(1)),
                    field("RevisionId", TEXT),
                    field("State", TEXT),
                    field("StateReason", TEXT),
                    field("PackageType", TEXT),
                    field("Architectures", Shape::List(&TEXT)),
                    field("Layers", Shape::List(&Shape::Map(&Shape::Any))),
                    field("Environment", Shape::Object(&[field("Variables", Shape::Map(&TEXT))])),
                    field(
                        "EphemeralStorage",
                        Shape::Object(&[required("Size", Shape::Number(512.0, 10_240.0))]),
                    ),
                ]),
            ),
            field(
                "Code",
                Shape::Object(&[
                    field("RepositoryType", TEXT),
                    field("Location", TEXT),
                    field("ImageUri", TEXT),
                    field("ResolvedImageUri", TEXT),
                ]),
            ),
            field("Tags", Shape::Map(&TEXT)),
            field(
                "Concurrency",
                Shape::Object(&[field("ReservedConcurrentExecutions", Shape::Number(0.0, f64::INFINITY))]),
            ),
        ],
    ),
    (
        "events:putevents",
        &[
            field("FailedEntryCount", NUMBER),
            field(
                "Entries",
                Shape::List(&Shape::Object(&[
                    field("EventId", TEXT),
                    field("ErrorCode", TEXT),
                    field("ErrorMessage", TEXT),
                ])),
            ),
        ],
    ),
    ("states:startexecution", STARTED),
    ("sfn:startexecution", STARTED),
    (
        "sfn:startsyncexecution",
        &[
            required("ExecutionArn", Shape::Text(1)),
            field("StateMachineArn", Shape::Text(1)),
            field("Name", Shape::Text(1)),
            required("StartDate", TEXT),
            required("StopDate", TEXT),
            required("Status", TEXT),
            field("Error", TEXT),
            field("Cause", TEXT),
            field("Input", TEXT),
            field("Output", TEXT),
        ],
    ),
    (
        "kms:encrypt",
        &[
            field("CiphertextBlob", Shape::Bounded(1, 6_144)),
            field("KeyId", Shape::Bounded(1, 2_048)),
            field("EncryptionAlgorithm", TEXT),
        ],
    ),
    (
        "kms:decrypt",
        &[
            field("KeyId", Shape::Bounded(1, 2_048)),
            field("Plaintext", Shape::Bounded(1, 4_096)),
            field("EncryptionAlgorithm", TEXT),
        ],
    ),
    (
        "s3:getobject",
        &[
            field("Body", Shape::Any),
            field("DeleteMarker", Shape::Boolean),
            field("AcceptRanges", TEXT),
            field("Expiration", TEXT),
            field("LastModified", TEXT),
            field("ContentLength", NUMBER),
            field("ETag", TEXT),
            field("MissingMeta", NUMBER),
            field("VersionId", TEXT),
            field("CacheControl", TEXT),
            field("ContentEncoding", TEXT),
            field("ContentType", TEXT),
            field("ServerSideEncryption", TEXT),
            field("Metadata", Shape::Map(&TEXT)),
            field("BucketKeyEnabled", Shape::Boolean),
            field("StorageClass", TEXT),
            field("PartsCount", NUMBER),
            field("TagCount", NUMBER),
        ],
    ),
    (
        "s3:putobject",
        &[
            field("Expiration", TEXT),
            field("ETag", TEXT),
            field("ServerSideEncryption", TEXT),
            field("VersionId", TEXT),
            field("BucketKeyEnabled", Shape::Boolean),
            field("Size", NUMBER),
        ],
    ),
    ("dynamodb:getitem", &[field("Item", ATTRIBUTES), field("ConsumedCapacity", CAPACITY)]),
    ("dynamodb:putitem", CHANGED),
    ("dynamodb:updateitem", CHANGED),
    ("dynamodb:deleteitem", CHANGED),
    (
        "dynamodb:query",
        &[
            field("Items", Shape::List(&ATTRIBUTES)),
            field("Count", NUMBER),
            field("ScannedCount", NUMBER),
            field("LastEvaluatedKey", ATTRIBUTES),
            field("ConsumedCapacity", CAPACITY),
        ],
    ),
    (
        "sqs:sendmessage",
        &[
            field("MD5OfMessageBody", TEXT),
            field("MD5OfMessageAttributes", TEXT),
            field("MD5OfMessageSystemAttributes", TEXT),
            field("MessageId", TEXT),
            field("SequenceNumber", TEXT),
        ],
    ),
    ("sns:publish", &[field("MessageId", TEXT), field("SequenceNumber", TEXT)]),
    (
        "secretsmanager:getsecretvalue",
        &[
            field("ARN", Shape::Text(20)),
            field("Name", Shape::Text(1)),
            field("VersionId", Shape::Text(32)),
            field("SecretBinary", Shape::Text(1)),
            field("SecretString", Shape::Text(1)),
            field("VersionStages", Shape::List(&Shape::Text(1))),
            field("CreatedDate", TEXT),
        ],
    ),
    (
        "secretsmanager:createsecret",
        &[field("ARN", Shape::Text(20)), field("Name", Shape::Text(1)), field("VersionId", Shape::Text(32))],
    ),
];

const STARTED: &[Field] = &[required("ExecutionArn", Shape::Text(1)), required("StartDate", TEXT)];
const CAPACITY: Shape = Shape::Object(&[
    field("TableName", TEXT),
    field("CapacityUnits", NUMBER),
    field("ReadCapacityUnits", NUMBER),
    field("WriteCapacityUnits", NUMBER),
]);
const CHANGED: &[Field] = &[
    field("Attributes", ATTRIBUTES),
    field("ConsumedCapacity", CAPACITY),
    field("ItemCollectionMetrics", Shape::Map(&Shape::Any)),
];

/// Checks a mocked result of a resource.
///
/// # Errors
///
/// What does not fit, in the words of the API.
pub(super) fn check(resource: &str, result: &Value, validation: MockValidation) -> Result<(), String> {
    if validation == MockValidation::None {
        return Ok(());
    }
    let Some(service) = resource.strip_prefix("arn:aws:states:::") else { return Ok(()) };
    let service = service.strip_prefix("aws-sdk:").unwrap_or(service).to_lowercase();
    // What is waited for answers with what the caller or the job gives, and is none of these.
    let Some((_, fields)) = ANSWERS.iter().find(|(name, _)| *name == service) else { return Ok(()) };
    match result {
        Value::Object(_) => object(fields, result, validation),
        _ => Err("Mock result must be a JSON object".to_owned()),
    }
}

fn object(fields: &[Field], value: &Value, validation: MockValidation) -> Result<(), String> {
    for (name, shape, required) in fields {
        match value.get(name) {
            Some(value) => fits(name, shape, value, validation)?,
            None if *required && validation == MockValidation::Strict => {
                return Err(format!("Required field '{name}' is missing"));
            }
            None => {}
        }
    }
    Ok(())
}

fn fits(name: &str, shape: &Shape, value: &Value, validation: MockValidation) -> Result<(), String> {
    let must_be = |what: &str| Err(format!("Field '{name}' must be {what}"));
    match (shape, value) {
        (Shape::Any, _) => Ok(()),
        (Shape::Text(least), Value::String(text)) => {
            if text.len() < *least {
                return Err(format!("Field '{name}' is smaller than the minimum length"));
            }
            Ok(())
        }
        (Shape::Bounded(_, most), Value::String(text)) if text.len() > *most => {
            Err(format!("Field '{name}' exceeds the maximum length"))
        }
        (Shape::Bounded(least, _), _) => fits(name, &Shape::Text(*least), value, validation),
        (Shape::Text(_), _) => must_be("a string"),
        (Shape::Number(least, most), Value::Number(number)) => match number.as_f64() {
            Some(number) if number > *most => Err(format!("Field '{name}' exceeds the maximum value")),
            Some(number) if number < *least => {
                Err(format!("Field '{name}' is smaller than the minimum value"))
            }
            _ => Ok(()),
        },
        (Shape::Number(..), _) => must_be("a number"),
        (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (Shape::Boolean, _) => must_be("a boolean"),
        (Shape::List(inner), Value::Array(items)) => {
            items.iter().try_for_each(|item| fits(name, inner, item, validation))
        }
        (Shape::List(_), _) => must_be("an array"),
        (Shape::Map(inner), Value::Object(entries)) => {
            entries.iter().try_for_each(|(key, value)| fits(key, inner, value, validation))
        }
        (Shape::Object(fields), Value::Object(_)) => object(fields, value, validation),
        (Shape::Map(_) | Shape::Object(_), _) => must_be("an object"),
    }
}
