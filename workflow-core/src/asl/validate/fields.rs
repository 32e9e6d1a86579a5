//! The fields that each type of state may have, with the query language that each belongs to.
//!
//! (<https://states-language.net/#state-type-table>)

use super::{
    expression::PathRule,
    machine::Language,
    values::Kind::{self, *},
};

/// A field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The only language that has the field; none where both have.
    pub(super) language: Option<Language>,
    pub(super) is_required: bool,
    pub(super) kind: Kind,
}

/// The fields of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema {
    pub(super) fields: &'static [Field],
    /// Fields of which only one may be there.
    pub(super) exclusive: &'static [&'static [&'static str]],
    /// Fields of which one must be there.
    pub(super) one_of: &'static [&'static [&'static str]],
}

/// A field of both languages.
pub(super) const fn both(name: &'static str, kind: Kind) -> Field {
    Field { name, language: None, is_required: false, kind }
}

pub(super) const fn path(name: &'static str, kind: Kind) -> Field {
    Field { language: Some(Language::JsonPath), ..both(name, kind) }
}

pub(super) const fn jsonata(name: &'static str, kind: Kind) -> Field {
    Field { language: Some(Language::Jsonata), ..both(name, kind) }
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { is_required: true, ..both(name, kind) }
}

/// Fields of an object of which no two exclude each other.
pub(super) const fn all(fields: &'static [Field]) -> Schema {
    Schema { fields, exclusive: &[], one_of: &[] }
}

/// The longest time in seconds that a field takes, and the most retries.
pub(super) const LARGEST: i64 = 99_999_999;

const TYPE: Field = required("Type", Text);
const COMMENT: Field = both("Comment", Text);
const LANGUAGE: Field = both("QueryLanguage", OneOf(&["JSONPath", "JSONata"]));
const NEXT: Field = both("Next", Text);
const END: Field = both("End", Boolean);
const INPUT_PATH: Field = path("InputPath", OptionalPath(PathRule::Any));
const OUTPUT_PATH: Field = path("OutputPath", OptionalPath(PathRule::Any));
const RESULT_PATH: Field = path("ResultPath", OptionalPath(PathRule::Result));
const PARAMETERS: Field = path("Parameters", Template);
const RESULT_SELECTOR: Field = path("ResultSelector", Template);
const OUTPUT: Field = jsonata("Output", Template);
const OUTPUT_OF_RESULT: Field = jsonata("Output", OfResult);
const ARGUMENTS: Field = jsonata("Arguments", Template);
const ASSIGN: Field = both("Assign", Assign);
const ASSIGN_OF_RESULT: Field = both("Assign", AssignOfResult);
const RETRY: Field = both("Retry", Retry);
const CATCH: Field = both("Catch", Catch);
const TRANSITION: &[&str] = &["Next", "End"];

const fn reference(name: &'static str) -> Field {
    path(name, Path(PathRule::Reference))
}

/// The fields of a state machine.
pub(super) const MACHINE: Schema = all(&[
    COMMENT,
    LANGUAGE,
    required("StartAt", Text),
    required("States", Object),
    both("TimeoutSeconds", PlainInteger(1, LARGEST)),
    both("Version", Text),
]);

/// The fields of a type of state; none where there is no such type.
pub(super) fn of_type(name: &str) -> Option<&'static Schema> {
    Some(match name {
        "Pass" => &PASS,
        "Task" => &TASK,
        "Choice" => &CHOICE,
        "Wait" => &WAIT,
        "Succeed" => &SUCCEED,
        "Fail" => &FAIL,
        "Parallel" => &PARALLEL,
        "Map" => &MAP,
        _ => return None,
    })
}

const PASS: Schema = Schema {
    fields: &[
        TYPE,
        COMMENT,
        LANGUAGE,
        NEXT,
        END,
        INPUT_PATH,
        OUTPUT_PATH,
        RESULT_PATH,
        PARAMETERS,
        path("Result", Any),
        OUTPUT,
        ASSIGN,
    ],
    exclusive: &[TRANSITION],
    one_of: &[TRANSITION],
};

