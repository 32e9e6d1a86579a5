//! What may stand in a field.

use serde_json::{Map, Value};

use super::{
    Code, Diagnostic, choice, errors,
    expression::{self, Offers, PathRule},
    machine::{Check, Language, Site},
    map,
};
use crate::{asl::substitution::is_substitution, jsonata::delimited};

/// What may stand in a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Anything, as it stands.
    Any,
    Object,
    Boolean,
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    Texts,
    /// A text, or JSONata that gives one.
    Words,
    /// An integer in a range, or JSONata that gives one.
    Integer(i64, i64),
    /// The same without JSONata.
    PlainInteger(i64, i64),
    /// A number in a range, or JSONata that gives one.
    Number(f64, f64),
    PlainNumber(f64, f64),
    Timestamp,
    /// Boolean, or JSONata that gives one.
    Condition,
    Path(PathRule),
    /// A path, or null.
    OptionalPath(PathRule),
    /// A payload template, or JSONata anywhere inside.
    Template,
    /// A template of the result, which JSONata may read there.
    OfResult,
    /// The same for variables.
    Assign,
    AssignOfResult,
    /// A template that reads the error.
    OfError,
    AssignOfError,
    /// An array, or JSONata that gives one.
    Items,
    Resource,
    Credentials,
    Retry,
    Catch,
    Choices,
    Branches,
    Processor,
    Iterator,
    ProcessorConfig,
    Reader,
    ReaderConfig,
    Batcher,
    Writer,
    WriterConfig,
    Label,
}

/// The longest name of a variable, in characters.
const NAME_LENGTH: usize = 80;

impl Kind {
    /// Checks a value.
    pub(super) fn check(self, value: &Value, at: &str, site: Site, check: &mut Check<'_>) {
        let is_jsonata = site.language == Language::Jsonata;
        let is_expression = is_jsonata && value.as_str().is_some_and(|text| delimited(text).is_some());
        let plain = Offers::default();
        let result = Offers { result: true, ..plain };
        let error = Offers { error_output: true, ..plain };
        match (self, value) {
            (Self::Any, _) | (Self::Object, Value::Object(_)) | (Self::Boolean, Value::Bool(_)) => {}
            (Self::Text | Self::Words, Value::String(text)) => {
                if is_jsonata && matches!(self, Self::Words) {
                    expression::jsonata(text, at, plain, &mut check.found);
                }
            }
            (Self::OneOf(words), Value::String(text)) => {
                if !words.contains(&text.as_str()) {
                    check.error(at, format!("Value is not one of: [{}]", words.join(", ")));
                }
            }
            (Self::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => {}
            (
                Self::Integer(..) | Self::Number(..) | Self::Timestamp | Self::Condition | Self::Items,
                Value::String(text),
            ) if is_expression => expression::jsonata(text, at, plain, &mut check.found),
            (Self::Integer(least, most) | Self::PlainInteger(least, most), Value::Number(number)) => {
                match number.as_i64() {
                    Some(number) if number < least => check.error(at, format!("Minimum value is {least}")),
                    Some(number) if number > most => check.error(at, format!("Maximum value is {most}")),
                    Some(_) => {}
                    None => check.error(at, "Expected value of type Integer"),
                }
            }
            (Self::Number(least, most) | Self::PlainNumber(least, most), Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                if number < least {
                    check.error(at, format!("Minimum value is {least:?}"));
                } else if number > most {
                    check.error(at, format!("Maximum value is {most:?}"));
                }
            }
            (Self::Timestamp, Value::String(text)) => {
                if !is_timestamp(text) {
                    check.error(
                        at,
                        "Value cannot be parsed as an ISO-8601 extended offset date-time format string",
                    );
                }
            }
            (Self::Condition, Value::Bool(_)) => {}
            (Self::Path(rule) | Self::OptionalPath(rule), Value::String(text)) => {
                expression::path(text, at, rule, &mut check.found);
            }
            (Self::OptionalPath(_), Value::Null) => {}
            (Self::Template | Self::OfResult | Self::OfError | Self::Items, template) => {
                let offers = match self {
                    Self::OfResult => result,
                    Self::OfError => error,
                    _ => plain,
                };
                if matches!(self, Self::Items) && !template.is_array() {
                    check.error(at, "Expected value of type Array");
                }
                site.template(template, at, offers, &mut check.found);
            }
            (Self::Assign | Self::AssignOfResult | Self::AssignOfError, Value::Object(variables)) => {
                names_of_variables(variables, at, site.language, check);
                let offers = match self {
                    Self::AssignOfResult => result,
                    Self::AssignOfError => error,
                    _ => plain,
                };
                site.template(value, at, offers, &mut check.found);
            }
            (Self::Resource, Value::String(text)) => resource(text, at, check),
            (Self::Credentials, Value::Object(fields)) => credentials(fields, value, at, site, check),
            (Self::Retry, Value::Array(retriers)) => errors::retry(retriers, at, site, check),
            (Self::Catch, Value::Array(catchers)) => errors::catch(catchers, at, site, check),
            (Self::Choices, Value::Array(rules)) => choice::rules(rules, at, site, check),
            (Self::Branches, Value::Array(branches)) => {
                for (place, branch) in branches.iter().enumerate() {
                    check.nested(branch, &format!("{at}[{place}]"), &map::BRANCH);
                }
            }
            (Self::Processor, Value::Object(_)) => check.nested(value, at, &map::PROCESSOR),
            (Self::Iterator, Value::Object(_)) => check.nested(value, at, &map::ITERATOR),
            (Self::ProcessorConfig, Value::Object(fields)) => map::processor_config(fields, at, site, check),
            (Self::Reader, Value::Object(fields)) => check.object(fields, at, site, &map::READER),
            (Self::ReaderConfig, Value::Object(fields)) => {
                check.object(fields, at, site, &map::READER_CONFIG)
            }
            (Self::Batcher, Value::Object(fields)) => check.object(fields, at, site, &map::BATCHER),
            (Self::Writer, Value::Object(fields)) => check.object(fields, at, site, &map::WRITER),
            (Self::WriterConfig, Value::Object(fields)) => {
                check.object(fields, at, site, &map::WRITER_CONFIG)
            }
            (Self::Label, Value::String(label)) => map::label(label, at, check),
            // A deployment may yet fill in what the field takes.
            (_, Value::String(text)) if is_substitution(text) => {}
            _ => check.error(at, format!("Expected value of type {}", self.type_name())),
        }
    }

    /// The type of JSON that the field takes.
    fn type_name(self) -> &'static str {
        match self {
            Self::Boolean | Self::Condition => "Boolean",
            Self::Integer(..) | Self::PlainInteger(..) => "Integer",
            Self::Number(..) | Self::PlainNumber(..) => "Number",
            Self::Texts | Self::Items | Self::Retry | Self::Catch | Self::Choices | Self::Branches => "Array",
            Self::Object
            | Self::Assign
            | Self::AssignOfResult
            | Self::AssignOfError
            | Self::Credentials
            | Self::Processor
            | Self::Iterator
            | Self::ProcessorConfig
            | Self::Reader
            | Self::ReaderConfig
            | Self::Batcher
            | Self::Writer
            | Self::WriterConfig => "Object",
            _ => "String",
        }
    }
}

