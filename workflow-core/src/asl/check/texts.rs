//! Every string in a state, told apart by whether Step Functions looks for JSONata in it.

use serde_json::Value;

use crate::asl::{Assign, Catcher, Distributed, ItemReader, Retrier, State};

/// A string of a state.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    /// Read as it stands: a comment, a resource, a name.
    Plain(&'a str),
    /// Evaluated where it has the form `{% .. %}`.
    Evaluated(&'a str),
}

impl<'a> Text<'a> {
    /// The string.
    pub(super) fn as_str(self) -> &'a str {
        match self {
            Self::Plain(text) | Self::Evaluated(text) => text,
        }
    }
}

/// Every string of a state, in the order in which they are written.
pub(super) fn texts(state: &State) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    match state {
        State::Task(task) => {
            texts.extend(task.comment.as_deref().map(Text::Plain));
            texts.push(Text::Plain(&task.resource));
            value(&task.arguments, &mut texts);
            handlers(&task.retry, &task.catch, &mut texts);
            optional(task.output.as_ref(), &mut texts);
        }
        State::Parallel(parallel) => {
            texts.extend(parallel.comment.as_deref().map(Text::Plain));
            handlers(&parallel.retry, &parallel.catch, &mut texts);
            optional(parallel.output.as_ref(), &mut texts);
        }
        State::Map(map) => {
            texts.extend(map.comment.as_deref().map(Text::Plain));
            value(&map.items, &mut texts);
            reader(map.item_reader.as_deref(), &mut texts);
            optional(map.item_selector.as_ref(), &mut texts);
            distributed(map.distributed.as_deref(), &mut texts);
            handlers(&map.retry, &map.catch, &mut texts);
            optional(map.output.as_ref(), &mut texts);
        }
        State::Choice(choice) => {
            texts.extend(choice.comment.as_deref().map(Text::Plain));
            for rule in &choice.choices {
                texts.extend(rule.comment.as_deref().map(Text::Plain));
                value(&rule.condition, &mut texts);
            }
        }
        State::Pass(pass) => {
            texts.extend(pass.comment.as_deref().map(Text::Plain));
            optional(pass.output.as_ref(), &mut texts);
        }
        State::Wait(wait) => {
            texts.extend(wait.comment.as_deref().map(Text::Plain));
            optional(wait.seconds.as_ref(), &mut texts);
            optional(wait.timestamp.as_ref(), &mut texts);
            optional(wait.output.as_ref(), &mut texts);
        }
        State::Succeed(succeed) => {
            texts.extend(succeed.comment.as_deref().map(Text::Plain));
            optional(succeed.output.as_ref(), &mut texts);
        }
        State::Fail(fail) => {
            texts.extend(fail.comment.as_deref().map(Text::Plain));
            texts.extend([Text::Evaluated(&fail.error), Text::Evaluated(&fail.cause)]);
        }
    }
    for assign in assigns(state) {
        texts.extend(assign.keys().map(|name| Text::Plain(name)));
        assign.values().for_each(|assigned| value(assigned, &mut texts));
    }
    texts
}

/// Every `Assign` of a state.
pub(super) fn assigns(state: &State) -> Vec<&Assign> {
    fn caught<'a>(catch: &'a [Catcher], assign: &'a Assign) -> Vec<&'a Assign> {
        catch.iter().map(|catcher| &catcher.assign).chain([assign]).collect()
    }
    match state {
        State::Task(task) => caught(&task.catch, &task.assign),
        State::Parallel(parallel) => caught(&parallel.catch, &parallel.assign),
        State::Map(map) => caught(&map.catch, &map.assign),
        State::Choice(choice) => {
            choice.choices.iter().map(|rule| &rule.assign).chain([&choice.assign]).collect()
        }
        State::Pass(pass) => vec![&pass.assign],
        State::Wait(wait) => vec![&wait.assign],
        State::Succeed(_) | State::Fail(_) => Vec::new(),
    }
}

fn reader<'a>(reader: Option<&'a ItemReader>, texts: &mut Vec<Text<'a>>) {
    let Some(ItemReader { resource, reader_config, arguments }) = reader else { return };
    texts.push(Text::Plain(resource));
    texts.extend(names(&reader_config.csv_headers));
    optional(reader_config.max_items.as_ref(), texts);
    value(arguments, texts);
}

fn distributed<'a>(distributed: Option<&'a Distributed>, texts: &mut Vec<Text<'a>>) {
    let Some(Distributed { item_batcher, label, result_writer, .. }) = distributed else { return };
    if let Some(batcher) = item_batcher {
        value(&batcher.max_items_per_batch, texts);
        optional(batcher.batch_input.as_ref(), texts);
    }
    texts.extend(label.as_deref().map(Text::Plain));
    if let Some(writer) = result_writer {
        texts.push(Text::Plain(&writer.resource));
        value(&writer.arguments, texts);
    }
}

fn handlers<'a>(retry: &'a [Retrier], catch: &'a [Catcher], texts: &mut Vec<Text<'a>>) {
    texts.extend(retry.iter().flat_map(|retrier| names(&retrier.error_equals)));
    for catcher in catch {
        texts.extend(names(&catcher.error_equals));
        optional(catcher.output.as_ref(), texts);
    }
}

fn names(names: &[String]) -> impl Iterator<Item = Text<'_>> {
    names.iter().map(|name| Text::Plain(name))
}

fn optional<'a>(template: Option<&'a Value>, texts: &mut Vec<Text<'a>>) {
    if let Some(template) = template {
        value(template, texts);
    }
}

/// The strings of a template. Keys are no JSONata, but a placeholder in one is filled in.
fn value<'a>(template: &'a Value, texts: &mut Vec<Text<'a>>) {
    match template {
        Value::String(text) => texts.push(Text::Evaluated(text)),
        Value::Array(items) => items.iter().for_each(|item| value(item, texts)),
        Value::Object(fields) => {
            for (key, field) in fields {
                texts.push(Text::Plain(key));
                value(field, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