const TASK: Schema = Schema {
    fields: &[
        TYPE,
        COMMENT,
        LANGUAGE,
        NEXT,
        END,
        required("Resource", Resource),
        INPUT_PATH,
        OUTPUT_PATH,
        RESULT_PATH,
        PARAMETERS,
        RESULT_SELECTOR,
        ARGUMENTS,
        OUTPUT_OF_RESULT,
        ASSIGN_OF_RESULT,
        RETRY,
        CATCH,
        both("Credentials", Credentials),
        both("TimeoutSeconds", Integer(1, LARGEST)),
        reference("TimeoutSecondsPath"),
        both("HeartbeatSeconds", Integer(1, LARGEST)),
        reference("HeartbeatSecondsPath"),
    ],
    exclusive: &[
        TRANSITION,
        &["TimeoutSeconds", "TimeoutSecondsPath"],
        &["HeartbeatSeconds", "HeartbeatSecondsPath"],
    ],
    one_of: &[TRANSITION],
};

const CHOICE: Schema = all(&[
    TYPE,
    COMMENT,
    LANGUAGE,
    required("Choices", Choices),
    both("Default", Text),
    INPUT_PATH,
    OUTPUT_PATH,
    OUTPUT,
    ASSIGN,
]);

const WAIT: Schema = Schema {
    fields: &[
        TYPE,
        COMMENT,
        LANGUAGE,
        NEXT,
        END,
        INPUT_PATH,
        OUTPUT_PATH,
        OUTPUT,
        ASSIGN,
        both("Seconds", Integer(0, LARGEST)),
        both("Timestamp", Timestamp),
        reference("SecondsPath"),
        reference("TimestampPath"),
    ],
    exclusive: &[TRANSITION, &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]],
    one_of: &[TRANSITION, &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]],
};

const SUCCEED: Schema = all(&[TYPE, COMMENT, LANGUAGE, INPUT_PATH, OUTPUT_PATH, OUTPUT]);

const FAIL: Schema = Schema {
    fields: &[
        TYPE,
        COMMENT,
        LANGUAGE,
        both("Error", Words),
        both("Cause", Words),
        path("ErrorPath", Path(PathRule::ReferenceOrCall)),
        path("CausePath", Path(PathRule::ReferenceOrCall)),
    ],
    exclusive: &[&["Error", "ErrorPath"], &["Cause", "CausePath"]],
    one_of: &[],
};

const PARALLEL: Schema = Schema {
    fields: &[
        TYPE,
        COMMENT,
        LANGUAGE,
        NEXT,
        END,
        required("Branches", Branches),
        INPUT_PATH,
        OUTPUT_PATH,
        RESULT_PATH,
        PARAMETERS,
        RESULT_SELECTOR,
        ARGUMENTS,
        OUTPUT_OF_RESULT,
        ASSIGN_OF_RESULT,
        RETRY,
        CATCH,
    ],
    exclusive: &[TRANSITION],
    one_of: &[TRANSITION],
};

const MAP: Schema = Schema {
    fields: &[
        TYPE,
        COMMENT,
        LANGUAGE,
        NEXT,
        END,
        INPUT_PATH,
        OUTPUT_PATH,
        RESULT_PATH,
        PARAMETERS,
        RESULT_SELECTOR,
        OUTPUT_OF_RESULT,
        ASSIGN_OF_RESULT,
        RETRY,
        CATCH,
        both("ItemProcessor", Processor),
        both("Iterator", Iterator),
        path("ItemsPath", Path(PathRule::Reference)),
        jsonata("Items", Items),
        both("ItemSelector", Template),
        both("ItemReader", Reader),
        both("ItemBatcher", Batcher),
        both("ResultWriter", Writer),
        both("Label", Label),
        both("MaxConcurrency", Integer(0, i64::MAX)),
        reference("MaxConcurrencyPath"),
        both("ToleratedFailureCount", Integer(0, i64::MAX)),
        reference("ToleratedFailureCountPath"),
        both("ToleratedFailurePercentage", Number(0.0, 100.0)),
        reference("ToleratedFailurePercentagePath"),
    ],
    exclusive: &[
        TRANSITION,
        &["ItemProcessor", "Iterator"],
        &["ItemSelector", "Parameters"],
        &["MaxConcurrency", "MaxConcurrencyPath"],
        &["ToleratedFailureCount", "ToleratedFailureCountPath"],
        &["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
    ],
    one_of: &[TRANSITION, &["ItemProcessor", "Iterator"]],
};