/// The names of the variables that an `Assign` sets.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>)
fn names_of_variables(variables: &Map<String, Value>, at: &str, language: Language, check: &mut Check<'_>) {
    for name in variables.keys() {
        let name = match language {
            Language::JsonPath => name.strip_suffix(".$").unwrap_or(name),
            Language::Jsonata => name,
        };
        let is_legal = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
            && name.chars().count() <= NAME_LENGTH;
        if name == "states" {
            check.error(at, "The variable name 'states' is reserved");
        } else if !is_legal {
            check.error(
                at,
                format!("The variable name '{name}' is not a valid identifier of at most 80 characters"),
            );
        }
    }
}

/// `Resource`, and what an Express state machine cannot call.
fn resource(text: &str, at: &str, check: &mut Check<'_>) {
    // A deployment may yet fill in a part of it.
    if !text.starts_with("arn:") && !text.contains("${") {
        return check.error(at, "Value is not a valid resource ARN");
    }
    if !check.is_express() {
        return;
    }
    let pattern = text.rsplit_once('.').map(|(_, pattern)| pattern);
    if text.contains(":states:") && text.contains(":activity:") {
        check.error(at, "Express state machine does not support Activity ARN");
    } else if let Some(pattern @ ("sync" | "sync:2" | "waitForTaskToken")) = pattern {
        // The blank at the end is Step Functions' own.
        check.error(at, format!("Express state machine does not support '.{pattern}' service integration "));
    }
}

fn credentials(fields: &Map<String, Value>, value: &Value, at: &str, site: Site, check: &mut Check<'_>) {
    let is_dynamic = site.language == Language::JsonPath && fields.contains_key("RoleArn.$");
    if !fields.contains_key("RoleArn") && !is_dynamic {
        return check.error(at, "The field 'RoleArn' is required but was missing");
    }
    site.template(value, at, Offers::default(), &mut check.found);
}

impl Site {
    /// Checks a template in the language of the state.
    pub(super) fn template(self, template: &Value, at: &str, offers: Offers, found: &mut Vec<Diagnostic>) {
        match self.language {
            Language::JsonPath => expression::payload_template(template, at, found),
            Language::Jsonata => expression::jsonata_template(template, at, offers, found),
        }
    }
}

impl Check<'_> {
    /// A field that is not what it must be.
    pub(super) fn error(&mut self, at: &str, message: impl Into<String>) {
        self.found.push(Diagnostic::error(Code::SchemaValidationFailed, at, message));
    }
}

/// Whether a text is a time as Java's `OffsetDateTime` reads it: `2016-03-14T01:59:00Z`, with any
/// number of digits behind the seconds, and an offset in the place of `Z`.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let (time, offset) = match time.find(['Z', '+', '-']) {
        Some(end) => time.split_at(end),
        None => return false,
    };
    let offset =
        offset == "Z" || numbers(&offset[1..], ':').is_some_and(|parts| within(&parts, &[(0, 18), (0, 59)]));
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let fraction = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let time = numbers(time, ':').is_some_and(|parts| within(&parts, &[(0, 23), (0, 59), (0, 59)]));
    let date = numbers(date, '-').is_some_and(|parts| match parts.as_slice() {
        [year, month, day] => {
            date.len() == 10 && (1..=12).contains(month) && (1..=days(*year, *month)).contains(day)
        }
        _ => false,
    });
    date && time && fraction && offset
}

fn numbers(text: &str, separator: char) -> Option<Vec<u32>> {
    let is_number = |part: &&str| part.len() >= 2 && part.bytes().all(|digit| digit.is_ascii_digit());
    text.split(separator).map(|part| Some(part).filter(is_number)?.parse().ok()).collect()
}

fn within(parts: &[u32], ranges: &[(u32, u32)]) -> bool {
    parts.len() == ranges.len()
        && parts.iter().zip(ranges).all(|(part, (least, most))| (least..=most).contains(&part))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
